/**
 * Log densities of the usual families, element by element, as expressions. Numbers serve every element; a model adds the
 * elements up. Parametrised as in Stan.
 */

import { ArgumentError, expected } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { type Expression, type ExpressionLike, toExpression } from './expression.ts'
import { data, dot, exp, log, log1p, logGamma, softplus, solveLower, square, sum, within } from './functions.ts'
import { lowerBound, upperBound } from './range.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728
const LOG_PI = 1.1447298858494002

function args<Name extends string>(name: string, given: Record<Name, ExpressionLike>): Record<Name, Expression> {
  const entries = Object.entries(given) as [Name, ExpressionLike][]
  return Object.fromEntries(entries.map(([key, value]) => [key, toExpression(`${name}.${key}`, value)])) as never
}

/** Minus infinity where x is outside of [low, high]; nothing is computed where it is known to be inside. */
function limited(density: Expression, x: Expression, low: number, high = Number.MAX_VALUE): Expression {
  const inside = lowerBound(x) >= low && (high === Number.MAX_VALUE || upperBound(x) <= high)
  return inside ? density : density.add(within(x, low, high))
}

/** Refuses observations that the family doesn't have; other expressions pass. */
function observed(name: string, y: Expression, wanted: string, allowed: (value: number) => boolean): Expression {
  const bad = y.content.op === 'data' ? y.content.values.find((value) => !allowed(value)) : undefined
  if (bad !== undefined) throw new ArgumentError(expected(name, `to be ${wanted}`, bad))
  return y
}

const isCount = (value: number) => Number.isInteger(value) && value >= 0

function normal(x: ExpressionLike, mean: ExpressionLike = 0, sd: ExpressionLike = 1): Expression {
  const given = args('normal', { x, mean, sd })
  const z = given.x.sub(given.mean).div(given.sd)
  return square(z).mul(-0.5).sub(log(given.sd)).sub(HALF_LOG_TWO_PI)
}

function lognormal(x: ExpressionLike, mu: ExpressionLike = 0, sigma: ExpressionLike = 1): Expression {
  const y = log(x)
  return normal(y, mu, sigma).sub(y)
}

function halfNormal(x: ExpressionLike, sd: ExpressionLike = 1): Expression {
  const value = toExpression('halfNormal.x', x)
  return limited(normal(value, 0, sd).add(Math.LN2), value, 0)
}

function studentT(
  x: ExpressionLike,
  df: ExpressionLike,
  location: ExpressionLike = 0,
  scale: ExpressionLike = 1,
): Expression {
  const given = args('studentT', { x, df, location, scale })
  const z = given.x.sub(given.location).div(given.scale)
  const half = given.df.add(1).mul(0.5)
  const constant = logGamma(half)
    .sub(logGamma(given.df.mul(0.5)))
    .sub(log(given.df).add(LOG_PI).mul(0.5))
  return constant.sub(log(given.scale)).sub(log1p(square(z).div(given.df)).mul(half))
}

function cauchy(x: ExpressionLike, location: ExpressionLike = 0, scale: ExpressionLike = 1): Expression {
  const given = args('cauchy', { x, location, scale })
  const z = given.x.sub(given.location).div(given.scale)
  return log1p(square(z)).add(log(given.scale)).add(LOG_PI).neg()
}

function halfCauchy(x: ExpressionLike, scale: ExpressionLike = 1): Expression {
  const value = toExpression('halfCauchy.x', x)
  return limited(cauchy(value, 0, scale).add(Math.LN2), value, 0)
}

function exponential(x: ExpressionLike, rate: ExpressionLike = 1): Expression {
  const given = args('exponential', { x, rate })
  return limited(log(given.rate).sub(given.rate.mul(given.x)), given.x, 0)
}

function gamma(x: ExpressionLike, shape: ExpressionLike, rate: ExpressionLike = 1): Expression {
  const given = args('gamma', { x, shape, rate })
  const constant = given.shape.mul(log(given.rate)).sub(logGamma(given.shape))
  return given.shape.sub(1).mul(log(given.x)).sub(given.rate.mul(given.x)).add(constant)
}

function beta(x: ExpressionLike, a: ExpressionLike, b: ExpressionLike): Expression {
  const given = args('beta', { x, a, b })
  const constant = logGamma(given.a.add(given.b)).sub(logGamma(given.a)).sub(logGamma(given.b))
  return given.a
    .sub(1)
    .mul(log(given.x))
    .add(given.b.sub(1).mul(log1p(given.x.neg())))
    .add(constant)
}

function uniform(x: ExpressionLike, low: ExpressionLike, high: ExpressionLike): Expression {
  const given = args('uniform', { x, low, high })
  return within(given.x, given.low, given.high).sub(log(given.high.sub(given.low)))
}

function bernoulliLogit(y: ExpressionLike, logit: ExpressionLike): Expression {
  const given = args('bernoulliLogit', { y, logit })
  observed('bernoulliLogit.y', given.y, '0 or 1', (value) => value === 0 || value === 1)
  return given.y.mul(given.logit).sub(softplus(given.logit))
}

function binomialLogit(y: ExpressionLike, trials: ExpressionLike, logit: ExpressionLike): Expression {
  const given = args('binomialLogit', { y, trials, logit })
  observed('binomialLogit.y', given.y, 'counts', isCount)
  observed('binomialLogit.trials', given.trials, 'counts', isCount)
  const misses = given.trials.sub(given.y)
  const ways = logGamma(given.trials.add(1))
    .sub(logGamma(given.y.add(1)))
    .sub(logGamma(misses.add(1)))
  return given.y
    .mul(given.logit)
    .sub(given.trials.mul(softplus(given.logit)))
    .add(ways)
}

function poissonLog(y: ExpressionLike, logRate: ExpressionLike): Expression {
  const given = args('poissonLog', { y, logRate })
  observed('poissonLog.y', given.y, 'counts', isCount)
  return given.y
    .mul(given.logRate)
    .sub(exp(given.logRate))
    .sub(logGamma(given.y.add(1)))
}

function multivariateNormal(x: ExpressionLike, mean: ExpressionLike, cholesky: Expression | MatrixLike): Expression {
  const given = args('multivariateNormal', { x, mean })
  const z = solveLower(cholesky, given.x.sub(given.mean))
  const n = z.shape[0]!
  const factor = (z.content as { args: readonly Expression[] }).args[0]!
  const numbers = (factor.content as { values: Float64Array }).values
  const diagonal = data(Float64Array.from({ length: n }, (_, i) => numbers[i * n + i]!))
  return dot(z, z)
    .mul(-0.5)
    .sub(sum(log(diagonal)))
    .sub(n * HALF_LOG_TWO_PI)
}

/** See `logPdf`. */
export interface LogPdf {
  /** Mean 0 and sd 1 where absent. */
  normal(x: ExpressionLike, mean?: ExpressionLike, sd?: ExpressionLike): Expression
  /** Of exp(z), z normal: x must be positive. */
  lognormal(x: ExpressionLike, mu?: ExpressionLike, sigma?: ExpressionLike): Expression
  /** Of |z|, z normal with mean 0: minus infinity below 0. Sd 1 where absent. */
  halfNormal(x: ExpressionLike, sd?: ExpressionLike): Expression
  /** `df` may be a parameter too. Location 0 and scale 1 where absent. */
  studentT(x: ExpressionLike, df: ExpressionLike, location?: ExpressionLike, scale?: ExpressionLike): Expression
  /** Location 0 and scale 1 where absent. */
  cauchy(x: ExpressionLike, location?: ExpressionLike, scale?: ExpressionLike): Expression
  /** Of |z|, z of a Cauchy distribution around 0: minus infinity below 0. Scale 1 where absent. */
  halfCauchy(x: ExpressionLike, scale?: ExpressionLike): Expression
  /** The mean is 1 / rate; minus infinity below 0. Rate 1 where absent. */
  exponential(x: ExpressionLike, rate?: ExpressionLike): Expression
  /** The mean is shape / rate; x must be positive. Rate 1 where absent. */
  gamma(x: ExpressionLike, shape: ExpressionLike, rate?: ExpressionLike): Expression
  /** x must be between 0 and 1. */
  beta(x: ExpressionLike, a: ExpressionLike, b: ExpressionLike): Expression
  /** Minus infinity outside of [low, high]. */
  uniform(x: ExpressionLike, low: ExpressionLike, high: ExpressionLike): Expression
  /** y is 0 or 1, with P(1) = sigmoid(logit). */
  bernoulliLogit(y: ExpressionLike, logit: ExpressionLike): Expression
  /** y successes in `trials` trials, each with P = sigmoid(logit). */
  binomialLogit(y: ExpressionLike, trials: ExpressionLike, logit: ExpressionLike): Expression
  /** Counts y with the mean exp(logRate). */
  poissonLog(y: ExpressionLike, logRate: ExpressionLike): Expression
  /** Of a vector x, a number. `cholesky` is data: the lower triangular L with L L' = covariance, its diagonal positive. */
  multivariateNormal(x: ExpressionLike, mean: ExpressionLike, cholesky: Expression | MatrixLike): Expression
}

/**
 * Log densities and log probabilities by family, each an expression of as many elements as its arguments:
 *
 *     logPdf.normal(y, mu, sigma)
 *
 * @throws ArgumentError where lengths differ, or observations are not of the family
 */
export const logPdf: LogPdf = {
  normal,
  lognormal,
  halfNormal,
  studentT,
  cauchy,
  halfCauchy,
  exponential,
  gamma,
  beta,
  uniform,
  bernoulliLogit,
  binomialLogit,
  poissonLog,
  multivariateNormal,
}
