/** A set of Gibbs chains of an RBM at some point of their run: packed states, what is clamped, and the next sweeps. */

import type { Backend, Span } from '../backend/backend.ts'
import type { Matrix } from '../matrix.ts'
import type { Key } from '../random/key.ts'
import { unpack, unpackValues, wordsPerRow } from './bits.ts'
import { cautiousSweeps, workPerChain } from './limits.ts'
import type { Parameters } from './rbm-parameters.ts'

/** Neighbouring chains with the same clamped units. */
export interface ClampRun {
  readonly first: number
  readonly count: number
  /** One packed row, or one for each chain; the units it marks keep the values they start with. Empty: none. */
  readonly mask: Uint32Array
}

export interface ChainOptions {
  readonly key: Key
  /** Number of row 0 in the random streams; default 0. */
  readonly firstChain?: number
  /** Inverse temperature; default 1. */
  readonly beta?: number
  /** [rows, 3]: keys and numbers of the chains, in place of `key` and `firstChain`; default: none. */
  readonly streams?: Uint32Array
  /** Must cover all rows in order; default: nothing is clamped. */
  readonly clamps?: readonly ClampRun[]
}

// One sweep of so much work takes some ten milliseconds; more chains take several calls.
const WORK_PER_CALL = 2 ** 30
const SMALLEST_BLOCK = 256
const NONE = new Uint32Array()

export class GibbsChains {
  readonly visible: Uint32Array
  readonly hidden: Uint32Array
  readonly #backend: Backend
  readonly #parameters: Parameters
  readonly #options: Required<ChainOptions>
  readonly #blocks: readonly ClampRun[]

  /** @param visible packed starting states, one row a chain; they are moved in place */
  constructor(backend: Backend, parameters: Parameters, visible: Uint32Array, options: ChainOptions) {
    const rows = visible.length / wordsPerRow(parameters.visibleBias.length)
    const clamps = options.clamps ?? [{ first: 0, count: rows, mask: NONE }]
    this.#backend = backend
    this.#parameters = parameters
    this.#options = { firstChain: 0, beta: 1, streams: NONE, ...options, clamps }
    this.visible = visible
    this.hidden = new Uint32Array(rows * wordsPerRow(parameters.hiddenBias.length))
    const words = wordsPerRow(parameters.visibleBias.length)
    const runs = this.#options.streams.length > 0 ? [together(clamps, words)] : clamps
    this.#blocks = runs.flatMap((run) => split(run, words, parameters))
  }

  /** Sweeps that surely fit into a piece of long work. */
  get firstPiece(): number {
    const { visibleBias, hiddenBias } = this.#parameters
    const rows = this.visible.length / wordsPerRow(visibleBias.length)
    return cautiousSweeps(rows, visibleBias.length, hiddenBias.length, this.#backend.pieceMilliseconds)
  }

  /**
   * Sweeps `first` to `first + count` of all chains.
   *
   * @param sum [rows, V], to which P(v = 1 | h) of every sweep is added; a clamped unit adds its value
   */
  async sweep(first: number, count: number, sum?: Float32Array): Promise<void> {
    for (const block of this.#blocks) await this.#sweepBlock(block, first, count, sum)
  }

  async #sweepBlock(block: ClampRun, first: number, count: number, sum: Float32Array | undefined): Promise<void> {
    const { key, firstChain, streams, beta } = this.#options
    const { weights, visibleBias, hiddenBias } = this.#parameters
    const betas = new Float32Array(beta === 1 ? 0 : block.count).fill(beta)
    const columns = sum === undefined ? 0 : visibleBias.length
    const model = [weights, visibleBias, hiddenBias, betas, block.mask] as const
    const states = [
      rowsOf(this.visible, wordsPerRow(visibleBias.length), block),
      rowsOf(this.hidden, wordsPerRow(hiddenBias.length), block),
      rowsOf(sum ?? new Float32Array(), columns, block),
    ] as const
    await (streams.length > 0
      ? this.#backend.run('rbmGibbsStreams', ...model, rowsOf(streams, 3, block), first, count, ...states)
      : this.#backend.run(
          'rbmGibbs',
          ...model,
          ...([key.low, key.high, firstChain + block.first, first, count] as const),
          ...states,
        ))
  }

  /** [rows, V]: P(v = 1 | h) of the last sweep, from which the states were drawn; a clamped unit has its value. */
  async visibleProbabilities(): Promise<Matrix> {
    const { visibleBias, hiddenBias } = this.#parameters
    const [units, rows] = [visibleBias.length, this.visible.length / wordsPerRow(visibleBias.length)]
    const result = new Float32Array(rows * units)
    const [weights, bias] = this.#tempered()
    for (const block of this.#blocks) {
      const hidden = unpackValues(
        this.#backend,
        rowsOf(this.hidden, wordsPerRow(hiddenBias.length), block),
        hiddenBias.length,
      )
      const to = rowsOf(result, units, block)
      await this.#backend.run('rbmConditional', weights, bias, hidden.data, true, to)
      this.#showClamped(block, to)
    }
    return { data: result, shape: [rows, units] }
  }

  #tempered(): [Span<Float32Array>, Span<Float32Array>] {
    const { weights, visibleBias } = this.#parameters
    const { beta } = this.#options
    if (beta === 1) return [weights, visibleBias]
    return [weights.view().map((w) => w * beta), visibleBias.view().map((b) => b * beta)]
  }

  #showClamped(block: ClampRun, probabilities: Float32Array): void {
    if (block.mask.length === 0) return
    const units = this.#parameters.visibleBias.length
    const words = wordsPerRow(units)
    const stride = block.mask.length > words ? words : 0
    const states = unpack(this.#backend, rowsOf(this.visible, words, block), units).data
    for (let k = 0; k < states.length; k++) {
      const [row, unit] = [Math.floor(k / units), k % units]
      if ((block.mask[row * stride + (unit >>> 5)]! >>> (unit & 31)) & 1) probabilities[k] = states[k]!
    }
  }
}

/** One run for all, with a mask for each row where they differ: chains of several seeds share their kernel calls. */
export function together(clamps: readonly ClampRun[], words: number): ClampRun {
  if (clamps.length === 1) return clamps[0]!
  const count = clamps.reduce((sum, run) => sum + run.count, 0)
  const mask = new Uint32Array(count * words)
  for (const run of clamps) for (let r = 0; r < run.count; r++) mask.set(run.mask, (run.first + r) * words)
  return { first: 0, count, mask }
}

function split(run: ClampRun, words: number, { visibleBias, hiddenBias }: Parameters): ClampRun[] {
  const work = workPerChain(visibleBias.length, hiddenBias.length)
  return blocksOf(run, words, Math.max(SMALLEST_BLOCK, Math.floor(WORK_PER_CALL / work)))
}

/** The run in blocks of at most `size` chains. */
export function blocksOf(run: ClampRun, words: number, size: number): ClampRun[] {
  return Array.from({ length: Math.ceil(run.count / size) }, (_, i) => {
    const count = Math.min(size, run.count - i * size)
    const mask = run.mask.length > words ? run.mask.subarray(i * size * words, (i * size + count) * words) : run.mask
    return { first: run.first + i * size, count, mask }
  })
}

function rowsOf<A extends Uint32Array | Float32Array>(array: A, columns: number, block: ClampRun): A {
  return array.subarray(block.first * columns, (block.first + block.count) * columns) as A
}
