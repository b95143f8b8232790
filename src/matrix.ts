/**
 * Matrices: what users may pass, and the one form the library works on. Rows are examples (or chains), columns are units
 * (or dimensions), stored row after row.
 */

import { isNumericArray, type NumericArray } from './check.ts'
import { ArgumentError, expected, show } from './errors.ts'
import { yieldToEventLoop } from './event-loop.ts'

/** A matrix of float32 numbers, row after row: element (i, j) is `data[i * shape[1] + j]`. */
export interface Matrix {
  readonly data: Float32Array
  readonly shape: readonly [rows: number, columns: number]
}

/** A matrix of zeros and ones, one byte each, row after row. */
export interface BinaryMatrix {
  readonly data: Uint8Array
  readonly shape: readonly [rows: number, columns: number]
}

/**
 * What is accepted where a matrix is wanted: `{ data, shape: [rows, columns] }` with any array of numbers, an array of
 * rows (each a plain or typed array), or one row as a flat plain or typed array.
 */
export type MatrixLike =
  | { readonly data: NumericArray | readonly number[]; readonly shape: readonly number[] }
  | readonly (readonly number[] | NumericArray)[]
  | readonly number[]
  | NumericArray

/**
 * What the numbers of a matrix must be: finite in float32, from 0 to 1, or exactly 0 or 1. `unseen` leaves a Float32Array
 * unread, for a caller whose kernel looks at every number anyway; other arrays must then be finite.
 */
export type Rule = 'finite' | 'unit' | 'binary' | 'unseen'

const LARGEST_FLOAT32 = 3.4028234663852886e38
const PIECE = 1 << 20

const rules: Record<Rule, { low: number; high: number; whole: boolean; words: string }> = {
  finite: { low: -LARGEST_FLOAT32, high: LARGEST_FLOAT32, whole: false, words: 'finite numbers (float32)' },
  unit: { low: 0, high: 1, whole: false, words: 'numbers from 0 to 1' },
  binary: { low: 0, high: 1, whole: true, words: 'only zeros and ones' },
  unseen: { low: -LARGEST_FLOAT32, high: LARGEST_FLOAT32, whole: false, words: 'finite numbers (float32)' },
}

/**
 * Checks and converts a matrix. A Float32Array is used as it is, not copied.
 *
 * @param name the argument's name, for the message
 * @param columns the number of columns wanted; any when undefined
 * @param rule what the numbers must be (default finite)
 * @throws ArgumentError on a wrong shape or length, no rows, no columns, or a number that breaks the rule
 */
export function toMatrix(name: string, value: unknown, columns?: number, rule: Rule = 'finite'): Matrix {
  return atOnce(convert(name, layout(name, value, columns), rule, Float32Array))
}

/**
 * As `toMatrix`, in pieces of a few milliseconds with the event loop let in between them: for whole data sets. Where one
 * piece is enough the matrix is there at once, no promise of it.
 */
export function toMatrixInPieces(
  name: string,
  value: unknown,
  columns?: number,
  rule: Rule = 'finite',
): Matrix | Promise<Matrix> {
  const found = layout(name, value, columns)
  if (rule === 'unseen' && isRead(found.parts)) return { data: found.parts[0], shape: found.shape }
  const pieces = convert(name, found, rule, Float32Array)
  const first = pieces.next()
  return first.done ? first.value : inTurns(pieces)
}

/** Whether the numbers are a matrix's already. */
const isRead = (parts: Layout['parts']): parts is [Float32Array] =>
  parts.length === 1 && parts[0] instanceof Float32Array

/** Checks and converts a matrix of zeros and ones. A Uint8Array is used as it is, not copied. */
export function toBinaryMatrix(name: string, value: unknown, columns?: number): BinaryMatrix {
  return atOnce(convert(name, layout(name, value, columns), 'binary', Uint8Array))
}

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { data: new Float32Array(rows * columns), shape: [rows, columns] }
}

/** Row `i` of a matrix: a view, not a copy. */
export function row(matrix: Matrix, i: number): Float32Array {
  const columns = matrix.shape[1]
  return matrix.data.subarray(i * columns, (i + 1) * columns)
}

interface Layout {
  readonly shape: readonly [number, number]
  /** The numbers as a list of arrays, each a whole number of rows. */
  readonly parts: readonly ArrayLike<unknown>[]
}

type Element = Float32Array | Uint8Array

/** Yields between pieces, so that one body serves the caller who waits and the one who must not block. */
function* convert<A extends Element>(
  name: string,
  { shape, parts }: Layout,
  rule: Rule,
  type: new (length: number) => A,
): Generator<void, { data: A; shape: readonly [number, number] }> {
  const only = parts.length === 1 ? parts[0] : undefined
  const shared = only instanceof type
  const data = shared ? (only as A) : allocate(name, shape, type)
  let at = 0
  for (const part of parts) {
    for (let from = 0; from < part.length; from += PIECE) {
      const to = Math.min(part.length, from + PIECE)
      const bad = firstOutside(part, from, to, rule)
      if (bad >= 0) throw new ArgumentError(expected(name, `to hold ${rules[rule].words}`, place(part, bad, at, shape)))
      if (!shared) copy(part, from, to, data, at + from)
      if (to - from === PIECE) yield
    }
    at += part.length
  }
  return { data, shape }
}

function allocate<A>(name: string, shape: readonly [number, number], type: new (length: number) => A): A {
  try {
    return new type(shape[0] * shape[1])
  } catch {
    throw new ArgumentError(expected(name, 'to fit into memory', `${shape[0]} x ${shape[1]}`))
  }
}

function copy(part: ArrayLike<unknown>, from: number, to: number, data: Element, at: number): void {
  if (ArrayBuffer.isView(part)) data.set((part as Float32Array).subarray(from, to), at)
  else for (let i = from; i < to; i++) data[at + i - from] = part[i] as number
}

function firstOutside(part: ArrayLike<unknown>, from: number, to: number, rule: Rule): number {
  if (part instanceof Float32Array) return rule === 'unseen' ? -1 : firstFloatOutside(part, from, to, rule)
  const { low, high, whole } = rules[rule]
  for (let i = from; i < to; i++) {
    const x = part[i]
    // Written so that NaN fails; typeof, because '1' >= 0.
    if (!(typeof x === 'number' && x >= low && x <= high)) return i
    if (whole && x !== 0 && x !== 1) return i
  }
  return -1
}

/** The same for the usual type alone: an engine compiles this loop to a few instructions, the other it cannot. */
function firstFloatOutside(part: Float32Array, from: number, to: number, rule: Rule): number {
  const { low, high, whole } = rules[rule]
  for (let i = from; i < to; i++) {
    const x = part[i]!
    if (!(x >= low && x <= high) || (whole && x !== 0 && x !== 1)) return i
  }
  return -1
}

function place(part: ArrayLike<unknown>, bad: number, at: number, shape: readonly [number, number]): string {
  const index = at + bad
  return `${show(part[bad])} in row ${Math.floor(index / shape[1])}, column ${index % shape[1]}`
}

function layout(name: string, value: unknown, columns: number | undefined): Layout {
  const found = isNumericArray(value) || Array.isArray(value) ? arrayLayout(name, value) : objectLayout(name, value)
  const [rows, width] = found.shape
  if (columns !== undefined && width !== columns) {
    throw new ArgumentError(expected(name, `to have ${columns} ${columns === 1 ? 'column' : 'columns'}`, width))
  }
  if (rows === 0) throw new ArgumentError(expected(name, 'to have at least one row', 'none'))
  if (width === 0) throw new ArgumentError(expected(name, 'to have at least one column', 'none'))
  return found
}

function objectLayout(name: string, value: unknown): Layout {
  const { data, shape } = (value ?? {}) as { data?: unknown; shape?: unknown }
  if (!(isNumericArray(data) || Array.isArray(data)) || shape === undefined) {
    const wanted = 'to be { data, shape: [rows, columns] }, an array of rows, or one row'
    throw new ArgumentError(expected(name, wanted, show(value)))
  }
  const [rows, columns] = checkedShape(name, shape)
  if (data.length !== rows * columns) {
    const wanted = `to hold ${rows} x ${columns} = ${rows * columns} numbers, as its shape says`
    throw new ArgumentError(expected(name, wanted, data.length))
  }
  return { shape: [rows, columns], parts: [data] }
}

function checkedShape(name: string, shape: unknown): [number, number] {
  const sides: ArrayLike<unknown> = Array.isArray(shape) || isNumericArray(shape) ? shape : []
  if (sides.length === 2 && isSide(sides[0]) && isSide(sides[1])) return [sides[0], sides[1]]
  const got = sides.length === 0 ? show(shape) : `[${Array.from(sides).slice(0, 4).map(show).join(', ')}]`
  throw new ArgumentError(expected(`${name}.shape`, 'to be [rows, columns]', got))
}

const isSide = (side: unknown): side is number => Number.isSafeInteger(side) && (side as number) >= 0

function arrayLayout(name: string, value: readonly unknown[] | NumericArray): Layout {
  if (isNumericArray(value) || typeof value[0] === 'number') return { shape: [1, value.length], parts: [value] }
  return { shape: [value.length, rowLength(name, value)], parts: value as ArrayLike<unknown>[] }
}

function rowLength(name: string, rows: readonly unknown[]): number {
  let length = 0
  for (let i = 0; i < rows.length; i++) {
    const candidate = rows[i]
    if (!Array.isArray(candidate) && !isNumericArray(candidate)) {
      throw new ArgumentError(expected(name, 'to be an array of rows of numbers', `${show(candidate)} as row ${i}`))
    }
    if (i === 0) length = candidate.length
    if (candidate.length !== length) {
      throw new ArgumentError(
        expected(name, `to have ${length} columns in every row`, `${candidate.length} in row ${i}`),
      )
    }
  }
  return length
}

function atOnce<Result>(pieces: Generator<void, Result>): Result {
  for (;;) {
    const next = pieces.next()
    if (next.done) return next.value
  }
}

async function inTurns<Result>(pieces: Generator<void, Result>): Promise<Result> {
  for (;;) {
    await yieldToEventLoop()
    const next = pieces.next()
    if (next.done) return next.value
  }
}
