/** Which numbers of rows are known, and stay. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { type MatrixLike, toBinaryMatrix } from '../matrix.ts'

/** One entry for each number of a row (true or 1: known), for all rows, or a matrix [n, dim] of zeros and ones. */
export type KnownNumbers = ArrayLike<boolean | number> | MatrixLike

/**
 * Ones where a number is known [rows, dim].
 *
 * @throws ArgumentError on a wrong shape, and on other entries
 */
export function toKnown(known: KnownNumbers, rows: number, dim: number): Uint8Array {
  if (isMatrix(known)) {
    const { data, shape } = toBinaryMatrix('known', known, dim)
    if (shape[0] === rows) return data
    throw new ArgumentError(expected('known', `to have ${rows} rows, one for each row of \`data\``, shape[0]))
  }
  const one = toFlags(known as ArrayLike<boolean | number>, dim)
  const all = new Uint8Array(rows * dim)
  for (let r = 0; r < rows; r++) all.set(one, r * dim)
  return all
}

function isMatrix(known: unknown): known is MatrixLike {
  if (typeof known !== 'object' || known === null) return false
  return 'shape' in known || typeof (known as ArrayLike<unknown>)[0] === 'object'
}

function toFlags(known: ArrayLike<boolean | number>, dim: number): Uint8Array {
  if (!Array.isArray(known) && !check.isNumericArray(known)) {
    throw new ArgumentError(expected('known', 'to be an array of booleans', show(known)))
  }
  if (known.length !== dim) throw new ArgumentError(expected('known', `to have ${dim} values`, known.length))
  const bad = known.findIndex((value) => typeof value !== 'boolean' && value !== 0 && value !== 1)
  if (bad < 0) return Uint8Array.from(known, Number)
  throw new ArgumentError(expected('known', 'to hold only true, false, 1 and 0', `${show(known[bad])} at index ${bad}`))
}
