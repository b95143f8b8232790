/** Pictures of draws: what trace, rank and pair plots share. Each is an SVG that stands alone and fits into a page. */

import type { DrawsLike } from '../../sampling/draws.ts'
import { padded, type Range, type Scale, scale, ticks } from './chart.ts'
import { decimal, escape } from './svg.ts'

/** Draws, and which of their variables are shown. */
export interface Pictured {
  readonly draws: DrawsLike
  /** Numbers of the variables, in the order they are shown. */
  readonly variables: readonly number[]
}

/** Room around the draws, as a part of their range. */
const MARGIN = 0.03

/** Chains beyond these share the colours from the beginning. */
export const CHAIN_COLORS = 8

// Colours that differ in lightness too (after Okabe and Ito 2008), for light and for dark paper.
const style = `
.plot { --ink: #1e1d1a; --soft: #68645b; --rule: #d8d3c6; --faint: #efece4; --paper: #ffffff; --bad: #b3152a; }
.plot .c0 { --c: #1f5fc0; } .plot .c1 { --c: #c24a14; } .plot .c2 { --c: #0b7f66; } .plot .c3 { --c: #a3478f; }
.plot .c4 { --c: #8a6d00; } .plot .c5 { --c: #3a8fc8; } .plot .c6 { --c: #6b4bb8; } .plot .c7 { --c: #5f6b73; }
@media (prefers-color-scheme: dark) {
  .plot { --ink: #eceae5; --soft: #a29e95; --rule: #43474d; --faint: #2a2d32; --paper: #1b1d20; --bad: #ff7b86; }
  .plot .c0 { --c: #7db0ff; } .plot .c1 { --c: #ff9e68; } .plot .c2 { --c: #4fd0b0; } .plot .c3 { --c: #e39ad2; }
  .plot .c4 { --c: #e0c04c; } .plot .c5 { --c: #8fd0f5; } .plot .c6 { --c: #b9a2f5; } .plot .c7 { --c: #b4bec6; }
}
.plot { font: 12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; }
.plot .paper { fill: var(--paper); }
.plot .frame { fill: none; stroke: var(--rule); }
.plot .grid { stroke: var(--faint); }
.plot .even { stroke: var(--soft); stroke-dasharray: 4 3; }
.plot .tick, .plot .label { fill: var(--soft); }
.plot .tick { font-size: 10.5px; }
.plot .name { fill: var(--ink); font-weight: 600; }
.plot .chain { fill: none; stroke: var(--c); stroke-width: 1; stroke-linejoin: round; stroke-opacity: 0.75; }
.plot .density { stroke-width: 1.6; stroke-opacity: 1; }
.plot .bar { fill: var(--c); fill-opacity: 0.55; }
.plot .dots { fill: none; stroke: var(--c); stroke-width: 3; stroke-linecap: round; stroke-opacity: 0.4; }
.plot .key { fill: var(--c); }
.plot .bad { stroke: var(--bad); stroke-opacity: 1; }
`

/** The whole picture. */
export function plot(width: number, height: number, description: string, content: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(description)}" style="max-width:100%;height:auto">
<style>${style}</style>
<rect class="paper" width="${width}" height="${height}"/>
${content.filter((part) => part !== '').join('\n')}
</svg>
`
}

/** A rectangle of the picture that numbers are drawn in. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export function frame({ left, right, top, bottom }: Box): string {
  return `<rect class="frame" x="${fixed(left)}" y="${fixed(top)}" width="${fixed(right - left)}" height="${fixed(bottom - top)}"/>`
}

export function text(kind: string, x: number, y: number, words: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escape(words)}</text>`
}

/** Ticks with numbers below a box. */
export function xTicks(box: Box, range: Range, count: number): string {
  const xs = scale(range, [box.left, box.right])
  return inside(range, count)
    .map((value) => text('tick', xs(value), box.bottom + 13, label(value), 'middle'))
    .join('')
}

/** Ticks with numbers on the left of a box. */
export function yTicks(box: Box, range: Range, count: number): string {
  const ys = scale(range, [box.bottom, box.top])
  return inside(range, count)
    .map((value) => text('tick', box.left - 5, ys(value) + 3.5, label(value), 'end'))
    .join('')
}

/** Lines across a box at the same places. */
export function yGrid(box: Box, range: Range, count: number): string {
  const ys = scale(range, [box.bottom, box.top])
  return inside(range, count)
    .map((value) => {
      const y = fixed(ys(value))
      return `<line class="grid" x1="${fixed(box.left)}" x2="${fixed(box.right)}" y1="${y}" y2="${y}"/>`
    })
    .join('')
}

function inside([low, high]: Range, count: number): number[] {
  return ticks(low, high, count).filter((value) => value >= low && value <= high)
}

function label(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace('-', '−').replace('e+', 'e')
  return decimal(value, 4)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

/** A line through points. */
export function line(kind: string, points: readonly (readonly [number, number])[], xs: Scale, ys: Scale): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${fixed(xs(x))} ${fixed(ys(y))}`).join('')
  return `<path class="${kind}" d="${path}"/>`
}

/** Which colour is which chain, in one row from x on; nothing for a single chain. */
export function chainKey(chains: number, x: number, y: number): string {
  if (chains === 1) return ''
  const keys = Array.from({ length: Math.min(chains, CHAIN_COLORS) }, (_, c) => {
    const at = x + c * 62
    return `<g class="c${c}"><rect class="key" x="${at}" y="${y - 8}" width="10" height="10" rx="2"/>${text('label', at + 14, y + 1, `chain ${c}`)}</g>`
  })
  if (chains > CHAIN_COLORS) keys.push(text('label', x + CHAIN_COLORS * 62, y + 1, `… ${chains - 1}`))
  return keys.join('')
}

export function fixed(value: number): string {
  return String(Number(value.toFixed(1)))
}

/** The draws of one variable in one chain. */
export function chainOf(
  { data, shape: [, draws, variables] }: DrawsLike,
  variable: number,
  chain: number,
): Float64Array {
  return Float64Array.from({ length: draws }, (_, i) => data[(chain * draws + i) * variables + variable]!)
}

/** From below the smallest finite draw of a variable to above the largest; undefined without any. */
export function rangeOf({ data, shape: [chains, draws, variables] }: DrawsLike, variable: number): Range | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < chains * draws; row++) {
    const value = data[row * variables + variable]!
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return undefined
  const [from, to] = padded([low, high])
  return [from - MARGIN * (to - from), to + MARGIN * (to - from)]
}

/** How many numbers fall into each of `bins` equal parts of a range. */
export function histogram(values: Float64Array, [low, high]: Range, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
    if (bin >= 0) counts[bin]!++
  }
  return counts
}
