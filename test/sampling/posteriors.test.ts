// Samplers against known answers: normal distributions, a mixture, a funnel, and posteriors by quadrature. Seeds are fixed;
// estimates have to lie within 4 of their own standard errors, and to be worth some hundreds of independent draws.

import { describe, expect, it } from 'vitest'
import {
  eightSchoolsTarget,
  funnelTarget,
  logisticRegressionTarget,
  type MetropolisProposal,
  metropolis,
  normalMixtureTarget,
  normalTarget,
  nuts,
  type SampleRun,
} from '#gibbsite'
import reference from '../fixtures/posteriors.json'
import { disagreements, functionsOf, type Known, moments, quantiles } from '../support/posteriors.ts'
import { normalCdf } from '../support/statistics.ts'

const divergences = ({ statistics }: SampleRun) => statistics['divergent']!.reduce((sum, one) => sum + one, 0)

const walks: [string, MetropolisProposal][] = [
  ['an isotropic random walk', { kind: 'random-walk', shape: 'isotropic' }],
  ['a diagonal random walk', { kind: 'random-walk', shape: 'diagonal' }],
  ['a full random walk', { kind: 'random-walk', shape: 'full' }],
  ['a Langevin walk', { kind: 'mala', shape: 'full' }],
]

describe('a correlated normal distribution', () => {
  const covariance = [
    [1, 1.6],
    [1.6, 4],
  ]
  const target = normalTarget({ mean: [1, -2], covariance })
  const truth: Known[] = [
    ...moments(['x[0]', 'x[1]'], [1, -2], [1, 2]),
    { name: 'covariance', value: ([x, y]) => (x! - 1) * (y! + 2), expected: 1.6 },
    ...[-1.5, -0.5, 0.5, 1.5].flatMap((z) => [
      ...quantiles('x[0]', 0, [[1 + z, normalCdf(z)]]),
      ...quantiles('x[1]', 1, [[-2 + 2 * z, normalCdf(z)]]),
    ]),
  ]

  it('by nuts', async () => {
    const run = await nuts({ target, seed: 1 })
    expect(disagreements(run, truth)).toEqual([])
  })
  it.each(walks)('by %s', async (_, proposal) => {
    const run = await metropolis({ target, proposal, seed: 2, chains: 16, thin: 5 })
    expect(disagreements(run, truth)).toEqual([])
  })
})

it('a mixture of two normal distributions whose modes are near enough to be left, by nuts and metropolis', async () => {
  const components = [
    { mean: [-1.5, 0], sd: [1, 0.5] },
    { mean: [1.5, 1], sd: [0.5, 1] },
  ]
  const target = normalMixtureTarget({ weights: [0.3, 0.7], components })
  const cdf = (x: number) => 0.3 * normalCdf(x + 1.5) + 0.7 * normalCdf((x - 1.5) / 0.5)
  const sd = [0, 1].map((i) => Math.sqrt(target.covariance[3 * i]!))
  const truth = [
    ...moments(['x[0]', 'x[1]'], target.mean, sd),
    ...quantiles(
      'x[0]',
      0,
      [-2, -1, 0, 1, 2].map((at) => [at, cdf(at)] as const),
    ),
  ]
  expect(disagreements(await nuts({ target, seed: 3, draws: 4000 }), truth)).toEqual([])
  expect(disagreements(await metropolis({ target, seed: 3, chains: 16, draws: 2000, thin: 5 }), truth)).toEqual([])
})

describe('eight schools', () => {
  const { mean, sd } = reference.eightSchools
  const names = ['mu', 'tau', ...Array.from({ length: 8 }, (_, j) => `theta[${j}]`)]
  const truth = moments(names, mean, sd)

  it('without a centre: nuts agrees with quadrature', async () => {
    const run = await nuts({ target: eightSchoolsTarget(), seed: 1, draws: 4000 })
    expect(run.names).toEqual(names)
    expect(disagreements(run, truth)).toEqual([])
    expect(divergences(run)).toBeLessThan(40)
  })

  it('centred: nuts says that it diverges; with short steps it agrees as far as it can tell', async () => {
    const target = eightSchoolsTarget({ centred: true })
    const usual = await nuts({ target, seed: 1 })
    expect(divergences(usual)).toBeGreaterThan(10)
    const careful = await nuts({ target, seed: 1, draws: 4000, targetAcceptance: 0.99 })
    expect(divergences(careful)).toBeLessThan(divergences(usual))
    expect(disagreements(careful, truth, 100)).toEqual([])
  })

  it('without a centre: metropolis agrees', async () => {
    const proposal = { kind: 'random-walk', shape: 'full' } as const
    const run = await metropolis({
      target: eightSchoolsTarget(),
      proposal,
      seed: 1,
      chains: 32,
      warmup: 2000,
      thin: 20,
    })
    expect(disagreements(run, truth)).toEqual([])
  })
})

describe('a funnel in 20 dimensions', () => {
  // P(x <= at) = E[Phi(at e^(-v / 2))] for v ~ N(0, 9), by the trapezoidal rule.
  const widthOf = (at: number) => {
    let sum = 0
    for (let z = -9; z <= 9; z += 0.01) sum += Math.exp((-z * z) / 2) * normalCdf(at * Math.exp(-1.5 * z))
    return (0.01 * sum) / Math.sqrt(2 * Math.PI)
  }
  const truth = [
    ...moments(['v'], [0], [3]),
    ...quantiles(
      'v',
      0,
      [-2, -1, 0, 1, 2].map((z) => [3 * z, normalCdf(z)] as const),
    ),
    ...[1, 19].flatMap((i) =>
      quantiles(
        `x[${i - 1}]`,
        i,
        [-10, -1, -0.1, 0.1, 1, 10].map((at) => [at, widthOf(at)] as const),
      ),
    ),
  ]

  it('told without its centre, nuts reaches all of it', async () => {
    const target = normalTarget({ mean: new Array(20).fill(0), sd: 1 })
    const run = await nuts({ target, seed: 6, draws: 2000 })
    const names = Array.from({ length: 20 }, (_, i) => (i === 0 ? 'v' : `x[${i - 1}]`))
    const funnel = functionsOf(run, names, ([z, ...others]) => [3 * z!, ...others.map((x) => x * Math.exp(1.5 * z!))])
    expect(disagreements(funnel, truth)).toEqual([])
    expect(divergences(run)).toBe(0)
  })

  it('as it is, nuts hardly gets into its neck, and its draws say so', async () => {
    const run = await nuts({ target: funnelTarget({ dim: 20 }), seed: 6 })
    expect(run.summary().rows[0]!.ess_bulk).toBeLessThan(100)
    expect(run.summary().warnings).not.toEqual([])
    expect(divergences(await nuts({ target: funnelTarget({ dim: 10 }), seed: 1 }))).toBeGreaterThan(5)
  })
})

describe('a logistic regression', () => {
  const { X, y, mean, sd } = reference.logisticRegression
  const target = logisticRegressionTarget({ X, y, priorPrecision: 0.1 })
  const truth = moments(['beta[0]', 'beta[1]', 'beta[2]'], mean, sd)

  it('nuts agrees with quadrature', async () => {
    expect(disagreements(await nuts({ target, seed: 8 }), truth)).toEqual([])
  })
  it.each(walks)('and so does %s', async (_, proposal) => {
    const run = await metropolis({ target, proposal, seed: 8, chains: 16, thin: 5 })
    expect(disagreements(run, truth)).toEqual([])
  })
})
