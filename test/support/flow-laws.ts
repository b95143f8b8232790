/**
 * Laws that every layer of a flow keeps, against oracles that know nothing of the layer: the inverse against the forward
 * pass, log-determinants against a dense Jacobian by differences, gradients against differences.
 *
 * The kernels are called with a program that is written here from the layers' own words, so no method of `Flow` stands
 * between a law and its layer.
 */

import { current, type FlowShape, Inverse, type Layer, Rng } from '#gibbsite'

export interface LawCase {
  readonly name: string
  readonly layers: () => readonly Layer[]
  /** [dim], or [height, width, channels]. */
  readonly shape: readonly number[]
  readonly context?: number
  /** Spread of random parameters around 0, by their names; others are spread by 0.5. */
  readonly spread?: Readonly<Record<string, number>>
  /** Data between 0 and 1 in place of normal ones. */
  readonly unit?: boolean
  /** Largest error of the round trip x -> z -> x, in units of the largest number on the way; default 1e-5. */
  readonly roundTrip?: number
  /** Of the differences in x; default 2^-4. Long ones are exact where the flow is affine in x. */
  readonly step?: number
}

/** What a pass is run with instead of the flow's own parameters and nothing prepared. */
interface Given {
  readonly parameters?: Float32Array
  readonly prepared?: Float32Array
}

const NONE = new Float32Array()

/** A program with parameters, and the passes of its kernels. */
export class LawFlow {
  readonly dim: number
  readonly words: Int32Array
  readonly parameters: Float32Array
  readonly #context: number

  constructor(
    readonly law: LawCase,
    seed: number,
  ) {
    const { words, tensors } = compile(law)
    this.dim = words[0]!
    this.words = words
    this.#context = law.context ?? 0
    const rng = new Rng(seed)
    this.parameters = Float32Array.from(
      tensors.flatMap(({ name, length, start }) => {
        const values = new Float32Array(length)
        start?.(values, rng)
        const spread = law.spread?.[name] ?? 0.5
        return [...rng.normal(length, { sd: spread })].map((noise, i) => values[i]! + noise)
      }),
    )
  }

  /** Random rows, all different; contexts belong to the row's number. */
  points(rows: number, seed: number): Float32Array {
    const points = new Float32Array(rows * this.dim)
    return this.law.unit ? new Rng(seed).uniform(points) : new Rng(seed).normal(points, { sd: 1.5 })
  }

  contexts(rows: number): Float32Array {
    return new Rng(99).normal(new Float32Array(rows * this.#context))
  }

  forward(x: Float32Array, { parameters = this.parameters, prepared = NONE }: Given = {}) {
    const rows = x.length / this.dim
    const [z, logDet, logProb] = [new Float32Array(x.length), new Float64Array(rows), new Float64Array(rows)]
    const { kernels } = current()
    const finite = kernels.flowForward(this.words, parameters, prepared, x, this.contexts(rows), z, logDet, logProb)
    return { z, logDet, logProb, finite }
  }

  inverse(z: Float32Array, { parameters = this.parameters, prepared = NONE }: Given = {}) {
    const rows = z.length / this.dim
    const [x, logDet, logProb] = [new Float32Array(z.length), new Float64Array(rows), new Float64Array(rows)]
    const { kernels } = current()
    const finite = kernels.flowInverse(this.words, parameters, prepared, z, this.contexts(rows), x, logDet, logProb)
    return { x, logDet, logProb, finite }
  }

  prepared(): Float32Array {
    const { kernels } = current()
    const prepared = new Float32Array(kernels.flowPreparedSize(this.words))
    kernels.flowPrepare(this.words, this.parameters, prepared)
    return prepared
  }

  /** Of sum log p(x). */
  gradient(x: Float32Array, store: boolean) {
    const rows = x.length / this.dim
    const [parameters, points] = [new Float32Array(this.parameters.length), new Float32Array(x.length)]
    const logProb = new Float64Array(rows)
    const given = [this.words, this.parameters, x, this.contexts(rows)] as const
    current().kernels.flowGradient(...given, 1, store, logProb, parameters, points)
    return { parameters, points, logProb }
  }

  /** Of sum_i weights_i x_i + share * sum of log |det dx/dz|, x = f^-1(z). */
  inverseGradient(z: Float32Array, weights: Float32Array, share: number, store: boolean) {
    const [parameters, points] = [new Float32Array(this.parameters.length), new Float32Array(z.length)]
    const given = [this.words, this.parameters, z, this.contexts(z.length / this.dim)] as const
    current().kernels.flowInverseGradient(...given, weights, share, store, parameters, points)
    return { parameters, points }
  }
}

const numbers = {
  planar: 0,
  coupling: 1,
  rescale: 2,
  actnorm: 3,
  permutation: 4,
  linear: 5,
  squeeze: 6,
  split: 7,
  logit: 8,
}

/** The words of native/flow/program.h. */
function compile({ layers, shape, context = 0 }: LawCase) {
  let before = flowShape(shape)
  const list = layers()
  const dim = shape.reduce((product, side) => product * side)
  const words = [dim, before.features, before.height, before.width, context, 0, list.length]
  const tensors = []
  let offset = 0
  for (const layer of list) {
    const after = layer.shapeAfter(before, 'the layer')
    const own = layer.tensors(before, context).map((tensor) => {
      return { ...tensor, length: tensor.shape.reduce((product, side) => product * side, 1) }
    })
    const length = own.reduce((sum, tensor) => sum + tensor.length, 0)
    const constants = layer.words(before, context)
    words.push(numbers[layer.kind], layer instanceof Inverse ? 1 : 0, 11 + constants.length, offset, length)
    words.push(before.features, before.height, before.width, after.features, after.height, after.width, ...constants)
    tensors.push(...own)
    offset += length
    before = after
  }
  return { words: Int32Array.from(words), tensors }
}

function flowShape(shape: readonly number[]): FlowShape {
  if (shape.length === 1) return { features: shape[0]!, height: 1, width: 1 }
  return { features: shape[2]!, height: shape[0]!, width: shape[1]! }
}

export interface Worst {
  /** The largest error, and where it was, for the message of a failing test. */
  readonly error: number
  readonly where: string
}

/** |x - back| against the largest of 1, |x| and |z| in the row. */
export function roundTripError(x: Float32Array, z: Float32Array, back: Float32Array, dim: number): Worst {
  let worst = { error: 0, where: 'nowhere' }
  for (let row = 0; row * dim < x.length; row++) {
    let [size, off] = [1, 0]
    for (let i = row * dim; i < (row + 1) * dim; i++) {
      size = Math.max(size, Math.abs(x[i]!), Math.abs(z[i]!))
      off = Math.max(off, Math.abs(x[i]! - back[i]!))
      if (Number.isNaN(back[i])) off = Number.POSITIVE_INFINITY
    }
    if (off / size > worst.error) worst = { error: off / size, where: `row ${row}: off by ${off}` }
  }
  return worst
}

/**
 * The derivative at 0 of functions of a step, by Richardson's extrapolation of central differences: of steps h and 2 h,
 * with an error of the order h^4. `at` gives the values for a step.
 */
export function derivatives(at: (step: number) => ArrayLike<number>, h: number): Float64Array {
  const [one, minusOne, two, minusTwo] = [at(h), at(-h), at(2 * h), at(-2 * h)]
  return Float64Array.from(one, (value, i) => {
    return (8 * (value - minusOne[i]!) - (two[i]! - minusTwo[i]!)) / (12 * h)
  })
}

/** dz/dx at one point by differences, [i][j] = dz_i/dx_j. All the shifted points go through the flow as one batch. */
export function denseJacobian(pass: (x: Float32Array) => Float32Array, point: Float32Array, h: number): Float64Array[] {
  const dim = point.length
  const steps = [h, -h, 2 * h, -2 * h]
  const shifted = new Float32Array(4 * dim * dim)
  steps.forEach((step, s) => {
    for (let j = 0; j < dim; j++) {
      shifted.set(point, (s * dim + j) * dim)
      shifted[(s * dim + j) * dim + j]! += step
    }
  })
  const images = pass(shifted)
  const image = (s: number, j: number, i: number) => images[(s * dim + j) * dim + i]!
  // The steps as they are in single precision.
  const moved = (s: number, j: number) => shifted[(s * dim + j) * dim + j]! - point[j]!
  return Array.from({ length: dim }, (_, i) => {
    return Float64Array.from({ length: dim }, (_, j) => {
      const near = (image(0, j, i) - image(1, j, i)) / (moved(0, j) - moved(1, j))
      const far = (image(2, j, i) - image(3, j, i)) / (moved(2, j) - moved(3, j))
      return (4 * near - far) / 3
    })
  })
}

/** log |det A| by elimination with pivots. A is used up. */
export function logAbsDet(a: Float64Array[]): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) {
    let pivot = k
    for (let i = k + 1; i < a.length; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i
    ;[a[k], a[pivot]] = [a[pivot]!, a[k]!]
    sum += Math.log(Math.abs(a[k]![k]!))
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!
    }
  }
  return sum
}
