/** Metropolis chains as a `ChainSampler`: what adapts when, and the state. */

import type { Backend } from '../backend/backend.ts'
import type { Density } from '../density/density.ts'
import type { Seed } from '../random/key.ts'
import type { ChainSampler, ChainState, DrawSink } from './chain-sampler.ts'
import { DrawBuffer } from './draw-buffer.ts'
import type { MetropolisColumns } from './metropolis-columns.ts'
import type { Advance, Learning, MetropolisMover } from './metropolis-mover.ts'
import type { WarmupWindows } from './warmup-windows.ts'

/** Where a run stands, besides its arrays. */
export interface MetropolisProgress {
  /** Iterations made, warm-up included. */
  iteration: number
  /** Iterations since the step's base was set. */
  adapted: number
  /** Draws in the sums of the window. */
  gathered: number
}

export interface MetropolisParts {
  readonly backend: Backend
  readonly density: Density
  readonly columns: MetropolisColumns
  readonly mover: MetropolisMover
  readonly progress: MetropolisProgress
  /** The acceptance probability wanted, and the step that suits a scale that fits. */
  readonly rate: number
  readonly ideal: number
  readonly windows: WarmupWindows
  /** Of the state: what was asked for. */
  readonly asked: {
    readonly proposal: string
    readonly shape: string
    readonly adapt: string
    readonly seed: Seed
    readonly warmup: number
    readonly chains: number
    readonly firstChain: number
  }
  readonly temperatures: Float64Array
}

export const METROPOLIS = 'metropolis'

export class MetropolisSampler implements ChainSampler {
  readonly #parts: MetropolisParts
  readonly chains: number
  readonly names: readonly string[]
  readonly statisticNames: readonly string[] = ['logDensity', 'acceptance']
  readonly firstPiece: number
  /** Iterations that made draws. */
  #sampled = 0

  /** @param firstPiece iterations that surely fit into a piece */
  constructor(parts: MetropolisParts, firstPiece: number) {
    this.#parts = parts
    this.chains = parts.columns.sizes.chains
    this.names = parts.density.names
    this.firstPiece = firstPiece
  }

  get iteration(): number {
    return this.#parts.progress.iteration
  }

  async warmUp(first: number, count: number): Promise<void> {
    for (let at = first; at < first + count; ) {
      const until = Math.min(first + count, this.#nextChange(at))
      await this.#adapt(at, until - at)
      at = until
      if (this.#parts.windows.ends.includes(at)) await this.#learnScale()
    }
  }

  /** The next iteration after `at` at which something else happens: gathering begins, a window ends. */
  #nextChange(at: number): number {
    const { first, ends } = this.#parts.windows
    return [first, ...ends].find((change) => change > at) ?? Number.POSITIVE_INFINITY
  }

  async #adapt(first: number, count: number): Promise<void> {
    const { mover, columns, progress, rate, windows } = this.#parts
    const { step, learn } = columns.sizes
    const gathering = learn && first >= windows.first && first < (windows.ends.at(-1) ?? 0)
    const learning: Learning = {
      target: rate,
      adapted: step ? progress.adapted : undefined,
      gathered: gathering ? progress.gathered : undefined,
    }
    const made = await mover.advance(first, count, learning)
    if (step) progress.adapted += made.done
    if (gathering) progress.gathered += made.done
    this.#count(made)
  }

  #count({ done, failure }: Advance): void {
    this.#parts.progress.iteration += done
    if (failure) throw failure
  }

  async #learnScale(): Promise<void> {
    const { backend, columns, density, progress, ideal } = this.#parts
    const { step, scale, base, offset, average, mean, spread } = columns
    const { dim } = density
    await backend.run(
      'metropolisLearn',
      ...([dim, progress.gathered, ideal, step, scale, base, offset, average, mean, spread] as const),
    )
    progress.gathered = 0
    progress.adapted = 0
  }

  freeze(): void {
    const { backend, columns, progress } = this.#parts
    columns.swaps.view().fill(0)
    if (!columns.sizes.step || progress.adapted === 0) return
    backend.kernels.metropolisSettle(columns.base, columns.average, columns.step)
    progress.adapted = 0
  }

  async draw(count: number, thin: number, to: DrawSink): Promise<void> {
    const { backend, density, mover, progress } = this.#parts
    const buffer = new DrawBuffer(backend, density, this.chains, count, to)
    const made = await mover.advance(progress.iteration, count * thin, undefined, { thin, buffer })
    buffer.deliver(made.done / thin)
    this.#sampled += made.done
    this.#count(made)
  }

  state(): ChainState {
    const { asked, progress, columns, temperatures, mover } = this.#parts
    return {
      sampler: METROPOLIS,
      values: { ...asked, ...progress, seed: String(asked.seed) },
      arrays: { ...columns.copies(), temperatures: temperatures.slice(), random: mover.randomPositions() },
    }
  }

  adapted(): Record<string, Float64Array> {
    const { columns } = this.#parts
    const { levels } = columns.sizes
    const found: Record<string, Float64Array> = {}
    if (columns.sizes.step || columns.scale.length > 0) found['stepSize'] = columns.step.view().slice()
    if (columns.scale.length > 0) found['scale'] = columns.scale.view().slice()
    if (levels > 1)
      found['swapRate'] = columns.swaps.view().map((count, at) => count / this.#swapsTried(at % (levels - 1)))
    return found
  }

  /** Of one pair of temperatures: pair k has its turn in the iterations of k's parity. */
  #swapsTried(pair: number): number {
    const end = this.#parts.progress.iteration
    const upTo = (iteration: number) => Math.floor((iteration - (pair % 2) + 1) / 2)
    return upTo(end) - upTo(end - this.#sampled)
  }
}
