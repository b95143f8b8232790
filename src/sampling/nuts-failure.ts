/** Why a chain of `nuts` stopped, in words. */

import { ArgumentError, DensityError, expected, type GibbsiteError } from '../errors.ts'
import type { NutsState } from './nuts-state.ts'

/** nuts_failure of native/kernels/nuts_state.h. */
const failures = { nan: 1, infinite: 2, gradient: 3, noStep: 4, improper: 5 } as const

/** What chains stopped for: the points where they failed [chains, dim], or what a user's function threw. */
export type NutsFailures = Float64Array | ReadonlyMap<number, DensityError>

/** The failure of the earliest iteration, and of the first chain there. */
export function failureOf(state: NutsState, found: NutsFailures): GibbsiteError | undefined {
  const { chains, firstChain } = state.settings
  let failed: number | undefined
  for (let chain = 0; chain < chains; chain++) {
    if (state.failure(chain) === 0) continue
    if (failed === undefined || state.iterationOf(chain) < state.iterationOf(failed)) failed = chain
  }
  return failed === undefined ? undefined : describe(state, failed, found, firstChain + failed)
}

function describe(state: NutsState, row: number, found: NutsFailures, chain: number): GibbsiteError {
  const code = state.failure(row)
  const wanted = words[code]
  if (wanted !== undefined) return new ArgumentError(expected(...wanted(chain)))
  const step = state.iterationOf(row)
  if (found instanceof Map) return found.get(row)!.with({ chain, step })
  const { dim } = state.settings
  const point = (found as Float64Array).slice(row * dim, (row + 1) * dim)
  return new DensityError(got[code]!, point, { chain, step })
}

const got: Record<number, string> = {
  [failures.nan]: 'NaN',
  [failures.infinite]: 'Infinity',
  [failures.gradient]: 'a gradient that is not finite',
}

const words: Record<number, (chain: number) => [what: string, wanted: string, got: string]> = {
  [failures.noStep]: (chain) => [
    'target',
    'to be continuous and to have the gradient of its log density',
    `an energy that jumps at the smallest of steps in chain ${chain}`,
  ],
  [failures.improper]: (chain) => [
    'target',
    'to be a density that can be normalised',
    `one that is flat for a step of 10^7 in chain ${chain}`,
  ],
}
