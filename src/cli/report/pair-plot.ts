/** Pair plots: every two variables against each other, and the histogram of each; divergent draws stand out. */

import type { DrawsLike } from '../../sampling/draws.ts'
import { type Range, scale } from './chart.ts'
import { type Box, fixed, frame, histogram, type Pictured, plot, rangeOf, text, xTicks, yTicks } from './plot.ts'

const WIDTH = 960
const LEFT = 62
const TOP = 26
const GAP = 12
/** Points of a panel at most; of more draws every so many-th is shown. */
const MOST_POINTS = 1200
const BINS = 32

/** One variable as the picture shows it. */
interface Axis {
  readonly name: string
  readonly values: Float64Array
  readonly range: Range
}

export function pairPlot({ draws, variables }: Pictured): string {
  const axes = variables.flatMap((variable): Axis[] => {
    const range = rangeOf(draws, variable)
    return range ? [{ name: draws.names[variable]!, values: allOf(draws, variable), range }] : []
  })
  const size = Math.min(260, (WIDTH - LEFT - 10 - (axes.length - 1) * GAP) / Math.max(1, axes.length))
  const divergent = draws.statistics?.['divergent']
  const panels = axes.flatMap((y, row) =>
    axes
      .slice(0, row + 1)
      .flatMap((x, column) => panel(x, y, boxAt(row, column, size), { row, column, last: axes.length - 1 }, divergent)),
  )
  const side = LEFT + axes.length * (size + GAP)
  const words = `Pair plot of ${axes.map(({ name }) => name).join(', ')}`
  return plot(Math.max(300, side), TOP + axes.length * (size + GAP) + 30, words, panels)
}

function boxAt(row: number, column: number, size: number): Box {
  const [left, top] = [LEFT + column * (size + GAP), TOP + row * (size + GAP)]
  return { left, right: left + size, top, bottom: top + size }
}

interface Place {
  readonly row: number
  readonly column: number
  readonly last: number
}

function panel(
  x: Axis,
  y: Axis,
  box: Box,
  { row, column, last }: Place,
  divergent: Float64Array | undefined,
): string[] {
  const own = row === column
  const middle = (box.left + box.right) / 2
  return [
    own ? text('name', middle, box.top - 7, y.name, 'middle') : '',
    column === 0 && row > 0 ? yTicks(box, y.range, 4) : '',
    row === last ? xTicks(box, x.range, 4) : '',
    row === last ? text('label', middle, box.bottom + 28, x.name, 'middle') : '',
    own ? bars(x, box) : points(x, y, box, divergent),
    frame(box),
  ]
}

function bars({ values, range }: Axis, box: Box): string {
  const counts = histogram(values, range, BINS)
  const ys = scale([0, Math.max(...counts) * 1.06], [box.bottom, box.top])
  const width = (box.right - box.left) / BINS
  const rects = counts.map((count, k) => {
    const y = ys(count)
    return `<rect class="bar" x="${fixed(box.left + k * width)}" y="${fixed(y)}" width="${fixed(width - 0.4)}" height="${fixed(box.bottom - y)}"/>`
  })
  return `<g class="c0">${rects.join('')}</g>`
}

function points(x: Axis, y: Axis, box: Box, divergent: Float64Array | undefined): string {
  const [xs, ys] = [scale(x.range, [box.left, box.right]), scale(y.range, [box.bottom, box.top])]
  const step = Math.max(1, Math.ceil(x.values.length / MOST_POINTS))
  const [plain, bad]: [string[], string[]] = [[], []]
  for (let i = 0; i < x.values.length; i++) {
    const diverged = divergent !== undefined && divergent[i]! > 0
    if ((i % step !== 0 && !diverged) || !Number.isFinite(x.values[i]! + y.values[i]!)) continue
    const at = `M${fixed(xs(x.values[i]!))} ${fixed(ys(y.values[i]!))}h0`
    ;(diverged ? bad : plain).push(at)
  }
  // A line without length and with round ends is a dot: one path for all of them.
  const dots = (kind: string, list: readonly string[]) =>
    list.length === 0 ? '' : `<path class="${kind}" d="${list.join('')}"/>`
  return `<g class="c0">${dots('dots', plain)}</g>${dots('dots bad', bad)}`
}

/** [chains, draws] of a variable. */
function allOf({ data, shape: [chains, draws, variables] }: DrawsLike, variable: number): Float64Array {
  return Float64Array.from({ length: chains * draws }, (_, row) => data[row * variables + variable]!)
}
