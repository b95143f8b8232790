import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, decodePng, encodePng, FormatError } from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { damaged } from '../support/hostile.ts'

const close = (data: Float32Array, wanted: number[]) => {
  expect(data.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 6)
  })
}

/** A chunk without its checksum made right: the decoder must not get that far. */
function chunk(type: string, body: number[]): number[] {
  const length = [body.length >> 24, body.length >> 16, body.length >> 8, body.length].map((byte) => byte & 255)
  return [...length, ...new TextEncoder().encode(type), ...body, 0, 0, 0, 0]
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]
const header = (width: number[], height: number[], rest = [8, 0, 0, 0, 0]) =>
  chunk('IHDR', [...width, ...height, ...rest])
const one = [0, 0, 0, 1]

describe('PNG files of others', () => {
  it.each([
    ['grey1.png', 5, 2, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]],
    ['grey8-sub.png', 3, 2, [0, 128 / 255, 1, 10 / 255, 20 / 255, 30 / 255]],
    ['palette2.png', 3, 1, [0, 0.299, 1]],
    ['rgba16.png', 2, 1, [32768 / 65535, 0.587]],
  ] as [string, number, number, number[]][])('%s', async (name, width, height, values) => {
    const image = await decodePng(await fixture(name))
    expect([image.width, image.height]).toEqual([width, height])
    close(image.data, values)
  })
})

describe('our own', () => {
  it('come back', async () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    await fc.assert(
      fc.asyncProperty(size, fc.infiniteStream(fc.nat(255)), async ([width, height], stream) => {
        const data = Uint8Array.from({ length: width * height }, () => stream.next().value)
        const image = await decodePng(encodePng({ width, height, channels: 1, data }))
        close(
          image.data,
          Array.from(data, (value) => value / 255),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('are the same for the same pixels', () => {
    const pixels = { width: 2, height: 1, channels: 3, data: new Uint8Array([1, 2, 3, 4, 5, 6]) } as const
    expect(encodePng(pixels)).toEqual(encodePng(pixels))
  })

  it('need pixels that fit', () => {
    const data = new Uint8Array(5)
    expect(() => encodePng({ width: 2, height: 3, channels: 1, data })).toThrow(ArgumentError)
    expect(() => encodePng({ width: 2, height: 3, channels: 1, data })).toThrow(
      'to be 2 x 3 x 1 bytes; got a Uint8Array of length 5',
    )
    expect(() => encodePng({ width: 0, height: 0, channels: 1, data: new Uint8Array(0) })).toThrow(ArgumentError)
  })
})

describe('hostile files', () => {
  it.each([
    ['empty', [], 'a PNG file; got other bytes'],
    ['only the signature', SIGNATURE, 'a whole PNG file; got an end at byte 8'],
    ['a chunk beyond the end', [...SIGNATURE, 255, 255, 255, 255, 73, 72, 68, 82, 0, 0, 0, 0], 'goes on after its end'],
    ['no header', [...SIGNATURE, ...chunk('IEND', [])], 'begins with its header; got none'],
    ['no pixels', [...SIGNATURE, ...header([0, 0, 0, 0], one), ...chunk('IEND', [])], 'got 0 x 1'],
    ['2^32 pixels', [...SIGNATURE, ...header([0, 1, 0, 0], [0, 1, 0, 0]), ...chunk('IEND', [])], 'got 65536 x 65536'],
    [
      'a colour type it does not have',
      [...SIGNATURE, ...header(one, one, [8, 5, 0, 0, 0]), ...chunk('IEND', [])],
      'known colour type; got 5',
    ],
    ['interlacing', [...SIGNATURE, ...header(one, one, [8, 0, 0, 0, 1]), ...chunk('IEND', [])], 'without interlacing'],
    ['no data', [...SIGNATURE, ...header(one, one), ...chunk('IEND', [])], 'PNG'],
    [
      'data that are not zlib',
      [...SIGNATURE, ...header(one, one), ...chunk('IDAT', [1, 2, 3]), ...chunk('IEND', [])],
      'in sound zlib data',
    ],
  ])('%s', async (_, bytes, sentence) => {
    await expect(decodePng(new Uint8Array(bytes))).rejects.toThrow(FormatError)
    await expect(decodePng(new Uint8Array(bytes))).rejects.toThrow(sentence)
  })

  it('a bomb is stopped at the size of the image', async () => {
    const zeros = new Blob([new Uint8Array(1 << 26)]).stream().pipeThrough(new CompressionStream('deflate'))
    const body = new Uint8Array(await new Response(zeros).arrayBuffer())
    expect(body.length).toBeLessThan(100_000)
    const bytes = new Uint8Array([...SIGNATURE, ...header(one, one), ...chunk('IDAT', [...body]), ...chunk('IEND', [])])
    await expect(decodePng(bytes)).rejects.toThrow('expected 2 bytes of pixels in a PNG; got more')
  })

  it('1,000 damaged files: an error of ours, or an image that fits its size', { timeout: 60_000 }, async () => {
    const originals = await Promise.all(['grey8-sub.png', 'palette2.png', 'rgba16.png'].map(fixture))
    for (let i = 0; i < 1000; i++) {
      try {
        const { width, height, data } = await decodePng(damaged(originals[i % 3]!, i))
        expect(data.length).toBe(width * height)
        expect(data.every((value) => value >= 0 && value <= 1.000001)).toBe(true)
      } catch (error) {
        expect(error, `variant ${i}`).toBeInstanceOf(FormatError)
      }
    }
  })
})
