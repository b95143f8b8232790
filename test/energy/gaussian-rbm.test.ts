// The Gaussian RBM against its density written out as a mixture: likelihoods, the learning gradient, samples.

import { describe, expect, it } from 'vitest'
import { type AbortError, current, GaussianRBM, type GaussianSampleResult, type Matrix } from '#gibbsite'
import { allStates, stateNumber, uniforms } from '../support/enumeration.ts'
import * as exact from '../support/gaussian-rbm.ts'
import {
  average,
  chiSquareTest,
  Family,
  kolmogorovSmirnovTest,
  meanTest,
  moment,
  normalCdf,
} from '../support/statistics.ts'

function modelOf(small: exact.SmallGaussian): GaussianRBM {
  const rbm = new GaussianRBM({ visible: small.visible, hidden: small.hidden, seed: 1 })
  rbm.setParameters(exact.parametersOf(small))
  return rbm
}

describe('log Z', () => {
  it.each([1, 2])('is the integral over %i visible units', async (visible) => {
    const small = exact.smallGaussian(visible, 3, 10 + visible)
    const integral = exact.integratedLogZ(small, visible === 1 ? 4000 : 300)
    expect(exact.mixtureOf(small).logZ).toBeCloseTo(integral, 9)
    expect(await modelOf(small).logPartition()).toBeCloseTo(integral, 9)
  })

  it.each([1, 5, 6, 7, 11])('is the sum over the states of %i hidden units', async (hidden) => {
    const small = exact.smallGaussian(9, hidden, hidden, 0.7)
    expect(await modelOf(small).logPartition()).toBeCloseTo(exact.mixtureOf(small).logZ, 9)
  })

  it('of 18 independent hidden units is in closed form', async () => {
    // Each hidden unit moves a visible unit of its own.
    const [n, weight] = [18, 1.5]
    const rbm = new GaussianRBM({ visible: n, hidden: n, seed: 1 })
    const weights = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? weight : 0)))
    rbm.setParameters({ weights })
    const each = 0.5 * Math.log(2 * Math.PI) + Math.log(1 + Math.exp(weight ** 2 / 2))
    expect(await rbm.logPartition()).toBeCloseTo(n * each, 9)
  })
})

describe('rows', () => {
  const small = exact.smallGaussian(5, 4, 3)
  const rbm = modelOf(small)
  const rows = exact.clusters(40, 5, 3, 0.5, 4).map((row) => row.map(Math.fround))

  it('have the energies and free energies of the formulas', async () => {
    const states = rows.map((_, r) => allStates(4)[r % 16]!)
    const energies = await rbm.energy(rows, states)
    const free = await rbm.freeEnergy(rows)
    rows.forEach((row, r) => {
      expect(energies[r]).toBeCloseTo(exact.energy(small, row, states[r]!), 4)
      expect(free[r]).toBeCloseTo(-exact.logDensity(small, row, 0), 4)
    })
  })

  it('have the conditional probabilities and means of the formulas', async () => {
    const { data } = await rbm.hiddenProbabilities(rows)
    rows.forEach((row, r) => {
      for (const [j, p] of exact.hiddenGiven(small, row).entries()) expect(data[4 * r + j]).toBeCloseTo(p, 5)
    })
    const { components } = exact.mixtureOf(small)
    const means = await rbm.visibleMeans(components.map(({ h }) => [...h]))
    for (const [k, c] of components.entries()) {
      for (const [i, mean] of c.means.entries()) expect(means.data[5 * k + i]).toBeCloseTo(mean, 5)
    }
    const back = await rbm.visibleMeans(await rbm.hiddenProbabilities(rows))
    expect((await rbm.reconstruct(rows)).data).toEqual(back.data)
  })

  it('have the log-likelihood of the mixture, with a standard error', async () => {
    const likelihood = await rbm.logLikelihood(rows)
    expect(likelihood.mean).toBeCloseTo(exact.logLikelihood(small, rows), 5)
    const each = rows.map((row) => exact.logDensity(small, row))
    const spread = moment(each, 2, average(each)) * (each.length / (each.length - 1))
    expect(likelihood.standardError).toBeCloseTo(Math.sqrt(spread / each.length), 5)
    expect(await rbm.logLikelihood(rows, { logZ: likelihood.logZ })).toEqual(likelihood)
  })
})

describe('the learning gradient', () => {
  const small = { ...exact.smallGaussian(3, 4, 21), sigma: [0.5, 0.75, 0.875] }
  const rows = exact.clusters(30, 3, 3, 0.5, 22)

  it.each(['weights', 'visibleBias', 'hiddenBias', 'logSigma'] as const)(
    'of %s is that of finite differences',
    (name) => {
      const [analytic, step] = [exact.gradient(small, rows)[name], 1e-4]
      analytic.forEach((slope, k) => {
        const moved = (by: number): exact.SmallGaussian => {
          if (name === 'logSigma')
            return { ...small, sigma: small.sigma.map((s, i) => (i === k ? s * Math.exp(by) : s)) }
          return { ...small, [name]: small[name].map((value, i) => (i === k ? value + by : value)) }
        }
        const difference = exact.logLikelihood(moved(step), rows) - exact.logLikelihood(moved(-step), rows)
        expect(difference / (2 * step)).toBeCloseTo(slope, 6)
      })
    },
  )

  const next = uniforms(23)
  const { components } = exact.mixtureOf(small)
  const drawState = (): number => {
    let left = next()
    return components.findIndex(({ share }) => (left -= share) < 0)
  }

  // One step whose chains start at exact draws of the hidden layer, so that the model's half has the exact expectation.
  // The velocities are the gradient times the rate; sigma is below 1, where that of log sigma is times sigma^2 too.
  const rate = 2 ** -10
  function step(number: number, lambda: readonly number[]) {
    const units = rows.flatMap((row) => row.map((v, i) => (v - small.offset[i]!) / small.scale[i]!))
    const chains = Uint32Array.from({ length: 200 }, drawState)
    const moved = { weights: 12, visibleBias: 3, hiddenBias: 4, logSigma: 3 }
    const velocity = Object.values(moved).map((n) => new Float32Array(n))
    const parameters = [small.weights, small.visibleBias, small.hiddenBias, small.sigma].map((p) =>
      Float32Array.from(p),
    )
    current().kernels.gaussianRbmTrain(
      ...([
        Float32Array.from(units),
        rows.length,
        Float32Array.of(rate),
        0,
        0,
        1,
        0.05,
        2,
        1,
        0,
        7,
        8,
        number,
      ] as const),
      ...(parameters as [Float32Array, Float32Array, Float32Array, Float32Array]),
      ...(velocity as [Float32Array, Float32Array, Float32Array, Float32Array]),
      ...([Float32Array.from(lambda), chains] as const),
    )
    return velocity.flatMap((values) => [...values].map((v) => v / rate))
  }

  it.each([
    ['without offsets', [0, 0, 0, 0]],
    ['centred', [0.5, 0.25, 0.75, 0.125]],
  ])('is the expectation of a step of training, %s', (_, lambda) => {
    const slopes = exact.gradient(small, rows)
    const times = (values: readonly number[], width: number) =>
      values.map((value, k) => value * small.sigma[Math.floor(k / width)]! ** 2)
    const x = times(slopes.visibleBias, 1)
    const weights = times(slopes.weights, 4).map((value, k) => value - x[Math.floor(k / 4)]! * lambda[k % 4]!)
    const visibleBias = x.map((value, i) => value - lambda.reduce((sum, l, j) => sum + l * weights[4 * i + j]!, 0))
    const wanted = [...weights, ...visibleBias, ...slopes.hiddenBias, ...times(slopes.logSigma, 1)]
    const steps = Array.from({ length: 300 }, (_, number) => step(number, lambda))
    const family = new Family()
    wanted.forEach((value, k) => {
      const seen = steps.map((all) => all[k]!)
      family.add(`${k}`, meanTest(seen, value, moment(seen, 2, average(seen))))
    })
    expect(family.failures()).toEqual([])
  })
})

describe('samples', () => {
  const small = exact.smallGaussian(2, 3, 31, 1.2)
  const rbm = modelOf(small)

  it('follow the mixture', async () => {
    const chains = 20_000
    const { states, means, hidden } = await rbm.sample({ chains, sweeps: 60, seed: 1 })
    const { components } = exact.mixtureOf(small)
    const family = new Family()
    const column = (i: number) => Array.from({ length: chains }, (_, r) => states.data[2 * r + i]!)
    const mean = (value: (c: exact.Component) => number) => components.reduce((sum, c) => sum + c.share * value(c), 0)
    for (const i of [0, 1]) {
      const centre = mean((c) => c.means[i]!)
      const variance = mean((c) => c.deviations[i]! ** 2 + (c.means[i]! - centre) ** 2)
      family.add(`distribution of ${i}`, kolmogorovSmirnovTest(column(i), exact.marginalCdf(small, i)))
      family.add(`mean of ${i}`, meanTest(column(i), centre, variance))
    }
    const product = Array.from({ length: chains }, (_, r) => states.data[2 * r]! * states.data[2 * r + 1]!)
    const crossed = mean((c) => c.means[0]! * c.means[1]!)
    family.add('product', meanTest(product, crossed, moment(product, 2, average(product))))
    const counts = new Array<number>(8).fill(0)
    for (let r = 0; r < chains; r++) counts[stateNumber(hidden.data.subarray(3 * r, 3 * r + 3))]!++
    family.add(
      'hidden states',
      chiSquareTest(
        counts,
        components.map((c) => c.share * chains),
      ),
    )
    const { deviations } = components[0]!
    // What is left of the states when their means are taken off is the noise.
    const noise = Array.from(states.data, (v, k) => (v - means.data[k]!) / deviations[k % 2]!)
    family.add('noise', kolmogorovSmirnovTest(noise, normalCdf))
    expect(family.failures()).toEqual([])
  })

  it('go on from given states', async () => {
    const far = [1000, -1000]
    const { states } = await rbm.sample({ chains: 3, sweeps: 1, init: far, seed: 1 })
    expect(states.shape).toEqual([3, 2])
    expect(await rbm.sample({ chains: 3, sweeps: 1, init: [far, far, far], seed: 1 })).toMatchObject({ states })
    // The same noise whatever the start, so that the hidden states alone tell it.
    const other = await rbm.sample({ chains: 3, sweeps: 1, init: [-1000, 1000], seed: 1 })
    expect(other.hidden.data).not.toEqual((await rbm.sample({ chains: 3, sweeps: 1, init: far, seed: 1 })).hidden.data)
  })

  it('stop when asked, with the states reached', async () => {
    const stop = new AbortController()
    const run = rbm.sample({
      chains: 100,
      sweeps: 2 ** 40,
      seed: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    const error = (await run.catch((reason: unknown) => reason)) as AbortError<GaussianSampleResult>
    expect(error.name).toBe('AbortError')
    const { sweeps, states } = error.partial!
    expect((await rbm.sample({ chains: 100, sweeps, seed: 2 })).states.data).toEqual(states.data)
  })
})

describe('completion', () => {
  const small = exact.smallGaussian(2, 3, 31, 1.2)
  const rbm = modelOf(small)
  const value = Math.fround(small.offset[0]! + 0.6 * small.scale[0]!)
  const rows = Array.from({ length: 20_000 }, () => [value, 12345])
  const cdf = exact.marginalCdf(small, 1, [value, undefined])

  it('draws what is unknown from its distribution given the known', async () => {
    const { states, mean } = await rbm.complete(rows, [true, false], { sweeps: 60, average: 20, seed: 3 })
    const [drawn, means] = [states, mean].map(({ data }) => rows.map((_, r) => data[2 * r + 1]!)) as [
      number[],
      number[],
    ]
    const family = new Family()
    family.add('distribution', kolmogorovSmirnovTest(drawn, cdf))
    const centre = conditionalMean()
    for (const [name, values] of Object.entries({ drawn, means })) {
      family.add(name, meanTest(values, centre, moment(values, 2, average(values))))
    }
    expect(family.failures()).toEqual([])
    expect(states.data.every((v, k) => k % 2 === 1 || v === value)).toBe(true)
    expect(mean.data.every((v, k) => k % 2 === 1 || v === value)).toBe(true)
  })

  function conditionalMean(): number {
    const weights = exact.mixtureOf(small).components.map(({ share, means, deviations }) => {
      return { weight: share * Math.exp(-((value - means[0]!) ** 2) / (2 * deviations[0]! ** 2)), mean: means[1]! }
    })
    const all = weights.reduce((sum, { weight }) => sum + weight, 0)
    return weights.reduce((sum, { weight, mean }) => sum + (weight / all) * mean, 0)
  }

  it('takes what is known from row to row', async () => {
    const known = [
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ]
    const data = known.map(() => [1.5, -2.5])
    const { mean, states } = await rbm.complete(data, known, { sweeps: 5, seed: 4 })
    const kept = (matrix: Matrix) => known.flat().map((flag, k) => (flag ? matrix.data[k] : 0))
    expect(kept(mean)).toEqual(known.flat().map((flag, k) => (flag ? data.flat()[k] : 0)))
    expect(kept(states)).toEqual(kept(mean))
  })
})
