/** The multivariate normal target. */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { coordinateNames } from '../target.ts'
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
  const given = check.options('options', options, keys)
  const factor = normalFactor('', given)
  const parts: KernelTargetParts = {
    dim: factor.dim,
    names: coordinateNames(factor.dim),
    family: family.normal,
    numbers: (backend) => {
      const logs = logarithms(backend, factor.diagonal)
      return [normalConstant(logs), factor.upper === undefined ? 1 : 0, ...factor.mean, ...packed(factor)]
    },
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

/** log det U - dim / 2 log(2 pi), from the logarithms of the diagonal of U. */
export function normalConstant(logs: Float64Array): number {
  return logs.reduce((sum, log) => sum + log, 0) - 0.5 * logs.length * LOG_TWO_PI
}

function packed({ upper, diagonal, dim }: NormalFactor): ArrayLike<number> & Iterable<number> {
  return upper === undefined ? diagonal : packTriangle(upper, dim)
}

/**
 * Checks and factors.
 *
 * @param prefix of the names in messages, such as `components[1].`
 */
export function normalFactor(prefix: string, given: NormalShape): NormalFactor {
  const shapes = (['covariance', 'precision', 'sd'] as const).filter((key) => given[key] !== undefined)
  const [shape] = shapes
  if (shape === undefined || shapes.length > 1) {
    const got = shapes.length === 0 ? 'none' : shapes.join(' and ')
    throw new ArgumentError(expected(`${prefix}covariance`, 'or precision or sd to be given, one of them', got))
  }
  const mean = given.mean === undefined ? undefined : check.finiteArray(`${prefix}mean`, given.mean).slice()
  if (mean?.length === 0) throw new ArgumentError(expected(`${prefix}mean`, 'to have at least one value', 'none'))
  return shape === 'sd' ? fromSd(prefix, given.sd!, mean) : fromMatrix(prefix, shape, given[shape]!, mean)
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
