import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, asRows, decodeNpy, encodeNpy, FormatError } from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { damaged } from '../support/hostile.ts'

/** A version 1 file with any header, right or wrong. */
function file(header: string, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header)
  return new Uint8Array([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    text.length & 255,
    text.length >> 8,
    ...text,
    ...data,
  ])
}

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`

describe('files of numpy', () => {
  const count = (n: number) => Array.from({ length: n }, (_, i) => i)

  it.each([
    ['float32.npy', { data: new Float32Array(count(12).map((i) => i / 2)), shape: [3, 4] }],
    ['version2.npy', { data: new Float32Array(count(12).map((i) => i / 2)), shape: [3, 4] }],
    ['float64-fortran.npy', { data: new Float64Array(count(24)), shape: [2, 3, 4] }],
    ['int32-big-endian.npy', { data: new Int32Array([1, -2, 3, 70000, -70000, 0]), shape: [2, 3] }],
    ['bool.npy', { data: new Uint8Array([1, 0, 1]), shape: [3] }],
    ['uint8-scalar.npy', { data: new Uint8Array([200]), shape: [] }],
    ['int64.npy', { data: new BigInt64Array([2n ** 53n + 1n, -1n]), shape: [2] }],
    ['empty.npy', { data: new Float32Array(0), shape: [0, 3] }],
  ])('%s', async (name, array) => {
    expect(decodeNpy(await fixture(name))).toEqual(array)
  })

  it.each(['float32.npy', 'bool.npy', 'uint8-scalar.npy', 'int64.npy', 'empty.npy'])(
    '%s: the same bytes',
    async (name) => {
      const bytes = await fixture(name)
      const ours = encodeNpy(decodeNpy(bytes))
      if (name === 'bool.npy') expect(decodeNpy(ours)).toEqual(decodeNpy(bytes))
      else expect(ours).toEqual(bytes)
    },
  )

  it('a pickled object is refused', async () => {
    const bytes = await fixture('object.npy')
    expect(() => decodeNpy(bytes)).toThrow('expected an NPY file of one of b1, u1, i1')
    expect(() => decodeNpy(bytes)).toThrow('got the type "|O"')
  })
})

describe('encode and decode', () => {
  const arrays = fc.oneof(
    fc.float32Array(),
    fc.float64Array(),
    fc.uint8Array(),
    fc.int16Array(),
    fc.int32Array(),
    fc.bigUint64Array(),
  )

  it('are inverse to each other, wherever the bytes lie in memory', () => {
    fc.assert(
      fc.property(arrays, fc.integer({ min: 1, max: 4 }), fc.nat(7), (data, columns, shift) => {
        const shape = data.length % columns === 0 ? [data.length / columns, columns] : [data.length]
        const bytes = encodeNpy({ data, shape } as never)
        const moved = new Uint8Array(bytes.length + 8).subarray(shift, shift + bytes.length)
        moved.set(bytes)
        expect(decodeNpy(moved)).toEqual({ data, shape })
      }),
    )
  })

  it('an independent reader agrees', () => {
    const bytes = encodeNpy({ data: new Int16Array([1, -2, 3]), shape: [3] })
    const start = 10 + bytes[8]! + 256 * bytes[9]!
    expect(start % 64).toBe(0)
    expect(bytes[start - 1]).toBe(10)
    expect(new TextDecoder().decode(bytes.slice(10, start)).trim()).toBe(
      "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }",
    )
    expect([...bytes.slice(start)]).toEqual([1, 0, 254, 255, 3, 0])
  })

  it('what does not fit is not written', () => {
    expect(() => encodeNpy({ data: new Float32Array(3), shape: [2] })).toThrow(
      'expected `shape` to be the sides of 3 numbers; got 2',
    )
    expect(() => encodeNpy({ data: [1, 2] as never, shape: [2] })).toThrow(ArgumentError)
    expect(() => encodeNpy({ data: new Float32Array(1), shape: Array(40).fill(1) })).toThrow('got 40 dimensions')
  })
})

it('asRows makes a matrix of images', () => {
  const data = new Uint8Array(24)
  expect(asRows({ data, shape: [2, 3, 4] })).toEqual({ data, shape: [2, 12] })
  expect(asRows({ data, shape: [24] }).shape).toEqual([24, 1])
  expect(() => asRows({ data, shape: [] })).toThrow('expected `array` to have at least one dimension; got a scalar')
})

describe('hostile files', () => {
  it.each([
    ['empty', new Uint8Array(0), 'begins with \\x93NUMPY'],
    ['another file', new TextEncoder().encode('PK and so on, a zip'), 'begins with \\x93NUMPY'],
    ['version 9', file(header('<f4', '()')).fill(9, 6, 7), 'version 1, 2 or 3; got 9'],
    ['version 2, cut', file('').fill(2, 6, 7), 'the 12 bytes before an NPY header; got 10'],
    ['a header beyond the file', file(header('<f4', '()')).subarray(0, 30), 'a cut file?'],
    ['records', file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), "'descr' of one type"],
    ['no order', file("{'descr': '<f4', 'shape': (1,), }"), "'fortran_order'"],
    ['half floats', file(header('<f2', '(1,)'), [0, 0]), 'got the type "<f2"'],
    ['text', file(header('<U3', '(1,)')), 'got the type "<U3"'],
    ['a name of Map.prototype', file(header('get', '(1,)')), 'got the type "get"'],
    ['a negative side', file(header('<f4', '(-1,)'), [0, 0, 0, 0]), "'shape'"],
    ['an empty side', file(header('|u1', '(2,,3)')), 'the shape of an NPY file'],
    ['a product that overflows', file(header('|u1', '(4294967296, 4294967296, 0)')), 'numbers of 1 bytes'],
    ['a side beyond 2^53', file(header('|u1', '(99999999999999999999,)')), 'the shape of an NPY file'],
    [
      'too few numbers',
      file(header('<f4', '(3,)'), [0, 0, 0, 0]),
      'expected 3 numbers of 4 bytes in an NPY file; got 4 bytes',
    ],
    ['too many', file(header('|u1', '(1,)'), [0, 0]), 'expected 1 numbers of 1 bytes in an NPY file; got 2 bytes'],
  ])('%s', (_, bytes, sentence) => {
    expect(() => decodeNpy(bytes)).toThrow(FormatError)
    expect(() => decodeNpy(bytes)).toThrow(sentence)
  })

  it('5,000 damaged files: an error of ours, or an array that fits its shape', async () => {
    const originals = [await fixture('float64-fortran.npy'), await fixture('version2.npy')]
    for (let i = 0; i < 5000; i++) {
      try {
        const { data, shape } = decodeNpy(damaged(originals[i % 2]!, i))
        expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
      } catch (error) {
        expect(error, `variant ${i}`).toBeInstanceOf(FormatError)
      }
    }
  })
})
