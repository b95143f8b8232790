/** Whether a Hamiltonian sampler's momenta carry it through all energies of the target. */

import { ArgumentError, expected, show } from '../../errors.ts'
import type { DrawsLike } from '../draws.ts'

/**
 * The energy Bayesian fraction of missing information of each chain [Betancourt 2016]:
 * sum_n (E_n - E_(n-1))^2 / sum_n (E_n - mean E)^2. Below about 0.3 the draws explore the target's tails too slowly, and a
 * model in other coordinates is called for. NaN for a chain of less than two draws, or of one energy.
 *
 * @param draws of `nuts`, or others with the statistic `energy`
 * @returns [chains]
 * @throws ArgumentError when the draws have no energies
 */
export function bfmi(draws: DrawsLike): Float64Array {
  const [chains, count] = draws.shape
  const energy = draws.statistics?.['energy']
  if (energy?.length !== chains * count) {
    throw new ArgumentError(expected('draws', 'to have the statistic `energy`, as those of nuts', show(energy)))
  }
  return Float64Array.from({ length: chains }, (_, c) => fractionOf(energy.subarray(c * count, (c + 1) * count)))
}

function fractionOf(energy: Float64Array): number {
  const mean = energy.reduce((sum, value) => sum + value, 0) / energy.length
  let [moved, spread] = [0, 0]
  for (let n = 0; n < energy.length; n++) {
    spread += (energy[n]! - mean) ** 2
    if (n > 0) moved += (energy[n]! - energy[n - 1]!) ** 2
  }
  return moved / spread
}
