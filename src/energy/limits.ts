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

// A unit's draw costs as much as some hundred weights, and a layer is never narrower than a panel.
const WORK_PER_UNIT = 512
const NARROWEST_LAYERS = 64
// What a call does for any number of rows is worth so many.
const FEWEST_ROWS = 16
// Weights a millisecond that any machine gets through.
const CAUTIOUS_SPEED = 2e7

/** Work of one sweep of one chain, in weights. */
export function workPerChain(visible: number, hidden: number): number {
  return visible * hidden + WORK_PER_UNIT * (visible + hidden + NARROWEST_LAYERS)
}

/** Sweeps of `rows` chains that surely fit into a piece of long work: the first one, before anything has been measured. */
export function cautiousSweeps(rows: number, visible: number, hidden: number, milliseconds: number): number {
  return (CAUTIOUS_SPEED * milliseconds) / (Math.max(rows, FEWEST_ROWS) * workPerChain(visible, hidden))
}
