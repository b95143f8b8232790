/** Training of a Gaussian RBM: epochs of kernel calls, with the model always at a finished step. */

import { inPieces } from '../backend/pieces.ts'
import { AbortError, DivergenceError } from '../errors.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { deriveKey, type Key } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { Pace } from '../run/progress.ts'
import { setValues, valuesOf } from '../run/shared-parameters.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { checkSameRows, epochsWanted, howFar, trainAlone, trainingBefore } from '../run/training.ts'
import {
  type GaussianCore,
  type GaussianParameters,
  gaussianNames,
  stream,
  toUnits,
  type Units,
} from './gaussian-rbm-core.ts'
import { type GaussianSurvey, gaussianSurvey, takeRows } from './gaussian-rbm-data.ts'
import {
  checkGaussianFit,
  checkGaussianUnchanged,
  type GaussianFitOptions,
  type GaussianFitProgress,
  type GaussianSettings,
  gaussianSettingsOf,
} from './gaussian-rbm-options.ts'
import { hiddenOf } from './gaussian-rbm-rows.ts'
import {
  type GaussianTrainingArrays,
  type GaussianTrainingState,
  gaussianArrayShapes,
} from './gaussian-rbm-training-state.ts'
import { cautiousSweeps, checkFits } from './limits.ts'
import { LearningRates } from './rbm-rates.ts'
import { columnMeans } from './rbm-rows.ts'
import { keepArrays, newArrays, restoreArrays, type WorkingArrays, workingArrays } from './rbm-training-state.ts'

export interface GaussianFitResult {
  /** Epochs finished, in all. */
  readonly epochs: number
  /** Steps finished, in all. */
  readonly steps: number
  readonly seed: number | bigint
  /** The reports of the epochs that this call finished. */
  readonly history: readonly GaussianFitProgress[]
}

export function startGaussianFit(
  core: GaussianCore,
  data: MatrixLike,
  given: GaussianFitOptions | undefined,
): Stepwise<GaussianFitResult, GaussianFitProgress> {
  const check = () => checkGaussianFit(given)
  return trainAlone(core, 'fit', check, async (options, report) => (await prepare(core, data, options)).run(report))
}

type Given = Partial<GaussianFitOptions> & { signal: AbortSignal }

/** All that can be wrong with the arguments comes out here, before anything of the model changes. */
async function prepare(core: GaussianCore, data: MatrixLike, options: Given): Promise<Fit> {
  const before = options.resume ? resumable(core, options) : undefined
  const settings = before?.settings ?? gaussianSettingsOf(options)
  const epochs = epochsWanted(options.epochs, before)
  const about = await gaussianSurvey(core, data, options.signal)
  if (before) checkSameRows('data', before.data, about.mark)
  else await checkUnits(core, core.fresh ? about : core.parameters.current, about.matrix, options.signal)
  const widest = Math.max(core.visible, core.hidden)
  checkFits('batch', Math.min(settings.batch, about.mark.rows), widest)
  checkFits('chains', settings.chains, widest)
  if (!before) await startTraining(core, about, settings, epochs)
  return new Fit(core, core.training!, about.matrix, epochs, options)
}

function resumable({ training }: GaussianCore, options: Given): GaussianTrainingState {
  const before = trainingBefore(training, 'model')
  checkGaussianUnchanged(options, before.settings)
  return before
}

/** Refuses data that these units can't hold. */
async function checkUnits(core: GaussianCore, units: Units, { data, shape }: Matrix, signal: AbortSignal) {
  const look = async (first: number, count: number) => {
    toUnits(core, units, 'data', data.subarray(first * core.visible, (first + count) * core.visible), first)
  }
  await inPieces(shape[0], look, { signal, firstPiece: 64, milliseconds: 10 })
}

// Rows whose hidden activities give the first offsets.
const OFFSET_ROWS = 1000

/** Puts the model at step 0 of a training with these settings: units of the data, chains and offsets at its rows. */
async function startTraining(
  core: GaussianCore,
  { matrix, mark, offset, scale }: GaussianSurvey,
  settings: GaussianSettings,
  epochs: number,
): Promise<void> {
  const { visible, hidden, parameters } = core
  if (core.fresh) parameters.write({ offset, scale })
  const arrays = newArrays<GaussianTrainingArrays>(gaussianArrayShapes(settings, visible, hidden))
  const order = shuffled(mark.rows, BigInt(settings.seed), stream.chainStart, 0)
  const some = Math.min(mark.rows, OFFSET_ROWS)
  const [sigmaLow, sigmaHigh] = settings.sigmaRange
  await parameters.read(async (now) => {
    arrays.hiddenOffset.set(columnMeans(await activities(core, now, matrix, order, some)))
    const { low, high } = deriveKey(BigInt(settings.seed), stream.chainStart)
    const start = (await activities(core, now, matrix, order, settings.chains)).data
    await core.backend.run('bitsBernoulli', start, hidden, low, high, 0, 0, arrays.chains)
  })
  if (settings.learnSigma) {
    parameters.write({ sigma: parameters.current.sigma.view().map((s) => Math.min(sigmaHigh, Math.max(sigmaLow, s))) })
  }
  core.fresh = false
  core.training = { settings, horizon: epochs, data: mark, arrays, epoch: 0, step: 0 }
}

/** P(h = 1 | v) of the first rows of the order; rows are used again where there are too few. */
async function activities(
  core: GaussianCore,
  parameters: GaussianParameters,
  matrix: Matrix,
  order: Uint32Array,
  count: number,
): Promise<Matrix> {
  const chosen = Uint32Array.from({ length: count }, (_, i) => order[i % order.length]!)
  return hiddenOf(core, parameters, takeRows(core, parameters, matrix, chosen))
}

function workingParameters({ workspace, parameters }: GaussianCore): GaussianParameters {
  const { current } = parameters
  const all = gaussianNames.map((name) => [name, workspace.take(name, Float32Array, current[name].length)] as const)
  return Object.fromEntries(all) as unknown as GaussianParameters
}

/** One run of training. The kernels work on a copy; each finished piece is published to the model. */
class Fit {
  readonly #core: GaussianCore
  readonly #state: GaussianTrainingState
  readonly #settings: GaussianSettings
  readonly #matrix: Matrix
  readonly #epochs: number
  readonly #options: Given
  readonly #steps: number
  readonly #rates: LearningRates
  readonly #key: Key
  readonly #working: { parameters: GaussianParameters; arrays: WorkingArrays<GaussianTrainingArrays> }
  readonly #history: GaussianFitProgress[] = []
  readonly #pace = new Pace()
  readonly #started = performance.now()
  #stepsHere = 0
  #order: Uint32Array = new Uint32Array()

  constructor(core: GaussianCore, state: GaussianTrainingState, matrix: Matrix, epochs: number, options: Given) {
    this.#core = core
    this.#state = state
    this.#settings = state.settings
    this.#matrix = matrix
    this.#epochs = epochs
    this.#options = options
    this.#steps = Math.ceil(matrix.shape[0] / this.#settings.batch)
    this.#rates = new LearningRates(this.#settings.learningRate, state.horizon * this.#steps)
    this.#key = deriveKey(BigInt(this.#settings.seed), stream.training)
    const shapes = gaussianArrayShapes(this.#settings, core.visible, core.hidden)
    const arrays = workingArrays<GaussianTrainingArrays>(core.workspace, shapes)
    this.#working = { parameters: workingParameters(core), arrays }
    this.#restore()
  }

  async run(report: (epoch: GaussianFitProgress) => Promise<void>): Promise<GaussianFitResult> {
    try {
      while (this.#state.epoch < this.#epochs) await report(await this.#epoch())
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  #result(): GaussianFitResult {
    const { epoch, step } = this.#state
    const seed = BigInt(this.#settings.seed)
    return {
      epochs: epoch,
      steps: epoch * this.#steps + step,
      seed: seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed,
      history: this.#history,
    }
  }

  async #epoch(): Promise<GaussianFitProgress> {
    const { epoch, step } = this.#state
    this.#order = shuffled(this.#matrix.shape[0], BigInt(this.#settings.seed), stream.order, epoch)
    const onPiece = () => {
      if (this.#pace.due()) this.#options.onProgress?.(this.#progress())
    }
    await inPieces(this.#steps - step, (first, count) => this.#advance(step + first, count), {
      signal: this.#options.signal,
      onPiece,
      firstPiece: this.#firstPiece(),
    })
    const info = this.#progress()
    this.#history.push(info)
    this.#options.onProgress?.(info)
    return info
  }

  /** Steps that surely fit into a piece. Real-valued products take some four times as long as those of bits. */
  #firstPiece(): number {
    const { batch, chains, sweeps } = this.#settings
    const { visible, hidden, backend } = this.#core
    const rows = 4 * (2 * batch + Math.max(batch, chains) * (2 * sweeps + 1))
    return cautiousSweeps(rows, visible, hidden, backend.pieceMilliseconds)
  }

  /** Steps `first` to `first + count` of the epoch. */
  async #advance(first: number, count: number): Promise<void> {
    const bad = await this.#train(first, count)
    if (bad < 0) return this.#publish(first + count)
    // The kernel stops in the middle of the step that went wrong; the steps before it are made again.
    this.#restore()
    if (bad > 0) {
      await this.#train(first, bad)
      this.#publish(first + bad)
    }
    throw new DivergenceError(this.#state.epoch * this.#steps + first + bad, 'the parameters')
  }

  async #train(first: number, count: number): Promise<number> {
    const { momentum, weightDecay, sweeps, offsetRate, learnSigma, sigmaRate, sigmaRange } = this.#settings
    const { weights, visibleBias, hiddenBias, sigma } = this.#working.parameters
    const { weightVelocity, visibleVelocity, hiddenVelocity, sigmaVelocity, hiddenOffset, chains } =
      this.#working.arrays
    const number = this.#state.epoch * this.#steps + first
    const all = this.#matrix.shape[0]
    const batch = Math.min(this.#settings.batch, all)
    const rows = this.#order.subarray(first * batch, Math.min(all, (first + count) * batch))
    const values = takeRows(this.#core, this.#working.parameters, this.#matrix, rows)
    return this.#core.backend.run(
      'gaussianRbmTrain',
      ...([values, batch, this.#rates.of(number, count), momentum, weightDecay] as const),
      ...([learnSigma ? sigmaRate : 0, ...sigmaRange, sweeps, offsetRate] as const),
      ...([this.#key.low, this.#key.high, number, weights, visibleBias, hiddenBias, sigma] as const),
      ...([weightVelocity, visibleVelocity, hiddenVelocity, sigmaVelocity, hiddenOffset, chains] as const),
    )
  }

  #publish(stepsDone: number): void {
    this.#core.parameters.write(valuesOf(this.#working.parameters))
    keepArrays(this.#working.arrays, this.#state.arrays)
    this.#stepsHere += stepsDone - this.#state.step
    this.#state.step = stepsDone
    if (stepsDone < this.#steps) return
    this.#state.step = 0
    this.#state.epoch++
  }

  #restore(): void {
    setValues(this.#working.parameters, valuesOf(this.#core.parameters.current))
    restoreArrays(this.#state.arrays, this.#working.arrays)
  }

  #progress(): GaussianFitProgress {
    const run = {
      epochs: this.#epochs,
      steps: this.#steps,
      rows: this.#matrix.shape[0],
      stepsHere: this.#stepsHere,
      started: this.#started,
    }
    return howFar(this.#state, run, this.#rates)
  }
}
