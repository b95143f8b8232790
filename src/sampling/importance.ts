/** Importance sampling: draws of one distribution, weighted to speak for another. */

import type { Backend } from '../backend/backend.ts'
import { ready } from '../backend/index.ts'
import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import type { Density } from '../density/density.ts'
import { resolveTarget, type Target } from '../density/target.ts'
import { AbortError, ArgumentError, DensityError, expected } from '../errors.ts'
import type { Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { ImportanceSample } from './importance-sample.ts'
import { checkProposal, type Proposal, proposalLogProb, proposalRows } from './proposal.ts'

export interface ImportanceOptions extends LongOptions {
  /** What is wanted: any target of the samplers; its constant need not be known. */
  target: Target
  /** What is drawn from: anything with `dim`, `sample` and `logProb`, such as a distribution or a flow. */
  proposal: Proposal
  /** Number of draws; default 10,000. */
  draws?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

const keys = ['target', 'proposal', 'draws', 'seed'] as const
const MOST_NUMBERS = 2 ** 31
/** Draws of the first piece, while nothing has been measured. */
const FIRST_PIECE = 256

/**
 * Draws from the proposal and weighs each draw with target density / proposal density.
 *
 * The result estimates expectations under the target, self-normalised or plain, with standard errors; has the effective
 * sample size, the log of the target's normalising constant, and Pareto smoothed weights, whose k-hat tells, in words when
 * it must, whether the proposal is any good.
 *
 * @example
 * const result = await importance({ target, proposal, draws: 20_000, seed: 1 })
 * result.estimate(([x]) => x)          // { value, standardError }
 * result.logNormalizer                 // { value, standardError }
 * if (result.warning) console.warn(result.warning)
 *
 * @throws (rejects with) ArgumentError on wrong options, or a proposal that gives what it must not; DensityError where the
 *   target gives NaN or plus infinity; AbortError with an `ImportanceSample` of the draws so far as `partial`
 */
export async function importance(options: ImportanceOptions): Promise<ImportanceSample> {
  const given = check.options('options', options, [...keys, ...longOptionKeys])
  checkLongOptions(given)
  const backend = await ready()
  const target = resolveTarget(given.target as Target)
  const proposal = checkProposal('proposal', given.proposal, target.dim)
  const draws = check.positiveInteger('draws', given.draws ?? 10_000, Math.floor(MOST_NUMBERS / target.names.length))
  const run = new ImportanceRun(backend, target, proposal, draws, check.seed('seed', given.seed))
  return run.finish(given.signal, reporter(given, draws))
}

class ImportanceRun {
  readonly #backend: Backend
  readonly #target: Density
  readonly #proposal: Proposal
  readonly #seed: Seed
  readonly #data: Float64Array
  readonly #logWeights: Float64Array
  #done = 0

  constructor(backend: Backend, target: Density, proposal: Proposal, draws: number, seed: Seed) {
    this.#backend = backend
    this.#target = target
    this.#proposal = proposal
    this.#seed = seed
    this.#data = new Float64Array(draws * target.names.length)
    this.#logWeights = new Float64Array(draws)
  }

  async finish(signal: AbortSignal | undefined, report: (done: number) => void): Promise<ImportanceSample> {
    const onPiece = (done: number) => {
      this.#done = done
      report(done)
    }
    try {
      const piece = (first: number, count: number) => this.#weigh(first, count)
      await inPieces(this.#logWeights.length, piece, { signal, onPiece, firstPiece: FIRST_PIECE })
    } catch (error) {
      if (error instanceof DensityError) throw error.with(this.#partial())
      if (error instanceof AbortError && this.#done > 0) throw new AbortError(this.#result(), { cause: error.cause })
      throw error
    }
    return this.#result()
  }

  async #weigh(first: number, count: number): Promise<void> {
    const rows = await proposalRows(this.#proposal, count, { seed: this.#seed, first })
    const below = await proposalLogProb(this.#proposal, rows)
    const above = await this.#logDensities(rows)
    for (let i = 0; i < count; i++) {
      if (below[i] === Number.NEGATIVE_INFINITY) {
        const wanted = 'to be finite at draws of the proposal itself'
        throw new ArgumentError(expected('proposal.logProb', wanted, `-Infinity for draw ${first + i}`))
      }
      this.#logWeights[first + i] = above[i]! - below[i]!
    }
    const variables = this.#target.names.length
    const to = this.#data.subarray(first * variables, (first + count) * variables)
    if (this.#target.constrain) this.#target.constrain(rows, to)
    else to.set(rows)
  }

  async #logDensities(rows: Float64Array): Promise<Float64Array> {
    const target = this.#target
    const values = new Float64Array(rows.length / target.dim)
    if (target.kind === 'script') {
      target.evaluate(rows, values)
      return values
    }
    const { dim, family, numbers, program } = target
    await this.#backend.run('densityEvaluate', dim, family, numbers, program, rows, values, new Float64Array())
    const bad = values.findIndex((value) => !(value < Number.POSITIVE_INFINITY))
    if (bad < 0) return values
    throw new DensityError(String(values[bad]), rows.slice(bad * dim, (bad + 1) * dim), { row: bad })
  }

  #partial(): { partial?: ImportanceSample } {
    return this.#done > 0 ? { partial: this.#result() } : {}
  }

  #result(): ImportanceSample {
    const { names } = this.#target
    return new ImportanceSample({
      data: this.#data.subarray(0, this.#done * names.length),
      shape: [this.#done, names.length],
      names,
      logWeights: this.#logWeights.subarray(0, this.#done),
      seed: this.#seed,
    })
  }
}
