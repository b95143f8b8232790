/** Training of a flow by maximum likelihood: what was asked for, checked, and the way through the epochs. */

import { inPieces } from '../backend/pieces.ts'
import { AbortError } from '../errors.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { fromWords, type Seed, toWords } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { Pace } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { epochsWanted, howFar, trainAlone, trainingBefore } from '../run/training.ts'
import { checkSameData, judgedRows, type TrainingData, trainingData } from './fit-data.ts'
import {
  checkFitOptions,
  checkUnchanged,
  type FlowFitOptions,
  type FlowFitProgress,
  type FlowSettings,
  settingsOf,
} from './fit-options.ts'
import { LearningRates } from './fit-rates.ts'
import { startTraining } from './fit-start.ts'
import { FitSteps } from './fit-steps.ts'
import { type FlowCore, stream, writeParameters } from './flow-core.ts'
import { logProb } from './rows.ts'
import type { BestEpoch, FlowTrainingState } from './training-state.ts'

export interface FlowFitResult {
  /** Epochs finished, in all. */
  readonly epochs: number
  /** Steps finished, in all. */
  readonly steps: number
  readonly seed: Seed
  /** The reports of the epochs that this call finished. */
  readonly history: readonly FlowFitProgress[]
  /** With validation data: the best epoch so far, whose parameters the flow has when training has ended. */
  readonly best?: BestEpoch
}

export function startFit(
  core: FlowCore,
  data: MatrixLike,
  given: FlowFitOptions | undefined,
): Stepwise<FlowFitResult, FlowFitProgress> {
  const check = () => checkFitOptions(given)
  return trainAlone(core, 'fit', check, async (options, report) => (await prepare(core, data, options)).run(report))
}

export type Given = Partial<FlowFitOptions> & { readonly signal: AbortSignal }

/** All that can be wrong with the arguments comes out here, before anything of the flow changes. */
async function prepare(core: FlowCore, data: MatrixLike, options: Given): Promise<Fit> {
  const before = options.resume ? resumable(core, options) : undefined
  const settings = before?.settings ?? settingsOf(options)
  const epochs = epochsWanted(options.epochs, before)
  const about = await trainingData(core, data, options, settings)
  if (before) checkSameData(before, about.marks)
  const judged = about.validation && (await judgedRows(core, about.validation, settings, options.signal))
  if (before) goOn(core, before)
  else await startTraining(core, about, settings, epochs)
  return new Fit(core, core.training!, about, judged, epochs, options)
}

function resumable({ training }: FlowCore, options: Given): FlowTrainingState {
  const before = trainingBefore(training, 'flow')
  checkUnchanged(options, before.settings)
  return before
}

/** The best parameters make way for the last ones. */
function goOn(core: FlowCore, state: FlowTrainingState): void {
  if (state.ended) changePlaces(core, state)
  state.ended = false
}

function changePlaces(core: FlowCore, state: FlowTrainingState): void {
  const own = core.parameters.current.values.view().slice()
  writeParameters(core, state.aside!)
  state.aside = own
}

/** One run of training. */
class Fit {
  readonly #core: FlowCore
  readonly #state: FlowTrainingState
  readonly #settings: FlowSettings
  readonly #data: TrainingData
  readonly #judged: Matrix | undefined
  readonly #epochs: number
  readonly #options: Given
  readonly #rows: number
  readonly #steps: number
  readonly #rates: LearningRates
  readonly #work: FitSteps
  readonly #history: FlowFitProgress[] = []
  readonly #pace = new Pace()
  readonly #started = performance.now()
  #stepsHere = 0

  constructor(
    core: FlowCore,
    state: FlowTrainingState,
    data: TrainingData,
    judged: Matrix | undefined,
    epochs: number,
    options: Given,
  ) {
    this.#core = core
    this.#state = state
    this.#settings = state.settings
    this.#data = data
    this.#judged = judged
    this.#epochs = epochs
    this.#options = options
    this.#rows = data.train.matrix.shape[0]
    this.#steps = Math.ceil(this.#rows / this.#settings.batch)
    this.#rates = new LearningRates(this.#settings, state.horizon * this.#steps)
    this.#work = new FitSteps(core, state, data.train, this.#rates)
  }

  async run(report: (epoch: FlowFitProgress) => Promise<void>): Promise<FlowFitResult> {
    try {
      while (this.#state.epoch < this.#epochs && !this.#stale) await report(await this.#epoch())
      await this.#work.verify()
      this.#end()
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      await this.#work.verify()
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  /** Whether `patience` has come to its end. */
  get #stale(): boolean {
    const { best, epoch } = this.#state
    const { patience } = this.#settings
    return best !== undefined && patience > 0 && epoch - best.epoch >= patience
  }

  /** The flow takes the best parameters. */
  #end(): void {
    if (this.#state.best === undefined) return
    changePlaces(this.#core, this.#state)
    this.#state.ended = true
  }

  #result(): FlowFitResult {
    const { epoch, step, best } = this.#state
    const seed = fromWords(toWords(BigInt(this.#settings.seed)))
    const result = { epochs: epoch, steps: epoch * this.#steps + step, seed, history: this.#history }
    return best === undefined ? result : { ...result, best }
  }

  async #epoch(): Promise<FlowFitProgress> {
    const { epoch, step } = this.#state
    const order = shuffled(this.#rows, BigInt(this.#settings.seed), stream.order, epoch)
    const advance = async (first: number, count: number) => {
      await this.#work.advance(order, step + first, count)
      this.#stepsHere += count
      this.#count(step + first + count)
    }
    const onPiece = () => {
      if (this.#pace.due()) this.#options.onProgress?.(this.#progress())
    }
    const { firstPiece } = this.#work
    await inPieces(this.#steps - step, advance, { signal: this.#options.signal, onPiece, firstPiece })
    return this.#endEpoch()
  }

  #count(stepsDone: number): void {
    this.#state.step = stepsDone
    if (stepsDone < this.#steps) return
    this.#state.lastMean = this.#state.sum / this.#rows
    this.#state.sum = 0
    this.#state.step = 0
    this.#state.epoch++
  }

  async #endEpoch(): Promise<FlowFitProgress> {
    const validation = this.#judged && (await this.#judge(this.#judged))
    const info = { ...this.#progress(), ...(validation && { validation }) }
    this.#history.push(info)
    this.#options.onProgress?.(info)
    return info
  }

  /** Mean log p of the validation rows; the best parameters so far are laid aside. */
  async #judge(rows: Matrix): Promise<{ logLikelihood: number; best: boolean }> {
    const { validation } = this.#data
    const all = await logProb(this.#core, rows, validation!.context, {})
    const logLikelihood = all.reduce((sum, value) => sum + value, 0) / all.length
    const { state, values } = { state: this.#state, values: this.#core.parameters.current.values }
    const best = state.best === undefined || logLikelihood > state.best.logLikelihood
    if (best) {
      state.best = { epoch: state.epoch, logLikelihood }
      state.aside = values.view().slice()
    }
    return { logLikelihood, best }
  }

  #progress(): FlowFitProgress {
    const { step, sum, lastMean } = this.#state
    const run = {
      epochs: this.#epochs,
      steps: this.#steps,
      rows: this.#rows,
      stepsHere: this.#stepsHere,
      started: this.#started,
    }
    return {
      ...howFar(this.#state, run, this.#rates),
      logLikelihood: step === 0 ? lastMean : sum / (step * this.#settings.batch),
    }
  }
}
