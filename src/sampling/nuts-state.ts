/** Where the chains of `nuts` stand: the rows of `state` in native/kernels/nuts.h. */

import type { Seed } from '../random/key.ts'
import type { ChainState } from './chain-sampler.ts'
import { StateReader } from './chain-state.ts'

const VECTORS = 5
const NUMBERS = 11
/** Number of the vector of variances, and of the single numbers that are looked at here. */
const VARIANCE = 2
const at = { logDensity: 0, stage: 1, step: 2, iteration: 8, failure: 9 } as const
const stage = { randomStart: 0, givenStart: 1 } as const

export interface NutsOrigin {
  readonly seed: Seed
  readonly chains: number
  readonly dim: number
  readonly firstChain: number
  readonly warmup: number
}

export class NutsState {
  /** [chains, 5 dim + 11] */
  readonly data: Float64Array
  readonly origin: NutsOrigin
  /** Iterations done by all chains. */
  iteration: number

  constructor(origin: NutsOrigin, data: Float64Array, iteration: number) {
    this.origin = origin
    this.data = data
    this.iteration = iteration
  }

  /** Before the first iteration, at the points given (one row for each chain) or at random ones. */
  static start(origin: NutsOrigin, init: Float64Array | undefined): NutsState {
    const { chains, dim } = origin
    const state = new NutsState(origin, new Float64Array(chains * (VECTORS * dim + NUMBERS)), 0)
    for (let chain = 0; chain < chains; chain++) {
      state.#vector(chain, VARIANCE).fill(1)
      const numbers = state.#numbers(chain)
      numbers[at.step] = 1
      numbers[at.stage] = init === undefined ? stage.randomStart : stage.givenStart
      if (init !== undefined) state.#vector(chain, 0).set(init.subarray(chain * dim, (chain + 1) * dim))
    }
    return state
  }

  /** @throws ArgumentError when the state is not one of a run of `nuts` in `dim` dimensions */
  static resume(from: ChainState, dim: number): NutsState {
    const reader = new StateReader(from, 'nuts')
    const origin = {
      seed: reader.seed(),
      chains: reader.integer('chains', 1, 2 ** 20),
      dim: reader.integer('dim', dim, dim),
      firstChain: reader.integer('firstChain', 0, 2 ** 32 - 1),
      warmup: reader.integer('warmup'),
    }
    const data = reader.array('chains', Float64Array, origin.chains * (VECTORS * dim + NUMBERS))
    return new NutsState(origin, data, reader.integer('iteration'))
  }

  toChainState(): ChainState {
    const { seed, ...numbers } = this.origin
    return {
      sampler: 'nuts',
      values: { ...numbers, seed: seed.toString(), iteration: this.iteration },
      arrays: { chains: this.data.slice() },
    }
  }

  copy(): NutsState {
    return new NutsState(this.origin, this.data.slice(), this.iteration)
  }

  /** 0, or why the chain stopped (nuts_failure in native/kernels/nuts_state.h; negative at its start). */
  failure(chain: number): number {
    return this.#numbers(chain)[at.failure]!
  }

  /** Iterations that the chain has done by itself. */
  iterationOf(chain: number): number {
    return this.#numbers(chain)[at.iteration]!
  }

  /** [chains] */
  steps(): Float64Array {
    return Float64Array.from({ length: this.origin.chains }, (_, chain) => this.#numbers(chain)[at.step]!)
  }

  /** [chains, dim]: the variances by which momenta are scaled. */
  variances(): Float64Array {
    const { chains, dim } = this.origin
    const all = new Float64Array(chains * dim)
    for (let chain = 0; chain < chains; chain++) all.set(this.#vector(chain, VARIANCE), chain * dim)
    return all
  }

  #vector(chain: number, vector: number): Float64Array {
    const { dim } = this.origin
    const first = chain * (VECTORS * dim + NUMBERS) + vector * dim
    return this.data.subarray(first, first + dim)
  }

  #numbers(chain: number): Float64Array {
    const { dim } = this.origin
    const first = chain * (VECTORS * dim + NUMBERS) + VECTORS * dim
    return this.data.subarray(first, first + NUMBERS)
  }
}
