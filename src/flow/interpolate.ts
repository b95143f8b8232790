/** Ways between rows of data that lead through z. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../run/progress.ts'
import type { FlowCore } from './flow-core.ts'
import { forward, inverse, type RowOptions, toFlowRows } from './rows.ts'

export interface InterpolateOptions extends RowOptions {
  /** Rows of each way, both ends included: at least 2, default 9. */
  steps?: number | undefined
}

const MOST_NUMBERS = 2 ** 30

/**
 * Rows on the straight lines from z = f(a) to f(b), taken back to x: [n * steps, dim], the way of pair 0 first.
 *
 * @throws ArgumentError unless a and b have as many rows
 */
export async function interpolate(
  core: FlowCore,
  a: MatrixLike,
  b: MatrixLike,
  given: InterpolateOptions | undefined,
): Promise<Matrix> {
  const { steps: asked, context, ...quiet } = check.options('options', given, ['steps', 'context', ...longOptionKeys])
  checkLongOptions(quiet)
  const steps = check.integerWithin('steps', asked ?? 9, 2, MOST_NUMBERS)
  const [from, to] = [await toFlowRows(core, 'a', a, context), (await toFlowRows(core, 'b', b, context)).matrix]
  const [n] = from.matrix.shape
  if (to.shape[0] !== n) throw new ArgumentError(expected('b', `to have as many rows as \`a\`, ${n}`, to.shape[0]))
  check.positiveInteger('steps', steps, Math.floor(MOST_NUMBERS / (n * core.dim)))
  const ends: LongOptions = { signal: quiet.signal }
  const za = (await forward(core, from.matrix, from.context, ends)).z.data
  const zb = (await forward(core, to, from.context, ends)).z.data
  const z = lines(za, zb, core.dim, steps)
  return (await inverse(core, z, repeatRows(from.context, core.context, steps), quiet)).x
}

/** The points (1 - t) a + t b of every row, t = 0, 1 / (steps - 1) ... 1. */
function lines(a: Float32Array, b: Float32Array, dim: number, steps: number): Matrix {
  const rows = (a.length / dim) * steps
  const data = new Float32Array(rows * dim)
  for (let r = 0; r < rows; r++) {
    const [first, t] = [Math.floor(r / steps) * dim, (r % steps) / (steps - 1)]
    for (let i = 0; i < dim; i++) data[r * dim + i] = (1 - t) * a[first + i]! + t * b[first + i]!
  }
  return { data, shape: [rows, dim] }
}

/** Each row `times` times, one after the other. */
export function repeatRows(rows: Float32Array, width: number, times: number): Float32Array {
  const repeated = new Float32Array(rows.length * times)
  for (let r = 0; r * width < repeated.length; r++) {
    const from = Math.floor(r / times) * width
    repeated.set(rows.subarray(from, from + width), r * width)
  }
  return repeated
}
