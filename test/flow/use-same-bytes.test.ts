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
  const checks = [...layers, flow].flatMap(({ roundTrip, logDet }) => [roundTrip, Math.fround(logDet)])
  const all = {
    ...Object.fromEntries(Object.entries(samples).map(([name, { data }]) => [name, data])),
    ...{ inpainted: inpainted.data, trace: inpainted.trace.data, ways: ways.data },
    ...{ smallLogs: logs[0]!, logs: logs[1]!, spectrum: wide.spectrum().scale, checks: Float64Array.from(checks) },
  }
  return Object.fromEntries(
    await Promise.all(Object.entries(all).map(async ([name, data]) => [name, await sha256(data)] as const)),
  )
}

const digests = {}

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
