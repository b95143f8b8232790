/** Log |det| of a dense matrix in float64: what the log-determinants of layers are held against. */

import { yieldToEventLoop } from '../event-loop.ts'

/** Multiplications between two turns of the event loop: some ten milliseconds. */
const TURN = 1 << 23

/**
 * log |det A| by elimination with partial pivoting; minus infinity for a singular matrix.
 *
 * @param matrix [n, n], row after row; it is overwritten
 */
export async function logAbsDeterminant(matrix: Float64Array, n: number): Promise<number> {
  let [sum, work] = [0, 0]
  for (let k = 0; k < n; k++) {
    const pivot = largestBelow(matrix, n, k)
    if (pivot !== k) swapRows(matrix, n, k, pivot)
    const diagonal = matrix[k * n + k]!
    if (diagonal === 0) return Number.NEGATIVE_INFINITY
    sum += Math.log(Math.abs(diagonal))
    for (let i = k + 1; i < n; i++) eliminate(matrix, n, k, i)
    work += (n - k) ** 2
    if (work < TURN) continue
    work = 0
    await yieldToEventLoop()
  }
  return sum
}

function largestBelow(matrix: Float64Array, n: number, k: number): number {
  let best = k
  for (let i = k + 1; i < n; i++) if (Math.abs(matrix[i * n + k]!) > Math.abs(matrix[best * n + k]!)) best = i
  return best
}

function swapRows(matrix: Float64Array, n: number, a: number, b: number): void {
  const row = matrix.slice(a * n, (a + 1) * n)
  matrix.copyWithin(a * n, b * n, (b + 1) * n)
  matrix.set(row, b * n)
}

/** Row i minus the multiple of row k that makes its column k zero. */
function eliminate(matrix: Float64Array, n: number, k: number, i: number): void {
  const factor = matrix[i * n + k]! / matrix[k * n + k]!
  // Jacobians of layers are mostly zeros: couplings leave half of the coordinates alone.
  if (factor === 0) return
  for (let j = k + 1; j < n; j++) matrix[i * n + j]! -= factor * matrix[k * n + j]!
}
