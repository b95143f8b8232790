/** Draws of a flow's base distribution, row by row functions of a key. */

import type { Key } from '../random/key.ts'
import type { FlowCore } from './flow-core.ts'

/** Of native/kernels/distribution.h. */
const LOGISTIC = 2

/** Which rows are wanted: those with the numbers first ... first + rows - 1 under a key. */
export interface BaseRows {
  readonly key: Key
  readonly first: number
  readonly rows: number
  /** What every draw is multiplied by. */
  readonly temperature: number
}

/** z [rows, dim]. */
export function baseDraws(core: FlowCore, { key, first, rows, temperature }: BaseRows): Float32Array {
  const draws = new Float32Array(rows * core.dim)
  const start = first * core.dim
  if (core.base === 'normal') {
    core.backend.kernels.randomNormalF32(draws, key.low, key.high, 0, 0, start, 0, temperature)
    return draws
  }
  const values = new Float64Array(draws.length)
  core.backend.kernels.distributionSample(values, key.low, key.high, 0, 0, start, LOGISTIC, Float64Array.of(0, 1))
  for (let i = 0; i < values.length; i++) draws[i] = temperature * values[i]!
  return draws
}
