// Layers against their definitions: where numbers go, closed forms, first values, refused options.

import { describe, expect, it } from 'vitest'
import {
  Actnorm,
  ArgumentError,
  Coupling,
  current,
  Flow,
  Inverse,
  type Layer,
  Logit,
  Permutation,
  Rescale,
  Rng,
  Split,
  Squeeze,
} from '#gibbsite'
import { LawFlow } from '../support/flow-laws.ts'

async function forward(layers: readonly Layer[], shape: readonly number[], rows: number[][]) {
  const flow = shape.length === 1 ? new Flow(layers, { dim: shape[0]! }) : new Flow(layers, { shape })
  const { z, logDet } = await flow.forward(rows)
  return { z: [...z.data], logDet: [...logDet] }
}

describe('where numbers go', () => {
  it('squeeze puts pixel (dy, dx) of channel k at 4 k + 2 dy + dx', async () => {
    const [height, width, channels] = [4, 6, 3]
    const number = (y: number, x: number, k: number) => (y * width + x) * channels + k
    const image = Array.from({ length: height * width * channels }, (_, i) => i)
    const { z, logDet } = await forward([new Squeeze()], [height, width, channels], [image, image.map((v) => -v)])
    const expected = []
    for (let y = 0; y < height / 2; y++) {
      for (let x = 0; x < width / 2; x++) {
        for (let k = 0; k < channels; k++) {
          for (const [dy, dx] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const)
            expected.push(number(2 * y + dy, 2 * x + dx, k))
        }
      }
    }
    expect(z).toEqual([...expected, ...expected.map((v) => -v)])
    expect(logDet).toEqual([0, 0])
  })

  it('split keeps the first half; in z the last split comes first', async () => {
    const { z } = await forward([new Split(), new Split()], [8], [[0, 1, 2, 3, 4, 5, 6, 7]])
    expect(z).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    // Squeezed pixels [0 1 2 3], [4 5 6 7] of a row; channels 0 and 1 of both go on.
    const image = await forward([new Squeeze(), new Split()], [2, 4, 1], [[0, 1, 4, 5, 2, 3, 6, 7]])
    expect(image.z).toEqual([0, 1, 4, 5, 2, 3, 6, 7])
  })

  it('permutations give place i the feature order[i]', async () => {
    const row = [[10, 11, 12, 13]]
    expect((await forward([new Permutation({ order: [2, 0, 3, 1] })], [4], row)).z).toEqual([12, 10, 13, 11])
    expect((await forward([new Permutation({ order: 'reverse' })], [4], row)).z).toEqual([13, 12, 11, 10])
    expect((await forward([new Permutation({ order: [1, 0] })], [1, 2, 2], row)).z).toEqual([11, 10, 13, 12])
    expect((await forward([new Permutation({ order: [0, 1, 2, 3] })], [4], row)).z).toEqual(row[0])
  })

  it('random permutations are functions of their seed', () => {
    const shape = { features: 50, height: 1, width: 1 }
    const words = (seed: number) => new Permutation({ seed }).words(shape)
    expect(words(3)).toEqual(words(3))
    expect(words(3)).not.toEqual(words(4))
    expect([...words(3)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    const { options } = new Permutation()
    expect(new Permutation(options as { seed: number }).words(shape)).toEqual(words((options as { seed: number }).seed))
  })
})

describe('closed forms', () => {
  it('logit is log p - log(1 - p) of alpha + (1 - 2 alpha) x', async () => {
    const row = [0, 0.001, 0.3, 0.5, 0.9, 1]
    for (const alpha of [0.05, 0.25, 1e-4]) {
      const { z, logDet } = await forward([new Logit({ alpha })], [6], [row])
      const p = row.map((x) => alpha + (1 - 2 * alpha) * x)
      p.forEach((value, i) => void expect(z[i]).toBeCloseTo(Math.log(value / (1 - value)), 5))
      const slopes = p.map((value) => Math.log((1 - 2 * alpha) / (value * (1 - value))))
      expect(logDet[0]).toBeCloseTo(
        slopes.reduce((sum, value) => sum + value),
        5,
      )
    }
  })

  it('rescale multiplies by exp(s), actnorm adds its shift', async () => {
    const flow = new Flow([new Rescale(), new Actnorm()], { dim: 2 })
    flow.setParameters({ '0.logScale': [1, -2], '1.logScale': [0.5, 0], '1.shift': [3, -4] })
    const { z, logDet } = await flow.forward([[1.5, -2]])
    expect(z.data[0]).toBeCloseTo(1.5 * Math.exp(1.5) + 3, 5)
    expect(z.data[1]).toBeCloseTo(-2 * Math.exp(-2) - 4, 5)
    expect(logDet[0]).toBeCloseTo(-0.5, 6)
    expect(flow.logDet()).toBeCloseTo(-0.5, 6)
  })
})

describe('logDet of a whole flow', () => {
  it('counts pixels, and the inverse with the other sign', async () => {
    const layers = [new Actnorm(), new Squeeze(), new Rescale(), new Split(), new Inverse(new Rescale())]
    const flow = new Flow(layers, { shape: [2, 4, 1] })
    const values = { '0.logScale': [0.25], '2.logScale': [1, 2, 4, 8], '4.logScale': [16, 32] }
    flow.setParameters(values)
    expect(flow.logDet()).toBeCloseTo(8 * 0.25 + 2 * 15 - 2 * 48, 10)
    const { logDet } = await flow.forward([[1, 2, 3, 4, 5, 6, 7, 8]])
    expect(logDet[0]).toBe(flow.logDet())
  })

  it('is that of additive couplings, and refuses those that look at the row', () => {
    const additive = new Coupling({ law: 'additive' })
    expect(new Flow([additive, new Permutation({ order: 'reverse' })], { dim: 4 }).logDet()).toBe(0)
    const flow = new Flow([additive, new Coupling()], { dim: 4 })
    const sentence =
      'expected `flow` to be of layers whose log-determinant is the same for all rows; got layers[1] (coupling)'
    expect(() => flow.logDet()).toThrow(new ArgumentError(sentence))
  })
})

describe('actnorm starts from a batch', () => {
  const moments = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return { mean, variance }
  }

  it.each([
    ['vectors', [new Actnorm()], [3]],
    ['images', [new Squeeze(), new Actnorm()], [2, 4, 3]],
    ['vectors, inverted', [new Inverse(new Actnorm())], [3]],
    ['vectors, behind another', [new Actnorm(), new Rescale(), new Actnorm()], [2]],
  ] as const)('with mean 0 and variance 1 of %s', (_, layers, shape) => {
    const flow = new LawFlow({ name: 'actnorm', layers: () => layers, shape }, 1)
    const [rows, features] = [50, layers.length === 2 ? 12 : shape[0]]
    const x = new Rng(2).normal(new Float32Array(rows * flow.dim)).map((v, i) => (i % features) * 5 + v * (1 + (i % 7)))
    current().kernels.flowInitialize(flow.words, flow.parameters, x, new Float32Array())
    const { z } = flow.forward(x)
    for (let f = 0; f < features; f++) {
      const { mean, variance } = moments([...z].filter((_, i) => i % features === f))
      expect(mean).toBeCloseTo(0, 5)
      expect(variance).toBeCloseTo(1, 4)
    }
  })

  it('only shifts what is constant', () => {
    const flow = new LawFlow({ name: 'actnorm', layers: () => [new Actnorm()], shape: [2] }, 1)
    const x = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 7.7 : i))
    current().kernels.flowInitialize(flow.words, flow.parameters, x, new Float32Array())
    expect(flow.parameters[0]).toBe(0)
    expect(flow.forward(x).z[0]).toBeCloseTo(0, 5)
  })
})

describe('refused', () => {
  it.each<[string, () => unknown, string]>([
    [
      'an alpha of a half',
      () => new Logit({ alpha: 0.5 }),
      'expected `alpha` to be a number of at least 0 and below 0.5; got 0.5',
    ],
    [
      'no alpha',
      () => new Logit({ alpha: Number.NaN }),
      'expected `alpha` to be a number of at least 0 and below 0.5; got NaN',
    ],
    [
      'an order twice',
      () => new Permutation({ order: [0, 0] }),
      'expected `order` to name each feature once; got 0 twice',
    ],
    [
      'an order beyond',
      () => new Permutation({ order: [0, 2] }),
      'expected `order[1]` to be an integer from 0 to 1; got 2',
    ],
    [
      'a hole',
      () => new Permutation({ order: new Array(2) }),
      'expected `order[0]` to be an integer from 0 to 1; got undefined',
    ],
    [
      'a word',
      () => new Permutation({ order: 'revers' as 'reverse' }),
      'to be "random", "reverse" or an array of features',
    ],
    [
      'a seed of no use',
      () => new Permutation({ order: 'reverse', seed: 1 }),
      'expected `seed` to come with a random order only',
    ],
    ['an option', () => new Squeeze({ factor: 2 } as never), 'expected `options` to be empty; got "factor"'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ArgumentError)
    expect(make).toThrow(message)
  })

  it('data outside of the interval of the logit, by row and layer', async () => {
    const flow = new Flow([new Logit()], { dim: 2 })
    const sentence = 'to hold rows that every layer maps to finite numbers; got row 1, which layers[0] (logit) does not'
    await expect(
      flow.forward([
        [0, 1],
        [0.5, 2],
      ]),
    ).rejects.toThrow(sentence)
  })

  it('numbers that are not finite, by place, whatever layers make of them', async () => {
    const data = Float32Array.of(0.5, 0.5, 0.5, Number.NaN)
    const sentence = (name: string) =>
      `expected \`${name}\` to hold finite numbers (float32); got NaN in row 1, column 1`
    for (const layer of [new Logit(), new Permutation({ order: 'reverse' }), new Rescale(), new Coupling()]) {
      const flow = new Flow([layer], { dim: 2 })
      const rows = { data, shape: [2, 2] }
      await expect(flow.forward(rows)).rejects.toThrow(sentence('x'))
      await expect(flow.logProb(rows)).rejects.toThrow(sentence('x'))
      await expect(flow.inverse(rows)).rejects.toThrow(sentence('z'))
    }
  })
})
