/** Distributions that a user gives by a density on an interval, normalised or not. */

import { options } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { DensityIntegral, type DensitySource } from './density-integral.ts'
import { logarithm, logOf } from './special.ts'
import { checkRange, TableLaw, type TableRange, TabulatedDistribution } from './tabulated.ts'

export interface DensityOptions extends TableRange {
  /** At least 0 and finite on the interval; its integral need not be 1. Exactly one of the two is given. */
  density?: ((x: number) => number) | undefined
  /** Its logarithm, which may be minus infinity. */
  logDensity?: ((x: number) => number) | undefined
}

/**
 * The distribution whose density on an interval is proportional to a given function; `logNormalizer` is the logarithm of
 * its integral. Peaks much narrower than a thousandth of the interval may be missed.
 *
 * @throws ArgumentError where the density is negative, infinite or not a number (with the x), or 0 everywhere
 */
export function fromDensity(given: DensityOptions): TabulatedDistribution {
  const values = options('options', given, ['density', 'logDensity', 'low', 'high', 'tolerance'])
  const { low, high, tolerance } = checkRange(values)
  const integral = new DensityIntegral({ ...functionOf(values), low, high })
  const logNormalizer = logOf(integral.total) + integral.shift
  return new TabulatedDistribution(
    new DensityLaw(integral, low, high, tolerance, logNormalizer),
    tolerance,
    logNormalizer,
  )
}

function functionOf({ density, logDensity }: Partial<DensityOptions>): Pick<DensitySource, 'f' | 'logarithmic'> {
  const logarithmic = density === undefined
  const f: unknown = density ?? logDensity
  if (typeof f === 'function' && (density === undefined || logDensity === undefined)) {
    return { f: f as (x: number) => number, logarithmic }
  }
  const got = typeof f === 'function' ? 'both' : show(f)
  throw new ArgumentError(expected('density', 'or `logDensity`, one of the two, to be a function', got))
}

class DensityLaw extends TableLaw {
  readonly name = 'fromDensity'
  readonly #integral: DensityIntegral
  readonly #logarithmic: boolean
  readonly #logNormalizer: number

  constructor(integral: DensityIntegral, low: number, high: number, tolerance: number, logNormalizer: number) {
    super(integral.curve, low, high, tolerance)
    this.#integral = integral
    this.#logarithmic = integral.logarithmic
    this.#logNormalizer = logNormalizer
  }

  logPdf(points: Float64Array): void {
    const [low, high] = this.support
    const inside = points.filter((x) => x >= low && x <= high)
    const logs = this.#integral.values(inside)
    if (!this.#logarithmic) logarithm(logs)
    let next = 0
    for (let i = 0; i < points.length; i++) {
      const x = points[i]!
      points[i] = x >= low && x <= high ? logs[next++]! - this.#logNormalizer : -Infinity
    }
  }
}
