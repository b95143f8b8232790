/**
 * The contrastive rule of a Hopfield network. Hebb's rule lowers the energy of the patterns and, unasked, that of spurious
 * states. This rule follows, by stochastic gradient descent, sum over patterns of E minus sum over other states of E: from
 * a noisy copy of each pattern the dynamics run for a few sweeps, and the state v reached is raised as the pattern is
 * lowered, W += eta (xi xi' - v v').
 */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import { deriveKey, fromWords, type Seed } from '../random/key.ts'
import { Rng } from '../random/rng.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { gather } from './bits.ts'
import { copyNetwork, type HopfieldCore, integersOf, isSilent, type Network, stream } from './hopfield-core.ts'
import { joined, type Rule, type StoreResult, withHebbian } from './hopfield-hebbian.ts'
import { noisyCopies } from './hopfield-noise.ts'
import { RecallRun } from './hopfield-recall.ts'
import { bitsApart, type States } from './hopfield-states.ts'

export interface ContrastiveOptions extends LongOptions {
  rule?: 'contrastive' | undefined
  /**
   * Probability with which a unit of a pattern is flipped before the dynamics run; default 0.05. Little noise (0.02, or none)
   * holds more patterns, much noise (up to 0.4, for few patterns) gives wider basins and fewer spurious attractors.
   */
  noise?: number | undefined
  /**
   * Sweeps that the dynamics run for; default 1. `Infinity` runs to the fixed point: in a full network that is far away, and
   * raising it tears down what was learnt. Without noise one sweep holds as many patterns as there are units, the fixed
   * point a fraction of them.
   */
  steps?: number | undefined
  /** Flips after which the dynamics stop, also in the middle of a sweep; default: no limit. */
  flips?: number | undefined
  /** Rate of learning; default 0.1 / N. */
  eta?: number | undefined
  /** Times that each pattern is used; default 100. */
  epochs?: number | undefined
  /** Patterns used at a time, between two changes of the couplings; default 16. */
  batch?: number | undefined
  /** Whether the biases learn too; default true. */
  bias?: boolean | undefined
  /** Of noise, order of patterns and dynamics. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

const keys = ['rule', 'noise', 'steps', 'flips', 'eta', 'epochs', 'batch', 'bias', 'seed'] as const
const MOST_SWEEPS = 2 ** 20
const MOST_FLIPS = 2 ** 20

type Settings = ReturnType<typeof checkSettings>

function checkSettings(given: ContrastiveOptions | undefined) {
  const options = check.options('options', given, [...keys, ...longOptionKeys])
  checkLongOptions(options)
  const steps = options.steps ?? 1
  return {
    noise: check.numberWithin('noise', options.noise ?? 0.05, 0, 0.5),
    steps: steps === Number.POSITIVE_INFINITY ? MOST_SWEEPS : check.positiveInteger('steps', steps, MOST_SWEEPS),
    flips: options.flips === undefined ? undefined : check.positiveInteger('flips', options.flips, MOST_FLIPS),
    eta: options.eta === undefined ? undefined : check.numberWithin('eta', options.eta, 1e-12, 1e6),
    epochs: check.positiveInteger('epochs', options.epochs ?? 100, 2 ** 31),
    batch: check.positiveInteger('batch', options.batch ?? 16, 2 ** 24),
    bias: check.flag('bias', options.bias ?? true),
    seed: check.seed('seed', options.seed),
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

/** Goes on from the present couplings; where there are none yet, from Hebb's. */
export function contrast(given: ContrastiveOptions | undefined): Rule {
  const settings = checkSettings(given)
  return async (core, states) => {
    const start = isSilent(core.network)
      ? await withHebbian(core, core.network, states.bits)
      : copyNetwork(core.backend, core.network, joined(core.network.patterns, states.bits))
    return new Contrast(core, start, states, settings).finish()
  }
}

class Contrast {
  readonly #core: HopfieldCore
  readonly #network: Network
  readonly #states: States
  readonly #settings: Settings
  readonly #batches: number
  readonly #wrong: number[] = []
  #order: Uint32Array = new Uint32Array()

  constructor(core: HopfieldCore, network: Network, states: States, settings: Settings) {
    this.#core = core
    this.#network = network
    this.#states = states
    this.#settings = settings
    this.#batches = Math.ceil(states.rows / settings.batch)
  }

  async finish(): Promise<StoreResult> {
    const { epochs, signal } = this.#settings
    const report = reporter(this.#settings, epochs)
    let done = 0
    const advance = async (first: number, count: number) => {
      for (let at = first; at < first + count; at++)
        await this.#step(Math.floor(at / this.#batches), at % this.#batches)
      done = first + count
    }
    const onPiece = () => report(Math.floor(done / this.#batches))
    try {
      await inPieces(epochs * this.#batches, advance, { signal, onPiece })
    } catch (error) {
      if (!(error instanceof AbortError) || done === 0) throw error
      throw new AbortError<StoreResult>(this.#keep(done), { cause: error.cause })
    }
    return this.#keep(done)
  }

  /** One change of the couplings, from one batch of patterns. */
  async #step(epoch: number, batch: number): Promise<void> {
    const { backend, units } = this.#core
    const { noise, steps, flips, eta = 0.1 / units, bias, seed } = this.#settings
    if (batch === 0) this.#startEpoch(epoch)
    const firstRow = batch * this.#settings.batch
    const patterns = gather(
      backend,
      this.#states.bits,
      units,
      this.#order.subarray(firstRow, firstRow + this.#settings.batch),
    )
    const place = { key: deriveKey(seed, stream.noise), draw: epoch, firstRow }
    const reached = await noisyCopies(backend, patterns, units, noise, place)
    // Not kept in the network, whose couplings are about to change.
    const couplings = await integersOf(backend, { ...this.#network })
    const key = deriveKey(seed, stream.training, epoch)
    await new RecallRun(backend, couplings, reached, {
      order: 'random',
      maxSweeps: steps,
      key,
      firstProbe: firstRow,
      ...(flips !== undefined && { maxFlips: flips }),
    }).finish()
    this.#wrong[epoch]! += bitsApart(patterns, reached)
    const biases = bias ? this.#network.bias : new Float32Array()
    await backend.run('hopfieldCorrelate', units, patterns, reached, eta * units, this.#network.weights, biases)
  }

  #startEpoch(epoch: number): void {
    this.#wrong.push(0)
    const key = deriveKey(this.#settings.seed, stream.order, epoch)
    this.#order = new Rng(fromWords(key)).permutation(this.#states.rows)
  }

  #keep(done: number): StoreResult {
    this.#core.network = this.#network
    const epochs = Math.floor(done / this.#batches)
    const bits = this.#states.rows * this.#core.units
    return {
      seed: this.#settings.seed,
      done: epochs,
      errors: Float64Array.from(this.#wrong.slice(0, epochs), (n) => n / bits),
    }
  }
}
