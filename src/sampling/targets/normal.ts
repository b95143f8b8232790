/** The multivariate normal target. */

import type { Backend } from '../../backend/backend.ts'
import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { ExactTarget, family, type KernelTargetParts, LOG_TWO_PI, logarithms } from './kernel-target.ts'
import { notPositiveDefinite, toSymmetric } from './symmetric.ts'
import { diagonalOf, inverseOfSquare, packTriangle, upperFactor, upperFactorOfInverse } from './triangle.ts'

/** A normal distribution: one of covariance, precision and sd, and the mean. */
export interface NormalShape {
  /** [dim]; default zeros. */
  mean?: ArrayLike<number> | undefined
  /** [dim, dim], symmetric and positive definite. */
  covariance?: MatrixLike | undefined
  /** The inverse of the covariance, [dim, dim]. */
  precision?: MatrixLike | undefined
  /** Standard deviations of independent coordinates, [dim]; or one for all coordinates of `mean`. */
  sd?: ArrayLike<number> | number | undefined
}

const keys = ['mean', 'covariance', 'precision', 'sd'] as const

/**
 * The normal density of any dimension, normalised:
 * log p(x) = -(x - mean)' P (x - mean) / 2 + (log det P - dim log(2 pi)) / 2, with P the inverse of the covariance.
 *
 * One evaluation costs dim^2 / 2 multiplications, with `sd` only dim.
 *
 * @example
 * const target = normalTarget({ mean: [0, 1], covariance: [[1, 0.9], [0.9, 1]] })
 * target.logDensity([0, 1])
 *
 * @returns the target, with its exact `mean` and `covariance`
 * @throws ArgumentError unless exactly one of covariance, precision and sd is given, all sizes agree, and the matrix is
 *   symmetric and positive definite
 */
export function normalTarget(options: NormalShape): ExactTarget {
  const factor = normalFactor(undefined, options)
  const parts: KernelTargetParts = {
    dim: factor.dim,
    names: coordinateNames(factor.dim),
    family: family.normal,
    numbers: (backend) => normalNumbers(backend, factor),
  }
  return new ExactTarget(parts, { mean: factor.mean, covariance: factor.covariance })
}

/** A normal distribution as kernels want it. */
export interface NormalFactor {
  readonly dim: number
  readonly mean: Float64Array
  /** U with U' U the precision matrix, [dim, dim]; undefined where it is diagonal. */
  readonly upper: Float64Array | undefined
  /** The diagonal of U. */
  readonly diagonal: Float64Array
  covariance(): Float64Array
}

/** The numbers of native/kernels/density_normal.h, with `more` added to the constant log det U - dim / 2 log(2 pi). */
export function normalNumbers(backend: Backend, factor: NormalFactor, more = 0): number[] {
  const logs = logarithms(backend, factor.diagonal)
  return packNormal(factor, logs.reduce((sum, log) => sum + log, 0) - 0.5 * factor.dim * LOG_TWO_PI + more)
}

/** The same with a constant of the caller's. */
export function packNormal({ dim, mean, upper, diagonal }: NormalFactor, constant: number): number[] {
  return [
    constant,
    upper === undefined ? 1 : 0,
    ...mean,
    ...(upper === undefined ? diagonal : packTriangle(upper, dim)),
  ]
}

/**
 * Checks and factors.
 *
 * @param owner whose mean and covariance they are in messages, such as `components[1]`; undefined for the call's own
 */
export function normalFactor(owner: string | undefined, shape: NormalShape): NormalFactor {
  const given = check.options(owner ?? 'options', shape, keys)
  const prefix = owner === undefined ? '' : `${owner}.`
  const forms = (['covariance', 'precision', 'sd'] as const).filter((key) => given[key] !== undefined)
  const [form] = forms
  if (form === undefined || forms.length > 1) {
    const got = forms.length === 0 ? 'none' : forms.join(' and ')
    throw new ArgumentError(expected(owner ?? 'options', 'to have one of covariance, precision and sd', got))
  }
  const mean = given.mean === undefined ? undefined : check.finiteArray(`${prefix}mean`, given.mean).slice()
  if (mean?.length === 0) throw new ArgumentError(expected(`${prefix}mean`, 'to have at least one value', 'none'))
  return form === 'sd' ? fromSd(prefix, given.sd!, mean) : fromMatrix(prefix, form, given[form]!, mean)
}

function fromSd(prefix: string, given: ArrayLike<number> | number, wanted: Float64Array | undefined): NormalFactor {
  const name = `${prefix}sd`
  if (typeof given === 'number' && wanted === undefined) {
    throw new ArgumentError(expected(`${prefix}mean`, 'to be given beside a single sd', 'none'))
  }
  const sd = typeof given === 'number' ? wanted!.map(() => given) : check.finiteArray(name, given, wanted?.length)
  const bad = sd.findIndex((value) => !(value > 0 && Number.isFinite(value)))
  if (bad >= 0) throw new ArgumentError(expected(name, 'to hold numbers above 0', `${show(sd[bad])} at index ${bad}`))
  const dim = check.positiveInteger(`${name}.length`, sd.length)
  return {
    dim,
    mean: wanted ?? new Float64Array(dim),
    upper: undefined,
    diagonal: sd.map((value) => 1 / value),
    covariance: () => Float64Array.from({ length: dim * dim }, (_, k) => (k % (dim + 1) === 0 ? sd[k % dim]! ** 2 : 0)),
  }
}

function fromMatrix(
  prefix: string,
  shape: 'covariance' | 'precision',
  given: MatrixLike,
  wanted: Float64Array | undefined,
): NormalFactor {
  const { data, dim } = toSymmetric(prefix + shape, given, wanted?.length)
  const upper = shape === 'covariance' ? upperFactorOfInverse(data, dim) : upperFactor(data, dim)
  if (upper === undefined) throw notPositiveDefinite(prefix + shape)
  const covariance = shape === 'covariance' ? data.slice() : undefined
  const mean = wanted ?? new Float64Array(dim)
  return {
    dim,
    mean,
    upper,
    diagonal: diagonalOf(upper, dim),
    covariance: () => covariance ?? inverseOfSquare(upper, dim),
  }
}
