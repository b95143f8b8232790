/** A transition matrix as a kernel that can be run. */

import { ready } from '../../backend/index.ts'
import type { Rng } from '../../random/rng.ts'
import type { KernelState } from './kernel-views.ts'
import { type TransitionsLike, toTransitions } from './transition-input.ts'

const TOLERANCE = 1e-6

/** Steps by inversion of the row's distribution function; states are numbers. */
export async function kernelOfMatrix(
  matrix: TransitionsLike,
): Promise<{ step: (x: KernelState, rng: Rng) => KernelState; states: number[] }> {
  const transitions = await toTransitions(await ready(), 'kernel', matrix, TOLERANCE)
  const { states: n } = transitions
  const sums = transitions.matrix.view().slice()
  for (let k = 0; k < sums.length; k++) if (k % n !== 0) sums[k]! += sums[k - 1]!
  const step = (x: KernelState, rng: Rng) => {
    const row = sums.subarray((x as number) * n, ((x as number) + 1) * n)
    const u = rng.uniform(1)[0]! * row[n - 1]!
    let [low, high] = [0, n - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (row[middle]! < u) low = middle + 1
      else high = middle
    }
    return low
  }
  return { step, states: Array.from({ length: n }, (_, i) => i) }
}
