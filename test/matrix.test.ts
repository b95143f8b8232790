import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../src/errors.ts'
import { row, toBinaryMatrix, toMatrix, toMatrixInPieces, zeros } from '../src/matrix.ts'

const message = (value: unknown, columns?: number, rule?: 'finite' | 'unit' | 'binary'): string => {
  try {
    toMatrix('data', value, columns, rule)
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError)
    return (error as Error).message
  }
  return expect.fail('nothing was thrown')
}

describe('what is taken for a matrix', () => {
  const wanted = { data: new Float32Array([1, 0, 0, 1, 1, 0]), shape: [3, 2] }

  it.each([
    ['data and shape', { data: new Float32Array([1, 0, 0, 1, 1, 0]), shape: [3, 2] }],
    ['bytes and shape', { data: new Uint8Array([1, 0, 0, 1, 1, 0]), shape: [3, 2] }],
    ['a plain array and shape', { data: [1, 0, 0, 1, 1, 0], shape: [3, 2] }],
    [
      'an array of arrays',
      [
        [1, 0],
        [0, 1],
        [1, 0],
      ],
    ],
    ['an array of typed arrays', [new Float64Array([1, 0]), new Uint8Array([0, 1]), [1, 0]]],
  ])('%s', (_, value) => {
    expect(toMatrix('data', value, 2)).toEqual(wanted)
    expect(toMatrix('data', value)).toEqual(wanted)
    expect(toBinaryMatrix('data', value, 2)).toEqual({ data: new Uint8Array(wanted.data), shape: [3, 2] })
  })

  it.each([
    ['a plain row', [1, 2, 3]],
    ['a typed row', new Int32Array([1, 2, 3])],
  ])('%s', (_, value) => {
    expect(toMatrix('data', value, 3)).toEqual({ data: new Float32Array([1, 2, 3]), shape: [1, 3] })
  })

  it('shares a Float32Array (a Uint8Array) and copies the rest', () => {
    const data = new Float32Array(4)
    expect(toMatrix('data', { data, shape: [2, 2] }).data).toBe(data)
    expect(toMatrix('data', [data]).data).toBe(data)
    const bytes = new Uint8Array(4)
    expect(toBinaryMatrix('data', { data: bytes, shape: [2, 2] }).data).toBe(bytes)
    expect(
      toMatrix('data', [
        [0, 0],
        [0, 0],
      ]).data,
    ).not.toBe(data)
  })
})

describe('what is refused', () => {
  it.each([
    [{ data: new Float32Array(783), shape: [1, 783] }, 784, 'expected `data` to have 784 columns; got 783'],
    [[[1, 2], [1]], undefined, 'expected `data` to have 2 columns in every row; got 1 in row 1'],
    [[[1, 2], 3], undefined, 'expected `data` to be an array of rows of numbers; got 3 as row 1'],
    [['ab'], undefined, 'expected `data` to be an array of rows of numbers; got "ab" as row 0'],
    [
      { data: new Float32Array(5), shape: [2, 3] },
      undefined,
      'expected `data` to hold 2 x 3 = 6 numbers, as its shape says; got 5',
    ],
    [{ data: new Float32Array(6), shape: [6] }, undefined, 'expected `data.shape` to be [rows, columns]; got [6]'],
    [
      { data: new Float32Array(6), shape: [2, 3.5] },
      undefined,
      'expected `data.shape` to be [rows, columns]; got [2, 3.5]',
    ],
    [
      { data: new Float32Array(6), shape: [-2, -3] },
      undefined,
      'expected `data.shape` to be [rows, columns]; got [-2, -3]',
    ],
    [
      { data: new BigInt64Array(6), shape: [2, 3] },
      undefined,
      'to be { data, shape: [rows, columns] }, an array of rows, or one row; got an object',
    ],
    [[], undefined, 'expected `data` to have at least one row; got none'],
    [[[], []], undefined, 'expected `data` to have at least one column; got none'],
    [{ data: [], shape: [0, 4] }, 4, 'expected `data` to have at least one row; got none'],
    [undefined, undefined, 'an array of rows, or one row; got undefined'],
    ['text', undefined, 'got "text"'],
    [
      [
        [1, 2],
        [3, Number.NaN],
      ],
      2,
      'expected `data` to hold finite numbers (float32); got NaN in row 1, column 1',
    ],
    [[1, '2'], 2, 'got "2" in row 0, column 1'],
    [
      [
        [1, 2],
        [null, 2],
      ],
      2,
      'got null in row 1, column 0',
    ],
    [new Float64Array([1, 1e39]), 2, 'got 1e+39 in row 0, column 1'],
    [new Float32Array([1, Number.NEGATIVE_INFINITY]), 2, 'got -Infinity in row 0, column 1'],
  ] as [unknown, number | undefined, string][])('%o', (value, columns, sentence) => {
    expect(message(value, columns)).toContain(sentence)
  })

  it('numbers outside the rule', () => {
    expect(message([0, 1.5], 2, 'unit')).toBe('expected `data` to hold numbers from 0 to 1; got 1.5 in row 0, column 1')
    expect(message([0, 0.5], 2, 'binary')).toBe(
      'expected `data` to hold only zeros and ones; got 0.5 in row 0, column 1',
    )
    expect(() => toBinaryMatrix('v', new Float32Array([1, 255.5]))).toThrow('got 255.5')
    expect(() => toBinaryMatrix('v', new Uint8Array([1, 2]))).toThrow('got 2 in row 0, column 1')
    expect(() => toBinaryMatrix('v', [[true, false]])).toThrow('got true')
  })

  it('whatever it is: an ArgumentError or a matrix', () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withSparseArray: true, withBigInt: true }), (value) => {
        try {
          const { data, shape } = toMatrix('data', value)
          expect(data.length).toBe(shape[0] * shape[1])
          expect(data.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(ArgumentError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('in pieces', () => {
  it('gives the same, and lets the event loop in', async () => {
    const data = new Uint8Array(5_000_000).map((_, i) => i & 255)
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const slow = await toMatrixInPieces('data', { data, shape: [5000, 1000] }, 1000)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect(slow.data.every((x, i) => x === data[i])).toBe(true)
    expect(slow.shape).toEqual([5000, 1000])
  })

  it('finds a NaN in a late piece', async () => {
    const data = new Float32Array(3_000_000)
    data[2_999_999] = Number.NaN
    await expect(toMatrixInPieces('data', { data, shape: [3000, 1000] })).rejects.toThrow(
      'got NaN in row 2999, column 999',
    )
  })
})

it('zeros and row', () => {
  const matrix = zeros(2, 3)
  row(matrix, 1).fill(5)
  expect([...matrix.data]).toEqual([0, 0, 0, 5, 5, 5])
})
