/** What a model says to a request, before it becomes JSON, NPY or Arrow. */

import type { Json } from '../io/model-file.ts'
import type { Seed } from '../random/key.ts'

/** The arrays that answers hold: numbers row after row, of 1 to 3 dimensions. */
export interface AnswerArray {
  readonly data: Float32Array | Float64Array | Uint8Array | Int8Array | Uint32Array
  readonly shape: readonly number[]
}

export interface Answer {
  /** What is not an array: seed, sweeps ... */
  readonly facts: Readonly<Record<string, Json>>
  /** By name. The first is the one that a binary answer of a single array carries. */
  readonly arrays: Readonly<Record<string, AnswerArray>>
}

/** A seed as JSON has it: a number where that is exact, else its digits. */
export function seedJson(seed: Seed): number | string {
  return typeof seed === 'bigint' ? String(seed) : seed
}

/** Rows `first` to `first + count` of an array whose first dimension is rows: a view. */
export function rowsOf<A extends AnswerArray>({ data, shape }: A, first: number, count: number): AnswerArray {
  const width = data.length / shape[0]!
  return { data: data.subarray(first * width, (first + count) * width), shape: [count, ...shape.slice(1)] }
}

/** JSON has no NaN: null. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
