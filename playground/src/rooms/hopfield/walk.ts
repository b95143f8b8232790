/** Recall seen from near: one unit after the other. */

import { type Hopfield, Rng } from 'gibbsite'
import type { Pattern } from './patterns.ts'

export interface Walk {
  /** The unit looked at in each step. */
  readonly units: Uint16Array
  /** 1 where it flipped. */
  readonly flipped: Uint8Array
  /** The energy after each step. */
  readonly energies: Float64Array
}

/** Far more than any run takes: each flip lowers the energy. */
const MOST_SWEEPS = 1000

/**
 * Visits all units in a fresh random order, sweep after sweep, until a sweep flips none. A unit flips where its field pulls the
 * other way; that lowers the energy by twice the field. `Hopfield.recall` does the same at once and many times as fast.
 */
export async function walk(net: Hopfield, start: Pattern, seed: number): Promise<Walk> {
  const [state, order] = [start.slice(), new Rng(seed)]
  const steps: { unit: number; flipped: number; energy: number }[] = []
  let energy = (await net.energy(state))[0]!
  let fields = (await net.fields(state)).data
  for (let sweep = 0, flips = 1; flips > 0 && sweep < MOST_SWEEPS; sweep++) {
    flips = 0
    for (const unit of order.permutation(net.units)) {
      const flipped = fields[unit]! * state[unit]! < 0 ? 1 : 0
      if (flipped) {
        energy -= 2 * Math.abs(fields[unit]!)
        state[unit]! *= -1
        fields = (await net.fields(state)).data
        flips++
      }
      steps.push({ unit, flipped, energy })
    }
  }
  return {
    units: Uint16Array.from(steps, ({ unit }) => unit),
    flipped: Uint8Array.from(steps, ({ flipped }) => flipped),
    energies: Float64Array.from(steps, ({ energy }) => energy),
  }
}
