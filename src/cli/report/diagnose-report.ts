/** The report of `gibbsite diagnose`: the summary, what to look into, and the pictures, in one self-contained HTML page. */

import type { Summary, SummaryRow } from '../../sampling/diagnostics/summary.ts'
import { readable } from '../../sampling/diagnostics/summary-table.ts'
import { data, type Figure, figures, numbers, page, section } from './page.ts'
import { decimal, escape } from './svg.ts'

export interface DiagnoseReport {
  readonly files: readonly string[]
  readonly table: Summary
  /** SVG texts. */
  readonly pictures: { readonly trace: string; readonly rank: string; readonly pairs: string }
  /** What the pictures leave out, if anything. */
  readonly note?: string
}

export function diagnoseReport({ files, table, pictures, note = '' }: DiagnoseReport): string {
  const title = `${table.chains} chains of ${decimal(table.draws, 0)} draws`
  const lead = `${table.rows.length} ${table.rows.length === 1 ? 'variable' : 'variables'} from ${files.join(', ')}.`
  const ranks = 'Where the draws of a chain stand among those of all chains. Chains that agree have even histograms.'
  const parts = [
    `<header>\n<p class="eyebrow">gibbsite · diagnosis</p>\n<h1>${escape(title)}</h1>\n<p class="lead">${escape(lead)}</p>\n${figures(headline(table))}\n</header>`,
    warnings(table),
    section(
      'Summary',
      'Means, spreads, 94 % intervals, Monte-Carlo standard errors, effective sample sizes and R-hat.',
      summaryTable(table),
    ),
    picture('Traces', `The density of each chain, and its draws in their order. ${note}`, pictures.trace),
    picture('Ranks', ranks, pictures.rank),
    picture('Pairs', 'Every two variables against each other; divergent draws are red.', pictures.pairs),
    `<footer>R-hat and effective sample sizes after Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021).</footer>`,
    data('summary', table.rows),
  ]
  return page(title, parts.join('\n'))
}

function headline({ rows, chains, draws }: Summary): Figure[] {
  const worst = (column: 'r_hat' | 'ess_bulk' | 'ess_tail', sign: 1 | -1) =>
    rows
      .filter((row) => !Number.isNaN(row[column]))
      .sort((a, b) => sign * (b[column] - a[column]))
      .at(0)
  const [rHat, bulk, tail] = [worst('r_hat', 1), worst('ess_bulk', -1), worst('ess_tail', -1)]
  const least = `${100 * chains} would do`
  return [
    { name: 'Draws', value: decimal(chains * draws, 0), note: `${chains} chains` },
    {
      name: 'Largest R-hat',
      value: rHat ? decimal(rHat.r_hat, 3) : '–',
      note: rHat ? `${rHat.name}; up to 1.01 is good` : '',
    },
    {
      name: 'Least bulk ESS',
      value: bulk ? decimal(bulk.ess_bulk, 0) : '–',
      note: bulk ? `${bulk.name}; ${least}` : '',
    },
    {
      name: 'Least tail ESS',
      value: tail ? decimal(tail.ess_tail, 0) : '–',
      note: tail ? `${tail.name}; ${least}` : '',
    },
  ]
}

function warnings({ warnings }: Summary): string {
  if (warnings.length === 0) return section('Nothing to look into', 'No diagnostic is beyond its limit.', '')
  const items = warnings.map((warning) => `<li>${escape(warning)}</li>`).join('\n')
  return section('To look into', '', `<ul>\n${items}\n</ul>`)
}

function summaryTable({ columns, rows }: Summary): string {
  const cells = rows.map((row) => [row.name, ...columns.map((column) => cell(column, row))])
  return numbers(['', ...columns], cells, 'Summary of all variables')
}

function cell(column: string, row: SummaryRow): string {
  const value = row[column as 'mean']
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : String(value)
  if (column.startsWith('ess_')) return decimal(value, 0)
  if (column === 'r_hat') return decimal(value, 3)
  return readable(value, column.startsWith('mcse_') ? Math.abs(value) : row.sd).replaceAll('-', '−')
}

function picture(title: string, text: string, svg: string): string {
  return section(title, text.trim(), `<figure class="sheet">\n${svg}</figure>`)
}
