// Eight Gaussians and two moons: densities against their formulas and against draws.

import { expect, it } from 'vitest'
import { ArgumentError, eightGaussians, twoMoons, twoSpirals } from '#gibbsite'
import { equalCountsTest, LEVEL, meanTest } from '../support/statistics.ts'

const normal = (x: number, y: number, sd: number) =>
  Math.exp(-(x * x + y * y) / (2 * sd * sd)) / (2 * Math.PI * sd * sd)

it('eight Gaussians: the density of the even mixture', () => {
  const points = [0, 1, 2, 3].map((i) => [1.9 - i, 0.3 + 0.4 * i])
  const values = eightGaussians({ radius: 1.5, sd: 0.3 }).logPdf(points)
  for (const [i, [x, y]] of points.entries()) {
    const parts = Array.from({ length: 8 }, (_, k) => {
      return normal(x! - 1.5 * Math.cos((k * Math.PI) / 4), y! - 1.5 * Math.sin((k * Math.PI) / 4), 0.3) / 8
    })
    expect(values[i]).toBeCloseTo(Math.log(parts.reduce((sum, part) => sum + part)), 10)
  }
})

it('eight Gaussians: draws fall on all eight evenly', () => {
  const rows = eightGaussians().sample(20_000, { seed: 1 })
  const counts = new Float64Array(8)
  for (let i = 0; i < rows.length; i += 2) {
    const turn = Math.round((8 * Math.atan2(rows[i + 1]!, rows[i]!)) / (2 * Math.PI))
    counts[(turn + 8) % 8]!++
  }
  expect(equalCountsTest(counts)).toBeGreaterThan(LEVEL)
})

/** The density of uniform angles on both half circles and normal noise, the integral over the angle by the midpoint rule. */
function moons(x: number, y: number, noise: number): number {
  const cells = 4000
  let sum = 0
  for (let i = 0; i < cells; i++) {
    const angle = ((i + 0.5) * Math.PI) / cells
    sum += normal(x - Math.cos(angle), y - Math.sin(angle), noise)
    sum += normal(x - 1 + Math.cos(angle), y - 0.5 + Math.sin(angle), noise)
  }
  return sum / (2 * cells)
}

it.each([0.1, 0.05, 0.5])('two moons: the density of noisy half circles, noise %d', (noise) => {
  const inner = [0.2, 0.9, 1.7, 2.5].map((angle) => [0.97 * Math.cos(angle), 1.02 * Math.sin(angle)])
  const lower = inner.map(([x, y]) => [1 - x!, 0.5 - y!])
  const law = twoMoons({ noise })
  const values = law.logPdf([...inner, ...lower])
  // The ends weigh one point of some hundred more: that is all the difference.
  const tolerance = 2 / (law.weights.length / 2)
  for (const [i, [x, y]] of [...inner, ...lower].entries()) {
    expect(Math.abs(values[i]! - Math.log(moons(x!, y!, noise)))).toBeLessThan(tolerance)
  }
})

it('two moons: draws have the mean and the spread of the density', () => {
  const n = 20_000
  const rows = twoMoons().sample(n, { seed: 2 })
  const [x, y] = [0, 1].map((k) => Float64Array.from({ length: n }, (_, i) => rows[2 * i + k]!))
  const { mean } = twoMoons()
  expect(mean[0]).toBeCloseTo(0.5, 12)
  expect(mean[1]).toBeCloseTo(0.25, 12)
  const variance = (of: Float64Array, center: number) => of.reduce((sum, v) => sum + (v - center) ** 2, 0) / n
  expect(meanTest(x!, 0.5, variance(x!, 0.5))).toBeGreaterThan(LEVEL)
  expect(meanTest(y!, 0.25, variance(y!, 0.25))).toBeGreaterThan(LEVEL)
})

/** The density of angles in proportion to themselves along both arms and normal noise, by the midpoint rule. */
function spirals(x: number, y: number, turns: number, noise: number): number {
  const cells = 20_000
  let sum = 0
  for (let i = 0; i < cells; i++) {
    const share = (i + 0.5) / cells
    const angle = 2 * Math.PI * turns * share
    const [ax, ay] = [2 * share * Math.cos(angle), 2 * share * Math.sin(angle)]
    sum += share * (normal(x - ax, y - ay, noise) + normal(x + ax, y + ay, noise))
  }
  return sum / cells
}

it.each([
  [1.5, 0.1],
  [0.25, 0.5],
  [5, 0.05],
  [5, 10],
])('two spirals: the density of noisy arms, %d turns, noise %d', (turns, noise) => {
  const points = [
    [0.1, 0.05],
    [-0.7, 0.6],
    [1.2, -0.4],
    [1.9, -0.3],
    [-1.8, 0.4],
  ]
  const values = twoSpirals({ turns, noise }).logPdf(points)
  for (const [i, [x, y]] of points.entries()) {
    expect(Math.abs(values[i]! - Math.log(spirals(x!, y!, turns, noise)))).toBeLessThan(0.01)
  }
})

it('two spirals: draws fall on both arms evenly, and their spread is that of the density', () => {
  const n = 20_000
  const law = twoSpirals()
  const rows = law.sample(n, { seed: 3 })
  expect(law.mean[0]).toBeCloseTo(0, 12)
  expect(law.mean[1]).toBeCloseTo(0, 12)
  const square = Float64Array.from({ length: n }, (_, i) => rows[2 * i]! ** 2 + rows[2 * i + 1]! ** 2)
  // E r^2 = 4 E share^2 = 2, where shares have the density 2 share; Var r^2 = 16 (1/3 - 1/4); noise adds 2 noise^2.
  const wanted = 2 + 2 * 0.1 ** 2
  const variance = square.reduce((sum, value) => sum + (value - wanted) ** 2, 0) / n
  expect(meanTest(square, wanted, variance)).toBeGreaterThan(LEVEL)
  const right = rows.filter((value, i) => i % 2 === 0 && value > 0).length
  expect(equalCountsTest(Float64Array.of(right, n - right))).toBeGreaterThan(LEVEL)
})

it('refuses wrong options', () => {
  expect(() => twoSpirals({ turns: 6 })).toThrow('expected `turns` to be a number from 0.25 to 5; got 6')
  expect(() => twoMoons({ noise: 0 })).toThrow('expected `noise` to be a number from 0.01 to 10; got 0')
  expect(() => eightGaussians({ sd: -1 })).toThrow('expected `sd` to be a number above 0; got -1')
  expect(() => eightGaussians({ radios: 1 } as never)).toThrow(ArgumentError)
})
