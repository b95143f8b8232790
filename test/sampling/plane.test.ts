// Eight Gaussians and two moons: densities against their formulas and against draws.

import { expect, it } from 'vitest'
import { ArgumentError, eightGaussians, twoMoons } from '#gibbsite'
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

it('refuses wrong options', () => {
  expect(() => twoMoons({ noise: 0 })).toThrow('expected `noise` to be a number from 0.01 to 10; got 0')
  expect(() => eightGaussians({ sd: -1 })).toThrow('expected `sd` to be a number above 0; got -1')
  expect(() => eightGaussians({ radios: 1 } as never)).toThrow(ArgumentError)
})
