import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { files } from '../io/files.ts'
import { type Matrix, type MatrixLike, toMatrix } from '../matrix.ts'
import { deriveKey, fromWords, type Seed } from '../random/key.ts'
import { Rng } from '../random/rng.ts'
import type { LongOptions } from '../run/progress.ts'
import { SharedParameters } from '../run/shared-parameters.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { Workspace } from '../run/workspace.ts'
import { type CompleteOptions, type CompleteResult, complete, type Known } from './rbm-complete.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { checkMagnitude, checkSides, decodeRbm, encodeRbm } from './rbm-file.ts'
import { type FitResult, startFit } from './rbm-fit.ts'
import { type Likelihood, type LikelihoodOptions, logLikelihood } from './rbm-likelihood.ts'
import type { FitOptions, FitProgress, Settings } from './rbm-options.ts'
import { allocateParameters, parameterNames } from './rbm-parameters.ts'
import { logPartition, type Partition, type PartitionOptions } from './rbm-partition.ts'
import * as rows from './rbm-rows.ts'
import { type SampleOptions, type SampleResult, sample } from './rbm-sample.ts'

export interface RbmOptions {
  /** Number of visible units: columns of the data. */
  visible: number
  /** Number of hidden units. */
  hidden: number
  /** Of the initial weights. Default: fresh entropy. */
  seed?: Seed | undefined
  /** Standard deviation of the initial weights, which are normal with mean 0; default 0.01 [Hinton 2010]. */
  weightScale?: number | undefined
}

export interface RbmParameters {
  /** [V, H] */
  readonly weights: Matrix
  /** [V] */
  readonly visibleBias: Float32Array
  /** [H] */
  readonly hiddenBias: Float32Array
}

export interface RbmParametersLike {
  weights?: MatrixLike | undefined
  visibleBias?: ArrayLike<number> | undefined
  hiddenBias?: ArrayLike<number> | undefined
}

/** Where the training of a model stands, as its file has it. */
export interface TrainingPosition {
  /** Epochs finished. */
  readonly epoch: number
  /** Steps finished in the next epoch. */
  readonly step: number
  readonly settings: Settings
}

/**
 * A restricted Boltzmann machine with binary units [Smolensky 1986; Hinton 2002]:
 *
 *     E(v, h) = -v' W h - b' v - c' h          P(v, h) = exp(-E(v, h)) / Z
 *     P(h_j = 1 | v) = sigma(c_j + v' W_j)     P(v_i = 1 | h) = sigma(b_i + W_i h)
 *
 * Matrices have one row for each example or chain; logarithms are natural. Anything random takes a `seed`: the same seed
 * gives the same bytes on every backend and number of threads. Methods that return promises reject with an
 * `ArgumentError` of one sentence when an argument is wrong, before anything has changed, and with an `AbortError`
 * when their `signal` fires. Several may run at once, each on the parameters of the moment it was called; of `fit` only one.
 *
 * @example
 * const rbm = new RBM({ visible: 784, hidden: 500, seed: 1 })
 * await rbm.fit(images, { epochs: 20, onProgress: ({ epoch, pseudoLogLikelihood }) => ... })
 * const { states, probabilities } = await rbm.sample({ chains: 64, seed: 2 })
 * await rbm.save('digits.safetensors')
 */
export class RBM {
  readonly visible: number
  readonly hidden: number
  #core: RbmCore

  /**
   * Weights are drawn from N(0, weightScale^2), biases are 0.
   *
   * @throws ArgumentError on sizes that are not positive integers or whose product is above 2^30
   */
  constructor(options: RbmOptions) {
    const given = check.options('options', options, ['visible', 'hidden', 'seed', 'weightScale'])
    const { visible, hidden } = checkSides(given)
    const scale = check.numberWithin('weightScale', given.weightScale ?? 0.01, 0, 1e6)
    const seed = check.seed('seed', given.seed)
    const backend = current()
    const parameters = allocateParameters(backend, visible, hidden)
    new Rng(fromWords(deriveKey(seed, stream.weights))).normal(parameters.weights, { sd: scale })
    this.visible = visible
    this.hidden = hidden
    this.#core = {
      backend,
      visible,
      hidden,
      parameters: new SharedParameters(backend, parameters),
      fresh: true,
      fitting: false,
      workspace: new Workspace(backend),
      training: undefined,
    }
  }

  /** Copies of the weights [V, H] and of the biases [V] and [H]. */
  parameters(): RbmParameters {
    const { weights, visibleBias, hiddenBias } = this.#core.parameters.current
    return {
      weights: { data: weights.view().slice(), shape: [this.visible, this.hidden] },
      visibleBias: visibleBias.view().slice(),
      hiddenBias: hiddenBias.view().slice(),
    }
  }

  /**
   * Sets some or all parameters, from copies. A training that could have been resumed is forgotten.
   *
   * @throws ArgumentError on wrong shapes, on numbers that are not finite or beyond 1e15, and while `fit` is running
   */
  setParameters(given: RbmParametersLike): void {
    const { visible, hidden, fitting, parameters } = this.#core
    const options = check.options('parameters', given, parameterNames)
    const values = {
      weights: options.weights === undefined ? undefined : toMatrix('weights', options.weights, hidden).data,
      visibleBias: biases('visibleBias', options.visibleBias, visible),
      hiddenBias: biases('hiddenBias', options.hiddenBias, hidden),
    }
    if (values.weights && values.weights.length !== visible * hidden) {
      const got = values.weights.length / hidden
      throw new ArgumentError(expected('weights', `to have ${visible} rows, one for each visible unit`, got))
    }
    if (fitting)
      throw new ArgumentError(expected('setParameters', 'to be called when no `fit` is running', 'a call during one'))
    for (const name of parameterNames) if (values[name] !== undefined) checkMagnitude(name, values[name])
    parameters.write(values)
    this.#core.fresh = false
    this.#core.training = undefined
  }

  /** Where training stands; undefined for a model that was not trained, or whose parameters were set since. */
  get training(): TrainingPosition | undefined {
    const state = this.#core.training
    return state && { epoch: state.epoch, step: state.step, settings: structuredClone(state.settings) }
  }

  /**
   * Learns from data by stochastic maximum likelihood. Per step, with <.>_data the mean over a batch and <.>_model over chains:
   *
   *     dW = <v h'>_data - <v h'>_model    db = <v>_data - <v>_model    dc = <h>_data - <h>_model
   *
   * The result can be awaited, or gone through epoch by epoch with `for await`. Whenever it ends (`signal`, an error, a
   * diverging step, leaving the loop), the model has the parameters of the last finished step, and
   * `fit(data, { resume: true })` goes on from there to the same bytes as if nothing had happened, also after `save` and
   * `load`. Without `resume` a new training starts from the present parameters.
   *
   * @param data [n, V], numbers from 0 to 1; `binarize` says how they become bits. A Float32Array is not copied: leave it
   *   alone until training ends
   * @throws (rejects with) ArgumentError on wrong options or data, also on values outside [0, 1] and on other data or
   *   options than those of the training resumed; AbortError with the `FitResult` so far as `partial`;
   *   DivergenceError when a parameter leaves the finite numbers, with the number of the step (from 0)
   */
  fit(data: MatrixLike, options?: FitOptions): Stepwise<FitResult, FitProgress> {
    return startFit(this.#core, data, options)
  }

  /**
   * Runs block Gibbs chains: h ~ P(h | v), v ~ P(v | h), `sweeps` times. Chain r of a seed draws the same whatever runs
   * beside it (`firstChain`), and a run may be continued where it ended (`init`, `firstSweep`).
   *
   * @returns the last states and the probabilities that they were drawn from
   * @throws (rejects with) ArgumentError; AbortError with the result so far as `partial`
   */
  sample(options?: SampleOptions): Promise<SampleResult> {
    return sample(this.#core, options)
  }

  /**
   * Fills in the unknown part of rows: Gibbs chains with the known units held, from fair coins, and the mean of
   * P(v = 1 | h) over the last sweeps.
   *
   * @param images [n, V], numbers from 0 to 1; a known unit is held at 1 if its value is above 0.5, else at 0. What
   *   stands at unknown units does not matter, but must be a number from 0 to 1
   * @param known one entry for each visible unit (true or 1: known), or a matrix [n, V] of zeros and ones
   * @throws (rejects with) ArgumentError; AbortError with the result so far as `partial`
   */
  complete(images: MatrixLike, known: Known, options?: CompleteOptions): Promise<CompleteResult> {
    return complete(this.#core, images, known, options)
  }

  /** P(h_j = 1 | v) [n, H] of visible rows [n, V], numbers from 0 to 1: the features that the model sees in them. */
  hiddenProbabilities(data: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.conditional(this.#core, 'data', data, 'hidden', options)
  }

  /** P(v_i = 1 | h) [n, V] of hidden rows [n, H], numbers from 0 to 1. */
  visibleProbabilities(hidden: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.conditional(this.#core, 'hidden', hidden, 'visible', options)
  }

  /** The rows [n, V] seen through the hidden layer and back, without noise: sigma(b + W sigma(c + v' W)). */
  reconstruct(data: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.reconstruct(this.#core, data, options)
  }

  /** E(v, h) = -v' W h - b' v - c' h of pairs of rows [n, V] and [n, H], numbers from 0 to 1. */
  energy(visible: MatrixLike, hidden: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.energy(this.#core, visible, hidden, options)
  }

  /** F(v) = -b' v - sum_j softplus(c_j + v' W_j) of rows [n, V], numbers from 0 to 1: log P(v) = -F(v) - log Z. */
  freeEnergy(data: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.freeEnergy(this.#core, data, options)
  }

  /**
   * Mean F of the validation rows minus mean F of as typical training rows. It needs no log Z; when it grows from epoch to
   * epoch the model overfits [Hinton 2010].
   */
  freeEnergyGap(train: MatrixLike, validation: MatrixLike, options?: LongOptions): Promise<number> {
    return rows.freeEnergyGap(this.#core, train, validation, options)
  }

  /**
   * Mean over the rows of sum_i log P(v_i | all other units), in nats [Besag 1975]: quick, needs no log Z, and good to see
   * training move. Not the likelihood.
   *
   * @param data [n, V], zeros and ones
   * @param options.flips units looked at in each row (default 10), for an unbiased estimate; `'all'` is exact
   */
  pseudoLogLikelihood(data: MatrixLike, options?: rows.PseudoLikelihoodOptions): Promise<number> {
    return rows.pseudoLogLikelihood(this.#core, data, options)
  }

  /**
   * log Z, the logarithm of the sum of exp(-E) over all states.
   *
   * Exact where the smaller layer has at most 25 units. Otherwise by annealed importance sampling from a model of
   * independent units [Neal 2001; Salakhutdinov and Murray 2008], and in reverse from samples of this model [Burda,
   * Grosse, Salakhutdinov 2015]. Forward, E[estimate of Z] = Z, so the logarithm errs downward, badly where chains miss
   * a mode. In reverse, E[1 / estimate] = 1 / Z if the samples are fair, so it errs upward. `lower` and `upper` lie three
   * standard errors outside the two; over small models the bracket holds the exact value in at least 99 of 100 cases.
   * When its ends are far apart, take more `steps`.
   */
  logPartition(options?: PartitionOptions): Promise<Partition> {
    return logPartition(this.#core, options)
  }

  /**
   * Mean log-likelihood of rows in nats: mean of -F(v) - log Z. As log Z by annealing errs downward, this errs upward; the
   * honest statement is the bracket from `lower` to `upper`. With `raise: n`, the first n rows are also annealed
   * back to the base-rate model, which gives an estimate of their likelihood that errs downward, without any log Z.
   *
   * @param data [n, V], zeros and ones
   * @param options those of `logPartition`, or its result as `partition`
   */
  logLikelihood(data: MatrixLike, options?: LikelihoodOptions): Promise<Likelihood> {
    return logLikelihood(this.#core, data, options)
  }

  /**
   * The model as a safetensors file: parameters `weights` [V, H], `visibleBias`, `hiddenBias`, and all that a
   * training needs to be resumed. The same model gives the same bytes.
   */
  toBytes(): Uint8Array {
    return encodeRbm(this.#core)
  }

  /**
   * The model that `toBytes` wrote.
   *
   * @throws FormatError of one sentence when the bytes are not a whole and consistent model
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): RBM {
    const core = decodeRbm(current(), bytes)
    const rbm = new RBM({ visible: core.visible, hidden: core.hidden, weightScale: 0, seed: 0 })
    rbm.#core = core
    return rbm
  }

  /** Writes `toBytes()` to a file, whole or not at all. Not in browsers. Rejects with a `FileError`. */
  async save(path: string): Promise<void> {
    await files('`toBytes`').write(path, this.toBytes())
  }

  /** The model in a file. Not in browsers. Rejects with a `FileError`, or with a `FormatError` that names the path. */
  static async load(path: string): Promise<RBM> {
    const disk = files('`RBM.fromBytes`')
    const bytes = await disk.read(path)
    return disk.within(path, () => RBM.fromBytes(bytes))
  }
}

function biases(name: string, values: ArrayLike<number> | undefined, units: number): Float32Array | undefined {
  return values === undefined ? undefined : Float32Array.from(check.finiteArray(name, values, units))
}
