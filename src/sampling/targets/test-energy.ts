/** The two-dimensional test energies of the paper that planar flows come from. */

import * as check from '../../check.ts'
import { family, KernelTarget } from './kernel-target.ts'

export interface TestEnergyOptions {
  /** `U1`: two halves of a ring; `U2`: a wave; `U3`: a wave that parts and joins again; `U4`: a wave that forks. */
  energy: 'U1' | 'U2' | 'U3' | 'U4'
}

const energies = ['U1', 'U2', 'U3', 'U4'] as const

/** Width of the wall beyond |z1| = 4. */
const WALL = 0.1

/**
 * One of the four test energies of Rezende and Mohamed (2015) as a density exp(-U(z1, z2)), not normalised.
 *
 *     U1 = ((|z| - 2) / 0.4)^2 / 2 - log(e^(-((z1 - 2) / 0.6)^2 / 2) + e^(-((z1 + 2) / 0.6)^2 / 2))
 *     U2 = ((z2 - w1) / 0.4)^2 / 2
 *     U3 = -log(e^(-((z2 - w1) / 0.35)^2 / 2) + e^(-((z2 - w1 + w2) / 0.35)^2 / 2))
 *     U4 = -log(e^(-((z2 - w1) / 0.4)^2 / 2) + e^(-((z2 - w1 + w3) / 0.35)^2 / 2))
 *
 * with w1 = sin(2 pi z1 / 4), w2 = 3 e^(-((z1 - 1) / 0.6)^2 / 2) and w3 = 3 / (1 + e^(-(z1 - 1) / 0.3)). U2 to U4 do not fall
 * off along z1; so that they are densities, ((|z1| - 4) / 0.1)^2 / 2 is added to them where |z1| is above 4.
 *
 * @example
 * const flow = planar({ dim: 2, layers: 32 })
 * await flow.fitDensity(testEnergyTarget({ energy: 'U1' }))
 *
 * @returns the target, coordinates `z1` and `z2`
 * @throws ArgumentError where `energy` is none of the four
 */
export function testEnergyTarget(options: TestEnergyOptions): KernelTarget {
  const given = check.options('options', options, ['energy'])
  const number = 1 + energies.indexOf(check.oneOf('energy', given.energy, energies))
  return new KernelTarget({
    dim: 2,
    names: ['z1', 'z2'],
    family: family.testEnergy,
    numbers: () => [number, WALL],
  })
}
