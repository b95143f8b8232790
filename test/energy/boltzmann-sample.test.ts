// Markov chains of the Boltzmann machine against the law that enumeration gives.

import { describe, expect, it } from 'vitest'
import { AbortError, BoltzmannMachine, type BoltzmannSampleOptions, type Scan } from '#gibbsite'
import { countStates, edgesOf, energyOf, lawOf, optionsOf, type States, smallMachine } from '../support/boltzmann.ts'
import { chiSquareTest, Family } from '../support/statistics.ts'

const CHAINS = 4096
const scans: Scan[] = ['sequential', 'random', 'permutation', 'chromatic']

function pair(units: number, seed: number, states: States, density: number) {
  const small = smallMachine(units, seed, states, 1, density)
  const dense = new BoltzmannMachine({ visible: units, ...optionsOf(small) })
  const sparse = new BoltzmannMachine({
    visible: units,
    states,
    couplings: { edges: edgesOf(small) },
    bias: small.bias,
  })
  return { small, dense, sparse }
}

// Independent chains, of which only the last state is counted. Couplings are weak enough for 40 sweeps to forget the start
// at T = 0.5 (checked: the law after 80 sweeps passes too).
describe.each(['spin', 'binary'] as const)('chains of %s units follow the law', (states) => {
  const { small, dense, sparse } = pair(5, 4, states, 0.6)

  it.each(['heat-bath', 'metropolis'] as const)('free, by %s', async (update) => {
    const family = new Family()
    for (const scan of scans) {
      for (const [t, temperature] of [0.5, 1, 2].entries()) {
        const expected = lawOf(small, temperature).p.map((p) => p * CHAINS)
        for (const [m, machine] of [dense, sparse].entries()) {
          const options = { chains: CHAINS, sweeps: 40, scan, update, temperature, seed: 100 + 10 * t + m }
          const { states: drawn } = await machine.sample(options)
          family.add(`${scan}, T = ${temperature}, machine ${m}`, chiSquareTest(countStates(drawn.data, 5), expected))
        }
      }
    }
    expect(family.failures()).toEqual([])
  })

  it('clamped', async () => {
    const family = new Family()
    const off = states === 'spin' ? -1 : 0
    const clamp = { mask: [1, 0, 0, 1, 0], values: [1, 1, 1, off, 1] }
    const law = lawOf(small, 1, [
      [0, 1],
      [3, off],
    ]) // prettier-ignore
    for (const scan of scans) {
      for (const [m, machine] of [dense, sparse].entries()) {
        const { states: drawn } = await machine.sample({ chains: CHAINS, sweeps: 30, scan, clamp, seed: 7 })
        const counts = countStates(drawn.data, 5)
        const possible = [...law.p.keys()].filter((k) => law.p[k]! > 0)
        expect(counts.every((count, k) => count === 0 || law.p[k]! > 0)).toBe(true)
        family.add(
          `${scan}, machine ${m}`,
          chiSquareTest(
            possible.map((k) => counts[k]!),
            possible.map((k) => law.p[k]! * CHAINS),
          ),
        )
      }
    }
    expect(family.failures()).toEqual([])
  })

  it('along a schedule that ends at a temperature held long enough', async () => {
    const temperature = [...Array.from({ length: 20 }, (_, k) => 5 - 0.2 * k), ...new Array(30).fill(1)]
    const { states: drawn } = await dense.sample({ chains: CHAINS, sweeps: 50, temperature, seed: 3 })
    const family = new Family()
    family.add(
      'schedule',
      chiSquareTest(
        countStates(drawn.data, 5),
        lawOf(small).p.map((p) => p * CHAINS),
      ),
    )
    expect(family.failures()).toEqual([])
  })

  it('with the hidden units of a machine held in their turn', async () => {
    const machine = new BoltzmannMachine({ visible: 3, hidden: 2, ...optionsOf(small) })
    const off = states === 'spin' ? -1 : 0
    const { states: drawn } = await machine.sample({
      chains: CHAINS,
      sweeps: 30,
      clamp: { mask: [1, 1, 1], values: [1, off, 1] },
      seed: 1,
    })
    const law = lawOf(small, 1, [
      [0, 1],
      [1, off],
      [2, 1],
    ]) // prettier-ignore
    const possible = [...law.p.keys()].filter((k) => law.p[k]! > 0)
    const counts = countStates(drawn.data, 5)
    const family = new Family()
    family.add(
      'hidden',
      chiSquareTest(
        possible.map((k) => counts[k]!),
        possible.map((k) => law.p[k]! * CHAINS),
      ),
    )
    expect(family.failures()).toEqual([])
  })
})

describe('sparse and dense machines', () => {
  // Whole couplings have the same unit in both.
  const small = smallMachine(70, 9, 'spin', 4, 0.1)
  const whole = {
    ...small,
    couplings: small.couplings.map((row) => row.map(Math.round)),
    bias: small.bias.map(Math.round),
  }
  const machines = (states: States) => [
    new BoltzmannMachine({ visible: 70, states, couplings: whole.couplings, bias: whole.bias }),
    new BoltzmannMachine({ visible: 70, states, couplings: { edges: edgesOf(whole) }, bias: whole.bias }),
  ]

  it.each<Partial<BoltzmannSampleOptions>>([
    { scan: 'sequential' },
    { scan: 'random' },
    { scan: 'permutation' },
    { scan: 'sequential', update: 'metropolis' },
    { scan: 'permutation', update: 'metropolis' },
    { scan: 'sequential', chains: 3 },
  ])('make the same chains: %j', async (options) => {
    for (const states of ['spin', 'binary'] as const) {
      const [dense, sparse] = machines(states)
      const given = { chains: 50, sweeps: 20, temperature: 3, seed: 2, ...options }
      const [one, other] = [await dense!.sample(given), await sparse!.sample(given)]
      expect(other.states.data).toEqual(one.states.data)
      expect(other.energies).toEqual(one.energies)
    }
  })

  it('colour units so that neighbours differ, and say how many colours', () => {
    const [dense, sparse] = machines('spin')
    expect(dense!.colours).toBe(70)
    expect(sparse!.colours).toBeGreaterThan(1)
    expect(sparse!.colours).toBeLessThan(15)
    const ring = (n: number) => Array.from({ length: n }, (_, i) => [i, (i + 1) % n, 1] as [number, number, number])
    expect(new BoltzmannMachine({ visible: 8, couplings: { edges: ring(8) } }).colours).toBe(2)
    expect(new BoltzmannMachine({ visible: 9, couplings: { edges: ring(9) } }).colours).toBe(3)
    expect(new BoltzmannMachine({ visible: 9, couplings: { edges: [] } }).colours).toBe(1)
  })

  it('have the same couplings from an edge list, compressed rows and a matrix', () => {
    const csr = { offsets: [0, 1, 3, 4], columns: [1, 0, 2, 1], weights: [0.5, 0.5, -2, -2] }
    const given = [
      {
        edges: [
          [1, 0, 0.5],
          [1, 2, -2],
        ] as [number, number, number][],
      },
      { csr },
    ] // prettier-ignore
    for (const couplings of given) {
      const machine = new BoltzmannMachine({ visible: 3, couplings })
      expect([...machine.couplings().data]).toEqual([0, 0.5, 0, 0.5, 0, -2, 0, -2, 0])
    }
  })
})

describe('a run', () => {
  const { small, dense } = pair(40, 6, 'spin', 0.5)

  it('gives energies of its states, and snapshots', async () => {
    const result = await dense.sample({ chains: 5, sweeps: 10, every: 4, seed: 1 })
    const rows = Array.from({ length: 5 }, (_, r) => [...result.states.data.slice(40 * r, 40 * r + 40)])
    for (const [r, row] of rows.entries()) expect(result.energies[r]).toBeCloseTo(energyOf(small, row), 4)
    expect(result.snapshots.map(({ sweep }) => sweep)).toEqual([4, 8, 10])
    expect(result.snapshots[2]!.states.data).toEqual(result.states.data)
    expect((await dense.sample({ chains: 5, sweeps: 8, seed: 1 })).states.data).toEqual(
      result.snapshots[1]!.states.data,
    )
  })

  it.each(scans)('goes on where it ended, and a chain alone is that of the batch (%s)', async (scan) => {
    for (const machine of [dense, pair(40, 6, 'spin', 0.1).sparse]) {
      const whole = await machine.sample({ chains: 40, sweeps: 12, scan, seed: 9 })
      const half = await machine.sample({ chains: 40, sweeps: 5, scan, seed: 9 })
      const rest = await machine.sample({ chains: 40, sweeps: 7, firstSweep: 5, init: half.states, scan, seed: 9 })
      expect(rest.states.data).toEqual(whole.states.data)
      const alone = await machine.sample({ chains: 1, firstChain: 17, sweeps: 12, scan, seed: 9 })
      expect(alone.states.data).toEqual(whole.states.data.slice(17 * 40, 18 * 40))
    }
  })

  it('takes states of either encoding, of all units or of the visible ones', async () => {
    const machine = new BoltzmannMachine({ visible: 38, hidden: 2, ...optionsOf(small) })
    const spins = Int8Array.from({ length: 40 }, (_, i) => (i % 3 ? 1 : -1))
    const bits = spins.map((y) => (y + 1) / 2)
    const run = (init: Int8Array) => machine.sample({ chains: 3, sweeps: 1, init, seed: 4, temperature: 1e-3 })
    expect((await run(bits)).states.data).toEqual((await run(spins)).states.data)
    const clamp = { mask: new Array(38).fill(true), values: spins.slice(0, 38) }
    const { states } = await machine.sample({ chains: 3, sweeps: 3, init: spins.slice(0, 38), clamp, seed: 4 })
    for (let r = 0; r < 3; r++) expect(states.data.slice(40 * r, 40 * r + 38)).toEqual(spins.slice(0, 38))
  })

  it('can be stopped, and keeps a prefix', async () => {
    const stop = new AbortController()
    const run = dense.sample({
      chains: 64,
      sweeps: 2 ** 30,
      seed: 3,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    const error = await run.catch((caught) => caught)
    expect(error).toBeInstanceOf(AbortError)
    const { sweep, states } = error.partial
    expect(sweep).toBeGreaterThan(0)
    // A prefix of a run that long takes as long; the first sweeps of it are checked by the test above.
    expect(states.shape).toEqual([64, 40])
  })
})

describe('retrieval', () => {
  it('gives means whose standard errors are honest', async () => {
    const { small, dense } = pair(6, 3, 'spin', 1)
    const { means } = lawOf(small, 2)
    const cues = { data: new Float32Array(6 * 400).fill(1), shape: [400, 6] }
    const result = await dense.retrieve(cues, { sweeps: 1100, average: 1024, temperature: 2, seed: 5 })
    // 32 batches: t with 31 degrees of freedom, 95 % within 2.04. Over 2,400 values; batch means are a little too short.
    let within = 0
    for (let k = 0; k < 2400; k++) {
      if (Math.abs(result.means.data[k]! - means[k % 6]!) < 2.04 * result.standardErrors.data[k]!) within++
    }
    expect(within / 2400).toBeGreaterThan(0.925)
    expect(within / 2400).toBeLessThan(0.97)
    const { data } = result.means
    for (let k = 0; k < 2400; k++) if (data[k] !== 0) expect(result.states.data[k]).toBe(Math.sign(data[k]!))
  })

  it('completes what is known, and cools', async () => {
    // Two patterns by Hebb's rule: half of one brings back the rest.
    const patterns = [0, 1].map((p) => Array.from({ length: 60 }, (_, i) => ((i * (p + 3) * 7) % 11 < 5 ? 1 : -1)))
    const couplings = patterns[0]!.map((_, i) =>
      patterns[0]!.map((__, j) => (i === j ? 0 : patterns.reduce((sum, xi) => sum + xi[i]! * xi[j]!, 0) / 60)),
    )
    const machine = new BoltzmannMachine({ visible: 60, couplings })
    const known = patterns[0]!.map((_, i) => i < 30)
    const cues = patterns.map((xi) => xi.map((y, i) => (i < 30 ? y : 1)))
    const cooled = { from: 1, to: 0.1 }
    const result = await machine.retrieve(cues, { known, sweeps: 60, average: 20, temperature: cooled, seed: 1 })
    expect([...result.states.data]).toEqual(patterns.flat())
    for (let k = 0; k < 120; k++) if (k % 60 < 30) expect(result.standardErrors.data[k]).toBe(0)
    const plain = await machine.retrieve(cues, { known, sweeps: 60, average: 1, temperature: cooled, seed: 1 })
    expect([...plain.states.data]).toEqual(patterns.flat())
    expect(plain.standardErrors.data.every(Number.isNaN)).toBe(true)
  })
})
