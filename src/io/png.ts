/**
 * PNG in and out (ISO/IEC 15948), by fast-png. A PNG that comes from outside is first taken apart here: fast-png
 * inflates whatever a chunk holds, and a small file can hold gigabytes.
 */

import { type BitDepth, convertIndexedToRgb, type DecodedPng, decode, encode } from 'fast-png'
import { ArgumentError, expected, FormatError, show } from '../errors.ts'
import { asBytes, bad } from './bytes.ts'

/** An image to write: 8 bits a channel, rows from the top; one channel is grey (0 black), three are red, green, blue. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

/** An image that was read, as grey from 0 (black) to 1 (white), rows from the top. */
export interface GreyImage {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** The largest image that is read, in pixels: 4096 x 4096. */
const MOST_PIXELS = 1 << 24

/** The bytes of a PNG file. */
export function encodePng({ width, height, channels, data }: Pixels): Uint8Array {
  const wanted = width * height * channels
  if (!(data instanceof Uint8Array) || data.length !== wanted || wanted === 0) {
    throw new ArgumentError(expected('data', `to be ${width} x ${height} x ${channels} bytes`, show(data)))
  }
  // Level 6 is a third smaller than fast-png's default of 3 on sheets of digits, and as fast.
  return encode({ width, height, channels, depth: 8, data }, { zlib: { level: 6 } })
}

/**
 * Reads a PNG file as grey: colours by their luminance (ITU-R BT.601), transparency as over black.
 *
 * @throws FormatError on bytes that are not a sound PNG, one with more than 4096 x 4096 pixels, or an interlaced one
 */
export async function decodePng(bytes: Uint8Array | ArrayBuffer): Promise<GreyImage> {
  const file = asBytes('bytes', bytes)
  const chunks = splitChunks(file)
  const header = readHeader(chunks)
  const pixels = concatenate(chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body))
  await checkInflated(pixels, header)
  const { width, height } = header
  return { width, height, data: grey(decodeEssential(file, chunks)) }
}

interface Chunk {
  readonly type: string
  readonly body: Uint8Array
  /** With length, type and checksum. */
  readonly whole: Uint8Array
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function splitChunks(file: Uint8Array): Chunk[] {
  if (SIGNATURE.some((byte, i) => file[i] !== byte)) bad('a PNG file', 'other bytes at its beginning')
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const chunks: Chunk[] = []
  for (let at = 8; chunks.at(-1)?.type !== 'IEND'; ) {
    if (at + 12 > file.length) bad('a whole PNG file', `an end at byte ${file.length}, before its last chunk`)
    const end = at + 12 + view.getUint32(at)
    if (end > file.length) bad('a whole PNG file', `a chunk at byte ${at} that goes on after its end`)
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8))
    chunks.push({ type, body: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) })
    at = end
  }
  return chunks
}

interface Header {
  readonly width: number
  readonly height: number
  /** The bytes that the pixels inflate to: each row with its filter byte. */
  readonly inflated: number
}

const channelsOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

function readHeader([first]: readonly Chunk[]): Header {
  if (first?.type !== 'IHDR' || first.body.length !== 13) return bad('a PNG file that begins with its header', 'none')
  const view = new DataView(first.body.buffer, first.body.byteOffset)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colour, , , interlaced] = first.body.subarray(8) as unknown as [number, number, number, number, number]
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    bad(`a PNG of at most ${MOST_PIXELS} pixels`, `${width} x ${height}`)
  }
  const channels = channelsOf[colour] ?? bad('a PNG of a known colour type', colour)
  if (interlaced !== 0) bad('a PNG without interlacing', 'an interlaced one')
  return { width, height, inflated: height * (1 + Math.ceil((width * channels * depth) / 8)) }
}

/** Inflates by the platform, counting only, and stops as soon as there is too much. */
async function checkInflated(pixels: Uint8Array, { inflated }: Header): Promise<void> {
  const stream = new Blob([pixels as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'))
  const reader = stream.getReader()
  let size = 0
  try {
    for (let part = await reader.read(); !part.done && size <= inflated; part = await reader.read()) {
      size += part.value.length
    }
  } catch (cause) {
    throw new FormatError('expected the pixels of a PNG in sound zlib data; got damaged ones', { cause })
  } finally {
    reader.cancel().catch(() => {}) // a stream that failed has nothing to cancel
  }
  if (size !== inflated) bad(`${inflated} bytes of pixels in a PNG`, size < inflated ? size : 'more')
}

/** Decodes without the chunks that do not matter here (text, colour profiles, animation), so without their traps. */
function decodeEssential(file: Uint8Array, chunks: readonly Chunk[]): DecodedPng {
  const essential = chunks.filter(({ type }) => ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type))
  try {
    return decode(concatenate([file.subarray(0, 8), ...essential.map(({ whole }) => whole)]), { checkCrc: true })
  } catch (cause) {
    throw new FormatError(`expected a sound PNG file; got one with a fault (${(cause as Error).message})`, { cause })
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function grey(png: DecodedPng): Float32Array {
  const { data, channels, largest } = samples(png)
  const hasAlpha = channels === 2 || channels === 4
  const out = new Float32Array(png.width * png.height)
  for (let i = 0; i < out.length; i++) {
    const at = i * channels
    const light = channels < 3 ? data[at]! : 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
    out[i] = (light / largest) * (hasAlpha ? data[at + channels - 1]! / largest : 1)
  }
  return out
}

interface Samples {
  readonly data: ArrayLike<number>
  readonly channels: number
  readonly largest: number
}

function samples(png: DecodedPng): Samples {
  if (png.palette) {
    const channels = png.palette[0]?.length ?? bad('a PNG palette of at least one colour', 'none')
    try {
      return { data: convertIndexedToRgb(png), channels, largest: 255 }
    } catch (cause) {
      throw new FormatError('expected every pixel of a PNG to be in its palette; got one that is not', { cause })
    }
  }
  const data = png.depth < 8 ? unpack(png.data, png.width, png.height, png.depth) : png.data
  return { data, channels: png.channels, largest: 2 ** png.depth - 1 }
}

/** Grey of 1, 2 or 4 bits: several pixels a byte, each row from a byte of its own. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: BitDepth): Uint8Array {
  const out = new Uint8Array(width * height)
  const stride = Math.ceil((width * depth) / 8)
  const mask = 2 ** depth - 1
  for (let i = 0; i < out.length; i++) {
    const bit = (i % width) * depth
    const byte = data[Math.floor(i / width) * stride + (bit >> 3)]!
    out[i] = (byte >> (8 - depth - (bit & 7))) & mask
  }
  return out
}
