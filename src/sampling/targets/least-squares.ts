/** The sum of squares |y - X b|^2 in few numbers, by Householder's (1958) QR decomposition. */

/** |y - X b|^2 = rest + |R b - q|^2. */
export interface LeastSquares {
  /** [dim, dim], upper triangular, row after row; rows beyond those of X are zeros. */
  readonly upper: Float64Array
  /** [dim] */
  readonly q: Float64Array
  readonly rest: number
}

/**
 * @param X [n, dim], row after row
 * @param y [n]
 */
export function leastSquares(X: Float64Array, y: Float64Array, dim: number): LeastSquares {
  const n = y.length
  // Columns are what is worked on: each is made contiguous, y as the last.
  const columns = Array.from({ length: dim }, (_, j) => Float64Array.from({ length: n }, (_, i) => X[i * dim + j]!))
  columns.push(y.slice())
  for (let j = 0; j < Math.min(dim, n); j++) eliminate(columns, j)
  const at = (i: number, j: number) => (i < n ? columns[j]![i]! : 0)
  const upper = Float64Array.from({ length: dim * dim }, (_, k) => {
    const [i, j] = [Math.floor(k / dim), k % dim]
    return j >= i ? at(i, j) : 0
  })
  const left = columns[dim]!.subarray(Math.min(dim, n))
  return {
    upper,
    q: Float64Array.from({ length: dim }, (_, i) => at(i, dim)),
    rest: left.reduce((sum, value) => sum + value * value, 0),
  }
}

/** Reflects all columns so that column j is zero below its element j. */
function eliminate(columns: readonly Float64Array[], j: number): void {
  const pivot = columns[j]!.subarray(j)
  const length = Math.sqrt(pivot.reduce((sum, value) => sum + value * value, 0))
  if (length === 0) return
  // Away from the pivot, so that nothing cancels.
  const target = pivot[0]! > 0 ? -length : length
  const normal = pivot.slice()
  normal[0]! -= target
  const half = length * Math.abs(normal[0]!) // |normal|^2 / 2
  for (const column of columns.slice(j)) {
    const part = column.subarray(j)
    let product = 0
    for (let i = 0; i < normal.length; i++) product += normal[i]! * part[i]!
    const factor = product / half
    for (let i = 0; i < normal.length; i++) part[i]! -= factor * normal[i]!
  }
}
