/** Why a chain of `nuts` stopped, in words. */

import { ArgumentError, DensityError, expected, type GibbsiteError } from '../errors.ts'
import type { NutsState } from './nuts-state.ts'

/** nuts_failure of native/kernels/nuts_state.h. */
const failures = { nan: 1, infinite: 2, gradient: 3, start: 4, noStart: 5, noStep: 6, improper: 7 } as const

/** What chains stopped for: the points where they failed [chains, dim], or what a user's function threw. */
export type NutsFailures = Float64Array | ReadonlyMap<number, DensityError>

/** The failure of the earliest iteration, and of the first chain there. */
export function failureOf(state: NutsState, failures: NutsFailures, firstChain: number): GibbsiteError | undefined {
  let failed: number | undefined
  for (let chain = 0; chain < state.origin.chains; chain++) {
    if (state.failure(chain) === 0) continue
    if (failed === undefined || state.iterationOf(chain) < state.iterationOf(failed)) failed = chain
  }
  return failed === undefined ? undefined : describe(state, failed, failures, firstChain + failed)
}

function describe(state: NutsState, row: number, found: NutsFailures, chain: number): GibbsiteError {
  const code = Math.abs(state.failure(row))
  const wanted = words[code]
  if (wanted !== undefined) return new ArgumentError(expected(...wanted(chain)))
  const step = state.failure(row) < 0 ? undefined : state.iterationOf(row)
  if (found instanceof Map) return found.get(row)!.with({ chain, step })
  const { dim } = state.origin
  const point = (found as Float64Array).slice(row * dim, (row + 1) * dim)
  return new DensityError(got[code]!, point, { chain, step })
}

const got: Record<number, string> = {
  [failures.nan]: 'NaN',
  [failures.infinite]: 'Infinity',
  [failures.gradient]: 'a gradient that is not finite',
}

const words: Record<number, (chain: number) => [string, string, string]> = {
  [failures.start]: (chain) => [
    'init',
    'to have a density above zero',
    `a log density of -Infinity for chain ${chain}`,
  ],
  [failures.noStart]: (chain) => [
    'target',
    'to have a density above zero at one of 100 random points between -2 and 2, or an `init`',
    `a log density of -Infinity at all of them for chain ${chain}`,
  ],
  [failures.noStep]: (chain) => [
    'target',
    'to have the gradient of its log density',
    `energies that jump at the smallest step for chain ${chain}`,
  ],
  [failures.improper]: (chain) => [
    'target',
    'to be a density that can be normalised',
    `one that is flat even for steps of 10^7 for chain ${chain}`,
  ],
}
