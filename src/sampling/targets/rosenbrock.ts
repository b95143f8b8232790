/** Rosenbrock's function as a density. */

import * as check from '../../check.ts'
import { coordinateNames } from '../../density/target.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { ExactTarget, family, logarithms } from './kernel-target.ts'

export interface RosenbrockOptions {
  /** An even number of coordinates; default 2. */
  dim?: number | undefined
  /** Where the ridge has its summit; default 1. */
  a?: number | undefined
  /** How sharp the ridge is, above 0; default 100. */
  b?: number | undefined
  /** What the function is divided by, above 0: a larger one makes a wider density. Default 20. */
  scale?: number | undefined
}

/**
 * The density exp(-f / scale) of Rosenbrock's (1960) banana-shaped function, normalised, in pairs of coordinates (x, y)
 * [Moré, Garbow, Hillstrom 1981]: f = sum over pairs of (a - x)^2 + b (y - x^2)^2.
 *
 * So x ~ N(a, scale / 2) and y ~ N(x^2, scale / (2 b)): mean and covariance are known, and the ridge is curved and narrow.
 *
 * @example
 * const target = rosenbrockTarget()
 *
 * @returns the target, with its exact `mean` and `covariance`
 * @throws ArgumentError on an odd `dim`, a `b` or `scale` that is not above 0, or an `a` that is not finite
 */
export function rosenbrockTarget(options?: RosenbrockOptions): ExactTarget {
  const given = check.options('options', options, ['dim', 'a', 'b', 'scale'])
  const dim = check.positiveInteger('dim', given.dim ?? 2, 2 ** 20)
  if (dim % 2 !== 0) throw new ArgumentError(expected('dim', 'to be even', dim))
  const a = check.finiteNumber('a', given.a ?? 1)
  const b = check.positiveNumber('b', given.b ?? 100)
  const scale = check.positiveNumber('scale', given.scale ?? 20)
  return new ExactTarget(
    {
      dim,
      names: coordinateNames(dim),
      family: family.rosenbrock,
      numbers: (backend) => {
        const [constant] = logarithms(backend, [Math.sqrt(b) / (Math.PI * scale)])
        return [0.5 * dim * constant!, a, b, 1 / scale]
      },
    },
    moments(dim, a, b, scale),
  )
}

/** With x ~ N(a, v): E x^2 = a^2 + v, Var x^2 = 2 v^2 + 4 a^2 v, Cov(x, x^2) = 2 a v. */
function moments(dim: number, a: number, b: number, scale: number) {
  const v = scale / 2
  const across = 2 * a * v
  const along = 2 * v ** 2 + 4 * a ** 2 * v + scale / (2 * b)
  return {
    mean: Float64Array.from({ length: dim }, (_, i) => (i % 2 === 0 ? a : a ** 2 + v)),
    covariance: () => {
      const matrix = new Float64Array(dim * dim)
      for (let i = 0; i < dim; i += 2) {
        matrix.set([v, across], i * dim + i)
        matrix.set([across, along], (i + 1) * dim + i)
      }
      return matrix
    },
  }
}
