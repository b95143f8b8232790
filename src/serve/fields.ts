/** Fields that several operations share. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { type Matrix, type Rule, toMatrix } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import type { ChainStream } from '../random/streams.ts'
import { decimal } from '../run/settings.ts'
import { checkRows, type Limits } from './limits.ts'
import type { Fields } from './operation.ts'

const MOST_SWEEPS = 2 ** 30
const NUMBERS = 2 ** 32

/** The fields, all of whose names are known. `model` chose the model already. */
export function known(fields: Fields, names: readonly string[]): Fields {
  return check.options('body', fields as Record<string, unknown>, ['model', ...names])
}

/** A seed below 2^64, as a number or as its digits; fresh where none is given. */
export function seedOf({ seed }: Fields): Seed {
  return check.seed('seed', typeof seed === 'string' ? decimal(seed) : seed)
}

export function sweepsOf({ sweeps }: Fields, fallback: number): number {
  return check.positiveInteger('sweeps', sweeps ?? fallback, MOST_SWEEPS)
}

/** The number of the first chain: chain 17 of 64 alone is `{ chains: 1, firstChain: 17 }`. */
export function firstChainOf({ firstChain }: Fields, chains: number): number {
  return check.nonNegativeInteger('firstChain', firstChain ?? 0, NUMBERS - chains)
}

/** After how many sweeps a state is told on the way; undefined: only the last. */
export function everyOf({ every }: Fields, sweeps: number): number | undefined {
  return every === undefined ? undefined : check.positiveInteger('every', every, sweeps)
}

/**
 * A matrix of a request.
 *
 * @throws ArgumentError where it is missing, has another number of columns, or holds what `rule` forbids
 */
export function matrixOf(limits: Limits, fields: Fields, name: string, columns: number, rule: Rule): Matrix {
  const value = fields[name]
  if (value === undefined) throw new ArgumentError(expected(name, `to be given, rows of ${columns} numbers`, 'none'))
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError(expected(name, `to be rows of ${columns} numbers`, show(value)))
  }
  const matrix = toMatrix(name, value, columns, rule)
  checkRows(limits, name, matrix.shape[0], columns)
  return matrix
}

/** Matrices one below the other. */
export function stacked(matrices: readonly Matrix[]): Matrix {
  if (matrices.length === 1) return matrices[0]!
  const columns = matrices[0]!.shape[1]
  const rows = matrices.reduce((sum, { shape }) => sum + shape[0], 0)
  const data = new Float32Array(rows * columns)
  let at = 0
  for (const matrix of matrices) {
    data.set(matrix.data, at)
    at += matrix.data.length
  }
  return { data, shape: [rows, columns] }
}

/** Which units are known, a row for each of `rows`: from one row for all, or from a matrix. Zeros and ones. */
export function knownMatrix(fields: Fields, rows: number, columns: number): Matrix {
  const value = fields['known']
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError(expected('known', `to be ${columns} entries, true or 1 for a known unit`, show(value)))
  }
  const flags = Array.isArray(value) ? value.map((one) => (typeof one === 'boolean' ? Number(one) : one)) : value
  const { data, shape } = toMatrix('known', flags, columns, 'binary')
  if (shape[0] === rows) return { data, shape }
  if (shape[0] !== 1) throw new ArgumentError(expected('known', `to have 1 or ${rows} rows`, shape[0]))
  return stacked(Array.from({ length: rows }, () => ({ data, shape })))
}

/** The chains of jobs that share a run. */
export function streamsOf(jobs: readonly ChainStream[]): ChainStream[] {
  return jobs.map(({ seed, chains, firstChain }) => ({ seed, chains, firstChain }))
}

/** Walks over jobs that share a run: what each is, and where its rows begin. */
export function eachOf<J extends { readonly rows: number }, Value>(
  jobs: readonly J[],
  body: (job: J, first: number) => Value,
): Value[] {
  let first = 0
  return jobs.map((job) => {
    const value = body(job, first)
    first += job.rows
    return value
  })
}
