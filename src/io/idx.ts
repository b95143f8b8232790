/**
 * IDX, the format of the MNIST files: two zero bytes, the type, the number of dimensions, each size as a big-endian
 * 32-bit integer, then the numbers, row after row and big-endian (LeCun, Cortes and Burges, "The MNIST database", 1998).
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

const types = new Map<number, ArrayType>([
  [0x08, Uint8Array],
  [0x09, Int8Array],
  [0x0b, Int16Array],
  [0x0c, Int32Array],
  [0x0d, Float32Array],
  [0x0e, Float64Array],
])

/**
 * Reads an IDX file. The numbers of a byte type are a view of `bytes`, all others copies.
 *
 * @throws FormatError when the bytes are not an IDX file, or hold fewer or more numbers than its header says
 */
export function decodeIdx(bytes: Uint8Array | ArrayBuffer): NdArray {
  const file = asBytes('bytes', bytes)
  const [a, b, code, dimensions] = file
  if (a !== 0 || b !== 0 || code === undefined || dimensions === undefined) {
    return bad('an IDX file, which begins with two zero bytes', `[${file.subarray(0, 4).join(', ')}]`)
  }
  const type = types.get(code) ?? bad('an IDX file of a known type of numbers', `type 0x${code.toString(16)}`)
  const start = 4 + 4 * dimensions
  if (file.length < start) bad(`the sizes of ${dimensions} dimensions in an IDX file`, `only ${file.length} bytes`)
  const view = new DataView(file.buffer, file.byteOffset)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  const count = product(shape)
  const size = type.BYTES_PER_ELEMENT
  if (count === undefined || count * size !== file.length - start) {
    return bad(`${showShape(shape)} numbers of ${size} bytes in an IDX file`, `${file.length - start} bytes`)
  }
  if (size === 1) return { data: numbersAt(file, start, count, type), shape }
  return { data: numbersAt(swapped(file.subarray(start), size), 0, count, type), shape }
}

/**
 * The bytes of an IDX file.
 *
 * @throws ArgumentError on a type IDX does not have (unsigned 16 and 32 bits, 64-bit integers) or a shape that does not fit
 */
export function encodeIdx({ data, shape }: NdArray): Uint8Array {
  const code = [...types].find(([, type]) => data instanceof type)?.[0]
  if (code === undefined) throw new ArgumentError(expected('data', 'to be of a type that IDX has', show(data)))
  if (shape.length > 255 || !shape.every((side) => isCount(side) && side < 2 ** 32) || product(shape) !== data.length) {
    throw new ArgumentError(expected('shape', `to be the sides of ${data.length} numbers`, showShape(shape)))
  }
  const start = 4 + 4 * shape.length
  const out = new Uint8Array(start + data.byteLength)
  const view = new DataView(out.buffer)
  out.set([0, 0, code, shape.length])
  shape.forEach((side, i) => {
    view.setUint32(4 + 4 * i, side)
  })
  out.set(bigEndian(data), start)
  return out
}

function bigEndian(data: AnyArray): Uint8Array {
  return data.BYTES_PER_ELEMENT === 1 ? bytesOf(data) : swapped(bytesOf(data), data.BYTES_PER_ELEMENT)
}
