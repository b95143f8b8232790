/**
 * Rank plots [Vehtari et al. 2021]: histograms of where a chain's draws stand among those of all chains. Chains that agree
 * have even ones.
 */

import type { DrawsLike } from '../../sampling/draws.ts'
import { scale } from './chart.ts'
import { CHAIN_COLORS, chainOf, fixed, frame, type Pictured, plot, text } from './plot.ts'

const WIDTH = 960
const ROW = 124
const HEAD = 34
const LEFT = 16
const GAP = 14
const MOST_CHAINS = 8
const BINS = 20

export function rankPlot({ draws, variables }: Pictured): string {
  const [chains] = draws.shape
  const shown = Math.min(chains, MOST_CHAINS)
  const width = (WIDTH - 2 * LEFT - (shown - 1) * GAP) / shown
  const heads = Array.from({ length: shown }, (_, c) =>
    text('label', LEFT + c * (width + GAP) + width / 2, 20, `chain ${c}`, 'middle'),
  )
  const rows = variables.flatMap((variable, row) => rankRow(draws, variable, HEAD + row * ROW, shown, width))
  const words = `Rank histograms of ${variables.length} variables in ${shown} of ${chains} chains; even ones are good`
  return plot(WIDTH, HEAD + variables.length * ROW + 4, words, [...heads, ...rows])
}

function rankRow(draws: DrawsLike, variable: number, top: number, shown: number, width: number): string[] {
  const counts = rankCounts(draws, variable)
  const even = counts.flat().reduce((sum, count) => sum + count, 0) / counts.length / BINS
  const seen = counts.slice(0, shown)
  const ys = scale([0, Math.max(2 * even, ...seen.flat())], [top + 108, top + 20])
  const panels = seen.flatMap((bars, c) => panel(bars, c, LEFT + c * (width + GAP), width, even, ys, top))
  return [text('name', LEFT, top + 12, draws.names[variable]!), ...panels]
}

function panel(
  bars: readonly number[],
  chain: number,
  left: number,
  width: number,
  even: number,
  ys: (value: number) => number,
  top: number,
): string[] {
  const each = width / BINS
  const drawn = bars.map((count, k) => {
    const y = ys(count)
    return `<rect class="bar" x="${fixed(left + k * each + 0.4)}" y="${fixed(y)}" width="${fixed(each - 0.8)}" height="${fixed(ys(0) - y)}"/>`
  })
  const level = `<line class="even" x1="${fixed(left)}" x2="${fixed(left + width)}" y1="${fixed(ys(even))}" y2="${fixed(ys(even))}"/>`
  return [
    `<g class="c${chain % CHAIN_COLORS}">${drawn.join('')}</g>`,
    level,
    frame({ left, right: left + width, top: top + 20, bottom: top + 108 }),
  ]
}

/** For each chain how many of its finite draws have ranks in each bin; equal draws are spread evenly over their ranks. */
function rankCounts(draws: DrawsLike, variable: number): number[][] {
  const [chains, each] = draws.shape
  const values = new Float64Array(chains * each)
  for (let c = 0; c < chains; c++) values.set(chainOf(draws, variable, c), c * each)
  const finite = Uint32Array.from(values, (_, i) => i).filter((i) => Number.isFinite(values[i]))
  const order = finite.sort((a, b) => values[a]! - values[b]!)
  const counts = Array.from({ length: chains }, () => new Array<number>(BINS).fill(0))
  for (let first = 0, next = 0; first < order.length; first = next) {
    next = first + 1
    while (next < order.length && values[order[next]!] === values[order[first]!]) next++
    const shares = overlaps((first / order.length) * BINS, (next / order.length) * BINS)
    for (let k = first; k < next; k++) {
      const bars = counts[Math.floor(order[k]! / each)]!
      for (const [bin, share] of shares) bars[bin]! += share
    }
  }
  return counts
}

/** The bins that an interval lies in, and which part of it. */
function overlaps(from: number, to: number): [number, number][] {
  const shares: [number, number][] = []
  for (let bin = Math.floor(from); bin < Math.min(BINS, to); bin++) {
    shares.push([bin, (Math.min(to, bin + 1) - Math.max(from, bin)) / (to - from)])
  }
  return shares
}
