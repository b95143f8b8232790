// Same seed, same bytes: the digests below are those of every backend, number of threads and size of pieces.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { current, type FitOptions, RBM, setThreads } from '#gibbsite'
import * as exact from '../support/enumeration.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

// Large enough for several tiles of 256 rows, several panels of 32 units, and more tasks than threads.
const [VISIBLE, HIDDEN] = [150, 101]

function rows(n: number): { data: Float32Array; shape: [number, number] } {
  const next = exact.uniforms(31)
  return { data: Float32Array.from({ length: n * VISIBLE }, () => (next() < 0.2 ? 1 : 0)), shape: [n, VISIBLE] }
}

// 500 rows in batches of 100: 50 steps.
const training: FitOptions = {
  epochs: 10,
  batch: 100,
  chains: 90,
  seed: 4,
  monitor: 0,
  learningRate: 0.1,
  momentum: 0.5,
}

async function trained(): Promise<RBM> {
  const rbm = new RBM({ visible: VISIBLE, hidden: HIDDEN, seed: 3, weightScale: 0.1 })
  expect((await rbm.fit(rows(500), training)).steps).toBe(50)
  return rbm
}

const initial = () => new RBM({ visible: VISIBLE, hidden: HIDDEN, seed: 3, weightScale: 0.1 }).parameters().weights.data

async function everything(): Promise<Record<string, string>> {
  const rbm = await trained()
  const { weights, visibleBias, hiddenBias } = rbm.parameters()
  const { states, hidden, probabilities } = await rbm.sample({ chains: 300, sweeps: 20, seed: 5 })
  const { mean } = await rbm.complete(rows(10), exact.bits(0x3ff, VISIBLE), { sweeps: 30, seed: 6 })
  const { forward, reverse } = await rbm.logPartition({ steps: 40, chains: 50, seed: 7 })
  const logZ = [forward!, reverse!].flatMap((e) => [e.logZ, e.standardError, e.effectiveSampleSize])
  const pseudo = await rbm.pseudoLogLikelihood(rows(500), { seed: 8 })
  const small = new RBM({ visible: 20, hidden: 13, seed: 9, weightScale: 1 })
  const numbers = [...logZ, pseudo, (await small.logPartition()).logZ, ...(await rbm.freeEnergy(rows(20)))]
  const parts = { initial: initial(), weights: weights.data, visibleBias, hiddenBias }
  const drawn = { states: states.data, hidden: hidden.data, probabilities: probabilities.data, mean: mean.data }
  const all = Object.entries({ ...parts, ...drawn, numbers: Float64Array.from(numbers) })
  return Object.fromEntries(await Promise.all(all.map(async ([name, data]) => [name, await sha256(data)] as const)))
}

const digests = {
  initial: '9548eca6772d979dfdd5384ad10705022a9f48299f3c7706905395c9cfa2b66d',
  weights: '6aaa42c713981b4708cd889b0d168b67a60d24e2348bb7302b568ada8e6ebf94',
  visibleBias: '711327d573877554bbcd4fff17829d09cbbbfb16981e9b5e868d349bddfddc3e',
  hiddenBias: '63d6af835da653c5bdcf64c04ded0d0c63ede224591e5f9c268f8e4a9d1469c3',
  states: 'a94a44761b6fbee73cc3b648d5939abf6606bb40c44c50770812a32d8594b9a0',
  hidden: 'a3a9c2e7eae885d90796f1e659ef404604e748bc690bd3295e55349ee3602205',
  probabilities: '665e85a37b30044c3c364d2213fa417a24499822e6b268e3a3c443b8d23f1d61',
  mean: '7281b0c80b6e61972edee0668e980df72cc851e6e6aaad270663522d439b1377',
  numbers: '33e30bcd01e03cf4c4e38e8af30ca4cd825cc65c775338484cba4ca2c16b9803',
}

describe('the bytes of an RBM', () => {
  it.each([1, 2, 7])('are the same with %i threads', async (count) => {
    setThreads(count)
    expect(await everything()).toEqual(digests)
  })

  it('are the same in pieces of any size', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await everything()).toEqual(digests)
  })

  it('are the same for a chain alone', async () => {
    const rbm = await trained()
    const all = await rbm.sample({ chains: 64, sweeps: 20, seed: 5 })
    const alone = await rbm.sample({ chains: 1, firstChain: 17, sweeps: 20, seed: 5 })
    expect(alone.states.data).toEqual(all.states.data.slice(17 * VISIBLE, 18 * VISIBLE))
    expect(alone.hidden.data).toEqual(all.hidden.data.slice(17 * HIDDEN, 18 * HIDDEN))
    expect(alone.probabilities.data).toEqual(all.probabilities.data.slice(17 * VISIBLE, 18 * VISIBLE))
  })
})
