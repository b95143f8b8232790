/** How many bits a flow takes for a number of the data: the usual measure of models of images. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions } from '../run/progress.ts'
import { type FlowCore, stream } from './flow-core.ts'
import { contextRows, logProb, type RowOptions, rowOptionKeys, toFlowMatrix } from './rows.ts'

export interface BitsPerDimOptions extends RowOptions {
  /**
   * How many levels the data have, k / (levels - 1) each; default 256. Uniform noise takes them to (k + u) / levels, as in
   * training.
   */
  levels?: number | undefined
  /** Of the noise. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface BitsPerDim {
  /** Mean over the rows. */
  readonly mean: number
  /** Standard error of the mean; NaN for a single row. */
  readonly standardError: number
  /** Of each row [n]. */
  readonly rows: Float64Array
  readonly seed: Seed
}

const MOST_LEVELS = 2 ** 16
/** Numbers of a piece, some milliseconds. */
const PIECE = 2 ** 20

export async function bitsPerDim(
  core: FlowCore,
  data: MatrixLike,
  given: BitsPerDimOptions | undefined,
): Promise<BitsPerDim> {
  const options = check.options('options', given, ['levels', 'seed', ...rowOptionKeys])
  checkLongOptions(options)
  const levels = check.integerWithin('levels', options.levels ?? 256, 2, MOST_LEVELS)
  const seed = check.seed('seed', options.seed)
  const matrix = await toFlowMatrix(core, 'data', data, 'unit')
  const context = contextRows(core, options.context, matrix.shape[0])
  const noisy = await dequantized(core, matrix, levels, seed)
  const logs = await logProb(core, noisy, context, options)
  const rows = logs.map((log) => Math.log2(levels) - log / (core.dim * Math.LN2))
  return { ...meanOf(rows), rows, seed }
}

async function dequantized(core: FlowCore, { data, shape }: Matrix, levels: number, seed: Seed): Promise<Matrix> {
  const { low, high } = deriveKey(seed, stream.noise)
  const noisy = new Float32Array(data.length)
  await inPieces(Math.ceil(data.length / PIECE), async (first, count) => {
    const [from, to] = [first * PIECE, Math.min(data.length, (first + count) * PIECE)]
    const out = noisy.subarray(from, to)
    await core.backend.run('flowDequantize', data.subarray(from, to), levels, low, high, 0, from, out)
  })
  return { data: noisy, shape }
}

function meanOf(rows: Float64Array): { mean: number; standardError: number } {
  const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length
  const spread = rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rows.length - 1)
  return { mean, standardError: Math.sqrt(spread / rows.length) }
}
