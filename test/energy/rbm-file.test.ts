// An RBM as bytes: all of it comes back, and nothing else is taken for one.

import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors, type FitOptions, GibbsiteError, RBM, tensor } from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import * as exact from '../support/enumeration.ts'
import { damaged } from '../support/hostile.ts'

const data = exact.allStates(5).slice(3, 28)
const training: FitOptions = { epochs: 2, batch: 10, chains: 4, seed: 2n ** 64n - 1n, momentum: 0.5, monitor: 0 }

async function trained(extra: FitOptions = {}): Promise<RBM> {
  const rbm = new RBM({ visible: 5, hidden: 3, seed: 1 })
  await rbm.fit(data, { ...training, ...extra })
  return rbm
}

describe('the bytes of an RBM', () => {
  it.each<[string, FitOptions]>([
    ['pcd', {}],
    ['cd', { method: 'cd', chains: undefined }],
    ['pcd-pt', { method: 'pcd-pt', temperatures: 3, centred: false }],
  ])('hold the whole model and its training by %s', async (_, extra) => {
    const rbm = await trained(extra)
    const copy = RBM.fromBytes(rbm.toBytes())
    expect(copy.parameters()).toEqual(rbm.parameters())
    expect(copy.training).toEqual(rbm.training)
    expect([copy.visible, copy.hidden]).toEqual([5, 3])
    await rbm.fit(data, { resume: true, epochs: 5 })
    await copy.fit(data, { resume: true, epochs: 5 })
    expect(firstDifference(copy.toBytes(), rbm.toBytes())).toBe(-1)
  })

  it('hold a model that was never trained; it may still take its biases from the data', async () => {
    const [rbm, copy] = [new RBM({ visible: 5, hidden: 3, seed: 1 })].flatMap((one) => [
      one,
      RBM.fromBytes(one.toBytes()),
    ])
    expect(copy!.training).toBeUndefined()
    await rbm!.fit(data, training)
    await copy!.fit(data, training)
    expect(firstDifference(copy!.toBytes(), rbm!.toBytes())).toBe(-1)
  })

  it('are an ordinary safetensors file', async () => {
    const rbm = await trained()
    const { tensors, metadata } = decodeSafetensors(rbm.toBytes())
    const { weights, visibleBias, hiddenBias } = rbm.parameters()
    expect(tensors['weights']).toEqual({ dtype: 'F32', shape: [5, 3], data: weights.data })
    expect(tensors['visibleBias']).toEqual({ dtype: 'F32', shape: [5], data: visibleBias })
    expect(tensors['hiddenBias']).toEqual({ dtype: 'F32', shape: [3], data: hiddenBias })
    expect(metadata).toMatchObject({ format: 'gibbsite', kind: 'rbm' })
  })

  it('are copies: what is read is not tied to the bytes', async () => {
    const bytes = (await trained()).toBytes()
    const rbm = RBM.fromBytes(bytes)
    const before = rbm.parameters()
    bytes.fill(0)
    expect(rbm.parameters()).toEqual(before)
    before.weights.data.fill(7)
    expect(rbm.parameters().weights.data[0]).not.toBe(7)
  })
})

describe('bytes that are not an RBM', () => {
  interface Parts {
    tensors: ReturnType<typeof decodeSafetensors>['tensors']
    metadata: Record<string, string>
  }
  const editJson = (key: string, edit: (json: Record<string, never>) => void) => (parts: Parts) => {
    const json = JSON.parse(parts.metadata[key]!)
    edit(json)
    parts.metadata[key] = JSON.stringify(json)
  }
  const options = (edit: (json: Record<string, unknown>) => void) => editJson('options', edit)
  const state = (edit: (json: Record<string, unknown>) => void) => editJson('training', edit)
  const settings = (change: Record<string, unknown>) =>
    state((json) => {
      json['settings'] = { ...(json['settings'] as object), ...change }
    })

  const cases: [string, (parts: Parts) => void, string][] = [
    ['another kind', (p) => void (p.metadata['kind'] = 'hopfield'), 'expected an RBM model; got kind "hopfield"'],
    ['no options', (p) => void delete p.metadata['options'], 'expected an RBM model with options; got none'],
    [
      'no visible units',
      options((o) => void (o['visible'] = 0)),
      "the file's options: expected `visible` to be an integer from 1",
    ],
    ['text for a size', options((o) => void (o['hidden'] = '3')), 'expected `hidden` to be an integer from 1'],
    [
      'an impossible size',
      options((o) => void (o['visible'] = 2 ** 24)),
      'expected tensor "weights" of F32 16777216 x 3',
    ],
    [
      'too large a size',
      options((o) => void Object.assign(o, { visible: 2 ** 24, hidden: 2 ** 24 })),
      'to fit into memory',
    ],
    ['another size', options((o) => void (o['hidden'] = 4)), 'expected tensor "weights" of F32 5 x 4; got F32 5 x 3'],
    [
      'no weights',
      (p) => void delete p.tensors['weights'],
      'expected tensor "weights" of F32 5 x 3; got none of that name',
    ],
    [
      'NaN weights',
      (p) => void ((p.tensors['weights']!.data as Float32Array)[7] = Number.NaN),
      'expected tensor "weights" to hold finite numbers; got NaN at index 7',
    ],
    [
      'huge weights',
      (p) => void ((p.tensors['hiddenBias']!.data as Float32Array)[1] = 3e38),
      'expected `hiddenBias` to hold numbers up to 1000000000000000; got',
    ],
    [
      'weights of another type',
      (p) => void (p.tensors['weights'] = tensor(new Float64Array(15), [5, 3])),
      'expected tensor "weights" of F32 5 x 3; got F64 5 x 3',
    ],
    ['a training without chains', (p) => void delete p.tensors['chains'], 'expected tensor "chains" of U32 4 x 1'],
    ['chains of another number', settings({ chains: 5 }), 'expected tensor "chains" of U32 5 x 1; got U32 4 x 1'],
    ['no chains', settings({ chains: 0 }), 'expected `chains` to suit "pcd"; got 0'],
    ['tempering without it', settings({ temperatures: [1, 0.5] }), 'expected `temperatures` to suit "pcd"'],
    [
      'an unknown method',
      settings({ method: 'magic' }),
      'expected `method` to be "pcd", "cd" or "pcd-pt"; got "magic"',
    ],
    ['a huge batch', settings({ batch: 1e12 }), 'expected `batch` to be an integer from 1 to 1048576'],
    ['momentum 1', settings({ momentum: 1 }), 'expected `momentum` to be at least 0 and below 1; got 1'],
    ['a negative rate', settings({ learningRate: -1 }), 'expected `learningRate` to be a number of at least 0; got -1'],
    ['a bad seed', settings({ seed: 'abc' }), 'expected `seed` to be a non-negative safe integer or a bigint'],
    ['too large a seed', settings({ seed: '18446744073709551616' }), 'expected `seed` to be'],
    ['no settings', state((t) => void delete t['settings']), 'expected `training.settings` to be an object'],
    ['no data mark', state((t) => void (t['data'] = [1])), 'expected `training.data` to be an object'],
    ['a bad hash', state((t) => void (t['data'] = { rows: 25, hash: 'x' })), 'to be 16 hexadecimal digits; got "x"'],
    [
      'a step too many',
      state((t) => void (t['step'] = 3)),
      'expected `training.step` to be an integer from 0 to 2; got 3',
    ],
    ['a negative epoch', state((t) => void (t['epoch'] = -1)), 'expected `training.epoch` to be'],
    [
      'means that are not',
      (p) => void ((p.tensors['dataMeans']!.data as Float32Array)[0] = 2),
      'expected `dataMeans[0]` to be a probability from 0 to 1; got 2',
    ],
  ]

  it.each(cases)('are refused: %s', async (_, edit, message) => {
    const parts = decodeSafetensors((await trained()).toBytes())
    for (const one of Object.values(parts.tensors)) Object.assign(one, { data: one.data.slice() })
    edit(parts)
    const bytes = encodeSafetensors(parts.tensors, parts.metadata)
    expect(() => RBM.fromBytes(bytes)).toThrow(message)
    try {
      RBM.fromBytes(bytes)
    } catch (error) {
      expect((error as Error).name).toBe('FormatError')
    }
  })

  it('are refused when cut anywhere', async () => {
    const bytes = (await trained()).toBytes()
    for (let length = 0; length < bytes.length; length++) {
      expect(() => RBM.fromBytes(bytes.slice(0, length))).toThrow(GibbsiteError)
    }
  })

  it('never crash: 10,000 damaged files give an error, or a model that works', async () => {
    const bytes = (await trained({ method: 'pcd-pt', temperatures: 3 })).toBytes()
    let models = 0
    for (let k = 0; k < 10_000; k++) {
      let rbm: RBM
      try {
        rbm = RBM.fromBytes(damaged(bytes, k))
      } catch (error) {
        expect(error, `variant ${k}`).toBeInstanceOf(GibbsiteError)
        expect((error as Error).message).not.toContain('\n')
        continue
      }
      models++
      if (models % 50 !== 0) continue
      const { mean } = await rbm.logLikelihood(data)
      expect(Number.isFinite(mean), `variant ${k}`).toBe(true)
      await rbm.fit(data, { resume: true, epochs: 3 }).then(undefined, (error) => {
        expect(error, `variant ${k}`).toBeInstanceOf(GibbsiteError)
      })
    }
    // Flips inside the numbers leave a valid file; most others do not.
    expect(models).toBeGreaterThan(100)
    expect(models).toBeLessThan(9000)
  })
})
