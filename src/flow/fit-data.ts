/** The rows of a training: what was given, checked, and the rows of a step in their order. */

import { inPieces } from '../backend/pieces.ts'
import type { Matrix, MatrixLike, Rule } from '../matrix.ts'
import { deriveKey } from '../random/key.ts'
import { surveyOf } from '../run/data-survey.ts'
import { checkSameRows } from '../run/training.ts'
import type { FlowFitOptions, FlowSettings } from './fit-options.ts'
import { type FlowCore, stream } from './flow-core.ts'
import { contextRows, toFlowMatrix } from './rows.ts'
import type { FlowTrainingState, TrainingMarks } from './training-state.ts'

/** Rows and their context [n, core.context], empty for a flow without. */
export interface Rows {
  readonly matrix: Matrix
  readonly context: Float32Array
}

export interface TrainingData {
  readonly train: Rows
  readonly validation: Rows | undefined
  readonly marks: TrainingMarks
}

/** Everything that can be wrong with the data comes out here. */
export async function trainingData(
  core: FlowCore,
  data: MatrixLike,
  options: Partial<FlowFitOptions> & { signal: AbortSignal },
  { dequantize }: FlowSettings,
): Promise<TrainingData> {
  const train = await rowsOf(core, 'data', data, options.context, dequantize)
  const { validation: given, validationContext, signal } = options
  const validation = given && (await rowsOf(core, 'validation', given, validationContext, dequantize))
  const mark = async (matrix: Matrix) => (await surveyOf(core.backend, matrix, signal)).mark
  const contextMark =
    core.context === 0 ? undefined : await mark({ data: train.context, shape: [train.matrix.shape[0], core.context] })
  const marks = {
    data: await mark(train.matrix),
    context: contextMark,
    validation: validation && (await mark(validation.matrix)),
  }
  return { train, validation, marks }
}

async function rowsOf(
  core: FlowCore,
  name: string,
  data: MatrixLike,
  context: MatrixLike | undefined,
  dequantize: number,
): Promise<Rows> {
  // A logit takes numbers from 0 to 1 only, and levels are given as such.
  const rule: Rule = dequantize > 0 || core.layers[0]!.kind === 'logit' ? 'unit' : 'finite'
  const matrix = await toFlowMatrix(core, name, data, rule)
  return { matrix, context: contextRows(core, context, matrix.shape[0]) }
}

/** Refuses data that are not those of the training resumed. */
export function checkSameData({ marks: before }: FlowTrainingState, marks: TrainingMarks): void {
  for (const name of ['data', 'context', 'validation'] as const) checkSameRows(name, before[name], marks[name])
}

/** The rows of these numbers, one after the other. */
export function gather(data: Float32Array, width: number, order: Uint32Array): Float32Array {
  const rows = new Float32Array(order.length * width)
  if (width < 32) gatherNarrow(data, width, order, rows)
  else
    for (let k = 0; k < order.length; k++)
      rows.set(data.subarray(order[k]! * width, (order[k]! + 1) * width), k * width)
  return rows
}

// A view costs as much as some thirty numbers.
function gatherNarrow(data: Float32Array, width: number, order: Uint32Array, rows: Float32Array): void {
  for (let k = 0, at = 0; k < order.length; k++) {
    for (let j = order[k]! * width, end = j + width; j < end; j++) rows[at++] = data[j]!
  }
}

// Rows of a piece are a multiple of this many, so that pieces begin at whole tiles of random numbers.
const TILE = 64

/** The validation rows as they are judged in every epoch: with levels, each with noise of its own that never changes. */
export async function judgedRows(
  { backend, dim }: FlowCore,
  { matrix }: Rows,
  { dequantize, seed }: FlowSettings,
  signal: AbortSignal,
): Promise<Matrix> {
  if (dequantize === 0) return matrix
  const { low, high } = deriveKey(BigInt(seed), stream.validationNoise)
  const data = new Float32Array(matrix.data.length)
  const noise = async (first: number, count: number) => {
    const [from, to] = [first * TILE * dim, (first + count) * TILE * dim]
    const part = data.subarray(from, to)
    await backend.run('flowDequantize', matrix.data.subarray(from, to), dequantize, low, high, 0, from, part)
  }
  await inPieces(Math.ceil(matrix.shape[0] / TILE), noise, { signal })
  return { data, shape: matrix.shape }
}
