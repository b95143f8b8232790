import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, FormatError } from '../../src/errors.ts'
import { decodeModel, encodeModel, type ModelFile, takeTensor } from '../../src/io/model-file.ts'
import { decodeSafetensors, encodeSafetensors, tensor } from '../../src/io/safetensors.ts'
import { damaged } from '../support/hostile.ts'

const model: ModelFile = {
  kind: 'rbm',
  options: { visible: 3, hidden: 2 },
  tensors: {
    weights: tensor(new Float32Array([0.5, -1, 2, 0, 1e-40, 3]), [3, 2]),
    chains: tensor(new Uint8Array([1, 0, 1]), [1, 3]),
    position: tensor(new Uint32Array([1, 2 ** 32 - 1])),
  },
  training: { method: 'pcd', step: 1200, rates: [0.05, 0.01] },
  generator: { seed: '18446744073709551615' },
}

/** The file with one entry of its metadata changed or, by undefined, left out. */
function changed(key: string, value: string | undefined): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(encodeModel(model))
  const next = { ...metadata }
  if (value === undefined) delete next[key]
  else next[key] = value
  return encodeSafetensors(tensors, next)
}

describe('a model in a file', () => {
  it('comes back whole, and the same model gives the same bytes', () => {
    const bytes = encodeModel(model)
    const { tensors, ...rest } = decodeModel(bytes, 'rbm')
    expect({ ...rest, tensors: { ...tensors } }).toEqual(model)
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
  })

  it('without training or generator', () => {
    const { training, generator } = decodeModel(encodeModel({ kind: 'rbm', options: {}, tensors: {} }), 'rbm')
    expect([training, generator]).toEqual([undefined, undefined])
  })

  it('any JSON in its options', () => {
    const json = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 4 }),
    )
    fc.assert(
      fc.property(json, (value) => {
        const options = JSON.parse(JSON.stringify(value, (key, inner) => (key === '__proto__' ? undefined : inner)))
        expect(decodeModel(encodeModel({ ...model, options })).options).toEqual(options)
      }),
    )
  })

  it('options that JSON would change are refused', () => {
    const refuse = (options: unknown) => () => encodeModel({ ...model, options: options as never })
    expect(refuse({ rate: Number.NaN })).toThrow('expected `options.rate` to be a JSON value; got NaN')
    expect(refuse({ a: { seed: 1n } })).toThrow('expected `options.a.seed` to be a JSON value; got 1n')
    expect(refuse({ when: new Date() })).toThrow(ArgumentError)
    expect(refuse({ data: new Float32Array(3) })).toThrow('got a Float32Array of length 3')
    expect(refuse({ list: [undefined] })).toThrow('`options.list.0`')
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(refuse(circle)).toThrow('more than 16 levels')
    expect(refuse({ text: 'x'.repeat(2 ** 20) })).toThrow('characters of JSON')
    expect(decodeModel(encodeModel({ ...model, options: { a: 1, b: undefined } as never })).options).toEqual({ a: 1 })
  })
})

describe('what is not the model wanted', () => {
  it.each([
    ['kind', 'hopfield', 'expected an RBM model; got kind "hopfield"'],
    ['kind', undefined, 'expected an RBM model; got kind undefined'],
    ['format', undefined, 'expected an RBM model; got a safetensors file of format undefined'],
    ['format', 'pt', 'expected an RBM model; got a safetensors file of format "pt"'],
    ['version', '2', 'expected an RBM model of version 1; got version "2"'],
    ['options', undefined, 'expected an RBM model with options; got none'],
    ['options', '[1]', "expected the model's options to be an object; got an array of length 1"],
    ['options', 'null', "expected the model's options to be an object; got null"],
    ['training', '{"a":', "expected the model's training in JSON; got"],
    ['generator', '{"__proto__":{"x":1}}', 'got the key "__proto__"'],
    ['training', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 'more than 16 levels'],
    ['training', `{"a":"${'x'.repeat(2 ** 20)}"}`, "expected the model's training in at most 1048576 characters"],
    ['training', '{"a":1e999}', "expected the model's training.a to be a plain value; got Infinity"],
  ])('%s %#', (key, value, sentence) => {
    expect(() => decodeModel(changed(key, value), 'rbm')).toThrow(FormatError)
    expect(() => decodeModel(changed(key, value), 'rbm')).toThrow(sentence)
  })

  it('10,000 damaged files: an error of ours, or a model', { timeout: 60_000 }, () => {
    const good = encodeModel(model)
    let refused = 0
    for (let i = 0; i < 10_000; i++) {
      try {
        const read = decodeModel(damaged(good, i), 'rbm')
        takeTensor(read, 'weights', 'F32', [3, 2])
        takeTensor(read, 'position', 'U32', [2])
      } catch (error) {
        expect(error, `variant ${i}`).toBeInstanceOf(FormatError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(5000)
  })
})

describe('takeTensor', () => {
  it('gives a copy of exactly what was asked for', () => {
    const data = takeTensor(model, 'weights', 'F32', [3, 2])
    expect(data).toEqual(model.tensors['weights']!.data)
    expect(data).not.toBe(model.tensors['weights']!.data)
  })

  it('or says what is there instead', () => {
    const take = (name: string, dtype: 'F32' | 'U8', shape: number[]) => () => takeTensor(model, name, dtype, shape)
    expect(take('weights', 'F32', [2, 3])).toThrow('expected tensor "weights" of F32 2 x 3; got F32 3 x 2')
    expect(take('weights', 'U8', [3, 2])).toThrow('expected tensor "weights" of U8 3 x 2; got F32 3 x 2')
    expect(take('bias', 'F32', [3])).toThrow('expected tensor "bias" of F32 3; got none of that name')
    expect(take('toString', 'F32', [3])).toThrow('none of that name')
    const broken = { ...model, tensors: { w: tensor(new Float32Array([1, Number.NaN])) } }
    expect(() => takeTensor(broken, 'w', 'F32', [2])).toThrow('tensor "w" to hold finite numbers; got NaN at index 1')
  })
})
