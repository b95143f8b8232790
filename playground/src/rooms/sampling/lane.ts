/** One sampler at its work: it draws in pieces, bit for bit what one call would draw. */

import {
  type ChainState,
  type EvaluableTarget,
  metropolis,
  nuts,
  type SampleRun,
  type ScaledProposal,
  summary,
} from 'gibbsite'
import { CHAINS, MOST_DRAWS, type SamplerName, type Setting, WARMUP } from './setting.ts'

/** What the draws so far say; NaN where they are too few. */
export interface Diagnosis {
  /** Of x and y the worse one. */
  readonly rHat: number
  readonly ess: number
  readonly means: readonly [x: number, y: number]
}

export class Lane {
  readonly #name: SamplerName
  readonly #target: EvaluableTarget
  readonly #setting: Setting
  /** [CHAINS, MOST_DRAWS, 2] */
  readonly #draws = new Float64Array(CHAINS * MOST_DRAWS * 2)
  #state: ChainState | undefined
  #count = 0
  #evaluations = 0
  #accepted = 0

  constructor(name: SamplerName, target: EvaluableTarget, setting: Setting) {
    this.#name = name
    this.#target = target
    this.#setting = setting
  }

  /** Draws of each chain so far. */
  get count(): number {
    return this.#count
  }

  /** Evaluations of the density, or of its gradient, that the draws took; those of the warm-up are not counted. */
  get evaluations(): number {
    return this.#evaluations
  }

  /** Mean acceptance. */
  get acceptance(): number {
    return this.#count === 0 ? Number.NaN : this.#accepted / (this.#count * CHAINS)
  }

  async advance(draws: number): Promise<void> {
    const count = Math.min(draws, MOST_DRAWS - this.#count)
    if (count === 0) return
    const run = await this.#run(count)
    for (let chain = 0; chain < CHAINS; chain++) {
      const part = run.data.subarray(chain * count * 2, (chain + 1) * count * 2)
      this.#draws.set(part, (chain * MOST_DRAWS + this.#count) * 2)
    }
    this.#tally(run)
    this.#state = run.state
    this.#count += count
  }

  async #run(draws: number): Promise<SampleRun> {
    const { seed, step } = this.#setting
    const resume = this.#state
    const common = { target: this.#target, chains: CHAINS, draws, seed, resume }
    if (this.#name === 'nuts') return nuts({ ...common, warmup: WARMUP })
    if (step === undefined) return metropolis({ ...common, warmup: WARMUP, proposal: this.#name })
    const proposal: ScaledProposal = { kind: this.#name, step, shape: 'isotropic' }
    return metropolis({ ...common, warmup: 0, adapt: false, proposal })
  }

  #tally({ statistics, data }: SampleRun): void {
    const sum = (values: Float64Array | undefined, without: number) => values?.reduce((a, b) => a + b, 0) ?? without
    this.#evaluations += sum(statistics['leapfrogs'], data.length / 2)
    this.#accepted += sum(statistics['acceptance'], data.length / 2)
  }

  /** All draws so far, [chains, count, 2]: a copy. */
  #soFar(): Float64Array {
    const all = new Float64Array(CHAINS * this.#count * 2)
    for (let chain = 0; chain < CHAINS; chain++) all.set(this.#last(chain, this.#count), chain * this.#count * 2)
    return all
  }

  /** The last draws of a chain, [count, 2]: a view. */
  #last(chain: number, count: number): Float64Array {
    const end = (chain * MOST_DRAWS + this.#count) * 2
    return this.#draws.subarray(end - Math.min(count, this.#count) * 2, end)
  }

  diagnosis(): Diagnosis {
    const none = Number.NaN
    if (this.#count === 0) return { rHat: none, ess: none, means: [none, none] }
    const shape = [CHAINS, this.#count, 2]
    const [x, y] = summary({ data: this.#soFar(), shape, names: ['x', 'y'] }).rows as unknown as [Row, Row]
    return {
      rHat: Math.max(x.r_hat, y.r_hat),
      ess: Math.min(x.ess_bulk, y.ess_bulk),
      means: [x.mean, y.mean],
    }
  }

  /** The last points of all chains together, [n, 2], at most `most`. */
  points(most: number): Float32Array {
    const each = Math.min(this.#count, Math.floor(most / CHAINS))
    const points = new Float32Array(CHAINS * each * 2)
    for (let chain = 0; chain < CHAINS; chain++) points.set(this.#last(chain, each), chain * each * 2)
    return points
  }

  /** The way of the first chain, [n, 2]. */
  way(length: number): Float32Array {
    return Float32Array.from(this.#last(0, length))
  }

  /** The last values of one coordinate, chain after chain: [chains, n]. */
  trace(axis: 0 | 1, length: number): Float32Array[] {
    return Array.from({ length: CHAINS }, (_, chain) =>
      Float32Array.from(this.#last(chain, length).filter((_, i) => i % 2 === axis)),
    )
  }

  /** Densities of the draws in `bins` equal parts of a range. */
  histogram(axis: 0 | 1, [low, high]: readonly [number, number], bins: number): Float32Array {
    const counts = new Float32Array(bins)
    for (let chain = 0; chain < CHAINS; chain++) {
      const own = this.#last(chain, this.#count)
      for (let i = axis; i < own.length; i += 2) {
        const bin = Math.floor(((own[i]! - low) / (high - low)) * bins)
        if (bin >= 0 && bin < bins) counts[bin]!++
      }
    }
    const share = bins / ((high - low) * Math.max(1, CHAINS * this.#count))
    return counts.map((count) => count * share)
  }
}

interface Row {
  readonly mean: number
  readonly ess_bulk: number
  readonly r_hat: number
}
