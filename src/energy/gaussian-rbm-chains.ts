/** A set of Gibbs chains of a Gaussian RBM: real visible states in the model's units, and the next sweeps. */

import type { Key } from '../random/key.ts'
import { wordsPerRow } from './bits.ts'
import type { GaussianCore, GaussianParameters } from './gaussian-rbm-core.ts'
import { blocksOf, type ClampRun, together } from './gibbs-chains.ts'
import { cautiousSweeps, workPerChain } from './limits.ts'

export interface GaussianChainOptions {
  readonly key: Key
  /** Number of row 0 in the random streams; default 0. */
  readonly firstChain?: number
  /** [rows, 3]: keys and numbers of the chains, in place of `key` and `firstChain`; default: none. */
  readonly streams?: Uint32Array
  /** Must cover all rows in order; default: nothing is clamped. */
  readonly clamps?: readonly ClampRun[]
}

// One sweep of so much work takes some ten milliseconds; more chains take several calls. Real-valued products take some
// four times as long as those of bits.
const WORK_PER_CALL = 2 ** 28
const SMALLEST_BLOCK = 64
const NONE = new Uint32Array()

export class GaussianChains {
  /** [rows, V] */
  readonly visible: Float32Array
  /** [rows, words(H)] */
  readonly hidden: Uint32Array
  readonly #core: GaussianCore
  readonly #parameters: GaussianParameters
  readonly #key: Key
  readonly #firstChain: number
  readonly #streams: Uint32Array
  readonly #blocks: readonly ClampRun[]

  /** @param visible starting states, one row a chain; they are moved in place */
  constructor(
    core: GaussianCore,
    parameters: GaussianParameters,
    visible: Float32Array,
    { key, firstChain = 0, streams = NONE, clamps }: GaussianChainOptions,
  ) {
    const rows = visible.length / core.visible
    this.#core = core
    this.#parameters = parameters
    this.#key = key
    this.#firstChain = firstChain
    this.#streams = streams
    this.visible = visible
    this.hidden = new Uint32Array(rows * wordsPerRow(core.hidden))
    const words = wordsPerRow(core.visible)
    const runs = clamps ?? [{ first: 0, count: rows, mask: NONE }]
    const size = Math.max(SMALLEST_BLOCK, Math.floor(WORK_PER_CALL / workPerChain(core.visible, core.hidden)))
    const shared = streams.length > 0 ? [together(runs, words)] : runs
    this.#blocks = shared.flatMap((run) => blocksOf(run, words, size))
  }

  /** Sweeps that surely fit into a piece of long work. */
  get firstPiece(): number {
    const { visible, hidden, backend } = this.#core
    return cautiousSweeps((4 * this.visible.length) / visible, visible, hidden, backend.pieceMilliseconds)
  }

  /**
   * Sweeps `first` to `first + count` of all chains.
   *
   * @param sum [rows, V], to which b + W h of every sweep is added; a clamped unit adds its value
   */
  async sweep(first: number, count: number, sum?: Float32Array): Promise<void> {
    const { backend, visible, hidden } = this.#core
    const { weights, visibleBias, hiddenBias, sigma } = this.#parameters
    const words = wordsPerRow(hidden)
    for (const block of this.#blocks) {
      const [from, to] = [block.first, block.first + block.count]
      const model = [weights, visibleBias, hiddenBias, sigma, block.mask] as const
      const states = [
        this.visible.subarray(from * visible, to * visible),
        this.hidden.subarray(from * words, to * words),
        sum === undefined ? new Float32Array() : sum.subarray(from * visible, to * visible),
      ] as const
      const streams = this.#streams.subarray(3 * from, 3 * to)
      await (streams.length > 0
        ? backend.run('gaussianRbmGibbsStreams', ...model, streams, first, count, ...states)
        : backend.run(
            'gaussianRbmGibbs',
            ...model,
            ...([this.#key.low, this.#key.high, this.#firstChain + from, first, count] as const),
            ...states,
          ))
    }
  }
}
