/** Training of an RBM: epochs of kernel calls, with the model always at a finished step. */

import { inPieces } from '../backend/pieces.ts'
import { AbortError, DivergenceError } from '../errors.ts'
import { type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { Pace } from '../run/progress.ts'
import { setValues, valuesOf } from '../run/shared-parameters.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { checkSameRows, epochsWanted, howFar, trainAlone, trainingBefore } from '../run/training.ts'
import { cautiousSweeps, checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { BitRows, binarizeKey, binarizeWay, survey } from './rbm-data.ts'
import { Monitor } from './rbm-monitor.ts'
import {
  checkFitOptions,
  checkUnchanged,
  type FitOptions,
  type FitProgress,
  type Settings,
  settingsOf,
} from './rbm-options.ts'
import type { Parameters } from './rbm-parameters.ts'
import { LearningRates } from './rbm-rates.ts'
import { startTraining } from './rbm-start.ts'
import {
  arrayShapes,
  keepArrays,
  restoreArrays,
  type TrainingState,
  type WorkingArrays,
  workingArrays,
} from './rbm-training-state.ts'

export interface FitResult {
  /** Epochs finished, in all. */
  readonly epochs: number
  /** Steps finished, in all. */
  readonly steps: number
  readonly seed: Seed
  /** The reports of the epochs that this call finished. */
  readonly history: readonly FitProgress[]
}

export function startFit(
  core: RbmCore,
  data: MatrixLike,
  given: FitOptions | undefined,
): Stepwise<FitResult, FitProgress> {
  const check = () => checkFitOptions(given)
  return trainAlone(core, 'fit', check, async (options, report) => (await prepare(core, data, options)).run(report))
}

type Given = Partial<FitOptions> & { signal: AbortSignal }

/** All that can be wrong with the arguments comes out here, before anything of the model changes. */
async function prepare(core: RbmCore, data: MatrixLike, options: Given): Promise<Fit> {
  const before = options.resume ? resumable(core, options) : undefined
  const asked = before?.settings ?? settingsOf(options)
  const epochs = epochsWanted(options.epochs, before)
  const validation =
    options.validation === undefined
      ? undefined
      : await toMatrixInPieces('validation', options.validation, core.visible, 'unit')
  const about = await survey(core.backend, 'data', data, core.visible, options.signal)
  if (before) checkSameRows('data', before.data, about.mark)
  const settings = { ...asked, binarize: binarizeWay(asked.binarize, about.binary) }
  const seed = BigInt(settings.seed)
  checkMemory(core, settings, about.mark.rows)
  const rows = new BitRows(core, 'bits', about.matrix, settings.binarize, binarizeKey(seed))
  await rows.prepare(before?.epoch ?? 0, options.signal)
  const monitor = new Monitor(core, rows, validation, settings, options)
  if (!before) await startTraining(core, { rows, about, settings, epochs, initBias: options.initBias ?? true })
  return new Fit(core, core.training!, rows, monitor, epochs, options)
}

function checkMemory({ visible, hidden }: RbmCore, { batch, chains, temperatures }: Settings, rows: number): void {
  const widest = Math.max(visible, hidden)
  checkFits('batch', Math.min(batch, rows), widest)
  checkFits('chains', chains * temperatures.length, widest)
}

function resumable({ training }: RbmCore, options: Given): TrainingState {
  const before = trainingBefore(training, 'model')
  checkUnchanged(options, before.settings)
  return before
}

function workingParameters({ workspace, visible, hidden }: RbmCore): Parameters {
  return {
    weights: workspace.take('weights', Float32Array, visible * hidden),
    visibleBias: workspace.take('visibleBias', Float32Array, visible),
    hiddenBias: workspace.take('hiddenBias', Float32Array, hidden),
  }
}

/** One run of training. The kernels work on a copy; each finished piece is published to the model. */
class Fit {
  readonly #core: RbmCore
  readonly #state: TrainingState
  readonly #settings: Settings
  readonly #rows: BitRows
  readonly #monitor: Monitor
  readonly #epochs: number
  readonly #options: Given
  readonly #steps: number
  readonly #rates: LearningRates
  readonly #key: Key
  readonly #working: { parameters: Parameters; arrays: WorkingArrays }
  readonly #history: FitProgress[] = []
  readonly #pace = new Pace()
  readonly #started = performance.now()
  #stepsHere = 0
  #order: Uint32Array = new Uint32Array()

  constructor(core: RbmCore, state: TrainingState, rows: BitRows, monitor: Monitor, epochs: number, options: Given) {
    this.#core = core
    this.#state = state
    this.#settings = state.settings
    this.#rows = rows
    this.#monitor = monitor
    this.#epochs = epochs
    this.#options = options
    this.#steps = Math.ceil(rows.rows / this.#settings.batch)
    this.#rates = new LearningRates(this.#settings.learningRate, state.horizon * this.#steps)
    this.#key = deriveKey(BigInt(this.#settings.seed), stream.training)
    const { visible, hidden, workspace } = core
    const shapes = arrayShapes(this.#settings, visible, hidden)
    this.#working = { parameters: workingParameters(core), arrays: workingArrays(workspace, shapes) }
    this.#restore()
  }

  async run(report: (epoch: FitProgress) => Promise<void>): Promise<FitResult> {
    try {
      while (this.#state.epoch < this.#epochs) await report(await this.#epoch())
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  #result(): FitResult {
    const { epoch, step } = this.#state
    const seed = BigInt(this.#settings.seed)
    return {
      epochs: epoch,
      steps: epoch * this.#steps + step,
      seed: seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed,
      history: this.#history,
    }
  }

  async #epoch(): Promise<FitProgress> {
    const { epoch, step } = this.#state
    const { signal } = this.#options
    await this.#rows.prepare(epoch, signal)
    this.#order = shuffled(this.#rows.rows, BigInt(this.#settings.seed), stream.order, epoch)
    // A piece packs the weights anew and publishes them, some 2 ms. In WASM it may hold the event loop, natively not.
    const onPiece = () => {
      if (this.#pace.due()) this.#options.onProgress?.(this.#progress())
    }
    await inPieces(this.#steps - step, (first, count) => this.#advance(step + first, count), {
      signal,
      onPiece,
      firstPiece: this.#firstPiece(),
    })
    return this.#endEpoch()
  }

  /** Steps that surely fit into a piece. A step is a sweep of the chains, one of the batch, and the gradient. */
  #firstPiece(): number {
    const { batch, chains, temperatures, sweeps } = this.#settings
    const { visible, hidden, backend } = this.#core
    const rows = 2 * batch + Math.max(batch, chains * temperatures.length) * (sweeps + 1)
    return cautiousSweeps(rows, visible, hidden, backend.pieceMilliseconds)
  }

  async #endEpoch(): Promise<FitProgress> {
    const info = { ...this.#progress(), ...(await this.#monitor.look(this.#options.signal)) }
    this.#history.push(info)
    this.#options.onProgress?.(info)
    return info
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
    const { momentum, weightDecay, sweeps, statistics, sparsity, offsetRate, temperatures } = this.#settings
    const { weights, visibleBias, hiddenBias } = this.#working.parameters
    const { weightVelocity, visibleVelocity, hiddenVelocity, visibleOffset, hiddenOffset, chains, fantasies } =
      this.#working.arrays
    const number = this.#state.epoch * this.#steps + first
    const batch = Math.min(this.#settings.batch, this.#rows.rows)
    const rows = this.#order.subarray(first * batch, Math.min(this.#rows.rows, (first + count) * batch))
    return this.#core.backend.run(
      'rbmTrain',
      ...([this.#rows.take(rows), batch, this.#rates.of(number, count)] as const),
      ...([momentum, weightDecay, sweeps, statistics === 'samples', sparsity.target, sparsity.cost] as const),
      ...([offsetRate, Float32Array.from(temperatures), this.#key.low, this.#key.high, number] as const),
      ...([weights, visibleBias, hiddenBias, weightVelocity, visibleVelocity, hiddenVelocity] as const),
      ...([visibleOffset, hiddenOffset, chains, fantasies] as const),
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

  #progress(): FitProgress {
    const run = {
      epochs: this.#epochs,
      steps: this.#steps,
      rows: this.#rows.rows,
      stepsHere: this.#stepsHere,
      started: this.#started,
    }
    return howFar(this.#state, run, this.#rates)
  }
}
