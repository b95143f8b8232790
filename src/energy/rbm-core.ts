/** What the files of the RBM share: the model's state, and the numbering of its streams of random numbers. */

import type { Backend } from '../backend/backend.ts'
import type { SharedParameters } from '../run/shared-parameters.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Parameters } from './rbm-parameters.ts'
import type { TrainingState } from './rbm-training-state.ts'

export interface RbmCore {
  readonly backend: Backend
  readonly visible: number
  readonly hidden: number
  readonly parameters: SharedParameters<Parameters>
  /** Parameters are still those of the constructor, so that training may choose the visible biases from the data. */
  fresh: boolean
  /** A `fit` is running. */
  fitting: boolean
  /** Memory of `fit`, of which there is only one at a time. */
  readonly workspace: Workspace
  /** Where training stands; undefined before the first `fit`, and after the parameters were set from outside. */
  training: TrainingState | undefined
}

/**
 * Each purpose of random numbers draws from a stream of its own under the user's seed, so that using one seed for
 * training, sampling and evaluation makes nothing dependent. The numbers are part of "same seed, same bytes".
 */
export const stream = {
  weights: 1,
  order: 2,
  binarize: 3,
  chainStart: 4,
  training: 5,
  monitor: 6,
  sampleStart: 7,
  sampling: 8,
  flips: 9,
  annealStart: 10,
  annealing: 11,
  burnIn: 12,
  reverse: 13,
  baseRates: 14,
  fromData: 15,
} as const
