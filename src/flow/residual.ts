/** Rows through a flow, and how near they come to themselves on the way back. */

import * as check from '../check.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import type { FlowCore } from './flow-core.ts'
import { type Forward, forward, type Inverted, inverse, type RowOptions, rowOptionKeys, toFlowRows } from './rows.ts'

export interface ResidualOptions extends RowOptions {
  /**
   * Also takes the result back through the flow and reports the `residual`, [n]: the largest difference in each row from
   * what was given. Where a layer is solved for numerically (`Planar`, one way) it tells how well. Default false.
   */
  residual?: boolean | undefined
}

/** `Flow.forward`. */
export async function forwardRows(
  core: FlowCore,
  x: MatrixLike,
  options: ResidualOptions | undefined,
): Promise<Forward> {
  const { residual, ...rest } = checkResidual(options)
  const { matrix, context } = await toFlowRows(core, 'x', x, rest, 'unseen')
  const result = await forward(core, matrix, context, rest)
  if (!residual) return result
  const back = await inverse(core, result.z, context, { signal: rest.signal })
  return { ...result, residual: largestDifferences(matrix, back.x) }
}

/** `Flow.inverse`. */
export async function inverseRows(
  core: FlowCore,
  z: MatrixLike,
  options: ResidualOptions | undefined,
): Promise<Inverted> {
  const { residual, ...rest } = checkResidual(options)
  const { matrix, context } = await toFlowRows(core, 'z', z, rest, 'unseen')
  const result = await inverse(core, matrix, context, rest)
  if (!residual) return result
  const back = await forward(core, result.x, context, { signal: rest.signal })
  return { ...result, residual: largestDifferences(matrix, back.z) }
}

function checkResidual(options: ResidualOptions | undefined) {
  const given = check.options('options', options, [...rowOptionKeys, 'residual'])
  return { ...given, residual: check.flag('residual', given.residual ?? false) }
}

function largestDifferences(a: Matrix, b: Matrix): Float64Array {
  const [rows, columns] = a.shape
  const largest = new Float64Array(rows)
  for (let i = 0; i < rows * columns; i++) {
    const row = Math.floor(i / columns)
    largest[row] = Math.max(largest[row]!, Math.abs(a.data[i]! - b.data[i]!))
  }
  return largest
}
