// Training of Gaussian RBMs: that it learns from data in any units, stays in bounds, stops and goes on where it stopped.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type AbortError,
  type DivergenceError,
  type GaussianFitOptions,
  type GaussianFitResult,
  GaussianRBM,
} from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { clusters, diagonalBaseline } from '../support/gaussian-rbm.ts'

afterEach(() => vi.restoreAllMocks())

type Rows = number[][]

const moved = (rows: Rows, scale: number, offset: number): Rows =>
  rows.map((row) => row.map((v) => Math.fround(offset + scale * v)))

async function trained(rows: Rows, options: GaussianFitOptions = {}, hidden = 8): Promise<GaussianRBM> {
  const rbm = new GaussianRBM({ visible: rows[0]!.length, hidden, seed: 1 })
  await rbm.fit(rows, { epochs: 60, seed: 2, ...options })
  return rbm
}

describe('learning', () => {
  const rows = clusters(2000, 6, 4, 0.3, 5).map((row) => row.map(Math.fround))
  const test = clusters(1000, 6, 4, 0.3, 5).map((row) => row.map(Math.fround))

  it.each([
    ['of mean 0 and variance 1', 1, 0],
    ['of mean 1000 and deviation 50', 50, 1000],
    ['of 0 .. 255', 40, 128],
    ['of tens of thousands', 1e4, -3e4],
    ['of thousandths', 1e-3, 0.01],
  ])('gains a nat and a half over independent Gaussians on data %s', async (_, scale, offset) => {
    const data = moved(rows, scale, offset)
    const { mean } = await (await trained(data)).logLikelihood(moved(test, scale, offset))
    expect(mean).toBeGreaterThan(diagonalBaseline(data) + 1.5)
    // The clusters themselves, each certain, are the best that can be.
    const best = -6 * (Math.log(0.3 * scale) + 0.5 * Math.log(2 * Math.PI * Math.E)) - Math.log(4)
    expect(mean).toBeLessThan(best + 0.3)
  })

  it('by contrastive divergence gains too', async () => {
    const rbm = await trained(rows, { method: 'cd', sweeps: 5, epochs: 30 })
    expect((await rbm.logLikelihood(test)).mean).toBeGreaterThan(diagonalBaseline(rows) + 1)
  })

  it('does the same whatever the units', async () => {
    const plain = await trained(rows, { epochs: 20 })
    // Powers of two change no rounding at all.
    const halved = await trained(moved(rows, 0.5, 0), { epochs: 20 })
    const [a, b] = [plain.parameters(), halved.parameters()]
    for (const name of ['weights', 'visibleBias', 'hiddenBias', 'sigma'] as const) expect(b[name]).toEqual(a[name])
    expect(b.scale).toEqual(a.scale.map((s) => s / 2))
    expect(b.offset).toEqual(a.offset.map((o) => o / 2))
    const raw = (await trained(moved(rows, 50, 1000), { epochs: 20 })).parameters()
    for (const [k, w] of a.weights.data.entries()) expect(raw.weights.data[k]).toBeCloseTo(w, 2)
    for (const [i, s] of a.sigma.entries()) expect(raw.sigma[i]).toBeCloseTo(s, 3)
  })

  it('of a single Gaussian ends at it', async () => {
    const plain = clusters(4000, 3, 1, 2, 7).map((row) => row.map(Math.fround))
    const rbm = await trained(plain, { epochs: 30 }, 4)
    expect((await rbm.logLikelihood(plain)).mean).toBeCloseTo(diagonalBaseline(plain), 1)
  })

  it('learns sigma within its range only, and not at all when told so', async () => {
    const range = async (options: GaussianFitOptions) =>
      (await trained(rows, { epochs: 30, ...options })).parameters().sigma
    const bounded = await range({ sigmaRange: [0.75, 0.9] })
    expect(Math.min(...bounded)).toBe(0.75)
    expect(Math.max(...bounded)).toBeLessThanOrEqual(Math.fround(0.9))
    const tight = await range({ sigmaRate: 10, learningRate: 0.5 })
    expect(Math.min(...tight)).toBeGreaterThanOrEqual(Math.fround(0.05))
    expect(Math.max(...tight)).toBeLessThanOrEqual(2)
    expect(await range({ learnSigma: false })).toEqual(new Float32Array(6).fill(1))
  })

  it.each([{}, { momentum: 0.9 }, { method: 'cd' as const }, { batch: 7 }, { sigmaRange: [1e-4, 1e4] as const }])(
    'keeps its head at high rates with %j',
    async (options) => {
      for (const outliers of [false, true]) {
        const data = outliers ? [...rows.slice(1), [1e5, 0, -1e5, 0, 0, 1]] : rows
        const rbm = await trained(data, { learningRate: 1, epochs: 5, ...options })
        const { mean } = await rbm.logLikelihood(test)
        expect(Number.isFinite(mean)).toBe(true)
        for (const value of rbm.parameters().weights.data) expect(Math.abs(value)).toBeLessThan(1e4)
      }
    },
  )

  it('does not overshoot with many hidden units that go together', async () => {
    const next = clusters(1000, 1, 1, 1, 9)
    const data = clusters(1000, 30, 1, 0.3, 10).map((row, r) => row.map((v) => v + next[r]![0]!))
    const rbm = await trained(data, { learningRate: 0.5, epochs: 10 }, 400)
    expect(Math.max(...rbm.parameters().weights.data.map(Math.abs))).toBeLessThan(1)
    const { states } = await rbm.sample({ chains: 200, sweeps: 100, seed: 3 })
    const { offset, scale } = rbm.parameters()
    const far = states.data.map((v, k) => Math.abs(v - offset[k % 30]!) / scale[k % 30]!)
    expect(Math.max(...far)).toBeLessThan(10)
  })

  it('takes constant columns', async () => {
    const data = rows.map(([a, b]) => [a!, 1000.1, b!, 0])
    const rbm = await trained(data, { epochs: 30 }, 4)
    const { offset, scale, sigma } = rbm.parameters()
    const smallest = Math.min(scale[0]!, scale[2]!)
    expect(offset[1]).toBe(Math.fround(1000.1))
    expect([scale[1], scale[3]]).toEqual([smallest, smallest])
    expect(sigma[1]).toBeLessThan(0.5)
    const { states } = await rbm.sample({ chains: 50, sweeps: 20, seed: 1 })
    for (let r = 0; r < 50; r++) expect(Math.abs(states.data[4 * r + 3]!)).toBeLessThan(2 * smallest)
    expect(Number.isFinite((await rbm.logLikelihood(data)).mean)).toBe(true)
    const nothing = await trained(
      [
        [5, 5],
        [5, 5],
      ],
      { epochs: 3 },
      2,
    )
    expect(nothing.parameters().scale).toEqual(Float32Array.of(1, 1))
  })

  it('takes its units from the data in a fresh model only', async () => {
    const rbm = await trained(rows, { epochs: 1 })
    const { offset, scale } = rbm.parameters()
    await rbm.fit(moved(rows, 2, 1), { epochs: 1, seed: 3 })
    expect(rbm.parameters()).toMatchObject({ offset, scale })
    const copy = new GaussianRBM({ visible: 6, hidden: 8, seed: 1, sigma: 0.5 })
    copy.setParameters({ hiddenBias: new Float32Array(8) })
    await copy.fit(rows, { epochs: 1, learningRate: 0, seed: 3 })
    expect(copy.parameters()).toMatchObject({ offset: new Float32Array(6), scale: new Float32Array(6).fill(1) })
    expect(copy.parameters().sigma).toEqual(new Float32Array(6).fill(0.5))
  })
})

const data = { data: Float32Array.from(clusters(230, 35, 3, 0.5, 8).flat(), (v) => 20 + 3 * v), shape: [230, 35] }
const usual: GaussianFitOptions = { epochs: 4, batch: 20, seed: 5 }
const model = () => new GaussianRBM({ visible: 35, hidden: 33, seed: 2, sigma: 0.8 })

// Every option that has state, on data whose last batch is smaller than the others.
describe.each<[string, GaussianFitOptions]>([
  ['pcd', { chains: 30, momentum: 0.5 }],
  ['cd', { method: 'cd', sweeps: 2, weightDecay: 0.001, learningRate: { initial: 0.1, final: 0.01 } }],
  [
    'pcd, sigma fixed',
    { chains: 7, learnSigma: false, learningRate: { initial: 0.1, final: 0.02, schedule: 'exponential' } },
  ],
])('a training by %s', (_, extra) => {
  const options = { ...usual, ...extra }

  it('gives the same bytes again, in pieces of any size, and another seed gives others', async () => {
    const [a, b, c] = [model(), model(), model()]
    await a.fit(data, options)
    await c.fit(data, { ...options, seed: 6 })
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    await b.fit(data, options)
    expect(firstDifference(b.toBytes(), a.toBytes())).toBe(-1)
    expect(c.parameters()).not.toEqual(a.parameters())
  })

  it('gives the same bytes when it is aborted, saved, loaded and resumed again and again', async () => {
    const whole = model()
    await whole.fit(data, options)
    let rbm = model()
    let steps = 0
    for (let tries = 0; steps < 48; tries++) {
      const stop = new AbortController()
      // By this clock a step takes 37 ms: pieces are of one step, and a report, which stops the run, is due every third.
      let clock = tries * 17
      const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 37))
      const run = rbm.fit(data, {
        ...(tries === 0 ? options : { resume: true }),
        signal: stop.signal,
        onProgress: () => stop.abort(),
      })
      const result = await run.then(
        (done) => done,
        (error: unknown) => {
          expect((error as Error).name).toBe('AbortError')
          return (error as AbortError<GaussianFitResult>).partial!
        },
      )
      now.mockRestore()
      steps = result.steps
      expect(rbm.training).toMatchObject({ epoch: Math.floor(steps / 12), step: steps % 12 })
      rbm = GaussianRBM.fromBytes(rbm.toBytes())
    }
    expect(firstDifference(rbm.toBytes(), whole.toBytes())).toBe(-1)
  })
})

describe('a training', () => {
  it('can be gone through epoch by epoch, and left', async () => {
    const rbm = model()
    const seen: number[] = []
    for await (const { epoch, epochs, learningRate } of rbm.fit(data, usual)) {
      expect([epochs, learningRate > 0]).toEqual([4, true])
      expect(rbm.training).toMatchObject({ epoch, step: 0 })
      seen.push(epoch)
      if (epoch === 2) break
    }
    expect(seen).toEqual([1, 2])
    const [whole, { history }] = [model(), await rbm.fit(data, { resume: true })]
    expect(history.map(({ epoch }) => epoch)).toEqual([3, 4])
    await whole.fit(data, usual)
    expect(firstDifference(rbm.toBytes(), whole.toBytes())).toBe(-1)
  })

  it('that diverges keeps the parameters before the step, and says which', async () => {
    const rbm = model()
    const error = (await rbm
      .fit(data, { ...usual, learningRate: 0.1, weightDecay: 1e3 })
      .catch((e: unknown) => e)) as DivergenceError
    expect(error.name).toBe('DivergenceError')
    expect(rbm.training).toMatchObject({ epoch: Math.floor(error.step / 12), step: error.step % 12 })
    expect((await rbm.freeEnergy(data)).every(Number.isFinite)).toBe(true)
  })

  it('does not disturb readers', async () => {
    const rbm = model()
    await rbm.fit(data, { ...usual, epochs: 1 })
    const still = GaussianRBM.fromBytes(rbm.toBytes())
    const run = rbm.fit(data, { resume: true, epochs: 30 })
    const { states } = await rbm.sample({ chains: 20, sweeps: 200, seed: 9 })
    expect(states.data).toEqual((await still.sample({ chains: 20, sweeps: 200, seed: 9 })).states.data)
    await run
  })
})
