/** Arrays of any number of dimensions, as data files hold them. */

import { ArgumentError, expected } from '../errors.ts'
import type { AnyArray } from './bytes.ts'

/** Numbers row after row (the last index runs fastest). An empty shape is a single number. */
export interface NdArray<A extends AnyArray = AnyArray> {
  readonly data: A
  readonly shape: readonly number[]
}

/**
 * The same numbers as a matrix with one row for each index of the first dimension: `[n, 28, 28]` becomes `[n, 784]`, a
 * vector of n numbers becomes n rows of one. Not copied. What comes out is taken wherever a matrix is.
 */
export function asRows<A extends AnyArray>(array: NdArray<A>): { data: A; shape: [rows: number, columns: number] } {
  const [rows, ...rest] = array.shape
  if (rows === undefined) throw new ArgumentError(expected('array', 'to have at least one dimension', 'a scalar'))
  return { data: array.data, shape: [rows, rest.reduce((size, side) => size * side, 1)] }
}
