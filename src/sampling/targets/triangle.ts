/**
 * Triangular factors of symmetric matrices, and their layout for kernels (native/kernels/packed_triangle.h). Matrices are
 * square, row after row; plain + - * / sqrt, so that a factor has the same bits everywhere.
 */

const TILE = 4

/**
 * L with L L' = A, lower triangular, by Cholesky's method; undefined where A is not positive definite.
 *
 * @param failed is then told the pivot, a row number, and what is left there
 */
export function cholesky(
  matrix: ArrayLike<number>,
  n: number,
  failed?: (pivot: number, rest: number) => void,
): Float64Array | undefined {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!
      for (let k = 0; k < j; k++) rest -= lower[i * n + k]! * lower[j * n + k]!
      // Below this the pivot is rounding error of the diagonal element.
      if (i === j && !(rest > n * Number.EPSILON * matrix[i * n + i]!)) {
        failed?.(i, rest)
        return undefined
      }
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / lower[j * n + j]!
    }
  }
  return lower
}

/** The inverse of a lower triangular matrix. */
export function invertLower(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / lower[j * n + j]!
    for (let i = j + 1; i < n; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= lower[i * n + k]! * inverse[k * n + j]!
      inverse[i * n + j] = sum / lower[i * n + i]!
    }
  }
  return inverse
}

/** U with U' U = A, upper triangular; undefined where A is not positive definite. */
export function upperFactor(matrix: ArrayLike<number>, n: number): Float64Array | undefined {
  const lower = cholesky(matrix, n)
  return lower && transpose(lower, n)
}

/** U with U' U = A^-1, upper triangular; undefined where A is not positive definite. */
export function upperFactorOfInverse(matrix: ArrayLike<number>, n: number): Float64Array | undefined {
  // With the order of coordinates reversed a lower factor of A becomes an upper one, W W' = A, and U = W^-1.
  const lower = cholesky(reversed(matrix, n), n)
  return lower && reversed(invertLower(lower, n), n)
}

/** A^-1 = U^-1 U^-1' for U' U = A: the covariance that belongs to a precision's factor. */
export function inverseOfSquare(upper: Float64Array, n: number): Float64Array {
  const inverse = invertLower(transpose(upper, n), n) // U'^-1, whose transpose is U^-1
  const product = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < n; k++) sum += inverse[k * n + i]! * inverse[k * n + j]!
      product[i * n + j] = product[j * n + i] = sum
    }
  }
  return product
}

/** x with U' U x = b. */
export function solveSquare(upper: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= upper[k * n + i]! * x[k]!
    x[i]! /= upper[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= upper[i * n + k]! * x[k]!
    x[i]! /= upper[i * n + i]!
  }
  return x
}

export function transpose(matrix: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => matrix[(k % n) * n + Math.floor(k / n)]!)
}

export function diagonalOf(matrix: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!)
}

/** Rows and columns both in the opposite order. */
function reversed(matrix: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => matrix[n * n - 1 - k]!)
}

/** U in tiles of four rows, then U' in tiles of four columns, as packed_triangle.h says. */
export function packTriangle(upper: Float64Array, n: number): number[] {
  const packed: number[] = []
  const at = (i: number, j: number) => (i < n && j < n ? upper[i * n + j]! : 0)
  for (let i = 0; i < n; i += TILE) {
    for (let j = i; j < n; j++) for (let r = 0; r < TILE; r++) packed.push(at(i + r, j))
  }
  for (let j = 0; j < n; j += TILE) {
    for (let i = 0; i < Math.min(j + TILE, n); i++) for (let c = 0; c < TILE; c++) packed.push(at(i, j + c))
  }
  return packed
}
