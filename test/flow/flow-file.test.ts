// Flows as bytes: everything comes back, and nothing that is not a whole flow is taken.

import { describe, expect, it } from 'vitest'
import {
  Actnorm,
  Coupling,
  convNet,
  decodeSafetensors,
  encodeSafetensors,
  Flow,
  GibbsiteError,
  glow,
  Inverse,
  Linear,
  Logit,
  mlp,
  Permutation,
  Planar,
  RBM,
  Rescale,
  Rng,
  Split,
  Squeeze,
} from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { damaged } from '../support/hostile.ts'

const data = { data: new Rng(1).uniform(new Float32Array(40 * 4)), shape: [40, 4] }
const net = mlp({ hidden: [3], activation: 'silu' })

/** Every kind of layer of vectors. */
const vectors = () =>
  new Flow(
    [
      ...[new Logit({ alpha: 0.1 }), new Actnorm(), new Linear({ seed: 4 }), new Coupling({ net }), new Planar()],
      ...[new Inverse(new Planar()), new Permutation({ order: [2, 0, 1, 3] }), new Permutation({ seed: 3 })],
      ...[new Coupling({ net, law: 'additive', mask: 'odd-even', parity: 1 }), new Rescale()],
    ],
    { dim: 4, seed: 1, context: 2, base: 'logistic' },
  )
const context = [0.5, -1]

describe('the bytes of a flow', () => {
  it('hold the whole flow and its training', async () => {
    const flow = vectors()
    const options = { epochs: 2, batch: 16, seed: 2n ** 64n - 1n, context }
    await flow.fit(data, { ...options, validation: data, validationContext: context })
    const copy = Flow.fromBytes(flow.toBytes())
    expect(copy.parameters()).toEqual(flow.parameters())
    expect(copy.training).toEqual(flow.training)
    expect([copy.dim, copy.shape, copy.context]).toEqual([4, [4], 2])
    expect(copy.layers.map(({ kind }) => kind)).toEqual(flow.layers.map(({ kind }) => kind))
    expect(await copy.logProb(data, { context })).toEqual(await flow.logProb(data, { context }))
    const more = { resume: true, epochs: 5, context, validation: data, validationContext: context }
    await flow.fit(data, more)
    await copy.fit(data, more)
    expect(firstDifference(copy.toBytes(), flow.toBytes())).toBe(-1)
  })

  it('hold flows of images, and those that were never trained', async () => {
    const images = new Flow(
      [
        new Squeeze(),
        new Coupling({ net: convNet({ hidden: [3] }), mask: 'checkerboard' }),
        new Split(),
        new Rescale(),
      ],
      { shape: [4, 4, 1], seed: 1 },
    )
    const copy = Flow.fromBytes(images.toBytes())
    expect([copy.shape, copy.training]).toEqual([[4, 4, 1], undefined])
    expect(firstDifference(copy.toBytes(), images.toBytes())).toBe(-1)
    const ready = glow({ shape: [4, 4, 1], levels: 1, steps: 1, hidden: [4, 4], seed: 1 })
    expect(firstDifference(Flow.fromBytes(ready.toBytes()).toBytes(), ready.toBytes())).toBe(-1)
  })

  it('are refused within a step of training', async () => {
    const flow = vectors()
    const stop = new AbortController()
    let ended = false
    const run = flow.fit(data, { epochs: 10_000, context, signal: stop.signal }).catch(() => (ended = true))
    let inside: unknown
    while (inside === undefined && !ended) {
      await new Promise((resolve) => setTimeout(resolve))
      try {
        flow.toBytes()
      } catch (error) {
        inside = error
      }
    }
    stop.abort()
    await run
    expect(String(inside)).toContain('expected `toBytes` to be called between the steps of a training')
    expect(flow.toBytes().length).toBeGreaterThan(0)
  })
})

/** The file with its options changed. */
function changed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes)
  expect(metadata['options']).toContain(from)
  return encodeSafetensors(tensors, { ...metadata, options: metadata['options']!.replace(from, to) })
}

describe('bytes that are not a flow', () => {
  const flow = new Flow([new Linear({ seed: 1 }), new Coupling({ net }), new Permutation({ order: 'reverse' })], {
    dim: 4,
    seed: 1,
  })
  const bytes = flow.toBytes()

  it.each<[string, () => Uint8Array, string]>([
    [
      'of another model',
      () => new RBM({ visible: 2, hidden: 2 }).toBytes(),
      'expected a normalizing flow; got kind "rbm"',
    ],
    [
      'of another architecture',
      () => changed(bytes, '"hidden":[3]', '"hidden":[5]'),
      'expected tensor "1.net.0.weight" of F32 5 x 2; got F32 3 x 2',
    ],
    ['with an unknown layer', () => changed(bytes, '"linear"', '"odd"'), 'layers[0].kind'],
    ['with options of no layer', () => changed(bytes, '"layers":[', '"layers":[],"x":['), 'to have only the keys'],
    [
      'with a vast row',
      () => changed(bytes, '"features":4', '"features":16777216'),
      'expected `layers` to have at most',
    ],
    [
      'with a shape that the layers refuse',
      () => changed(bytes, '"features":4', '"features":3'),
      'layers[1] (coupling)',
    ],
    ['cut', () => bytes.subarray(0, bytes.length - 1), 'bytes'],
  ])('are refused: %s', (_, make, message) => expect(() => Flow.fromBytes(make())).toThrow(message))

  it('never crash: damaged files give an error, or a flow that works', async () => {
    const trained = new Flow([new Actnorm(), new Linear({ seed: 1 }), new Coupling({ net })], { dim: 4, seed: 1 })
    await trained.fit(data, { epochs: 2, batch: 10, seed: 1, validation: data })
    const original = trained.toBytes()
    let models = 0
    for (let k = 0; k < 3000; k++) {
      try {
        const copy = Flow.fromBytes(damaged(original, k))
        models++
        if (models % 20 === 0) {
          await copy.logProb(data)
          await copy.fit(data, { resume: true, epochs: 3, validation: data })
        }
      } catch (error) {
        expect(error, `variant ${k}`).toBeInstanceOf(GibbsiteError)
        expect((error as Error).message).not.toContain('\n')
      }
    }
    expect(models).toBeGreaterThan(30)
    expect(models).toBeLessThan(2700)
  })
})
