import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, decodeSafetensors, encodeSafetensors, FormatError, type Tensor, tensor } from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { damaged } from '../support/hostile.ts'

const text = (value: string) => new TextEncoder().encode(value)

/** A file with any header, right or wrong. */
function file(header: string | object, data = new Uint8Array(0), length?: bigint): Uint8Array {
  const json = text(typeof header === 'string' ? header : JSON.stringify(header))
  const out = new Uint8Array(8 + json.length + data.length)
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  out.set(json, 8)
  out.set(data, 8 + json.length)
  return out
}

const f32 = (shape: unknown, from: unknown, to: unknown) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

const reference: Record<string, Tensor> = {
  scalar: tensor(new Int32Array([7]), []),
  none: tensor(new Float32Array(0), [0, 4]),
  weights: tensor(new Float32Array([0, 0.25, 0.5, 0.75, 1, 1.25]), [2, 3]),
  'größe α': tensor(new Uint16Array([1, 2, 3])),
  bias: tensor(new Float64Array([1.5, -2.5])),
  mask: { dtype: 'BOOL', shape: [3], data: new Uint8Array([1, 0, 1]) },
  chains: tensor(new Uint8Array([0, 1, 1, 1, 0, 1, 0, 0, 0]), [3, 3]),
  steps: tensor(new BigInt64Array([1n, -1n])),
}

describe('the reference implementation', () => {
  it('writes what we read', async () => {
    const { tensors, metadata } = decodeSafetensors(await fixture('reference.safetensors'))
    expect({ ...tensors }).toEqual(reference)
    expect({ ...metadata }).toEqual({ format: 'np' })
  })

  it('writes the very bytes that we write', async () => {
    expect(encodeSafetensors(reference, { format: 'np' })).toEqual(await fixture('reference.safetensors'))
  })
})

const arrays = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.uint8Array(),
  fc.int8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
)
const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '0', '-1', 'a"b\\'))
const files = fc.tuple(fc.array(fc.tuple(names, arrays)), fc.dictionary(names, fc.string({ unit: 'binary' })))

describe('encode and decode', () => {
  it('are inverse to each other, wherever the bytes lie in memory', () => {
    fc.assert(
      fc.property(files, fc.nat(7), ([entries, metadata], shift) => {
        const tensors = Object.fromEntries(entries.map(([name, data]) => [name, tensor(data as Float32Array)]))
        const bytes = encodeSafetensors(tensors, metadata)
        const moved = new Uint8Array(bytes.length + shift + 9).subarray(shift, shift + bytes.length)
        moved.set(bytes)
        const back = decodeSafetensors(moved)
        expect(Object.entries(back.tensors).sort()).toEqual(Object.entries(tensors).sort())
        expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(metadata).sort())
      }),
      { numRuns: 300 },
    )
  })

  it('the same tensors in another order give the same bytes', () => {
    const turned = Object.fromEntries(Object.entries(reference).reverse())
    expect(encodeSafetensors(turned, { b: '2', a: '1' })).toEqual(encodeSafetensors(reference, { a: '1', b: '2' }))
  })

  it('an independent reader agrees on header, alignment and numbers', () => {
    const bytes = encodeSafetensors(reference, { kind: 'x' })
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + length)))
    expect(header.__metadata__).toEqual({ kind: 'x' })
    const [begin, end] = header.weights.data_offsets
    expect((8 + length + begin) % 4).toBe(0)
    const view = new DataView(bytes.buffer, 8 + length + begin, end - begin)
    expect(header.weights.shape).toEqual([2, 3])
    expect(Array.from({ length: 6 }, (_, i) => view.getFloat32(4 * i, true))).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25])
    const ends = Object.values(header).flatMap(
      (entry) => (entry as { data_offsets?: number[] }).data_offsets?.[1] ?? [],
    )
    expect(Math.max(...ends)).toBe(bytes.length - 8 - length)
  })

  it('aligned arrays are views, not copies', () => {
    const bytes = encodeSafetensors({ a: tensor(new Float32Array([1, 2])) })
    expect(decodeSafetensors(bytes).tensors['a']!.data.buffer).toBe(bytes.buffer)
    expect(decodeSafetensors(bytes.buffer as ArrayBuffer).tensors['a']!.data).toEqual(new Float32Array([1, 2]))
  })

  it('no tensors at all', () => {
    const { tensors, metadata } = decodeSafetensors(encodeSafetensors({}))
    expect([Object.keys(tensors), Object.keys(metadata)]).toEqual([[], []])
  })
})

describe('what is not written', () => {
  it.each([
    [
      { a: { dtype: 'F32', shape: [3], data: new Float32Array(2) } },
      {},
      'expected `tensors.a.data` to hold 3 numbers; got 2',
    ],
    [
      { a: { dtype: 'F64', shape: [2], data: new Float32Array(2) } },
      {},
      'to be a Float64Array, as F64 needs; got a Float32Array of length 2',
    ],
    [{ a: { dtype: 'F16', shape: [2], data: new Uint16Array(2) } }, {}, '`tensors.a.dtype` to be one of BOOL'],
    [{ a: { dtype: 'U8', shape: [-1], data: new Uint8Array(1) } }, {}, '`tensors.a.shape` to be an array of sizes'],
    [{ __metadata__: tensor(new Uint8Array(1)) }, {}, 'not to use the name __metadata__'],
    [{}, { a: 1 }, 'expected `metadata.a` to be text; got 1'],
  ])('%#', (tensors, metadata, sentence) => {
    const call = () => encodeSafetensors(tensors as never, metadata as never)
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(sentence)
  })
})

describe('hostile files', () => {
  const eight = new Uint8Array(8)
  it.each([
    ['empty', new Uint8Array(0), 'got 0 bytes, too few'],
    ['only a length', new Uint8Array(8), 'that begins with {; got ""'],
    ['a header longer than the file', file('{}', eight, 11n), 'a safetensors header of 11 bytes; got only 10'],
    ['a header of 2^63 bytes', file('{}', eight, 2n ** 63n), 'at most 100000000 bytes; got 922337203685477'],
    ['not UTF-8', file('{}', eight, 10n).fill(0xff, 9), 'in UTF-8'],
    ['a byte order mark', file('\ufeff{}'), 'begins with {'],
    ['not JSON', file('{"a":'), 'in JSON'],
    ['an array', file('[]'), 'begins with {'],
    ['no object as an entry', file({ a: 3 }), 'tensor "a" to be described by an object; got 3'],
    ['null as an entry', file({ a: null }), 'got null'],
    ['metadata that are not text', file({ __metadata__: { a: 1 } }), 'the metadata "a" to be text; got 1'],
    ['metadata that are no object', file({ __metadata__: [] }), '__metadata__ to be an object'],
    ['a dtype we do not have', file({ a: { ...f32([4], 0, 8), dtype: 'BF16' } }, eight), 'got the dtype "BF16"'],
    ['a dtype of Object.prototype', file({ a: { ...f32([4], 0, 8), dtype: 'constructor' } }, eight), '"constructor"'],
    ['no dtype', file({ a: { shape: [2], data_offsets: [0, 8] } }, eight), 'got the dtype undefined'],
    ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 8] } }, eight), 'the shape of tensor "a"'],
    ['a negative side', file({ a: f32([-2], 0, 8) }, eight), 'to be a list of sizes'],
    ['a fractional side', file({ a: f32([0.5, 4], 0, 8) }, eight), 'to be a list of sizes'],
    [
      'sides whose product overflows to 2',
      file({ a: f32([2 ** 33, 2 ** 31, 2], 0, 8) }, eight),
      'to fill its data_offsets',
    ],
    ['sides that overflow before a zero', file({ a: f32([2 ** 52, 2 ** 52, 0], 0, 0) }), 'to fill its data_offsets'],
    [
      'offsets that are not two',
      file({ a: { ...f32([2], 0, 8), data_offsets: [0] } }, eight),
      'two non-negative integers',
    ],
    ['negative offsets', file({ a: f32([2], -8, 0) }, eight), 'two non-negative integers'],
    [
      'offsets beyond 2^53',
      file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[1e300,1e300]}}'),
      'two non-negative integers',
    ],
    ['offsets turned round', file({ a: f32([2], 8, 0) }, eight), 'to fill its data_offsets; got bytes 8 to 0'],
    ['fewer bytes than the shape', file({ a: f32([3], 0, 8) }, eight), 'F32 3 to fill'],
    ['beyond the file', file({ a: f32([4], 0, 16) }, eight), '16 bytes of tensors after the header; got 8'],
    ['bytes left over', file({ a: f32([1], 0, 4) }, eight), '4 bytes of tensors after the header; got 8'],
    ['a hole', file({ a: f32([1], 0, 4), b: f32([0], 8, 8) }, eight), 'tensor "b" to begin at byte 4'],
    [
      'a beginning that is not 0',
      file({ a: f32([1], 4, 8) }, eight),
      'to begin at byte 0, where the one before it ends; got 4',
    ],
    ['an overlap', file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, eight), 'tensor "b" to begin at byte 8'],
    ['one place twice', file({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, eight), 'to begin at byte 8'],
    ['a name twice', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061" :{}}'), 'got "a" twice'],
    [
      'a key of an entry twice',
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'),
      'got "dtype" twice',
    ],
    ['deep nesting', file(`{"a":${'['.repeat(1e6)}`), 'at most 4 levels deep'],
    ['too many entries', file(`{"a":[${'0,'.repeat(5e6)}0]}`), 'entries; got more'],
    [
      'a BOOL of 2',
      file({ a: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, new Uint8Array([2])),
      'zeros and ones; got 2',
    ],
  ])('%s', (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError)
    expect(() => decodeSafetensors(bytes)).toThrow(sentence)
  })

  it('names of Object.prototype are just names', () => {
    const { tensors } = decodeSafetensors(
      file(
        '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"__proto__":"x"}}',
        new Uint8Array([5]),
      ),
    )
    expect(Object.keys(tensors)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(tensors)).toBeNull()
    expect((Object.prototype as Record<string, unknown>)['dtype']).toBeUndefined()
  })

  it('what is not bytes is the caller’s error', () => {
    for (const wrong of [undefined, 'text', [1, 2], new Float32Array(2)]) {
      expect(() => decodeSafetensors(wrong as never)).toThrow(ArgumentError)
    }
  })

  it('10,000 damaged files: an error of ours, or a file that is sound', { timeout: 60_000 }, () => {
    const good = encodeSafetensors(reference, { kind: 'rbm', options: '{"visible":784}' })
    let refused = 0
    for (let i = 0; i < 10_000; i++) {
      const bytes = damaged(good, i)
      try {
        const { tensors, metadata } = decodeSafetensors(bytes)
        const again = decodeSafetensors(encodeSafetensors(tensors, metadata))
        expect(Object.keys(again.tensors).sort(), `variant ${i}`).toEqual(Object.keys(tensors).sort())
      } catch (error) {
        expect(error, `variant ${i}`).toBeInstanceOf(FormatError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(5000)
  })

  it('headers of any JSON', () => {
    const entry = fc.oneof(
      fc.jsonValue(),
      fc.record({
        dtype: fc.constantFrom('F32', 'U8', 'F16', '', 3),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 4 })), fc.jsonValue()),
        data_offsets: fc.oneof(fc.array(fc.integer({ min: -1, max: 40 }), { maxLength: 3 }), fc.jsonValue()),
      }),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), entry), fc.uint8Array({ maxLength: 40 }), (header, data) => {
        try {
          decodeSafetensors(file(header, data))
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
