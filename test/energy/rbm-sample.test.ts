// Samples against the exact distribution of small RBMs, and what a sample depends on.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type AbortError, RBM, type SampleOptions } from '#gibbsite'
import * as exact from '../support/enumeration.ts'
import { chiSquareTest, Family, meanTest, moment, zTest } from '../support/statistics.ts'

function build(visible: number, hidden: number, scale = 1) {
  const rbm = new RBM({ visible, hidden, seed: 1 })
  const small = exact.smallRbm(visible, hidden, 7, scale)
  rbm.setParameters(exact.parametersOf(small))
  return { rbm, small }
}

function counts(states: { data: Uint8Array; shape: readonly [number, number] }): number[] {
  const [rows, units] = states.shape
  const result = new Array(2 ** units).fill(0)
  for (let r = 0; r < rows; r++) result[exact.stateNumber(states.data.subarray(r * units, (r + 1) * units))]++
  return result
}

const CHAINS = 20_000
// The slowest mode of these models decays by more than a half each sweep: after 40 nothing of the start is left.
const SWEEPS = 40

afterEach(() => vi.restoreAllMocks())

describe('samples', () => {
  it('follow P(v)', async () => {
    const { rbm, small } = build(5, 3)
    const { states } = await rbm.sample({ chains: CHAINS, sweeps: SWEEPS, seed: 1 })
    const { p } = exact.visibleDistribution(small)
    const family = new Family()
    family.add(
      'P(v)',
      chiSquareTest(
        counts(states),
        p.map((x) => x * CHAINS),
      ),
    )
    expect(family.failures()).toEqual([])
  })

  it('follow P(v, h) together with the hidden states', async () => {
    const { rbm, small } = build(3, 2)
    const { states, hidden } = await rbm.sample({ chains: CHAINS, sweeps: SWEEPS, seed: 2 })
    const { logZ } = exact.visibleDistribution(small)
    const observed = new Array(32).fill(0)
    for (let r = 0; r < CHAINS; r++) {
      const v = exact.stateNumber(states.data.subarray(3 * r, 3 * r + 3))
      observed[v + 8 * exact.stateNumber(hidden.data.subarray(2 * r, 2 * r + 2))]++
    }
    const expected = exact
      .allStates(5)
      .map((y) => CHAINS * Math.exp(-exact.energy(small, y.slice(0, 3), y.slice(3)) - logZ))
    const family = new Family()
    family.add('P(v, h)', chiSquareTest(observed, expected))
    expect(family.failures()).toEqual([])
  })

  it.each([0, 0.4, 1.7])('follow exp(-beta E) for beta %d', async (beta) => {
    const { rbm, small } = build(4, 3, 0.8)
    const { states } = await rbm.sample({ chains: CHAINS, sweeps: SWEEPS, seed: 3, beta })
    const expected = exact.visibleDistribution(small, beta).p.map((p) => p * CHAINS)
    const family = new Family()
    family.add('P(v)', chiSquareTest(counts(states), expected))
    expect(family.failures()).toEqual([])
  })

  it('follow P(free units | held units)', async () => {
    const { rbm, small } = build(5, 4)
    const mask = [true, false, false, true, false]
    const values = [1, 0, 0, 0, 0]
    const { states, probabilities } = await rbm.sample({
      ...{ chains: CHAINS, sweeps: SWEEPS, seed: 4 },
      clamp: { mask, values },
    })
    const { p } = exact.visibleDistribution(small)
    const allowed = exact.allStates(5).map((v) => v[0] === 1 && v[3] === 0)
    const total = p.reduce((sum, x, k) => sum + (allowed[k] ? x : 0), 0)
    const observed = counts(states)
    expect(observed.every((n, k) => allowed[k] || n === 0)).toBe(true)
    const kept = <T>(list: T[]) => list.filter((_, k) => allowed[k])
    const expected = kept(p).map((x) => (x / total) * CHAINS)
    const family = new Family()
    family.add('P(free | held)', chiSquareTest(kept(observed), expected))
    expect(family.failures()).toEqual([])
    for (let r = 0; r < CHAINS; r++) {
      expect(probabilities.data[5 * r]).toBe(1)
      expect(probabilities.data[5 * r + 3]).toBe(0)
    }
  })

  it('come with the probabilities that they were drawn from', async () => {
    const { rbm } = build(7, 6)
    const { hidden, probabilities } = await rbm.sample({ chains: 50, sweeps: 3, seed: 5 })
    expect(probabilities).toEqual(await rbm.visibleProbabilities(hidden))
  })
})

describe('a sample', () => {
  const base: SampleOptions = { chains: 64, sweeps: 50, seed: 11 }
  const rowsOf = (data: Uint8Array, units: number, first: number, count: number) =>
    data.slice(first * units, (first + count) * units)

  it('depends on the seed alone, which comes with it', async () => {
    const { rbm } = build(40, 35)
    const once = await rbm.sample(base)
    expect(await rbm.sample(base)).toEqual(once)
    expect(once.seed).toBe(11)
    expect((await rbm.sample({ ...base, seed: 12 })).states.data).not.toEqual(once.states.data)
    const { seed } = await rbm.sample({ chains: 2, sweeps: 5 })
    const [a, b] = [await rbm.sample({ chains: 2, sweeps: 5, seed }), await rbm.sample({ chains: 2, sweeps: 5, seed })]
    expect(a).toEqual(b)
    expect((await rbm.sample({ ...base, seed: 2n ** 63n })).seed).toBe(2n ** 63n)
  })

  it('of one chain is what the chain does among others', async () => {
    const { rbm } = build(40, 35)
    const all = await rbm.sample(base)
    const alone = await rbm.sample({ ...base, chains: 1, firstChain: 17 })
    expect(alone.states.data).toEqual(rowsOf(all.states.data, 40, 17, 1))
    expect(alone.hidden.data).toEqual(rowsOf(all.hidden.data, 35, 17, 1))
    expect(alone.probabilities.data).toEqual(all.probabilities.data.slice(17 * 40, 18 * 40))
  })

  it('may be continued', async () => {
    const { rbm } = build(40, 35)
    const all = await rbm.sample(base)
    const first = await rbm.sample({ ...base, sweeps: 13 })
    const rest = await rbm.sample({ ...base, sweeps: 37, firstSweep: 13, init: first.states })
    expect(rest.states).toEqual(all.states)
    expect(rest.hidden).toEqual(all.hidden)
  })

  it('does not depend on the sizes of the pieces', async () => {
    const { rbm } = build(40, 35)
    const all = await rbm.sample(base)
    let clock = 0
    // Pieces seem to take 0 to 60 ms: sizes jump up and down.
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await rbm.sample(base)).toEqual(all)
  })

  it('has snapshots on the way, which are the states of shorter runs', async () => {
    const { rbm } = build(9, 4)
    const { snapshots, ...last } = await rbm.sample({ ...base, every: 20 })
    expect(snapshots.map(({ sweep }) => sweep)).toEqual([20, 40, 50])
    const short = await rbm.sample({ ...base, sweeps: 20 })
    expect(snapshots[0]).toEqual({ sweep: 20, states: short.states, probabilities: short.probabilities })
    expect(snapshots[2]!.states).toEqual(last.states)
    expect((await rbm.sample(base)).snapshots).toEqual([])
  })

  it('starts where it is told, from one row for all chains or one for each', async () => {
    const { rbm } = build(9, 4)
    const row = [1, 0, 1, 0, 1, 0, 1, 0, 1]
    const one = await rbm.sample({ ...base, chains: 3, sweeps: 1, init: row })
    const each = await rbm.sample({ ...base, chains: 3, sweeps: 1, init: [row, row, row] })
    expect(one).toEqual(each)
  })

  it('reports progress up to the end', async () => {
    const { rbm } = build(9, 4)
    const seen: number[] = []
    await rbm.sample({ ...base, onProgress: ({ done, total }) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('stops when aborted, with the states reached so far', async () => {
    const { rbm } = build(40, 35)
    const stop = new AbortController()
    const run = rbm.sample({
      ...{ ...base, sweeps: 1e9, signal: stop.signal },
      onProgress: () => stop.abort('enough'),
    })
    const error = (await run.catch((e) => e)) as AbortError<Awaited<typeof run>>
    expect(error.name).toBe('AbortError')
    expect(error.cause).toBe('enough')
    const { sweep, states, hidden, probabilities } = error.partial!
    expect(sweep).toBeGreaterThan(0)
    const again = await rbm.sample({ ...base, sweeps: sweep })
    expect({ states, hidden, probabilities }).toEqual({
      states: again.states,
      hidden: again.hidden,
      probabilities: again.probabilities,
    })
  })

  it('does not begin under a signal that has fired', async () => {
    const { rbm } = build(9, 4)
    const error = await rbm.sample({ signal: AbortSignal.abort() }).catch((e) => e)
    expect(error.name).toBe('AbortError')
    expect(error.partial).toBeUndefined()
  })

  it('keeps the parameters that it began with', async () => {
    const { rbm } = build(9, 4)
    const wanted = await rbm.sample(base)
    const run = rbm.sample(base)
    rbm.setParameters({ visibleBias: new Float32Array(9).fill(5) })
    expect(await run).toEqual(wanted)
    expect(await rbm.sample(base)).not.toEqual(wanted)
  })
})

describe('completion', () => {
  it('gives the mean of the unknown units given the known ones', async () => {
    const { rbm, small } = build(6, 4)
    const [row, known] = [
      [1, 0, 1, 0, 0, 1],
      [1, 1, 0, 0, 1, 0],
    ]
    const ROWS = 400
    const images = Array.from({ length: ROWS }, () => row)
    const { mean, states } = await rbm.complete(images, known, { sweeps: 60, average: 20, seed: 1 })
    const { p } = exact.visibleDistribution(small)
    const agrees = exact.allStates(6).map((v) => v.every((x, i) => !known[i] || x === row[i]))
    const total = p.reduce((sum, x, k) => sum + (agrees[k] ? x : 0), 0)
    const family = new Family()
    for (let i = 0; i < 6; i++) {
      const column = Array.from({ length: ROWS }, (_, r) => mean.data[6 * r + i]!)
      if (known[i]) {
        expect(new Set(column)).toEqual(new Set([row[i]]))
        expect(states.data[i]).toBe(row[i])
        continue
      }
      const wanted = p.reduce((sum, x, k) => sum + (agrees[k] ? (x * ((k >> i) & 1)) / total : 0), 0)
      family.add(`unit ${i}`, meanTest(column, wanted, moment(column, 2, wanted)))
    }
    expect(family.failures()).toEqual([])
  })

  it('takes a mask for each row; rows with the same mask need not be neighbours', async () => {
    const { rbm } = build(9, 4)
    const images = exact.allStates(9).slice(100, 104)
    const [a, b] = [exact.bits(0b111000111, 9), exact.bits(0b000111000, 9)]
    const mixed = await rbm.complete(images, [a, b, b, a], { sweeps: 20, seed: 3 })
    const [allA, allB] = [
      await rbm.complete(images, a, { sweeps: 20, seed: 3 }),
      await rbm.complete(images, b, { sweeps: 20, seed: 3 }),
    ]
    const row = (result: typeof mixed, r: number) => result.mean.data.slice(9 * r, 9 * r + 9)
    expect([0, 1, 2, 3].map((r) => row(mixed, r))).toEqual([row(allA, 0), row(allB, 1), row(allB, 2), row(allA, 3)])
  })

  it('does not depend on the sizes of the pieces', async () => {
    const { rbm } = build(40, 35)
    const images = [exact.bits(12345, 40), exact.bits(999, 40)]
    const known = Array.from({ length: 40 }, (_, i) => i < 20)
    const once = await rbm.complete(images, known, { seed: 8 })
    expect(once.sweeps).toBe(500)
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await rbm.complete(images, known, { seed: 8 })).toEqual(once)
  })

  it('keeps what it has when aborted', async () => {
    const { rbm } = build(9, 4)
    for (const sweeps of [1e8, 1e8 + 1]) {
      const stop = new AbortController()
      const options = { sweeps, average: sweeps === 1e8 ? 100 : sweeps, seed: 1, signal: stop.signal }
      const run = rbm.complete([exact.bits(77, 9)], exact.bits(15, 9), { ...options, onProgress: () => stop.abort() })
      const { partial } = await run.then(
        () => expect.unreachable(),
        (error: AbortError<Awaited<typeof run>>) => error,
      )
      expect(partial!.sweeps).toBeGreaterThan(0)
      expect(partial!.mean.data.every((x) => x >= 0 && x <= 1)).toBe(true)
      expect(partial!.states.shape).toEqual([1, 9])
    }
  })
})

describe('annealed log Z', () => {
  // Nominal: three standard errors on either side of each of two estimates miss in less than 0.3 % of cases. The errors are
  // themselves estimated, from 60 weights that are not normal, so the promise is 99 of 100.
  it('brackets the exact value in at least 99 % of 200 small models', async () => {
    let inside = 0
    const family = new Family()
    const [forward, reverse]: [number[], number[]] = [[], []]
    for (let k = 0; k < 200; k++) {
      const small = exact.smallRbm(6, 4, 1000 + k, 0.5 + (k % 5) / 2)
      const rbm = new RBM({ visible: 6, hidden: 4, seed: 1 })
      rbm.setParameters(exact.parametersOf(small))
      const { logZ } = exact.visibleDistribution(small)
      const got = await rbm.logPartition({ method: 'ais', steps: 60, chains: 60, seed: k })
      if (got.lower <= logZ && logZ <= got.upper) inside++
      forward.push((got.forward!.logZ - logZ) / got.forward!.standardError)
      reverse.push((got.reverse!.logZ - logZ) / got.reverse!.standardError)
      expect(got.lower).toBeLessThanOrEqual(got.upper)
    }
    expect(inside).toBeGreaterThanOrEqual(198)
    // Both directions err by about their standard errors: the mean square is near 1 (its own error is about 0.15).
    for (const errors of [forward, reverse]) expect(moment(errors, 2)).toBeLessThan(1.6)
    family.add('forward', zTest(errorsMean(forward)))
    family.add('reverse', zTest(errorsMean(reverse)))
    expect(family.failures()).toEqual([])
  })

  const errorsMean = (errors: number[]) => errors.reduce((sum, x) => sum + x, 0) / Math.sqrt(errors.length)

  it('needs no good base, only more steps: any base gives the same value', async () => {
    const { rbm, small } = build(6, 4)
    const { logZ } = exact.visibleDistribution(small)
    for (const base of [
      [[0.9, 0.1, 0.9, 0.1, 0.5, 0]],
      [
        [0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 0],
      ],
    ]) {
      const got = await rbm.logPartition({ method: 'ais', steps: 500, chains: 400, seed: 1, base, reverse: false })
      expect(Math.abs(got.logZ - logZ) / got.standardError).toBeLessThan(4)
      expect(got.upper - got.logZ).toBeCloseTo(3 * got.standardError, 12)
    }
  })

  it('does not depend on the sizes of the pieces, and stops when aborted', async () => {
    const { rbm } = build(9, 4)
    const options = { method: 'ais', steps: 200, chains: 20, seed: 5 } as const
    const once = await rbm.logPartition(options)
    const stopped = await rbm.logPartition({ ...options, steps: 1e7, signal: AbortSignal.timeout(30) }).catch((e) => e)
    expect(stopped.name).toBe('AbortError')
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await rbm.logPartition(options)).toEqual(once)
  })
})

describe('log-likelihood by annealing', () => {
  it('errs upward from log Z and downward from the data, around the exact value', async () => {
    const { rbm, small } = build(8, 5, 1.5)
    const rows = exact.allStates(8).slice(0, 60)
    const { p } = exact.visibleDistribution(small)
    const wanted = rows.reduce((sum, v) => sum + Math.log(p[exact.stateNumber(v)]!), 0) / rows.length
    const got = await rbm.logLikelihood(rows, { method: 'ais', steps: 300, raise: 60, raiseChains: 20, seed: 2 })
    expect(got.lower).toBeLessThan(wanted)
    expect(got.upper).toBeGreaterThan(wanted)
    expect(Math.abs(got.mean - wanted)).toBeLessThan(4 * got.partition.standardError)
    // The logarithm of a mean of 20 weights is low by half their relative variance, here some 0.01.
    expect(Math.abs(got.raise!.mean - wanted)).toBeLessThan(0.1)
    expect(got.raise).toMatchObject({ rows: 60, chains: 20, steps: 300, annealed: got.mean })
  })

  it('takes a log Z that is known', async () => {
    const { rbm } = build(8, 5)
    const rows = exact.allStates(8)
    const partition = await rbm.logPartition({ method: 'ais', steps: 50, seed: 1 })
    const got = await rbm.logLikelihood(rows, { partition })
    expect(got.partition).toEqual(partition)
    const mean = (await rbm.freeEnergy(rows)).reduce((sum, x) => sum + x, 0) / rows.length
    expect(got.mean).toBeCloseTo(-mean - partition.logZ, 12)
    expect(got.raise).toBeUndefined()
  })
})
