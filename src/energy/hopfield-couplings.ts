/** Checks of couplings and sizes, for those that users set and those in files. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { checkMagnitude } from './rbm-file.ts'

// N^2 couplings of 4 bytes are 1 GiB then.
const MOST_UNITS = 2 ** 14

export function checkUnits(units: unknown): number {
  return check.positiveInteger('units', units, MOST_UNITS)
}

/** Finite couplings [N, N]: symmetric, with a zero diagonal, of sizes that can be added up. */
export function checkCouplings(name: string, weights: Float32Array, units: number): void {
  checkMagnitude(name, weights)
  for (let i = 0; i < units; i++) {
    const own = weights[i * units + i]!
    if (own !== 0) throw new ArgumentError(expected(name, 'to have a zero diagonal', `${own} in row ${i}`))
    for (let j = 0; j < i; j++) {
      const [one, other] = [weights[i * units + j]!, weights[j * units + i]!]
      if (one === other) continue
      throw new ArgumentError(expected(name, 'to be symmetric', `${one} at (${i}, ${j}) and ${other} at (${j}, ${i})`))
    }
  }
}
