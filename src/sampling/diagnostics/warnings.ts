/** What a summary should make one look into, in words. The limits are those of Vehtari et al. (2021) and of Stan. */

import type { DrawsLike } from '../draws.ts'
import type { SummaryRow } from './summary.ts'

const LARGEST_RHAT = 1.01
const LEAST_ESS_A_CHAIN = 100

export function warningsFor(
  rows: readonly SummaryRow[],
  chains: number,
  draws: number,
  statistics: DrawsLike['statistics'],
): string[] {
  const leastEss = LEAST_ESS_A_CHAIN * chains
  return [
    ...ofDivergences(statistics, chains * draws),
    ...ofWorst(
      rows,
      'r_hat',
      (value) => value > LARGEST_RHAT,
      (worst, row) => row.r_hat > worst.r_hat,
      (value) =>
        `R-hat is up to ${value.toFixed(3)}, above ${LARGEST_RHAT}: the chains do not agree yet; run them longer, or look for separate modes`,
    ),
    ...ofWorst(
      rows,
      'ess_bulk',
      (value) => value < leastEss,
      (worst, row) => row.ess_bulk < worst.ess_bulk,
      (value) =>
        `the bulk effective sample size is down to ${value.toFixed(0)}, below ${leastEss} (${LEAST_ESS_A_CHAIN} a chain): means and the diagnostics themselves are unreliable; draw more`,
    ),
    ...ofWorst(
      rows,
      'ess_tail',
      (value) => value < leastEss,
      (worst, row) => row.ess_tail < worst.ess_tail,
      (value) =>
        `the tail effective sample size is down to ${value.toFixed(0)}, below ${leastEss} (${LEAST_ESS_A_CHAIN} a chain): intervals and variances are unreliable; draw more`,
    ),
    ...ofMissing(rows),
  ]
}

function ofDivergences(statistics: DrawsLike['statistics'], total: number): string[] {
  const count = statistics?.['divergent']?.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) ?? 0
  if (count === 0) return []
  const share = ((100 * count) / total).toFixed(1)
  return [
    `${count} of ${total} transitions diverged (${share} %): parts of the target were missed; use smaller steps (a higher target acceptance), or change the parameters`,
  ]
}

function ofMissing(rows: readonly SummaryRow[]): string[] {
  const missing = rows.filter((row) => row.reason !== undefined)
  if (missing.length === 0) return []
  const [first] = missing
  return [`${naming(missing, rows.length)}: ${first!.reason}${missing.length > 1 ? ' (the first of them)' : ''}`]
}

function ofWorst(
  rows: readonly SummaryRow[],
  column: 'r_hat' | 'ess_bulk' | 'ess_tail',
  isBad: (value: number) => boolean,
  isWorse: (worst: SummaryRow, row: SummaryRow) => boolean,
  words: (value: number) => string,
): string[] {
  const bad = rows.filter((row) => isBad(row[column]))
  if (bad.length === 0) return []
  const worst = bad.reduce((found, row) => (isWorse(found, row) ? row : found))
  return [`${naming([worst, ...bad.filter((row) => row !== worst)], rows.length)}: ${words(worst[column])}`]
}

/** `mu`, or `mu and 3 others of 10`. */
function naming([first, ...others]: readonly SummaryRow[], total: number): string {
  if (others.length === 0) return first!.name
  return `${first!.name} and ${others.length} ${others.length === 1 ? 'other' : 'others'} of ${total}`
}
