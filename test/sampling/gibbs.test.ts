import { afterAll, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  backend,
  DensityError,
  type GibbsOptions,
  gaussianGibbs,
  gibbs,
  normalTarget,
  type SampleRun,
  setThreads,
  summary,
} from '#gibbsite'
import { chainOf, drawsBetween, firstOtherNumber, misses } from '../support/chains.ts'
import { sha256 } from '../support/sha256.ts'
import { normalCdf } from '../support/statistics.ts'

const rho = 0.8
const sd = Math.sqrt(1 - rho * rho)
const pair: GibbsOptions = {
  dim: 2,
  conditionals: [(x, rng) => rng.normal(rho * x[1]!, sd), (x, rng) => rng.normal(rho * x[0]!, sd)],
  init: [0, 0],
  seed: 41,
  warmup: 200,
  draws: 3000,
}
const logDensity = ([x, y]: Float64Array) => -(x! * x! - 2 * rho * x! * y! + y! * y!) / (2 * sd * sd)
const standard = {
  mean: 0,
  variance: 1,
  below: [
    [-1, normalCdf(-1)],
    [0.5, normalCdf(0.5)],
  ] as const,
}

describe('Gibbs sampling with conditionals', () => {
  it.each(['systematic', 'random'] as const)('gives a correlated normal back, %s scan', async (scan) => {
    const run = await gibbs({ ...pair, scan })
    expect(misses(run, { 'x[0]': standard, 'x[1]': standard })).toEqual([])
    const other = run.values('x[1]')
    const products = run.values('x[0]').map((x, k) => x * other[k]!)
    expect(Math.abs(products.reduce((sum, p) => sum + p) / products.length - rho)).toBeLessThan(0.08)
    expect([...run.acceptanceRate]).toEqual([1, 1, 1, 1])
  })

  it('moves coordinates without one by Metropolis steps', async () => {
    const [first] = pair.conditionals!
    for (const conditionals of [[first], [undefined, pair.conditionals![1]], []]) {
      const run = await gibbs({ ...pair, conditionals, logDensity, warmup: 800, draws: 5000 })
      expect(misses(run, { 'x[0]': standard, 'x[1]': standard })).toEqual([])
      for (const rate of run.acceptanceRate) expect(Math.abs(rate - 0.44)).toBeLessThan(0.1)
      const again = run.statistics['logDensity']!.findIndex(
        (value, k) => value !== logDensity(run.data.subarray(2 * k)),
      )
      expect(again).toBe(-1)
    }
  })

  it('draws blocks together, and everything a model needs', async () => {
    // y_k ~ N(mu, 1 / tau) with a flat prior of mu and tau ~ Gamma(2, 1); mu and the pair (tau, b), b ~ Beta(2, 3).
    const y = [1.1, 0.3, 2.2, 1.4, -0.5, 0.9]
    const ybar = y.reduce((sum, value) => sum + value) / y.length
    const squares = y.reduce((sum, value) => sum + (value - ybar) ** 2, 0)
    const run = await gibbs({
      dim: 3,
      names: ['mu', 'tau', 'b'],
      conditionals: [(x, rng) => rng.normal(ybar, 1 / Math.sqrt(y.length * x[1]!))],
      blocks: [
        {
          coordinates: [2, 1],
          sample(x, rng) {
            const sum = y.reduce((total, value) => total + (value - x[0]!) ** 2, 0)
            return [rng.beta(2, 3), rng.gamma(2 + y.length / 2, 1 + sum / 2)]
          },
        },
      ],
      init: [0, 1, 0.5],
      seed: 43,
      draws: 4000,
    })
    // Integrated over mu: tau ~ Gamma(2 + (n - 1) / 2, 1 + squares / 2).
    const [shape, rate] = [2 + (y.length - 1) / 2, 1 + squares / 2]
    const truths = {
      mu: { mean: ybar, variance: rate / ((shape - 1) * y.length) },
      tau: { mean: shape / rate, variance: shape / rate ** 2 },
      b: { mean: 0.4, variance: 0.04 },
    }
    expect(misses(run, truths)).toEqual([])
  })

  it('gives one chain alone, a prefix, and goes on bit-exactly', async () => {
    for (const options of [pair, { ...pair, conditionals: [], logDensity, scan: 'random' as const }]) {
      const whole = await gibbs({ ...options, chains: 5, draws: 60, thin: 2 })
      const alone = await gibbs({ ...options, chains: 1, firstChain: 3, draws: 60, thin: 2 })
      expect(firstOtherNumber(alone.data, chainOf(whole, 3))).toBe(-1)
      const first = await gibbs({ ...options, chains: 5, draws: 25, thin: 2 })
      const second = await gibbs({ ...options, chains: 5, draws: 35, thin: 2, resume: first.state })
      expect(firstOtherNumber(first.data, drawsBetween(whole, 0, 25))).toBe(-1)
      expect(firstOtherNumber(second.data, drawsBetween(whole, 25, 60))).toBe(-1)
      expect((await sha256(whole.data)).slice(0, 16)).toBe(options === pair ? known.conditionals : known.moves)
    }
  })

  it('names chain, step and point of a function that fails, and keeps the draws before', async () => {
    const [first, second] = pair.conditionals!
    let calls = 0
    const fails = (what: () => number): GibbsOptions => ({
      ...pair,
      warmup: 0,
      conditionals: [first, (x, rng) => (++calls > 100 ? what() : second!(x, rng))],
    })
    const whole = await gibbs({ ...pair, warmup: 0, draws: 25 })
    for (const [what, sentence] of [
      [() => Number.NaN, 'expected `conditionals[1]` to give a finite number; got NaN at step 25 of chain 0'],
      [
        () => {
          throw new Error('lost')
        },
        'got an error ("lost") at step 25 of chain 0',
      ],
    ] as const) {
      calls = 0
      const error = await gibbs(fails(what)).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(DensityError)
      const { message, partial } = error as DensityError<SampleRun>
      expect(message).toContain(sentence)
      expect(firstOtherNumber(partial!.data, whole.data)).toBe(-1)
      const rest = await gibbs({ ...pair, draws: 10, warmup: 0, resume: partial!.state })
      const more = await gibbs({ ...pair, warmup: 0, draws: 35 })
      expect(firstOtherNumber(rest.data, drawsBetween(more, 25, 35))).toBe(-1)
    }
  })

  it.each<[unknown, string]>([
    [{ ...pair, dim: 0 }, 'expected `dim`'],
    [{ ...pair, init: undefined }, 'expected `init` to be given'],
    [{ ...pair, init: [Number.NaN, 0] }, 'expected `init` to hold finite numbers'],
    [{ ...pair, conditionals: [pair.conditionals![0]] }, 'none for coordinate 1'],
    [{ ...pair, conditionals: [1, 2] }, 'expected `conditionals[0]` to be a function'],
    [{ ...pair, blocks: [{ coordinates: [1], sample: () => [1] }] }, 'coordinate 1 again'],
    [{ ...pair, blocks: [{ coordinates: [2], sample: () => [1] }] }, 'expected `blocks[0].coordinates`'],
    [
      { ...pair, blocks: [{ coordinates: [1] }] },
      'expected `blocks[0]` to be { coordinates: [numbers], sample(x, rng) }',
    ],
    [{ ...pair, scan: 'sequential' }, 'expected `scan`'],
    [{ ...pair, steps: [1, -1], logDensity }, 'numbers above 0; got -1 at index 1'],
    [{ ...pair, names: ['a', 'a'] }, 'expected `names`'],
    [{ ...pair, logDensity: () => Number.NEGATIVE_INFINITY }, 'a log density of -Infinity in chain 0'],
    [{ ...pair, conditional: [] }, 'did you mean "conditionals"?'],
  ])('%#: wrong options are refused', async (options, sentence) => {
    const error = await gibbs(options as GibbsOptions).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toContain(sentence)
  })
})

describe('Gibbs sampling of a normal distribution', () => {
  const dim = 7
  const mean = Array.from({ length: dim }, (_, i) => 3 * i - 4)
  const covariance = mean.map((_, i) => mean.map((_, j) => 2 * 0.6 ** Math.abs(i - j)))
  const options = { mean, covariance, chains: 9, draws: 2000, warmup: 50, seed: 51 }
  const { threads: before } = backend()
  afterAll(() => setThreads(before))

  it.each(['systematic', 'random'] as const)('has the exact means and covariance, %s scan', async (scan) => {
    const run = await gaussianGibbs({ ...options, scan })
    const truth = (i: number) => ({
      mean: mean[i]!,
      variance: 2,
      below: [[mean[i]! + 1, normalCdf(1 / Math.SQRT2)]] as const,
    })
    expect(misses(run, Object.fromEntries(mean.map((_, i) => [`x[${i}]`, truth(i)])))).toEqual([])
    const centred = mean.map((m, i) => run.values(`x[${i}]`).map((x) => x - m))
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < i; j++) {
        const products = centred[i]!.map((x, k) => x * centred[j]![k]!)
        const [row] = summary({ data: products, shape: [run.shape[0], run.shape[1], 1], names: ['product'] }).rows
        expect(row!.mcse_mean).toBeLessThan(0.1)
        expect(Math.abs(row!.mean - covariance[i]![j]!)).toBeLessThan(4 * row!.mcse_mean)
      }
    }
  })

  it('is the same on any number of threads, alone and resumed', async () => {
    const small = { ...options, chains: 37, draws: 40, thin: 3 }
    for (const scan of ['systematic', 'random'] as const) {
      setThreads(1)
      const whole = await gaussianGibbs({ ...small, scan })
      setThreads(backend().name === 'native' ? 7 : 1)
      expect(firstOtherNumber((await gaussianGibbs({ ...small, scan })).data, whole.data)).toBe(-1)
      const alone = await gaussianGibbs({ ...small, scan, chains: 1, firstChain: 21 })
      expect(firstOtherNumber(alone.data, chainOf(whole, 21))).toBe(-1)
      const first = await gaussianGibbs({ ...small, scan, draws: 13 })
      const second = await gaussianGibbs({ ...small, scan, draws: 27, resume: first.state })
      expect(firstOtherNumber(second.data, drawsBetween(whole, 13, 40))).toBe(-1)
      expect((await sha256(whole.data)).slice(0, 16)).toBe(known[scan])
    }
  })

  it('says the log density, and takes precision and sd', async () => {
    const run = await gaussianGibbs({ ...options, draws: 10 })
    const exact = normalTarget({ mean, covariance }).logDensity({ data: run.data, shape: [90, dim] })
    const error = exact.map((value, k) => Math.abs(value - run.statistics['logDensity']![k]!))
    expect(Math.max(...error)).toBeLessThan(1e-12)
    const precision = [
      [1, 0.4],
      [0.4, 1],
    ]
    const other = await gaussianGibbs({ precision, seed: 1, draws: 3000 })
    expect(misses(other, { 'x[0]': { mean: 0, variance: 1 / (1 - 0.16) } })).toEqual([])
    const independent = await gaussianGibbs({ sd: [1, 5], seed: 1, draws: 3000 })
    expect(misses(independent, { 'x[1]': { mean: 0, variance: 25 } })).toEqual([])
    await expect(gaussianGibbs({ seed: 1 } as never)).rejects.toThrow('to have one of covariance, precision and sd')
  })
})

/** Of the draws; the same on every backend. */
const known = {
  conditionals: '8a1c8682d255627a',
  moves: '28f9009ec6168a19',
  systematic: '1a6681931780f27f',
  random: '60235f465e28b783',
}
