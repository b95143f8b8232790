/** What one request may ask for, and how much the server does at a time. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'

export interface Limits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Numbers of an answer's largest array. */
  readonly numbers: number
  /** From the arrival of a request to the end of its answer. */
  readonly seconds: number
  /** Runs of kernels at a time. */
  readonly running: number
  /** Requests that may wait or be worked on; more are turned away. */
  readonly requests: number
  /** Requests for the same work that arrive within so many milliseconds go into one kernel call. */
  readonly windowMilliseconds: number
  /** Rows of such a call. */
  readonly batchRows: number
}

export const defaultLimits: Limits = {
  bodyBytes: 4 * 2 ** 20,
  numbers: 2 ** 20,
  seconds: 30,
  running: 4,
  requests: 1024,
  windowMilliseconds: 1,
  batchRows: 256,
}

/**
 * @param name of the field that says how many rows are wanted
 * @throws ArgumentError where `rows` rows of `columns` numbers are more than an answer may hold
 */
export function checkRows(limits: Limits, name: string, rows: number, columns: number): void {
  const most = Math.floor(limits.numbers / columns)
  if (rows <= most) return
  if (most === 0) {
    throw new ArgumentError(expected(name, `to ask for at most ${limits.numbers} numbers of this server`, columns))
  }
  throw new ArgumentError(expected(name, `to be at most ${most} rows of ${columns} numbers on this server`, rows))
}

/** A number of chains that an answer has room for; default 1. */
export function chainCount(limits: Limits, value: unknown, columns: number): number {
  const chains = check.positiveInteger('chains', value ?? 1, 2 ** 24)
  checkRows(limits, 'chains', chains, columns)
  return chains
}
