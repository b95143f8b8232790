/** A summary as a text table: numbers set flush right under ArviZ's headings, the reasons for NaN at the end of a row. */

import type { SummaryRow } from './summary.ts'

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly SummaryRow[]
}

export function summaryTable({ columns, rows }: Table): string {
  const cells = rows.map((row) => columns.map((column) => cell(column, row[column as 'mean'])))
  const widths = columns.map((column, k) => Math.max(column.length, ...cells.map((line) => line[k]!.length)))
  const nameWidth = Math.max(0, ...rows.map((row) => row.name.length))
  const line = (name: string, texts: readonly string[]) =>
    [name.padEnd(nameWidth), ...texts.map((text, k) => text.padStart(widths[k]!))].join('  ')
  return [
    line('', columns),
    ...rows.map((row, i) => line(row.name, cells[i]!) + (row.reason === undefined ? '' : `  ${row.reason}`)),
  ].join('\n')
}

function cell(column: string, value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (column.startsWith('ess_')) return value.toFixed(0)
  if (column === 'r_hat') return value.toFixed(2)
  return significant(value)
}

/** Three decimals where they say enough, else four significant digits. */
function significant(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.01 || size >= 1e6)) return value.toExponential(2)
  return value.toFixed(3)
}
