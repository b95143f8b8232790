/** Gibbs chains of the user's conditionals as a `ChainSampler`. */

import type { Backend } from '../backend/backend.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import type { Key, Seed } from '../random/key.ts'
import { ChainRng } from './chain-rng.ts'
import type { ChainSampler, ChainState, DrawSink } from './chain-sampler.ts'
import { GibbsChain, gainsAt } from './gibbs-chain.ts'
import type { Site } from './gibbs-sites.ts'

/** What a run was asked for; part of its state. */
export interface GibbsAsked {
  readonly seed: Seed
  readonly warmup: number
  readonly chains: number
  readonly firstChain: number
  readonly scan: 'systematic' | 'random'
  readonly adapt: string
}

/** Everything that changes. */
export interface GibbsState {
  iteration: number
  /** 1 once adaptation has ended. */
  frozen: number
  /** [chains, dim] each. */
  readonly positions: Float64Array
  readonly steps: Float64Array
  readonly averages: Float64Array
  /** [chains]: draws made of each chain's random numbers. */
  readonly random: Float64Array
}

export interface GibbsParts {
  readonly backend: Backend
  readonly key: Key
  readonly names: readonly string[]
  readonly sites: readonly Site[]
  readonly logDensity: ((x: Float64Array) => number) | undefined
  readonly asked: GibbsAsked
  readonly state: GibbsState
}

export const GIBBS = 'gibbs'
const changing = ['positions', 'steps', 'averages', 'random'] as const
/** The event loop gets its turn at least every so many milliseconds. */
const TURN = 10

export class GibbsSampler implements ChainSampler {
  readonly #parts: GibbsParts
  readonly #rngs: readonly ChainRng[]
  readonly #chains: readonly GibbsChain[]
  readonly #moves: boolean
  readonly chains: number
  readonly names: readonly string[]
  readonly statisticNames: readonly string[]
  readonly #kept: Record<(typeof changing)[number], Float64Array>
  #turn = performance.now()

  constructor(parts: GibbsParts) {
    const { backend, key, names, sites, logDensity, asked, state } = parts
    const { positions, steps, averages, random } = state
    const dim = names.length
    this.#parts = parts
    this.#kept = {
      positions: positions.slice(),
      steps: steps.slice(),
      averages: averages.slice(),
      random: random.slice(),
    }
    this.chains = asked.chains
    this.names = names
    this.#moves = sites.some((site) => site.kind === 'metropolis')
    this.statisticNames = [...(logDensity ? ['logDensity'] : []), ...(this.#moves ? ['acceptance'] : [])]
    this.#rngs = Array.from(random, (position, c) => new ChainRng(backend, key, asked.firstChain + c, position))
    this.#chains = this.#rngs.map((rng, c) => {
      const own = (all: Float64Array) => all.subarray(c * dim, (c + 1) * dim)
      const arrays = { x: own(positions), steps: own(steps), averages: own(averages) }
      return new GibbsChain({
        ...{ number: asked.firstChain + c, ...arrays, rng, sites, logDensity },
        random: asked.scan === 'random',
      })
    })
  }

  get iteration(): number {
    return this.#parts.state.iteration
  }

  async warmUp(first: number, count: number): Promise<void> {
    for (let t = first; t < first + count; t++) await this.#guarded(1, this.#parts.asked.adapt === 'yes')
  }

  freeze(): void {
    const { state, asked } = this.#parts
    if (state.frozen === 0 && asked.adapt === 'yes' && state.iteration > 0) state.steps.set(state.averages)
    state.frozen = 1
    for (const chain of this.#chains) chain.takeAcceptance()
  }

  async draw(count: number, thin: number, { data, statistics, draws, first }: DrawSink): Promise<void> {
    const dim = this.names.length
    const { positions } = this.#parts.state
    for (let row = first; row < first + count; row++) {
      await this.#guarded(thin, false)
      for (const [c, chain] of this.#chains.entries()) {
        const at = c * draws + row
        data.set(positions.subarray(c * dim, (c + 1) * dim), at * dim)
        if (statistics['logDensity']) statistics['logDensity'][at] = chain.logDensity
        if (statistics['acceptance']) statistics['acceptance'][at] = chain.takeAcceptance()
      }
    }
  }

  /** `count` iterations of all chains; after a failure everything is as before them. */
  async #guarded(count: number, adapting: boolean): Promise<void> {
    const { state } = this.#parts
    const end = state.iteration + count
    this.#keep()
    try {
      for (; state.iteration < end; state.iteration++) await this.#iterate(adapting)
    } catch (failure) {
      this.#goBack()
      state.iteration = end - count
      throw failure
    }
  }

  async #iterate(adapting: boolean): Promise<void> {
    const { iteration } = this.#parts.state
    const gains = adapting ? gainsAt(iteration) : undefined
    for (const chain of this.#chains) {
      chain.iterate(iteration, gains)
      if (performance.now() - this.#turn < TURN) continue
      await yieldToEventLoop()
      this.#turn = performance.now()
    }
  }

  #keep(): void {
    const { state } = this.#parts
    this.#notePositions()
    for (const name of changing) this.#kept[name].set(state[name])
  }

  #goBack(): void {
    const { state } = this.#parts
    for (const name of changing) state[name].set(this.#kept[name])
    for (const [c, rng] of this.#rngs.entries()) rng.position = state.random[c]!
    for (const chain of this.#chains) chain.forget()
  }

  #notePositions(): void {
    for (let c = 0; c < this.#rngs.length; c++) this.#parts.state.random[c] = this.#rngs[c]!.position
  }

  state(): ChainState {
    const { asked, state } = this.#parts
    const { iteration, frozen } = state
    this.#notePositions()
    return {
      sampler: GIBBS,
      values: { ...asked, seed: String(asked.seed), iteration, frozen },
      arrays: Object.fromEntries(changing.map((name) => [name, state[name].slice()])),
    }
  }

  adapted(): Record<string, Float64Array> {
    return this.#moves ? { stepSize: this.#parts.state.steps.slice() } : {}
  }
}
