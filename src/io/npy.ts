/**
 * NPY, the file of one NumPy array: the magic bytes `\x93NUMPY`, a version, the length of the header, the header as a
 * Python dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, then the numbers
 * (NumPy Enhancement Proposal 1; numpy.lib.format).
 */

import { ArgumentError, expected, show } from '../errors.ts'
import {
  type AnyArray,
  type ArrayType,
  asBytes,
  bad,
  bytesOf,
  isCount,
  numbersAt,
  product,
  showShape,
  swapped,
} from './bytes.ts'
import type { NdArray } from './ndarray.ts'

const types = new Map<string, ArrayType>([
  ['b1', Uint8Array],
  ['u1', Uint8Array],
  ['i1', Int8Array],
  ['i2', Int16Array],
  ['u2', Uint16Array],
  ['i4', Int32Array],
  ['u4', Uint32Array],
  ['i8', BigInt64Array],
  ['u8', BigUint64Array],
  ['f4', Float32Array],
  ['f8', Float64Array],
])

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const LONGEST_HEADER = 1 << 16
const MOST_DIMENSIONS = 32 // NumPy's own limit

/**
 * Reads an NPY file (versions 1, 2 and 3). Big-endian numbers and Fortran order are converted; `bool` becomes a
 * Uint8Array of zeros and ones, 64-bit integers a BigInt64Array or BigUint64Array.
 *
 * @throws FormatError when the bytes are not an NPY file, its type is not one of numbers (objects, text, records), or it
 *   holds fewer or more bytes than its header says
 */
export function decodeNpy(bytes: Uint8Array | ArrayBuffer): NdArray {
  const file = asBytes('bytes', bytes)
  const { text, start } = headerText(file)
  const { descr, fortran, shape } = parseHeader(text)
  const { type, bigEndian } = typeOf(descr)
  const count = product(shape)
  const size = type.BYTES_PER_ELEMENT
  if (count === undefined || count * size !== file.length - start) {
    return bad(`${showShape(shape)} numbers of ${size} bytes in an NPY file`, `${file.length - start} bytes`)
  }
  const data = bigEndian
    ? numbersAt(swapped(file.subarray(start), size), 0, count, type)
    : numbersAt(file, start, count, type)
  return { data: fortran && shape.length > 1 ? rowsFirst(data, shape, type) : data, shape }
}

function headerText(file: Uint8Array): { text: string; start: number } {
  if (file.length < 10 || MAGIC.some((byte, i) => file[i] !== byte)) {
    bad('an NPY file, which begins with \\x93NUMPY', `[${file.subarray(0, 6).join(', ')}]`)
  }
  const version = file[6]!
  if (version < 1 || version > 3) bad('an NPY file of version 1, 2 or 3', version)
  const before = version === 1 ? 10 : 12
  if (file.length < before) bad(`the ${before} bytes before an NPY header`, file.length)
  const view = new DataView(file.buffer, file.byteOffset)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > LONGEST_HEADER) bad(`an NPY header of at most ${LONGEST_HEADER} bytes`, length)
  const start = before + length
  if (start > file.length) bad(`an NPY header of ${length} bytes`, `only ${file.length - before} (a cut file?)`)
  return { text: new TextDecoder().decode(file.subarray(before, start)), start }
}

interface Header {
  readonly descr: string
  readonly fortran: boolean
  readonly shape: readonly number[]
}

/** The three entries, each where numpy writes them or anywhere else in the dictionary; nothing else is read. */
function parseHeader(text: string): Header {
  const descr = /'descr':\s{0,9}'([^']{1,99})'/.exec(text)?.[1]
  const order = /'fortran_order':\s{0,9}(True|False)/.exec(text)?.[1]
  const sides = /'shape':\s{0,9}\(([\d,\s]{0,999})\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || sides === undefined) {
    return bad("an NPY header with 'descr' of one type of numbers, 'fortran_order' and 'shape'", show(text.trim()))
  }
  const parts = sides.split(',').map((part) => part.trim())
  if (parts.at(-1) === '') parts.pop() // (3,) and ()
  const shape = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN))
  if (!shape.every(isCount) || shape.length > MOST_DIMENSIONS) bad('the shape of an NPY file', show(`(${sides})`))
  return { descr, fortran: order === 'True', shape }
}

function typeOf(descr: string): { type: ArrayType; bigEndian: boolean } {
  const [, order, name] = /^([<>|=]?)(\w+)$/.exec(descr) ?? []
  const type = types.get(name ?? '')
  if (type === undefined) return bad(`an NPY file of one of ${[...types.keys()].join(', ')}`, `the type ${show(descr)}`)
  return { type, bigEndian: order === '>' && type.BYTES_PER_ELEMENT > 1 }
}

/** Fortran order (the first index runs fastest) to rows: walks the result, stepping the source by its strides. */
function rowsFirst(source: AnyArray, shape: readonly number[], type: ArrayType): AnyArray {
  const out = new type(source.length)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((size, side) => size * side, 1))
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = source[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}

/**
 * The bytes of an NPY file of version 1, which `numpy.load` reads: little-endian, rows first.
 *
 * @throws ArgumentError on a shape that does not fit the number of values
 */
export function encodeNpy({ data, shape }: NdArray): Uint8Array {
  const name = [...types].find(([key, type]) => key !== 'b1' && data instanceof type)?.[0]
  if (name === undefined) throw new ArgumentError(expected('data', 'to be a typed array', show(data)))
  if (shape.length > MOST_DIMENSIONS || !shape.every(isCount) || product(shape) !== data.length) {
    throw new ArgumentError(expected('shape', `to be the sides of ${data.length} numbers`, showShape(shape)))
  }
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const order = data.BYTES_PER_ELEMENT === 1 ? '|' : '<'
  const dictionary = `{'descr': '${order}${name}', 'fortran_order': False, 'shape': (${sides}), }`
  // The numbers begin at a multiple of 64; the header ends in a line feed.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const out = new Uint8Array(start + data.byteLength).fill(0x20, 0, start)
  out.set([...MAGIC, 1, 0, (start - 10) & 255, (start - 10) >> 8])
  out.set(new TextEncoder().encode(dictionary), 10)
  out[start - 1] = 0x0a
  out.set(bytesOf(data), start)
  return out
}
