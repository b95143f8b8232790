/** Checks of covariance and precision matrices. */

import { ArgumentError, expected } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'

// Of an inverse that was computed in double precision a little asymmetry is left.
const ASYMMETRY = 1e-8

/**
 * A square symmetric matrix of finite numbers, row after row; that it is positive definite shows when it is factored.
 *
 * @param dim its side; any when undefined
 */
export function toSymmetric(name: string, value: MatrixLike, dim?: number): { data: Float64Array; dim: number } {
  const { data, shape } = toRows(name, value, dim)
  const n = shape[1]
  if (shape[0] !== n) throw new ArgumentError(expected(name, `to have ${n} rows, as it has columns`, shape[0]))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [data[i * n + j]!, data[j * n + i]!]
      const size = Math.sqrt(Math.abs(data[i * n + i]! * data[j * n + j]!))
      if (Math.abs(a - b) <= ASYMMETRY * size) continue
      throw new ArgumentError(expected(name, 'to be symmetric', `${a} at (${i}, ${j}) and ${b} at (${j}, ${i})`))
    }
  }
  return { data, dim: n }
}

/** The error for a matrix without a factor. */
export function notPositiveDefinite(name: string): ArgumentError {
  return new ArgumentError(expected(name, 'to be positive definite', 'a matrix that is not'))
}
