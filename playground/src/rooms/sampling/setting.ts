/** What page and worker agree on. */

import type { TargetChoice } from './targets.ts'

export const SAMPLERS = [
  ['random-walk', 'Random walk'],
  ['mala', 'MALA'],
  ['nuts', 'NUTS'],
] as const

export type SamplerName = (typeof SAMPLERS)[number][0]

export const CHAINS = 4
/** Iterations in which samplers adapt. */
export const WARMUP = 500
/** Draws of each chain, at which a run ends. */
export const MOST_DRAWS = 10_000
export const BINS = 60

export interface Setting {
  readonly target: TargetChoice
  readonly seed: number
  /** Of random walk and MALA, without warm-up; undefined: they learn it. */
  readonly step: number | undefined
}
