import { describe, expect, test } from 'vitest'
import { Rng } from '#gibbsite'
import * as statistics from './support/statistics.ts'

// gammaQ(n, x) is the Poisson sum e^-x (1 + x + ... + x^(n-1) / (n-1)!); those were summed with 40 digits.
test('p-values are right', () => {
  expect(statistics.normalCdf(-3)).toBeCloseTo(0.0013498980316301, 15)
  expect(statistics.normalCdf(0.5)).toBeCloseTo(0.691462461274013, 14)
  expect(statistics.zTest(1.959963984540054)).toBeCloseTo(0.05, 14)
  expect(statistics.gammaQ(5, 10)).toBeCloseTo(0.0292526880769611, 14)
  expect(statistics.gammaQ(50, 40)).toBeCloseTo(0.929664933340604, 13)
  expect(statistics.logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14)
  expect(statistics.logGamma(101)).toBeCloseTo(363.739375555563, 10)
  expect(statistics.chiSquareTest([10, 20, 30], [20, 20, 20])).toBeCloseTo(Math.exp(-5), 14)
  expect(statistics.correlation([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 14)
})

const uniform = (x: number) => Math.min(1, Math.max(0, x))
const tests = {
  'Kolmogorov-Smirnov': statistics.kolmogorovSmirnovTest,
  'Anderson-Darling': statistics.andersonDarlingTest,
}

describe.each(Object.entries(tests))('%s', (_, testOf) => {
  test('has uniform p-values where the hypothesis is true', () => {
    const rng = new Rng(1)
    const values = Float64Array.from({ length: 2000 }, () => testOf(rng.uniform(500), uniform))
    const family = new statistics.Family()
    for (const p of [0.01, 0.05, 0.1, 0.5, 0.9]) {
      family.add(`below ${p}`, statistics.countTest(values.filter((value) => value < p).length, values.length, p))
    }
    expect(family.failures()).toEqual([])
  })

  test('sees a distribution that is a little off', () => {
    const sample = new Rng(2).uniform(100_000).map((x) => x ** 1.02)
    expect(testOf(sample, uniform)).toBeLessThan(statistics.LEVEL)
  })
})

test('a family names what failed, and does not pass when empty', () => {
  const family = new statistics.Family(0.01)
  expect(family.failures()).toHaveLength(1)
  family.add('good', 0.3)
  family.add('bad', 0.004)
  expect(family.failures()).toEqual(['bad: p = 0.004 < 0.005'])
  expect(() => family.add('bad', 0.5)).toThrow('twice')
  expect(() => family.add('worse', NaN)).toThrow('from 0 to 1')
})
