// Draws of every family: they follow the law, and are the same bytes however they are made.

import { afterEach, describe, expect, test } from 'vitest'
import { backend, type Distribution, mixture, normal, Rng, setThreads, uniform } from '#gibbsite'
import { continuous, discrete, every } from '../support/distributions.ts'
import { sha256 } from '../support/sha256.ts'
import * as statistics from '../support/statistics.ts'

const n = 5000

describe('follow the law (one family of tests at the level 0.001)', () => {
  test('Kolmogorov and Smirnov, for every continuous family', () => {
    const family = new statistics.Family()
    for (const [name, make] of Object.entries(every)) {
      const law = make()
      if (law.discrete) continue
      const probabilities = law.cdf(law.sample(n, { seed: 4 }))
      family.add(
        name,
        statistics.kolmogorovSmirnovTest(probabilities, (p) => p),
      )
    }
    expect(family.failures()).toEqual([])
  })

  test('chi-square, for every family on integers', () => {
    const family = new statistics.Family()
    for (const [name, make] of Object.entries(discrete)) {
      const law = make()
      const bins = binsOf(law)
      const counts = bins.map(({ from, to }) => law.sample(n, { seed: 5 }).filter((x) => x >= from && x <= to).length)
      expect(counts.reduce((a, b) => a + b)).toBe(n)
      if (bins.length === 1) continue
      const p = statistics.chiSquareTest(
        counts,
        bins.map(({ mass }) => n * mass),
      )
      family.add(name, p)
    }
    expect(family.failures()).toEqual([])
  })

  test('neighbours are independent', () => {
    const family = new statistics.Family()
    for (const [name, make] of Object.entries(every)) {
      const law = make()
      if (law.support[0] === law.support[1]) continue
      const ranks = law.cdf(law.sample(n, { seed: 6 }))
      for (const lag of [1, 2, 8, 32]) {
        family.add(`${name}, lag ${lag}`, statistics.correlationTest(ranks.subarray(lag), ranks.subarray(0, n - lag)))
      }
    }
    expect(family.failures()).toEqual([])
  })
})

/** Runs of integers with a probability of at least 1/50 each. */
function binsOf(law: Distribution): { from: number; to: number; mass: number }[] {
  const bins: { from: number; to: number; mass: number }[] = []
  for (let from = law.support[0]; from <= law.quantile(0.999); ) {
    const below = law.cdf(from - 1)
    const rest = 1 - below
    const to = rest < 0.04 ? Infinity : law.quantile(Math.min(1, below + 0.02))
    bins.push({ from, to, mass: to === Infinity ? rest : law.cdf(to) - below })
    from = to + 1
  }
  return bins
}

test('draws of continuous families are the quantiles of the uniforms of the seed', () => {
  const u = new Rng(7).uniform(1000)
  for (const [name, make] of Object.entries(continuous)) {
    if (name.includes('mixture')) continue
    const law = make()
    // Where draws come from a table, its bound in probability takes the place of equality.
    const back = law.cdf(law.sample(1000, { seed: 7 }))
    expect(Math.max(...back.map((p, i) => Math.abs(p - u[i]!))), name).toBeLessThan(1e-11)
  }
  const closed = continuous['weibull']!()
  expect(closed.sample(1000, { seed: 7 })).toEqual(closed.quantile(u))
})

describe('same seed, same bytes', () => {
  const threads = backend().threads
  afterEach(() => setThreads(backend().name === 'native' ? threads : 1))

  test('of every family, on every backend and any number of threads', async () => {
    const hashes: Record<string, string> = {}
    for (const count of [1, 2, 7]) {
      setThreads(count)
      for (const [name, make] of Object.entries(every)) {
        // A user's function may use Math, whose last bits are the engine's.
        if (name.startsWith('from') && name !== 'fromCdf, x^3') continue
        const hash = (await sha256(make().sample(9001, { seed: 2026 }))).slice(0, 16)
        hashes[name] ??= hash
        expect(hash, `${name} on ${count} threads`).toBe(hashes[name])
      }
    }
    expect(hashes).toMatchInlineSnapshot(`
      {
        "beta": "5828eae8525d76c8",
        "beta, poles at both ends": "dcf54a7110c5882b",
        "binomial": "96318a913afe31a9",
        "binomial, many trials": "87c592bd6a847c12",
        "binomial, never": "feb4bd9e645e9150",
        "categorical": "a05919d0da10d698",
        "cauchy": "4a7cda8ee1c9ff5e",
        "chiSquare": "f07af1c99c67b695",
        "exponential": "44dfa4efea05bfbe",
        "fromCdf, x^3": "61da93147ca99b58",
        "gamma": "e17f865ac0207118",
        "gamma, a large shape": "6b313e7de8f3017f",
        "gamma, a pole at 0": "0ee50ccfea917088",
        "geometric": "c8b1e64093cf4e65",
        "geometric, certain": "e8dcf17a04f14137",
        "gumbel": "677883c764532b96",
        "halfNormal": "fc8c38797987a4e2",
        "laplace": "f9dd2c84502af1f2",
        "logNormal": "d788cc7e9ba0e78f",
        "logistic": "f35ae41b0f82b03e",
        "mixture of counts": "58242d2a7da53627",
        "mixture of normals": "3503c0098c2e9ce8",
        "mixture with a gap": "7bd2a90a114ead38",
        "normal": "97d30f7006cb49ac",
        "pareto": "0c37e375b8a812e2",
        "poisson": "9ece3db8e575dfa3",
        "poisson, a large mean": "5be6f54158f20278",
        "rayleigh": "fa183527d67b14da",
        "studentT": "74dba559822b3f74",
        "triangular": "43d1bad19c486a59",
        "triangular, mode at the end": "774d2f69d6c2244c",
        "truncated gamma": "e1f2e45ea2852a5a",
        "truncated logistic, upper tail": "f6b1f568dab3417f",
        "truncated mixture": "02d33068fc13e6b7",
        "truncated poisson": "2fedcb07f652ebec",
        "truncatedNormal": "b3ac1292354dbefc",
        "truncatedNormal, far in the tail": "d84c6dce38609586",
        "truncatedNormal, farther": "22a318c920d64683",
        "truncatedNormal, off the mean": "9883ff5d9e0a9869",
        "truncatedNormal, the lower tail": "3c6cbcb19088937c",
        "uniform": "5db79b5918956e2c",
        "weibull": "9885decf38c94e52",
        "weibull, a pole at 0": "988adb5c591f4f18",
      }
    `)
  })

  test('densities, probabilities and quantiles too', async () => {
    const hashes: Record<string, string> = {}
    const p = new Rng(1).uniform(1000)
    for (const [name, make] of Object.entries(every)) {
      if (name.startsWith('from')) continue
      const law = make()
      const x = law.quantile(p)
      const all = [x, law.quantileUpper(p), law.cdf(x), law.survival(x), law.logPdf(x)].flatMap((values) => [...values])
      hashes[name] = (await sha256(Float64Array.from(all))).slice(0, 16)
    }
    expect(hashes).toMatchInlineSnapshot(`
      {
        "beta": "dde7d4feb3144073",
        "beta, poles at both ends": "825abffc50a0e461",
        "binomial": "865672a24690366e",
        "binomial, many trials": "0bdc49a7ebd32f0c",
        "binomial, never": "9b6b4b1e33a968b6",
        "categorical": "6fefdf83ce3f8af9",
        "cauchy": "fff10d46cb74cb1b",
        "chiSquare": "9110d27feeb9e4a7",
        "exponential": "8e7d489faac45506",
        "gamma": "99d0f197ab513c6b",
        "gamma, a large shape": "083575528f2ae133",
        "gamma, a pole at 0": "82b1e74fada1eaec",
        "geometric": "b9aa87fc479fe69f",
        "geometric, certain": "7911074789945822",
        "gumbel": "755a17551e5022d2",
        "halfNormal": "460c1d0cdb8b4811",
        "laplace": "e82c760825ae4678",
        "logNormal": "b5440ff47634c5e2",
        "logistic": "167c89bccd888982",
        "mixture of counts": "f60d7166c8db37e8",
        "mixture of normals": "4adaf896392bf2f7",
        "mixture with a gap": "3c3f534721999402",
        "normal": "cab638c35ff7db17",
        "pareto": "033dbf527bc4fa83",
        "poisson": "c94c82bbf67d657f",
        "poisson, a large mean": "fb1c612d4865a93e",
        "rayleigh": "b583fe33832ced00",
        "studentT": "e1caf4fd7fa315e0",
        "triangular": "46a097694d484489",
        "triangular, mode at the end": "ca882eb4c152d5be",
        "truncated gamma": "46686ef2498c3f00",
        "truncated logistic, upper tail": "43727228f88a766d",
        "truncated mixture": "3ec0b25674a10ca5",
        "truncated poisson": "4017458f03674476",
        "truncatedNormal": "57f13e66dde23473",
        "truncatedNormal, far in the tail": "ce1873ed1b17c8a8",
        "truncatedNormal, farther": "0a52b9f6ce0cc79f",
        "truncatedNormal, off the mean": "71621763a923da4c",
        "truncatedNormal, the lower tail": "d9ab902af5edaac4",
        "uniform": "964efc74dc309449",
        "weibull": "a54c43a11cbaffed",
        "weibull, a pole at 0": "5755dc4dbfefcf86",
      }
    `)
  })

  test.each(Object.entries(every))('%s: in parts, from a generator, into an array', (_, make) => {
    const law = make()
    // More than a piece, so that pieces are cut at other places.
    const whole = law.sample(17_003, { seed: 11 })
    expect(law.sample(7, { seed: 11, first: 10_001 })).toEqual(whole.slice(10_001, 10_008))
    const rng = new Rng(11)
    let at = 0
    for (const count of [1, 30, 16_401, 571]) {
      const part = law.sample(count, rng)
      expect(part.every((x, i) => Object.is(x, whole[at + i]))).toBe(true)
      at += count
    }
    expect(rng.state.position).toBe(17_003)
    const out = new Float64Array(5)
    expect(law.sample(out, { seed: 11 })).toBe(out)
    expect(out).toEqual(whole.slice(0, 5))
  })
})

test('the components of a mixture are chosen independently of the values', () => {
  const law = mixture([uniform(), uniform({ low: 10, high: 11 })], [1, 3])
  const sample = law.sample(n, { seed: 3 })
  const family = new statistics.Family()
  family.add('choice', statistics.countTest(sample.filter((x) => x > 5).length, n, 0.75))
  const values = sample.map((x) => (x > 5 ? x - 10 : x))
  family.add(
    'values',
    statistics.kolmogorovSmirnovTest(values, (x) => x),
  )
  family.add(
    'both',
    statistics.correlationTest(
      values,
      sample.map((x) => (x > 5 ? 1 : 0)),
    ),
  )
  expect(family.failures()).toEqual([])
})

test('a mixture of mixtures is the mixture of all components', () => {
  const [a, b, c] = [normal(), normal({ mean: 5 }), normal({ mean: -7, sd: 2 })]
  const nested = mixture([mixture([a, b], [1, 3]), c], [2, 1])
  const flat = mixture([a, b, c], [1, 3, 2])
  const x = Float64Array.from({ length: 50 }, (_, i) => i / 2 - 12)
  for (const [i, value] of nested.logPdf(x).entries()) expect(value).toBeCloseTo(flat.logPdf(x)[i]!, 13)
})
