/** Traces: for each variable the density of each chain, and the draws in their order, with divergences at the bottom. */

import type { DrawsLike } from '../../sampling/draws.ts'
import { type Range, scale } from './chart.ts'
import {
  type Box,
  CHAIN_COLORS,
  chainKey,
  chainOf,
  frame,
  histogram,
  line,
  type Pictured,
  plot,
  rangeOf,
  text,
  xTicks,
  yGrid,
  yTicks,
} from './plot.ts'

const WIDTH = 960
const ROW = 158
const HEAD = 40
const density = { left: 56, right: 296 }
const trace = { left: 352, right: WIDTH - 16 }
/** Places along a trace. More draws than these become the smallest and largest of each place. */
const PLACES = 440
const BINS = 160

export function tracePlot({ draws, variables }: Pictured): string {
  const [chains, each] = draws.shape
  const rows = variables.flatMap((variable, row) => traceRow(draws, variable, HEAD + row * ROW))
  const height = HEAD + variables.length * ROW + 6
  const words = `Densities and traces of ${variables.length} variables: ${chains} chains of ${each} draws`
  return plot(WIDTH, height, words, [chainKey(chains, trace.left, 20), ...rows])
}

function traceRow(draws: DrawsLike, variable: number, top: number): string[] {
  const [chains, each] = draws.shape
  const title = text('name', density.left, top + 12, draws.names[variable]!)
  const range = rangeOf(draws, variable)
  if (range === undefined) return [title, text('label', density.left, top + 60, 'no finite draws')]
  const [left, right] = [
    { ...density, top: top + 20, bottom: top + 128 },
    { ...trace, top: top + 20, bottom: top + 128 },
  ]
  const values = Array.from({ length: chains }, (_, chain) => chainOf(draws, variable, chain))
  return [
    title,
    xTicks(left, range, 5),
    ...densities(values, left, range),
    frame(left),
    yGrid(right, range, 4),
    yTicks(right, range, 4),
    xTicks(right, [0, Math.max(1, each - 1)], 6),
    ...values.map((chain, c) => traceLine(chain, c, right, range)),
    divergences(draws, right),
    frame(right),
  ]
}

function traceLine(values: Float64Array, chain: number, box: Box, range: Range): string {
  const xs = scale([0, Math.max(1, values.length - 1)], [box.left, box.right])
  return line(`chain c${chain % CHAIN_COLORS}`, outline(values), xs, scale(range, [box.bottom, box.top]))
}

/** All draws, or of many the smallest and the largest of each place. */
function outline(values: Float64Array): [number, number][] {
  const points = Array.from(values, (value, i): [number, number] => [i, value]).filter(([, y]) => Number.isFinite(y))
  if (points.length <= 2 * PLACES) return points
  const size = points.length / PLACES
  return Array.from({ length: PLACES }, (_, place) => {
    const some = points.slice(Math.floor(place * size), Math.floor((place + 1) * size))
    const low = some.reduce((least, point) => (point[1] < least[1] ? point : least))
    const high = some.reduce((most, point) => (point[1] > most[1] ? point : most))
    return low[0] <= high[0] ? [low, high] : [high, low]
  }).flat()
}

function densities(values: readonly Float64Array[], box: Box, range: Range): string[] {
  const curves = values.map((chain) => smoothed(chain, range))
  const most = Math.max(...curves.flat())
  const xs = scale([-0.5, BINS - 0.5], [box.left, box.right])
  const ys = scale([0, most * 1.06], [box.bottom, box.top])
  return curves.map((curve, c) =>
    line(
      `chain density c${c % CHAIN_COLORS}`,
      curve.map((y, x): [number, number] => [x, y]),
      xs,
      ys,
    ),
  )
}

/** A histogram of fine bins under a normal kernel of Silverman's (1986) width. */
function smoothed(values: Float64Array, range: Range): number[] {
  const finite = values.filter(Number.isFinite)
  const counts = histogram(finite, range, BINS)
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length
  const sd = Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length)
  const width = Math.max(0.6, ((0.9 * sd * finite.length ** -0.2) / (range[1] - range[0])) * BINS)
  return counts.map(
    (_, x) => counts.reduce((sum, count, k) => sum + count * Math.exp(-(((x - k) / width) ** 2) / 2), 0) / width,
  )
}

function divergences({ shape: [chains, draws], statistics }: DrawsLike, box: Box): string {
  const divergent = statistics?.['divergent']
  if (divergent === undefined) return ''
  const xs = scale([0, Math.max(1, draws - 1)], [box.left, box.right])
  const marks = Array.from({ length: draws }, (_, i) => i).filter((i) =>
    Array.from({ length: chains }, (_, c) => divergent[c * draws + i]!).some((value) => value > 0),
  )
  return marks
    .map(
      (i) =>
        `<line class="bad" x1="${xs(i).toFixed(1)}" x2="${xs(i).toFixed(1)}" y1="${box.bottom - 6}" y2="${box.bottom}"/>`,
    )
    .join('')
}
