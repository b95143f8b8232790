import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, decodeIdx, decodeLabelledImages, encodeIdx, FormatError } from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { damaged } from '../support/hostile.ts'

describe('IDX', () => {
  it('reads bytes and big-endian floats', async () => {
    const images = decodeIdx(await fixture('images-idx3-ubyte'))
    expect(images).toEqual({ data: Uint8Array.from({ length: 24 }, (_, i) => i), shape: [2, 3, 4] })
    const floats = decodeIdx(await fixture('floats-idx2-float'))
    expect(floats).toEqual({ data: new Float32Array([0.5, -1.25, 3e38, 0]), shape: [2, 2] })
  })

  it('writes the same files', async () => {
    for (const name of ['images-idx3-ubyte', 'labels-idx1-ubyte', 'floats-idx2-float']) {
      const bytes = await fixture(name)
      expect(encodeIdx(decodeIdx(bytes))).toEqual(bytes)
    }
  })

  it('encode and decode are inverse to each other', () => {
    const arrays = fc.oneof(
      fc.uint8Array(),
      fc.int8Array(),
      fc.int16Array(),
      fc.int32Array(),
      fc.float32Array(),
      fc.float64Array(),
    )
    fc.assert(
      fc.property(arrays, fc.nat(7), (data, shift) => {
        const bytes = encodeIdx({ data: data as Uint8Array, shape: [1, data.length] })
        const moved = new Uint8Array(bytes.length + 8).subarray(shift, shift + bytes.length)
        moved.set(bytes)
        expect(decodeIdx(moved)).toEqual({ data, shape: [1, data.length] })
      }),
    )
  })

  it.each([
    ['empty', [], 'which begins with two zero bytes; got []'],
    ['gzip', [0x1f, 0x8b, 8, 0], 'got [31, 139, 8, 0]'],
    ['a type it does not have', [0, 0, 7, 0], 'got type 0x7'],
    ['cut sizes', [0, 0, 8, 2, 0, 0, 0, 1], 'the sizes of 2 dimensions in an IDX file; got only 8 bytes'],
    ['too few numbers', [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], 'expected 3 numbers of 1 bytes in an IDX file; got 2 bytes'],
    ['too many', [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], 'expected 1 numbers of 1 bytes in an IDX file; got 2 bytes'],
    ['an overflow', [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0], 'in an IDX file; got 0 bytes'],
  ])('refuses %s', (_, bytes, sentence) => {
    expect(() => decodeIdx(new Uint8Array(bytes))).toThrow(FormatError)
    expect(() => decodeIdx(new Uint8Array(bytes))).toThrow(sentence)
  })

  it('does not write what it cannot say', () => {
    expect(() => encodeIdx({ data: new Uint32Array(1), shape: [1] })).toThrow('to be of a type that IDX has')
    expect(() => encodeIdx({ data: new Uint8Array(3), shape: [2] })).toThrow(ArgumentError)
  })

  it('5,000 damaged files: an error of ours, or an array that fits its shape', async () => {
    const good = await fixture('images-idx3-ubyte')
    for (let i = 0; i < 5000; i++) {
      try {
        const { data, shape } = decodeIdx(damaged(good, i))
        expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
      } catch (error) {
        expect(error, `variant ${i}`).toBeInstanceOf(FormatError)
      }
    }
  })
})

describe('labelled images', () => {
  it('are rows from 0 to 1 and labels', async () => {
    const set = await decodeLabelledImages(await fixture('images-idx3-ubyte'), await fixture('labels-idx1-ubyte'))
    expect(set.images.shape).toEqual([2, 12])
    expect(set.images.data).toEqual(Float32Array.from({ length: 24 }, (_, i) => i / 255))
    expect([...set.labels]).toEqual([7, 3])
    expect([set.height, set.width]).toEqual([3, 4])
  })

  it('must be images and labels, equally many', async () => {
    const images = await fixture('images-idx3-ubyte')
    const labels = await fixture('labels-idx1-ubyte')
    const three = encodeIdx({ data: new Uint8Array(3), shape: [3] })
    await expect(decodeLabelledImages(labels, images)).rejects.toThrow('expected an IDX file of images')
    await expect(decodeLabelledImages(images, images)).rejects.toThrow('expected an IDX file of labels')
    await expect(decodeLabelledImages(images, three)).rejects.toThrow('expected 2 labels, one for each image; got 3')
    await expect(decodeLabelledImages(await fixture('floats-idx2-float'), labels)).rejects.toThrow(FormatError)
  })
})
