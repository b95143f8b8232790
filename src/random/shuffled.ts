/** Orders of rows that a seed decides. */

import { deriveKey, fromWords, type Seed } from './key.ts'
import { Rng } from './rng.ts'

/** The order of the rows in an epoch, a permutation for each (seed, purpose, number). */
export function shuffled(rows: number, seed: Seed, purpose: number, number: number): Uint32Array {
  return new Rng(fromWords(deriveKey(seed, purpose))).split(number).permutation(rows)
}
