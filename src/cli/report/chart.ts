/**
 * Line charts as SVG text: axes with round ticks, lines labelled where they end, a band between two bounds, and a
 * tooltip on every point. Colours are left to the page (`series-1`, `series-2`, `band`), so one drawing serves light and dark.
 */

import { decimal, escape } from './svg.ts'

export interface Point {
  readonly x: number
  readonly y: number
  /** Bounds around `y`; points that have them make up a band. */
  readonly low?: number
  readonly high?: number
}

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
  /** 1 or 2: which of the page's series colours. */
  readonly color: 1 | 2
}

export interface Chart {
  readonly title: string
  readonly description: string
  readonly xLabel: string
  readonly unit: string
  readonly series: readonly Series[]
  /** Draw a stronger line at y = 0 and keep it in view. */
  readonly zero?: boolean
}

const width = 360
const height = 232
const plot = { left: 46, right: width - 46, top: 14, bottom: height - 36 }

/** The chart as one `<svg>` element, 360 units wide; it scales with its container. */
export function lineChart(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points)
  const xs = scale(extent(points.map((point) => point.x)), [plot.left, plot.right])
  const heights = points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y])
  const yTicks = ticks(...padded(extent(chart.zero ? [...heights, 0] : heights)), 5)
  const ys = scale([yTicks[0]!, yTicks.at(-1)!], [plot.bottom, plot.top])
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(`${chart.title}. ${chart.description}`)}">
${grid(yTicks, ys, chart.zero === true)}
${xAxis(points, xs, chart.xLabel)}
${chart.series.map((series) => band(series, xs, ys)).join('\n')}
${chart.series.map((series) => line(series, xs, ys, chart.unit)).join('\n')}
${endLabels(chart.series, xs, ys)}
</svg>`
}

export type Scale = (value: number) => number
export type Range = [low: number, high: number]

/** The straight line that takes low to from and high to to. */
export function scale([low, high]: Range, [from, to]: Range): Scale {
  return (value) => (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from))
}

function extent(values: readonly number[]): Range {
  return values.reduce<Range>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}

/** One value alone, or equal values, still need an axis with a height. */
export function padded([low, high]: Range): Range {
  const room = low === high ? Math.max(1e-3, Math.abs(low) * 0.05) : 0
  return [low - room, high + room]
}

/** Round numbers (1, 2 or 5 times a power of ten apart) from at or below `low` to at or above `high`, about `count`. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(high / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function decimals(values: readonly number[]): number {
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : 1
  return Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)))
}

function grid(values: readonly number[], ys: Scale, zero: boolean): string {
  const digits = decimals(values)
  const lines = values.map((value) => {
    const y = ys(value).toFixed(1)
    const kind = zero && value === 0 ? 'zero' : 'grid'
    return `<line class="${kind}" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/><text class="tick" x="${plot.left - 7}" y="${y}" dy="0.33em" text-anchor="end">${decimal(value, digits)}</text>`
  })
  return lines.join('\n')
}

function xAxis(points: readonly Point[], xs: Scale, label: string): string {
  const [low, high] = extent(points.map((point) => point.x))
  const inside = ticks(low, high === low ? low + 1 : high, 5).filter((value) => value >= low && value <= high)
  const whole = inside.filter((value) => Number.isInteger(value))
  const shown = whole.length > 0 ? whole : [low]
  const marks = shown.map((value) => {
    const x = xs(value).toFixed(1)
    return `<line class="axis" x1="${x}" x2="${x}" y1="${plot.bottom}" y2="${plot.bottom + 4}"/><text class="tick" x="${x}" y="${plot.bottom + 16}" text-anchor="middle">${decimal(value, 0)}</text>`
  })
  const middle = (plot.left + plot.right) / 2
  return `<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
${marks.join('\n')}
<text class="label" x="${middle}" y="${height - 4}" text-anchor="middle">${escape(label)}</text>`
}

function path(points: readonly (readonly [number, number])[], xs: Scale, ys: Scale): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${xs(x).toFixed(1)} ${ys(y).toFixed(1)}`).join('')
}

function band({ points, color }: Series, xs: Scale, ys: Scale): string {
  const bounded = points.filter((point) => point.low !== undefined && point.high !== undefined)
  if (bounded.length === 0) return ''
  const up = bounded.map((point) => [point.x, point.high!] as const)
  const down = bounded.map((point) => [point.x, point.low!] as const).reverse()
  return `<path class="band series-${color}" d="${path([...up, ...down], xs, ys)}Z"/>`
}

function line({ name, points, color }: Series, xs: Scale, ys: Scale, unit: string): string {
  const dots = points.map((point) => {
    const bounds = point.low === undefined ? '' : `, between ${decimal(point.low, 2)} and ${decimal(point.high!, 2)}`
    const title = `${name}, ${decimal(point.x, 0)}: ${decimal(point.y, 2)} ${unit}${bounds}`
    return `<g class="dot"><circle class="target" cx="${xs(point.x).toFixed(1)}" cy="${ys(point.y).toFixed(1)}" r="9"/><circle class="mark series-${color}" cx="${xs(point.x).toFixed(1)}" cy="${ys(point.y).toFixed(1)}" r="2.4"/><title>${escape(title)}</title></g>`
  })
  const trace = path(
    points.map((point) => [point.x, point.y]),
    xs,
    ys,
  )
  return `<path class="line series-${color}" d="${trace}"/>\n${dots.join('\n')}`
}

const labelHeight = 13

// Labels stand beside the last point of their line; two that would touch are pushed apart, half each.
function endLabels(series: readonly Series[], xs: Scale, ys: Scale): string {
  const named = series.filter(({ points }) => points.length > 0)
  const ends = named.map(({ name, color, points }) => {
    const last = points.at(-1)!
    return { name, color, x: xs(last.x) + 8, y: ys(last.y) }
  })
  ends.sort((a, b) => a.y - b.y)
  for (let i = 1; i < ends.length; i++) {
    const overlap = labelHeight - (ends[i]!.y - ends[i - 1]!.y)
    if (overlap > 0) {
      ends[i - 1]!.y -= overlap / 2
      ends[i]!.y += overlap / 2
    }
  }
  return ends
    .map(
      ({ name, color, x, y }) =>
        `<text class="name series-${color}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" dy="0.33em">${escape(name)}</text>`,
    )
    .join('\n')
}
