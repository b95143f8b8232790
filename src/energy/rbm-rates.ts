/** Learning rates of the steps of a training. */

import type { Settings } from './rbm-options.ts'

export class LearningRates {
  readonly #rate: Settings['learningRate']
  readonly #steps: number
  /** Of an exponential schedule: the factor between one step and the next. */
  readonly #factor: number

  /** @param steps of the way from the initial to the final rate */
  constructor(rate: Settings['learningRate'], steps: number) {
    this.#rate = rate
    this.#steps = steps
    this.#factor = rate.schedule === 'exponential' ? root(rate.final / rate.initial, steps) : 1
  }

  at(step: number): number {
    const { initial, final, schedule } = this.#rate
    if (step >= this.#steps) return final
    if (schedule === 'exponential') return initial * power(this.#factor, step)
    return initial + (final - initial) * (step / this.#steps)
  }

  /** The rates of steps `first` to `first + count`. */
  of(first: number, count: number): Float32Array {
    return Float32Array.from({ length: count }, (_, i) => this.at(first + i))
  }
}

// Math.pow may differ between engines in the last place, and then so would every weight: powers and roots here are made of
// multiplications alone.

function power(base: number, exponent: number): number {
  let [result, square, rest] = [1, base, exponent]
  for (; rest > 0; rest = Math.floor(rest / 2), square *= square) if (rest % 2 === 1) result *= square
  return result
}

/** The positive n-th root by bisection, to the last place. */
function root(value: number, n: number): number {
  let [low, high] = value < 1 ? [value, 1] : [1, value]
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return high
    if (power(middle, n) < value) low = middle
    else high = middle
  }
}
