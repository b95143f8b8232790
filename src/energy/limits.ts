/** Sizes beyond which a call could not be served: better one sentence than a process without memory. */

import { ArgumentError, expected } from '../errors.ts'

const MOST_NUMBERS = 2 ** 30

/** Refuses `count` rows of `columns` numbers where they would not fit into memory. */
export function checkFits(name: string, count: number, columns: number): void {
  const most = Math.floor(MOST_NUMBERS / columns)
  if (count <= most) return
  throw new ArgumentError(expected(name, `to be at most ${most}, for layers of this size to fit into memory`, count))
}

/** Parameters beyond this would let sums overflow. Training stops there too (native/kernels/rbm_statistics.h). */
export const LARGEST_PARAMETER = 1e15

/**
 * Products of a unit with a weight, a millisecond, that any machine gets through: sizes the first piece of long work,
 * before anything has been measured.
 */
export const CAUTIOUS_SPEED = 2e7
