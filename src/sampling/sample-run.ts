/** The result of a sampler: draws of several chains, where they stand, and a block of them while the run goes on. */

import { ArgumentError, expected, show } from '../errors.ts'
import type { Seed } from '../random/key.ts'
import type { ChainState } from './chain-sampler.ts'
import { type Summary, type SummaryOptions, summary } from './diagnostics/summary.ts'
import type { DrawsLike } from './draws.ts'
import { type InferenceDataJson, toArviz } from './exchange/arviz.ts'
import { toCsv } from './exchange/stan-csv.ts'

/** What a finished or stopped run knows. */
export interface SampleRunParts extends DrawsLike {
  readonly statistics: Readonly<Record<string, Float64Array>>
  readonly seed: Seed
  readonly state: ChainState
  readonly warmup: number
  readonly thin: number
  readonly adapted: Readonly<Record<string, Float64Array>>
}

/** Draws of all chains, and all that is needed to judge them, to make them again and to go on from them. */
export class SampleRun implements DrawsLike {
  /** [chains, draws, variables], row-major. */
  readonly data: Float64Array
  readonly shape: readonly [chains: number, draws: number, variables: number]
  /** One for each variable. */
  readonly names: readonly string[]
  /** [chains, draws] each: `logDensity` of the draw, `acceptance`, the fraction of the proposals before it accepted ... */
  readonly statistics: Readonly<Record<string, Float64Array>>
  /** The same options with this seed give the same draws. */
  readonly seed: Seed
  /** For `resume`: where the chains stand after the last draw. */
  readonly state: ChainState
  /** Iterations of warm-up, which are not among the draws. */
  readonly warmup: number
  /** Iterations for each draw. */
  readonly thin: number
  /**
   * What the warm-up arrived at, and the run then kept: `stepSize` [chains], `scale` [chains, dim] ...; and what else a
   * sampler counts, such as the `swapRate` of tempering.
   */
  readonly adapted: Readonly<Record<string, Float64Array>>

  constructor(parts: SampleRunParts) {
    this.data = parts.data
    this.shape = parts.shape
    this.names = parts.names
    this.statistics = parts.statistics
    this.seed = parts.seed
    this.state = parts.state
    this.warmup = parts.warmup
    this.thin = parts.thin
    this.adapted = parts.adapted
  }

  /** Fraction of the proposals accepted, of each chain, warm-up not counted; NaN where there are no draws. */
  get acceptanceRate(): Float64Array {
    const [chains, draws] = this.shape
    const acceptance = this.statistics['acceptance'] ?? new Float64Array(chains * draws).fill(1)
    return Float64Array.from({ length: chains }, (_, chain) => {
      const own = acceptance.subarray(chain * draws, (chain + 1) * draws)
      return own.reduce((sum, value) => sum + value, 0) / draws
    })
  }

  /** The table of the run: means, spreads, standard errors and convergence diagnostics of every variable. */
  summary(options?: SummaryOptions): Summary {
    return summary(this, options)
  }

  /** The draws as Stan's CSV files, one text for each chain; see `toCsv`. */
  toCsv(): string[] {
    return toCsv(this)
  }

  /** The draws as InferenceData for ArviZ; see `toArviz`. */
  toArviz(): InferenceDataJson {
    return toArviz(this)
  }

  /**
   * The draws of one variable, [chains, draws].
   *
   * @throws ArgumentError when no variable has this name
   */
  values(name: string): Float64Array {
    const [chains, draws, variables] = this.shape
    const variable = this.names.indexOf(name)
    if (variable < 0) throw new ArgumentError(expected('name', `to be one of ${this.names.join(', ')}`, show(name)))
    return Float64Array.from({ length: chains * draws }, (_, draw) => this.data[draw * variables + variable]!)
  }
}

/** Draws first ... first + shape[1] - 1 of all chains, handed out while the run goes on. */
export class DrawBlock implements DrawsLike {
  readonly #all: DrawsLike
  /** Number of the first of these draws in the run. */
  readonly first: number
  readonly shape: readonly [chains: number, draws: number, variables: number]

  constructor(all: DrawsLike, first: number, count: number) {
    this.#all = all
    this.first = first
    this.shape = [all.shape[0], count, all.shape[2]]
  }

  get names(): readonly string[] {
    return this.#all.names
  }

  /** [chains, draws, variables], row-major: a copy. */
  get data(): Float64Array {
    return this.#part(this.#all.data, this.shape[2])
  }

  /** [chains, draws] each: copies. */
  get statistics(): Readonly<Record<string, Float64Array>> {
    return Object.fromEntries(
      Object.entries(this.#all.statistics ?? {}).map(([name, all]) => [name, this.#part(all, 1)]),
    )
  }

  #part(all: Float64Array, width: number): Float64Array {
    return drawsOf(all, this.shape[0], this.#all.shape[1], width, this.first, this.shape[1])
  }
}

/** Draws first ... first + count - 1 of every chain out of [chains, draws, width]: a copy. */
export function drawsOf(
  all: Float64Array,
  chains: number,
  draws: number,
  width: number,
  first: number,
  count: number,
): Float64Array {
  const part = new Float64Array(chains * count * width)
  for (let chain = 0; chain < chains; chain++) {
    const from = (chain * draws + first) * width
    part.set(all.subarray(from, from + count * width), chain * count * width)
  }
  return part
}
