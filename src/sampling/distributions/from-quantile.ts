/** Distributions that a user gives by their quantile function. */

import { options } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { Distribution, type Law } from './distribution.ts'
import { type Moments, momentsByQuantiles } from './moments.ts'

export interface QuantileOptions {
  /** Of the density, where it is known; without it `logPdf`, `pdf` and `logProb` are errors. */
  logPdf?: ((x: number) => number) | undefined
}

/** Places where the function is looked at when it is given. */
const PROBES = 64
/** Halvings of (0, 1) down to the last place of a probability. */
const HALVINGS = 60

/**
 * The distribution of fn(U), U uniform on (0, 1), for a quantile function fn: a non-decreasing function of a probability.
 * P(X <= x) is found by bisection.
 *
 *     fromQuantile((p) => Math.tan(Math.PI * (p - 0.5)))     // a Cauchy distribution
 *
 * @throws ArgumentError where the function is not a number or falls; also from `sample`, naming the probability
 */
export function fromQuantile(fn: (p: number) => number, given?: QuantileOptions): Distribution {
  if (typeof fn !== 'function') throw new ArgumentError(expected('fn', 'to be a function', show(fn)))
  const { logPdf } = options('options', given, ['logPdf'])
  if (logPdf !== undefined && typeof logPdf !== 'function') {
    throw new ArgumentError(expected('logPdf', 'to be a function', show(logPdf)))
  }
  return new Distribution(new QuantileLaw(fn, logPdf))
}

class QuantileLaw implements Law {
  readonly name = 'fromQuantile'
  readonly discrete = false
  readonly support: readonly [low: number, high: number]
  readonly #fn: (p: number) => number
  readonly #logPdf: ((x: number) => number) | undefined

  constructor(fn: (p: number) => number, logPdf: ((x: number) => number) | undefined) {
    this.#fn = fn
    this.#logPdf = logPdf
    // At 0 and 1 a formula may have no value.
    const [low, high] = [fn(0), fn(1)]
    this.support = [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high]
    this.#checkOrder()
  }

  moments(): Moments {
    return momentsByQuantiles(this)
  }

  logPdf(points: Float64Array): void {
    const logPdf = this.#logPdf
    if (logPdf === undefined) {
      throw new ArgumentError(expected('options.logPdf', 'of fromQuantile to be given, to have a density', 'undefined'))
    }
    const [low, high] = this.support
    for (let i = 0; i < points.length; i++) {
      const x = points[i]!
      points[i] = x >= low && x <= high && Number.isFinite(x) ? logPdf(x) : -Infinity
      if (Number.isNaN(points[i]!)) throw new ArgumentError(expected('logPdf', `to give a number at x = ${x}`, 'NaN'))
    }
  }

  cdf(points: Float64Array, upper: boolean): void {
    for (let i = 0; i < points.length; i++) {
      const p = this.#probabilityUpTo(points[i]!)
      points[i] = upper ? 1 - p : p
    }
  }

  quantile(probabilities: Float64Array, upper: boolean): void {
    const [low, high] = this.support
    for (let i = 0; i < probabilities.length; i++) {
      const p = upper ? 1 - probabilities[i]! : probabilities[i]!
      probabilities[i] = p === 0 ? low : p === 1 ? high : this.#at(p)
    }
  }

  #at(p: number): number {
    const value: unknown = this.#fn(p)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new ArgumentError(expected('fn', `to give a finite number at p = ${p}`, show(value)))
  }

  /** The largest p with fn(p) <= x. */
  #probabilityUpTo(x: number): number {
    if (x < this.support[0]) return 0
    if (x >= this.support[1]) return 1
    let [low, high] = [0, 1]
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2
      if (middle <= low || middle >= high) break
      if (this.#at(middle) <= x) low = middle
      else high = middle
    }
    return low
  }

  #checkOrder(): void {
    let last = this.support[0]
    for (let i = 1; i < PROBES; i++) {
      const value = this.#at(i / PROBES)
      if (value < last) {
        throw new ArgumentError(expected('fn', 'not to fall', `${last} before and ${value} at p = ${i / PROBES}`))
      }
      last = value
    }
    if (this.support[1] < last) {
      throw new ArgumentError(expected('fn', 'not to fall', `${last} before and ${this.support[1]} at p = 1`))
    }
  }
}
