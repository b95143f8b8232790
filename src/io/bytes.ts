/**
 * Small helpers of the file formats: bytes in, typed arrays out, and errors of one wording. Numbers in memory are taken
 * to be little-endian, as on every machine the library is built for.
 */

import { ArgumentError, expected, FormatError, show } from '../errors.ts'

/** The error of a file: `expected a header of 20 bytes; got 7`. */
export function bad(wanted: string, got: string | number): never {
  throw new FormatError(`expected ${wanted}; got ${got}`)
}

/** The bytes of a file as a caller may hold them: a Uint8Array (a Buffer too) or an ArrayBuffer. Not copied. */
export function asBytes(name: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw new ArgumentError(expected(name, 'to be a Uint8Array or an ArrayBuffer', show(value)))
}

export type AnyArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

export interface ArrayType {
  new (length: number): AnyArray
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): AnyArray
  readonly BYTES_PER_ELEMENT: number
}

/** `count` numbers from byte `offset` on: a view where the alignment allows one, a copy where it does not. */
export function numbersAt(bytes: Uint8Array, offset: number, count: number, type: ArrayType): AnyArray {
  const start = bytes.byteOffset + offset
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer, start, count)
  const copy = bytes.slice(offset, offset + count * type.BYTES_PER_ELEMENT)
  return new type(copy.buffer, copy.byteOffset, count)
}

/** The same memory as bytes. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** A copy with the bytes of every number reversed: from big-endian to little-endian and back. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i += size) {
    for (let k = 0; k < size; k++) out[i + k] = bytes[i + size - 1 - k]!
  }
  return out
}

/** The product of the sides of a shape, or undefined where it leaves the safe integers (also on the way to a zero). */
export function product(shape: readonly number[]): number | undefined {
  let count = 1
  for (const side of shape) {
    count *= side
    if (!Number.isSafeInteger(count)) return undefined
  }
  return count
}

/** A non-negative safe integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** A shape in words: `3 x 4`, and for a single number `a scalar`. */
export function showShape(shape: readonly number[]): string {
  if (shape.length === 0) return 'a scalar'
  return shape.length > 8 ? `${shape.length} dimensions` : shape.join(' x ')
}
