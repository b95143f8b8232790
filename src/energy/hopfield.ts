import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { files } from '../io/files.ts'
import { type Matrix, type MatrixLike, toMatrix } from '../matrix.ts'
import type { LongOptions } from '../run/progress.ts'
import { copyNetwork, emptyNetwork, HopfieldCore } from './hopfield-core.ts'
import { checkCouplings, checkUnits } from './hopfield-couplings.ts'
import { decodeHopfield, encodeHopfield } from './hopfield-file.ts'
import type { StoreResult } from './hopfield-hebbian.ts'
import { type RecallOptions, type RecallResult, recall } from './hopfield-recall.ts'
import { type HopfieldReport, type ReportOptions, report } from './hopfield-report.ts'
import { type RetrieveOptions, type RetrieveResult, retrieve } from './hopfield-retrieve.ts'
import * as rows from './hopfield-rows.ts'
import { fromBits, type StateMatrix } from './hopfield-states.ts'
import { type StoreOptions, store } from './hopfield-store.ts'
import { type UnlearnOptions, unlearn } from './hopfield-unlearning.ts'
import { checkMagnitude } from './rbm-file.ts'

export interface HopfieldOptions {
  /** Number of units. */
  units: number
  /** Couplings to begin with, [N, N], symmetric with a zero diagonal; default all 0. */
  couplings?: MatrixLike | undefined
  /** Biases to begin with, [N]; a threshold is minus a bias. Default all 0. */
  bias?: ArrayLike<number> | undefined
}

/**
 * A Hopfield network [Hopfield 1982]: a memory of N units that are -1 or +1.
 *
 *     E(y) = -1/2 y' W y - b' y          z_i = sum_j W_ij y_j + b_i
 *
 * In recall a unit takes the sign of its field z_i; a field of 0 keeps the state. A flip lowers the energy by 2 |z_i|, so every
 * run of single updates ends in a fixed point. States are given as -1 and +1 or as 0 and 1, row after row, and come back
 * in the same way (rows of only ones count as -1 and +1).
 *
 * Energies, fields and recall see the couplings as integers times a common unit (native/kernels/coupling_table.h).
 * Where all couplings are multiples of 1 or of 1/N, as by Hebb's rule, that is exact; otherwise they are rounded by at most
 * 2^-31 of the largest sum of magnitudes of a row. So a fixed point is a proven one, and the same seed gives the same
 * bytes on every backend and number of threads, one probe alone or in a batch.
 *
 * Methods that return promises reject with an `ArgumentError` of one sentence when an argument is wrong, before anything has
 * changed, and with an `AbortError` when their `signal` fires. Learning takes turns; what is asked meanwhile waits for it.
 *
 * @example
 * const net = new Hopfield({ units: 784 })
 * await net.store(digits, { rule: 'contrastive', seed: 1 })
 * const { states, converged } = await net.recall(noisyDigits, { order: 'random', seed: 2 })
 */
export class Hopfield {
  #core: HopfieldCore

  /** @throws ArgumentError on a number of units that is not from 1 to 2^14, or on couplings or biases that can't be */
  constructor(options: HopfieldOptions) {
    const given = check.options('options', options, ['units', 'couplings', 'bias'])
    const [units, backend] = [checkUnits(given.units), current()]
    this.#core = new HopfieldCore(backend, units, emptyNetwork(backend, units))
    if (given.couplings !== undefined || given.bias !== undefined) this.#set('options', given.couplings, given.bias)
  }

  /** Number of units. */
  get units(): number {
    return this.#core.units
  }

  /** A copy of the couplings W, [N, N]. */
  couplings(): Matrix {
    return { data: this.#core.network.weights.view().slice(), shape: [this.units, this.units] }
  }

  /** A copy of the biases b, [N]; thresholds are -b. */
  bias(): Float32Array {
    return this.#core.network.bias.view().slice()
  }

  /** The patterns stored so far, [P, N], as -1 and +1; no rows before the first `store` and after `setCouplings`. */
  patterns(): StateMatrix {
    return fromBits(this.#core.backend, this.#core.network.patterns, this.units, 'spin')
  }

  /**
   * Sets the couplings and, where given, the biases, from copies; the list of stored patterns is emptied.
   *
   * @throws ArgumentError on a wrong shape, on numbers that are not finite or beyond 1e15, on couplings that are not symmetric
   *   or have a diagonal, and while `store` or `unlearn` is running
   */
  setCouplings(couplings: MatrixLike, bias?: ArrayLike<number>): void {
    if (couplings === undefined) throw new ArgumentError(expected('couplings', 'to be given', 'undefined'))
    this.#set('setCouplings', couplings, bias)
  }

  /** Sets the biases, from a copy. @throws ArgumentError as `setCouplings` */
  setBias(bias: ArrayLike<number>): void {
    this.#set('setBias', undefined, bias)
  }

  #set(caller: string, couplings: MatrixLike | undefined, bias: ArrayLike<number> | undefined): void {
    const weights = couplings === undefined ? undefined : toMatrix('couplings', couplings, this.units).data
    if (weights) {
      const rowCount = weights.length / this.units
      if (rowCount !== this.units) {
        throw new ArgumentError(expected('couplings', `to have ${this.units} rows, one for each unit`, rowCount))
      }
      checkCouplings('couplings', weights, this.units)
    }
    const biases = bias === undefined ? undefined : Float32Array.from(check.finiteArray('bias', bias, this.units))
    if (biases) checkMagnitude('bias', biases)
    const { backend, network } = this.#core
    const next = copyNetwork(backend, network, weights ? new Uint32Array() : network.patterns)
    if (weights) next.weights.view().set(weights)
    if (biases) next.bias.view().set(biases)
    this.#core.replace(caller, next)
  }

  /** E(y) = -1/2 y' W y - b' y of states [n, N]. */
  energy(states: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.energy(this.#core, states, options)
  }

  /** z_i = sum_j W_ij y_j + b_i of states [n, N]. */
  fields(states: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.fields(this.#core, states, options)
  }

  /**
   * Learns patterns [P, N] by one of five rules, on top of what was learnt before (`pseudo-inverse`: in place of it):
   *
   * - `contrastive` (default): for a pattern xi start at a noisy copy, run the dynamics for `steps` sweeps to a state v, and
   *   W += eta (xi xi' - v v'), b += eta (xi - v), again and again. Starting near the pattern finds the valleys that mislead
   *   most; stopping early raises the walls around the pattern without tearing down what was learnt. A network
   *   without couplings begins with Hebb's.
   * - `hebbian`: W += (1/N) sum_p xi xi' [Hopfield 1982]. Patterns one by one or all at once: the same couplings.
   * - `storkey`: W_ij += (xi_i xi_j - xi_i h_ji - h_ij xi_j) / N, h_ij = sum over k other than i, j of W_ik xi_k [Storkey 1997].
   * - `pseudo-inverse`: W = X' (X X' + ridge N)^-1 X [Personnaz, Guyon, Dreyfus 1985]; up to N independent patterns.
   * - `unlearning`: Hebb's rule, then `unlearn` with the same options [Hopfield, Feinstein, Palmer 1983].
   *
   * The diagonal stays 0. On abort the network has learnt what was finished (with `pseudo-inverse`: nothing), and the error's
   * `partial` says how much.
   *
   * @throws (rejects with) ArgumentError on wrong patterns or options; DependentPatternsError (`pseudo-inverse`) on a pattern
   *   that is a combination of earlier ones
   */
  store(patterns: MatrixLike, options?: StoreOptions): Promise<StoreResult> {
    return store(this.#core, patterns, options)
  }

  /** Weakens attractors reached from random states: W -= eta y y', one after the other [Hopfield, Feinstein, Palmer 1983]. */
  async unlearn(options?: UnlearnOptions): Promise<StoreResult> {
    const work = unlearn(options)
    return this.#core.write(() => work(this.#core))
  }

  /**
   * Runs probes [n, N] through the dynamics until a sweep changes nothing (or `maxSweeps`). A sweep visits every unit once.
   * `synchronous` runs may end in a cycle of two states, which is detected.
   *
   * On abort the error's `partial` holds the results of the probes whose runs had ended, the first ones.
   */
  recall(probes: MatrixLike, options?: RecallOptions): Promise<RecallResult> {
    return recall(this.#core, probes, options)
  }

  /**
   * Measures the memory on patterns (default: those stored): how many are fixed points and how firmly, from how much noise they
   * come back, and what else random states fall into.
   */
  report(patterns?: MatrixLike, options?: ReportOptions): Promise<HopfieldReport> {
    return report(this.#core, patterns, options)
  }

  /**
   * Retrieval in the continuous ("modern") Hopfield network: xi <- X' softmax(beta X xi) [Ramsauer et al. 2020], from the
   * patterns stored or from others. It does not use the couplings.
   *
   * @param queries [n, N], any numbers
   */
  retrieve(queries: MatrixLike, options?: RetrieveOptions): Promise<RetrieveResult> {
    return retrieve(this.#core, queries, options)
  }

  /**
   * The network as a safetensors file: `weights` [N, N], `bias` [N], and `patterns` (32 units a word). The same network gives the
   * same bytes.
   */
  toBytes(): Uint8Array {
    return encodeHopfield(this.#core, this.#core.network)
  }

  /**
   * The network that `toBytes` wrote.
   *
   * @throws FormatError of one sentence when the bytes are not a whole and consistent network
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): Hopfield {
    const core = decodeHopfield(current(), bytes)
    const net = new Hopfield({ units: 1 })
    net.#core = core
    return net
  }

  /** Writes `toBytes()` to a file, whole or not at all. Not in browsers. Rejects with a `FileError`. */
  async save(path: string): Promise<void> {
    await files('`toBytes`').write(path, this.toBytes())
  }

  /** The network in a file. Not in browsers. Rejects with a `FileError`, or with a `FormatError` that names the path. */
  static async load(path: string): Promise<Hopfield> {
    const disk = files('`Hopfield.fromBytes`')
    const bytes = await disk.read(path)
    return disk.within(path, () => Hopfield.fromBytes(bytes))
  }
}
