/** Weighted draws: estimates with standard errors, the normalising constant, and how good the weights are. */

import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { Seed } from '../random/key.ts'
import { psis } from './psis.ts'

/** A number and how far it would spread over runs like this one. */
export interface Estimate {
  readonly value: number
  readonly standardError: number
}

export interface EstimateOptions {
  /**
   * True (default): sum w f / sum w, for targets known up to a constant. False: the mean of w f, unbiased, for a target
   * that is normalised.
   */
  selfNormalised?: boolean | undefined
  /** Which weights. Default: `smoothed` where they are self-normalised, else `raw`. */
  weights?: 'smoothed' | 'raw' | undefined
}

export interface ImportanceParts {
  readonly data: Float64Array
  readonly shape: readonly [draws: number, variables: number]
  readonly names: readonly string[]
  readonly logWeights: Float64Array
  readonly seed: Seed
}

/** What `importance` returns: draws of the proposal with their weights. */
export class ImportanceSample {
  /** [draws, variables], row-major: draws of the proposal, as the target reports them. */
  readonly data: Float64Array
  readonly shape: readonly [draws: number, variables: number]
  /** One for each variable. */
  readonly names: readonly string[]
  /** [draws]: log p(x) - log q(x). */
  readonly logWeights: Float64Array
  /** [draws]: the same with the largest ones Pareto smoothed. */
  readonly smoothedLogWeights: Float64Array
  /** The shape of the tail of the weights: above 0.7 nothing here is to be relied on. NaN where it can't be found. */
  readonly paretoK: number
  /** In words, when the proposal is a bad one; undefined otherwise. */
  readonly warning: string | undefined
  /** Effective sample size (sum w)^2 / sum w^2 of the raw weights [Kish 1965]; 0 when no draw has any weight. */
  readonly ess: number
  /** Log of the integral of the target's density, the log of the mean weight; its standard error by the delta method. */
  readonly logNormalizer: Estimate
  /** The same options with this seed give the same draws. */
  readonly seed: Seed

  constructor(parts: ImportanceParts) {
    this.data = parts.data
    this.shape = parts.shape
    this.names = parts.names
    this.logWeights = parts.logWeights
    this.seed = parts.seed
    const { logWeights, paretoK, warning } = psis(parts.logWeights)
    this.smoothedLogWeights = logWeights
    this.paretoK = paretoK
    this.warning = warning
    const [value, standardError, size] = summaryOf(parts.logWeights)
    this.logNormalizer = { value, standardError }
    this.ess = size
  }

  /**
   * The expectation of a function under the target, with its standard error by the delta method. The error is meaningful
   * where `paretoK` is below 0.7.
   *
   * @param f of one draw [variables], which it may not keep
   * @throws ArgumentError on wrong options, a value of `f` that is not finite at a draw with weight, or no weights at all
   *
   * @example
   * const { value, standardError } = result.estimate(([x, y]) => x * y)
   */
  estimate(f: (x: Float64Array) => number, options?: EstimateOptions): Estimate {
    const given = check.options('options', options, ['selfNormalised', 'weights'])
    if (typeof f !== 'function') throw new ArgumentError(expected('f', 'to be a function', show(f)))
    const selfNormalised = check.flag('selfNormalised', given.selfNormalised ?? true)
    const usual = selfNormalised ? 'smoothed' : 'raw'
    const smoothed = check.oneOf('weights', given.weights ?? usual, ['smoothed', 'raw']) === 'smoothed'
    if (this.ess === 0) throw new ArgumentError(expected('f', 'to be estimated from draws with weight', 'none'))
    const out = new Float64Array(2)
    const weights = smoothed ? this.smoothedLogWeights : this.logWeights
    current().kernels.importanceEstimate(weights, this.#values(f), selfNormalised, out)
    return { value: out[0]!, standardError: out[1]! }
  }

  #values(f: (x: Float64Array) => number): Float64Array {
    const [draws, variables] = this.shape
    const [values, x] = [new Float64Array(draws), new Float64Array(variables)]
    for (let i = 0; i < draws; i++) {
      x.set(this.data.subarray(i * variables, (i + 1) * variables))
      const value: unknown = f(x)
      if (Number.isFinite(value)) values[i] = value as number
      else if (this.logWeights[i] !== Number.NEGATIVE_INFINITY) {
        throw new ArgumentError(expected('f', 'to give finite numbers', `${show(value)} for draw ${i}`))
      }
    }
    return values
  }
}

/** Log of the mean weight, its standard error, effective sample size. */
function summaryOf(logWeights: Float64Array): [number, number, number] {
  if (logWeights.every((weight) => weight === Number.NEGATIVE_INFINITY)) {
    return [Number.NEGATIVE_INFINITY, Number.NaN, 0]
  }
  const summary = new Float64Array(3)
  current().kernels.logWeightSummary(logWeights, summary)
  return [summary[0]!, summary[1]!, summary[2]!]
}
