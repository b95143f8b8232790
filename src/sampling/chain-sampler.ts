/** What the runner (run-chains.ts) asks of a sampler: many chains that move together. */

/** Where a piece of draws goes. Rows of chain c begin at c * draws; `first` is the row to write first. */
export interface DrawSink {
  /** [chains, draws, variables] */
  readonly data: Float64Array
  /** [chains, draws] each, under the sampler's `statisticNames`. */
  readonly statistics: Readonly<Record<string, Float64Array>>
  readonly draws: number
  readonly first: number
}

export interface ChainSampler {
  readonly chains: number
  readonly names: readonly string[]
  /** Statistics of each draw; `acceptance` is the fraction of the proposals accepted, or their mean probability. */
  readonly statisticNames: readonly string[]
  /** Iterations made so far, warm-up included; also those before a resumed run. */
  readonly iteration: number
  /** Iterations that surely fit into a piece of work, before the first was timed; default 1. */
  readonly firstPiece?: number
  /** Iterations first ... first + count - 1 of the warm-up; the sampler adapts. Chunking never changes a result. */
  warmUp(first: number, count: number): Promise<void>
  /** Ends adaptation; called between the phases, also when there is no warm-up, and again when a run is resumed after it. */
  freeze(): void
  /**
   * `count` draws, each after `thin` iterations, into the sink. A failure (DensityError) leaves the draws before it, and
   * the sampler at the last of them.
   */
  draw(count: number, thin: number, to: DrawSink): Promise<void>
  /** Everything the next iterations depend on, as plain data; a sampler made of it goes on bit-exactly. */
  state(): ChainState
  /** What the warm-up arrived at, for people: `stepSize` [chains] and the like. */
  adapted(): Readonly<Record<string, Float64Array>>
}

/** Numbers, strings and typed arrays only, so that it fits a model file. */
export interface ChainState {
  readonly sampler: string
  readonly values: Readonly<Record<string, number | string>>
  readonly arrays: Readonly<Record<string, Float64Array | Uint32Array | Int32Array>>
}
