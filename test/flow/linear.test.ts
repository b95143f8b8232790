// Invertible linear layers: W = P L (U + diag(s)) assembled in double precision, training that tries to break it.

import { describe, expect, it } from 'vitest'
import { ArgumentError, Flow, IllConditionedError, Linear, Rng } from '#gibbsite'
import { LawFlow, logAbsDet } from '../support/flow-laws.ts'

interface Parts {
  readonly logScale: ArrayLike<number>
  readonly lower: ArrayLike<number>
  readonly upper: ArrayLike<number>
}

/** W in double precision, by the definition. */
function assembled(layer: Linear, { logScale, lower, upper }: Parts): Float64Array[] {
  const c = logScale.length
  const words = layer.words({ features: c, height: 1, width: 1 })
  const square = () => Array.from({ length: c }, () => new Float64Array(c))
  const [L, V, W] = [square(), square(), square()]
  let [below, above] = [0, 0]
  for (let i = 0; i < c; i++) {
    for (let j = 0; j < i; j++) L[i]![j] = lower[below++]!
    L[i]![i] = 1
    V[i]![i] = words[c + i]! * Math.exp(logScale[i]!)
    for (let j = i + 1; j < c; j++) V[i]![j] = upper[above++]!
  }
  for (let i = 0; i < c; i++) {
    const row = L[words[i]!]!
    for (let k = 0; k < c; k++) for (let j = 0; j < c; j++) W[i]![j]! += row[k]! * V[k]![j]!
  }
  return W
}

function partsOf(flow: Flow): Parts {
  const parameters = flow.parameters()
  const [logScale, lower, upper] = ['logScale', 'lower', 'upper'].map((name) => parameters[`0.${name}`]!.data)
  return { logScale: logScale!, lower: lower!, upper: upper! }
}

/** A flow of one layer with random triangles. */
function randomFlow(layer: Linear, c: number, seed: number): Flow {
  const flow = new Flow([layer], { dim: c })
  const rng = new Rng(seed)
  flow.setParameters({
    '0.logScale': rng.normal(c, { sd: 0.7 }),
    '0.lower': rng.normal((c * (c - 1)) / 2, { sd: 0.5 / Math.sqrt(c) }),
    '0.upper': rng.normal((c * (c - 1)) / 2, { sd: 0.5 / Math.sqrt(c) }),
  })
  return flow
}

describe('the matrix', () => {
  it.each([1, 2, 12, 48])('of %i features is P L (U + diag(s)), and logDet its log-determinant', async (c) => {
    const layer = new Linear({ seed: c })
    const flow = randomFlow(layer, c, c)
    const W = assembled(layer, partsOf(flow))
    const axes = Array.from({ length: c }, (_, i) => Array.from({ length: c }, (_, j) => (i === j ? 1 : 0)))
    const { z, logDet } = await flow.forward(axes)
    for (let i = 0; i < c; i++) for (let j = 0; j < c; j++) expect(z.data[j * c + i]).toBeCloseTo(W[i]![j]!, 4)
    const exact = logAbsDet(W)
    expect(Math.abs(flow.logDet() - exact)).toBeLessThan(1e-6 * Math.abs(exact))
    expect(logDet[0]).toBe(flow.logDet())
  })

  it.each([1, 3, 12, 48, 100])('of %i features is a rotation at first, of its seed', (c) => {
    const layer = new Linear({ seed: 9 })
    const W = assembled(layer, partsOf(new Flow([layer], { dim: c })))
    for (let i = 0; i < c; i++) {
      for (let k = 0; k <= i; k++) {
        const product = W[i]!.reduce((sum, value, j) => sum + value * W[k]![j]!, 0)
        expect(product).toBeCloseTo(i === k ? 1 : 0, 5)
      }
    }
    const again = new Linear({ seed: 9 })
    expect(assembled(again, partsOf(new Flow([again], { dim: c })))).toEqual(W)
  })

  it('differs between seeds, and a fresh seed is kept', () => {
    const start = (layer: Linear) => partsOf(new Flow([layer], { dim: 4 }))
    expect(start(new Linear({ seed: 1 }))).not.toEqual(start(new Linear({ seed: 2 })))
    const fresh = new Linear()
    expect(start(new Linear(fresh.options))).toEqual(start(fresh))
  })

  it('of images works on the channels of every pixel', async () => {
    const layer = new Linear({ seed: 5 })
    const image = new Flow([layer], { shape: [2, 3, 4] })
    const vector = new Flow([layer], { dim: 4 })
    const x = new Rng(6).normal(new Float32Array(2 * 24))
    const z = await image.forward({ data: x, shape: [2, 24] })
    const pixels = await vector.forward({ data: x, shape: [12, 4] })
    expect(z.z.data).toEqual(pixels.z.data)
    expect(z.logDet[0]).toBe(6 * vector.logDet())
  })
})

describe('a badly conditioned matrix', () => {
  it('is refused by name, and changes nothing', () => {
    const flow = new Flow([new Linear({ seed: 1 }), new Linear({ seed: 2 })], { dim: 3 })
    const before = flow.parameters()
    for (const values of [
      [0, 20, 0],
      [-200, 0, 0],
      [-1e9, 0, 0],
    ]) {
      const set = () => flow.setParameters({ '1.logScale': values })
      expect(set).toThrow(IllConditionedError)
      expect(set).toThrow('expected the matrix of layers[1] (linear) to have a condition number of at most 10^6')
    }
    expect(() => flow.setParameters({ '0.lower': [Number.NaN, 0, 0] })).toThrow(ArgumentError)
    expect(flow.parameters()).toEqual(before)
    flow.setParameters({ '1.logScale': [0, 8, 0] })
  })
})

// Plain gradient steps with rates that are far too large, until 10^5 of them have been made. Parameters go through
// `setParameters`, so they are as every flow would take them; after a refusal training begins anew.
describe('10^5 training steps with a hostile learning rate', () => {
  it('leave finite numbers or end in an error that names the layer', () => {
    const [c, rows, steps] = [4, 8, 100_000]
    const layer = new Linear({ seed: 3 })
    const flow = new Flow([layer], { dim: c })
    const law = new LawFlow({ name: 'linear', layers: () => [layer], shape: [c] }, 1)
    const start = Float32Array.from(Object.values(flow.parameters()).flatMap(({ data }) => [...data]))
    const data = new Rng(4).normal(new Float32Array(64 * rows * c), { sd: 3 })
    law.parameters.set(start)
    let refusals = 0
    let calm = 0
    for (let step = 0; step < steps; step++) {
      const at = (step % 64) * rows * c
      const { parameters } = law.gradient(data.subarray(at, at + rows * c), false)
      const rate = 10 ** ((step % 5) - 4) / rows
      for (let i = 0; i < parameters.length; i++) law.parameters[i]! += rate * parameters[i]!
      try {
        flow.setParameters({
          '0.logScale': law.parameters.subarray(0, c),
          '0.lower': law.parameters.subarray(c, c + 6),
          '0.upper': law.parameters.subarray(c + 6),
        })
        calm++
        if (!Number.isFinite(flow.logDet())) throw new Error(`step ${step}: logDet is ${flow.logDet()}`)
      } catch (error) {
        if (!(error instanceof IllConditionedError || error instanceof ArgumentError)) throw error
        if (error instanceof IllConditionedError) expect(error.layer).toBe('layers[0] (linear)')
        law.parameters.set(start)
        refusals++
      }
    }
    expect(calm + refusals).toBe(steps)
    expect(refusals).toBeGreaterThan(0)
    expect(calm).toBeGreaterThan(steps / 2)
  })
})
