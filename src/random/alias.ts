import { finiteArray } from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'

/**
 * A discrete distribution, prepared for drawing in constant time: column c of n is chosen uniformly and kept with
 * probability `keep[c]`, else its `alias[c]` is the draw. So P(i) = (keep[i] + sum of 1 - keep[c] over alias[c] = i) / n,
 * which is w_i / sum w within rounding. The table takes time and memory of order n.
 *
 * A. J. Walker, "An efficient method for generating discrete random variables with general distributions" (1977);
 * M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
 */
export class AliasTable {
  readonly keep: Float64Array
  readonly alias: Uint32Array

  /** @param weights one for each category, finite, at least 0 and not all 0; they need not sum to one */
  constructor(weights: ArrayLike<number>) {
    const scaled = scaleToMeanOne(checkWeights(weights))
    this.keep = new Float64Array(scaled.length)
    this.alias = Uint32Array.from(scaled, (_, i) => i)
    const small: number[] = []
    const large: number[] = []
    for (let i = 0; i < scaled.length; i++) (scaled[i]! < 1 ? small : large).push(i)
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop()!
      const rich = large.at(-1)!
      this.keep[poor] = scaled[poor]!
      this.alias[poor] = rich
      // In this order, for the sum is near 1 or above it and the difference then exact.
      scaled[rich] = scaled[rich]! + scaled[poor]! - 1
      if (scaled[rich]! < 1) small.push(large.pop()!)
    }
    // What is left is 1 but for rounding.
    for (const i of [...small, ...large]) this.keep[i] = 1
  }

  /** Number of categories. */
  get size(): number {
    return this.keep.length
  }
}

function checkWeights(weights: ArrayLike<number>): Float64Array {
  const values = finiteArray('weights', weights)
  const negative = values.findIndex((weight) => weight < 0)
  if (negative >= 0) {
    throw new ArgumentError(expected('weights', 'to be at least 0', `${values[negative]} at index ${negative}`))
  }
  if (values.every((weight) => weight === 0)) {
    throw new ArgumentError(expected('weights', 'to have one above 0', values.length === 0 ? 'none at all' : 'only 0'))
  }
  return values
}

// Divided by the largest first, so that the sum of huge weights does not overflow; summed with Neumaier's correction.
function scaleToMeanOne(weights: Float64Array): Float64Array {
  const largest = weights.reduce((a, b) => Math.max(a, b))
  const scaled = weights.map((weight) => weight / largest)
  let sum = 0
  let lost = 0
  for (const value of scaled) {
    const next = sum + value
    lost += sum >= value ? sum - next + value : value - next + sum
    sum = next
  }
  const factor = scaled.length / (sum + lost)
  return scaled.map((value) => value * factor)
}
