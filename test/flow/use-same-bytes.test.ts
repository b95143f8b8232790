// Same seed, same bytes: the digests below are those of every backend, number of threads and size of pieces.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { current, glow, nice, oneHot, realNVP, setThreads } from '#gibbsite'
import { shaken } from '../support/flows.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

async function everything(): Promise<Record<string, string>> {
  // Of networks above and below the size from which products use all threads.
  const wide = shaken(nice({ dim: 50, couplings: 3, hidden: [200, 190], seed: 1 }), 0.02)
  const small = shaken(realNVP({ dim: 3, couplings: 6, hidden: [16, 16], context: 2, seed: 2 }), 0.2)
  const images = shaken(glow({ shape: [8, 12], levels: 2, steps: 2, hidden: [12, 10], seed: 3 }), 0.03)
  const scales = shaken(realNVP({ shape: [8, 8], couplings: 2, levels: 1, hidden: [8, 8], seed: 4 }), 0.03)
  const context = oneHot(
    Array.from({ length: 700 }, (_, i) => i % 2),
    2,
  )
  const samples = {
    wide: await wide.sample(300, { seed: 5 }),
    small: await small.sample(700, { seed: 6, context, temperature: 0.7 }),
    images: await images.sample(20, { seed: 7 }),
    scales: await scales.sample(20, { seed: 8 }),
  }
  const known = Array.from({ length: 96 }, (_, i) => i < 40)
  const inpainted = await images.inpaint(samples.images, known, { steps: 3, restarts: 2, seed: 9 })
  const ways = await wide.interpolate(samples.wide.data.subarray(0, 50), samples.wide.data.subarray(50, 100))
  const logs = [await small.logProb(samples.small, { context }), await scales.logProb(samples.scales)]
  const { layers, flow } = await small.check({ seed: 10, context: [[0, 1]] })
  // Log-determinants are held against logarithms of the JavaScript engine's.
  const checks = [...layers, flow].map(({ roundTrip }) => roundTrip)
  const all = {
    ...Object.fromEntries(Object.entries(samples).map(([name, { data }]) => [name, data])),
    ...{ inpainted: inpainted.data, trace: inpainted.trace.data, ways: ways.data },
    ...{ smallLogs: logs[0]!, logs: logs[1]!, spectrum: wide.spectrum().scale, checks: Float64Array.from(checks) },
  }
  return Object.fromEntries(
    await Promise.all(Object.entries(all).map(async ([name, data]) => [name, await sha256(data)] as const)),
  )
}

const digests = {
  checks: '5df1ebf7ffef361a904ce9f40d0c49efc4b042081c3a3feee80f4e04fdcc22fe',
  images: 'd723158eeeea0ecbfb9c78d9aeca8e8384353610cf14ad10d5f02d672e6db0a9',
  inpainted: '94b85eb6fd0f00a32736803628d9d861ad92110b0abbde3a3987deb644258e28',
  logs: '77e6a70e3624fdba3f0641b82f0e96abbf896be67df0a302a284964d0ec85785',
  scales: '9a85963334412918b6a727ed27ef39a72ea908a4598be4806bcda4a38735fa47',
  small: 'b95fe7d2ed88be832a5a643382f1e6429ee018f8a727f781161a5af160e0520e',
  smallLogs: 'fdf1a037fa867590c79f8724641a00c8fe74fa8edbc6d6118f27419d66f42846',
  spectrum: '58fe6f5ff04eb499339686fc5c7f3b5c553500ddaf697ebc40e2fe7c4841b1cd',
  trace: '3dd78b957b89a32f9b0ab12f7d8caa17c5a01574c59da27973ae7d9da887ea1a',
  ways: '0461e2f4b6e3f199dec3b01238fa9f86ee83fc4f8f99822000dbe0b9f6bd9c71',
  wide: 'd4911532e309b9366f743a501e6ca33f9a24212ca2e3c6fefed7b2148113a51c',
}

describe('what a flow is used for', () => {
  it.each([1, 2, 7])('has the same bytes with %i threads', async (count) => {
    setThreads(count)
    expect(await everything()).toEqual(digests)
  })

  it('has the same bytes in pieces of any size', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await everything()).toEqual(digests)
  })
})
