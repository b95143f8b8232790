/** What all built-in targets are: a family of native/kernels/density.h and the numbers that it takes. */

import type { Backend, BackendArray } from '../../backend/backend.ts'
import { current } from '../../backend/index.ts'
import type { KernelDensity } from '../../density/density.ts'
import type { EvaluableTarget } from '../../density/target.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'

/** The numbers of native/kernels/density.h. */
export const family = {
  normal: 0,
  normalMixture: 1,
  rosenbrock: 2,
  funnel: 3,
  logisticRegression: 4,
  linearRegression: 5,
  eightSchools: 6,
  testEnergy: 8,
} as const

export interface KernelTargetParts {
  readonly dim: number
  readonly names: readonly string[]
  readonly family: number
  /**
   * The family's numbers, made when a backend is there: logarithms and exponentials come from its kernels, since those of
   * JavaScript engines differ in the last place.
   */
  numbers(backend: Backend): ArrayLike<number>
  /** As in `Density`. */
  constrain?: (rows: Float64Array, out: Float64Array) => void
}

/** A target whose log density kernels evaluate, for many points at once and with its gradient. */
export class KernelTarget implements EvaluableTarget {
  readonly dim: number
  readonly names: readonly string[]
  readonly #parts: KernelTargetParts
  #density: KernelDensity | undefined
  #backend: Backend | undefined

  constructor(parts: KernelTargetParts) {
    this.dim = parts.dim
    this.names = parts.names
    this.#parts = parts
  }

  /**
   * Log densities at unconstrained points.
   *
   * @param rows [n, dim]: `{ data, shape }`, an array of rows, or one row
   * @returns [n]
   * @throws ArgumentError where `rows` has another number of columns or a number that is not finite
   */
  logDensity(rows: MatrixLike): Float64Array {
    const { data, shape } = toRows('rows', rows, this.dim)
    const out = new Float64Array(shape[0])
    this.#evaluate(data, out, new Float64Array())
    return out
  }

  /**
   * Log densities [n] and their gradients [n, dim], row after row.
   *
   * @throws ArgumentError as `logDensity`
   */
  logDensityAndGradient(rows: MatrixLike): { logDensity: Float64Array; gradient: Float64Array } {
    const { data, shape } = toRows('rows', rows, this.dim)
    const [logDensity, gradient] = [new Float64Array(shape[0]), new Float64Array(data.length)]
    this.#evaluate(data, logDensity, gradient)
    return { logDensity, gradient }
  }

  /** The density in memory of the backend in use. */
  toDensity(): KernelDensity {
    const backend = current()
    if (this.#density === undefined || this.#backend !== backend) {
      this.#density = this.#made(backend)
      this.#backend = backend
    }
    return this.#density
  }

  #made(backend: Backend): KernelDensity {
    const { dim, names, family, constrain } = this.#parts
    const numbers = inBackend(backend, this.#parts.numbers(backend))
    const program = backend.alloc(Int32Array, 0)
    const density = { kind: 'kernel', dim, names, family, numbers, program, hasGradient: true } as const
    return constrain === undefined ? density : { ...density, constrain }
  }

  #evaluate(points: Float64Array, logDensity: Float64Array, gradient: Float64Array): void {
    const { dim, family, numbers, program } = this.toDensity()
    current().kernels.densityEvaluate(dim, family, numbers, program, points, logDensity, gradient)
  }
}

/** A target whose moments are known. */
export class ExactTarget extends KernelTarget {
  readonly #moments: { mean: Float64Array; covariance(): Float64Array }

  constructor(parts: KernelTargetParts, moments: { mean: Float64Array; covariance(): Float64Array }) {
    super(parts)
    this.#moments = moments
  }

  /** The exact mean, [dim]. A copy. */
  get mean(): Float64Array {
    return this.#moments.mean.slice()
  }

  /** The exact covariance matrix, [dim, dim], row after row. A copy. */
  get covariance(): Float64Array {
    return this.#moments.covariance().slice()
  }
}

function inBackend(backend: Backend, values: ArrayLike<number>): BackendArray<Float64Array> {
  const array = backend.alloc(Float64Array, values.length)
  array.view().set(values)
  return array
}

/** Natural logarithms, the same on every machine. */
export function logarithms(backend: Backend, values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length)
  backend.kernels.logarithms(Float64Array.from(values), out)
  return out
}

export const LOG_TWO_PI = 1.8378770664093453
