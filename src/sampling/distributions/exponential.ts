/** Families whose quantiles are functions of the logarithm of a tail: exponential, Weibull, Gumbel, Pareto, Rayleigh, geometric. */

import { numberWithin, options, positiveNumber } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { type LocationScale, locationScale } from './check.ts'
import type { Distribution } from './distribution.ts'
import { kernelDistribution } from './kernel-law.ts'
import { gammaFunction } from './special.ts'

export interface RateOptions {
  /** Above 0; default 1. */
  rate?: number | undefined
}

/** Exponential: P(X > x) = exp(-rate x) for x >= 0. */
export function exponential(given?: RateOptions): Distribution {
  const rate = positiveNumber('rate', options('options', given, ['rate']).rate ?? 1)
  const moments = () => ({ mean: 1 / rate, variance: 1 / rate / rate })
  return kernelDistribution('exponential', { parameters: [rate], support: [0, Infinity], moments })
}

export interface ShapeScaleOptions {
  /** Above 0. */
  shape: number
  /** Above 0; default 1. */
  scale?: number | undefined
}

function shapeScale(given: ShapeScaleOptions): { shape: number; scale: number } {
  const { shape, scale } = options('options', given, ['shape', 'scale'])
  return { shape: positiveNumber('shape', shape), scale: positiveNumber('scale', scale ?? 1) }
}

/** Weibull: P(X > x) = exp(-(x / scale)^shape) for x >= 0. */
export function weibull(given: ShapeScaleOptions): Distribution {
  const { shape, scale } = shapeScale(given)
  const moments = () => {
    const first = gammaFunction(1 + 1 / shape)
    return { mean: scale * first, variance: scale * scale * (gammaFunction(1 + 2 / shape) - first * first) }
  }
  return kernelDistribution('weibull', { parameters: [shape, scale], support: [0, Infinity], moments })
}

/** Pareto: P(X > x) = (scale / x)^shape for x >= scale. */
export function pareto(given: ShapeScaleOptions): Distribution {
  const { shape, scale } = shapeScale(given)
  const moments = () => ({
    mean: shape > 1 ? (scale * shape) / (shape - 1) : Infinity,
    variance: shape > 2 ? (scale * scale * shape) / (shape - 1) ** 2 / (shape - 2) : shape > 1 ? Infinity : NaN,
  })
  return kernelDistribution('pareto', { parameters: [shape, scale], support: [scale, Infinity], moments })
}

const EULER = 0.5772156649015329

/** Gumbel's distribution of maxima: P(X <= x) = exp(-exp(-(x - location) / scale)). */
export function gumbel(given?: LocationScale): Distribution {
  const { location, scale } = locationScale(given)
  const moments = () => ({ mean: location + scale * EULER, variance: (Math.PI * scale) ** 2 / 6 })
  return kernelDistribution('gumbel', { parameters: [location, scale], support: [-Infinity, Infinity], moments })
}

export interface ScaleOptions {
  /** Above 0; default 1. */
  scale?: number | undefined
}

/** Rayleigh: P(X > x) = exp(-x^2 / (2 scale^2)) for x >= 0; the length of a normal vector of two dimensions. */
export function rayleigh(given?: ScaleOptions): Distribution {
  const scale = positiveNumber('scale', options('options', given, ['scale']).scale ?? 1)
  const moments = () => ({ mean: scale * Math.sqrt(Math.PI / 2), variance: scale * scale * (2 - Math.PI / 2) })
  return kernelDistribution('rayleigh', { parameters: [scale], support: [0, Infinity], moments })
}

export interface ProbabilityOptions {
  /** Of success, above 0 and at most 1. */
  p: number
}

/** Geometric: the number of trials up to the first success, 1, 2 ...; P(X > k) = (1 - p)^k. */
export function geometric(given: ProbabilityOptions): Distribution {
  const { p: value } = options('options', given, ['p'])
  const p = numberWithin('p', value, 0, 1)
  if (p === 0) throw new ArgumentError(expected('p', 'to be above 0', show(value)))
  const moments = () => ({ mean: 1 / p, variance: (1 - p) / p / p })
  return kernelDistribution('geometric', {
    parameters: [p],
    support: [1, p < 1 ? Infinity : 1],
    moments,
    discrete: true,
  })
}
