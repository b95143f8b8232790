/** Categories 0, 1, 2 ... with given probabilities. */

import { current } from '../../backend/index.ts'
import { options } from '../../check.ts'
import { AliasTable } from '../../random/alias.ts'
import type { CategoricalOptions, Draws } from '../../random/rng.ts'
import { Distribution, inParts, type Law, later } from './distribution.ts'
import { firstEntry } from './guide.ts'
import { type Moments, momentsBySums } from './moments.ts'
import { logOf } from './special.ts'
import { StepTable } from './step-table.ts'

/**
 * Categorical: P(X = i) = weights[i] / sum of weights. Draws are by the alias method, the same as `Rng.categorical`, in a
 * time that does not depend on the number of categories; so they do not rise with the uniforms.
 */
export function categorical(given: { weights: ArrayLike<number> }): Distribution {
  const { weights } = options('options', given as CategoricalOptions, ['weights'])
  return new Distribution(
    new CategoricalLaw(Float64Array.from(weights as ArrayLike<number>), new AliasTable(weights as ArrayLike<number>)),
  )
}

class CategoricalLaw implements Law {
  readonly name = 'categorical'
  readonly discrete = true
  readonly support: readonly [low: number, high: number]
  readonly #alias: AliasTable
  readonly #steps: StepTable
  /** ln of the probabilities. */
  readonly #logs: Float64Array

  constructor(weights: Float64Array, alias: AliasTable) {
    this.#alias = alias
    const largest = weights.reduce((a, b) => Math.max(a, b))
    const scaled = weights.map((weight) => weight / largest)
    this.#steps = new StepTable(0, scaled)
    const total = scaled.reduce((a, b) => a + b, 0)
    this.#logs = scaled.map((weight) => logOf(weight / total))
    const positive = [...weights.keys()].filter((i) => weights[i]! > 0)
    this.support = [positive[0]!, positive.at(-1)!]
  }

  moments(): Moments {
    return momentsBySums(this)
  }

  logPdf(points: Float64Array): void {
    for (let i = 0; i < points.length; i++) points[i] = this.#logs[points[i]!] ?? -Infinity
  }

  cdf(points: Float64Array, upper: boolean): void {
    const { lower, upper: above } = this.#steps
    const last = lower.length - 1
    for (let i = 0; i < points.length; i++) {
      const k = Math.min(last, Math.floor(points[i]!))
      if (k < 0) points[i] = upper ? 1 : 0
      else points[i] = upper ? above[k]! : lower[k]!
    }
  }

  quantile(probabilities: Float64Array, upper: boolean): void {
    const { lower, upper: above } = this.#steps
    const [least, most] = this.support
    for (let i = 0; i < probabilities.length; i++) {
      const p = probabilities[i]!
      const k = upper ? firstEntry(above, (s) => s <= p) : firstEntry(lower, (f) => f >= p)
      probabilities[i] = Math.min(most, Math.max(least, k))
    }
  }

  fill(out: Float64Array, draws: Draws): void {
    inParts(out, (part, first) => {
      const { key, stream, start } = later(draws, first)
      const categories = new Int32Array(part.length)
      const { keep, alias } = this.#alias
      current().kernels.randomCategorical(categories, key.low, key.high, stream.low, stream.high, start, keep, alias)
      part.set(categories)
    })
  }
}
