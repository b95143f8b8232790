/**
 * safetensors: named arrays in one file, readable from Python, Rust and JavaScript.
 *
 * Eight bytes with the length n of the header (little-endian), n bytes of JSON
 * `{"__metadata__": {text: text}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}`,
 * then the arrays, back to back. Format: https://huggingface.co/docs/safetensors (Hugging Face, 2022). The bytes written
 * are those of the reference implementation: widest type first, then by name, the header padded with spaces to a
 * multiple of 8, so that every array lies aligned.
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
} from './bytes.ts'
import { parseHeader } from './safetensors-header.ts'

/** The element types that are read and written; BOOL is a Uint8Array of zeros and ones. */
export type Dtype = 'BOOL' | 'U8' | 'I8' | 'I16' | 'U16' | 'I32' | 'U32' | 'F32' | 'F64' | 'I64' | 'U64'

/** A named array of a file; the numbers lie row after row. An empty shape is a scalar. */
export interface Tensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly data: AnyArray
}

export interface Safetensors {
  readonly tensors: Record<string, Tensor>
  readonly metadata: Record<string, string>
}

// In the order of the reference implementation, which sorts by it, last first.
const types: Record<Dtype, ArrayType> = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
}
const order = Object.keys(types)

/** The largest header that is read: the limit of the reference implementation. */
const LARGEST_HEADER = 100_000_000
const METADATA = '__metadata__'

/** A tensor of the type of its array (a Uint8Array gives U8). */
export function tensor(data: AnyArray, shape: readonly number[] = [data.length]): Tensor {
  const dtype = order.find((name) => name !== 'BOOL' && data instanceof types[name as Dtype])
  if (dtype === undefined) throw new ArgumentError(expected('data', 'to be a typed array', show(data)))
  return { dtype: dtype as Dtype, shape, data }
}

/**
 * The bytes of a safetensors file. The same tensors and metadata give the same bytes, in whatever order they come.
 *
 * @throws ArgumentError on a type that does not fit its array, a shape that does not fit its length, the name
 *   `__metadata__`, or metadata that is not text
 */
export function encodeSafetensors(tensors: Record<string, Tensor>, metadata: Record<string, string> = {}): Uint8Array {
  const sorted = Object.entries(tensors).sort(byTypeThenName)
  const entries = Object.keys(metadata).length === 0 ? [] : [`"${METADATA}":${encodeMetadata(metadata)}`]
  let end = 0
  for (const [name, one] of sorted) {
    checkTensor(name, one)
    const begin = end
    end += one.data.byteLength
    const { dtype, shape } = one
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape: [...shape], data_offsets: [begin, end] })}`)
  }
  return assemble(`{${entries.join(',')}}`, sorted, end)
}

function assemble(json: string, sorted: readonly [string, Tensor][], size: number): Uint8Array {
  const text = new TextEncoder().encode(json)
  const padded = Math.ceil(text.length / 8) * 8
  if (padded > LARGEST_HEADER) {
    throw new ArgumentError(expected('tensors', `to need a header of at most ${LARGEST_HEADER} bytes`, padded))
  }
  const out = new Uint8Array(8 + padded + size)
  new DataView(out.buffer).setUint32(0, padded, true)
  out.set(text, 8)
  out.fill(0x20, 8 + text.length, 8 + padded)
  let at = 8 + padded
  for (const [, { data }] of sorted) {
    out.set(bytesOf(data), at)
    at += data.byteLength
  }
  return out
}

function byTypeThenName([a, x]: [string, Tensor], [b, y]: [string, Tensor]): number {
  return order.indexOf(y.dtype) - order.indexOf(x.dtype) || (a < b ? -1 : 1)
}

// Sorted, so that equal metadata gives equal bytes.
function encodeMetadata(metadata: Record<string, string>): string {
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, value] of pairs) {
    if (typeof value !== 'string') throw new ArgumentError(expected(`metadata.${key}`, 'to be text', show(value)))
  }
  return `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
}

function checkTensor(name: string, { dtype, shape, data }: Tensor): void {
  const what = `tensors.${name}`
  if (name === METADATA) throw new ArgumentError(expected('tensors', `not to use the name ${METADATA}`, show(name)))
  if (!order.includes(dtype)) {
    throw new ArgumentError(expected(`${what}.dtype`, `to be one of ${order.join(', ')}`, show(dtype)))
  }
  if (!(data instanceof types[dtype])) {
    throw new ArgumentError(expected(`${what}.data`, `to be a ${types[dtype].name}, as ${dtype} needs`, show(data)))
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new ArgumentError(expected(`${what}.shape`, 'to be an array of sizes', show(shape)))
  }
  if (product(shape) !== data.length) {
    throw new ArgumentError(expected(`${what}.data`, `to hold ${showShape(shape)} numbers`, data.length))
  }
}

/**
 * Reads a safetensors file. Arrays are views of `bytes` where their alignment allows it, copies otherwise.
 *
 * Nothing in the bytes is trusted: header length, JSON, names used twice, types, shapes, and offsets are checked; the
 * arrays must cover the rest of the file exactly, without a hole or an overlap.
 *
 * @throws FormatError that says what was expected and what came
 */
export function decodeSafetensors(bytes: Uint8Array | ArrayBuffer): Safetensors {
  const file = asBytes('bytes', bytes)
  const length = headerLength(file)
  const header = parseHeader(file.subarray(8, 8 + length))
  const metadata = decodeMetadata(header[METADATA])
  const start = 8 + length
  const entries = Object.entries(header).filter(([name]) => name !== METADATA)
  const found = entries.map(([name, entry]) => decodeEntry(name, entry))
  checkCover(found, file.length - start)
  // Without a prototype, so that a tensor called __proto__ or constructor is just a name.
  const tensors: Record<string, Tensor> = Object.create(null)
  for (const { name, dtype, shape, begin, count } of found) {
    tensors[name] = { dtype, shape, data: numbersAt(file, start + begin, count, types[dtype]) }
    if (dtype === 'BOOL') checkBooleans(name, tensors[name].data as Uint8Array)
  }
  return { tensors, metadata }
}

function headerLength(file: Uint8Array): number {
  if (file.length < 8) bad('a safetensors file', `${file.length} bytes, too few for the length of its header`)
  const view = new DataView(file.buffer, file.byteOffset)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (length > LARGEST_HEADER) bad(`a safetensors header of at most ${LARGEST_HEADER} bytes`, length)
  if (length > file.length - 8) bad(`a safetensors header of ${length} bytes`, `only ${file.length - 8} (a cut file?)`)
  return length
}

function decodeMetadata(value: unknown): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null)
  if (value === undefined) return metadata
  if (!isObject(value)) bad(`${METADATA} to be an object`, show(value))
  for (const [key, text] of Object.entries(value)) {
    metadata[key] = typeof text === 'string' ? text : bad(`the metadata ${show(key)} to be text`, show(text))
  }
  return metadata
}

interface Entry {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly count: number
  readonly begin: number
  readonly end: number
}

function decodeEntry(name: string, value: unknown): Entry {
  const what = `tensor ${show(name)}`
  if (!isObject(value)) return bad(`${what} to be described by an object`, show(value))
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !order.includes(dtype)) {
    bad(`${what} to be one of ${order.join(', ')}`, `the dtype ${show(dtype)}`)
  }
  if (!Array.isArray(shape) || !shape.every(isCount))
    return bad(`the shape of ${what} to be a list of sizes`, show(shape))
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return bad(`the data_offsets of ${what} to be two non-negative integers`, show(offsets))
  }
  const [begin, end] = offsets as [number, number]
  const count = product(shape)
  const width = types[dtype as Dtype].BYTES_PER_ELEMENT
  if (count === undefined || count * width !== end - begin) {
    return bad(`${what} of ${dtype} ${showShape(shape)} to fill its data_offsets`, `bytes ${begin} to ${end}`)
  }
  return { name, dtype: dtype as Dtype, shape, count, begin, end }
}

function checkCover(entries: readonly Entry[], size: number): void {
  let at = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) bad(`tensor ${show(name)} to begin at byte ${at}, where the one before it ends`, begin)
    at = end
  }
  if (at !== size) bad(`${at} bytes of tensors after the header`, size)
}

function checkBooleans(name: string, data: Uint8Array): void {
  const at = data.findIndex((byte) => byte > 1)
  if (at >= 0) bad(`tensor ${show(name)} of BOOL to hold zeros and ones`, data[at]!)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
