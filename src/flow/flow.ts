import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import type { ScriptDensity } from '../density/density.ts'
import type { Target } from '../density/target.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { files } from '../io/files.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type BitsPerDim, type BitsPerDimOptions, bitsPerDim } from './bits-per-dim.ts'
import { checkCondition } from './condition.ts'
import { type DensityFitResult, startDensityFit } from './density-fit.ts'
import type { DensityFitOptions, DensityFitProgress } from './density-fit-options.ts'
import { type FlowFitResult, startFit } from './fit.ts'
import type { FlowFitOptions, FlowFitProgress } from './fit-options.ts'
import { checkFlow, type FlowCheck, type FlowCheckOptions } from './flow-check.ts'
import { type FlowCore, newCore, startParameters, writeParameters } from './flow-core.ts'
import { flowDensity } from './flow-density.ts'
import { decodeFlow, encodeFlow } from './flow-file.ts'
import { GivenFlow } from './given.ts'
import { type InpaintOptions, type InpaintResult, inpaint } from './inpaint.ts'
import { type InterpolateOptions, interpolate } from './interpolate.ts'
import type { KnownNumbers } from './known.ts'
import { type FlowShape, type Layer, opcodes, sizeOf } from './layer.ts'
import { type Base, bases } from './program.ts'
import { type ForwardOptions, forwardRows, type InverseOptions, inverseRows } from './residual.ts'
import * as rows from './rows.ts'
import { type FlowSample, type FlowSampleOptions, sample } from './sample.ts'
import { type Spectrum, spectrum } from './spectrum.ts'
import type { FlowTraining } from './training-state.ts'
import { logVolume, type VolumeTerm, volumeTerms } from './volume.ts'

export interface FlowOptions {
  /** Numbers in a row, for flows of vectors. Wanted unless `shape` is given. */
  dim?: number | undefined
  /** Of images, [height, width] or [height, width, channels]; a row is the image flattened. */
  shape?: readonly number[] | undefined
  /** Numbers of context a row: every conditioner sees them. Default 0, an unconditional flow. */
  context?: number | undefined
  /** The distribution of z, factorised: standard `normal` (default) or standard `logistic`. */
  base?: Base | undefined
  /** Of the initial parameters. Default: fresh entropy. */
  seed?: Seed | undefined
}

/** A parameter: a copy of its numbers, row after row. */
export interface FlowTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

const MOST = 2 ** 24

/**
 * A normalizing flow: layers f = f_L ... f_1 that turn data x into z = f(x) of a simple base distribution, so that
 *
 *     log p(x) = log p_base(f(x)) + log |det df/dx|
 *
 * is exact, and x = f^-1(z) of random z is a sample [Rezende and Mohamed 2015; Dinh, Krueger and Bengio 2014]. `forward` is
 * x -> z, `inverse` z -> x. Rows are examples; logarithms are natural; log-determinants are summed in double precision.
 * Methods that return promises reject with an `ArgumentError` of one sentence when an argument is wrong, and with an
 * `AbortError` when their `signal` fires. Several may run at once, each on the parameters of the moment it was called.
 *
 * @example
 * const flow = new Flow([new Coupling({ law: 'affine' }), new Coupling({ law: 'affine', parity: 1 })], { dim: 2 })
 * await flow.fit(points)
 * const logDensity = await flow.logProb(points)
 */
export class Flow {
  /** Numbers in a row. */
  readonly dim: number
  /** Of a row: `[dim]`, or `[height, width, channels]`. */
  readonly shape: readonly number[]
  /** Numbers of context a row; 0 without. */
  readonly context: number
  readonly layers: readonly Layer[]
  readonly #core: FlowCore
  #volume: readonly VolumeTerm[] | undefined

  /**
   * @throws ArgumentError on an empty list of layers, and where a layer can't take what the one before it gives
   */
  constructor(layers: readonly Layer[], options: FlowOptions) {
    const given = check.options('options', options, ['dim', 'shape', 'context', 'base', 'seed'])
    checkLayers(layers)
    const shape = rowShape(given)
    const context = check.nonNegativeInteger('context', given.context ?? 0, MOST)
    const base = check.oneOf('base', given.base ?? 'normal', bases)
    const seed = check.seed('seed', given.seed)
    this.#core = newCore(current(), [...layers], { shape, context, base })
    startParameters(this.#core, seed)
    this.dim = this.#core.dim
    this.shape = shape.height * shape.width > 1 ? [shape.height, shape.width, shape.features] : [this.dim]
    this.context = context
    this.layers = this.#core.layers
  }

  /**
   * x -> z = f(x).
   *
   * @param x rows [n, dim]
   * @param options.context [n, context] or one row; wanted just when the flow has a context
   * @param options.residual true: report how well the rows come back
   * @param options.out `{ z, logDet }`, a Float32Array [n * dim] and a Float64Array [n] of the caller's that the results
   *   are written to (and returned in): a loop that calls with the same ones makes no garbage. Each may be left out.
   *   They must not share memory with the arguments
   * @throws ArgumentError on a wrong shape, on numbers that are not finite, and on rows that a layer maps to such
   */
  forward(x: MatrixLike, options?: ForwardOptions): Promise<rows.Forward> {
    return forwardRows(this.#core, x, options)
  }

  /**
   * z -> x = f^-1(z).
   *
   * @param z rows [n, dim]; those of a multi-scale flow hold the last scale first
   * @param options as for `forward`; `out` is `{ x, logDet }`
   * @throws as `forward`
   */
  inverse(z: MatrixLike, options?: InverseOptions): Promise<rows.Inverted> {
    return inverseRows(this.#core, z, options)
  }

  /**
   * log p(x) [n], in nats.
   *
   * @param x rows [n, dim]
   * @param options.out a Float64Array [n] of the caller's for the result, as in `forward`
   * @throws as `forward`
   */
  logProb(x: MatrixLike, options?: rows.LogProbOptions): Promise<Float64Array> {
    return rows.logProbOf(this.#core, x, options)
  }

  /**
   * Draws z from the base and takes it to x = f^-1(z).
   *
   * @param n number of rows
   * @returns rows [n, dim], a function of the seed and of their numbers alone
   * @throws (rejects with) ArgumentError on wrong options, and when a layer maps a row to numbers that are not finite;
   *   AbortError with the rows so far as `partial`
   */
  sample(n: number, options?: FlowSampleOptions): Promise<FlowSample> {
    return sample(this.#core, n, options)
  }

  /**
   * Fills in the unknown part of rows by climbing: from a sample of the flow, the known numbers at their values, the unknown
   * ones take steps [Dinh, Krueger and Bengio 2014]
   *
   *     x <- x + alpha_i (d log p(x) / dx + eps),   eps ~ N(0, 1),   alpha_i = 10 / (100 + i)
   *
   * and are taken back to the interval of the data after each. A step that led downhill is not taken, and the climb's next
   * ones are shorter and less noisy, since densities of images are far steeper than such steps allow for. Several climbs start from
   * different samples; of each row the point with the highest log p that any of them came to is the result.
   *
   * @param data [n, dim]. What stands at unknown places does not matter, but must be a finite number
   * @param known one entry for each number of a row (true or 1: known), or a matrix [n, dim] of zeros and ones
   * @throws (rejects with) ArgumentError on wrong arguments, and when a climb comes where a layer's numbers are not finite;
   *   AbortError with the result so far as `partial`
   */
  inpaint(data: MatrixLike, known: KnownNumbers, options?: InpaintOptions): Promise<InpaintResult> {
    return inpaint(this.#core, data, known, options)
  }

  /**
   * Ways between rows of data: straight lines in z, from f(a) to f(b), taken back to x [Kingma and Dhariwal 2018].
   *
   * @param a rows [n, dim]
   * @param b as many rows
   * @returns [n * steps, dim]: the way of pair 0, then that of pair 1 ...
   * @throws as `forward`
   */
  interpolate(a: MatrixLike, b: MatrixLike, options?: InterpolateOptions): Promise<Matrix> {
    return interpolate(this.#core, a, b, options)
  }

  /**
   * Bits per dimension of rows of levels, as images have them, in units of the levels:
   *
   *     log2(levels) - log p(x) / (dim ln 2)
   *
   * where x is the row with noise between its levels. Its mean is an upper bound of the bits a number that a code made of
   * the flow takes [Theis, van den Oord and Bethge 2016].
   *
   * @param data [n, dim], numbers from 0 to 1
   * @throws as `forward`
   */
  bitsPerDim(data: MatrixLike, options?: BitsPerDimOptions): Promise<BitsPerDim> {
    return bitsPerDim(this.#core, data, options)
  }

  /**
   * Holds the flow against its definition: how well each layer comes back to where it started, how well its log-determinant
   * agrees with that of its dense Jacobian, and which layer is the worst. In float32 errors of some 1e-5 are usual; larger
   * ones tell of parameters that have grown too large for it.
   *
   * @throws (rejects with) ArgumentError; AbortError
   */
  check(options?: FlowCheckOptions): Promise<FlowCheck> {
    return checkFlow(this.#core, options)
  }

  /**
   * The spectrum of a flow that ends in a `Rescale` layer, such as those of `nice` [Dinh, Krueger and Bengio 2014].
   *
   * @throws ArgumentError where the last layer is another one
   */
  spectrum(): Spectrum {
    return spectrum(this.#core)
  }

  /**
   * The flow with its context fixed, where a distribution is wanted: `importance({ proposal: flow.given(label), ... })`.
   *
   * @param context one row, [context]
   * @throws ArgumentError on a flow without context, or a wrong row
   */
  given(context: MatrixLike): GivenFlow {
    return new GivenFlow(this.#core, rows.contextRows(this.#core, context, 1))
  }

  /**
   * What the samplers evaluate: `nuts({ target: flow })`.
   *
   * @throws ArgumentError on a flow with context, of which `given` makes a target
   */
  toDensity(): ScriptDensity {
    return flowDensity(this.#core, rows.contextRows(this.#core, undefined, 1))
  }

  /**
   * log |det df/dx| in nats of a flow for which it is the same for all rows: of additive couplings, `Linear`, `Actnorm`,
   * `Rescale` and layers without parameters. A sum over the diagonals, no matrix is decomposed.
   *
   * @throws ArgumentError that names the first layer whose log-determinant depends on the row
   */
  logDet(): number {
    this.#volume ??= volumeTerms(this.#core)
    return logVolume(this.#core, this.#volume)
  }

  /**
   * Trains the flow on a density that can be evaluated but not drawn from, known up to a constant: Adam on the reverse
   * Kullback-Leibler divergence KL(flow || target), estimated by samples of the flow [Rezende and Mohamed 2015]. It goes over
   * z -> x and its gradient, so flows that are cheap to sample from suit it best, such as `planar` and `realNVP`.
   *
   * Await it for the whole, or go through the reports of every hundred steps by `for await`. An `AbortError`'s `partial` has
   * what was done. Each call starts Adam anew.
   *
   * @param target with a gradient: a built-in target, a model of expressions, or `{ dim, logDensityAndGradientBatch }`
   * @throws ArgumentError on a wrong option, on a target of another dimension or without gradient, while another training
   *   of this flow is running, and where the flow has a context
   * @throws DensityError where the target is not finite at a sample
   * @throws DivergenceError where a layer leaves the finite numbers; the flow keeps the parameters before that step
   * @example
   * const flow = planar({ dim: 2, layers: 32 })
   * const { history } = await flow.fitDensity(testEnergyTarget({ energy: 'U1' }), { steps: 10_000, seed: 1 })
   */
  fitDensity(target: Target, options?: DensityFitOptions): Stepwise<DensityFitResult, DensityFitProgress> {
    return startDensityFit(this.#core, target, options)
  }

  /** Where the training of this flow stands; undefined where it was never trained, or training has diverged. */
  get training(): FlowTraining | undefined {
    if (this.#core.training === undefined) return undefined
    const { settings, horizon, epoch, step, best } = this.#core.training
    return { settings, horizon, epoch, step, best }
  }

  /**
   * Trains by maximum likelihood: mini-batch steps of Adam [Kingma and Ba 2015] on the mean of -log p. A fresh flow first
   * takes from some rows what its layers start with (the scales of `Actnorm` and `Rescale`). The result can be awaited, or
   * gone through epoch by epoch with `for await`. Whenever it ends (`signal`, an error, leaving the loop), the flow has the
   * parameters of the last finished step, and `fit(data, { resume: true })` goes on from there to the same bytes as if
   * nothing had happened, also after `save` and `load`. With `validation`, a training that comes to its end leaves the
   * parameters that were best on it.
   *
   * @param data [n, dim], finite numbers; from 0 to 1 with `dequantize` and for flows that begin with `Logit`. A
   *   Float32Array is not copied: leave it alone until training ends
   * @throws (rejects with) ArgumentError on wrong options or data, also on other data or options than those of the training
   *   resumed; AbortError with the `FlowFitResult` so far as `partial`; DivergenceError, which names the step and the
   *   layer, when log p or a gradient is not finite any more, and IllConditionedError when a `Linear` can't be inverted
   *   any more: the flow then has the last good parameters, and the training can't be resumed
   *
   * @example
   * for await (const { epoch, logLikelihood } of flow.fit(images, { dequantize: 256 })) console.log(epoch, logLikelihood)
   */
  fit(data: MatrixLike, options?: FlowFitOptions): Stepwise<FlowFitResult, FlowFitProgress> {
    return startFit(this.#core, data, options)
  }

  /** Copies of all parameters, by the number of the layer and the layer's name for it: `0.weight`. */
  parameters(): Record<string, FlowTensor> {
    const values = this.#core.parameters.current.values.view()
    const entries = this.#core.tensors.map(({ path, shape, offset, length }) => {
      return [path, { data: values.slice(offset, offset + length), shape: [...shape] }] as const
    })
    return Object.fromEntries(entries)
  }

  /**
   * Sets some or all parameters, from copies.
   *
   * @throws ArgumentError on unknown names, wrong lengths, numbers that are not finite, and while `fit` is running
   * @throws IllConditionedError where the matrix of a linear layer could not be inverted in single precision
   */
  setParameters(some: Readonly<Record<string, { readonly data: ArrayLike<number> } | ArrayLike<number>>>): void {
    check.options(
      'parameters',
      some,
      this.#core.tensors.map(({ path }) => path),
    )
    if (this.#core.fitting) {
      throw new ArgumentError(expected('setParameters', 'to be called when no `fit` is running', 'a call during one'))
    }
    const values = this.#core.parameters.current.values.view().slice()
    for (const { path, offset, length } of this.#core.tensors) {
      const given = some[path]
      if (given !== undefined) values.set(check.finiteArray(path, 'data' in given ? given.data : given, length), offset)
    }
    checkCondition(this.#core, values)
    writeParameters(this.#core, values)
    this.#core.fresh = false
  }

  /**
   * The flow as a safetensors file: its layers, its parameters by name, and all that a training needs to be resumed. The
   * same flow gives the same bytes.
   *
   * @throws ArgumentError while `fit` is in the middle of a step; in `onProgress`, between the epochs of a `for await` loop
   *   and after training it is not
   */
  toBytes(): Uint8Array {
    return encodeFlow(this.#core)
  }

  /**
   * The flow that `toBytes` wrote.
   *
   * @throws FormatError of one sentence when the bytes are not a whole and consistent flow; IllConditionedError as
   *   `setParameters`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): Flow {
    const { layers, shape, context, base, restore } = decodeFlow(bytes)
    const { features, height, width } = shape
    const sides = height * width > 1 ? { shape: [height, width, features] } : { dim: features }
    const flow = new Flow(layers, { ...sides, context, base, seed: 0 })
    restore(flow.#core)
    return flow
  }

  /** Writes `toBytes()` to a file, whole or not at all. Not in browsers. Rejects with a `FileError`. */
  async save(path: string): Promise<void> {
    while (this.#core.stepping !== undefined) await this.#core.stepping
    await files('`toBytes`').write(path, this.toBytes())
  }

  /** The flow in a file. Not in browsers. Rejects with a `FileError`, or with a `FormatError` that names the path. */
  static async load(path: string): Promise<Flow> {
    const disk = files('`Flow.fromBytes`')
    const bytes = await disk.read(path)
    return disk.within(path, () => Flow.fromBytes(bytes))
  }
}

function checkLayers(layers: unknown): void {
  const isLayer = (layer: unknown) => typeof (layer as Layer)?.kind === 'string' && (layer as Layer).kind in opcodes
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new ArgumentError(expected('layers', 'to be an array of at least one layer', show(layers)))
  }
  const wrong = layers.findIndex((layer) => !isLayer(layer))
  if (wrong >= 0) throw new ArgumentError(expected(`layers[${wrong}]`, 'to be a layer of a flow', show(layers[wrong])))
}

function rowShape({ dim, shape }: Partial<FlowOptions>): FlowShape {
  if (dim === undefined && shape === undefined) {
    throw new ArgumentError(expected('options', 'to have `dim` or `shape`', 'neither'))
  }
  if (shape === undefined) return { features: check.positiveInteger('dim', dim, MOST), height: 1, width: 1 }
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 3) {
    throw new ArgumentError(expected('shape', 'to be [height, width] or [height, width, channels]', show(shape)))
  }
  const [height, width, features] = [...shape, 1].map((side, i) => check.positiveInteger(`shape[${i}]`, side, MOST))
  const image = { features: features!, height: height!, width: width! }
  check.positiveInteger('the numbers of a row', sizeOf(image), MOST)
  if (dim !== undefined && dim !== sizeOf(image)) {
    throw new ArgumentError(expected('dim', `to be ${sizeOf(image)}, as the shape says`, show(dim)))
  }
  return image
}
