// Are the samplers right on average over data and seeds? Intervals cover the truth as often as they say, and ranks of the
// true parameters among posterior draws are uniform [Talts, Betancourt, Simpson, Vehtari, Gelman 2018].

import { describe, expect, it } from 'vitest'
import {
  data,
  exp,
  linearRegressionTarget,
  logPdf,
  metropolis,
  model,
  normalTarget,
  nuts,
  param,
  type SampleRun,
  summary,
  type Target,
} from '#gibbsite'
import { uniforms } from '../support/enumeration.ts'
import { countTest, equalCountsTest, Family } from '../support/statistics.ts'

type Sampler = (target: Target, seed: number) => Promise<SampleRun>

/** Runs that are short, with draws that are nearly independent. */
const samplers: [string, Sampler][] = [
  ['nuts', async (target, seed) => nuts({ target, seed, chains: 1, warmup: 300, draws: 63, thin: 3 })],
  [
    'metropolis',
    async (target, seed) => {
      const proposal = { kind: 'random-walk', shape: 'full' } as const
      return metropolis({ target, seed, proposal, chains: 1, warmup: 500, draws: 63, thin: 40 })
    },
  ],
]

describe('intervals of mean +- z standard errors cover the mean in 100 runs as often as they should', () => {
  const target = normalTarget({ mean: [1, -2], sd: [1, 3] })
  const runs: [string, (seed: number) => PromiseLike<SampleRun>][] = [
    ['nuts', (seed) => nuts({ target, seed, warmup: 200, draws: 250 })],
    ['a random walk', (seed) => metropolis({ target, seed, warmup: 300, draws: 1000 })],
    ['a Langevin walk', (seed) => metropolis({ target, seed, proposal: 'mala', warmup: 300, draws: 500 })],
  ]
  it.each(runs)('%s', async (_, run) => {
    const levels = [
      [1, 0.6827],
      [1.645, 0.9],
      [1.96, 0.95],
    ] as const
    const counts = levels.map(() => [0, 0])
    for (let seed = 0; seed < 100; seed++) {
      const { rows } = summary(await run(seed))
      rows.forEach(({ mean, mcse_mean }, i) => {
        const z = Math.abs(mean - [1, -2][i]!) / mcse_mean
        levels.forEach(([width], k) => {
          if (z <= width) counts[k]![i]! += 1
        })
      })
    }
    const family = new Family()
    levels.forEach(([width, p], k) => {
      for (const i of [0, 1]) family.add(`x[${i}] within ${width}`, countTest(counts[k]![i]!, 100, p))
    })
    expect(family.failures()).toEqual([])
  })
})

/** Parameters from the prior, data from them, and the posterior; the truth in the order of what is reported. */
interface Simulated {
  readonly truth: readonly number[]
  readonly target: Target
}

type Random = { uniform: () => number; normal: () => number }

function random(seed: number): Random {
  const uniform = uniforms(seed)
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) }
}

/** mu ~ N(0, 1), five observations from N(mu, 2^2): the posterior is normal. */
function normalMean({ normal }: Random): Simulated {
  const mu = normal()
  const sum = Array.from({ length: 5 }, () => mu + 2 * normal()).reduce((a, b) => a + b, 0)
  const precision = 1 + 5 / 4
  return { truth: [mu], target: normalTarget({ mean: [sum / 4 / precision], sd: Math.sqrt(1 / precision) }) }
}

/** Two coefficients from N(0, 1), the noise's standard deviation from Exponential(1), ten observations. */
function linearRegression({ uniform, normal }: Random): Simulated {
  const beta = [normal(), normal()]
  const sigma = -Math.log(uniform())
  const X = Array.from({ length: 10 }, (_, i) => [1, (i - 4.5) / 3])
  const y = X.map(([one, x]) => beta[0]! * one! + beta[1]! * x! + sigma * normal())
  return { truth: [...beta, sigma], target: linearRegressionTarget({ X, y, priorPrecision: 1, sigmaRate: 1 }) }
}

/** mu ~ N(0, 1), log tau ~ N(0, 1), theta_j = mu + tau eta_j, eta_j ~ N(0, 1), y_j ~ N(theta_j, 1): an expression. */
function hierarchical({ normal }: Random): Simulated {
  const truth = [normal(), normal(), ...Array.from({ length: 4 }, normal)]
  const y = truth.slice(2).map((e) => truth[0]! + Math.exp(truth[1]!) * e + normal())
  const [mu, logTau, eta] = [param('mu'), param('logTau'), param('eta', { shape: 4 })]
  const theta = mu.add(exp(logTau).mul(eta))
  const logDensity = [logPdf.normal(mu), logPdf.normal(logTau), logPdf.normal(eta), logPdf.normal(data(y), theta, 1)]
  return { truth, target: model({ parameters: [mu, logTau, eta], logDensity }) }
}

const models: [string, (random: Random) => Simulated][] = [
  ['a normal mean', normalMean],
  ['a linear regression', linearRegression],
  ['a hierarchical model', hierarchical],
]

// 160 data sets, 63 draws each: 64 ranks in 8 classes of 20 expected counts.
const DATA_SETS = 160
const CLASSES = 8

describe.each(models)('ranks of the truth are uniform for %s', (_, simulate) => {
  it.each(samplers)('%s', async (_, sample) => {
    const counts: number[][] = []
    for (let set = 0; set < DATA_SETS; set++) {
      const { truth, target } = simulate(random(1000 + set))
      const run = await sample(target, set)
      truth.forEach((value, i) => {
        let rank = 0
        for (let k = i; k < run.data.length; k += truth.length) if (run.data[k]! < value) rank++
        counts[i] ??= new Array(CLASSES).fill(0)
        counts[i]![Math.floor((rank * CLASSES) / (run.shape[1] + 1))]! += 1
      })
    }
    const family = new Family()
    counts.forEach((count, i) => {
      family.add(`parameter ${i}`, equalCountsTest(count))
    })
    expect(family.failures()).toEqual([])
  })
})
