// W6: a Boltzmann machine of 1024 spins with random couplings, 64 chains of 100 sequential heat-bath sweeps at T = 1; a lattice of
// 1024 x 1024 at T = 2.27, 100 sweeps, once and in 64 replicas, without and with shared random numbers.
import { weights } from './inputs.mjs'

const [UNITS, CHAINS, SWEEPS] = [1024, 64, 100]
const SIDE = 1024
const SITES = SIDE * SIDE

/** Symmetric, uniform on (-sqrt(3 / N), sqrt(3 / N)): fields of about 1. */
function couplings() {
  const drawn = weights(UNITS * UNITS, 6, Math.sqrt(3 / UNITS))
  const data = new Float32Array(UNITS * UNITS)
  for (let i = 0; i < UNITS; i++) {
    for (let j = i + 1; j < UNITS; j++) data[i * UNITS + j] = data[j * UNITS + i] = drawn[i * UNITS + j]
  }
  return { data, shape: [UNITS, UNITS] }
}

const lattice = (id, replicas, sharedRandom) => ({
  id,
  unit: 'updates/ns',
  work: SITES * replicas * SWEEPS * 1e-9,
  async setup({ ising2d }) {
    const spins = await ising2d({ size: SIDE, temperature: 2.27, replicas, sharedRandom, seed: 9 })
    return () => spins.sweep(SWEEPS)
  },
})

export default [
  {
    id: 'W6.bm.gibbs_dense',
    unit: 'spin-updates/s',
    work: UNITS * CHAINS * SWEEPS,
    async setup({ BoltzmannMachine }) {
      const machine = new BoltzmannMachine({ visible: UNITS, couplings: couplings() })
      return () => machine.sample({ chains: CHAINS, sweeps: SWEEPS, seed: 8 })
    },
  },
  lattice('W6.ising2d', 1, false),
  lattice('W6.ising2d.r64', 64, false),
  lattice('W6.ising2d.r64.shared', 64, true),
]
