/** How many steps make a chain forget where it began. */

import type { BackendArray } from '../../backend/backend.ts'
import { multiply, Powers } from './matrix-powers.ts'
import type { Transitions } from './transition-input.ts'
import type { Work } from './work.ts'

/** With room for the rounding of a distance that is 1/4 exactly. */
const NEAR = 0.25 + 1e-12
const MOST_DOUBLINGS = 53

/**
 * The smallest t such that the law after t steps is within 1/4 of the stationary one, in total variation, from every
 * start; for a chain that has one. Infinity above 2^53.
 *
 * The distance never grows with t. So P is squared until it is small enough, then t is put together from the largest
 * power of two downwards. Squaring keeps the probabilities' relative errors to about t 2^-53, which t's own error follows.
 */
export async function mixingTime(work: Work, { states, matrix }: Transitions, law: Float64Array): Promise<number> {
  if (states === 1) return 0
  const far = async (power: BackendArray<Float64Array>) =>
    (await work.run(2 * states * states, 'markovDistance', power, law)) > NEAR
  const powers = new Powers(work, matrix, states)
  let doublings = 0
  while (await far(await powers.get(doublings))) if (++doublings > MOST_DOUBLINGS) return Number.POSITIVE_INFINITY
  if (doublings < 2) return doublings + 1
  // P^steps is still too far, P^(2 steps) is not.
  let steps = 2 ** (doublings - 1)
  let reached = await powers.takeOut(doublings - 1)
  for (let k = doublings - 2; k >= 0; k--) {
    const further = await multiply(work, reached, await powers.get(k), states)
    const stillFar = await far(further)
    work.give(stillFar ? reached : further)
    if (stillFar) [reached, steps] = [further, steps + 2 ** k]
  }
  work.give(reached)
  return steps + 1
}
