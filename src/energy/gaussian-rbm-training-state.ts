/** Where a training of a Gaussian RBM stands, besides the parameters: all that its next step depends on. */

import type { DataMark } from '../run/data-survey.ts'
import { wordsPerRow } from './bits.ts'
import type { GaussianSettings } from './gaussian-rbm-options.ts'
import type { ArrayShapes } from './rbm-training-state.ts'

/** The arrays that a step moves. */
export interface GaussianTrainingArrays {
  /** [V, H], [V], [H], [V]: the last changes, for momentum; that of sigma is of its logarithm. */
  readonly weightVelocity: Float32Array
  readonly visibleVelocity: Float32Array
  readonly hiddenVelocity: Float32Array
  readonly sigmaVelocity: Float32Array
  /** [H]: offsets of the centred gradient. */
  readonly hiddenOffset: Float32Array
  /** [chains, words(H)]: hidden states of the persistent chains. */
  readonly chains: Uint32Array
}

export interface GaussianTrainingState {
  readonly settings: GaussianSettings
  /** Epochs of the learning rate's way: those of the first `fit`. */
  readonly horizon: number
  readonly data: DataMark
  readonly arrays: GaussianTrainingArrays
  /** Epochs finished, and steps finished in the next one. */
  epoch: number
  step: number
}

/** Shapes of the arrays, also in files. */
export function gaussianArrayShapes(
  { chains }: GaussianSettings,
  visible: number,
  hidden: number,
): ArrayShapes<GaussianTrainingArrays> {
  return {
    weightVelocity: ['F32', visible, hidden],
    visibleVelocity: ['F32', visible],
    hiddenVelocity: ['F32', hidden],
    sigmaVelocity: ['F32', visible],
    hiddenOffset: ['F32', hidden],
    chains: ['U32', chains, wordsPerRow(hidden)],
  }
}
