/** The multivariate normal distribution, by Cholesky's decomposition. */

import { current } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { ArgumentError, expected, NotPositiveDefiniteError, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { type Draws, Rng } from '../../random/rng.ts'
import type { Proposal } from '../proposal.ts'
import { toRows } from '../rows.ts'
import { toSymmetric } from '../targets/symmetric.ts'
import { cholesky, inverseOfSquare, transpose } from '../targets/triangle.ts'
import { checkDraws, type SampleFrom } from './distribution.ts'

export interface MultivariateNormalOptions {
  /** [d]; default zeros. */
  mean?: ArrayLike<number> | undefined
  /** [d, d], symmetric, positive definite. Exactly one of the three is given. */
  covariance?: MatrixLike | undefined
  /** The inverse of the covariance, [d, d]. */
  precision?: MatrixLike | undefined
  /** Lower triangular L with covariance L L', [d, d]; above the diagonal zeros, on it positive. */
  cholesky?: MatrixLike | undefined
}

const shapes = ['covariance', 'precision', 'cholesky'] as const

/** Fills with standard normal numbers, those of `Rng.normal`. */
export function fillNormals(out: Float64Array, { key, stream, start }: Draws): void {
  current().kernels.randomNormalF64(out, key.low, key.high, stream.low, stream.high, start, 0, 1)
}

/** Made by `multivariateNormal`. A proposal of importance sampling and of independence Metropolis. */
export class MultivariateNormal implements Proposal {
  readonly dim: number
  /** [d] */
  readonly mean: Float64Array
  readonly #factor: Float64Array
  readonly #ofPrecision: boolean

  constructor(mean: Float64Array, factor: Float64Array, ofPrecision: boolean) {
    this.dim = mean.length
    this.mean = mean
    this.#factor = factor
    this.#ofPrecision = ofPrecision
  }

  /** [d, d] */
  get covariance(): Float64Array {
    const { dim } = this
    return this.#ofPrecision ? inverseOfSquare(transpose(this.#factor, dim), dim) : squareOf(this.#factor, dim)
  }

  /**
   * Independent rows [n, d]: mean + L z, with z the normal numbers i d ... (i + 1) d - 1 of the stream for row i, those
   * of `new Rng(seed).normal()`.
   *
   * @param to how many rows, or a Float64Array [n, d] to fill
   * @param from `{ seed, first }`, `first` being the number of the first row; or an `Rng`, of which n d draws are used up
   */
  sample(to: number | Float64Array, from?: SampleFrom): Float64Array {
    const { rows, draws } = checkRowDraws(to, from, this.dim)
    fillNormals(rows, draws)
    this.fromNormals(rows)
    return rows
  }

  /** Rows of standard normal numbers replaced by draws. */
  fromNormals(rows: Float64Array): void {
    current().kernels.multivariateNormalDraws(this.mean, this.#factor, this.#ofPrecision, rows)
  }

  /**
   * Log densities [n] of rows [n, d].
   *
   * @param rows one flat array [n, d], an array of rows, or `{ data, shape: [n, d] }`
   */
  logPdf(rows: MatrixLike): Float64Array {
    return this.logProb(checkedRows(rows, this.dim))
  }

  /** The same of a flat array [n, d], as proposals have it. */
  logProb(rows: Float64Array): Float64Array {
    const out = new Float64Array(rows.length / this.dim)
    current().kernels.multivariateNormalLogPdf(this.mean, this.#factor, this.#ofPrecision, rows, out)
    return out
  }
}

/**
 * The normal distribution on R^d.
 *
 *     const law = multivariateNormal({ mean: [0, 1], covariance: [[2, 1], [1, 3]] })
 *     law.sample(1000, { seed: 1 })       // Float64Array, 1000 rows of 2
 *     law.logPdf([[0, 0], [1, 1]])
 *
 * @throws ArgumentError unless exactly one of covariance, precision and cholesky is given and all sizes agree
 * @throws NotPositiveDefiniteError with the pivot at which Cholesky's decomposition fails
 */
export function multivariateNormal(given: MultivariateNormalOptions): MultivariateNormal {
  const values = check.options('options', given, ['mean', ...shapes])
  const named = shapes.filter((key) => values[key] !== undefined)
  if (named.length !== 1) {
    const wanted = 'to have exactly one of covariance, precision and cholesky'
    throw new ArgumentError(expected('options', wanted, named.length === 0 ? 'none' : named.join(' and ')))
  }
  const shape = named[0]!
  const dim = values.mean === undefined ? undefined : check.finiteArray('mean', values.mean).length
  const factor = shape === 'cholesky' ? toFactor(values.cholesky!, dim) : factorOf(shape, values[shape]!, dim)
  const mean = Float64Array.from(values.mean ?? new Float64Array(Math.sqrt(factor.length)))
  return new MultivariateNormal(mean, factor, shape === 'precision')
}

/** Cholesky's factor of a matrix that the user gave. */
function factorOf(name: string, value: MatrixLike, size: number | undefined): Float64Array {
  const { data, dim } = toSymmetric(name, value, size)
  return cholesky(data, dim, (pivot, rest) => {
    throw new NotPositiveDefiniteError(name, pivot, rest)
  })!
}

function toFactor(value: MatrixLike, size: number | undefined): Float64Array {
  const { data, shape } = toRows('cholesky', value, size)
  const [n, columns] = shape
  if (n !== columns) throw new ArgumentError(expected('cholesky', `to have ${columns} rows, as it has columns`, n))
  for (let i = 0; i < n; i++) {
    if (!(data[i * n + i]! > 0)) throw new NotPositiveDefiniteError('cholesky', i, data[i * n + i]!)
    const above = data.subarray(i * n + i + 1, (i + 1) * n).findIndex((x) => x !== 0)
    if (above >= 0)
      throw new ArgumentError(expected('cholesky', 'to be lower triangular', `a number above the diagonal in row ${i}`))
  }
  return data.slice()
}

/** L L' */
function squareOf(lower: Float64Array, n: number): Float64Array {
  const square = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k <= j; k++) sum += lower[i * n + k]! * lower[j * n + k]!
      square[i * n + j] = square[j * n + i] = sum
    }
  }
  return square
}

/** Room for rows [n, dim], and the draws that fill it. */
export function checkRowDraws(
  to: number | Float64Array,
  from: SampleFrom | undefined,
  dim: number,
): { rows: Float64Array; draws: Draws } {
  const rows = typeof to === 'number' ? newRows(to, dim) : to
  if (!(rows instanceof Float64Array) || rows.length % dim !== 0) {
    const wanted = `to be a number of rows or a Float64Array of rows of ${dim}`
    throw new ArgumentError(expected('to', wanted, show(to)))
  }
  const draws = checkDraws(from, rows.length)
  // `first` counts rows, a generator numbers.
  const start = check.nonNegativeInteger('first', from instanceof Rng ? draws.start : draws.start * dim)
  return { rows, draws: { ...draws, start } }
}

function newRows(n: number, dim: number): Float64Array {
  check.nonNegativeInteger('n', n)
  try {
    return new Float64Array(n * dim)
  } catch {
    throw new ArgumentError(expected('n', 'to be a number of rows that fits into memory', n))
  }
}

/** Rows [n, dim] of finite numbers as one flat array; a flat array is rows one after the other. */
export function checkedRows(value: MatrixLike, dim: number): Float64Array {
  const flat = check.isNumericArray(value) || (Array.isArray(value) && typeof value[0] === 'number')
  if (!flat) return toRows('x', value, dim).data
  const { length } = value as ArrayLike<number>
  if (length % dim !== 0) throw new ArgumentError(expected('x', `to have rows of ${dim} numbers`, `${length} numbers`))
  return check.finiteArray('x', value)
}
