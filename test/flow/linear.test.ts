// Invertible linear layers: W = P L (U + diag(s)) assembled in double precision, training that tries to break it.

import { describe, expect, it } from 'vitest'
import { Actnorm, ArgumentError, Flow, IllConditionedError, Linear, Rng } from '#gibbsite'
import { logAbsDet } from '../support/flow-laws.ts'

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

// Adam's steps are about as long as the learning rate, whatever the gradient, so rates of 0.3 and more break a matrix.
describe('10^5 training steps with a hostile learning rate', () => {
  const data = { data: new Rng(4).normal(new Float32Array(512 * 4), { sd: 3 }), shape: [512, 4] }
  const one = () => [new Linear({ seed: 1 })]
  const two = () => [new Actnorm(), new Linear({ seed: 1 }), new Actnorm(), new Linear({ seed: 2 })]

  it.each([
    ['one layer', 0.3, one, undefined],
    ['one layer', 3, one, 'layers[0] (linear)'],
    ['two layers', 0.3, two, 'layers[1] (linear)'],
    ['two layers', 30, two, 'layers[1] (linear)'],
  ] as const)(
    '%s, rate %d: finite numbers, or an error that names the layer',
    async (_, learningRate, layers, broken) => {
      const flow = new Flow(layers(), { dim: 4, seed: 1 })
      const steps = flow.fit(data, { batch: 8, epochs: 1563, learningRate, seed: 1 })
      const error = await steps.then(
        () => undefined,
        (error: unknown) => error,
      )
      if (broken !== undefined) expect(error).toBeInstanceOf(IllConditionedError)
      expect((error as IllConditionedError | undefined)?.layer).toBe(broken)
      for (const { data } of Object.values(flow.parameters())) expect(data.every(Number.isFinite)).toBe(true)
      const { z, logDet } = await flow.forward(data)
      expect(logDet[0]).toBeCloseTo(flow.logDet(), 10)
      const { x } = await flow.inverse(z)
      const worst = x.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data.data[i]!)), 0)
      expect(worst).toBeLessThan(0.1)
    },
  )
})
