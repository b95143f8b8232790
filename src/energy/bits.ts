/** Rows of binary units as packed bits, as the kernels take them (native/kernels/bits.h), and back. */

import type { Backend, Span } from '../backend/backend.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { BinaryMatrix, Matrix } from '../matrix.ts'
import type { Key } from '../random/key.ts'

/** 32-bit words of a row. */
export function wordsPerRow(columns: number): number {
  return Math.ceil(columns / 32)
}

/** Bits of a matrix: 1 where a value is above `threshold`. */
export function pack(backend: Backend, matrix: Matrix, threshold = 0.5): Uint32Array {
  const [rows, columns] = matrix.shape
  const bits = new Uint32Array(rows * wordsPerRow(columns))
  backend.kernels.bitsThreshold(matrix.data, columns, threshold, bits)
  return bits
}

export function unpack(backend: Backend, bits: Span<Uint32Array>, columns: number): BinaryMatrix {
  const rows = bits.length / wordsPerRow(columns)
  const data = new Uint8Array(rows * columns)
  backend.kernels.bitsUnpack(bits, columns, data)
  return { data, shape: [rows, columns] }
}

/** The bits as the numbers 0 and 1. */
export function unpackValues(backend: Backend, bits: Span<Uint32Array>, columns: number): Matrix {
  const { data, shape } = unpack(backend, bits, columns)
  return { data: Float32Array.from(data), shape }
}

/** Rows `order[0]`, `order[1]` ... of packed rows. */
export function gather(backend: Backend, from: Span<Uint32Array>, columns: number, order: Uint32Array): Uint32Array {
  const to = new Uint32Array(order.length * wordsPerRow(columns))
  backend.kernels.bitsGather(from, columns, order, to)
  return to
}

/** A mask of units, given as booleans or as zeros and ones, one for each unit. */
export function toMask(name: string, value: ArrayLike<boolean | number>, units: number): Uint8Array {
  if (typeof value !== 'object' || value === null || typeof value.length !== 'number') {
    throw new ArgumentError(expected(name, 'to be an array of booleans', show(value)))
  }
  if (value.length !== units) throw new ArgumentError(expected(name, `to have ${units} values`, value.length))
  return Uint8Array.from({ length: units }, (_, i) => toFlag(name, value[i], i))
}

function toFlag(name: string, value: unknown, i: number): number {
  if (value === true || value === 1) return 1
  if (value === false || value === 0) return 0
  throw new ArgumentError(expected(name, 'to hold only true, false, 1 and 0', `${show(value)} at index ${i}`))
}

/** One packed row. */
export function packRow(flags: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(wordsPerRow(flags.length))
  for (let i = 0; i < flags.length; i++) if (flags[i]) words[i >>> 5]! |= 1 << (i & 31)
  return words
}

/** Rows of fair coins; row r of `rows` draws as row `firstRow + r` of the key. */
export function fairCoins(backend: Backend, rows: number, columns: number, key: Key, firstRow: number): Uint32Array {
  const bits = new Uint32Array(rows * wordsPerRow(columns))
  const half = new Float32Array(rows * columns).fill(0.5)
  backend.kernels.bitsBernoulli(half, columns, key.low, key.high, 0, firstRow, bits)
  return bits
}
