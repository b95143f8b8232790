/** The words of the language: parameters, data, and functions of them. */

import * as check from '../../check.ts'
import { ArgumentError, expected } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'
import { dataOf, Expression, type ExpressionLike, operation, toExpression } from './expression.ts'
import { type ParameterOptions, parameterSpec } from './parameter-spec.ts'

/**
 * A parameter of a model: a number, or a vector with `shape`. Samplers move on unconstrained coordinates; what the model
 * sees and reports is transformed to the constraint, and the log density gets the transform's Jacobian.
 *
 * @example
 * const tau = param('tau', { lower: 0 })
 * const weights = param('weights', { shape: 3, simplex: true })
 *
 * @throws ArgumentError on a bad name, unknown or contradictory options
 */
export function param(name: string, options?: ParameterOptions): Expression {
  const parameter = parameterSpec(name, options)
  return new Expression({ op: 'param', parameter }, parameter.length === undefined ? [] : [parameter.length])
}

/**
 * Known numbers: a number, a vector (an array), or a matrix (an array of rows or `{ data, shape: [rows, columns] }`). They
 * are copied.
 *
 * @throws ArgumentError where they are not finite or not rectangular
 */
export function data(values: number | MatrixLike): Expression {
  return namedData('data', values)
}

/** For the library's own use: the same under another name, for messages. */
export function namedData(name: string, values: number | MatrixLike): Expression {
  if (typeof values === 'number' || check.isNumericArray(values) || isFlat(values)) return toExpression(name, values)
  const { data: numbers, shape } = toRows(name, values as MatrixLike)
  return dataOf(numbers.slice(), shape)
}

function isFlat(values: MatrixLike): values is readonly number[] {
  return Array.isArray(values) && !values.some((value) => typeof value === 'object')
}

/** e^x */
export const exp = (x: ExpressionLike): Expression => operation('exp', [x])
/** The natural logarithm; of a negative number it is NaN. */
export const log = (x: ExpressionLike): Expression => operation('log', [x])
/** log(1 + x), accurate for tiny x too. */
export const log1p = (x: ExpressionLike): Expression => operation('log1p', [x])
/** The square root; of a negative number it is NaN. */
export const sqrt = (x: ExpressionLike): Expression => operation('sqrt', [x])
/** x * x */
export const square = (x: ExpressionLike): Expression => operation('square', [x])
/** |x|, with derivative 0 at 0. */
export const abs = (x: ExpressionLike): Expression => operation('abs', [x])
/** The hyperbolic tangent. */
export const tanh = (x: ExpressionLike): Expression => operation('tanh', [x])
/** 1 / (1 + e^-x) */
export const sigmoid = (x: ExpressionLike): Expression => operation('sigmoid', [x])
/** log(1 + e^x) */
export const softplus = (x: ExpressionLike): Expression => operation('softplus', [x])
/** log Gamma(x); of a negative number it is NaN. */
export const logGamma = (x: ExpressionLike): Expression => operation('logGamma', [x])

/** x^y: by multiplication where y is a whole number from -64 to 64, else e^(y log x), NaN for a negative x. */
export const pow = (x: ExpressionLike, y: ExpressionLike): Expression => operation('pow', [x, y])

/** The sum of a vector's elements. */
export const sum = (x: ExpressionLike): Expression => operation('sum', [x])
/** log(sum of e^x) over a vector's elements, without overflow. */
export const logSumExp = (x: ExpressionLike): Expression => operation('logSumExp', [x])
/** Element i is the sum of elements 0 ... i. */
export const cumulativeSum = (x: ExpressionLike): Expression => operation('cumulativeSum', [x])
/** sum x_i y_i */
export const dot = (x: ExpressionLike, y: ExpressionLike): Expression => operation('dot', [x, y])

/** log(e^x + e^y), element by element: a mixture of two components is `logAddExp(log(p).add(a), log(q).add(b))`. */
export function logAddExp(x: ExpressionLike, y: ExpressionLike): Expression {
  const [a, b] = [toExpression('logAddExp', x), toExpression('logAddExp', y)]
  return a.add(softplus(b.sub(a)))
}

/** The matrix `a` (data) times the vector `x`. */
export function matvec(a: Expression | MatrixLike, x: ExpressionLike): Expression {
  return operation('matvec', [toMatrix('matvec', a), x])
}

/** The solution y of L y = x for a lower triangular matrix L of data; what stands above its diagonal is ignored. */
export function solveLower(l: Expression | MatrixLike, x: ExpressionLike): Expression {
  const lower = toMatrix('solveLower', l)
  const [n, values] = [lower.shape[0] ?? 0, (lower.content as { values?: Float64Array }).values]
  for (let i = 0; i < Math.min(n, lower.shape[1] ?? 0); i++) {
    if (values?.[i * n + i] !== 0) continue
    throw new ArgumentError(
      expected('solveLower', 'to be given a matrix without zeros on its diagonal', `one in row ${i}`),
    )
  }
  return operation('solveLower', [lower, x])
}

function toMatrix(name: string, value: Expression | MatrixLike): Expression {
  if (value instanceof Expression) return value
  const { data: numbers, shape } = toRows(name, value)
  return dataOf(numbers.slice(), shape)
}

/** Numbers and vectors one after the other, as one vector. */
export function concat(...parts: readonly ExpressionLike[]): Expression {
  if (parts.length === 0) throw new ArgumentError(expected('concat', 'to be given at least one expression', 'none'))
  return operation('concat', parts)
}

/** 0 where `low` <= x <= `high`, else minus infinity: added to a log density it limits x. */
export const within = (x: ExpressionLike, low: ExpressionLike, high: ExpressionLike): Expression =>
  operation('within', [x, low, high])
