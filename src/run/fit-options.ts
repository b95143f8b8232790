/** What every `fit` over epochs takes and reports, whatever the model. */

import * as check from '../check.ts'

/** How far a training has come, and how fast. */
export interface TrainingProgress {
  /** Epochs finished. */
  readonly epoch: number
  /** Epochs that the training will have had. */
  readonly epochs: number
  /** Steps finished in the epoch at hand, of `steps`. */
  readonly step: number
  readonly steps: number
  readonly learningRate: number
  readonly examplesPerSecond: number
  readonly secondsLeft: number
}

/** @typeParam Report what `onProgress` is told */
export interface EpochOptions<Report extends TrainingProgress> {
  /** Passes over the data, in all: a resumed training goes on up to this number. Default 10, or that of the training resumed. */
  epochs?: number | undefined
  /** Go on with the training that this model (or its file) was in, with its options. Default false. */
  resume?: boolean | undefined
  /** Stops after the step at hand; the model then has the parameters of that step and can be resumed. */
  signal?: AbortSignal | undefined
  /** Called about ten times a second, and at the end of each epoch. */
  onProgress?: ((info: Report) => void) | undefined
}

const keys = ['epochs', 'resume', 'signal', 'onProgress'] as const

/**
 * Refuses unknown names, and what is wrong with the options that every training takes.
 *
 * @param own names of the options that this model's training takes besides
 */
export function checkEpochOptions<Options extends EpochOptions<never>>(
  given: Options | undefined,
  own: readonly string[],
): Partial<Options> {
  const options = check.options('options', given, [...own, ...keys])
  if (options.epochs !== undefined) check.positiveInteger('epochs', options.epochs, 2 ** 31)
  check.flag('resume', options.resume ?? false)
  check.signal('signal', options.signal)
  check.optionalFunction('onProgress', options.onProgress)
  return options
}
