// The ready-made flows: what they are made of, that a new one is the identity up to fixed maps, refusals.

import { describe, expect, it } from 'vitest'
import { type Flow, glow, nice, oneHot, realNVP } from '#gibbsite'
import { shaken } from '../support/flows.ts'

const kinds = (flow: Flow) => flow.layers.map(({ kind }) => kind)
const masks = (flow: Flow) =>
  flow.layers.flatMap(({ kind, options }) => (kind === 'coupling' ? [`${options['mask']} ${options['parity']}`] : []))

describe('nice', () => {
  it('is additive couplings whose parts alternate, and a scaling', () => {
    const flow = nice({ dim: 7, couplings: 3, hidden: [4], seed: 1 })
    expect(kinds(flow)).toEqual(['coupling', 'coupling', 'coupling', 'rescale'])
    expect(masks(flow)).toEqual(['odd-even 0', 'odd-even 1', 'odd-even 0'])
    expect(flow.layers[0]!.options['law']).toBe('additive')
    expect(masks(nice({ dim: 6, mask: 'halves', hidden: [4] }))[1]).toBe('halves 1')
  })

  it('has the same log-determinant everywhere, the sum of the log scales', async () => {
    const flow = shaken(nice({ dim: 6, hidden: [8, 8], seed: 1 }), 0.5)
    const logScale = flow.parameters()['4.logScale']!.data
    const { logDet } = await flow.forward([
      [1, 2, 3, 4, 5, 6],
      [-1, 0, 3, -9, 0, 1],
    ])
    for (const value of logDet)
      expect(value).toBeCloseTo(
        logScale.reduce((a, b) => a + b),
        5,
      )
  })

  it('has a logistic base unless another is asked for', async () => {
    const at = async (flow: Flow) => (await flow.logProb([[0, 0, 0, 0]]))[0]
    expect(await at(nice({ dim: 4, hidden: [4] }))).toBeCloseTo(-4 * Math.log(4), 5)
    expect(await at(nice({ dim: 4, hidden: [4], base: 'normal' }))).toBeCloseTo(-2 * Math.log(2 * Math.PI), 5)
  })
})

describe('realNVP', () => {
  it('of vectors is an actnorm and affine couplings whose parts alternate', () => {
    const flow = realNVP({ dim: 63, couplings: 4, hidden: [8], seed: 1 })
    expect(kinds(flow)).toEqual(['actnorm', 'coupling', 'coupling', 'coupling', 'coupling'])
    expect(masks(flow)).toEqual(['odd-even 0', 'odd-even 1', 'odd-even 0', 'odd-even 1'])
    expect(flow.layers[1]!.options['law']).toBe('affine')
    expect(kinds(realNVP({ dim: 2, couplings: 1, logit: 0.1 }))).toEqual(['logit', 'actnorm', 'coupling'])
  })

  it('of images has checkerboards, squeezes, channels and splits', () => {
    const flow = realNVP({ shape: [8, 8], couplings: 2, hidden: [4], levels: 1, seed: 1 })
    const pair = ['coupling', 'actnorm', 'coupling', 'actnorm']
    expect(kinds(flow)).toEqual(['logit', ...pair, 'squeeze', ...pair, 'split', ...pair, 'coupling', 'actnorm'])
    expect(masks(flow)).toEqual([
      ...['checkerboard 0', 'checkerboard 1'],
      ...['channels 0', 'channels 1'],
      ...['checkerboard 0', 'checkerboard 1', 'checkerboard 0'],
    ])
    expect(flow.shape).toEqual([8, 8, 1])
  })

  it('halves images up to three times, unless told', () => {
    const squeezes = (shape: number[], levels?: number) =>
      kinds(realNVP({ shape, levels, couplings: 1, hidden: [4] })).filter((kind) => kind === 'squeeze').length
    expect([squeezes([28, 28]), squeezes([32, 64]), squeezes([6, 4]), squeezes([16, 16], 1)]).toEqual([2, 3, 1, 1])
  })
})

describe('glow', () => {
  it('is steps of actnorm, 1x1 convolution and coupling at each scale', () => {
    const flow = glow({ shape: [8, 8, 3], levels: 2, steps: 2, hidden: [4, 4], seed: 1 })
    const step = ['actnorm', 'linear', 'coupling']
    expect(kinds(flow)).toEqual(['logit', 'squeeze', ...step, ...step, 'split', 'squeeze', ...step, ...step])
    expect(kinds(glow({ shape: [4, 4], steps: 1, levels: 1, logit: false }))[0]).toBe('squeeze')
  })

  it('starts every 1x1 convolution at another rotation, all of them functions of the seed', () => {
    const seeds = (seed: number) =>
      glow({ shape: [8, 8], levels: 2, steps: 2, hidden: [4, 4], seed }).layers.flatMap(({ kind, options }) =>
        kind === 'linear' ? [options['seed']] : [],
      )
    expect(new Set(seeds(1)).size).toBe(4)
    expect(seeds(1)).toEqual(seeds(1))
    expect(seeds(2)).not.toEqual(seeds(1))
  })
})

describe('a new flow', () => {
  const flows: [string, Flow, number[]][] = [
    ['nice', nice({ dim: 4, hidden: [4], seed: 1 }), [0.1, 0.9, 0.4, 0.3]],
    ['realNVP', realNVP({ dim: 4, hidden: [4], seed: 1 }), [0.1, 0.9, 0.4, 0.3]],
  ]
  it.each(flows)('is the identity: %s', async (_, flow, x) => {
    expect([...(await flow.forward(x)).z.data]).toEqual(x.map(Math.fround))
  })

  it('of images keeps lengths, since all it does is to move pixels and to rotate channels', async () => {
    const flow = glow({ shape: [4, 4, 2], levels: 1, steps: 2, hidden: [4, 4], logit: false, seed: 1 })
    const x = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i))
    const { z, logDet } = await flow.forward(x)
    const square = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0)
    expect(square(z.data)).toBeCloseTo(square(x), 4)
    expect(logDet[0]).toBeCloseTo(0, 4)
  })

  it('sees its context in every network', async () => {
    const flow = shaken(glow({ shape: [4, 4], levels: 1, steps: 1, hidden: [4, 4], context: 3, seed: 1 }), 0.2)
    expect(Object.keys(flow.parameters())).toContain('4.net.0.context')
    const x = new Float32Array(48).fill(0.5)
    const logs = await flow.logProb(x, { context: oneHot([0, 1, 2], 3) })
    expect(new Set(logs).size).toBe(3)
    const alone = await flow.logProb(x.subarray(16, 32), { context: [[0, 1, 0]] })
    expect(alone[0]).toBe(logs[1])
  })
})

describe('oneHot', () => {
  it('puts a one at the label', () => {
    expect(oneHot([2, 0], 3)).toEqual({ data: Float32Array.of(0, 0, 1, 1, 0, 0), shape: [2, 3] })
  })
})

describe('refusals', () => {
  const anything = <T>(value: unknown) => value as T
  it.each<[string, () => unknown, string]>([
    ['too few couplings', () => nice({ dim: 4, couplings: 2 }), 'expected `couplings` to be an integer from 3'],
    ['one number', () => nice({ dim: 1 }), 'expected `layers[0] (coupling)` to get at least 2'],
    ['a misspelt key', () => nice(anything({ dim: 4, coupling: 3 })), '(did you mean "couplings"?)'],
    ['no dim', () => nice(anything({})), 'expected `dim` to be a positive integer; got undefined'],
    ['an odd dimension for halves', () => nice({ dim: 5, mask: 'halves' }), 'got 5 dimensions'],
    [
      'no options',
      () => realNVP(anything(undefined)),
      'expected `options` to have either `dim` or `shape`; got neither',
    ],
    ['both', () => realNVP({ dim: 4, shape: [2, 2] }), 'expected `options` to have either `dim` or `shape`; got both'],
    ['levels of vectors', () => realNVP({ dim: 4, levels: 2 }), 'got "levels"'],
    ['a wrong width', () => realNVP({ dim: 4, hidden: [0] }), 'expected `options.hidden[0]`'],
    [
      'sides that do not halve',
      () => glow({ shape: [28, 28], levels: 3 }),
      'expected `shape` to have sides that are multiples of 8, to be halved 3 times; got 28 x 28',
    ],
    ['odd sides', () => realNVP({ shape: [7, 8] }), 'multiples of 2, to be halved once; got 7 x 8'],
    ['a shape of one side', () => glow({ shape: [4] }), 'expected `shape` to be [height, width] or'],
    ['a wrong alpha', () => glow({ shape: [4, 4], logit: 0.5 }), 'expected `alpha`'],
    ['a wrong law', () => glow(anything({ shape: [4, 4], law: 'afine' })), '(did you mean "affine"?)'],
    ['a label that is no class', () => oneHot([0, 3], 3), 'expected `labels[1]` to be an integer from 0 to 2; got 3'],
    ['no labels', () => oneHot([], 3), 'expected `labels` to have 1 to'],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})
