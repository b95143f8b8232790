/** Where the chains of `nuts` stand: the rows of `state` in native/kernels/nuts.h, and the settings of the run. */

import type { Seed } from '../random/key.ts'
import type { ChainState } from './chain-sampler.ts'
import { StateReader } from './chain-state.ts'

/** What stays the same from the first iteration to the last. */
export interface NutsSettings {
  readonly seed: Seed
  readonly chains: number
  readonly dim: number
  readonly firstChain: number
  readonly warmup: number
  readonly targetAcceptance: number
  readonly maxTreeDepth: number
  readonly metric: 'diagonal' | 'unit'
}

const SAMPLER = 'nuts'
const vector = { point: 0, gradient: 1, variance: 2 } as const
const number = { logDensity: 0, step: 2, iteration: 8, failure: 9 } as const
const VECTORS = 5
const NUMBERS = 10

export class NutsState {
  readonly settings: NutsSettings
  /** [chains, 5 dim + 10] */
  readonly data: Float64Array
  /** Iterations done by all chains. */
  iteration: number

  private constructor(settings: NutsSettings, data: Float64Array, iteration: number) {
    this.settings = settings
    this.data = data
    this.iteration = iteration
  }

  /** Before the first iteration, at points [chains, dim] with their log densities and gradients. */
  static start(
    { seed, chains, dim, firstChain, warmup, targetAcceptance, maxTreeDepth, metric }: NutsSettings,
    points: Float64Array,
    logDensity: Float64Array,
    gradient: Float64Array,
  ): NutsState {
    const settings = { seed, chains, dim, firstChain, warmup, targetAcceptance, maxTreeDepth, metric }
    const state = new NutsState(settings, new Float64Array(chains * (VECTORS * dim + NUMBERS)), 0)
    for (let chain = 0; chain < chains; chain++) {
      const row = (all: Float64Array) => all.subarray(chain * dim, (chain + 1) * dim)
      state.#vector(chain, vector.point).set(row(points))
      state.#vector(chain, vector.gradient).set(row(gradient))
      state.#vector(chain, vector.variance).fill(1)
      const numbers = state.#numbers(chain)
      numbers[number.logDensity] = logDensity[chain]!
      numbers[number.step] = 1
    }
    return state
  }

  /** @throws ArgumentError when the state is not one of a run of `nuts` in `dim` dimensions */
  static resume(from: ChainState, dim: number): NutsState {
    const reader = new StateReader(from, SAMPLER)
    const settings: NutsSettings = {
      seed: reader.seed(),
      chains: reader.integer('chains', 1, 2 ** 24),
      dim: reader.integer('dim', dim, dim),
      firstChain: reader.integer('firstChain', 0, 2 ** 32 - 1),
      warmup: reader.integer('warmup'),
      targetAcceptance: reader.between('targetAcceptance', 0, 1),
      maxTreeDepth: reader.integer('maxTreeDepth', 1, 20),
      metric: reader.text('metric') === 'unit' ? 'unit' : 'diagonal',
    }
    const data = reader.array('rows', Float64Array, settings.chains * (VECTORS * dim + NUMBERS))
    return new NutsState(settings, data, reader.integer('iteration'))
  }

  toChainState(): ChainState {
    const { seed, ...others } = this.settings
    return {
      sampler: SAMPLER,
      values: { ...others, seed: String(seed), iteration: this.iteration },
      arrays: { rows: this.data.slice() },
    }
  }

  copy(): NutsState {
    return new NutsState(this.settings, this.data.slice(), this.iteration)
  }

  /** 0, or why the chain stopped (nuts_failure in native/kernels/nuts_state.h). */
  failure(chain: number): number {
    return this.#numbers(chain)[number.failure]!
  }

  /** Iterations that the chain has done by itself. */
  iterationOf(chain: number): number {
    return this.#numbers(chain)[number.iteration]!
  }

  /** [chains] */
  steps(): Float64Array {
    return Float64Array.from({ length: this.settings.chains }, (_, chain) => this.#numbers(chain)[number.step]!)
  }

  /** [chains, dim]: the variances that scale the momenta. */
  variances(): Float64Array {
    const { chains, dim } = this.settings
    const all = new Float64Array(chains * dim)
    for (let chain = 0; chain < chains; chain++) all.set(this.#vector(chain, vector.variance), chain * dim)
    return all
  }

  #vector(chain: number, which: number): Float64Array {
    const { dim } = this.settings
    const first = chain * (VECTORS * dim + NUMBERS) + which * dim
    return this.data.subarray(first, first + dim)
  }

  #numbers(chain: number): Float64Array {
    const end = (chain + 1) * (VECTORS * this.settings.dim + NUMBERS)
    return this.data.subarray(end - NUMBERS, end)
  }
}
