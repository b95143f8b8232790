/** The mixture of multivariate normals. */

import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { ExactTarget, family, logarithms } from './kernel-target.ts'
import { type NormalFactor, type NormalShape, normalFactor, normalNumbers } from './normal.ts'

export interface NormalMixtureOptions {
  /** Of each component, above 0; scaled to sum to 1. Default: all equal. */
  weights?: ArrayLike<number> | undefined
  /** Each with a mean and one of covariance, precision and sd; all of one dimension. */
  components: readonly NormalShape[]
}

/**
 * A mixture of normal densities, normalised: log p(x) = log sum_k w_k N(x; mean_k, covariance_k). Well separated components
 * are a hard test for samplers that move locally.
 *
 * @example
 * const target = normalMixtureTarget({ components: [{ mean: [-3, 0], sd: 1 }, { mean: [3, 0], sd: [1, 2] }] })
 *
 * @returns the target, with its exact `mean` and `covariance`
 * @throws ArgumentError on components that are no normal distributions (as `normalTarget`) or differ in dimension, and on
 *   weights that are not positive numbers, one a component
 */
export function normalMixtureTarget(options: NormalMixtureOptions): ExactTarget {
  const given = check.options('options', options, ['weights', 'components'])
  const factors = checkComponents(given.components)
  const weights = checkWeights(given.weights, factors.length)
  const { dim } = factors[0]!
  return new ExactTarget(
    {
      dim,
      names: coordinateNames(dim),
      family: family.normalMixture,
      numbers: (backend) => {
        const logs = logarithms(backend, weights)
        return [factors.length, ...factors.flatMap((factor, k) => normalNumbers(backend, factor, logs[k]))]
      },
    },
    { mean: meanOf(factors, weights), covariance: () => covarianceOf(factors, weights) },
  )
}

function checkComponents(components: unknown): NormalFactor[] {
  if (!Array.isArray(components) || components.length === 0) {
    throw new ArgumentError(expected('components', 'to be an array of at least one normal', show(components)))
  }
  const factors = components.map((one, k) => normalFactor(`components[${k}]`, one))
  const { dim } = factors[0]!
  const odd = factors.findIndex((factor) => factor.dim !== dim)
  if (odd < 0) return factors
  throw new ArgumentError(expected(`components[${odd}]`, `to have dimension ${dim}, as the first`, factors[odd]!.dim))
}

function checkWeights(given: ArrayLike<number> | undefined, count: number): Float64Array {
  const weights = given === undefined ? new Float64Array(count).fill(1) : check.finiteArray('weights', given, count)
  const bad = weights.findIndex((weight) => !(weight > 0))
  if (bad >= 0) {
    throw new ArgumentError(expected('weights', 'to hold numbers above 0', `${weights[bad]} at index ${bad}`))
  }
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / total)
}

function meanOf(factors: readonly NormalFactor[], weights: Float64Array): Float64Array {
  return factors[0]!.mean.map((_, i) => factors.reduce((sum, { mean }, k) => sum + weights[k]! * mean[i]!, 0))
}

/** sum_k w_k (covariance_k + (mean_k - mean) (mean_k - mean)') */
function covarianceOf(factors: readonly NormalFactor[], weights: Float64Array): Float64Array {
  const mean = meanOf(factors, weights)
  const total = new Float64Array(mean.length ** 2)
  factors.forEach((factor, k) => {
    const off = factor.mean.map((m, i) => m - mean[i]!)
    factor.covariance().forEach((value, at) => {
      const [i, j] = [Math.floor(at / mean.length), at % mean.length]
      total[at]! += weights[k]! * (value + off[i]! * off[j]!)
    })
  })
  return total
}
