/** Random numbers for functions of the user's, one by one: each chain has a stream of its own. */

import type { Backend } from '../backend/backend.ts'
import * as check from '../check.ts'
import type { Key } from '../random/key.ts'

/** Numbers of one method that are made at a time. */
const BATCH = 128

type Filler = 'randomUniformF64' | 'randomNormalF64' | 'randomExponentialF64'

/** Draws position first ... first + BATCH - 1 of the stream, by one method. */
class Batch {
  readonly numbers = new Float64Array(BATCH)
  first = -1
}

/**
 * The random numbers of one chain, for conditionals and proposals written in JavaScript.
 *
 * Draw i of a chain is a function of (seed, chain, i, method), so a chain run alone draws as it does among many. Every
 * number counts as one draw, whatever the method; `gamma` and `beta` take several.
 */
export class ChainRng {
  readonly #backend: Backend
  readonly #key: Key
  readonly #chain: number
  readonly #batches = { randomUniformF64: new Batch(), randomNormalF64: new Batch(), randomExponentialF64: new Batch() }
  /** Draws made so far; setting it goes there. */
  position: number

  constructor(backend: Backend, key: Key, chain: number, position = 0) {
    this.#backend = backend
    this.#key = key
    this.#chain = chain
    this.position = position
  }

  /** Uniform on the open interval (low, high); default (0, 1). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.#next('randomUniformF64')
  }

  /** Normal with mean and standard deviation; default 0 and 1. */
  normal(mean = 0, sd = 1): number {
    return mean + sd * this.#next('randomNormalF64')
  }

  /** Exponential with this rate; the mean is 1 / rate. Default 1. */
  exponential(rate = 1): number {
    return this.#next('randomExponentialF64') / rate
  }

  /** true with probability p, default 1/2. */
  bernoulli(p = 0.5): boolean {
    return this.uniform() < p
  }

  /** One of 0, 1 ... n - 1, equally likely up to 2^-52. */
  integer(n: number): number {
    return Math.floor(n * this.uniform())
  }

  /**
   * Gamma with this shape and rate (default 1), by the method of Marsaglia and Tsang (2000).
   *
   * @throws ArgumentError unless both are above 0
   */
  gamma(shape: number, rate = 1): number {
    check.positiveNumber('shape', shape)
    check.positiveNumber('rate', rate)
    // Gamma(a) is Gamma(a + 1) u^(1 / a).
    if (shape < 1) return this.gamma(shape + 1, rate) * this.uniform() ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const z = this.normal()
      const v = (1 + c * z) ** 3
      if (v > 0 && Math.log(this.uniform()) < z * z * 0.5 + d - d * v + d * Math.log(v)) return (d * v) / rate
    }
  }

  /** Beta(a, b): x / (x + y) of two gammas. @throws ArgumentError unless both are above 0 */
  beta(a: number, b: number): number {
    const [x, y] = [this.gamma(a), this.gamma(b)]
    return x / (x + y)
  }

  #next(method: Filler): number {
    const batch = this.#batches[method]
    const at = this.position++
    if (batch.first < 0 || at < batch.first || at >= batch.first + BATCH) this.#fill(method, batch, at)
    return batch.numbers[at - batch.first]!
  }

  #fill(method: Filler, batch: Batch, first: number): void {
    const { low, high } = this.#key
    // An exponential's scale is 1 already; a normal's mean and a uniform's lower end are 0.
    const parameters = method === 'randomExponentialF64' ? [1] : [0, 1]
    const fill = this.#backend.kernels[method] as (...args: unknown[]) => void
    fill(batch.numbers, low, high, this.#chain, 0, first, ...parameters)
    batch.first = first
  }
}
