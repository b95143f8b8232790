/** What a sampler leaves behind: draws of several chains, and what was noted beside each. */

/** Draws as plain arrays: what `summary` and the other diagnostics take, from our samplers or from elsewhere. */
export interface DrawsLike {
  /** [chains, draws, variables], row-major. */
  readonly data: Float64Array
  readonly shape: readonly [chains: number, draws: number, variables: number]
  /** One for each variable. */
  readonly names: readonly string[]
  /** [chains, draws] each, such as `logDensity`, `acceptance`, `divergent`, `treeDepth`, `stepSize`. */
  readonly statistics?: Readonly<Record<string, Float64Array>>
}
