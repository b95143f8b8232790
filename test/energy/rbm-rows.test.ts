// Probabilities, energies and likelihoods of given rows against sums over all states.

import { describe, expect, it } from 'vitest'
import { RBM } from '#gibbsite'
import * as exact from '../support/enumeration.ts'
import { Family, meanTest, moment } from '../support/statistics.ts'

// Sizes on both sides of the kernels' groups of 4, vectors of 4 to 16 and panels of 32.
const sizes = [
  [1, 1],
  [3, 5],
  [9, 2],
  [7, 6],
] as const

function build(visible: number, hidden: number, scale = 1) {
  const rbm = new RBM({ visible, hidden, seed: 1 })
  const small = exact.smallRbm(visible, hidden, visible * 100 + hidden, scale)
  rbm.setParameters(exact.parametersOf(small))
  return { rbm, small, rows: exact.allStates(visible) }
}

// Fields are sums of at most 40 float32 terms of size 1 to 3: 40 roundings of 2^-24 * 10 give 2e-5 at the very worst.
const FLOAT = 2e-6
// Free energies and their like add such terms in double precision, up to 10 of them.
const SUM = 2e-5

function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++) expect(Math.abs(got[i]! - wanted[i]!), `index ${i}`).toBeLessThan(tolerance)
}

describe.each(sizes)('an RBM of %i x %i', (visible, hidden) => {
  const { rbm, small, rows } = build(visible, hidden)

  it('gives P(h | v)', async () => {
    const { data, shape } = await rbm.hiddenProbabilities(rows)
    expect(shape).toEqual([rows.length, hidden])
    expectClose(
      data,
      rows.flatMap((v) => exact.hiddenGiven(small, v)),
      FLOAT,
    )
  })

  it('gives P(v | h)', async () => {
    const states = exact.allStates(hidden)
    const { data, shape } = await rbm.visibleProbabilities(states)
    expect(shape).toEqual([states.length, visible])
    const turned = turn(small)
    expectClose(
      data,
      states.flatMap((h) => exact.hiddenGiven(turned, h)),
      FLOAT,
    )
  })

  it('gives energies', async () => {
    const states = exact.allStates(hidden)
    const pairs = rows.flatMap((v) => states.map((h) => [v, h] as const))
    const got = await rbm.energy(
      pairs.map(([v]) => v),
      pairs.map(([, h]) => h),
    )
    // In double precision throughout.
    expectClose(
      got,
      pairs.map(([v, h]) => exact.energy(small, v, h)),
      1e-12,
    )
  })

  it('gives free energies', async () => {
    expectClose(
      await rbm.freeEnergy(rows),
      rows.map((v) => -exact.logWeight(small, v)),
      SUM,
    )
  })

  it('gives the pseudo-likelihood exactly', async () => {
    const wanted = rows.reduce((sum, v) => sum + exact.logPseudoLikelihood(small, v), 0) / rows.length
    expect(Math.abs((await rbm.pseudoLogLikelihood(rows, { flips: 'all' })) - wanted)).toBeLessThan(SUM)
  })

  it('gives log Z exactly', async () => {
    const { logZ, lower, upper, method } = await rbm.logPartition()
    expect(method).toBe('exact')
    // In double precision throughout.
    expect(Math.abs(logZ - exact.visibleDistribution(small).logZ)).toBeLessThan(1e-12 * Math.max(1, Math.abs(logZ)))
    expect([lower, upper]).toEqual([logZ, logZ])
  })

  it('gives log-likelihoods', async () => {
    const { p } = exact.visibleDistribution(small)
    const wanted = p.reduce((sum, x) => sum + Math.log(x), 0) / p.length
    const { mean, lower, upper } = await rbm.logLikelihood(rows)
    expect(Math.abs(mean - wanted)).toBeLessThan(SUM)
    expect([lower, upper]).toEqual([mean, mean])
  })
})

/** The same model with its layers exchanged. */
function turn({ visible, hidden, weights, visibleBias, hiddenBias }: exact.SmallRbm): exact.SmallRbm {
  const turned = new Float32Array(weights.length)
  for (let i = 0; i < visible; i++) {
    for (let j = 0; j < hidden; j++) turned[j * visible + i] = weights[i * hidden + j]!
  }
  return { visible: hidden, hidden: visible, weights: turned, visibleBias: hiddenBias, hiddenBias: visibleBias }
}

describe('rows of an RBM', () => {
  it('may hold probabilities: fields are linear in them', async () => {
    const { rbm, small } = build(5, 3)
    const row = [0.25, 0, 1, 0.5, 0.75]
    const fields = Array.from({ length: 3 }, (_, j) =>
      row.reduce((sum, x, i) => sum + x * small.weights[i * 3 + j]!, small.hiddenBias[j]!),
    )
    expectClose((await rbm.hiddenProbabilities([row])).data, fields.map(exact.sigmoid), FLOAT)
    const softplus = fields.reduce((sum, z) => sum + Math.log1p(Math.exp(z)), 0)
    const linear = row.reduce((sum, x, i) => sum + x * small.visibleBias[i]!, 0)
    expectClose(await rbm.freeEnergy([row]), [-linear - softplus], SUM)
  })

  it('are reconstructed without noise: P(v | P(h | v))', async () => {
    const { rbm } = build(7, 6)
    const rows = exact.allStates(7).slice(30, 40)
    const there = await rbm.hiddenProbabilities(rows)
    expect((await rbm.reconstruct(rows)).data).toEqual((await rbm.visibleProbabilities(there)).data)
  })

  it('give the same numbers alone and among others', async () => {
    const { rbm, rows } = build(9, 2)
    const all = await rbm.hiddenProbabilities(rows)
    const energies = await rbm.freeEnergy(rows)
    for (const r of [0, 17, 300, 511]) {
      const alone = await rbm.hiddenProbabilities(rows[r]!)
      expect(alone.data).toEqual(all.data.slice(2 * r, 2 * r + 2))
      expect((await rbm.freeEnergy([rows[r]!]))[0]).toBe(energies[r])
    }
  })

  it('have layers of several panels: 70 x 45 against plain sums', async () => {
    const [visible, hidden] = [70, 45]
    const small = exact.smallRbm(visible, hidden, 5, 0.3)
    const rbm = new RBM({ visible, hidden, seed: 1 })
    rbm.setParameters(exact.parametersOf(small))
    const next = exact.uniforms(9)
    const rows = Array.from({ length: 20 }, () => Array.from({ length: visible }, () => Number(next() < 0.3)))
    const fields = rows.map((v) =>
      Array.from({ length: hidden }, (_, j) =>
        v.reduce((sum, x, i) => sum + x * small.weights[i * hidden + j]!, small.hiddenBias[j]!),
      ),
    )
    expectClose((await rbm.hiddenProbabilities(rows)).data, fields.flat().map(exact.sigmoid), FLOAT)
    const wanted = rows.map((v, r) => {
      const linear = v.reduce((sum, x, i) => sum + x * small.visibleBias[i]!, 0)
      return -linear - fields[r]!.reduce((sum, z) => sum + Math.log1p(Math.exp(z)), 0)
    })
    expectClose(await rbm.freeEnergy(rows), wanted, 1e-4)
  })

  it('tell training from new data by the gap of free energies', async () => {
    const { rbm, rows } = build(7, 6)
    const [a, b] = [rows.slice(0, 50), rows.slice(50)]
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length
    const wanted = mean(await rbm.freeEnergy(b)) - mean(await rbm.freeEnergy(a))
    expect(await rbm.freeEnergyGap(a, b)).toBe(wanted)
  })
})

describe('the estimated pseudo-likelihood', () => {
  it('is unbiased', async () => {
    const { rbm, small } = build(9, 2)
    const row = exact.bits(333, 9)
    // 4000 copies of a row, one random unit each: independent estimates.
    const wanted = exact.logPseudoLikelihood(small, row)
    const estimates = await Promise.all(
      Array.from({ length: 4000 }, (_, seed) => rbm.pseudoLogLikelihood([row], { flips: 1, seed })),
    )
    const family = new Family()
    family.add('mean', meanTest(estimates, wanted, moment(estimates, 2, wanted)))
    expect(family.failures()).toEqual([])
  })

  it('is a function of the seed, and exact when all units are looked at', async () => {
    const { rbm, rows } = build(9, 2)
    const once = await rbm.pseudoLogLikelihood(rows, { flips: 3, seed: 4 })
    expect(await rbm.pseudoLogLikelihood(rows, { flips: 3, seed: 4 })).toBe(once)
    expect(await rbm.pseudoLogLikelihood(rows, { flips: 3, seed: 5 })).not.toBe(once)
    expect(await rbm.pseudoLogLikelihood(rows, { flips: 9, seed: 4 })).toBe(
      await rbm.pseudoLogLikelihood(rows, { flips: 'all' }),
    )
  })
})

describe('exact log Z', () => {
  it.each([
    [14, 30],
    [30, 14],
  ])('of %i x %i sums over the smaller layer, in parts', async (visible, hidden) => {
    const small = exact.smallRbm(visible, hidden, 3, 0.5)
    const rbm = new RBM({ visible, hidden, seed: 1 })
    rbm.setParameters(exact.parametersOf(small))
    const progress: number[] = []
    const { logZ } = await rbm.logPartition({ method: 'exact', onProgress: ({ done }) => progress.push(done) })
    expect(Math.abs(logZ - sumOverSmallerLayer(small))).toBeLessThan(1e-11)
    expect(progress.at(-1)).toBe(4)
  })
})

function sumOverSmallerLayer(small: exact.SmallRbm): number {
  const one = small.hidden <= small.visible ? turn(small) : small
  const weight = (v: number[]) => {
    const linear = v.reduce((sum, x, i) => sum + x * one.visibleBias[i]!, 0)
    const fields = Array.from({ length: one.hidden }, (_, j) =>
      v.reduce((sum, x, i) => sum + x * one.weights[i * one.hidden + j]!, one.hiddenBias[j]!),
    )
    return linear + fields.reduce((sum, z) => sum + Math.log1p(Math.exp(z)), 0)
  }
  return logSum(exact.allStates(one.visible).map(weight))
}

function logSum(values: number[]): number {
  const most = values.reduce((a, b) => Math.max(a, b))
  return most + Math.log(values.reduce((sum, x) => sum + Math.exp(x - most), 0))
}
