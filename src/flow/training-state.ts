/** Where a training of a flow stands, besides the parameters: all that its next step depends on. */

import type { BackendArray } from '../backend/backend.ts'
import type { DataMark } from '../run/data-survey.ts'
import type { FlowSettings } from './fit-options.ts'

/** The data of a training, each undefined where there is none. */
export interface TrainingMarks {
  readonly data: DataMark
  readonly context: DataMark | undefined
  readonly validation: DataMark | undefined
}

/** The epoch that was best on the validation data. */
export interface BestEpoch {
  readonly epoch: number
  /** Mean log p of the validation data after it, in nats. */
  readonly logLikelihood: number
}

export interface FlowTrainingState {
  readonly settings: FlowSettings
  /** Epochs of the learning rate's way: those of the first `fit`. */
  readonly horizon: number
  readonly marks: TrainingMarks
  /** Adam's moments of the gradient and of its square, as long as the parameters. The kernels move them in place. */
  readonly firstMoment: BackendArray<Float32Array>
  readonly secondMoment: BackendArray<Float32Array>
  /** Epochs finished, and steps finished in the next one. */
  epoch: number
  step: number
  /** Sum over the rows of the epoch's finished steps of log p, and that mean of the last epoch finished. */
  sum: number
  lastMean: number
  best: BestEpoch | undefined
  /**
   * With validation data, a second set of parameters: while training goes on the best ones; after its end, when the flow
   * has the best ones, those of the last step (`ended`).
   */
  aside: Float32Array | undefined
  ended: boolean
}

/** What can be seen of a training. */
export interface FlowTraining extends Pick<FlowTrainingState, 'settings' | 'horizon' | 'epoch' | 'step' | 'best'> {}
