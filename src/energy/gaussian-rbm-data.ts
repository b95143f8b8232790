/** Training data of a Gaussian RBM: what the columns are, and the rows of a step in the model's units. */

import { inPieces } from '../backend/pieces.ts'
import { type Matrix, type MatrixLike, row, toMatrixInPieces } from '../matrix.ts'
import type { DataMark } from '../run/data-survey.ts'
import {
  type GaussianCore,
  type GaussianParameters,
  LARGEST_SCALE,
  SMALLEST_SCALE,
  toUnits,
} from './gaussian-rbm-core.ts'

export interface GaussianSurvey {
  readonly matrix: Matrix
  readonly mark: DataMark
  /** Of the columns: their means, and their standard deviations or what stands in for them. */
  readonly offset: Float32Array
  readonly scale: Float32Array
}

/** Converts the data and reads them twice: for their hash and means, then for their spread. */
export async function gaussianSurvey(
  { backend, visible }: GaussianCore,
  data: MatrixLike,
  signal: AbortSignal | undefined,
): Promise<GaussianSurvey> {
  const matrix = await toMatrixInPieces('data', data, visible)
  const rows = matrix.shape[0]
  const part = (first: number, count: number) => matrix.data.subarray(first * visible, (first + count) * visible)
  const pieces = { signal, firstPiece: 1024 }
  const [sums, squares, hash] = [new Float64Array(visible), new Float64Array(visible), new Uint32Array(2)]
  const add = async (first: number, count: number) => {
    await backend.run('dataSurvey', part(first, count), visible, first, sums, hash)
  }
  await inPieces(rows, add, pieces)
  const means = sums.map((sum) => sum / rows)
  const spread = (first: number, count: number) => backend.run('columnSquares', part(first, count), means, squares)
  await inPieces(rows, spread, pieces)
  const digits = [...hash].map((half) => half.toString(16).padStart(8, '0')).join('')
  const deviations = squares.map((sum) => Math.sqrt(sum / rows))
  return { matrix, mark: { rows, hash: digits }, offset: Float32Array.from(means), scale: scales(means, deviations) }
}

// Two neighbouring float32 numbers differ by a part in 10^7: a column that varies less is constant.
const RESOLUTION = 1e-6

/**
 * Standard deviations; a constant column takes the smallest of the others, so that no column matters more than those that
 * say something, or 1 where there is none.
 */
function scales(means: Float64Array, deviations: Float64Array): Float32Array {
  const finest = means.map((mean) => Math.abs(mean) * RESOLUTION)
  const varying = [...deviations].filter((deviation, i) => deviation > finest[i]! && deviation > 0)
  const smallest = varying.length > 0 ? varying.reduce((a, b) => Math.min(a, b)) : 1
  return Float32Array.from(deviations, (deviation, i) => {
    const scale = deviation > finest[i]! ? deviation : Math.max(smallest, finest[i]!)
    return Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, scale))
  })
}

/** The rows of these numbers, in the model's units. */
export function takeRows(
  core: GaussianCore,
  parameters: GaussianParameters,
  matrix: Matrix,
  order: Uint32Array,
): Float32Array {
  const values = new Float32Array(order.length * core.visible)
  for (let k = 0; k < order.length; k++) values.set(row(matrix, order[k]!), k * core.visible)
  return toUnits(core, parameters, 'data', values, 0)
}
