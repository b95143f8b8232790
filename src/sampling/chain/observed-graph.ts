/** Which states a kernel was seen to go between: whether it comes everywhere, and whether its visits beat time. */

import { ready } from '../../backend/index.ts'
import type { KernelState, View } from './kernel-views.ts'
import { MOST_STATES } from './transition-input.ts'

export interface ObservedGraph {
  /** Some recurrent class has this period above 1, in all steps that were seen; else 1. */
  readonly period: number
  /** The states that were seen are all in one class. */
  readonly connected: boolean
}

/** Steps for each different one that was seen: with fewer, a class or a period may be due to what was missed. */
const STEPS_A_WAY = 10

/** Null where there are too many states for the steps, or for the matrix. */
export async function observedGraph(
  view: View,
  steps: readonly (readonly [KernelState, KernelState])[],
): Promise<ObservedGraph | null> {
  const cells = steps.map(([x, y]) => [view.cell(x), view.cell(y)] as const)
  const count = cells.reduce((most, [a, b]) => Math.max(most, a + 1, b + 1), 0)
  if (count > MOST_STATES) return null
  const matrix = new Float64Array(count * count)
  const left = new Uint8Array(count)
  let ways = 0
  for (const [a, b] of cells) {
    if (matrix[a * count + b] === 0) ways++
    matrix[a * count + b] = 1
    left[a] = 1
  }
  if (steps.length < STEPS_A_WAY * ways) return null
  return { ...(await structure(matrix, count, left)) }
}

/** Cells that no step was seen to leave, or that were not seen at all, don't count. */
async function structure(matrix: Float64Array, count: number, left: Uint8Array): Promise<ObservedGraph> {
  for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) if (left[b] === 0) matrix[a * count + b] = 0
  const [classOf, closed, periods] = [new Uint32Array(count), new Uint8Array(count), new Uint32Array(count)]
  await (await ready()).run('markovStructure', matrix, classOf, closed, periods)
  const seen = classOf.filter((_, a) => left[a] === 1)
  const period = seen.reduce((most, c) => (closed[c] === 1 ? Math.max(most, periods[c]!) : most), 1)
  return { period, connected: new Set(seen).size === 1 }
}
