/** Where a training stands, besides the parameters: all that its next step depends on. */

import type { DataMark } from '../run/data-survey.ts'
import type { BoltzmannSettings } from './boltzmann-options.ts'

export interface BoltzmannArrays {
  /** [N, N] and [N]: the last changes, for momentum. */
  readonly weightVelocity: Float32Array
  readonly biasVelocity: Float32Array
  /** [chains, words(N)]: states of the persistent chains. */
  readonly chains: Uint32Array
}

export interface BoltzmannTraining {
  readonly settings: BoltzmannSettings
  /** Epochs of the learning rate's way: those of the first `fit`. */
  readonly horizon: number
  readonly data: DataMark
  readonly arrays: BoltzmannArrays
  /** Epochs finished, and steps finished in the next one. */
  readonly epoch: number
  readonly step: number
}

/** Where the training of a machine stands, as its file has it. */
export interface BoltzmannTrainingPosition {
  /** Epochs finished. */
  readonly epoch: number
  /** Steps finished in the next epoch. */
  readonly step: number
  readonly settings: BoltzmannSettings
}
