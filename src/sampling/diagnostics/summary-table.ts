/** A summary as a text table: numbers set flush right under ArviZ's headings, the reasons for NaN at the end of a row. */

import type { SummaryRow } from './summary.ts'

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly SummaryRow[]
}

export function summaryTable({ columns, rows }: Table): string {
  const cells = rows.map((row) => columns.map((column) => cell(column, row)))
  const widths = columns.map((column, k) => Math.max(column.length, ...cells.map((line) => line[k]!.length)))
  const nameWidth = Math.max(0, ...rows.map((row) => row.name.length))
  const line = (name: string, texts: readonly string[]) =>
    [name.padEnd(nameWidth), ...texts.map((text, k) => text.padStart(widths[k]!))].join('  ')
  return [
    line('', columns),
    ...rows.map((row, i) => line(row.name, cells[i]!) + (row.reason === undefined ? '' : `  ${row.reason}`)),
  ].join('\n')
}

function cell(column: string, row: SummaryRow): string {
  const value = row[column as 'mean']
  if (!Number.isFinite(value)) return String(value)
  if (column.startsWith('ess_')) return value.toFixed(0)
  if (column === 'r_hat') return value.toFixed(2)
  return readable(value, column.startsWith('mcse_') ? Math.abs(value) : row.sd)
}

/**
 * A number for a person: three decimals where these say enough of what matters, else powers of ten.
 *
 * @param scale how small a difference matters: the sd for a place, an error itself
 */
export function readable(value: number, scale: number): string {
  const fits = Math.abs(value) < 1e6 && (scale === 0 || scale >= 0.002)
  return fits ? value.toFixed(3) : value.toExponential(2)
}
