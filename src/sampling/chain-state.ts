/** Reading the state of a sampler back: a state may come from a file, so every value is looked at. */

import { ArgumentError, expected, show } from '../errors.ts'
import type { ChainState } from './chain-sampler.ts'

type StateArray = Float64Array | Uint32Array | Int32Array

/** A state whose sampler is known to be `sampler`; its values and arrays by name, checked. */
export class StateReader {
  readonly #state: ChainState

  /** @throws ArgumentError when `state` is no state, or one of another sampler */
  constructor(state: ChainState, sampler: string) {
    const shaped = typeof state?.values === 'object' && typeof state.arrays === 'object'
    if (!shaped || state.values === null || state.arrays === null) {
      throw new ArgumentError(expected('resume', 'to be the `state` of a run', show(state)))
    }
    if (state.sampler !== sampler) {
      throw new ArgumentError(expected('resume', `to be the state of a ${sampler} run`, show(state.sampler)))
    }
    this.#state = state
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value(name)
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
    throw this.#wrong(name, `to be an integer from ${least} to ${most}`, value)
  }

  /** A number strictly between two others. */
  between(name: string, least: number, most: number): number {
    const value = this.#value(name)
    if (typeof value === 'number' && value > least && value < most) return value
    throw this.#wrong(name, `to be a number between ${least} and ${most}`, value)
  }

  text(name: string): string {
    const value = this.#value(name)
    if (typeof value === 'string') return value
    throw this.#wrong(name, 'to be a text', value)
  }

  /** A seed: decimal, because a number might not hold it. */
  seed(): number | bigint {
    const text = this.text('seed')
    if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 1n << 64n) {
      throw this.#wrong('seed', 'to be a decimal number below 2^64', text)
    }
    const seed = BigInt(text)
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed
  }

  /** A copy of an array of this type and length; of finite numbers unless `finite` is false. */
  array<A extends StateArray>(name: string, type: new (values: A) => A, length: number, finite = true): A {
    const value = Object.hasOwn(this.#state.arrays, name) ? this.#state.arrays[name] : undefined
    if (!(value instanceof type) || value.length !== length) {
      throw this.#wrong(name, `to be a ${type.name} of length ${length}`, value)
    }
    if (finite && !value.every(Number.isFinite)) throw this.#wrong(name, 'to hold finite numbers', 'others')
    return new type(value)
  }

  /** A copy of a Float64Array of finite numbers whose length is `least` to `most`. */
  numbers(name: string, least: number, most: number): Float64Array {
    const value = Object.hasOwn(this.#state.arrays, name) ? this.#state.arrays[name] : undefined
    if (value instanceof Float64Array && value.length >= least && value.length <= most) {
      return this.array(name, Float64Array, value.length)
    }
    throw this.#wrong(name, `to be a Float64Array of length ${least} to ${most}`, value)
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#state.values, name) ? this.#state.values[name] : undefined
  }

  #wrong(name: string, wanted: string, got: unknown): ArgumentError {
    return new ArgumentError(expected(`resume.${name}`, wanted, show(got)))
  }
}
