/** Many rows of bits at once, block by block with the event loop let in between: for whole data sets and thousands of chains. */

import type { Backend } from '../backend/backend.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import type { BinaryMatrix, Matrix } from '../matrix.ts'
import { deriveKey, type Key } from '../random/key.ts'
import { type CheckedStream, chainsOf } from '../random/streams.ts'
import { pack, unpack, wordsPerRow } from './bits.ts'

// Units of a block: a few milliseconds in the slowest case.
const BLOCK = 1 << 19

async function inBlocks(rows: number, columns: number, body: (first: number, end: number) => void): Promise<void> {
  const size = Math.max(1, Math.floor(BLOCK / columns))
  for (let first = 0; first < rows; first += size) {
    if (first > 0) await yieldToEventLoop()
    body(first, Math.min(rows, first + size))
  }
}

/** Bits of a matrix: 1 where a value is above a half. */
export async function packRows(backend: Backend, matrix: Matrix | BinaryMatrix): Promise<Uint32Array> {
  const [rows, columns] = matrix.shape
  const words = wordsPerRow(columns)
  const bits = new Uint32Array(rows * words)
  await inBlocks(rows, columns, (first, end) => {
    const part = matrix.data.subarray(first * columns, end * columns)
    const data = part instanceof Float32Array ? part : Float32Array.from(part)
    bits.set(pack(backend, { data, shape: [end - first, columns] }), first * words)
  })
  return bits
}

export async function unpackRows(backend: Backend, bits: Uint32Array, columns: number): Promise<BinaryMatrix> {
  const words = wordsPerRow(columns)
  const rows = bits.length / words
  const data = new Uint8Array(rows * columns)
  await inBlocks(rows, columns, (first, end) => {
    data.set(unpack(backend, bits.subarray(first * words, end * words), columns).data, first * columns)
  })
  return { data, shape: [rows, columns] }
}

/** Rows of independent bits with the same rates; row r draws as row `firstRow + r` of the key. */
export async function drawRows(
  backend: Backend,
  rates: Float32Array,
  rows: number,
  { low, high }: Key,
  firstRow = 0,
): Promise<Uint32Array> {
  const [columns, words] = [rates.length, wordsPerRow(rates.length)]
  const bits = new Uint32Array(rows * words)
  const repeated = new Float32Array(Math.min(rows, Math.ceil(BLOCK / columns)) * columns)
  for (let at = 0; at < repeated.length; at += columns) repeated.set(rates, at)
  await inBlocks(rows, columns, (first, end) => {
    const values = repeated.subarray(0, (end - first) * columns)
    const to = bits.subarray(first * words, end * words)
    backend.kernels.bitsBernoulli(values, columns, low, high, 0, firstRow + first, to)
  })
  return bits
}

/** Rows of fair coins for the chains of some streams: those that each seed draws alone. */
export async function coinRows(
  backend: Backend,
  columns: number,
  streams: readonly CheckedStream[],
  purpose: number,
): Promise<Uint32Array> {
  const words = wordsPerRow(columns)
  const bits = new Uint32Array(chainsOf(streams) * words)
  let row = 0
  for (const { seed, chains, firstChain } of streams) {
    bits.set(await drawRows(backend, halves(columns), chains, deriveKey(seed, purpose), firstChain), row * words)
    row += chains
  }
  return bits
}

/** Rates of fair coins. */
export function halves(columns: number): Float32Array {
  return new Float32Array(columns).fill(0.5)
}
