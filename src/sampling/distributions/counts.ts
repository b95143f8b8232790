/** Poisson and binomial counts. */

import { integerWithin, options, positiveNumber, probability } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { Distribution, exponentiate, type Law } from './distribution.ts'
import { type Facts, type Family, KernelLaw } from './kernel-law.ts'
import { StepTable } from './step-table.ts'

/** Larger ones would make the tables that draws come from too long. */
const LARGEST = 1e9
/** Below this no uniform of 52 bits lies. */
const SMALLEST_TAIL = 2 ** -54

/** A law on integers that is drawn from by a table of its distribution function, made by the first draw. */
class CountLaw extends KernelLaw implements Law {
  #made: StepTable | undefined

  get #table(): StepTable {
    this.#made ??= this.#makeTable()
    return this.#made
  }

  transform(uniforms: Float64Array): void {
    this.#table.quantile(uniforms)
  }

  #makeTable(): StepTable {
    const [first, last] = [this.#end(false), this.#end(true)]
    const masses = Float64Array.from({ length: last - first + 1 }, (_, i) => first + i)
    this.logPdf(masses)
    exponentiate(masses)
    return new StepTable(first, masses)
  }

  #end(upper: boolean): number {
    const value = Float64Array.of(SMALLEST_TAIL)
    this.quantile(value, upper)
    return value[0]!
  }
}

function countDistribution(name: Family, facts: Facts): Distribution {
  return new Distribution(new CountLaw(name, { ...facts, discrete: true }))
}

export interface PoissonOptions {
  /** Above 0, at most 1e9. */
  mean: number
}

/** Poisson: P(X = k) = mean^k exp(-mean) / k!, k = 0, 1, 2 ... */
export function poisson(given: PoissonOptions): Distribution {
  const { mean: value } = options('options', given, ['mean'])
  const mean = positiveNumber('mean', value)
  if (mean > LARGEST) throw new ArgumentError(expected('mean', `to be at most ${LARGEST}`, show(value)))
  const moments = () => ({ mean, variance: mean })
  return countDistribution('poisson', { parameters: [mean], support: [0, Infinity], moments })
}

export interface BinomialOptions {
  /** Number of trials, 1 to 1e9. */
  n: number
  /** Of success, from 0 to 1. */
  p: number
}

/** Binomial: the number of successes in n independent trials. */
export function binomial(given: BinomialOptions): Distribution {
  const values = options('options', given, ['n', 'p'])
  const n = integerWithin('n', values.n, 1, LARGEST)
  const p = probability('p', values.p)
  const moments = () => ({ mean: n * p, variance: n * p * (1 - p) })
  return countDistribution('binomial', { parameters: [n, p], support: [p < 1 ? 0 : n, p > 0 ? n : 0], moments })
}
