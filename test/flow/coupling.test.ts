// Coupling layers: laws that hold whatever the network, refusals, and what new parameters are.

import { describe, expect, it } from 'vitest'
import { Coupling, type CouplingOptions, convNet, Flow, mlp, Rng, residualNet } from '#gibbsite'
import { Family, kolmogorovSmirnovTest, normalCdf } from '../support/statistics.ts'

const wild = (flow: Flow, seed: number): Flow => {
  const rng = new Rng(seed)
  const values = Object.entries(flow.parameters()).map(([name, { data }]) => [
    name,
    rng.normal(data.length, { sd: 0.5 }),
  ])
  flow.setParameters(Object.fromEntries(values))
  return flow
}

const vectors: [string, CouplingOptions][] = [
  ['affine, halves', {}],
  ['additive, odd-even', { law: 'additive', mask: 'odd-even', parity: 1 }],
  ['tanh', { net: mlp({ hidden: [5], activation: 'tanh' }), parity: 1 }],
  ['residual', { mask: 'odd-even', net: residualNet({ width: 8, blocks: 3, activation: 'silu' }) }],
]
const images: [string, CouplingOptions][] = [
  ['channels', { mask: 'channels', net: convNet({ hidden: [7, 6] }) }],
  ['checkerboard', { mask: 'checkerboard', parity: 1, net: convNet({ hidden: [9] }) }],
  ['residual', { mask: 'checkerboard', law: 'additive', net: residualNet({ width: 4, blocks: 1 }) }],
  ['perceptron', { mask: 'odd-even', net: mlp({ hidden: [3] }) }],
]
const all = [
  ...vectors.map(([name, options]) => ({ name, options, rows: { dim: 6 } })),
  ...images.map(([name, options]) => ({ name: `${name} of images`, options, rows: { shape: [4, 6, 2] } })),
]
type Case = (typeof all)[number]
const make = ({ options, rows }: Case, context = 0) => new Flow([new Coupling(options)], { ...rows, context, seed: 1 })

describe('coupling', () => {
  it.each(all)('is the identity at first: $name', async (given) => {
    const flow = make(given)
    const x = { data: new Rng(2).normal(new Float32Array(10 * flow.dim)), shape: [10, flow.dim] }
    const { z, logDet } = await flow.forward(x)
    expect(z.data).toEqual(x.data)
    expect([...logDet]).toEqual(new Array(10).fill(0))
  })

  it.each(all)('its inverse undoes it, and takes back the log-determinant: $name', async (given) => {
    const flow = wild(make(given, 2), 3)
    const x = { data: new Rng(4).normal(new Float32Array(50 * flow.dim)), shape: [50, flow.dim] }
    const context = { data: new Rng(5).normal(new Float32Array(100)), shape: [50, 2] }
    const { z, logDet } = await flow.forward(x, { context })
    const back = await flow.inverse(z, { context })
    expect(z.data.some((value, i) => Math.abs(value - x.data[i]!) > 0.1)).toBe(true)
    back.x.data.forEach((value, i) => void expect(value).toBeCloseTo(x.data[i]!, 3))
    back.logDet.forEach((value, i) => void expect(value).toBeCloseTo(-logDet[i]!, 3))
  })

  const kept: [string, CouplingOptions, (k: number) => boolean][] = [
    ['halves', {}, (k) => k < 48],
    ['halves', { parity: 1 }, (k) => k >= 48],
    ['odd-even', { mask: 'odd-even' }, (k) => k % 2 === 0],
    ['odd-even', { mask: 'odd-even', parity: 1 }, (k) => k % 2 === 1],
  ]
  const pixel = (k: number) => Math.floor(k / 4)
  const keptOfImages: [string, CouplingOptions, (k: number) => boolean][] = [
    ['channels', { mask: 'channels' }, (k) => k % 4 < 2],
    ['odd-even', { mask: 'odd-even', parity: 1 }, (k) => k % 2 === 1],
    ['checkerboard', { mask: 'checkerboard' }, (k) => (pixel(k) + Math.floor(pixel(k) / 6)) % 2 === 0],
    ['checkerboard', { mask: 'checkerboard', parity: 1 }, (k) => (pixel(k) + Math.floor(pixel(k) / 6)) % 2 === 1],
  ]
  it.each([
    ...kept.map(([name, options, stays]) => ({ name, options, stays, rows: { dim: 96 } })),
    ...keptOfImages.map(([name, options, stays]) => ({
      name: `${name} of images`,
      options,
      stays,
      rows: { shape: [4, 6, 4] },
    })),
  ])('changes what the mask says and nothing else: $name, $options', async ({ options, stays, rows }) => {
    const net = 'shape' in rows ? convNet({ hidden: [3] }) : mlp({ hidden: [3] })
    const flow = wild(new Flow([new Coupling({ ...options, net })], { ...rows, seed: 1 }), 6)
    const x = new Rng(7).normal(new Float32Array(96))
    const { z } = await flow.forward(x)
    expect(Array.from(z.data, (value, k) => value === x[k])).toEqual(Array.from(x, (_, k) => stays(k)))
  })

  it('depends on the context by way of its network', async () => {
    const flow = wild(
      new Flow([new Coupling({ net: residualNet({ width: 4, blocks: 1 }) })], { dim: 4, context: 2, seed: 1 }),
      8,
    )
    const run = async (context: number[]) => (await flow.forward([1, 2, 3, 4], { context })).z.data
    const [first, other] = [await run([0, 1]), await run([1, 0])]
    expect([...first.subarray(0, 2)]).toEqual([1, 2])
    expect([...other.subarray(0, 2)]).toEqual([1, 2])
    expect(other[2]).not.toBe(first[2])
    expect(other[3]).not.toBe(first[3])
  })

  it('keeps its options, all defaults filled in, and is made of them again', () => {
    const coupling = new Coupling({ mask: 'checkerboard', parity: 1, net: residualNet({ width: 4 }) })
    const net = { kind: 'residual', hidden: [4, 4], activation: 'relu' }
    expect(coupling.options).toEqual({ law: 'affine', mask: 'checkerboard', parity: 1, net })
    expect(new Coupling(JSON.parse(JSON.stringify(coupling.options))).options).toEqual(coupling.options)
    expect(new Coupling().options).toEqual({
      ...{ law: 'affine', mask: 'halves', parity: 0 },
      net: { kind: 'mlp', hidden: [64, 64], activation: 'relu' },
    })
  })
})

describe('parameters', () => {
  const shapes = (flow: Flow) =>
    Object.fromEntries(Object.entries(flow.parameters()).map(([name, { shape }]) => [name, shape]))

  it('are those of the law and the network', () => {
    const affine = new Coupling({ mask: 'odd-even', net: mlp({ hidden: [5] }) })
    expect(shapes(new Flow([affine], { dim: 7, context: 3, seed: 1 }))).toEqual({
      ...{ '0.scale': [3], '0.net.0.weight': [5, 4], '0.net.0.context': [5, 3], '0.net.0.bias': [5] },
      ...{ '0.net.1.weight': [6, 5], '0.net.1.bias': [6] },
    })
    const additive = new Coupling({ law: 'additive', mask: 'channels', net: residualNet({ width: 3, blocks: 1 }) })
    expect(shapes(new Flow([additive], { shape: [2, 2, 4], seed: 1 }))).toEqual({
      ...{ '0.net.0.weight': [3, 3, 3, 2], '0.net.0.bias': [3], '0.net.1.weight': [3, 3, 3, 3], '0.net.1.bias': [3] },
      ...{ '0.net.2.weight': [3, 3], '0.net.2.bias': [3], '0.net.3.weight': [2, 3, 3, 3], '0.net.3.bias': [2] },
    })
  })

  it.each([
    ['relu', mlp({ hidden: [100, 80] }), 2 / 103, 2 / 100],
    ['tanh', mlp({ hidden: [100, 80], activation: 'tanh' }), 2 / 203, 2 / 180],
  ])('start as normal numbers of the variance of their layer, the last layer at 0: %s', (_, net, first, second) => {
    const start = new Flow([new Coupling({ net })], { dim: 200, context: 3, seed: 9 }).parameters()
    const values = (name: string) => start[`0.net.${name}`]!.data
    const family = new Family()
    const normal = (name: string, variance: number) =>
      family.add(
        name,
        kolmogorovSmirnovTest(values(name), (x) => normalCdf(x / Math.sqrt(variance))),
      )
    normal('0.weight', first)
    normal('0.context', first)
    normal('1.weight', second)
    expect(family.failures()).toEqual([])
    for (const name of ['0.bias', '1.bias', '2.weight', '2.bias']) expect(values(name).every((v) => v === 0)).toBe(true)
    expect([...start['0.scale']!.data]).toEqual(new Array(100).fill(1))
  })
})

describe('refusals', () => {
  const wrong = (value: unknown) => value as never
  it.each<[string, () => unknown, string]>([
    [
      'a law',
      () => new Coupling({ law: wrong('linear') }),
      'expected `law` to be "additive" or "affine"; got "linear"',
    ],
    ['a mask', () => new Coupling({ mask: wrong('halve') }), '(did you mean "halves"?)'],
    ['a parity', () => new Coupling({ parity: wrong(2) }), 'expected `parity` to be an integer from 0 to 1; got 2'],
    ['a key', () => new Coupling(wrong({ nets: mlp() })), '(did you mean "net"?)'],
    ['a net', () => new Coupling({ net: wrong('mlp') }), 'expected `net` to be an object of options; got "mlp"'],
    ['a kind of net', () => new Coupling({ net: { ...mlp(), kind: wrong('lstm') } }), 'expected `net.kind` to be'],
    ['an activation', () => mlp({ activation: wrong('selu') }), '(did you mean "relu"?)'],
    ['a size', () => mlp({ hidden: [8, 0] }), 'expected `options.hidden[1]` to be an integer from 1 to 65536; got 0'],
    ['no size of a convolution', () => convNet({ hidden: [] }), 'to be an array of 1 to 32 sizes'],
    ['too many sizes', () => mlp({ hidden: new Array(33).fill(1) }), 'to be an array of 0 to 32 sizes'],
    ['unequal widths', () => new Coupling({ net: { ...residualNet(), hidden: [4, 5] } }), 'to have equal sizes'],
    [
      'an odd dimension',
      () => new Flow([new Coupling()], { dim: 7 }),
      'expected `layers[0] (coupling)` to get an even number',
    ],
    [
      'one number',
      () => new Flow([new Coupling({ mask: 'odd-even' })], { dim: 1 }),
      'expected `layers[0] (coupling)` to get at least 2 numbers',
    ],
    [
      'a checkerboard of vectors',
      () => new Flow([new Coupling({ mask: 'checkerboard', net: convNet() })], { dim: 4 }),
      'expected `layers[0] (coupling)` to get images',
    ],
    [
      'a checkerboard for a perceptron',
      () => new Flow([new Coupling({ mask: 'checkerboard' })], { shape: [2, 2, 1] }),
      'expected `layers[0] (coupling).net` to be convolutional',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})
