/** What a run knows besides its draws, where the draws come from one. */

import type { Seed } from '../../random/key.ts'

export interface RunFacts {
  readonly seed?: Seed
  /** Iterations of warm-up, which are not among the draws. */
  readonly warmup?: number
  readonly thin?: number
  /** `stepSize` [chains], `inverseMetric` [chains, dim] ... */
  readonly adapted?: Readonly<Record<string, Float64Array>>
}

/** The facts that draws bring along: all of a `SampleRun`'s, none of plain arrays'. */
export function runFacts(draws: object): RunFacts {
  const { seed, warmup, thin, adapted } = draws as RunFacts
  return {
    ...((typeof seed === 'number' || typeof seed === 'bigint') && { seed }),
    ...(Number.isSafeInteger(warmup) && { warmup: warmup! }),
    ...(Number.isSafeInteger(thin) && { thin: thin! }),
    ...(typeof adapted === 'object' && adapted !== null && { adapted }),
  }
}
