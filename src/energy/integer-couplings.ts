/** Couplings as the integers that dynamics see (native/kernels/coupling_table.h says why). */

import type { Backend, BackendArray, Span } from '../backend/backend.ts'
import type { Encoding } from './hopfield-states.ts'

export interface IntegerCouplings {
  readonly units: number
  /** Units are 0 and 1 rather than -1 and +1. */
  readonly binary: boolean
  /** 16 bits do for couplings and fields. */
  readonly narrow: boolean
  /** What an integer 1 stands for. */
  readonly unit: number
  readonly table: BackendArray<Int32Array>
  readonly offsets: BackendArray<Int32Array>
}

const LARGEST_NARROW = 32767
const PADDING = 64

/** Units and padding of a row of fields. */
export function padded(units: number): number {
  return Math.ceil(units / PADDING) * PADDING
}

/** Distance of rows; see `row_stride` of coupling_table.h. */
function rowStride(units: number): number {
  return padded(units) + (padded(units) % 512 === 0 ? PADDING : 0)
}

/** @param weights [N, N], symmetric, diagonal 0 */
export async function toIntegers(
  backend: Backend,
  weights: Span<Float32Array>,
  bias: Span<Float32Array>,
  encoding: Encoding,
): Promise<IntegerCouplings> {
  const scale = new Float64Array(3)
  await backend.run('couplingsScale', weights, bias, scale)
  const [unit, largest, exact] = scale as unknown as [number, number, number]
  const units = bias.length
  const narrow = exact === 1 && largest <= LARGEST_NARROW
  const binary = encoding === 'binary'
  const table = backend.alloc(Int32Array, (padded(units) * rowStride(units)) / (narrow ? 2 : 1))
  const offsets = backend.alloc(Int32Array, 2 * padded(units))
  await backend.run('couplingsQuantise', weights, bias, unit, binary, narrow, table, offsets)
  return { units, binary, narrow, unit, table, offsets }
}
