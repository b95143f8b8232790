/** Chains that go on and on, over a model that may be learning meanwhile. */

import type { BinaryMatrix, Matrix, RBM } from 'gibbsite'
import { PIXELS } from './digits.ts'

export class Dreams {
  readonly #chains: number
  readonly #seed: number
  #states: BinaryMatrix | undefined
  #sweeps = 0

  constructor(chains: number, seed: number) {
    this.#chains = chains
    this.#seed = seed
  }

  /** Runs all chains on for some sweeps; [chains, 784], the probabilities of their pixels. */
  async dream(rbm: RBM, sweeps: number): Promise<Matrix> {
    const init = this.#states && { init: this.#states }
    const { states, probabilities } = await rbm.sample({
      chains: this.#chains,
      sweeps,
      seed: this.#seed,
      firstSweep: this.#sweeps,
      ...init,
    })
    this.#states = states
    this.#sweeps += sweeps
    return { data: probabilities.data, shape: [this.#chains, PIXELS] }
  }
}
