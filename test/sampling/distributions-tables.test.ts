// Distributions given by functions of the user's: the table's bound, against functions with corners, jumps and poles.

import { describe, expect, test } from 'vitest'
import { exponential, fromCdf, fromDensity, fromQuantile, normal, Rng, type TabulatedDistribution } from '#gibbsite'

const probabilities = Float64Array.from({ length: 10_001 }, (_, i) => (i + 0.5) / 10_001)

describe('the error in probability stays within the bound that was asked for', () => {
  const cdfs: Record<string, [(x: number) => number, number, number]> = {
    'a square': [(x) => x * x, 0, 1],
    'a steep power': [(x) => x ** 50, 0, 1],
    'a root, whose density has a pole': [(x) => Math.sqrt(x), 0, 1],
    'a corner': [(x) => (x < 0.3 ? x / 3 : 0.1 + ((x - 0.3) * 9) / 7), 0, 1],
    'a flat part': [(x) => (x < 1 ? x / 2 : x < 2 ? 0.5 : (x - 1) / 2), 0, 3],
    'a steep middle': [(x) => 0.5 + Math.atan(1e4 * x) / (2 * Math.atan(1e4)), -1, 1],
  }

  test.each(Object.entries(cdfs))('%s', (_, [cdf, low, high]) => {
    for (const tolerance of [1e-4, 1e-8, 1e-12]) {
      const law = fromCdf({ cdf, low, high, tolerance })
      expect(law.tolerance).toBe(tolerance)
      expect(law.error).toBeLessThanOrEqual(tolerance / 2)
      expect(worst(law, cdf)).toBeLessThan(tolerance)
    }
  })

  test('tables are longer where the bound is smaller, and short', () => {
    const pieces = [1e-4, 1e-7, 1e-10].map(
      (tolerance) => fromCdf({ cdf: (x) => x * x * (3 - 2 * x), low: 0, high: 1, tolerance }).pieces,
    )
    expect(pieces).toEqual([...pieces].sort((a, b) => a - b))
    expect(pieces[2]).toBeLessThan(2000)
  })

  test('a jump gives all of its probability to one place', () => {
    const law = fromCdf({ cdf: (x) => (x < 0.7 ? x / 2 : 0.5 + x / 2), low: 0, high: 1 })
    const inside = probabilities.filter((p) => p > 0.3501 && p < 0.8499)
    for (const x of law.quantile(inside)) expect(Math.abs(x - 0.7)).toBeLessThan(1e-14)
    expect(law.quantile(0.2)).toBeCloseTo(0.4, 9)
    expect(law.quantile(0.9)).toBeCloseTo(0.8, 9)
  })

  test('of densities', () => {
    const standard = normal()
    const mass = standard.cdf(6) - standard.cdf(-6)
    for (const tolerance of [1e-5, 1e-12]) {
      const law = fromDensity({ density: (x) => 17 * Math.exp((-x * x) / 2), low: -6, high: 6, tolerance })
      expect(worst(law, (x) => (standard.cdf(x) - standard.cdf(-6)) / mass)).toBeLessThan(tolerance)
      expect(law.logNormalizer).toBeCloseTo(Math.log(17 * Math.sqrt(2 * Math.PI) * mass), 13)
    }
  })
})

function worst(law: TabulatedDistribution, cdf: (x: number) => number): number {
  return law.quantile(probabilities).reduce((most, x, i) => Math.max(most, Math.abs(cdf(x) - probabilities[i]!)), 0)
}

describe('densities', () => {
  test('need not be normalised; logarithms may be of any size', () => {
    for (const shift of [0, 1e4, -1e4]) {
      const law = fromDensity({ logDensity: (x) => shift - x, low: 0, high: 30 })
      expect(law.logNormalizer).toBeCloseTo(shift + Math.log(-Math.expm1(-30)), 9)
      expect(law.mean).toBeCloseTo(1 - 30 / Math.expm1(30), 9)
      expect(law.logPdf(1)).toBeCloseTo(-1 - Math.log(-Math.expm1(-30)), 9)
      expect(law.survival(20)).toBeCloseTo((Math.exp(-20) - Math.exp(-30)) / -Math.expm1(-30), 15)
    }
  })

  test('may be far larger inside than where they are first looked at', () => {
    const law = fromDensity({ logDensity: (x) => -1e6 * (x - 0.123) ** 2, low: 0, high: 1 })
    expect(law.mean).toBeCloseTo(0.123, 10)
    expect(law.sd).toBeCloseTo(Math.sqrt(0.5e-6), 9)
    expect(law.logNormalizer).toBeCloseTo(0.5 * Math.log(Math.PI / 1e6), 9)
  })

  test('may be 0 in places and have poles at the ends', () => {
    const gap = fromDensity({ density: (x) => (x < 1 || x > 2 ? 1 : 0), low: 0, high: 3 })
    expect([gap.pdf(0.5), gap.pdf(1.5), gap.cdf(1.5)]).toEqual([expect.closeTo(0.5, 12), 0, expect.closeTo(0.5, 12)])
    const arcsine = fromDensity({ density: (x) => 1 / Math.sqrt(x), low: 0, high: 1 })
    expect(arcsine.logNormalizer).toBeCloseTo(Math.log(2), 12)
    for (const p of [1e-6, 0.01, 0.5, 0.99]) expect(Math.abs(arcsine.cdf(p * p) - p)).toBeLessThan(1e-10)
  })

  test('tails are summed from their own ends', () => {
    const law = fromDensity({ density: (x) => Math.exp(-x), low: 0, high: 60 })
    const wanted = (x: number) => (Math.exp(-x) - Math.exp(-60)) / -Math.expm1(-60)
    for (const x of [10, 30, 50]) expect(Math.abs(law.survival(x) / wanted(x) - 1)).toBeLessThan(1e-12)
  })

  test('of a distribution function are its slope', () => {
    const law = fromCdf({ cdf: (x) => x ** 3, low: 0, high: 1 })
    for (const x of [0.1, 0.5, 0.9]) expect(Math.abs(law.pdf(x) / (3 * x * x) - 1)).toBeLessThan(1e-4)
  })
})

describe('a quantile function', () => {
  const law = fromQuantile((p) => -Math.log1p(-p) / 2, { logPdf: (x) => Math.log(2) - 2 * x })
  const exact = exponential({ rate: 2 })

  test('is what draws are made with', () => {
    const u = new Rng(5).uniform(100)
    expect(law.sample(100, { seed: 5 })).toEqual(u.map((p) => -Math.log1p(-p) / 2))
  })

  test('has the probabilities and moments of its distribution', () => {
    for (const x of [0.01, 0.5, 3]) expect(law.cdf(x)).toBeCloseTo(exact.cdf(x), 14)
    expect(law.mean).toBeCloseTo(exact.mean, 11)
    expect(law.variance).toBeCloseTo(exact.variance, 9)
    expect(law.logPdf(2)).toBeCloseTo(exact.logPdf(2), 14)
    expect(law.support).toEqual([0, Infinity])
  })

  test('without a variance has none', () => {
    expect(fromQuantile((p) => -1 / p).variance).toBeNaN()
  })
})
