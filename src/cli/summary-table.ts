/** The summary of draws, as a table and as JSON. */

import type { Summary } from '../sampling/diagnostics/summary.ts'
import type { Session } from './session.ts'

/** Prints the table, and below it its warnings. */
export function sayTable(session: Session, table: Summary): void {
  for (const line of String(table).split('\n')) {
    if (line.startsWith('! ')) session.warn(line)
    else session.say(line)
  }
}

/** JSON has no NaN and no infinity: null says that there is no such number, `reason` why, and an infinite R-hat is a word. */
export function plainRow(row: Summary['rows'][number]): object {
  const plain = (value: unknown) =>
    typeof value !== 'number' || Number.isFinite(value) ? value : infinityOrNull(value)
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)]))
}

function infinityOrNull(value: number): string | null {
  return Number.isNaN(value) ? null : String(value)
}
