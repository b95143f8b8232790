/** Pareto smoothing of importance weights, and what its shape parameter says of the proposal. */

import { current } from '../backend/index.ts'
import { isNumericArray } from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'

export interface SmoothedWeights {
  /** [S]: smoothed log weights, on the scale of those given; only the largest differ from them. */
  readonly logWeights: Float64Array
  /** The shape k-hat of the tail of the weights; NaN where it can't be found. */
  readonly paretoK: number
  /** In words, when the weights are not to be relied on; absent otherwise. */
  readonly warning?: string
}

/** Above this the error of estimates falls too slowly with the number of draws, if at all. */
const LARGEST_K = 0.7
/** Fewer weights have a tail of fewer than five. */
const LEAST_WEIGHTS = 21

/**
 * Pareto smoothed importance sampling [Vehtari, Simpson, Gelman, Yao, Gabry 2024]: the largest ceil(min(S / 5, 3 sqrt S))
 * weights are replaced by quantiles of a generalised Pareto distribution fitted to them [Zhang and Stephens 2009].
 *
 * Its shape k-hat tells how heavy the tail is: weights have a finite variance for k below 1/2; estimates with smoothed
 * ones can be relied on up to 0.7, and a warning says when it is more.
 *
 * @param logWeights [S], up to a constant; minus infinity for a weight of 0
 * @throws ArgumentError on no weights, or weights that are NaN or plus infinity
 *
 * @example
 * const { paretoK, logWeights, warning } = psis(ratios)
 */
export function psis(logWeights: ArrayLike<number>): SmoothedWeights {
  const weights = checkLogWeights(logWeights)
  const smoothed = new Float64Array(weights.length)
  const paretoK = current().kernels.paretoSmooth(weights, smoothed)
  const warning = warningFor(weights, paretoK)
  return { logWeights: smoothed, paretoK, ...(warning !== undefined && { warning }) }
}

function checkLogWeights(value: ArrayLike<number>): Float64Array {
  if ((!Array.isArray(value) && !isNumericArray(value)) || value.length === 0) {
    throw new ArgumentError(expected('logWeights', 'to be an array of at least one number', show(value)))
  }
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] === 'number' && value[i]! < Number.POSITIVE_INFINITY) continue
    const wanted = 'to hold numbers below plus infinity'
    throw new ArgumentError(expected('logWeights', wanted, `${show(value[i])} at index ${i}`))
  }
  return value instanceof Float64Array ? value : Float64Array.from(value)
}

function warningFor(weights: Float64Array, k: number): string | undefined {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), Number.NEGATIVE_INFINITY)
  if (largest === Number.NEGATIVE_INFINITY) {
    return 'no draw has any weight: the proposal misses the target, and there is nothing to estimate from'
  }
  if (k > LARGEST_K) {
    return `the Pareto k-hat is ${k.toFixed(2)}, above ${LARGEST_K}: the proposal misses part of the target or its tails are too light; estimates and their standard errors may be far off, however many draws there are. Use a proposal that is wider than the target`
  }
  if (!Number.isNaN(k)) return undefined
  if (weights.length < LEAST_WEIGHTS) {
    return `${weights.length} draws are too few to judge the weights: ${LEAST_WEIGHTS} are needed`
  }
  const alike = weights.reduce((count, weight) => count + (weight === largest ? 1 : 0), 0)
  // All of the tail alike: the largest weights are as even as can be.
  if (alike >= tailLength(weights.length)) return undefined
  return 'most of the largest weights are 0 or tied, which leaves no tail to judge: too few draws of the proposal fall where the target is'
}

function tailLength(count: number): number {
  return Math.ceil(Math.min(count / 5, 3 * Math.sqrt(count)))
}
