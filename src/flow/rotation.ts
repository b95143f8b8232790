/** Random rotations and their factors P L (U + diag(s)): the first values of invertible linear layers. */

import type { Rng } from '../random/rng.ts'

/** A matrix W = P L (U + diag(s)) in parts: (P a)_i = a[order[i]], L unit lower, U strictly upper triangular. */
export interface LinearFactors {
  readonly order: readonly number[]
  /** Of s: 1 or -1. */
  readonly signs: readonly number[]
  /** log |s|. */
  readonly logScale: readonly number[]
  /** Below the diagonal, row by row: element (i, j) is lower[i][j]. */
  readonly lower: readonly Float64Array[]
  /** Above the diagonal, likewise. */
  readonly upper: readonly Float64Array[]
}

// Features that are turned together. Up to as many a layer starts with a rotation of all; of more in a few groups, whose
// outcomes are shuffled, since a rotation of n takes n^3 operations.
const WIDEST = 64

/**
 * Factors of a random orthogonal matrix of `size` rows: uniformly distributed (Haar) up to 64, as in Glow [Kingma,
 * Dhariwal 2018]; of more rows, rotations of groups of 64 features and a random permutation.
 */
export function randomRotation(size: number, rng: Rng): LinearFactors {
  const whole = { order: [] as number[], signs: [] as number[], logScale: [] as number[] }
  const lower = Array.from({ length: size }, () => new Float64Array(size))
  const upper = Array.from({ length: size }, () => new Float64Array(size))
  for (let first = 0; first < size; first += WIDEST) {
    const part = factorsOf(orthogonal(Math.min(WIDEST, size - first), rng))
    part.order.forEach((from) => void whole.order.push(first + from))
    whole.signs.push(...part.signs)
    whole.logScale.push(...part.logScale)
    part.lower.forEach((row, i) => void lower[first + i]!.set(row, first))
    part.upper.forEach((row, i) => void upper[first + i]!.set(row, first))
  }
  if (size <= WIDEST) return { ...whole, lower, upper }
  return { ...whole, order: [...rng.permutation(size)].map((row) => whole.order[row]!), lower, upper }
}

/** Independent normal rows, made orthonormal one after the other; twice each, which is exact enough [Kahan, Parlett]. */
function orthogonal(size: number, rng: Rng): Float64Array[] {
  const rows = Array.from({ length: size }, () => rng.normal(size))
  rows.forEach((row, i) => {
    for (const before of [...rows.slice(0, i), ...rows.slice(0, i)]) subtract(row, before, dot(row, before))
    const length = Math.sqrt(dot(row, row))
    for (let k = 0; k < size; k++) row[k]! /= length
  })
  return rows
}

/** Gauss's elimination with the largest pivot of each column. */
function factorsOf(matrix: readonly Float64Array[]): LinearFactors {
  const size = matrix.length
  const rows = matrix.map((row, from) => ({ from, left: row.slice(), lower: new Float64Array(size) }))
  for (let k = 0; k < size; k++) {
    let pivot = k
    for (let i = k + 1; i < size; i++) if (Math.abs(rows[i]!.left[k]!) > Math.abs(rows[pivot]!.left[k]!)) pivot = i
    ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
    const top = rows[k]!.left
    for (const row of rows.slice(k + 1)) {
      row.lower[k] = row.left[k]! / top[k]!
      subtract(row.left, top, row.lower[k]!)
      row.left[k] = 0
    }
  }
  const order = new Array<number>(size)
  rows.forEach(({ from }, i) => void (order[from] = i))
  const pivots = rows.map(({ left }, i) => left[i]!)
  rows.forEach(({ left }, i) => void (left[i] = 0))
  return {
    order,
    signs: pivots.map((s) => (s < 0 ? -1 : 1)),
    logScale: pivots.map((s) => Math.log(Math.abs(s))),
    lower: rows.map((row) => row.lower),
    upper: rows.map((row) => row.left),
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

/** row -= factor * other. */
function subtract(row: Float64Array, other: Float64Array, factor: number): void {
  for (let k = 0; k < row.length; k++) row[k]! -= factor * other[k]!
}
