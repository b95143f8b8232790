// What a trained flow is asked: ways between rows, its spectrum, its own errors, and to serve as proposal and target.

import { describe, expect, it } from 'vitest'
import {
  Actnorm,
  Coupling,
  Flow,
  glow,
  importance,
  Linear,
  Logit,
  metropolis,
  nice,
  normalTarget,
  nuts,
  oneHot,
  Rescale,
  realNVP,
} from '#gibbsite'
import { shaken } from '../support/flows.ts'
import { energyOf, linearFlow } from '../support/linear-flow.ts'
import { Family, zTest } from '../support/statistics.ts'

const bent = () => shaken(realNVP({ dim: 3, couplings: 4, hidden: [8], seed: 1 }), 0.3)

describe('interpolation', () => {
  it('goes straight in z, from a to b', async () => {
    const flow = bent()
    const [a, b] = [
      [1, 2, -1],
      [0, -1, 3],
    ]
    const { data, shape } = await flow.interpolate([a, b], [b, a], { steps: 5 })
    expect(shape).toEqual([10, 3])
    a.forEach((value, i) => void expect(data[i]).toBeCloseTo(value, 4))
    b.forEach((value, i) => void expect(data[12 + i]).toBeCloseTo(value, 4))
    const z = (await flow.forward({ data, shape })).z.data
    for (let i = 0; i < 3; i++) {
      expect(z[3 + i]).toBeCloseTo(0.75 * z[i]! + 0.25 * z[12 + i]!, 4)
      expect(data[15 + i]).toBeCloseTo(b[i]!, 4)
    }
  })

  it('keeps the context of each pair', async () => {
    const flow = shaken(realNVP({ dim: 2, couplings: 2, hidden: [8], context: 2, seed: 1 }), 0.5)
    const rows = [
      [1, 2],
      [3, 4],
    ]
    const { data } = await flow.interpolate(rows, rows, { steps: 2, context: oneHot([0, 1], 2) })
    for (const [k, value] of [1, 2, 1, 2, 3, 4, 3, 4].entries()) expect(data[k]).toBeCloseTo(value, 4)
  })
})

describe('the spectrum', () => {
  it('is the scales of the last layer, and their order', () => {
    const flow = nice({ dim: 4, hidden: [4], seed: 1 })
    flow.setParameters({ '4.logScale': [0, 1, -1, 0.5] })
    const { scale, order } = flow.spectrum()
    for (const [i, log] of [0, 1, -1, 0.5].entries()) expect(scale[i]).toBeCloseTo(Math.exp(log), 12)
    expect([...order]).toEqual([2, 0, 3, 1])
  })

  it('is that of flows that end in a scaling alone', () => {
    expect(() => bent().spectrum()).toThrow('expected `flow` to end in a rescale layer')
    expect(() => new Flow([new Rescale(), new Actnorm()], { dim: 2 }).spectrum()).toThrow('got layers[1] (actnorm)')
  })
})

describe('check', () => {
  it.each([
    ['vectors', bent()],
    ['images', shaken(glow({ shape: [4, 4, 2], levels: 2, steps: 1, hidden: [4, 4], seed: 1 }), 0.05)],
    ['contexts', shaken(realNVP({ dim: 2, couplings: 2, hidden: [8], context: 2, seed: 1 }), 0.5)],
  ])('finds small errors in every layer of a sound flow: %s', async (_, flow) => {
    const context = flow.context > 0 ? [[1, 0]] : undefined
    const { layers, flow: whole, worst, seed } = await flow.check({ seed: 3, points: 3, context })
    expect(layers.map(({ name }) => name)).toEqual(flow.layers.map(({ kind }, i) => `layers[${i}] (${kind})`))
    for (const { roundTrip, logDet } of [...layers, whole]) {
      expect(roundTrip).toBeLessThan(1e-5)
      expect(logDet).toBeLessThan(1e-4)
    }
    expect(layers).toContainEqual(worst)
    expect(await flow.check({ seed, points: 3, context })).toEqual({ layers, flow: whole, worst, seed })
  })

  it('names the layer that is too flat for float32', async () => {
    const flow = new Flow([new Actnorm(), new Coupling(), new Coupling({ parity: 1 }), new Rescale()], {
      dim: 4,
      seed: 1,
    })
    const flat = new Float32Array(2).fill(-18)
    flow.setParameters({ '2.scale': flat, '2.net.2.bias': [9, 9, 1e4, 1e4] })
    const { worst, layers } = await flow.check({ data: [[1, 2, 3, 4]] })
    expect(worst.name).toBe('layers[2] (coupling)')
    expect(worst.roundTrip).toBeGreaterThan(1e-5)
    expect(layers[1]!.roundTrip).toBe(0)
  })

  it('says Infinity where numbers are not finite', async () => {
    const flow = new Flow([new Actnorm(), new Rescale()], { dim: 2 })
    flow.setParameters({ '1.logScale': [90, 0] })
    const { worst } = await flow.check({ data: [[1, 2]] })
    expect(worst).toEqual({
      name: 'layers[1] (rescale)',
      roundTrip: Number.POSITIVE_INFINITY,
      logDet: Number.POSITIVE_INFINITY,
    })
  })

  it('takes its reference from the Jacobian and not from the layer', async () => {
    const linear = await linearFlow(6)
    const flow = linear.flow
    const { logDet } = await flow.forward(new Float32Array(6))
    // Elimination in float64, of the matrix that `forward` shows.
    let reference = 0
    const m = linear.matrix.map((row) => [...row])
    for (let k = 0; k < 6; k++) {
      const pivot = m.reduce((best, row, i) => (i >= k && Math.abs(row[k]!) > Math.abs(m[best]![k]!) ? i : best), k)
      ;[m[k], m[pivot]] = [m[pivot]!, m[k]!]
      reference += Math.log(Math.abs(m[k]![k]!))
      for (let i = k + 1; i < 6; i++) {
        const factor = m[i]![k]! / m[k]![k]!
        m[i] = m[i]!.map((value, j) => value - factor * m[k]![j]!)
      }
    }
    expect(logDet[0]).toBeCloseTo(reference, 4)
    expect((await flow.check({ points: 1, seed: 1 })).flow.logDet).toBeLessThan(1e-5)
  })
})

describe('a flow as a proposal', () => {
  // Family level 1e-3. The target is normal with known moments, the flow is another, wider normal law.
  it('of importance sampling gives the normaliser and the moments of the target', async () => {
    const flow = new Flow([new Rescale()], { dim: 2 })
    flow.setParameters({ '0.logScale': [-0.4, -0.3] })
    const target = normalTarget({ mean: [0.5, -0.25], sd: [1, 1] })
    const found = await importance({ target, proposal: flow, draws: 5000, seed: 1 })
    const family = new Family()
    const add = (name: string, { value, standardError }: { value: number; standardError: number }, exact: number) =>
      family.add(name, zTest((value - exact) / standardError))
    add('log Z', found.logNormalizer, 0)
    add(
      'x',
      found.estimate(([x]) => x!),
      0.5,
    )
    add(
      'y^2',
      found.estimate(([, y]) => y! * y!),
      1 + 0.25 ** 2,
    )
    expect(family.failures()).toEqual([])
    expect(found.ess).toBeGreaterThan(2000)
  })

  it('of itself has weights of 1', async () => {
    const flow = bent()
    const { logNormalizer, ess } = await importance({ target: flow, proposal: flow, draws: 300, seed: 2 })
    expect(logNormalizer.value).toBeCloseTo(0, 12)
    expect(ess).toBeCloseTo(300, 6)
  })

  it('of independence Metropolis on itself is always accepted', async () => {
    const flow = shaken(realNVP({ dim: 2, couplings: 2, hidden: [8], context: 2, seed: 1 }), 0.5).given([[1, 0]])
    const run = await metropolis({ target: flow, proposal: flow, chains: 2, warmup: 0, draws: 100, seed: 3 })
    expect([...run.acceptanceRate]).toEqual([1, 1])
  })

  it('of independence Metropolis gives the moments of another target', async () => {
    const flow = new Flow([new Rescale()], { dim: 2 })
    flow.setParameters({ '0.logScale': [-0.4, -0.3] })
    const target = normalTarget({ mean: [0.5, -0.25], sd: [1, 1] })
    const run = await metropolis({ target, proposal: flow, chains: 4, warmup: 100, draws: 1000, seed: 5 })
    const family = new Family()
    for (const [i, row] of run.summary().rows.entries()) {
      family.add(row.name, zTest((row.mean - [0.5, -0.25][i]!) / row.mcse_mean))
    }
    expect(family.failures()).toEqual([])
  })
})

describe('a flow as a target', () => {
  it('has the log density of logProb, and its gradient', async () => {
    const linear = await linearFlow(3)
    const x = Float64Array.of(1, 2, -1)
    const [value, slope] = [new Float64Array(1), new Float64Array(3)]
    linear.flow.toDensity().evaluate(x, value, slope)
    expect(value[0]).toBe((await linear.flow.logProb([...x]))[0])
    for (let i = 0; i < 3; i++) {
      const at = (by: number) =>
        energyOf(
          linear,
          x.map((v, j) => (i === j ? v + by : v)),
        )
      expect(slope[i]).toBeCloseTo((at(1e-4) - at(-1e-4)) / 2e-4, 3)
    }
  })

  // Family level 1e-3: draws taken through f are standard normal.
  it('is sampled by nuts', async () => {
    const flow = bent()
    const run = await nuts({ target: flow, chains: 4, warmup: 300, draws: 500, seed: 4 })
    expect(run.names).toEqual(['x[0]', 'x[1]', 'x[2]'])
    const family = new Family()
    const { z } = await flow.forward(run.data)
    const ess = Math.min(...run.summary().rows.map((row) => row.ess_bulk))
    for (let i = 0; i < 3; i++) {
      const column = Array.from({ length: 2000 }, (_, r) => z.data[3 * r + i]!)
      family.add(`mean ${i}`, zTest((column.reduce((a, b) => a + b) / 2000) * Math.sqrt(ess)))
    }
    expect(ess).toBeGreaterThan(200)
    expect(family.failures()).toEqual([])
  })

  it('is empty outside of the interval of its logit', () => {
    const flow = new Flow([new Logit({ alpha: 0 }), new Linear({ seed: 1 })], { dim: 2 })
    const [values, slopes] = [new Float64Array(3), new Float64Array(6)]
    flow.toDensity().evaluate(Float64Array.of(0.5, 0.5, 1.5, 0.5, 0, 0.2), values, slopes)
    expect(Number.isFinite(values[0])).toBe(true)
    expect([values[1], values[2]]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])
  })

  it('wants its context', () => {
    const flow = realNVP({ dim: 2, couplings: 2, hidden: [8], context: 2, seed: 1 })
    expect(() => flow.toDensity()).toThrow('expected `context` to be given, 2 numbers a row; got none')
    expect(() => flow.given([[1, 2, 3]])).toThrow('expected `context` to have 2 columns; got 3')
    expect(() => bent().given([[1]])).toThrow('expected `context` to be absent')
  })
})
