// The multivariate normal distribution and mixtures of it.

import { describe, expect, test } from 'vitest'
import {
  ArgumentError,
  backend,
  type MultivariateNormal,
  mixture,
  multivariateNormal,
  NotPositiveDefiniteError,
  normal,
  Rng,
  setThreads,
} from '#gibbsite'
import { sha256 } from '../support/sha256.ts'
import * as statistics from '../support/statistics.ts'

const covariance = [
  [4, 1.2, -0.5],
  [1.2, 2, 0.3],
  [-0.5, 0.3, 1],
]
const mean = [1, -2, 0.5]
const precision = inverse(covariance)
const factor = [
  [2, 0, 0],
  [0.6, Math.sqrt(2 - 0.36), 0],
  [-0.25, 0.45 / Math.sqrt(1.64), Math.sqrt(1 - 0.0625 - 0.2025 / 1.64)],
]
const forms: Record<string, () => MultivariateNormal> = {
  covariance: () => multivariateNormal({ mean, covariance }),
  precision: () => multivariateNormal({ mean, precision }),
  cholesky: () => multivariateNormal({ mean, cholesky: factor }),
}

/** By cofactors. */
function inverse(m: number[][]): number[][] {
  const at = (i: number, j: number) => m[i % 3]![j % 3]!
  const cofactor = (i: number, j: number) => at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1)
  const det = determinant(m)
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / det))
}

function determinant(m: number[][]): number {
  const minor = (j: number) => m[1]![(j + 1) % 3]! * m[2]![(j + 2) % 3]! - m[1]![(j + 2) % 3]! * m[2]![(j + 1) % 3]!
  return m[0]!.reduce((sum, value, j) => sum + value * minor(j), 0)
}

describe.each(Object.entries(forms))('given by its %s', (_, make) => {
  const law = make()

  test('has the density of the formula', () => {
    for (const x of [mean, [0, 0, 0], [10, -3, 4]]) {
      const r = x.map((value, i) => value - mean[i]!)
      const square = r.reduce((sum, a, i) => sum + r.reduce((s, b, j) => s + a * precision[i]![j]! * b, 0), 0)
      const wanted = -0.5 * square - 0.5 * Math.log(determinant(covariance)) - 1.5 * Math.log(2 * Math.PI)
      expect(law.logPdf([x])[0]).toBeCloseTo(wanted, 11)
    }
  })

  test('knows its mean and covariance', () => {
    expect([...law.mean]).toEqual(mean)
    for (const [k, value] of law.covariance.entries()) expect(value).toBeCloseTo(covariance.flat()[k]!, 13)
  })

  test('draws have its mean and covariance, and each projection its law', () => {
    const n = 40_000
    const rows = law.sample(n, { seed: 8 })
    const family = new statistics.Family()
    for (const direction of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, -1, 0],
      [1, 1, 1],
      [0.3, -2, 1],
    ]) {
      const values = Float64Array.from({ length: n }, (_, r) =>
        direction.reduce((s, c, i) => s + c * rows[3 * r + i]!, 0),
      )
      const centre = direction.reduce((s, c, i) => s + c * mean[i]!, 0)
      const square = direction.reduce(
        (s, a, i) => s + direction.reduce((t, b, j) => t + a * b * covariance[i]![j]!, 0),
        0,
      )
      const marginal = normal({ mean: centre, sd: Math.sqrt(square) })
      family.add(
        `${direction}`,
        statistics.kolmogorovSmirnovTest(marginal.cdf(values), (p) => p),
      )
    }
    expect(family.failures()).toEqual([])
  })

  test('rows are functions of seed and number', () => {
    const whole = law.sample(1000, { seed: 3 })
    expect(law.sample(10, { seed: 3, first: 500 })).toEqual(whole.slice(1500, 1530))
    const rng = new Rng(3)
    const parts = [law.sample(1, rng), law.sample(998, rng), law.sample(new Float64Array(3), rng)]
    expect(Float64Array.from(parts.flatMap((part) => [...part]))).toEqual(whole)
    expect(law.logProb(whole)).toEqual(law.logPdf({ data: whole, shape: [1000, 3] }))
    expect(law.logProb(whole.slice(30, 33))[0]).toBe(law.logProb(whole)[10])
  })
})

test('one dimension is the normal distribution, no mean is 0, and draws are those of Rng.normal', () => {
  const law = multivariateNormal({ covariance: [[4]] })
  expect(law.logPdf([3])[0]).toBeCloseTo(normal({ sd: 2 }).logPdf(3), 14)
  expect(law.sample(100, { seed: 1 })).toEqual(new Rng(1).normal(100).map((z) => 2 * z))
})

test('the same bytes on every backend and any number of threads', async () => {
  const d = 20
  const rows = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => 0.5 ** Math.abs(i - j)))
  const threads = backend().threads
  const hashes = new Set<string>()
  for (const count of [1, 2, 7]) {
    setThreads(count)
    const [a, b] = [multivariateNormal({ covariance: rows }), multivariateNormal({ precision: rows })]
    const both = mixture([a, b], [1, 2])
    const x = both.sample(5003, { seed: 2026 })
    const all = [
      a.sample(5003, { seed: 1 }),
      b.sample(5003, { seed: 1 }),
      x,
      a.logProb(x),
      b.logProb(x),
      both.logProb(x),
    ]
    hashes.add(await sha256(Float64Array.from(all.flatMap((values) => [...values]))))
  }
  setThreads(backend().name === 'native' ? threads : 1)
  expect([...hashes]).toMatchInlineSnapshot(`
    [
      "6b2c4830e11b70121c14285c5b3c403d19eb50b7a5d3cb1197b1c443a10b6bcb",
    ]
  `)
})

describe('mixtures', () => {
  const parts = [
    multivariateNormal({ mean, covariance }),
    multivariateNormal({
      mean: [5, 5, 5],
      covariance: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    }),
  ]
  const law = mixture(parts, [1, 3])

  test('have the density of the formula and the mean of their parts', () => {
    const x = Float64Array.of(1, 2, 3, 5, 5, 4)
    const [a, b] = parts.map((part) => part.logProb(x))
    for (const i of [0, 1]) {
      expect(law.logProb(x)[i]).toBeCloseTo(Math.log(0.25 * Math.exp(a![i]!) + 0.75 * Math.exp(b![i]!)), 13)
    }
    expect([...law.mean]).toEqual(mean.map((value) => 0.25 * value + 3.75))
    expect(law.logProb(Float64Array.of(1e10, 0, 0))[0]).toBeLessThan(-1e18)
  })

  test('draw rows that do not depend on how many are drawn', () => {
    const whole = law.sample(1000, { seed: 9 })
    expect(law.sample(10, { seed: 9, first: 500 })).toEqual(whole.slice(1500, 1530))
    const near = Array.from({ length: 1000 }, (_, i) => (whole[3 * i + 1]! > 1.5 ? 1 : 0)).filter((one) => one === 1)
    expect(statistics.countTest(near.length, 1000, 0.75)).toBeGreaterThan(0.01)
  })
})

describe('refused', () => {
  const refusals: Record<string, [() => unknown, string]> = {
    'no matrix': [
      () => multivariateNormal({ mean }),
      'to have exactly one of covariance, precision and cholesky; got none',
    ],
    'two matrices': [() => multivariateNormal({ covariance, precision }), 'got covariance and precision'],
    'a mean of another size': [
      () => multivariateNormal({ mean: [1], covariance }),
      '`covariance` to have 1 column; got 3',
    ],
    'a matrix that is not square': [() => multivariateNormal({ covariance: [[1, 0]] }), '`covariance` to have 2 rows'],
    'a matrix that is not symmetric': [
      () =>
        multivariateNormal({
          covariance: [
            [1, 0.5],
            [0, 1],
          ],
        }),
      '`covariance` to be symmetric',
    ],
    'a factor with numbers above the diagonal': [
      () =>
        multivariateNormal({
          cholesky: [
            [1, 1],
            [0, 1],
          ],
        }),
      '`cholesky` to be lower triangular',
    ],
    'rows of another size': [
      () => forms['covariance']!().logPdf([1, 2]),
      '`x` to have rows of 3 numbers; got 2 numbers',
    ],
    'an array that holds no rows': [
      () => forms['covariance']!().sample(new Float64Array(4)),
      '`to` to be a number of rows or a Float64Array of rows of 3',
    ],
    'parts of different sizes': [
      () => mixture([multivariateNormal({ covariance: [[1]] }), multivariateNormal({ covariance })]),
      '`components` to have the same dimension, 1; got 3',
    ],
  }
  test.each(Object.entries(refusals))('%s', (_, [call, sentence]) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(sentence)
  })

  test('a matrix that is not positive definite, with the pivot that fails', () => {
    const wrong = [
      [1, 0.5, 0],
      [0.5, 1, 0.99],
      [0, 0.99, 1],
    ]
    for (const [name, options] of Object.entries({
      covariance: { covariance: wrong },
      precision: { precision: wrong },
    })) {
      let error: unknown
      try {
        multivariateNormal(options)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(NotPositiveDefiniteError)
      expect(error).toMatchObject({ matrix: name, pivot: 2 })
      expect((error as NotPositiveDefiniteError).value).toBeCloseTo(1 - 0.99 ** 2 / 0.75, 12)
      expect((error as Error).message).toContain(`\`${name}\` to be positive definite`)
    }
  })
})
