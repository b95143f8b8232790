/** Results in arrays that the caller brings, so that a loop of calls leaves no large ones for the garbage collector. */

import { overlap } from '../backend/arguments.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { Matrix } from '../matrix.ts'

type Numbers = Float32Array | Float64Array

interface Wanted<A extends Numbers> {
  readonly type: new (length: number) => A
  readonly length: number
  /** What the call reads, or writes beside it. */
  readonly others: readonly Numbers[]
}

/**
 * The array that a result goes to: the one given, or a new one of zeros.
 *
 * @throws ArgumentError on an array of another type or length, and on one that shares memory with another of the call
 */
export function resultArray<A extends Numbers>(name: string, given: A | undefined, wanted: Wanted<A>): A {
  const { type, length, others } = wanted
  if (given === undefined) return new type(length)
  if (!(given instanceof type) || given.length !== length) {
    const got = given instanceof type ? `one of ${given.length}` : show(given)
    throw new ArgumentError(expected(name, `to be a ${type.name} of ${length} numbers`, got))
  }
  for (const other of others) if (other.length > 0 && overlap(given, other)) throw shared(name)
  return given
}

function shared(name: string): ArgumentError {
  return new ArgumentError(expected(name, 'to have memory of its own', 'an array that shares it with another one'))
}

/** Where the rows and log-determinants of a pass go, under `out.<name>` and `out.logDet`. */
export function passOut(
  rows: Matrix,
  context: Float32Array,
  out: { readonly logDet?: Float64Array | undefined },
  name: string,
  given: Float32Array | undefined,
): { result: Float32Array; logDet: Float64Array } {
  const { data, shape } = rows
  const result = resultArray(`out.${name}`, given, { type: Float32Array, length: data.length, others: [data, context] })
  const others = [data, context, result]
  return { result, logDet: resultArray('out.logDet', out.logDet, { type: Float64Array, length: shape[0], others }) }
}
