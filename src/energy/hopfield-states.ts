/** States of a Hopfield network as users write them, -1 and +1 or 0 and 1, and as the packed bits of the kernels. */

import type { Backend } from '../backend/backend.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { pack } from './bits.ts'

/** States row after row, one byte each: -1 and +1, or 0 and 1. */
export interface StateMatrix {
  readonly data: Int8Array
  readonly shape: readonly [rows: number, units: number]
}

export type Encoding = 'spin' | 'binary'

export interface States {
  /** Packed rows, 1 for +1. */
  readonly bits: Uint32Array
  readonly rows: number
  readonly encoding: Encoding
}

const SPINS = -1
const BINARY = -2

/**
 * Checks and packs states.
 *
 * @throws ArgumentError unless all are -1 and +1, or all 0 and 1
 */
export async function toStates(backend: Backend, name: string, value: MatrixLike, units: number): Promise<States> {
  const matrix = await toMatrixInPieces(name, value, units)
  const found = backend.kernels.hopfieldEncoding(matrix.data)
  if (found >= 0) {
    const place = `${matrix.data[found]} in row ${Math.floor(found / units)}, column ${found % units}`
    throw new ArgumentError(expected(name, 'to hold only -1 and 1, or only 0 and 1', place))
  }
  return {
    bits: pack(backend, matrix, 0),
    rows: matrix.shape[0],
    encoding: found === BINARY ? 'binary' : 'spin',
  }
}

/** The packed rows in an encoding. */
export function fromBits(backend: Backend, bits: Uint32Array, units: number, encoding: Encoding): StateMatrix {
  const rows = bits.length / Math.ceil(units / 32)
  const data = new Int8Array(rows * units)
  backend.kernels.hopfieldUnpack(bits, units, encoding === 'spin' ? SPINS : 0, new Uint8Array(data.buffer))
  return { data, shape: [rows, units] }
}

/** Bits in which two packed sets differ. */
export function bitsApart(a: Uint32Array, b: Uint32Array): number {
  let count = 0
  for (let k = 0; k < a.length; k++) count += onesIn(a[k]! ^ b[k]!)
  return count
}

/** Set bits of a word (Warren, "Hacker's Delight", 5-1). */
function onesIn(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
