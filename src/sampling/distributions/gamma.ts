/** Gamma, chi-square, beta and Student's t. */

import { current } from '../../backend/index.ts'
import { options, positiveNumber } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { type LocationScale, locationScale } from './check.ts'
import { Distribution, type Law } from './distribution.ts'
import { InverseTable } from './inverse-table.ts'
import { type Facts, type Family, KernelLaw } from './kernel-law.ts'

/** Larger parameters would make the kernels' series too long, and are normal to all that could be seen. */
const LARGEST = 1e7
/** Of the tables that draws come from, in probability and relative to the smaller tail. */
const TOLERANCE = 1e-11
const RELATIVE = 1e-5
/** Below this no uniform of 52 bits lies. */
const SMALLEST_TAIL = 2 ** -54

/**
 * A law whose quantiles take an iteration, drawn from by a table of the coordinate in which it is smooth
 * (native/kernels/distribution.h). `quantile` itself iterates. The table is made by the first draw.
 */
class CoordinateLaw extends KernelLaw implements Law {
  #made: InverseTable | undefined

  get #table(): InverseTable {
    this.#made ??= this.#makeTable()
    return this.#made
  }

  transform(uniforms: Float64Array): void {
    this.#table.quantile(uniforms)
    current().kernels.distributionFromCoordinates(this.family, this.parameters, uniforms)
  }

  #makeTable(): InverseTable {
    const curve = (points: Float64Array) => {
      const [lower, upper] = [new Float64Array(points.length), new Float64Array(points.length)]
      current().kernels.distributionTails(this.family, this.parameters, points, lower, upper)
      return { lower, upper }
    }
    const [low, high] = [this.#end(false), this.#end(true)]
    return new InverseTable(curve, { low, high, tolerance: TOLERANCE, relative: RELATIVE })
  }

  #end(upper: boolean): number {
    const value = Float64Array.of(SMALLEST_TAIL)
    current().kernels.distributionCoordinates(this.family, this.parameters, upper, value)
    return value[0]!
  }
}

function coordinateDistribution(name: Family, facts: Facts): Distribution {
  return new Distribution(new CoordinateLaw(name, facts))
}

function positiveParameter(name: string, value: unknown): number {
  const number = positiveNumber(name, value)
  if (number <= LARGEST) return number
  throw new ArgumentError(expected(name, `to be at most ${LARGEST}`, show(value)))
}

export interface GammaOptions {
  /** Above 0, at most 1e7. */
  shape: number
  /** Above 0; default 1. */
  rate?: number | undefined
}

/** Gamma: density proportional to x^(shape - 1) exp(-rate x) for x > 0; mean shape / rate. */
export function gamma(given: GammaOptions): Distribution {
  const values = options('options', given, ['shape', 'rate'])
  const shape = positiveParameter('shape', values.shape)
  return gammaDistribution(shape, positiveNumber('rate', values.rate ?? 1))
}

export interface DegreesOptions {
  /** Degrees of freedom, above 0, at most 1e7. */
  df: number
}

/** Chi-square: the sum of df squares of standard normal variables; a gamma distribution of shape df / 2 and rate 1/2. */
export function chiSquare(given: DegreesOptions): Distribution {
  return gammaDistribution(positiveParameter('df', options('options', given, ['df']).df) / 2, 0.5)
}

function gammaDistribution(shape: number, rate: number): Distribution {
  const moments = () => ({ mean: shape / rate, variance: shape / rate / rate })
  return coordinateDistribution('gamma', { parameters: [shape, rate], support: [0, Infinity], moments })
}

export interface BetaOptions {
  /** Above 0, at most 1e7. */
  a: number
  /** Above 0, at most 1e7. */
  b: number
}

/** Beta: density proportional to x^(a - 1) (1 - x)^(b - 1) on [0, 1]. */
export function beta(given: BetaOptions): Distribution {
  const values = options('options', given, ['a', 'b'])
  const a = positiveParameter('a', values.a)
  const b = positiveParameter('b', values.b)
  const n = a + b
  const moments = () => ({ mean: a / n, variance: ((a / n) * (b / n)) / (n + 1) })
  return coordinateDistribution('beta', { parameters: [a, b], support: [0, 1], moments })
}

export interface StudentOptions extends DegreesOptions, LocationScale {}

/** Student's t with df degrees of freedom, times the scale, plus the location. */
export function studentT(given: StudentOptions): Distribution {
  const values = options('options', given, ['df', 'location', 'scale'])
  const df = positiveParameter('df', values.df)
  const { location, scale } = locationScale({ location: values.location, scale: values.scale })
  const moments = () => ({
    mean: df > 1 ? location : NaN,
    variance: df > 2 ? (scale * scale * df) / (df - 2) : df > 1 ? Infinity : NaN,
  })
  return coordinateDistribution('studentT', {
    parameters: [df, location, scale],
    support: [-Infinity, Infinity],
    moments,
  })
}
