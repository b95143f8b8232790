/** Families on an interval, and symmetric ones on the line: uniform, triangular, logistic, Laplace, Cauchy. */

import { finiteNumber, options } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { UniformOptions } from '../../random/rng.ts'
import { finiteInterval, type LocationScale, locationScale } from './check.ts'
import type { Distribution } from './distribution.ts'
import { kernelDistribution } from './kernel-law.ts'

/** Uniform on [low, high]; default [0, 1]. */
export function uniform(given?: UniformOptions): Distribution {
  const ends = options('options', given, ['low', 'high'])
  const { low, high } = finiteInterval(ends.low ?? 0, ends.high ?? 1)
  const moments = () => ({ mean: low + (high - low) / 2, variance: (high - low) ** 2 / 12 })
  return kernelDistribution('uniform', { parameters: [low, high], support: [low, high], moments })
}

export interface TriangularOptions {
  /** Default 0. */
  low?: number | undefined
  /** Where the density is highest, from low to high; default: their middle. */
  mode?: number | undefined
  /** Default 1. */
  high?: number | undefined
}

/** Triangular: a density that rises linearly from low to the mode and falls linearly to high. */
export function triangular(given?: TriangularOptions): Distribution {
  const values = options('options', given, ['low', 'mode', 'high'])
  const { low, high } = finiteInterval(values.low ?? 0, values.high ?? 1)
  const mode = finiteNumber('mode', values.mode ?? low + (high - low) / 2)
  if (mode < low || mode > high) {
    throw new ArgumentError(expected('mode', `to be from low, ${low}, to high, ${high}`, show(mode)))
  }
  const [left, right] = [mode - low, high - mode]
  const moments = () => ({
    mean: mode + (right - left) / 3,
    variance: (left * left + left * right + right * right) / 18,
  })
  return kernelDistribution('triangular', { parameters: [low, mode, high], support: [low, high], moments })
}

/** Logistic: P(X <= x) = 1 / (1 + exp(-(x - location) / scale)). */
export function logistic(given?: LocationScale): Distribution {
  const { location, scale } = locationScale(given)
  const moments = () => ({ mean: location, variance: (Math.PI * scale) ** 2 / 3 })
  return kernelDistribution('logistic', { parameters: [location, scale], support: [-Infinity, Infinity], moments })
}

/** Laplace: density exp(-|x - location| / scale) / (2 scale). */
export function laplace(given?: LocationScale): Distribution {
  const { location, scale } = locationScale(given)
  const moments = () => ({ mean: location, variance: 2 * scale * scale })
  return kernelDistribution('laplace', { parameters: [location, scale], support: [-Infinity, Infinity], moments })
}

/** Cauchy: density 1 / (pi scale (1 + z^2)), z = (x - location) / scale. It has no mean. */
export function cauchy(given?: LocationScale): Distribution {
  const { location, scale } = locationScale(given)
  const moments = () => ({ mean: NaN, variance: NaN })
  return kernelDistribution('cauchy', { parameters: [location, scale], support: [-Infinity, Infinity], moments })
}
