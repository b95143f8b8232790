/** Rows through a flow, and how near they come to themselves on the way back. */

import * as check from '../check.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { checkLongOptions } from '../run/progress.ts'
import type { FlowCore } from './flow-core.ts'
import * as rows from './rows.ts'

export interface ResidualOptions extends rows.RowOptions {
  /**
   * Also takes the result back through the flow and reports the `residual`, [n]: the largest difference in each row from
   * what was given. Where a layer is solved for numerically (`Planar`, one way) it tells how well. Default false.
   */
  residual?: boolean | undefined
}

export interface ForwardOptions extends ResidualOptions {
  /** Where the results go; default: new arrays. What they hold after a rejection is undefined. */
  out?: rows.ForwardOut | undefined
}

export interface InverseOptions extends ResidualOptions {
  /** Where the results go; default: new arrays. What they hold after a rejection is undefined. */
  out?: rows.InverseOut | undefined
}

const optionKeys = [...rows.rowOptionKeys, 'residual', 'out']

/** `Flow.forward`. */
export async function forwardRows(
  core: FlowCore,
  x: MatrixLike,
  given: ForwardOptions | undefined,
): Promise<rows.Forward> {
  const options = checkOptions(given, ['z', 'logDet'])
  const found = rows.toFlowRows(core, 'x', x, options.context, 'unseen')
  const { matrix, context } = found instanceof Promise ? await found : found
  const pass = rows.forward(core, matrix, context, options)
  if (!options.residual) return pass
  const result = await pass
  const back = await rows.inverse(core, result.z, context, { signal: options.signal })
  return { ...result, residual: largestDifferences(matrix, back.x) }
}

/** `Flow.inverse`. */
export async function inverseRows(
  core: FlowCore,
  z: MatrixLike,
  given: InverseOptions | undefined,
): Promise<rows.Inverted> {
  const options = checkOptions(given, ['x', 'logDet'])
  const found = rows.toFlowRows(core, 'z', z, options.context, 'unseen')
  const { matrix, context } = found instanceof Promise ? await found : found
  const pass = rows.inverse(core, matrix, context, options)
  if (!options.residual) return pass
  const result = await pass
  const back = await rows.forward(core, result.x, context, { signal: options.signal })
  return { ...result, residual: largestDifferences(matrix, back.z) }
}

/** @param results the names of what `out` may hold */
function checkOptions<Options extends ForwardOptions | InverseOptions>(
  given: Options | undefined,
  results: readonly string[],
): Partial<Options> {
  const options = check.options('options', given, optionKeys)
  checkLongOptions(options)
  check.flag('residual', options.residual ?? false)
  check.options<object>('out', options.out, results)
  return options
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
