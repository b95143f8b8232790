/** Checks of parameters that several families share. */

import { finiteNumber, numberWithin, options, positiveNumber } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'

export const keysOf = {
  locationScale: ['location', 'scale'],
  meanSd: ['mean', 'sd'],
} as const

export interface LocationScale {
  /** Default 0. */
  location?: number | undefined
  /** Above 0; default 1. */
  scale?: number | undefined
}

export function locationScale(given: LocationScale | undefined): { location: number; scale: number } {
  const { location, scale } = options('options', given, keysOf.locationScale)
  return { location: finiteNumber('location', location ?? 0), scale: positiveNumber('scale', scale ?? 1) }
}

export interface MeanSd {
  /** Default 0. */
  mean?: number | undefined
  /** Standard deviation, above 0; default 1. */
  sd?: number | undefined
}

export function meanSd({ mean, sd }: MeanSd): { mean: number; sd: number } {
  return { mean: finiteNumber('mean', mean ?? 0), sd: positiveNumber('sd', sd ?? 1) }
}

/** An end of an interval: a number or an infinity. */
export function end(name: string, value: unknown): number {
  return numberWithin(name, value, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
}

/** Two finite ends whose difference is a positive finite number. */
export function finiteInterval(low: unknown, high: unknown): { low: number; high: number } {
  const from = finiteNumber('low', low)
  const to = finiteNumber('high', high)
  return { ...interval(from, to), ...{ width: finiteNumber('high - low', to - from) } }
}

export function interval(low: number, high: number): { low: number; high: number } {
  if (low < high) return { low, high }
  throw new ArgumentError(expected('high', `to be above low, ${low}`, show(high)))
}
