/** Functions of kernels, which give the same bits on every engine, for single numbers and whole arrays. */

import { current } from '../../backend/index.ts'

/** Gamma(x), x > 0. */
export function gammaFunction(x: number): number {
  return expOf(current().kernels.logGammaOf(x))
}

export function expOf(x: number): number {
  const value = new Float64Array(1)
  current().kernels.exponentials(Float64Array.of(x), 0, value)
  return value[0]!
}

/** The natural logarithm. */
export function logOf(x: number): number {
  const value = new Float64Array(1)
  current().kernels.logarithms(Float64Array.of(x), value)
  return value[0]!
}

/** Numbers replaced by their logarithms. */
export function logarithm(values: Float64Array): void {
  current().kernels.logarithms(values.slice(), values)
}
