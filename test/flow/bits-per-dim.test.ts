// Bits per dimension, against densities in closed form.

import { describe, expect, it } from 'vitest'
import { Flow, Logit, Rescale } from '#gibbsite'
import { uniforms } from '../support/enumeration.ts'
import { Family, zTest } from '../support/statistics.ts'

/** x ~ logistic with this scale, in each of the dimensions. */
function logisticFlow(dim: number, scale: number): Flow {
  const flow = new Flow([new Rescale()], { dim, base: 'logistic' })
  flow.setParameters({ '0.logScale': new Float32Array(dim).fill(-Math.log(scale)) })
  return flow
}

const logDensity = (x: number, scale: number) => -Math.log(scale) - 2 * Math.log(2 * Math.cosh(x / scale / 2))

describe('bitsPerDim', () => {
  it('is that of the density where levels are so many that the noise does not count', async () => {
    const next = uniforms(1)
    const x = Array.from({ length: 6 }, () => Math.fround(Math.round(next() * 65535) / 65535))
    const { rows, mean } = await logisticFlow(6, 0.3).bitsPerDim(x, { levels: 65536, seed: 1 })
    const nats = x.reduce((sum, value) => sum + logDensity(value, 0.3), 0)
    expect(rows[0]).toBeCloseTo(16 - nats / (6 * Math.LN2), 3)
    expect(mean).toBe(rows[0])
  })

  // Family level 1e-3: the mean over noise is the integral of the log density over the level.
  it('is the mean over noise between the levels', async () => {
    const levels = 3
    const data = Array.from({ length: 4000 }, (_, i) => [(i % levels) / (levels - 1), 0])
    const { mean, standardError, rows, seed } = await logisticFlow(2, 0.2).bitsPerDim(data, {
      levels,
      seed: 2,
    })
    const cell = (k: number) => {
      let sum = 0
      for (let u = 0.0005; u < 1; u += 0.001) sum += logDensity((k + u) / levels, 0.2) / 1000
      return sum
    }
    const exact = Math.log2(levels) - ((cell(0) + cell(1) + cell(2)) / 3 + cell(0)) / (2 * Math.LN2)
    const family = new Family()
    // Levels come in turn, so their own spread is no part of the error: this makes the test a little blunter.
    family.add('mean', zTest((mean - exact) / standardError))
    expect(family.failures()).toEqual([])
    const spread = rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3999
    expect(standardError).toBeCloseTo(Math.sqrt(spread / 4000), 12)
    expect((await logisticFlow(2, 0.2).bitsPerDim(data, { levels, seed })).rows).toEqual(rows)
  })

  it('is 8 for a uniform density over 256 levels', async () => {
    // The logit of a uniform number is logistic.
    const flow = new Flow([new Logit({ alpha: 0 })], { dim: 3, base: 'logistic' })
    const { mean, standardError } = await flow.bitsPerDim([
      [0, 0.5, 1],
      [1, 1, 0.25],
    ])
    expect(mean).toBeCloseTo(8, 4)
    expect(standardError).toBeLessThan(1e-4)
  })

  it('refuses numbers that are no levels', async () => {
    const flow = logisticFlow(2, 1)
    await expect(flow.bitsPerDim([0, 1.5])).rejects.toThrow('expected `data` to hold numbers from 0 to 1; got 1.5')
    await expect(flow.bitsPerDim([0, 1], { levels: 1 })).rejects.toThrow('expected `levels` to be an integer from 2')
  })
})
