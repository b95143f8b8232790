/** The posterior of Bayesian logistic regression. */

import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'
import { family, KernelTarget, LOG_TWO_PI, logarithms } from './kernel-target.ts'

export interface LogisticRegressionOptions {
  /** Inputs [n, dim], one row an observation; a column of ones is the intercept. */
  X: MatrixLike
  /** Outcomes [n], 0 or 1. */
  y: ArrayLike<number>
  /** Of the coefficients' prior N(0, I / priorPrecision); default 1. With 0 it is flat, and adds nothing. */
  priorPrecision?: number | undefined
}

/** Rows of zeros that let a tile of four rows or columns read beyond the last one. */
const SPARE_ROWS = 3

/**
 * The joint density of coefficients b and outcomes of a logistic regression: P(y_i = 1) = 1 / (1 + exp(-x_i' b)),
 * b ~ N(0, I / priorPrecision). Up to the constant log p(y) this is the posterior of b.
 *
 * log p = sum_i [y_i x_i' b - log(1 + exp(x_i' b))] - priorPrecision |b|^2 / 2 + dim log(priorPrecision / (2 pi)) / 2
 *
 * With a flat prior and data that a plane separates there is no posterior; this is not looked for.
 *
 * @example
 * const target = logisticRegressionTarget({ X: [[1, 0.5], [1, -1]], y: [1, 0], priorPrecision: 0.01 })
 *
 * @returns the target, coordinates `beta[0]`, `beta[1]` ...
 * @throws ArgumentError unless X is a matrix of finite numbers, y has a 0 or 1 for each row, and priorPrecision is 0 or more
 */
export function logisticRegressionTarget(options: LogisticRegressionOptions): KernelTarget {
  const given = check.options('options', options, ['X', 'y', 'priorPrecision'])
  const { data, shape } = toRows('X', given.X as MatrixLike)
  const y = checkOutcomes(given.y, shape[0])
  const precision = check.nonNegativeNumber('priorPrecision', given.priorPrecision ?? 1)
  const [n, dim] = shape
  const signed = new Float64Array((n + SPARE_ROWS) * dim)
  for (let k = 0; k < data.length; k++) signed[k] = y[Math.floor(k / dim)] === 1 ? data[k]! : -data[k]!
  return new KernelTarget({
    dim,
    names: coordinateNames(dim, 'beta'),
    family: family.logisticRegression,
    numbers: (backend) => {
      const numbers = new Float64Array(3 + signed.length)
      numbers.set([normalPriorConstant(logarithms(backend, [precision])[0]!, dim), precision, n])
      numbers.set(signed, 3)
      return numbers
    },
  })
}

/** dim / 2 log(precision / (2 pi)); 0 for the flat prior, whose log precision is minus infinity. */
export function normalPriorConstant(logPrecision: number, dim: number): number {
  return logPrecision === Number.NEGATIVE_INFINITY ? 0 : 0.5 * dim * (logPrecision - LOG_TWO_PI)
}

function checkOutcomes(given: unknown, rows: number): Float64Array {
  const y = check.finiteArray('y', given, rows)
  const bad = y.findIndex((value) => value !== 0 && value !== 1)
  if (bad < 0) return y
  throw new ArgumentError(expected('y', 'to hold only zeros and ones', `${show(y[bad])} at index ${bad}`))
}
