/** Distributions that a user gives by their distribution function. */

import { options } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Curve } from './inverse-table.ts'
import { logarithm } from './special.ts'
import { checkRange, TableLaw, type TableRange, TabulatedDistribution } from './tabulated.ts'

export interface CdfOptions extends TableRange {
  /** P(X <= x) for x from low, where it is 0, to high, where it is 1. May jump and be flat, not fall. */
  cdf: (x: number) => number
}

/**
 * The distribution with a given distribution function on an interval. Its density is the slope of the table, good to
 * about the square root of the tolerance.
 *
 * @throws ArgumentError where the function falls, is not a number, is not 0 at `low` or not 1 at `high`
 */
export function fromCdf(given: CdfOptions): TabulatedDistribution {
  const values = options('options', given, ['cdf', 'low', 'high', 'tolerance'])
  const { low, high, tolerance } = checkRange(values)
  const cdf = values.cdf as unknown
  if (typeof cdf !== 'function') throw new ArgumentError(expected('cdf', 'to be a function', show(cdf)))
  const law = new CdfLaw(new UserCdf(values.cdf!, low, high, tolerance).curve, low, high, tolerance)
  return new TabulatedDistribution(law, tolerance, 0)
}

class CdfLaw extends TableLaw {
  readonly name = 'fromCdf'

  logPdf(points: Float64Array): void {
    const [low, high] = this.support
    const outside = Uint8Array.from(points, (x) => (x < low || x > high ? 1 : 0))
    for (let i = 0; i < points.length; i++) points[i] = Math.min(high, Math.max(low, points[i]!))
    this.table.density(points, this.curve(points))
    logarithm(points)
    for (let i = 0; i < points.length; i++) if (outside[i]) points[i] = -Infinity
  }
}

/** The user's function, checked wherever it is asked. */
class UserCdf {
  readonly #cdf: (x: number) => number
  readonly #ends: readonly [number, number]
  readonly curve: Curve = (points) => {
    const lower = points.map((x) => this.#at(x))
    this.#checkOrder(points, lower)
    return { lower, upper: lower.map((p) => 1 - p) }
  }

  constructor(cdf: (x: number) => number, low: number, high: number, tolerance: number) {
    this.#cdf = cdf
    this.#ends = [low, high]
    for (const [x, wanted] of [
      [low, 0],
      [high, 1],
    ] as const) {
      const value = this.#at(x)
      if (Math.abs(value - wanted) <= tolerance) continue
      throw new ArgumentError(expected('cdf', `to be ${wanted} at ${x}`, show(value)))
    }
  }

  #at(x: number): number {
    const value: unknown = this.#cdf(x)
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new ArgumentError(expected('cdf', `to give a number at x = ${x}`, show(value)))
    }
    // At the ends it is 0 and 1 within the tolerance, and then exactly.
    if (x <= this.#ends[0]) return Math.abs(value) < 1e-3 ? 0 : value
    if (x >= this.#ends[1]) return Math.abs(value - 1) < 1e-3 ? 1 : value
    return Math.min(1, Math.max(0, value))
  }

  #checkOrder(points: Float64Array, values: Float64Array): void {
    const order = Array.from(points.keys()).sort((i, j) => points[i]! - points[j]!)
    for (let k = 1; k < order.length; k++) {
      const [i, j] = [order[k - 1]!, order[k]!]
      // Rounding may let a function fall by a little.
      if (values[j]! >= values[i]! - 1e-14) continue
      const got = `${values[i]} at x = ${points[i]} and ${values[j]} at x = ${points[j]}`
      throw new ArgumentError(expected('cdf', 'not to fall', got))
    }
  }
}
