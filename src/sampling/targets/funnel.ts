/** Neal's funnel. */

import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ExactTarget, family, LOG_TWO_PI, logarithms } from './kernel-target.ts'

export interface FunnelOptions {
  /** Coordinates, v included; 2 or more. Default 10. */
  dim?: number | undefined
  /** Standard deviation of v, above 0; default 3. */
  sd?: number | undefined
}

/**
 * The funnel of Neal (2003), normalised: v ~ N(0, sd^2), and given v the other coordinates are independently N(0, e^v), e^v
 * being the variance. No single step size suits both its mouth and its neck.
 *
 * log p = -v^2 / (2 sd^2) - (dim - 1) v / 2 - e^-v sum x_i^2 / 2 - log sd - dim log(2 pi) / 2
 *
 * @returns the target, coordinates `v`, `x[0]`, `x[1]` ..., with its exact `mean` and `covariance`
 * @throws ArgumentError on a `dim` below 2 or an `sd` that is not above 0
 */
export function funnelTarget(options?: FunnelOptions): ExactTarget {
  const given = check.options('options', options, ['dim', 'sd'])
  const dim = check.integerWithin('dim', given.dim ?? 10, 2, 2 ** 20)
  const sd = check.positiveNumber('sd', given.sd ?? 3)
  return new ExactTarget(
    {
      dim,
      names: ['v', ...coordinateNames(dim - 1)],
      family: family.funnel,
      numbers: (backend) => [-logarithms(backend, [sd])[0]! - 0.5 * dim * LOG_TWO_PI, 1 / sd ** 2],
    },
    { mean: new Float64Array(dim), covariance: () => diagonal(dim, sd ** 2, Math.exp(sd ** 2 / 2)) },
  )
}

function diagonal(dim: number, first: number, others: number): Float64Array {
  return Float64Array.from({ length: dim * dim }, (_, k) => (k === 0 ? first : k % (dim + 1) === 0 ? others : 0))
}
