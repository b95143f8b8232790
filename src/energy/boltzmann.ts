import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { files } from '../io/files.ts'
import { type Matrix, type MatrixLike, toMatrix } from '../matrix.ts'
import type { LongOptions } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type BoltzmannCore, checkTemperature } from './boltzmann-core.ts'
import { type Couplings, DenseCouplings } from './boltzmann-couplings.ts'
import { type ExactLaw, type ExactOptions, exact } from './boltzmann-exact.ts'
import { checkLayers, decodeBoltzmann, encodeBoltzmann } from './boltzmann-file.ts'
import { type BoltzmannFitResult, startFit } from './boltzmann-fit.ts'
import { type BoltzmannGradient, gradient, logLikelihood } from './boltzmann-likelihood.ts'
import type { BoltzmannFitOptions, BoltzmannFitProgress } from './boltzmann-options.ts'
import { type BoltzmannRetrieveOptions, type BoltzmannRetrieveResult, retrieve } from './boltzmann-retrieve.ts'
import * as rows from './boltzmann-rows.ts'
import { type BoltzmannSampleOptions, type BoltzmannSampleResult, sample } from './boltzmann-sample.ts'
import type { BoltzmannTrainingPosition } from './boltzmann-training-state.ts'
import { type GraphLike, isGraphLike, toGraph } from './graph.ts'
import { checkCouplings } from './hopfield-couplings.ts'
import type { Encoding } from './hopfield-states.ts'
import { checkMagnitude } from './rbm-file.ts'
import { SparseCouplings } from './sparse-couplings.ts'

export interface BoltzmannOptions {
  /** Number of visible units, the first ones. */
  visible: number
  /** Number of hidden units; default 0. */
  hidden?: number | undefined
  /** What a unit may be: `spin` (default), -1 and +1, or `binary`, 0 and 1. */
  states?: Encoding | undefined
  /** T of exp(-E / T); default 1. */
  temperature?: number | undefined
  /**
   * Couplings of all N = visible + hidden units: a matrix [N, N], symmetric with a zero diagonal; or few of them, as
   * `{ edges: [[i, j, w], ...] }` (each pair once) or `{ csr: { offsets, columns, weights } }`. Default: dense, all 0.
   */
  couplings?: MatrixLike | GraphLike | undefined
  /** [N]; default all 0. */
  bias?: ArrayLike<number> | undefined
}

/**
 * A Boltzmann machine [Ackley, Hinton, Sejnowski 1985]: N units, visible or hidden, coupled in pairs.
 *
 *     E(y) = -1/2 y' W y - b' y       P(y) = exp(-E(y) / T) / Z       z_i = sum_j W_ij y_j + b_i
 *     P(y_i on | rest) = sigma(2 z_i / T) for spins, sigma(z_i / T) for binary units
 *
 * States are given as -1 and +1 or as 0 and 1, whatever the machine's own are, and come back in its own. Where rows of states
 * are taken they may be of all units or, as the hidden ones come last, of the visible ones alone.
 *
 * Chains see the couplings as integers times a common unit (native/kernels/coupling_table.h): exact where all are
 * multiples of 1 or 1/N, else rounded by at most 2^-31 of the largest sum of magnitudes of a row. Decisions compare these
 * integers with random numbers of 32 bits (native/kernels/boltzmann_visit.h). So the same seed gives the same bytes on every
 * backend and number of threads, for one chain alone or in a batch, and for dense as for sparse couplings.
 *
 * Methods that return promises reject with an `ArgumentError` of one sentence when an argument is wrong, before anything
 * has changed, and with an `AbortError` when their `signal` fires. Several may run at once, each on the parameters of the
 * moment it was called; of `fit` only one.
 *
 * @example
 * const machine = new BoltzmannMachine({ visible: 3, couplings: { edges: [[0, 1, 1], [1, 2, -1]] } })
 * const { states } = await machine.sample({ chains: 1000, sweeps: 100, scan: 'chromatic', seed: 1 })
 * const { logPartition, means } = await machine.exact()
 */
export class BoltzmannMachine {
  readonly visible: number
  readonly hidden: number
  /** `spin`: -1 and +1; `binary`: 0 and 1. */
  readonly states: Encoding
  readonly temperature: number
  #core: BoltzmannCore

  /** @throws ArgumentError on wrong sizes, couplings that are not symmetric or not finite, self-loops, a temperature not above 0 */
  constructor(options: BoltzmannOptions) {
    const keys = ['visible', 'hidden', 'states', 'temperature', 'couplings', 'bias'] as const
    const given = check.options('options', options, keys)
    const { visible, hidden } = checkLayers(given, isGraphLike(given.couplings))
    const units = visible + hidden
    const encoding = check.oneOf('states', given.states ?? 'spin', ['spin', 'binary'])
    const temperature = checkTemperature('temperature', given.temperature ?? 1)
    const backend = current()
    const bias = given.bias === undefined ? new Float32Array(units) : biases(given.bias, units)
    const couplings = toCouplings(backend, encoding, given.couplings, bias)
    this.#core = {
      backend,
      visible,
      hidden,
      units,
      encoding,
      temperature,
      couplings,
      fitting: false,
      training: undefined,
    }
    this.visible = visible
    this.hidden = hidden
    this.states = encoding
    this.temperature = temperature
  }

  /** The machine's state, for functions of the library that take a machine. @internal */
  static coreOf(machine: BoltzmannMachine): BoltzmannCore {
    return machine.#core
  }

  /** Number of units, visible and hidden. */
  get units(): number {
    return this.#core.units
  }

  /** Colours of the chromatic scan; for dense couplings every unit has one of its own. */
  get colours(): number {
    return this.#core.couplings.colours
  }

  /** A copy of the couplings W, [N, N]. */
  couplings(): Matrix {
    const { couplings, units } = this.#core
    if (couplings instanceof DenseCouplings) return { data: couplings.weights.slice(), shape: [units, units] }
    const data = new Float32Array(units * units)
    for (let i = 0; i < units; i++) data.set(couplings.row(i), i * units)
    return { data, shape: [units, units] }
  }

  /** A copy of the biases b, [N]. */
  bias(): Float32Array {
    return this.#core.couplings.bias.slice()
  }

  /**
   * Sets the couplings and, where given, the biases, from copies. A training that could have been resumed is forgotten.
   *
   * @throws ArgumentError as the constructor, and while `fit` is running
   */
  setCouplings(couplings: MatrixLike | GraphLike, bias?: ArrayLike<number>): void {
    const { backend, encoding, units } = this.#core
    if (couplings === undefined) throw new ArgumentError(expected('couplings', 'to be given', 'undefined'))
    this.#replace(
      'setCouplings',
      toCouplings(backend, encoding, couplings, bias === undefined ? this.bias() : biases(bias, units)),
    )
  }

  /** Sets the biases, from a copy. @throws ArgumentError as `setCouplings` */
  setBias(bias: ArrayLike<number>): void {
    const { couplings, backend, encoding, units } = this.#core
    const next = biases(bias, units)
    if (couplings instanceof DenseCouplings) {
      this.#replace('setBias', new DenseCouplings(backend, encoding, couplings.weights, next))
    } else {
      this.#replace('setBias', new SparseCouplings(backend, encoding, (couplings as SparseCouplings).graph, next))
    }
  }

  #replace(name: string, couplings: Couplings): void {
    if (this.#core.fitting) {
      throw new ArgumentError(expected(name, 'to be called when no `fit` is running', 'a call during one'))
    }
    this.#core.couplings = couplings
    this.#core.training = undefined
  }

  /** E(y) = -1/2 y' W y - b' y of states [n, N]. */
  energy(states: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.energy(this.#core, states, options)
  }

  /** z_i = sum_j W_ij y_j + b_i of states [n, N]. */
  fields(states: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.fields(this.#core, states, options)
  }

  /** Mean over states [n, N] of sum_i log P(y_i | all other units), in nats [Besag 1975]. It needs no log Z. Not the likelihood. */
  pseudoLogLikelihood(states: MatrixLike, options?: LongOptions): Promise<number> {
    return rows.pseudoLogLikelihood(this.#core, states, options)
  }

  /**
   * Runs Markov chains, from fair coins or from given states, free or with units held, at one temperature or along a
   * schedule. Chain r of a seed draws the same whatever runs beside it (`firstChain`), and a run may be continued where
   * it ended (`init`, `firstSweep`).
   *
   * @throws (rejects with) ArgumentError; AbortError with the result so far as `partial`
   */
  sample(options?: BoltzmannSampleOptions): Promise<BoltzmannSampleResult> {
    return sample(this.#core, options)
  }

  /**
   * Retrieval: chains start at the cues (or are held at their known units), and the means of the last M states of L sweeps
   * decide: y_i = sign((1/M) sum_t y_i(t)).
   *
   * @param cues states [n, N], or [n, V] of the visible units; hidden ones then start by fair coins
   * @throws (rejects with) ArgumentError; AbortError, with the means so far as `partial` where there are any
   */
  retrieve(cues: MatrixLike, options?: BoltzmannRetrieveOptions): Promise<BoltzmannRetrieveResult> {
    return retrieve(this.#core, cues, options)
  }

  /**
   * The exact law, by enumeration of up to 25 units that are not held: log Z, means, moments, probabilities, samples. Double
   * precision, from the couplings as they were given.
   */
  exact(options?: ExactOptions): Promise<ExactLaw> {
    return exact(this.#core, options)
  }

  /** Mean log-likelihood of visible rows [n, V] in nats, exact, hidden units summed out; up to 25 units. */
  logLikelihood(data: MatrixLike, options?: LongOptions): Promise<number> {
    return logLikelihood(this.#core, data, options)
  }

  /**
   * The exact gradient of the mean log-likelihood of visible rows [n, V]; up to 25 units:
   *
   *     dW_ij = (<y_i y_j>_data - <y_i y_j>_model) / T          db_i = (<y_i>_data - <y_i>_model) / T
   */
  gradient(data: MatrixLike, options?: LongOptions): Promise<BoltzmannGradient> {
    return gradient(this.#core, data, options)
  }

  /**
   * Learns from visible rows [n, V] by stochastic gradient ascent on the log-likelihood: the means of the data phase, with
   * the visible units held (exact where nothing is hidden), against those of persistent chains [Younes 1989; Tieleman 2008].
   *
   * The result can be awaited, or gone through epoch by epoch with `for await`. Whenever it ends (`signal`, an error, a
   * diverging step, leaving the loop), the machine has the parameters of the last finished step, and
   * `fit(data, { resume: true })` goes on from there to the same bytes as if nothing had happened, also after `save` and
   * `load`. Needs dense couplings.
   *
   * @throws (rejects with) ArgumentError on wrong options or data, also on other data or options than those of the training
   *   resumed; AbortError with the result so far as `partial`; DivergenceError when a parameter leaves the finite numbers
   */
  fit(data: MatrixLike, options?: BoltzmannFitOptions): Stepwise<BoltzmannFitResult, BoltzmannFitProgress> {
    return startFit(this.#core, data, options)
  }

  /** Where training stands; undefined for a machine that was not trained, or whose parameters were set since. */
  get training(): BoltzmannTrainingPosition | undefined {
    const state = this.#core.training
    return state && { epoch: state.epoch, step: state.step, settings: structuredClone(state.settings) }
  }

  /** The machine as a safetensors file; the same machine gives the same bytes. */
  toBytes(): Uint8Array {
    return encodeBoltzmann(this.#core)
  }

  /**
   * The machine that `toBytes` wrote.
   *
   * @throws FormatError of one sentence when the bytes are not a whole and consistent machine
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): BoltzmannMachine {
    const core = decodeBoltzmann(current(), bytes)
    const { visible, hidden, encoding, temperature } = core
    const machine = new BoltzmannMachine({ visible, hidden, states: encoding, temperature, couplings: { edges: [] } })
    machine.#core = core
    return machine
  }

  /** Writes `toBytes()` to a file, whole or not at all. Not in browsers. Rejects with a `FileError`. */
  async save(path: string): Promise<void> {
    await files('`toBytes`').write(path, this.toBytes())
  }

  /** The machine in a file. Not in browsers. Rejects with a `FileError`, or with a `FormatError` that names the path. */
  static async load(path: string): Promise<BoltzmannMachine> {
    const disk = files('`BoltzmannMachine.fromBytes`')
    const bytes = await disk.read(path)
    return disk.within(path, () => BoltzmannMachine.fromBytes(bytes))
  }
}

function biases(values: ArrayLike<number>, units: number): Float32Array {
  const bias = Float32Array.from(check.finiteArray('bias', values, units))
  checkMagnitude('bias', bias)
  return bias
}

function toCouplings(
  backend: BoltzmannCore['backend'],
  encoding: Encoding,
  given: MatrixLike | GraphLike | undefined,
  bias: Float32Array,
): Couplings {
  const units = bias.length
  if (given === undefined) return new DenseCouplings(backend, encoding, new Float32Array(units * units), bias)
  if (isGraphLike(given)) return new SparseCouplings(backend, encoding, toGraph('couplings', given, units), bias)
  const weights = toMatrix('couplings', given, units).data
  const count = weights.length / units
  if (count !== units) throw new ArgumentError(expected('couplings', `to have ${units} rows, one for each unit`, count))
  checkCouplings('couplings', weights, units)
  return new DenseCouplings(backend, encoding, weights.slice(), bias)
}
