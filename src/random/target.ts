import { spanOf } from '../backend/arguments.ts'
import type { Span, TypedArray } from '../backend/backend.ts'
import { nonNegativeInteger } from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'

type Constructor<A extends TypedArray> = new (length: number) => A

/** What a method fills: the caller's array, or a new one where a number was given. */
export interface Target<A extends TypedArray> {
  readonly out: Span<A>
  /** Position in the list of accepted types. */
  readonly type: number
  readonly name: string
  readonly length: number
}

/** @param types the array types that will do; a number makes an array of the first one */
export function target<A extends TypedArray>(out: unknown, types: readonly Constructor<A>[]): Target<A> {
  const span = typeof out === 'number' ? create(out, types[0]!) : (out as Span<A>)
  const array: unknown = typeof span === 'object' && span !== null ? spanOf(span) : undefined
  // Not instanceof: arrays of another realm (an iframe, a vm context) are as good.
  const tag = Object.prototype.toString.call(array).slice(8, -1)
  const names = types.map((accepted) => accepted.name)
  const type = names.indexOf(tag)
  if (type < 0) {
    throw new ArgumentError(expected('out', `to be a number of draws or one of ${names.join(', ')}`, show(out)))
  }
  return { out: span, type, name: tag, length: (array as A).length }
}

function create<A extends TypedArray>(length: number, type: Constructor<A>): A {
  nonNegativeInteger('n', length)
  try {
    return new type(length)
  } catch {
    throw new ArgumentError(expected('n', 'to be a number of draws that fits into memory', length))
  }
}
