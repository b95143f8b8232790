/** Points as rows of float64 numbers: what densities, proposals and draws exchange. */

import { isNumericArray, type NumericArray } from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'

/** Points [n, dim], row after row. */
export interface Rows {
  readonly data: Float64Array
  readonly shape: readonly [rows: number, columns: number]
}

/**
 * Checks and converts points: `{ data, shape: [n, columns] }`, an array of rows, or one row as a flat array. A
 * Float64Array is used as it is, not copied.
 *
 * @param name the argument's name, for the message
 * @param columns the number of columns wanted; any when undefined
 * @throws ArgumentError on a wrong shape, no rows, no columns, or a number that is not finite
 */
export function toRows(name: string, value: MatrixLike, columns?: number): Rows {
  const rows = isFlat(value) ? flatRows(value) : Array.isArray(value) ? listRows(name, value) : shapedRows(name, value)
  const [count, width] = rows.shape
  if (count === 0) throw new ArgumentError(expected(name, 'to have at least one row', 'none'))
  if (width === 0) throw new ArgumentError(expected(name, 'to have at least one column', 'none'))
  if (columns !== undefined && width !== columns) {
    throw new ArgumentError(expected(name, `to have ${columns} ${columns === 1 ? 'column' : 'columns'}`, width))
  }
  checkFinite(name, rows)
  return rows
}

function isFlat(value: unknown): value is NumericArray | readonly number[] {
  return isNumericArray(value) || (Array.isArray(value) && typeof value[0] === 'number')
}

function toFloat64(values: NumericArray | readonly number[]): Float64Array {
  // Not Float64Array.from alone, which would turn '1' into 1: checkFinite has to see what is not a number.
  return values instanceof Float64Array
    ? values
    : Float64Array.from(values, (x) => (typeof x === 'number' ? x : Number.NaN))
}

function flatRows(values: NumericArray | readonly number[]): Rows {
  return { data: toFloat64(values), shape: [1, values.length] }
}

function listRows(name: string, value: readonly unknown[]): Rows {
  const bad = value.findIndex((row) => !Array.isArray(row) && !isNumericArray(row))
  if (bad >= 0) {
    throw new ArgumentError(expected(name, 'to be an array of rows of numbers', `${show(value[bad])} as row ${bad}`))
  }
  const rows = value as readonly (readonly number[] | NumericArray)[]
  const width = rows[0]?.length ?? 0
  const uneven = rows.findIndex((row) => row.length !== width)
  if (uneven >= 0) {
    const got = `${rows[uneven]!.length} in row ${uneven}`
    throw new ArgumentError(expected(name, `to have ${width} columns in every row`, got))
  }
  const data = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) data.set(toFloat64(row), i * width)
  return { data, shape: [rows.length, width] }
}

function shapedRows(name: string, value: unknown): Rows {
  const { data, shape } = (value ?? {}) as { data?: unknown; shape?: unknown }
  const sides = Array.isArray(shape) || isNumericArray(shape) ? Array.from(shape as ArrayLike<unknown>) : []
  const shaped = sides.length === 2 && sides.every((side) => Number.isSafeInteger(side) && (side as number) >= 0)
  if (!(isNumericArray(data) || Array.isArray(data)) || !shaped) {
    const wanted = 'to be { data, shape: [rows, columns] }, an array of rows, or one row'
    throw new ArgumentError(expected(name, wanted, show(value)))
  }
  const [rows, columns] = sides as [number, number]
  if (data.length !== rows * columns) {
    const wanted = `to hold ${rows} x ${columns} = ${rows * columns} numbers, as its shape says`
    throw new ArgumentError(expected(name, wanted, data.length))
  }
  return { data: toFloat64(data), shape: [rows, columns] }
}

function checkFinite(name: string, { data, shape }: Rows): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    const place = `${data[i]} in row ${Math.floor(i / shape[1])}, column ${i % shape[1]}`
    throw new ArgumentError(expected(name, 'to hold finite numbers', place))
  }
}
