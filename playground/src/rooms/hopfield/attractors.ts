/** Where random states end: in stored patterns, in their mirror images, or in states that nobody stored. */

import { type Hopfield, Rng } from 'gibbsite'
import { overlap, type Pattern, UNITS } from './patterns.ts'

export interface Attractor {
  readonly state: Pattern
  readonly kind: 'stored' | 'mirror' | 'spurious'
  /** The pattern, by number; of a spurious state the one that it is nearest to, up to the mirror. */
  readonly pattern: number
  /** Runs that ended here. */
  readonly runs: number
}

/** The attractors that runs from random states end in, the most frequent first. */
export async function attractorsOf(
  net: Hopfield,
  patterns: readonly Pattern[],
  starts: number,
  seed: number,
): Promise<Attractor[]> {
  const data = new Rng(seed).split(1).bernoulli(starts * UNITS)
  const spins = Int8Array.from(data, (bit) => 2 * bit - 1)
  const { states } = await net.recall({ data: spins, shape: [starts, UNITS] }, { seed })
  const runs = new Map<string, { state: Pattern; runs: number }>()
  for (let r = 0; r < starts; r++) {
    const state = states.data.slice(r * UNITS, (r + 1) * UNITS)
    const known = runs.get(state.join())
    runs.set(state.join(), { state, runs: (known?.runs ?? 0) + 1 })
  }
  return [...runs.values()]
    .sort((a, b) => b.runs - a.runs)
    .map((found) => ({ ...found, ...named(found.state, patterns) }))
}

function named(state: Pattern, patterns: readonly Pattern[]): Pick<Attractor, 'kind' | 'pattern'> {
  const overlaps = patterns.map((pattern) => overlap(state, pattern))
  const pattern = overlaps.reduce((best, o, i) => (Math.abs(o) > Math.abs(overlaps[best]!) ? i : best), 0)
  const kind = overlaps.includes(1) ? 'stored' : overlaps.includes(-1) ? 'mirror' : 'spurious'
  return { kind, pattern }
}
