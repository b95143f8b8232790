// Same seed, same bytes: the digests below are those of every backend, number of threads and size of pieces.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { BoltzmannMachine, current, setThreads } from '#gibbsite'
import { edgesOf, optionsOf, smallMachine } from '../support/boltzmann.ts'
import { uniforms } from '../support/enumeration.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

// More than a panel of fields wide, more chains than a task has.
const UNITS = 150
const dense = optionsOf(smallMachine(UNITS, 5, 'spin', 0.2))
const thin = smallMachine(UNITS, 6, 'binary', 1, 0.05)

async function everything(): Promise<Record<string, string>> {
  const machine = new BoltzmannMachine({ visible: UNITS, ...dense })
  const sparse = new BoltzmannMachine({
    visible: UNITS,
    states: 'binary',
    couplings: { edges: edgesOf(thin) },
    bias: thin.bias,
  })
  const cooled = { from: 4, to: 0.5 }
  const parts: Record<string, ArrayBufferView> = {}
  for (const scan of ['sequential', 'random', 'permutation', 'chromatic'] as const) {
    parts[scan] = (await machine.sample({ chains: 70, sweeps: 12, scan, seed: 1 })).states.data
    parts[`${scan}, sparse`] = (await sparse.sample({ chains: 70, sweeps: 12, scan, seed: 2 })).states.data
  }
  const annealed = await machine.sample({ chains: 40, sweeps: 50, temperature: cooled, update: 'metropolis', seed: 3 })
  parts['annealed'] = annealed.states.data
  parts['energies'] = annealed.energies
  const retrieved = await machine.retrieve(annealed.states, { sweeps: 60, average: 30, temperature: 2, seed: 4 })
  parts['means'] = retrieved.means.data
  parts['errors'] = retrieved.standardErrors.data
  const next = uniforms(7)
  const learner = new BoltzmannMachine({ visible: 60, hidden: 15 })
  const data = { data: Float32Array.from({ length: 60 * 230 }, () => (next() < 0.3 ? 1 : 0)), shape: [230, 60] }
  await learner.fit(data, { epochs: 3, batch: 50, chains: 40, momentum: 0.3, weightDecay: 1e-3, seed: 5, monitor: 0 })
  parts['trained'] = learner.couplings().data
  const law = await new BoltzmannMachine({ visible: 13, ...optionsOf(smallMachine(13, 8, 'spin')) }).exact()
  parts['exact'] = Float64Array.from([law.logPartition, ...law.means, ...law.moments])
  parts['exact samples'] = (await law.sample(500, { seed: 6 })).data
  const all = Object.entries(parts)
  return Object.fromEntries(
    await Promise.all(all.map(async ([name, data]) => [name, (await sha256(data)).slice(0, 16)])),
  )
}

const digests = {
  annealed: '16741dabc5ccb087',
  chromatic: '71fafbbcf9756020',
  'chromatic, sparse': '90d90d12133897bb',
  energies: 'bc5686d6e9c770af',
  errors: '6e50cb7910a8b0f5',
  exact: 'f22588d69fcfdfa0',
  'exact samples': '8097b1f6b7c9728d',
  means: '5b056a1f97cbee49',
  permutation: 'caa5ca014b96c174',
  'permutation, sparse': 'eda92f64132d41dd',
  random: 'edc3938d5b4ca4b8',
  'random, sparse': '741d47051b58f8e1',
  sequential: '71fafbbcf9756020',
  'sequential, sparse': '43f562a4679be36d',
  trained: '605f3ac474c91f12',
}

describe('the bytes of a Boltzmann machine', () => {
  it.each([1, 2, 7])('are the same with %i threads', async (count) => {
    setThreads(count)
    expect(await everything()).toEqual(digests)
  })

  it('are the same in pieces of any size', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await everything()).toEqual(digests)
  })
})
