/** Numbers in the lines that a command prints. */

import { duration } from './report/svg.ts'

/** "1 chain", "1,000 chains"; "2 classes" with the plural given. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${figure(n, 0)} ${n === 1 ? noun : plural}`
}

/** A number with `digits` decimals and groups of three, with a minus that programs can read. */
export function figure(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return Number(value.toFixed(digits)) === 0 ? text.replace('-', '') : text
}

/** "12.3 s, seed 7": how a line of results ends. */
export function spent(seconds: number, seed?: number | bigint): string {
  return seed === undefined ? duration(seconds) : `${duration(seconds)}, seed ${seed}`
}
