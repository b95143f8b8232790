import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { files } from '../io/files.ts'
import { type Matrix, type MatrixLike, toMatrix } from '../matrix.ts'
import { deriveKey, fromWords, type Seed } from '../random/key.ts'
import { Rng } from '../random/rng.ts'
import type { LongOptions } from '../run/progress.ts'
import { SharedParameters, type SomeValues } from '../run/shared-parameters.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { Workspace } from '../run/workspace.ts'
import { complete, type GaussianCompleteResult } from './gaussian-rbm-complete.ts'
import {
  allocateGaussian,
  type GaussianCore,
  type GaussianParameters,
  gaussianNames,
  LARGEST_SIGMA,
  SMALLEST_SIGMA,
  stream,
} from './gaussian-rbm-core.ts'
import { checkParameter, decodeGaussian, encodeGaussian } from './gaussian-rbm-file.ts'
import { type GaussianFitResult, startGaussianFit } from './gaussian-rbm-fit.ts'
import {
  type GaussianLikelihood,
  type GaussianLikelihoodOptions,
  logLikelihood,
  logPartition,
} from './gaussian-rbm-likelihood.ts'
import type { GaussianFitOptions, GaussianFitProgress, GaussianSettings } from './gaussian-rbm-options.ts'
import * as rows from './gaussian-rbm-rows.ts'
import { type GaussianSampleOptions, type GaussianSampleResult, sample } from './gaussian-rbm-sample.ts'
import type { CompleteOptions, Known } from './rbm-complete.ts'
import { checkSides } from './rbm-file.ts'

export interface GaussianRbmOptions {
  /** Number of visible units: columns of the data. */
  visible: number
  /** Number of hidden units. */
  hidden: number
  /** Of the initial weights. Default: fresh entropy. */
  seed?: Seed | undefined
  /** Standard deviation of the initial weights, which are normal with mean 0; default 0.01. */
  weightScale?: number | undefined
  /** The first sigma of all visible units, in units of the data's standard deviations; default 1. */
  sigma?: number | undefined
}

export interface GaussianRbmParameters {
  /** [V, H] */
  readonly weights: Matrix
  /** [V] */
  readonly visibleBias: Float32Array
  /** [H] */
  readonly hiddenBias: Float32Array
  /** [V]: standard deviations of x given h. */
  readonly sigma: Float32Array
  /** [V]: units of the data, x = (v - offset) / scale. */
  readonly offset: Float32Array
  readonly scale: Float32Array
}

export type GaussianRbmParametersLike = {
  [Name in keyof GaussianRbmParameters]?: (Name extends 'weights' ? MatrixLike : ArrayLike<number>) | undefined
}

/** Where the training of a model stands, as its file has it. */
export interface GaussianTrainingPosition {
  /** Epochs finished. */
  readonly epoch: number
  /** Steps finished in the next epoch. */
  readonly step: number
  readonly settings: GaussianSettings
}

/**
 * A restricted Boltzmann machine for real-valued data: Gaussian visible and binary hidden units [Cho, Ilin, Raiko 2011].
 *
 *     E(v, h) = sum_i (x_i - b_i)^2 / (2 s_i^2) - sum_ij x_i W_ij h_j / s_i^2 - c' h,   x_i = (v_i - offset_i) / scale_i
 *     p(v, h) = exp(-E(v, h)) / Z,   a density in v
 *     x | h ~ N(b + W h, s^2),   P(h_j = 1 | v) = sigma(c_j + sum_i x_i W_ij / s_i^2)
 *
 * Data come in any units. The first `fit` takes the columns' means for `offset` and their standard deviations for `scale`,
 * and from then on all parameters speak of x: so training does the same whether columns are measured in metres or
 * millimetres, and nothing needs to be standardised. In units of the data the model has b' = offset + scale b,
 * W' = scale W, s' = scale s and c' = c - sum_i offset_i W_ij / (scale_i s_i^2), with the same energies.
 *
 * Otherwise it is as `RBM`: rows are examples or chains, logarithms are natural, the same seed gives the same bytes
 * everywhere, promises reject with an `ArgumentError` of one sentence before anything has changed.
 *
 * @example
 * const rbm = new GaussianRBM({ visible: 4, hidden: 20, seed: 1 })
 * await rbm.fit(measurements, { epochs: 100, seed: 2 })
 * const { states } = await rbm.sample({ chains: 1000, seed: 3 })
 * const { mean } = await rbm.logLikelihood(test)
 */
export class GaussianRBM {
  readonly visible: number
  readonly hidden: number
  #core: GaussianCore

  /**
   * Weights are drawn from N(0, weightScale^2), biases and `offset` are 0, `scale` is 1.
   *
   * @throws ArgumentError on sizes that are not positive integers or whose product is above 2^30
   */
  constructor(options: GaussianRbmOptions) {
    const given = check.options('options', options, ['visible', 'hidden', 'seed', 'weightScale', 'sigma'])
    const { visible, hidden } = checkSides(given)
    const scale = check.numberWithin('weightScale', given.weightScale ?? 0.01, 0, 1e6)
    const sigma = check.numberWithin('sigma', given.sigma ?? 1, SMALLEST_SIGMA, LARGEST_SIGMA)
    const seed = check.seed('seed', given.seed)
    const backend = current()
    const parameters = allocateGaussian(backend, visible, hidden)
    new Rng(fromWords(deriveKey(seed, stream.weights))).normal(parameters.weights, { sd: scale })
    parameters.sigma.view().fill(sigma)
    parameters.scale.view().fill(1)
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

  /** Copies of the parameters. */
  parameters(): GaussianRbmParameters {
    const { weights, visibleBias, hiddenBias, sigma, offset, scale } = this.#core.parameters.current
    return {
      weights: { data: weights.view().slice(), shape: [this.visible, this.hidden] },
      visibleBias: visibleBias.view().slice(),
      hiddenBias: hiddenBias.view().slice(),
      sigma: sigma.view().slice(),
      offset: offset.view().slice(),
      scale: scale.view().slice(),
    }
  }

  /**
   * Sets some or all parameters, from copies. A training that could have been resumed is forgotten, and a later one keeps
   * `offset` and `scale`.
   *
   * @throws ArgumentError on wrong shapes, on numbers that are not finite or beyond 1e9, on `sigma` outside 1e-4 .. 1e4, on
   *   `scale` outside 1e-30 .. 1e30, and while `fit` is running
   */
  setParameters(given: GaussianRbmParametersLike): void {
    const { visible, hidden, fitting, parameters } = this.#core
    const options = check.options('parameters', given, gaussianNames)
    const { weights, ...vectors } = options
    const values: { -readonly [Name in keyof SomeValues<GaussianParameters>]: Float32Array } = {}
    if (weights !== undefined) values.weights = toMatrix('weights', weights, hidden).data
    if (values.weights && values.weights.length !== visible * hidden) {
      const got = values.weights.length / hidden
      throw new ArgumentError(expected('weights', `to have ${visible} rows, one for each visible unit`, got))
    }
    for (const name of ['visibleBias', 'hiddenBias', 'sigma', 'offset', 'scale'] as const) {
      const length = name === 'hiddenBias' ? hidden : visible
      if (vectors[name] !== undefined) values[name] = Float32Array.from(check.finiteArray(name, vectors[name], length))
    }
    if (fitting)
      throw new ArgumentError(expected('setParameters', 'to be called when no `fit` is running', 'a call during one'))
    for (const name of gaussianNames) if (values[name] !== undefined) checkParameter(name, values[name])
    parameters.write(values)
    this.#core.fresh = false
    this.#core.training = undefined
  }

  /** Where training stands; undefined for a model that was not trained, or whose parameters were set since. */
  get training(): GaussianTrainingPosition | undefined {
    const state = this.#core.training
    return state && { epoch: state.epoch, step: state.step, settings: structuredClone(state.settings) }
  }

  /**
   * Learns from data by stochastic maximum likelihood. Per step, with p_j = P(h_j = 1 | v), <.>_data the mean over a batch,
   * <.>_model over chains and G = <x p'>_data - <x p'>_model, the log-likelihood has the derivatives
   *
   *     dW_ij = G_ij / s_i^2    db_i = (<x_i>_data - <x_i>_model) / s_i^2    dc = <p>_data - <p>_model
   *     dlog s_i = (<(x_i - b_i)^2>_data - <(x_i - b_i)^2>_model - 2 sum_j W_ij G_ij) / s_i^2
   *
   * Steps leave out the division by s_i^2 (for sigma, where s_i < 1), so that units which the model predicts closely don't
   * take steps that blow up; sigma is moved on its logarithm, by its own smaller rate, by at most a tenth a step, and
   * within `sigmaRange`. The gradient is centred. Hence the defaults do for data in any units.
   *
   * A fresh model takes its units from the data (see the class); a constant column takes the smallest standard deviation of
   * the others. The result can be awaited, or gone through epoch by epoch with `for await`. Whenever it ends (`signal`, an
   * error, leaving the loop), the model has the parameters of the last finished step, and `fit(data, { resume: true })`
   * goes on from there to the same bytes as if nothing had happened, also after `save` and `load`.
   *
   * @param data [n, V], finite numbers. A Float32Array is not copied: leave it alone until training ends
   * @throws (rejects with) ArgumentError on wrong options or data, also on other data or options than those of the training
   *   resumed; AbortError with the `GaussianFitResult` so far as `partial`; DivergenceError when a parameter passes 1e9,
   *   with the number of the step (from 0)
   */
  fit(data: MatrixLike, options?: GaussianFitOptions): Stepwise<GaussianFitResult, GaussianFitProgress> {
    return startGaussianFit(this.#core, data, options)
  }

  /**
   * Runs block Gibbs chains: h ~ P(h | v), v ~ p(v | h), `sweeps` times. Chain r of a seed draws the same whatever runs
   * beside it (`firstChain`).
   *
   * @returns the last states and the means that they were drawn from, in the units of the data
   * @throws (rejects with) ArgumentError; AbortError with the result so far as `partial`
   */
  sample(options?: GaussianSampleOptions): Promise<GaussianSampleResult> {
    return sample(this.#core, options)
  }

  /**
   * Fills in the unknown part of rows: Gibbs chains with the known units held at their values, and the mean of E(v | h)
   * over the last sweeps.
   *
   * @param data [n, V]. What stands at unknown units does not matter, but must be a finite number
   * @param known one entry for each visible unit (true or 1: known), or a matrix [n, V] of zeros and ones
   * @throws (rejects with) ArgumentError; AbortError with the result so far as `partial`
   */
  complete(data: MatrixLike, known: Known, options?: CompleteOptions): Promise<GaussianCompleteResult> {
    return complete(this.#core, data, known, options)
  }

  /** P(h_j = 1 | v) [n, H] of rows of data [n, V]. */
  hiddenProbabilities(data: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.hiddenProbabilities(this.#core, data, options)
  }

  /** E(v | h) = offset + scale (b + W h) [n, V] of hidden rows [n, H], numbers from 0 to 1. */
  visibleMeans(hidden: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.visibleMeans(this.#core, hidden, options)
  }

  /** The rows [n, V] seen through the hidden layer and back, without noise: E(v | P(h = 1 | v)). */
  reconstruct(data: MatrixLike, options?: LongOptions): Promise<Matrix> {
    return rows.reconstruct(this.#core, data, options)
  }

  /** E(v, h) of pairs of rows [n, V] and [n, H], the hidden ones numbers from 0 to 1. */
  energy(visible: MatrixLike, hidden: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.energy(this.#core, visible, hidden, options)
  }

  /** F(v) = sum_i (x_i - b_i)^2 / (2 s_i^2) - sum_j softplus(c_j + sum_i x_i W_ij / s_i^2): log p(v) = -F(v) - log Z. */
  freeEnergy(data: MatrixLike, options?: LongOptions): Promise<Float64Array> {
    return rows.freeEnergy(this.#core, data, options)
  }

  /**
   * log Z, the logarithm of the integral over v of sum_h exp(-E(v, h)): exact, by going through the states of the hidden
   * layer, of at most 25 units, with v integrated out in closed form.
   */
  logPartition(options?: LongOptions): Promise<number> {
    return logPartition(this.#core, options)
  }

  /**
   * Mean log-density of rows [n, V] in nats, exact, in the units of the data: measuring a column in units a thousand times
   * as large adds log 1000.
   */
  logLikelihood(data: MatrixLike, options?: GaussianLikelihoodOptions): Promise<GaussianLikelihood> {
    return logLikelihood(this.#core, data, options)
  }

  /**
   * The model as a safetensors file: its parameters by name, and all that a training needs to be resumed. The same model
   * gives the same bytes.
   */
  toBytes(): Uint8Array {
    return encodeGaussian(this.#core)
  }

  /**
   * The model that `toBytes` wrote.
   *
   * @throws FormatError of one sentence when the bytes are not a whole and consistent model
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): GaussianRBM {
    const core = decodeGaussian(current(), bytes)
    const rbm = new GaussianRBM({ visible: core.visible, hidden: core.hidden, weightScale: 0, seed: 0 })
    rbm.#core = core
    return rbm
  }

  /** Writes `toBytes()` to a file, whole or not at all. Not in browsers. Rejects with a `FileError`. */
  async save(path: string): Promise<void> {
    await files('`toBytes`').write(path, this.toBytes())
  }

  /** The model in a file. Not in browsers. Rejects with a `FileError`, or with a `FormatError` that names the path. */
  static async load(path: string): Promise<GaussianRBM> {
    const disk = files('`GaussianRBM.fromBytes`')
    const bytes = await disk.read(path)
    return disk.within(path, () => GaussianRBM.fromBytes(bytes))
  }
}
