/** Transition matrices: what users may pass, and the one form that the analysis works on. */

import type { Backend, BackendArray } from '../../backend/backend.ts'
import { inPieces } from '../../backend/pieces.ts'
import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'

/** A matrix in compressed rows: row i has entries offsets[i] ... offsets[i + 1] - 1. */
export interface CompressedRows {
  /** [n + 1] */
  readonly offsets: ArrayLike<number>
  readonly columns: ArrayLike<number>
  readonly probabilities: ArrayLike<number>
}

/**
 * A transition matrix: entry (i, j) is the probability that a step from state i goes to state j. Dense, as `{ data, shape }`
 * or an array of rows; in compressed rows; or as triplets `[i, j, p]`, with `states` where the last ones have no entry.
 * Entries given twice add up.
 */
export type TransitionsLike =
  | { readonly data: check.NumericArray | readonly number[]; readonly shape: readonly number[] }
  | readonly (readonly number[] | check.NumericArray)[]
  | { readonly csr: CompressedRows }
  | { readonly triplets: readonly (readonly [from: number, to: number, p: number])[]; readonly states?: number }

/** [n, n] in the backend's memory, row after row; every row sums to 1. */
export interface Transitions {
  readonly states: number
  readonly matrix: BackendArray<Float64Array>
}

/** The most states: all of a model of 12 units, and a matrix of 128 MiB. */
export const MOST_STATES = 4096

/** Numbers that are read without letting other events pass. */
const NUMBERS_AT_ONCE = 1 << 18

/**
 * Checks and converts a transition matrix; its rows are then divided by their sums.
 *
 * @throws ArgumentError that names the row: an entry that is negative or not finite, a sum further than `tolerance` from 1
 */
export async function toTransitions(
  backend: Backend,
  name: string,
  value: unknown,
  tolerance: number,
): Promise<Transitions> {
  const { states, fill } = layoutOf(name, value)
  const matrix = backend.alloc(Float64Array, states * states)
  await inPieces(
    states,
    async (first, count) => {
      const all = matrix.view()
      for (let i = first; i < first + count; i++) fill(i, all.subarray(i * states, (i + 1) * states))
    },
    { firstPiece: Math.max(1, Math.floor(NUMBERS_AT_ONCE / states)) },
  )
  const short = states * states <= NUMBERS_AT_ONCE
  const wrong = short
    ? backend.kernels.markovNormalise(matrix, states, tolerance)
    : await backend.run('markovNormalise', matrix, states, tolerance)
  if (wrong < 0) return { states, matrix }
  return refuseRow(name, wrong, matrix.view().slice(wrong * states, (wrong + 1) * states), tolerance)
}

function refuseRow(name: string, i: number, row: Float64Array, tolerance: number): never {
  const at = row.findIndex((p) => !(p >= 0 && Number.isFinite(p)))
  if (at >= 0) {
    throw new ArgumentError(expected(name, 'to hold probabilities', `${row[at]} in row ${i}, column ${at}`))
  }
  const sum = row.reduce((total, p) => total + p, 0)
  throw new ArgumentError(expected(name, `to have rows that sum to 1 within ${tolerance}`, `${sum} in row ${i}`))
}

/** How many states there are, and what writes a row of them into zeros. */
interface Layout {
  readonly states: number
  readonly fill: (i: number, row: Float64Array) => void
}

function layoutOf(name: string, value: unknown): Layout {
  if (Array.isArray(value)) return rowsLayout(name, value)
  if (typeof value === 'object' && value !== null) {
    if ('shape' in value) return denseLayout(name, value as { data: unknown; shape: unknown })
    if ('csr' in value) return compressedLayout(name, value.csr)
    if ('triplets' in value) return tripletLayout(name, value as { triplets: unknown; states?: unknown })
  }
  const wanted = 'to be a transition matrix: rows, { data, shape }, { csr } or { triplets }'
  throw new ArgumentError(expected(name, wanted, show(value)))
}

function checkStates(name: string, states: number): number {
  if (states >= 1 && states <= MOST_STATES) return states
  throw new ArgumentError(expected(name, `to have 1 to ${MOST_STATES} states`, states))
}

function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || check.isNumericArray(value)
}

/** What is not a number becomes NaN, which the check of the rows finds. */
function copyNumbers(from: ArrayLike<unknown>, start: number, row: Float64Array): void {
  for (let j = 0; j < row.length; j++) {
    const p = from[start + j]
    row[j] = typeof p === 'number' ? p : Number.NaN
  }
}

function rowsLayout(name: string, rows: readonly unknown[]): Layout {
  const states = checkStates(name, rows.length)
  rows.forEach((row, i) => {
    if (isArray(row) && row.length === states) return
    const got = isArray(row) ? `${row.length} in row ${i}` : `${show(row)} for row ${i}`
    throw new ArgumentError(expected(name, `to be square, with ${states} numbers in each row`, got))
  })
  return { states, fill: (i, row) => copyNumbers(rows[i] as ArrayLike<unknown>, 0, row) }
}

function denseLayout(name: string, { data, shape }: { data: unknown; shape: unknown }): Layout {
  const sides = Array.isArray(shape) ? shape : []
  if (sides.length !== 2 || sides[0] !== sides[1] || !Number.isSafeInteger(sides[0])) {
    throw new ArgumentError(
      expected(`${name}.shape`, 'to be [n, n]', Array.isArray(shape) ? `[${shape}]` : show(shape)),
    )
  }
  const states = checkStates(name, sides[0])
  if (!isArray(data)) throw new ArgumentError(expected(`${name}.data`, 'to be an array of numbers', show(data)))
  if (data.length !== states * states) {
    throw new ArgumentError(expected(`${name}.data`, `to have ${states} x ${states} numbers`, data.length))
  }
  return { states, fill: (i, row) => copyNumbers(data, i * states, row) }
}

function compressedLayout(name: string, csr: unknown): Layout {
  const { offsets, columns, probabilities } = (csr ?? {}) as Record<string, unknown>
  if (!isArray(offsets) || !isArray(columns) || !isArray(probabilities)) {
    throw new ArgumentError(expected(`${name}.csr`, 'to have arrays offsets, columns and probabilities', show(csr)))
  }
  const states = checkStates(name, offsets.length - 1)
  if (columns.length !== probabilities.length) {
    const got = `${columns.length} and ${probabilities.length}`
    throw new ArgumentError(expected(`${name}.csr`, 'to have as many columns as probabilities', got))
  }
  checkOffsets(`${name}.csr.offsets`, offsets, columns.length)
  const fill = (i: number, row: Float64Array) => {
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      addEntry(name, row, i, columns[k], probabilities[k])
    }
  }
  return { states, fill }
}

function checkOffsets(name: string, offsets: ArrayLike<unknown>, entries: number): void {
  let last = 0
  for (let i = 0; i < offsets.length; i++) {
    last = check.integerWithin(`${name}[${i}]`, offsets[i], last, i === 0 ? 0 : entries)
  }
  if (last !== entries) throw new ArgumentError(expected(name, `to end with ${entries}, the number of entries`, last))
}

function tripletLayout(name: string, { triplets, states: given }: { triplets: unknown; states?: unknown }): Layout {
  if (!Array.isArray(triplets)) {
    throw new ArgumentError(expected(`${name}.triplets`, 'to be an array of [from, to, p]', show(triplets)))
  }
  let most = -1
  triplets.forEach((triplet, k) => {
    if (!isArray(triplet) || triplet.length !== 3) {
      throw new ArgumentError(expected(`${name}.triplets[${k}]`, 'to be [from, to, p]', show(triplet)))
    }
    for (const state of [triplet[0], triplet[1]]) {
      most = Math.max(most, check.nonNegativeInteger(`${name}.triplets[${k}]`, state, MOST_STATES - 1))
    }
  })
  const states = checkStates(name, given === undefined ? most + 1 : check.positiveInteger(`${name}.states`, given))
  if (most >= states) throw new ArgumentError(expected(`${name}.triplets`, `to have states below ${states}`, most))
  const rows: [unknown, unknown][][] = Array.from({ length: states }, () => [])
  for (const [i, j, p] of triplets) rows[i]!.push([j, p])
  const fill = (i: number, row: Float64Array) => {
    for (const [j, p] of rows[i]!) addEntry(name, row, i, j, p)
  }
  return { states, fill }
}

/** Adds to what is there. A negative number or none could go unseen in a sum. */
function addEntry(name: string, row: Float64Array, i: number, j: unknown, p: unknown): void {
  if (!Number.isSafeInteger(j) || (j as number) < 0 || (j as number) >= row.length) {
    throw new ArgumentError(expected(name, `to have columns from 0 to ${row.length - 1}`, `${show(j)} in row ${i}`))
  }
  if (typeof p !== 'number' || !(p >= 0)) {
    throw new ArgumentError(expected(name, 'to hold probabilities', `${show(p)} in row ${i}, column ${j}`))
  }
  row[j as number] = row[j as number]! + p
}
