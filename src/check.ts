/**
 * Checks of arguments. Each takes the argument's name for the message and the value, returns the value with its type
 * known, or throws an `ArgumentError` of one sentence. They come first in every public function, so that a bad call
 * changes nothing.
 */

import { ArgumentError, expected, show } from './errors.ts'

function fail(name: string, wanted: string, value: unknown): never {
  throw new ArgumentError(expected(name, wanted, show(value)))
}

/** An integer from 1 to `most`. */
export function positiveInteger(name: string, value: unknown, most: number = Number.MAX_SAFE_INTEGER): number {
  return integerWithin(name, value, 1, most)
}

/** An integer from 0 to `most`. */
export function nonNegativeInteger(name: string, value: unknown, most: number = Number.MAX_SAFE_INTEGER): number {
  return integerWithin(name, value, 0, most)
}

/** An integer from `least` to `most`, both included. */
export function integerWithin(name: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  if (most < Number.MAX_SAFE_INTEGER) return fail(name, `to be an integer from ${least} to ${most}`, value)
  return fail(name, `to be ${wordsForLeast[least] ?? `an integer of at least ${least}`}`, value)
}

const wordsForLeast: Record<number, string> = { 0: 'a non-negative integer', 1: 'a positive integer' }

/** A number that is neither NaN nor infinite. */
export function finiteNumber(name: string, value: unknown): number {
  return Number.isFinite(value) ? (value as number) : fail(name, 'to be a finite number', value)
}

/** A finite number above zero. */
export function positiveNumber(name: string, value: unknown): number {
  return Number.isFinite(value) && (value as number) > 0
    ? (value as number)
    : fail(name, 'to be a number above 0', value)
}

/** A finite number of at least zero. */
export function nonNegativeNumber(name: string, value: unknown): number {
  return Number.isFinite(value) && (value as number) >= 0
    ? (value as number)
    : fail(name, 'to be a number of at least 0', value)
}

/** A finite number from `least` to `most`, both included. */
export function numberWithin(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  return fail(name, `to be a number from ${least} to ${most}`, value)
}

/** A probability: a number from 0 to 1, both included. */
export function probability(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  return fail(name, 'to be a probability from 0 to 1', value)
}

/** `true` or `false`. */
export function flag(name: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(name, 'to be true or false', value)
}

/** One of the listed words. */
export function oneOf<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  if ((words as readonly unknown[]).includes(value)) return value as Word
  const hint = typeof value === 'string' ? didYouMean(value, words) : ''
  throw new ArgumentError(expected(name, `to be ${listed(words.map((word) => `"${word}"`))}`, show(value)) + hint)
}

/** A function, or undefined. */
// biome-ignore lint/suspicious/noExplicitAny: the caller knows the signature, the check cannot
export function optionalFunction<F extends (...args: any[]) => unknown>(
  name: string,
  value: F | undefined,
): F | undefined {
  return value === undefined || typeof value === 'function' ? value : fail(name, 'to be a function', value)
}

/** An `AbortSignal`, or undefined. */
export function signal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  // Not `instanceof`: a signal from another realm (an iframe, a vm context, a polyfill) is as good.
  const candidate = value as Partial<AbortSignal> | null
  const ok = typeof candidate?.aborted === 'boolean' && typeof candidate.addEventListener === 'function'
  return ok ? (value as AbortSignal) : fail(name, 'to be an AbortSignal', value)
}

/**
 * A seed: a safe integer of at least 0, or a bigint from 0 to 2^64 - 1. Undefined gives fresh entropy of 53 bits: a
 * plain number, so that the seed can be printed, kept in JSON and typed in again.
 */
export function seed(name: string, value: unknown): number | bigint {
  if (value === undefined) return freshSeed()
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0 // -0 becomes 0
  return fail(name, 'to be a non-negative safe integer or a bigint below 2^64', value)
}

function freshSeed(): number {
  const [low, high] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
  return (high >>> 11) * 2 ** 32 + low
}

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** True for a typed array of numbers (not of bigints, and not a DataView). */
export function isNumericArray(value: unknown): value is NumericArray {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false
  return !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array)
}

/** Numbers from an array or typed array, all finite, of `length` where given; a Float64Array that may share memory. */
export function finiteArray(name: string, value: unknown, length?: number): Float64Array {
  if (!Array.isArray(value) && !isNumericArray(value)) return fail(name, 'to be an array of numbers', value)
  if (length !== undefined && value.length !== length) {
    throw new ArgumentError(expected(name, `to have ${length} ${length === 1 ? 'value' : 'values'}`, value.length))
  }
  const at = firstNonFinite(value)
  if (at >= 0) throw new ArgumentError(expected(name, 'to hold finite numbers', `${show(value[at])} at index ${at}`))
  return value instanceof Float64Array ? value : Float64Array.from(value as ArrayLike<number>)
}

// Not findIndex: it would skip the holes of a sparse array in some callers' polyfills, and is slower on typed arrays.
function firstNonFinite(values: ArrayLike<unknown>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i
  return -1
}

/**
 * A plain options object whose keys are all known; undefined gives an empty one. A misspelt key is an error that names
 * the nearest known one, because an option that is silently ignored is a wrong result.
 */
export function options<T extends object>(name: string, value: T | undefined, known: readonly string[]): Partial<T> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    return fail(name, 'to be an object of options', value)
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const wanted = known.length === 0 ? 'to be empty' : `to have only the keys ${known.join(', ')}`
    throw new ArgumentError(expected(name, wanted, show(key)) + didYouMean(key, known))
  }
  return value
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** ` (did you mean "epochs"?)`, or nothing when no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  let nearest = ''
  let best = 1 + Math.min(3, Math.floor(word.length / 2))
  for (const candidate of known) {
    const distance = editDistance(word.slice(0, 40).toLowerCase(), candidate.toLowerCase())
    if (distance < best) [nearest, best] = [candidate, distance]
  }
  return nearest && ` (did you mean "${nearest}"?)`
}

// Insertions, deletions, substitutions and swaps of neighbours (Damerau, 1964), the usual slips of a typist.
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const last = rows[i - 1]!
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      row.push(Math.min(last[j - 1]! + same, last[j]! + 1, row[j - 1]! + 1))
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
  }
  return rows[a.length]![b.length]!
}
