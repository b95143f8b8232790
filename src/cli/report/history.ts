/** What a training run leaves behind besides the model: `history.json`, and the numbers of the report. */

import type { EpochTime } from '../train-clock.ts'

/** The mean log-likelihood of test rows, in nats a row, between two annealed estimates. */
export interface Bracket {
  /** The estimate by AIS. It errs upward: AIS tends to miss part of log Z. */
  readonly ais: number
  /** The estimate by reverse AIS, from the model's samples; errs downward. Absent when log Z was summed exactly. */
  readonly reverse?: number
  /** The ends: the two estimates with three standard errors of log Z. */
  readonly lower: number
  readonly upper: number
  /** Of `ais`, from the spread of the rows and the error of log Z together; absent for a single row. */
  readonly standardError?: number
  readonly logZ: number
}

/** One epoch. Likelihoods are means in nats a row; absent numbers were not measured in that epoch. */
export interface EpochRecord extends EpochTime {
  readonly trainPseudoLogLikelihood?: number
  readonly testPseudoLogLikelihood?: number
  /** Mean free energy of test rows minus that of training rows. */
  readonly freeEnergyGap?: number
  readonly logLikelihood?: Bracket
}

export interface History<Epoch extends EpochTime = EpochRecord> {
  readonly format: 'gibbsite-history-1'
  readonly seed: string
  readonly epochs: readonly Epoch[]
}
