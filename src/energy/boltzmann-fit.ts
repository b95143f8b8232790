/** Training of a Boltzmann machine: epochs of kernel calls, with the machine always at a finished step. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import { AbortError, DivergenceError } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, fromWords, type Key, type Seed } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import type { DataMark } from '../run/data-survey.ts'
import { Pace } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { checkSameRows, epochsWanted, howFar, trainAlone, trainingBefore } from '../run/training.ts'
import { gather, unpackValues, wordsPerRow } from './bits.ts'
import { type BoltzmannCore, stream } from './boltzmann-core.ts'
import { DenseCouplings } from './boltzmann-couplings.ts'
import { needsDense } from './boltzmann-likelihood.ts'
import {
  type BoltzmannFitOptions,
  type BoltzmannFitProgress,
  type BoltzmannSettings,
  checkFitOptions,
  checkUnchanged,
  settingsOf,
} from './boltzmann-options.ts'
import { pseudoLikelihoods } from './boltzmann-rows.ts'
import { coins, firstUnits, overlay } from './boltzmann-start.ts'
import type { BoltzmannArrays, BoltzmannTraining } from './boltzmann-training-state.ts'
import { toStates } from './hopfield-states.ts'
import { cautiousSweeps, checkFits } from './limits.ts'
import { LearningRates } from './rbm-rates.ts'

export interface BoltzmannFitResult {
  /** Epochs finished, in all. */
  readonly epochs: number
  /** Steps finished, in all. */
  readonly steps: number
  readonly seed: Seed
  /** The reports of the epochs that this call finished. */
  readonly history: readonly BoltzmannFitProgress[]
}

type Given = Partial<BoltzmannFitOptions> & { signal: AbortSignal }

export function startFit(
  core: BoltzmannCore,
  data: MatrixLike,
  given: BoltzmannFitOptions | undefined,
): Stepwise<BoltzmannFitResult, BoltzmannFitProgress> {
  const check = () => {
    const options = checkFitOptions(given)
    if (!(core.couplings instanceof DenseCouplings)) needsDense('fit')
    return options
  }
  return trainAlone(core, 'fit', check, async (options, report) => (await prepare(core, data, options)).run(report))
}

/** All that can be wrong with the arguments comes out here, before anything of the machine changes. */
async function prepare(core: BoltzmannCore, data: MatrixLike, options: Given): Promise<Fit> {
  const before = options.resume ? resumable(core, options) : undefined
  const settings = before?.settings ?? settingsOf(options)
  const epochs = epochsWanted(options.epochs, before)
  const { bits, rows } = await toStates(core.backend, 'data', data, core.visible)
  checkFits('batch', Math.min(settings.batch, rows), core.units)
  checkFits('chains', settings.chains, core.units)
  const mark = await markOf(core, bits, rows, options.signal)
  if (before) checkSameRows('data', before.data, mark)
  core.training = before ?? (await beginning(core, settings, epochs, bits, mark))
  return new Fit(core, bits, epochs, options)
}

function resumable({ training }: BoltzmannCore, options: Given): BoltzmannTraining {
  const before = trainingBefore(training, 'machine')
  checkUnchanged(options, before.settings)
  return before
}

/** Enough of the data to notice that it is another one. */
async function markOf(
  { backend, visible }: BoltzmannCore,
  bits: Uint32Array,
  rows: number,
  signal: AbortSignal,
): Promise<DataMark> {
  const [words, sums, hash] = [wordsPerRow(visible), new Float64Array(visible), new Uint32Array(2)]
  const read = async (first: number, count: number) => {
    const values = unpackValues(backend, bits.subarray(first * words, (first + count) * words), visible)
    await backend.run('dataSurvey', values.data, visible, first, sums, hash)
  }
  await inPieces(rows, read, { signal, firstPiece: 256 })
  return { rows, hash: [...hash].map((half) => half.toString(16).padStart(8, '0')).join('') }
}

/** The state before the first step: chains at random rows of the data, hidden units by fair coins. */
async function beginning(
  core: BoltzmannCore,
  settings: BoltzmannSettings,
  horizon: number,
  bits: Uint32Array,
  data: DataMark,
): Promise<BoltzmannTraining> {
  const seed = BigInt(settings.seed)
  const chains = await coins(core, settings.chains, deriveKey(seed, stream.chainStart), 0)
  const order = shuffled(data.rows, seed, stream.chainStart, 0)
  const chosen = Uint32Array.from({ length: settings.chains }, (_, k) => order[k % order.length]!)
  const given = gather(core.backend, bits, core.visible, chosen)
  overlay(chains, firstUnits(core.units, core.visible), { bits: given, rows: settings.chains, columns: core.visible })
  const arrays = {
    weightVelocity: new Float32Array(core.units ** 2),
    biasVelocity: new Float32Array(core.units),
    chains,
  }
  return { settings, horizon, data, arrays, epoch: 0, step: 0 }
}

/** What the kernel works on. */
type Working = {
  readonly weights: BackendArray<Float32Array>
  readonly bias: BackendArray<Float32Array>
} & { readonly [Name in keyof BoltzmannArrays]: BackendArray<BoltzmannArrays[Name]> }

/** One run of training. The kernel works on a copy; each finished piece is published to the machine. */
class Fit {
  readonly #core: BoltzmannCore
  readonly #bits: Uint32Array
  readonly #epochs: number
  readonly #options: Given
  readonly #settings: BoltzmannSettings
  readonly #steps: number
  readonly #rows: number
  readonly #rates: LearningRates
  readonly #keys: { readonly data: Key; readonly model: Key }
  readonly #working: Working
  readonly #history: BoltzmannFitProgress[] = []
  readonly #pace = new Pace()
  readonly #started = performance.now()
  #training: BoltzmannTraining
  #stepsHere = 0
  #order: Uint32Array = new Uint32Array()

  constructor(core: BoltzmannCore, bits: Uint32Array, epochs: number, options: Given) {
    const training = core.training!
    const { settings, data, horizon, arrays } = training
    this.#core = core
    this.#bits = bits
    this.#epochs = epochs
    this.#options = options
    this.#settings = settings
    this.#training = training
    this.#rows = data.rows
    this.#steps = Math.ceil(data.rows / settings.batch)
    this.#rates = new LearningRates(settings.learningRate, horizon * this.#steps)
    const seed = BigInt(settings.seed)
    this.#keys = { data: deriveKey(seed, stream.dataPhase), model: deriveKey(seed, stream.modelPhase) }
    const { backend, units } = core
    this.#working = {
      weights: backend.alloc(Float32Array, units ** 2),
      bias: backend.alloc(Float32Array, units),
      weightVelocity: backend.alloc(Float32Array, units ** 2),
      biasVelocity: backend.alloc(Float32Array, units),
      chains: backend.alloc(Uint32Array, arrays.chains.length),
    }
    this.#restore()
  }

  async run(report: (epoch: BoltzmannFitProgress) => Promise<void>): Promise<BoltzmannFitResult> {
    try {
      while (this.#training.epoch < this.#epochs) await report(await this.#epoch())
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  #result(): BoltzmannFitResult {
    const { epoch, step } = this.#training
    const { low, high } = deriveKey(BigInt(this.#settings.seed))
    return {
      epochs: epoch,
      steps: epoch * this.#steps + step,
      seed: fromWords({ low, high }),
      history: this.#history,
    }
  }

  async #epoch(): Promise<BoltzmannFitProgress> {
    const { epoch, step } = this.#training
    this.#order = shuffled(this.#rows, BigInt(this.#settings.seed), stream.shuffle, epoch)
    const onPiece = () => {
      if (this.#pace.due()) this.#options.onProgress?.(this.#progress())
    }
    await inPieces(this.#steps - step, (first, count) => this.#advance(step + first, count), {
      signal: this.#options.signal,
      onPiece,
      firstPiece: this.#firstPiece(),
    })
    const info = { ...this.#progress(), ...(await this.#monitor()) }
    this.#history.push(info)
    this.#options.onProgress?.(info)
    return info
  }

  /** Steps that surely fit into a piece: sweeps of chains and rows, and two passes over all pairs of units. */
  #firstPiece(): number {
    const { chains, sweeps, batch, dataSweeps } = this.#settings
    const { units, hidden, backend } = this.#core
    const rows = chains * (sweeps + 1) + batch * (hidden > 0 ? dataSweeps + 1 : 1)
    return cautiousSweeps(rows, units, units, backend.pieceMilliseconds)
  }

  async #monitor(): Promise<{ pseudoLogLikelihood?: number }> {
    const rows = Math.min(this.#rows, this.#options.monitor ?? 1000)
    if (this.#core.hidden > 0 || rows === 0) return {}
    const bits = this.#bits.subarray(0, rows * wordsPerRow(this.#core.units))
    const { signal } = this.#options
    const each = await pseudoLikelihoods(this.#core, this.#core.couplings, bits, { signal })
    return { pseudoLogLikelihood: each.reduce((sum, value) => sum + value, 0) / rows }
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
    throw new DivergenceError(this.#training.epoch * this.#steps + first + bad, 'the parameters')
  }

  #train(first: number, count: number): Promise<number> {
    const { momentum, weightDecay, sweeps, dataSweeps, batch } = this.#settings
    const { visible, encoding, temperature, backend } = this.#core
    const { weights, bias, weightVelocity, biasVelocity, chains } = this.#working
    const { data, model } = this.#keys
    const number = this.#training.epoch * this.#steps + first
    const order = this.#order.subarray(first * batch, Math.min(this.#rows, (first + count) * batch))
    return backend.run(
      'boltzmannTrain',
      ...([gather(backend, this.#bits, visible, order), visible, encoding === 'binary', temperature] as const),
      ...([batch, this.#rates.of(number, count), momentum, weightDecay, sweeps, dataSweeps] as const),
      ...([data.low, data.high, model.low, model.high, number] as const),
      ...([weights, bias, weightVelocity, biasVelocity, chains] as const),
    )
  }

  #publish(stepsDone: number): void {
    const { backend, encoding } = this.#core
    const { weights, bias, weightVelocity, biasVelocity, chains } = this.#working
    this.#core.couplings = new DenseCouplings(backend, encoding, weights.view().slice(), bias.view().slice())
    this.#stepsHere += stepsDone - this.#training.step
    const whole = stepsDone === this.#steps
    this.#training = {
      ...this.#training,
      arrays: {
        weightVelocity: weightVelocity.view().slice(),
        biasVelocity: biasVelocity.view().slice(),
        chains: chains.view().slice(),
      },
      epoch: this.#training.epoch + (whole ? 1 : 0),
      step: whole ? 0 : stepsDone,
    }
    this.#core.training = this.#training
  }

  #restore(): void {
    const { weights, bias } = this.#core.couplings as DenseCouplings
    const { weightVelocity, biasVelocity, chains } = this.#training.arrays
    this.#working.weights.view().set(weights)
    this.#working.bias.view().set(bias)
    this.#working.weightVelocity.view().set(weightVelocity)
    this.#working.biasVelocity.view().set(biasVelocity)
    this.#working.chains.view().set(chains)
  }

  #progress(): BoltzmannFitProgress {
    const run = {
      epochs: this.#epochs,
      steps: this.#steps,
      rows: this.#rows,
      stepsHere: this.#stepsHere,
      started: this.#started,
    }
    return howFar(this.#training, run, this.#rates)
  }
}
