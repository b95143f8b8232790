/** Families around the normal distribution: normal, log-normal, half-normal, truncated normal. */

import { options, positiveNumber } from '../../check.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { end, interval, keysOf, type MeanSd, meanSd } from './check.ts'
import { Distribution } from './distribution.ts'
import type { ScaleOptions } from './exponential.ts'
import { ClosedLaw, kernelDistribution } from './kernel-law.ts'
import { momentsByQuantiles } from './moments.ts'

/**
 * Normal. Draws are by inverse transform, so they move with the uniforms and reach 8.2 standard deviations; `Rng.normal`
 * is faster.
 */
export function normal(given?: MeanSd): Distribution {
  const { mean, sd } = meanSd(options('options', given, keysOf.meanSd))
  const moments = () => ({ mean, variance: sd * sd })
  return kernelDistribution('normal', { parameters: [mean, sd], support: [-Infinity, Infinity], moments })
}

/** Log-normal: ln X is normal with the given mean and standard deviation. */
export function logNormal(given?: MeanSd): Distribution {
  const { mean, sd } = meanSd(options('options', given, keysOf.meanSd))
  const moments = () => ({
    mean: Math.exp(mean + (sd * sd) / 2),
    variance: Math.expm1(sd * sd) * Math.exp(2 * mean + sd * sd),
  })
  return kernelDistribution('logNormal', { parameters: [mean, sd], support: [0, Infinity], moments })
}

/** Half-normal: |Z| scale, with Z standard normal. */
export function halfNormal(given?: ScaleOptions): Distribution {
  const scale = positiveNumber('scale', options('options', given, ['scale']).scale ?? 1)
  const moments = () => ({ mean: scale * Math.sqrt(2 / Math.PI), variance: scale * scale * (1 - 2 / Math.PI) })
  return kernelDistribution('halfNormal', { parameters: [scale], support: [0, Infinity], moments })
}

export interface TruncatedNormalOptions extends MeanSd {
  /** Default: minus infinity. */
  low?: number | undefined
  /** Above `low`; default: infinity. */
  high?: number | undefined
}

/**
 * A normal variable (mean and sd are those before the cut) given that it lies from low to high. Exact wherever the
 * interval is, also hundreds of standard deviations from the mean.
 */
export function truncatedNormal(given?: TruncatedNormalOptions): Distribution {
  const values = options('options', given, [...keysOf.meanSd, 'low', 'high'])
  const { mean, sd } = meanSd(values)
  const ends = interval(end('low', values.low ?? -Infinity), end('high', values.high ?? Infinity))
  return new Distribution(truncatedNormalLaw(mean, sd, ends.low, ends.high))
}

/** Beyond this many standard deviations neighbouring numbers are too far apart to hold the distribution. */
const FARTHEST = 1e7

export function truncatedNormalLaw(mean: number, sd: number, low: number, high: number): ClosedLaw {
  const distance = Math.max(low - mean, mean - high) / sd
  if (distance > FARTHEST) {
    const wanted = `to lie within ${FARTHEST} standard deviations of the mean`
    throw new ArgumentError(expected('low ... high', wanted, `${distance}`))
  }
  const law: ClosedLaw = new ClosedLaw('truncatedNormal', {
    parameters: [mean, sd, low, high],
    support: [low, high],
    moments: () => momentsByQuantiles(law),
  })
  return law
}
