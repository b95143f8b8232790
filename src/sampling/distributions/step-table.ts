/** Quantiles of integers as a table (native/kernels/inverse_table.h). */

import { current } from '../../backend/index.ts'
import { lowerGuide, upperGuide } from './guide.ts'

/** Probabilities `masses` of the integers first, first + 1 ..., which need not sum to one. */
export class StepTable {
  readonly first: number
  /** P(X <= first + i) and P(X > first + i), each summed from its own end, where it is small. */
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly #lowerGuide: Int32Array
  readonly #upperGuide: Int32Array

  constructor(first: number, masses: Float64Array) {
    this.first = first
    const n = masses.length
    this.lower = new Float64Array(n)
    this.upper = new Float64Array(n)
    for (let i = 0, sum = 0; i < n; i++) this.lower[i] = sum += masses[i]!
    for (let i = n - 1, sum = 0; i > 0; i--) this.upper[i - 1] = sum += masses[i]!
    const total = this.lower[n - 1]!
    for (let i = 0; i < n; i++) {
      this.lower[i]! /= total
      this.upper[i]! /= total
    }
    this.#lowerGuide = lowerGuide(this.lower)
    this.#upperGuide = upperGuide(this.upper)
  }

  /** Probabilities replaced by quantiles. */
  quantile(probabilities: Float64Array): void {
    const { kernels } = current()
    kernels.stepTable(this.lower, this.upper, this.#lowerGuide, this.#upperGuide, this.first, probabilities)
  }
}
