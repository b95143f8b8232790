/** Completion of half-known rows by a Gaussian RBM: known units are clamped, the means of the others are averaged. */

import { inPieces } from '../backend/pieces.ts'
import { AbortError } from '../errors.ts'
import { type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { drawsFor } from '../random/streams.ts'
import { reporter } from '../run/progress.ts'
import { GaussianChains } from './gaussian-rbm-chains.ts'
import { fromUnits, type GaussianCore, type GaussianParameters, stream, toUnits } from './gaussian-rbm-core.ts'
import { normalRows } from './gaussian-rbm-sample.ts'
import type { ClampRun } from './gibbs-chains.ts'
import { checkFits } from './limits.ts'
import {
  type CheckedComplete,
  type CompleteOptions,
  checkCompleteOptions,
  type Known,
  streamsOf,
  toClamps,
} from './rbm-complete.ts'

export interface GaussianCompleteResult {
  /** [n, V]: mean of E(v | h) over the last sweeps; for a known unit its value. */
  readonly mean: Matrix
  /** [n, V]: the last states; for a known unit its value. */
  readonly states: Matrix
  /** Sweeps done. */
  readonly sweeps: number
  readonly seed: Seed
}

export async function complete(
  core: GaussianCore,
  data: MatrixLike,
  known: Known,
  given: CompleteOptions | undefined,
): Promise<GaussianCompleteResult> {
  const options = checkCompleteOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible)
    checkFits('data', matrix.shape[0], Math.max(core.visible, core.hidden))
    const clamps = toClamps(known, matrix.shape[0], core.visible)
    const streams = streamsOf(options, 'data', matrix.shape[0])
    const visible = normalRows(core, streams)
    impose(visible, toUnits(core, parameters, 'data', matrix.data, 0), clamps, core.visible)
    const chains = new GaussianChains(core, parameters, visible, {
      ...drawsFor(streams, stream.sampling),
      clamps,
    })
    return new Completion(core, parameters, chains, matrix, clamps, options).finish()
  })
}

/** to = from where a unit is known. */
function impose(to: Float32Array, from: Float32Array, clamps: readonly ClampRun[], units: number): void {
  for (const { first, count, mask } of clamps) {
    for (let k = first * units; k < (first + count) * units; k++) {
      const unit = k % units
      if ((mask[unit >>> 5]! >>> (unit & 31)) & 1) to[k] = from[k]!
    }
  }
}

/** One call of `complete`: the sweeps, and what they have given so far, also when they are stopped. */
class Completion {
  readonly #core: GaussianCore
  readonly #parameters: GaussianParameters
  readonly #chains: GaussianChains
  readonly #matrix: Matrix
  readonly #clamps: readonly ClampRun[]
  readonly #options: CheckedComplete
  readonly #sums: Float32Array
  #done = 0

  constructor(
    core: GaussianCore,
    parameters: GaussianParameters,
    chains: GaussianChains,
    matrix: Matrix,
    clamps: readonly ClampRun[],
    options: CheckedComplete,
  ) {
    this.#core = core
    this.#parameters = parameters
    this.#chains = chains
    this.#matrix = matrix
    this.#clamps = clamps
    this.#options = options
    this.#sums = new Float32Array(matrix.data.length)
  }

  async finish(): Promise<GaussianCompleteResult> {
    const { sweeps, average } = this.#options
    try {
      await this.#run(0, sweeps - average)
      await this.#run(sweeps - average, average, this.#sums)
    } catch (error) {
      if (!(error instanceof AbortError) || this.#done === 0) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  async #run(from: number, total: number, sums?: Float32Array): Promise<void> {
    const report = reporter(this.#options, this.#options.sweeps)
    const advance = async (first: number, count: number) => {
      await this.#chains.sweep(from + first, count, sums)
      this.#done = from + first + count
    }
    const { firstPiece } = this.#chains
    await inPieces(total, advance, { signal: this.#options.signal, onPiece: () => report(this.#done), firstPiece })
  }

  /** Where no sweep was averaged yet, the states stand in for their mean. */
  #result(): GaussianCompleteResult {
    const { sweeps, average, seed } = this.#options
    const averaged = this.#done - (sweeps - average)
    const means = averaged > 0 ? this.#sums.map((sum) => sum / averaged) : this.#chains.visible
    return { mean: this.#show(means), states: this.#show(this.#chains.visible), sweeps: this.#done, seed }
  }

  #show(units: Float32Array): Matrix {
    const data = fromUnits(this.#core, this.#parameters, units)
    impose(data, this.#matrix.data, this.#clamps, this.#core.visible)
    return { data, shape: this.#matrix.shape }
  }
}
