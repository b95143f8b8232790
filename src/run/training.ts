/** What the trainings of all models have in common: one at a time, a signal of two, and how far they are to go. */

import { ArgumentError, expected } from '../errors.ts'
import type { DataMark } from './data-survey.ts'
import type { TrainingProgress } from './fit-options.ts'
import { Stepwise } from './stepwise.ts'

/** A model that one call at a time may train. */
export interface Trainable {
  fitting: boolean
}

/**
 * A training as a `Stepwise`, stopped by the user's signal or by leaving the loop over its steps.
 *
 * @param call what the user called, for the message: `fit`
 * @param check looks at the arguments; it runs before anything else, and its errors come first
 * @throws ArgumentError where another training of the model is running
 */
export function trainAlone<Result, Step, Options extends { readonly signal?: AbortSignal | undefined }>(
  model: Trainable,
  call: string,
  check: () => Options,
  run: (options: Options & { signal: AbortSignal }, report: (step: Step) => Promise<void>) => Promise<Result>,
): Stepwise<Result, Step> {
  return new Stepwise(async (report, stop) => {
    const options = check()
    if (model.fitting) {
      const wanted = 'to be called when no other training of this model is running'
      throw new ArgumentError(expected(call, wanted, 'a second call'))
    }
    model.fitting = true
    try {
      const signal = options.signal ? AbortSignal.any([options.signal, stop]) : stop
      return await run({ ...options, signal }, report)
    } finally {
      model.fitting = false
    }
  })
}

/** Where a training stands that may be resumed. */
interface Position {
  readonly horizon: number
  readonly epoch: number
  readonly step: number
}

/**
 * Epochs to finish in all: as asked, as the training that is resumed had planned, or 10.
 *
 * @throws ArgumentError where more have begun already
 */
export function epochsWanted(asked: number | undefined, before: Position | undefined): number {
  const epochs = asked ?? before?.horizon ?? 10
  const begun = before === undefined ? 0 : before.epoch + (before.step > 0 ? 1 : 0)
  if (epochs >= begun) return epochs
  throw new ArgumentError(expected('epochs', `to be at least ${begun}, the epochs begun so far`, epochs))
}

/**
 * The training to go on with.
 *
 * @param model what the model is called, for the message
 * @throws ArgumentError where there was none
 */
export function trainingBefore<State>(training: State | undefined, model: 'model' | 'machine' | 'flow'): State {
  if (training !== undefined) return training
  throw new ArgumentError(expected('resume', `to be false for a ${model} that was not in training`, 'true'))
}

/**
 * Refuses rows that are not those of the training resumed.
 *
 * @param name of the argument, for the message
 */
export function checkSameRows(name: string, before: DataMark | undefined, now: DataMark | undefined): void {
  if (before?.rows === now?.rows && before?.hash === now?.hash) return
  const wanted = `to be ${before === undefined ? 'absent, as in' : 'those of'} the training resumed`
  if (before === undefined) throw new ArgumentError(expected(name, wanted, `${now!.rows} rows`))
  if (before.rows !== now?.rows) {
    throw new ArgumentError(expected(name, `${wanted}, ${before.rows} rows`, now?.rows ?? 'none'))
  }
  throw new ArgumentError(expected(name, wanted, 'other values'))
}

/** What a run of training has done, for its report. */
interface Run {
  readonly epochs: number
  /** Of an epoch. */
  readonly steps: number
  readonly rows: number
  /** Steps that this run has made, of those since the training began. */
  readonly stepsHere: number
  /** By `performance.now()`. */
  readonly started: number
}

/** Where a run of training stands, from the position of the training and what the run has done. */
export function howFar(
  { epoch, step }: Omit<Position, 'horizon'>,
  { epochs, steps, rows, stepsHere, started }: Run,
  rates: { at(step: number): number },
): TrainingProgress {
  const done = epoch * steps + step
  const seconds = (performance.now() - started) / 1000
  return {
    epoch,
    epochs,
    step,
    steps,
    learningRate: rates.at(Math.max(0, done - 1)),
    examplesPerSecond: (stepsHere * rows) / steps / seconds,
    secondsLeft: (seconds / stepsHere) * (epochs * steps - done),
  }
}
