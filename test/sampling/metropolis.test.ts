import { describe, expect, it } from 'vitest'
import { type MetropolisProposal, metropolis, normalTarget, Rng } from '#gibbsite'
import { misses, type Truth } from '../support/chains.ts'
import { chiSquareTest, Family, normalCdf } from '../support/statistics.ts'

const covariance = [
  [2, 0.5, -0.3],
  [0.5, 1, 0.2],
  [-0.3, 0.2, 9],
]
const mean = [1, -2, 30]
const correlated = normalTarget({ mean, covariance })
const truths: Record<string, Truth> = Object.fromEntries(
  mean.map((m, i) => {
    const sd = Math.sqrt(covariance[i]![i]!)
    const below = [-1.5, -0.5, 0.7].map((z) => [m + z * sd, normalCdf(z)] as const)
    return [`x[${i}]`, { mean: m, variance: sd * sd, below }]
  }),
)

/** A distribution to draw from, as a user may write it: normal with independent coordinates. */
function normalProposal(mean: readonly number[], sd: number) {
  const dim = mean.length
  return {
    dim,
    sample(n: number, { seed, first = 0 }: { seed: number | bigint; first?: number | undefined }) {
      const rng = Rng.fromState({ ...new Rng(seed).state, position: first * dim })
      return rng.normal(n * dim).map((z, k) => mean[k % dim]! + sd * z)
    },
    logProb: (rows: Float64Array) =>
      Float64Array.from({ length: rows.length / dim }, (_, r) => {
        let sum = 0
        for (let i = 0; i < dim; i++) sum += ((rows[r * dim + i]! - mean[i]!) / sd) ** 2
        return -sum / 2 - dim * Math.log(sd * Math.sqrt(2 * Math.PI))
      }),
  }
}

describe('a normal distribution comes back from', () => {
  const cases: [string, MetropolisProposal, number][] = [
    ['a diagonal random walk', 'random-walk', 6000],
    ['an isotropic random walk', { kind: 'random-walk', shape: 'isotropic' }, 20_000],
    ['a random walk of full covariance', { kind: 'random-walk', shape: 'full' }, 6000],
    ['Langevin moves', 'mala', 6000],
    ['Langevin moves of full covariance', { kind: 'mala', shape: 'full' }, 4000],
    ['independent proposals', normalProposal([0, 0, 28], 5), 6000],
    [
      'an asymmetric proposal with its density',
      {
        propose(x, rng) {
          for (let i = 0; i < x.length; i++) x[i] = 0.8 * x[i]! + 0.2 * mean[i]! + rng.normal(0, 1.3)
          return x
        },
        logDensity(to, from) {
          let sum = 0
          for (let i = 0; i < to.length; i++) sum += (to[i]! - 0.8 * from[i]! - 0.2 * mean[i]!) ** 2
          return -sum / (2 * 1.3 ** 2)
        },
      },
      5000,
    ],
    [
      'a symmetric one',
      { symmetric: true, propose: (x, rng) => x.map((value) => value + rng.uniform(-2.5, 2.5)) },
      5000,
    ],
  ]
  it.each(cases)('%s', async (_, proposal, draws) => {
    const run = await metropolis({ target: correlated, proposal, draws, warmup: 800, seed: 11, init: mean })
    expect(run.shape).toEqual([4, draws, 3])
    expect(misses(run, truths)).toEqual([])
  })

  it('a ratio that has the wrong sign: the test above would notice', async () => {
    const proposal: MetropolisProposal = {
      propose: (x, rng) => x.map((value, i) => 0.8 * value + 0.2 * mean[i]! + rng.normal(0, 1.3)),
      logRatio(to, from) {
        let [there, back] = [0, 0]
        for (let i = 0; i < to.length; i++) {
          there += (to[i]! - 0.8 * from[i]! - 0.2 * mean[i]!) ** 2
          back += (from[i]! - 0.8 * to[i]! - 0.2 * mean[i]!) ** 2
        }
        return (back - there) / (2 * 1.3 ** 2)
      },
    }
    const run = await metropolis({ target: correlated, proposal, draws: 5000, warmup: 800, seed: 11, init: mean })
    expect(misses(run, truths)).not.toEqual([])
  })
})

describe('discrete densities', () => {
  // Three coins, coupled: p(x) in proportion to exp(0.8 (x0 x1 + x1 x2) - 0.5 x2).
  const weight = (x: ArrayLike<number>) => 0.8 * (x[0]! * x[1]! + x[1]! * x[2]!) - 0.5 * x[2]!
  const states = (low: number) => Array.from({ length: 8 }, (_, s) => [0, 1, 2].map((i) => ((s >> i) & 1 ? 1 : low)))
  const stateOf = (x: Float64Array, at: number) => [0, 1, 2].reduce((s, i) => s + (x[at + i] === 1 ? 1 << i : 0), 0)

  it.each([0, -1])(
    'steps of flips from {%d, 1}^3 have the probabilities that detailed balance asks for',
    async (low) => {
      const family = new Family()
      const chains = 4000
      for (const [s, x] of states(low).entries()) {
        // min(1, p(x') / p(x)) / 3 for each of the three neighbours, and staying.
        const moves = [0, 1, 2].map((i) => states(low)[s ^ (1 << i)]!)
        const probabilities = moves.map((to) => Math.min(1, Math.exp(weight(to) - weight(x))) / 3)
        const target = { dim: 3, logDensity: weight }
        const proposal = { kind: 'flip', values: [low, 1] } as const
        const run = await metropolis({ target, proposal, chains, warmup: 0, draws: 1, init: x, seed: 100 + s })
        const counts = new Float64Array(8)
        for (let c = 0; c < chains; c++) counts[stateOf(run.data, 3 * c)]!++
        const expected = [...probabilities, 1 - probabilities.reduce((sum, p) => sum + p)].map((p) => p * chains)
        const seen = [...[0, 1, 2].map((i) => counts[s ^ (1 << i)]!), counts[s]!]
        expect(seen.reduce((sum, n) => sum + n)).toBe(chains)
        const kept = expected.map((_, k) => k).filter((k) => expected[k]! > 1e-6)
        family.add(
          `from ${x}`,
          chiSquareTest(
            kept.map((k) => seen[k]!),
            kept.map((k) => expected[k]!),
          ),
        )
      }
      expect(family.failures()).toEqual([])
    },
  )

  it('steps of a one-sided proposal have the probabilities of its ratio', async () => {
    // On 0 ... 4 in a ring: up with 0.7, down with 0.3.
    const logs = [0, 0.5, 1.1, -0.4, 0.3]
    const target = { dim: 1, logDensity: (x: Float64Array) => logs[x[0]!]! }
    const up = (to: number, from: number) => (to === (from + 1) % 5 ? 0.7 : 0.3)
    const proposal: MetropolisProposal = {
      propose: (x, rng) => [(x[0]! + (rng.bernoulli(0.7) ? 1 : 4)) % 5],
      logDensity: (to, from) => Math.log(up(to[0]!, from[0]!)),
    }
    const family = new Family()
    const chains = 4000
    const p = (to: number, from: number) => {
      const ratio = Math.exp(logs[to]! - logs[from]!) * (up(from, to) / up(to, from))
      return up(to, from) * Math.min(1, ratio)
    }
    for (let from = 0; from < 5; from++) {
      const [next, last] = [(from + 1) % 5, (from + 4) % 5]
      const balance = Math.exp(logs[from]!) * p(next, from) - Math.exp(logs[next]!) * p(from, next)
      expect(Math.abs(balance)).toBeLessThan(1e-12)
      const run = await metropolis({ target, proposal, chains, warmup: 0, draws: 1, init: [from], seed: 200 + from })
      const count = (state: number) => run.data.reduce((n, x) => n + (x === state ? 1 : 0), 0)
      const probabilities = [p(next, from), p(last, from)]
      const expected = [...probabilities, 1 - probabilities[0]! - probabilities[1]!].map((q) => q * chains)
      const seen = [count(next), count(last), count(from)]
      const kept = [0, 1, 2].filter((k) => expected[k]! > 1e-6)
      family.add(
        `from ${from}`,
        chiSquareTest(
          kept.map((k) => seen[k]!),
          kept.map((k) => expected[k]!),
        ),
      )
    }
    expect(family.failures()).toEqual([])
  })

  it('flips have the exact law in the long run', async () => {
    const all = states(-1)
    const weights = all.map((x) => Math.exp(weight(x)))
    const total = weights.reduce((sum, w) => sum + w)
    const target = {
      dim: 3,
      logDensityBatch: (xs: Float64Array, out: Float64Array) => {
        for (let r = 0; r < out.length; r++) out[r] = weight(xs.subarray(3 * r, 3 * r + 3))
      },
    }
    const proposal = { kind: 'flip', values: [-1, 1] } as const
    const run = await metropolis({ target, proposal, chains: 500, warmup: 40, draws: 8, thin: 20, seed: 3 })
    const counts = new Float64Array(8)
    for (let at = 0; at < run.data.length; at += 3) counts[stateOf(run.data, at)]!++
    const p = chiSquareTest(
      counts,
      weights.map((w) => (w / total) * 4000),
    )
    expect(p).toBeGreaterThan(1e-3)
  })
})

describe('adaptation', () => {
  it('reaches the acceptance rate, and ends with the warm-up', async () => {
    const options = { target: correlated, seed: 21, warmup: 2000, init: mean } as const
    const short = await metropolis({ ...options, draws: 20 })
    const long = await metropolis({ ...options, draws: 2000 })
    expect(short.adapted).toEqual(long.adapted)
    for (const rate of long.acceptanceRate) expect(Math.abs(rate - (0.234 + 0.206 / 3))).toBeLessThan(0.08)
    const langevin = await metropolis({ ...options, proposal: 'mala', draws: 2000 })
    for (const rate of langevin.acceptanceRate) expect(Math.abs(rate - 0.574)).toBeLessThan(0.1)
  })

  it('learns standard deviations, a covariance, or the step alone', async () => {
    const options = { target: correlated, seed: 22, warmup: 4000, draws: 10, init: mean } as const
    const { adapted } = await metropolis(options)
    for (let k = 0; k < 12; k++) {
      const ratio = adapted['scale']![k]! / Math.sqrt(covariance[k % 3]![k % 3]!)
      expect(Math.abs(Math.log(ratio))).toBeLessThan(0.4)
    }
    const full = await metropolis({ ...options, proposal: { kind: 'random-walk', shape: 'full' } })
    const [a, b, c, d, e, f] = full.adapted['scale']!.subarray(0, 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const learned = [a * a, a * b, b * b + c * c, a * d, b * d + c * e, d * d + e * e + f * f]
    const exact = [2, 0.5, 1, -0.3, 0.2, 9]
    for (const [k, value] of learned.entries())
      expect(Math.abs(value - exact[k]!)).toBeLessThan(0.35 * Math.max(1, exact[k]!))
    const step = await metropolis({ ...options, adapt: 'step', proposal: { kind: 'random-walk', scale: [3, 1, 2] } })
    expect([...step.adapted['scale']!.subarray(0, 3)]).toEqual([3, 1, 2])
    const fixed = await metropolis({ ...options, adapt: false, proposal: { kind: 'random-walk', step: 0.7 } })
    expect([...fixed.adapted['stepSize']!]).toEqual([0.7, 0.7, 0.7, 0.7])
  })
})

describe('parallel tempering', () => {
  // Two far modes with weights 0.2 and 0.8, which a walk of this step never crosses between.
  const logDensity = ([x]: Float64Array) => {
    const [a, b] = [-0.5 * (x! + 20) ** 2 + Math.log(0.2), -0.5 * (x! - 20) ** 2 + Math.log(0.8)]
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))
  }

  it('crosses between modes with the right weights', async () => {
    const target = { dim: 1, logDensity }
    const options = { target, chains: 8, warmup: 1000, draws: 6000, init: [20], seed: 31 }
    const alone = await metropolis({ ...options, draws: 1000 })
    expect(alone.values('x[0]').some((x) => x < 0)).toBe(false)
    const run = await metropolis({ ...options, temperatures: { levels: 7, hottest: 300 } })
    expect(misses(run, { 'x[0]': { mean: 12, variance: 257, below: [[0, 0.2]] } })).toEqual([])
    const rates = run.adapted['swapRate']!
    expect(rates.length).toBe(8 * 6)
    for (const rate of rates) expect(rate).toBeGreaterThan(0.1)
    for (const rate of rates) expect(rate).toBeLessThan(0.95)
  })
})
