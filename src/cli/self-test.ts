/** A little of everything that must come out the same on every machine, as one hash. */

import { createHash } from 'node:crypto'
import { RBM } from '../energy/rbm.ts'
import { Rng } from '../random/rng.ts'

/** The hash of `fingerprint()` wherever the kernels compute what they should. */
const EXPECTED = '784dc2b5522ac7aa'

export interface SelfTest {
  readonly passed: boolean
  readonly found: string
}

export async function selfTest(): Promise<SelfTest> {
  const found = await fingerprint()
  return { passed: found === EXPECTED, found }
}

/** SHA-256 over normal numbers and the samples of a small RBM, shortened to 16 digits. */
async function fingerprint(): Promise<string> {
  const normals = new Rng(1).normal(new Float32Array(1000))
  const rbm = new RBM({ visible: 40, hidden: 20, seed: 1, weightScale: 0.5 })
  const { states, probabilities } = await rbm.sample({ chains: 20, sweeps: 10, seed: 2 })
  const hash = createHash('sha256')
  for (const { buffer } of [normals, states.data, probabilities.data]) hash.update(new Uint8Array(buffer))
  return hash.digest('hex').slice(0, 16)
}
