/** What mixtures on the line and those of many dimensions share. */

import { current } from '../../backend/index.ts'
import type { AliasTable } from '../../random/alias.ts'
import { partKey } from '../../random/key.ts'
import type { Draws } from '../../random/rng.ts'

/** Number of the component of each draw, from a stream of its own under the draws' key. */
export function chooseComponents(n: number, table: AliasTable, { key, stream, start }: Draws): Int32Array {
  const own = partKey(key, 0)
  const component = new Int32Array(n)
  const { kernels } = current()
  kernels.randomCategorical(component, own.low, own.high, stream.low, stream.high, start, table.keep, table.alias)
  return component
}

/** out[i] = ln sum_k shares[k] exp(logPdfs[k][i]), without overflow. */
export function logMixture(out: Float64Array, shares: Float64Array, logPdfs: readonly Float64Array[]): void {
  const { kernels } = current()
  const most = out.map((_, i) => Math.max(...logPdfs.map((values) => values[i]!)))
  const sum = new Float64Array(out.length)
  for (const [k, values] of logPdfs.entries()) {
    // Minus infinity everywhere leaves the sum at 0, and an infinite density stays one.
    const relative = values.map((value, i) => (value === most[i] ? 0 : value - most[i]!))
    kernels.exponentials(relative.slice(), 0, relative)
    for (let i = 0; i < sum.length; i++) sum[i]! += shares[k]! * relative[i]!
  }
  kernels.logarithms(sum, out)
  for (let i = 0; i < out.length; i++) out[i] = Number.isFinite(most[i]!) ? most[i]! + out[i]! : most[i]!
}

/** The number in the middle between two; the integer, for integers. */
export function middleOf(low: number, high: number, integers: boolean): number {
  return integers ? low + Math.floor((high - low) / 2) : low + (high - low) / 2
}

/** The places of each component, in order: `places[k]` are the i with component[i * step] = k, i < n. */
export function placesOf(component: Int32Array, components: number, n: number, step = 1): Uint32Array[] {
  const counts = new Uint32Array(components)
  for (let i = 0; i < n; i++) counts[component[i * step]!]! += 1
  const places = Array.from(counts, (count) => new Uint32Array(count))
  counts.fill(0)
  for (let i = 0; i < n; i++) {
    const k = component[i * step]!
    places[k]![counts[k]!++] = i
  }
  return places
}

/** The values at some places. */
export function gather(values: Float64Array, places: Uint32Array): Float64Array {
  const out = new Float64Array(places.length)
  for (let j = 0; j < places.length; j++) out[j] = values[places[j]!]!
  return out
}
