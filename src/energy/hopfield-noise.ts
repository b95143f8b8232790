/** Noisy copies of packed states. */

import type { Backend } from '../backend/backend.ts'
import type { Key } from '../random/key.ts'

const ROWS_PER_CALL = 1024

/**
 * The rows with every unit flipped with probability `noise`. The flips of row r are a function of (key, draw, firstRow + r).
 */
export async function noisyCopies(
  backend: Backend,
  bits: Uint32Array,
  units: number,
  noise: number,
  { key, draw, firstRow }: { key: Key; draw: number; firstRow: number },
): Promise<Uint32Array> {
  const words = Math.ceil(units / 32)
  const rows = bits.length / words
  const copies = bits.slice()
  const rates = new Float32Array(Math.min(rows, ROWS_PER_CALL) * units).fill(noise)
  for (let first = 0; first < rows; first += ROWS_PER_CALL) {
    const count = Math.min(ROWS_PER_CALL, rows - first)
    const flips = new Uint32Array(count * words)
    const values = rates.subarray(0, count * units)
    await backend.run('bitsBernoulli', values, units, key.low, key.high, draw, firstRow + first, flips)
    for (let k = 0; k < flips.length; k++) copies[first * words + k]! ^= flips[k]!
  }
  return copies
}
