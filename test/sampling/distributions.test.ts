// Quantiles, tails and densities of every family: against an independent script (test/fixtures/distributions.py), and laws
// that hold for all of them.

import { describe, expect, test } from 'vitest'
import type { Distribution } from '#gibbsite'
import * as gibbsite from '#gibbsite'
import { approximate, continuous, discrete, every } from '../support/distributions.ts'
import { fixture } from '../support/fixture.ts'

interface QuantileCase {
  readonly name: string
  readonly options: Record<string, number>
  readonly rows: readonly { readonly p: number; readonly lower: number; readonly upper: number }[]
}

const { closed, special, points } = JSON.parse(new TextDecoder().decode(await fixture('distributions.json'))) as {
  closed: readonly QuantileCase[]
  special: readonly QuantileCase[]
  points: readonly (readonly [string, Record<string, number>, number, number, number, number])[]
}

function made(name: string, options: Record<string, number>): Distribution {
  return (gibbsite as unknown as Record<string, (options: object) => Distribution>)[name]!(options)
}

/** |value - wanted| relative to what is wanted. */
function off(value: number, wanted: number): number {
  return value === wanted ? 0 : Math.abs(value - wanted) / Math.abs(wanted)
}

describe('against values of arbitrary precision', () => {
  const label = ({ name, options }: QuantileCase) => `${name} ${JSON.stringify(options)}`

  test.each(closed.map((one) => [label(one), one] as const))('quantiles in both tails to 1e-12: %s', (_, one) => {
    const law = made(one.name, one.options)
    for (const { p, lower, upper } of one.rows) {
      expect(off(law.quantile(p), lower), `quantile(${p}) is ${law.quantile(p)}, not ${lower}`).toBeLessThan(1e-12)
      expect(off(law.quantileUpper(p), upper), `quantileUpper(${p}) is ${law.quantileUpper(p)}`).toBeLessThan(1e-12)
    }
  })

  test.each(special.map((one) => [label(one), one] as const))('quantiles by iteration to 1e-12: %s', (_, one) => {
    const law = made(one.name, one.options)
    for (const { p, lower, upper } of one.rows) {
      expect(off(law.quantile(p), lower), `quantile(${p}) is ${law.quantile(p)}, not ${lower}`).toBeLessThan(1e-12)
      expect(off(law.quantileUpper(p), upper), `quantileUpper(${p}) is ${law.quantileUpper(p)}`).toBeLessThan(1e-12)
    }
  })

  test.each(points)('density and tails to 1e-12: %s %o at %d', (name, options, x, logPdf, lower, upper) => {
    const law = made(name, options)
    expect(Math.abs(law.logPdf(x) - logPdf)).toBeLessThan(1e-12 * Math.max(1, Math.abs(logPdf)))
    expect(off(law.cdf(x), lower)).toBeLessThan(1e-12)
    expect(off(law.survival(x), upper)).toBeLessThan(1e-12)
  })
})

const middle = Float64Array.from({ length: 199 }, (_, i) => (i + 1) / 200)

describe.each(Object.entries(continuous))('%s', (_, make) => {
  const law = make()

  test('cdf and survival undo quantiles', () => {
    const [x, y] = [law.quantile(middle), law.quantileUpper(middle)]
    const [p, q] = [law.cdf(x), law.survival(y)]
    for (const [i, wanted] of middle.entries()) {
      expect(Math.abs(p[i]! - wanted)).toBeLessThan(2e-12)
      expect(Math.abs(q[i]! - wanted)).toBeLessThan(2e-12)
      expect(Math.abs(law.cdf(y[i]!) - (1 - wanted))).toBeLessThan(2e-12)
    }
  })

  test('the density is the derivative of the distribution function', () => {
    const x = law.quantile(Float64Array.from({ length: 49 }, (_, i) => (i + 1) / 50))
    let judged = 0
    for (const at of x) {
      const step = 1e-5 * (law.quantile(0.75) - law.quantile(0.25))
      const f = (k: number) => (k > 0 ? -law.survival(at + k * step) : law.cdf(at + k * step) - 1)
      const slope = (8 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12 * step)
      if (!smoothAt(law, at, step)) continue
      judged++
      expect(Math.abs(slope / law.pdf(at) - 1)).toBeLessThan(2e-6)
    }
    // Some points may lie at a corner or close to a pole.
    expect(judged).toBeGreaterThan(30)
  })

  test('mean and variance are integrals of the density', () => {
    if (Number.isNaN(law.mean)) return
    const { total, mean, variance } = integrals(law)
    expect(total).toBeCloseTo(1, 9)
    expect(Math.abs(mean - law.mean)).toBeLessThan(1e-8 * (Math.abs(law.mean) + law.sd))
    expect(Math.abs(variance / law.variance - 1)).toBeLessThan(1e-7)
  })
})

/** Whether the density changes little over the points of a difference: not where it jumps or has a corner. */
function smoothAt(law: Distribution, x: number, step: number): boolean {
  const [a, b, c] = [law.pdf(x - 2 * step), law.pdf(x), law.pdf(x + 2 * step)]
  return Math.abs(a - 2 * b + c) < 1e-6 * b
}

const RULE = [
  [-0.906179845938664, 0.2369268850561891],
  [-0.5384693101056831, 0.4786286704993665],
  [0, 0.5688888888888889],
  [0.5384693101056831, 0.4786286704993665],
  [0.906179845938664, 0.2369268850561891],
] as const

/** Where densities have corners and jumps. */
const CORNERS = [0, 1, 2, 3]

/** Of the density, and of x and (x - mean)^2 times the density: Gauss's rule of five points between close quantiles. */
function integrals(law: Distribution): { total: number; mean: number; variance: number } {
  const tails = Float64Array.from({ length: 1600 }, (_, i) => 0.5 * 2 ** (-i / 8))
  const fill = Float64Array.from({ length: 399 }, (_, i) => (i + 1) / 400)
  const corners = CORNERS.filter((x) => x >= law.support[0] && x <= law.support[1])
  const quantiles = [...law.quantile(tails), ...law.quantileUpper(tails), ...law.quantile(fill), ...corners]
  const ends = Float64Array.from(quantiles).sort()
  const [nodes, masses] = [new Float64Array(5 * ends.length - 5), new Float64Array(5 * ends.length - 5)]
  for (let i = 0; i < nodes.length; i++) {
    const [a, b] = [ends[Math.floor(i / 5)]!, ends[Math.floor(i / 5) + 1]!]
    nodes[i] = (a + b) / 2 + (RULE[i % 5]![0] * (b - a)) / 2
    masses[i] = (RULE[i % 5]![1] * (b - a)) / 2
  }
  for (const [i, density] of law.pdf(nodes).entries()) {
    // Beside a pole at 1 there are no numbers any more.
    masses[i] = masses[i] === 0 || !Number.isFinite(density) ? 0 : masses[i]! * density
  }
  const sum = (f: (x: number) => number) =>
    masses.reduce((all, mass, i) => (mass === 0 ? all : all + mass * f(nodes[i]!)), 0)
  const mean = sum((x) => x)
  return { total: sum(() => 1), mean, variance: sum((x) => (x - mean) ** 2) }
}

describe.each(Object.entries(approximate))('%s', (_, make) => {
  const law = make()

  test('quantiles keep their bound in probability', () => {
    const p = Float64Array.from({ length: 5001 }, (_, i) => (i + 0.5) / 5001)
    const back = law.cdf(law.quantile(p))
    const bound = 'tolerance' in law ? (law.tolerance as number) : 1e-15
    expect(Math.max(...back.map((value, i) => Math.abs(value - p[i]!)))).toBeLessThan(bound)
  })

  test('quantiles rise', () => {
    const x = law.quantile(Float64Array.from({ length: 30_001 }, (_, i) => i / 30_001))
    expect(x.every((value, i) => i === 0 || value >= x[i - 1]!)).toBe(true)
  })
})

describe.each(Object.entries(discrete))('%s', (_, make) => {
  const law = make()

  test('quantiles are the smallest integers that reach a probability', () => {
    const x = law.quantile(middle)
    for (const [i, p] of middle.entries()) {
      expect(Number.isInteger(x[i])).toBe(true)
      expect(law.cdf(x[i]!)).toBeGreaterThanOrEqual(p - 1e-14)
      expect(law.cdf(x[i]! - 1)).toBeLessThan(p + 1e-14)
      const y = law.quantileUpper(p)
      expect(law.survival(y)).toBeLessThanOrEqual(p + 1e-14)
      expect(law.survival(y - 1)).toBeGreaterThan(p - 1e-14)
    }
  })

  test('probabilities sum to the distribution function, mean and variance', () => {
    const [first, last] = [law.quantile(1e-18), law.quantileUpper(1e-18)]
    const x = Float64Array.from({ length: last - first + 1 }, (_, i) => first + i)
    const masses = law.pdf(x)
    let [sum, mean] = [0, 0]
    for (const [i, mass] of masses.entries()) {
      sum += mass
      mean += mass * x[i]!
      if (i % 97 === 0) expect(Math.abs(law.cdf(x[i]!) - sum)).toBeLessThan(1e-11)
    }
    expect(sum).toBeCloseTo(1, 12)
    expect(Math.abs(mean - law.mean)).toBeLessThan(1e-11 * (1 + Math.abs(mean)))
    const variance = masses.reduce((total, mass, i) => total + mass * (x[i]! - mean) ** 2, 0)
    expect(Math.abs(variance - law.variance)).toBeLessThan(1e-9 * (1 + law.variance))
  })

  test('there is nothing between integers', () => {
    const x = law.quantile(0.5)
    expect(law.logPdf(x + 0.5)).toBe(-Infinity)
    expect(law.cdf(x + 0.5)).toBe(law.cdf(x))
  })
})

describe.each(Object.entries(every))('%s', (name, make) => {
  const law = make()
  const [low, high] = law.support

  test('arrays hold what single numbers give', () => {
    const x = law.quantile(middle)
    expect([...law.quantile([...middle])]).toEqual([...x])
    for (const i of [0, 50, 198]) {
      expect(law.quantile(middle[i]!)).toBe(x[i])
      expect(law.cdf(x)[i]).toBe(law.cdf(x[i]!))
      expect(law.survival(x)[i]).toBe(law.survival(x[i]!))
      if (!law.discrete && name === 'fromCdf, x^3') continue
      expect(law.logPdf(x)[i]).toBe(law.logPdf(x[i]!))
      expect(law.logProb(x)[i]).toBe(law.logPdf(x[i]!))
      expect(law.pdf(x)[i]).toBe(law.pdf(x[i]!))
    }
  })

  test('outside of the support there is nothing', () => {
    expect([law.cdf(-Infinity), law.survival(-Infinity), law.cdf(Infinity), law.survival(Infinity)]).toEqual([
      0, 1, 1, 0,
    ])
    expect(law.logPdf([-Infinity, Infinity])).toEqual(Float64Array.of(-Infinity, -Infinity))
    if (Number.isFinite(low)) expect([law.cdf(low - 1), law.survival(low - 1), law.pdf(low - 1)]).toEqual([0, 1, 0])
    if (Number.isFinite(high)) expect([law.cdf(high + 1), law.survival(high + 1), law.pdf(high + 1)]).toEqual([1, 0, 0])
  })

  test('the quantiles of 0 and 1 are the ends', () => {
    expect([law.quantile(0), law.quantileUpper(1)]).toEqual([low, low])
    expect([law.quantile(1), law.quantileUpper(0)]).toEqual([high, high])
  })
})
