/** The posterior of Bayesian linear regression. */

import { current } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ArgumentError, expected } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'
import { ExactTarget, family, KernelTarget, LOG_TWO_PI, logarithms } from './kernel-target.ts'
import { type LeastSquares, leastSquares } from './least-squares.ts'
import { normalPriorConstant } from './logistic-regression.ts'
import { packNormal } from './normal.ts'
import { diagonalOf, inverseOfSquare, packTriangle, solveSquare, upperFactor } from './triangle.ts'

export interface LinearRegressionOptions {
  /** Inputs [n, dim], one row an observation; a column of ones is the intercept. */
  X: MatrixLike
  /** Outcomes [n]. */
  y: ArrayLike<number>
  /** Of the coefficients' prior N(0, I / priorPrecision); default 1. With 0 it is flat, and adds nothing. */
  priorPrecision?: number | undefined
  /** Rate of sigma's prior Exponential(sigmaRate), above 0; default 1. Only where `sigma` is not given. */
  sigmaRate?: number | undefined
}

export interface KnownNoiseOptions extends Omit<LinearRegressionOptions, 'sigmaRate'> {
  /** The standard deviation of the noise, above 0. */
  sigma: number
}

/**
 * The joint density of the parameters and outcomes of a linear regression: y_i ~ N(x_i' b, sigma^2),
 * b ~ N(0, I / priorPrecision). Up to the constant log p(y) this is the posterior.
 *
 * With `sigma` given the coordinates are b, and the posterior is normal with a known mean and covariance. Otherwise
 * sigma ~ Exponential(sigmaRate), and the sampler moves in (b, log sigma), the Jacobian included; `sigma` is reported:
 *
 * log p = -(n - 1) log sigma - |y - X b|^2 / (2 sigma^2) - priorPrecision |b|^2 / 2 - sigmaRate sigma + constants
 *
 * The data enter through a QR decomposition, so an evaluation costs dim^2 / 2 multiplications whatever the number of rows.
 *
 * @example
 * const target = linearRegressionTarget({ X: [[1, 0], [1, 1], [1, 2]], y: [0.9, 3.1, 5], sigma: 0.5 })
 * target.mean
 *
 * @returns the target, coordinates `beta[0]`, `beta[1]` ... and `sigma` where it is unknown
 * @throws ArgumentError unless X is a matrix of finite numbers, y has a number for each row, and the other options are in
 *   their ranges; or where the prior is flat and columns of X are linearly dependent
 */
export function linearRegressionTarget(options: KnownNoiseOptions): ExactTarget
export function linearRegressionTarget(options: LinearRegressionOptions): KernelTarget
export function linearRegressionTarget(options: LinearRegressionOptions | KnownNoiseOptions): KernelTarget {
  const known = (options as Partial<KnownNoiseOptions> | undefined)?.sigma !== undefined
  const keys = ['X', 'y', 'priorPrecision', known ? 'sigma' : 'sigmaRate'] as const
  const given = check.options<Partial<KnownNoiseOptions & LinearRegressionOptions>>('options', options, keys)
  const { data, shape } = toRows('X', given.X as MatrixLike)
  const [n, dim] = shape
  const y = check.finiteArray('y', given.y, n)
  const precision = check.nonNegativeNumber('priorPrecision', given.priorPrecision ?? 1)
  const problem = { ...leastSquares(data, y, dim), n, dim, precision }
  if (known) return knownNoise(problem, check.positiveNumber('sigma', given.sigma))
  return unknownNoise(problem, check.positiveNumber('sigmaRate', given.sigmaRate ?? 1))
}

interface Problem extends LeastSquares {
  readonly n: number
  readonly dim: number
  /** Of the prior. */
  readonly precision: number
}

/** U with U' U = R' R / sigma^2 + precision I, the posterior's precision. */
function posteriorFactor({ upper, dim, precision }: Problem, sigma: number): Float64Array {
  const matrix = new Float64Array(dim * dim)
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < dim; j++) {
      let sum = 0
      for (let k = 0; k <= Math.min(i, j); k++) sum += upper[k * dim + i]! * upper[k * dim + j]!
      matrix[i * dim + j] = sum / sigma ** 2 + (i === j ? precision : 0)
    }
  }
  const factor = upperFactor(matrix, dim)
  if (factor !== undefined) return factor
  const wanted = 'to be larger where columns of X are linearly dependent'
  throw new ArgumentError(expected('priorPrecision', wanted, precision))
}

function knownNoise(problem: Problem, sigma: number): ExactTarget {
  const { dim, n, upper, q, precision } = problem
  const factor = posteriorFactor(problem, sigma)
  const pull = Float64Array.from({ length: dim }, (_, j) => {
    let sum = 0
    for (let k = 0; k <= j; k++) sum += upper[k * dim + j]! * q[k]!
    return sum / sigma ** 2
  })
  const mean = solveSquare(factor, pull)
  const covariance = () => inverseOfSquare(factor, dim)
  const atMean = -squaresAt(problem, mean) / (2 * sigma ** 2) - (precision / 2) * squares(mean)
  return new ExactTarget(
    {
      dim,
      names: coordinateNames(dim, 'beta'),
      family: family.normal,
      numbers: (backend) => {
        const [logSigma, logPrecision] = logarithms(backend, [sigma, precision]) as unknown as [number, number]
        const constant = normalPriorConstant(logPrecision, dim) - n * (logSigma + LOG_TWO_PI / 2) + atMean
        return packNormal({ dim, mean, upper: factor, diagonal: diagonalOf(factor, dim), covariance }, constant)
      },
    },
    { mean, covariance },
  )
}

function unknownNoise(problem: Problem, rate: number): KernelTarget {
  const { dim, n, upper, q, rest, precision } = problem
  posteriorFactor(problem, 1) // refuses what has no posterior
  const offset = new Float64Array(Math.ceil(dim / 4) * 4)
  offset.set(q)
  return new KernelTarget({
    dim: dim + 1,
    names: [...coordinateNames(dim, 'beta'), 'sigma'],
    family: family.linearRegression,
    numbers: (backend) => {
      const [logPrecision, logRate] = logarithms(backend, [precision, rate]) as unknown as [number, number]
      const constant = normalPriorConstant(logPrecision, dim) + logRate - (n / 2) * LOG_TWO_PI
      return [constant, n, rest, precision, rate, ...offset, ...packTriangle(upper, dim)]
    },
    constrain: (rows, out) => exponentiate(rows, dim + 1, dim, out),
  })
}

/** Copies rows [n, columns], with e^x for x in one of the columns. */
export function exponentiate(rows: Float64Array, columns: number, column: number, out: Float64Array): void {
  const count = rows.length / columns
  const logs = Float64Array.from({ length: count }, (_, i) => rows[i * columns + column]!)
  const values = new Float64Array(count)
  current().kernels.exponentials(logs, 0, values)
  out.set(rows)
  for (let i = 0; i < count; i++) out[i * columns + column] = values[i]!
}

/** |y - X b|^2 */
function squaresAt({ upper, q, rest, dim }: Problem, b: Float64Array): number {
  const off = q.map((value, i) => {
    let sum = -value
    for (let j = i; j < dim; j++) sum += upper[i * dim + j]! * b[j]!
    return sum
  })
  return rest + squares(off)
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0)
}
