/** Learning rates of the steps of a training. */

import { power, root } from './powers.ts'
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
