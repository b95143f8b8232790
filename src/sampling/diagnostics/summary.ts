/** The table of a run: what the draws say of every variable, and how far it can be trusted, in ArviZ's columns. */

import * as check from '../../check.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../../run/progress.ts'
import type { DrawsLike } from '../draws.ts'
import { summarise, summariseInPieces, type VariableSummary } from './chain-kernel.ts'
import { type DrawsInput, toDraws } from './checked-draws.ts'
import { summaryTable } from './summary-table.ts'
import { warningsFor } from './warnings.ts'

export interface SummaryOptions {
  /** Probability of the highest-density interval, between 0 and 1; default 0.94, ArviZ's, hence `hdi_3%` and `hdi_97%`. */
  hdiProbability?: number | undefined
}

export interface SummaryRow {
  readonly name: string
  readonly mean: number
  /** With the divisor S - 1. */
  readonly sd: number
  /** The ends of the narrowest interval, `hdi_3%` and `hdi_97%` unless another probability was asked for. */
  readonly [hdi: `hdi_${string}%`]: number
  readonly mcse_mean: number
  readonly mcse_sd: number
  readonly ess_bulk: number
  readonly ess_tail: number
  readonly r_hat: number
  /** Why some of the row is NaN, in words; absent where nothing is. */
  readonly reason?: string
}

/** Means, spreads, standard errors and convergence diagnostics of every variable. */
export class Summary {
  /** One for each variable, in their order. */
  readonly rows: readonly SummaryRow[]
  /** Names of the numbers of a row, in ArviZ's order. */
  readonly columns: readonly string[]
  readonly chains: number
  /** Draws of each chain. */
  readonly draws: number
  /** What should be looked into before the numbers are used, in words; empty when nothing is. */
  readonly warnings: readonly string[]

  constructor({ shape, names, statistics }: DrawsLike, found: readonly VariableSummary[], hdiProbability: number) {
    const [low, high] = hdiNames(hdiProbability)
    this.columns = ['mean', 'sd', low, high, 'mcse_mean', 'mcse_sd', 'ess_bulk', 'ess_tail', 'r_hat']
    this.rows = found.map((one, v) => rowOf(names[v]!, one, low, high))
    ;[this.chains, this.draws] = shape
    this.warnings = warningsFor(this.rows, this.chains, this.draws, statistics)
  }

  /** The row of a variable; undefined when there is none of this name. */
  get(name: string): SummaryRow | undefined {
    return this.rows.find((row) => row.name === name)
  }

  /** The table as text, and the warnings below it. */
  toString(): string {
    return [summaryTable(this), ...this.warnings.map((warning) => `! ${warning}`)].join('\n')
  }
}

/**
 * Summarises draws: mean, sd, the narrowest interval that holds 94 % of the draws, Monte-Carlo standard errors, bulk and
 * tail effective sample size, and rank-normalised split R-hat [Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021; the
 * conventions of Stan's `posterior`]. Ten million draws take about a second of one core; see `summaryInPieces`.
 *
 * A number that does not exist is NaN, with the reason in words: constant chains, draws that are not finite, too few
 * draws (R-hat needs 4 a chain, sample sizes and standard errors 12), no upper tail among ties.
 *
 * @example
 * const table = summary(run)
 * console.log(String(table))                  // the table, and warnings in words
 * table.get('mu')?.ess_bulk
 *
 * @throws ArgumentError on wrong draws or options
 */
export function summary(draws: DrawsInput, options?: SummaryOptions): Summary {
  const given = check.options('options', options, ['hdiProbability'])
  const hdi = checkHdi(given.hdiProbability)
  const checked = toDraws('draws', draws)
  return new Summary(checked, summarise(checked, hdi), hdi)
}

/**
 * The same off the event loop, with progress in variables, for very many draws.
 *
 * @throws (rejects with) ArgumentError on wrong draws or options; AbortError when the signal fires
 */
export async function summaryInPieces(draws: DrawsInput, options?: SummaryOptions & LongOptions): Promise<Summary> {
  const given = check.options('options', options, ['hdiProbability', ...longOptionKeys])
  checkLongOptions(given)
  const hdi = checkHdi(given.hdiProbability)
  const checked = toDraws('draws', draws)
  const found = await summariseInPieces(checked, hdi, given.signal, reporter(given, checked.shape[2]))
  return new Summary(checked, found, hdi)
}

const USUAL_HDI = 0.94

function checkHdi(value: unknown): number {
  const hdi = check.positiveNumber('hdiProbability', value ?? USUAL_HDI)
  return check.numberWithin('hdiProbability', hdi, 0, 1)
}

function hdiNames(probability: number): [`hdi_${string}%`, `hdi_${string}%`] {
  const percent = (share: number): `hdi_${string}%` => `hdi_${Number((100 * share).toPrecision(6))}%`
  return [percent((1 - probability) / 2), percent((1 + probability) / 2)]
}

function rowOf(name: string, one: VariableSummary, low: `hdi_${string}%`, high: `hdi_${string}%`): SummaryRow {
  return {
    name,
    mean: one.mean,
    sd: one.sd,
    [low]: one.hdiLow,
    [high]: one.hdiHigh,
    mcse_mean: one.mcseMean,
    mcse_sd: one.mcseSd,
    ess_bulk: one.essBulk,
    ess_tail: one.essTail,
    r_hat: one.rHat,
    ...(one.reason !== undefined && { reason: one.reason }),
  }
}
