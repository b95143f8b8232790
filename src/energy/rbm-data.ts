/** Training data as packed bits: what the data are, the bits of an epoch, and the order of its rows. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { type DataMark, surveyOf } from '../run/data-survey.ts'
import { gather, wordsPerRow } from './bits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import type { Settings } from './rbm-options.ts'

export interface Survey {
  readonly matrix: Matrix
  readonly mark: DataMark
  /** All values are 0 or 1. */
  readonly binary: boolean
  /** Of the columns. */
  readonly means: Float32Array
}

/** Converts the data and reads them once: their hash, their means, and whether all are 0 or 1. */
export async function survey(
  backend: Backend,
  name: string,
  data: MatrixLike,
  columns: number,
  signal: AbortSignal | undefined,
): Promise<Survey> {
  const matrix = await toMatrixInPieces(name, data, columns, 'unseen')
  const { mark, kind, means } = await surveyOf(backend, matrix, signal)
  // The kernel says that something is wrong; the slow check says what and where.
  if (kind === 'other') await toMatrixInPieces(name, data, columns, 'unit')
  return { matrix, mark, binary: kind === 'binary', means }
}

/** The way that `binarize` names, made definite. */
export function binarizeWay(asked: Settings['binarize'], binary: boolean): 'sample' | 'threshold' | 'none' {
  if (asked === 'auto') return binary ? 'none' : 'sample'
  if (asked === 'none' && !binary) {
    throw new ArgumentError(expected('data', 'to hold only zeros and ones with binarize "none"', 'values in between'))
  }
  return asked
}

/** Rows of [0, 1] values that are wanted as bits. */
export class BitRows {
  readonly rows: number
  readonly #backend: Backend
  readonly #matrix: Matrix
  readonly #way: 'sample' | 'threshold' | 'none'
  readonly #key: Key
  readonly #bits: BackendArray<Uint32Array>
  #drawn = -1

  /** @param name of the workspace's array for the bits */
  constructor(
    { backend, workspace }: RbmCore,
    name: string,
    matrix: Matrix,
    way: 'sample' | 'threshold' | 'none',
    key: Key,
  ) {
    this.rows = matrix.shape[0]
    this.#backend = backend
    this.#matrix = matrix
    this.#way = way
    this.#key = key
    this.#bits = workspace.take(name, Uint32Array, this.rows * wordsPerRow(matrix.shape[1]))
  }

  /** Makes the bits of an epoch. Sampled bits are a function of (key, epoch, row, column). */
  async prepare(epoch: number, signal: AbortSignal | undefined): Promise<void> {
    const draw = this.#way === 'sample' ? epoch : 0
    if (draw === this.#drawn) return
    this.#drawn = -1
    await inPieces(this.rows, (first, count) => this.#pack(draw, first, count), { signal, firstPiece: 1024 })
    this.#drawn = draw
  }

  /** The packed rows of these numbers, after `prepare`. */
  take(order: Uint32Array): Uint32Array {
    return gather(this.#backend, this.#bits, this.#matrix.shape[1], order)
  }

  async #pack(draw: number, first: number, count: number): Promise<void> {
    const columns = this.#matrix.shape[1]
    const values = this.#matrix.data.subarray(first * columns, (first + count) * columns)
    // Not straight into the backend's array: its views don't outlast a pause in which other calls may run.
    const bits = new Uint32Array(count * wordsPerRow(columns))
    if (this.#way === 'sample') {
      await this.#backend.run('bitsBernoulli', values, columns, this.#key.low, this.#key.high, draw, first, bits)
    } else {
      await this.#backend.run('bitsThreshold', values, columns, 0.5, bits)
    }
    this.#bits.view().set(bits, first * wordsPerRow(columns))
  }
}

/** The key of the draws that turn values into bits. */
export function binarizeKey(seed: Seed): Key {
  return deriveKey(seed, stream.binarize)
}
