/** What distributions have in common that are tabulated and inverted. */

import { numberWithin } from '../../check.ts'
import { finiteInterval } from './check.ts'
import { Distribution, type Law } from './distribution.ts'
import { type Curve, InverseTable } from './inverse-table.ts'
import { type Moments, momentsByQuantiles } from './moments.ts'

export interface TableRange {
  /** Both finite. */
  low: number
  high: number
  /**
   * Largest error of draws and quantiles in probability: |F(quantile(u)) - u| <= tolerance. From 1e-12 to 1e-3, default
   * 1e-10, which a hundred million million draws would not show.
   */
  tolerance?: number | undefined
}

const DEFAULT_TOLERANCE = 1e-10

/** A distribution with a table for its quantiles. */
export class TabulatedDistribution extends Distribution {
  /** The bound that was asked for, in probability. */
  readonly tolerance: number
  /** The largest error that was found where it is largest between two points of the table. */
  readonly error: number
  /** Pieces of the table. */
  readonly pieces: number
  /** ln of the integral of the density as it was given; 0 for a distribution function. */
  readonly logNormalizer: number

  constructor(law: TableLaw, tolerance: number, logNormalizer: number) {
    super(law)
    this.tolerance = tolerance
    this.error = law.table.error
    this.pieces = law.table.size
    this.logNormalizer = logNormalizer
  }
}

export abstract class TableLaw implements Law {
  abstract readonly name: string
  readonly discrete = false
  readonly support: readonly [low: number, high: number]
  readonly table: InverseTable
  readonly curve: Curve

  constructor(curve: Curve, low: number, high: number, tolerance: number) {
    this.support = [low, high]
    this.curve = curve
    this.table = new InverseTable(curve, { low, high, tolerance })
  }

  abstract logPdf(points: Float64Array): void

  moments(): Moments {
    return momentsByQuantiles(this)
  }

  cdf(points: Float64Array, upper: boolean): void {
    const [low, high] = this.support
    const { lower, upper: above } = this.curve(points.map((x) => Math.min(high, Math.max(low, x))))
    points.set(upper ? above : lower)
  }

  quantile(probabilities: Float64Array, upper: boolean): void {
    if (upper) for (let i = 0; i < probabilities.length; i++) probabilities[i] = 1 - probabilities[i]!
    this.table.quantile(probabilities)
  }
}

/** The range of a table and its tolerance. */
export function checkRange(given: Partial<TableRange>): { low: number; high: number; tolerance: number } {
  const { low, high } = finiteInterval(given.low, given.high)
  return { low, high, tolerance: numberWithin('tolerance', given.tolerance ?? DEFAULT_TOLERANCE, 1e-12, 1e-3) }
}
