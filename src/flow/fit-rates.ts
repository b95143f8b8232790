/** Learning rates of the steps of a training. */

import type { FlowSettings } from './fit-options.ts'

export class LearningRates {
  readonly #rate: FlowSettings['learningRate']
  readonly #warmup: number
  readonly #steps: number

  /** @param steps of the way from the initial to the final rate */
  constructor({ learningRate, warmup }: Pick<FlowSettings, 'learningRate' | 'warmup'>, steps: number) {
    this.#rate = learningRate
    this.#warmup = warmup
    this.#steps = steps
  }

  at(step: number): number {
    const rate = this.#scheduled(step)
    return step < this.#warmup ? (rate * (step + 1)) / (this.#warmup + 1) : rate
  }

  /** The rates of steps `first` to `first + count`. */
  of(first: number, count: number): Float32Array {
    return Float32Array.from({ length: count }, (_, i) => this.at(first + i))
  }

  #scheduled(step: number): number {
    const { initial, final, schedule } = this.#rate
    if (step >= this.#steps) return final
    const done = step / this.#steps
    return final + (initial - final) * (schedule === 'cosine' ? (1 + cosineOfHalfTurns(done)) / 2 : 1 - done)
  }
}

/**
 * cos(pi t) for t in [0, 1], from products and sums alone: Math.cos may differ between engines in the last place. The
 * series at an eighth of the angle, then cos 2a = 2 cos^2 a - 1 three times; right to 13 digits.
 */
function cosineOfHalfTurns(t: number): number {
  const angle = Math.PI * t * 0.125
  const square = angle * angle
  let [term, cosine] = [1, 1]
  for (let k = 1; k <= 7; k++) {
    term *= -square / ((2 * k - 1) * (2 * k))
    cosine += term
  }
  for (let doubling = 0; doubling < 3; doubling++) cosine = 2 * cosine * cosine - 1
  return cosine
}
