/** The diagnostics one by one, of every variable: R-hat, effective sample sizes, standard errors, quantiles. */

import { current } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { DrawsLike } from '../draws.ts'
import { summarise, type VariableSummary, variablesACall } from './chain-kernel.ts'
import { columnsOf, type DrawsInput, toDraws } from './checked-draws.ts'

/** A number for each variable. */
export interface Diagnostic {
  readonly names: readonly string[]
  /** NaN where the number does not exist. */
  readonly values: Float64Array
  /** Why it does not, in words; undefined where it does. */
  readonly reasons: readonly (string | undefined)[]
}

/** What the effective sample size is that of: the bulk, the tails, the estimate of the mean, or of a quantile. */
export type EssKind = 'bulk' | 'tail' | 'mean' | { readonly quantile: number }

/** What the standard error is that of. */
export type McseKind = 'mean' | 'sd' | { readonly quantile: number }

/**
 * R-hat: how much wider all chains together are than each by itself, of the ranks of the draws in halves of chains, and
 * of the ranks of their distances to the median; the larger of the two. Near 1 when the chains agree; infinite when
 * each stands still in a place of its own [Vehtari et al. 2021]. Needs 4 draws a chain.
 *
 * @throws ArgumentError on wrong draws
 */
export function rHat(draws: DrawsInput): Diagnostic {
  return pick(draws, (one) => one.rHat)
}

/**
 * Effective sample size: how many independent draws would know as much. `bulk` (default) is that of ranks, `tail` the
 * smaller one of the 5 % and 95 % quantiles, `mean` that of the draws themselves, which needs a variance; by Geyer's
 * (1992) initial monotone sequence over all chains together, at most S log10 S. Needs 12 draws a chain.
 *
 * @throws ArgumentError on wrong draws, or a quantile that is not from 0 to 1
 */
export function ess(draws: DrawsInput, kind: EssKind = 'bulk'): Diagnostic {
  if (typeof kind === 'object') return pickQuantile(draws, kind, 'ess')
  const field = ({ bulk: 'essBulk', tail: 'essTail', mean: 'essMean' } as const)[
    check.oneOf('kind', kind, ['bulk', 'tail', 'mean'])
  ]
  return pick(draws, (one) => one[field])
}

/**
 * Monte-Carlo standard error of the mean (default), of the standard deviation, or of a quantile: how far that number would
 * spread over runs like this one [Vehtari et al. 2021]. Needs 12 draws a chain.
 *
 * @throws ArgumentError on wrong draws, or a quantile that is not from 0 to 1
 */
export function mcse(draws: DrawsInput, kind: McseKind = 'mean'): Diagnostic {
  if (typeof kind === 'object') return pickQuantile(draws, kind, 'mcse')
  const field = ({ mean: 'mcseMean', sd: 'mcseSd' } as const)[check.oneOf('kind', kind, ['mean', 'sd'])]
  return pick(draws, (one) => one[field])
}

/**
 * Integrated autocorrelation time, in draws: 1 + 2 sum of the autocorrelations, which is draws / ess of the mean. 1 for
 * independent draws, below 1 for antithetic ones.
 *
 * @throws ArgumentError on wrong draws
 */
export function autocorrelationTime(draws: DrawsInput): Diagnostic {
  const checked = toDraws('draws', draws)
  const [chains, each] = checked.shape
  return pick(checked, (one) => (chains * (each - (each % 2))) / one.essMean)
}

export interface QuantileRow {
  readonly name: string
  readonly probability: number
  /** Of type 7 (Hyndman and Fan 1996), as in R and NumPy; NaN with a draw that is not finite. */
  readonly value: number
  /** NaN where the draws on either side make no chain: fewer than 12 a chain, or all at or below the value. */
  readonly ess: number
  readonly mcse: number
}

/**
 * Quantiles of every variable with their effective sample sizes and standard errors, variable after variable.
 *
 * @param probabilities from 0 to 1
 * @throws ArgumentError on wrong draws or probabilities
 */
export function quantiles(draws: DrawsInput, probabilities: readonly number[]): QuantileRow[] {
  if (!Array.isArray(probabilities) || probabilities.length === 0) {
    throw new ArgumentError(expected('probabilities', 'to be an array of at least one number', show(probabilities)))
  }
  const wanted = Float64Array.from(probabilities, (p) => check.probability('probabilities', p))
  const checked = toDraws('draws', draws)
  return quantileNumbers(checked, wanted).map(([value, size, error], k) => ({
    name: checked.names[Math.floor(k / wanted.length)]!,
    probability: wanted[k % wanted.length]!,
    value,
    ess: size,
    mcse: error,
  }))
}

function pick(draws: DrawsInput, field: (one: VariableSummary) => number): Diagnostic {
  const checked = toDraws('draws', draws)
  const found = summarise(checked, 1)
  const values = Float64Array.from(found, field)
  const reasons = found.map(({ reason }, v) => (Number.isNaN(values[v]!) ? reason : undefined))
  return { names: checked.names, values, reasons }
}

function pickQuantile(draws: DrawsInput, kind: { quantile: number }, field: 'ess' | 'mcse'): Diagnostic {
  const { quantile } = check.options('kind', kind, ['quantile'])
  const rows = quantiles(draws, [quantile as number])
  const values = Float64Array.from(rows, (row) => row[field])
  const reasons = rows.map(({ value }, v) => {
    if (!Number.isNaN(values[v]!)) return undefined
    return Number.isNaN(value)
      ? 'a draw is not a finite number'
      : 'there are fewer than 12 draws a chain, or all draws are at or below the quantile'
  })
  return { names: rows.map(({ name }) => name), values, reasons }
}

function quantileNumbers(draws: DrawsLike, probabilities: Float64Array): [number, number, number][] {
  const [chains, each, variables] = draws.shape
  const step = variablesACall(draws)
  const found: [number, number, number][] = []
  for (let first = 0; first < variables; first += step) {
    const count = Math.min(step, variables - first)
    const out = new Float64Array(3 * count * probabilities.length)
    current().kernels.chainQuantiles(columnsOf(draws, first, count), chains, each, probabilities, out)
    for (let k = 0; k < out.length; k += 3) found.push([out[k]!, out[k + 1]!, out[k + 2]!])
  }
  return found
}
