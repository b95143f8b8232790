/** Draws as users may pass them to the diagnostics, and the one form the diagnostics work on. */

import { isNumericArray, type NumericArray } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { DrawsLike } from '../draws.ts'

/**
 * What is accepted where draws are wanted: what a sampler returned; `{ data, shape: [chains, draws, variables] }` with any
 * array of numbers, or `[chains, draws]` for a single variable; or nested arrays `[chains][draws][variables]` or
 * `[chains][draws]`. NaN and infinities are let in: the diagnostics say where they are.
 */
export type DrawsInput =
  | DrawsLike
  | {
      readonly data: NumericArray | readonly number[]
      readonly shape: readonly number[]
      readonly names?: readonly string[] | undefined
      readonly statistics?: DrawsLike['statistics'] | undefined
    }
  | readonly (readonly (readonly number[] | NumericArray)[] | readonly number[] | NumericArray)[]

const MOST_DRAWS = 2 ** 31

/**
 * Checks and converts draws. A Float64Array is used as it is, not copied.
 *
 * @throws ArgumentError on a wrong shape, nothing in it, or names that do not fit
 */
export function toDraws(name: string, value: unknown): DrawsLike {
  const draws = Array.isArray(value) ? fromNested(name, value) : fromObject(name, value)
  const [chains, each, variables] = draws.shape
  if (chains === 0 || each === 0 || variables === 0) {
    const wanted = 'to have at least one chain, one draw and one variable'
    throw new ArgumentError(expected(name, wanted, draws.shape.join(' x ')))
  }
  if (chains * each >= MOST_DRAWS) {
    throw new ArgumentError(expected(name, `to have fewer than ${MOST_DRAWS} draws of a variable`, chains * each))
  }
  return draws
}

/** Variables first ... first + count - 1, each by itself: [count, chains, draws]. */
export function columnsOf({ data, shape }: DrawsLike, first: number, count: number): Float64Array {
  const [chains, draws, variables] = shape
  const rows = chains * draws
  const columns = new Float64Array(count * rows)
  // Row by row, so that the draws are read in one go, however many there are.
  for (let row = 0, from = first; row < rows; row++, from += variables) {
    for (let k = 0, to = row; k < count; k++, to += rows) columns[to] = data[from + k]!
  }
  return columns
}

/** `x` for a single variable, else `x[0]`, `x[1]` ... */
export function defaultNames(variables: number): string[] {
  return variables === 1 ? ['x'] : Array.from({ length: variables }, (_, i) => `x[${i}]`)
}

function fromObject(name: string, value: unknown): DrawsLike {
  const given = (value ?? {}) as { data?: unknown; shape?: unknown; names?: unknown; statistics?: unknown }
  const { data } = given
  if (!(isNumericArray(data) || Array.isArray(data)) || given.shape === undefined) {
    const wanted = 'to be { data, shape: [chains, draws, variables] } or arrays [chains][draws][variables]'
    throw new ArgumentError(expected(name, wanted, show(value)))
  }
  const shape = checkedShape(name, given.shape)
  const count = shape[0] * shape[1] * shape[2]
  if (data.length !== count) {
    const wanted = `to hold ${shape.join(' x ')} = ${count} numbers, as its shape says`
    throw new ArgumentError(expected(name, wanted, data.length))
  }
  const statistics = checkedStatistics(name, given.statistics, shape[0] * shape[1])
  return {
    data: data instanceof Float64Array ? data : numbers(name, data),
    shape,
    names: checkedNames(name, given.names, shape[2]),
    ...(statistics && { statistics }),
  }
}

function checkedShape(name: string, shape: unknown): [number, number, number] {
  const sides = Array.isArray(shape) || isNumericArray(shape) ? Array.from(shape as ArrayLike<unknown>) : []
  const whole = sides.every((side) => Number.isSafeInteger(side) && (side as number) >= 0)
  if (!whole || (sides.length !== 2 && sides.length !== 3)) {
    const got = sides.length === 0 ? show(shape) : `[${sides.slice(0, 4).map(show).join(', ')}]`
    throw new ArgumentError(expected(`${name}.shape`, 'to be [chains, draws, variables] or [chains, draws]', got))
  }
  return [sides[0] as number, sides[1] as number, (sides[2] as number | undefined) ?? 1]
}

function checkedNames(name: string, names: unknown, variables: number): readonly string[] {
  if (names === undefined) return defaultNames(variables)
  if (!Array.isArray(names) || names.length !== variables || names.some((word) => typeof word !== 'string')) {
    const wanted = `to be ${variables} ${variables === 1 ? 'name' : 'names'}, one for each variable`
    throw new ArgumentError(expected(`${name}.names`, wanted, show(names)))
  }
  const twice = names.find((word, i) => names.indexOf(word) !== i)
  if (twice !== undefined) throw new ArgumentError(expected(`${name}.names`, 'to differ', `${show(twice)} twice`))
  return names
}

function checkedStatistics(name: string, statistics: unknown, count: number): DrawsLike['statistics'] {
  if (statistics === undefined) return undefined
  for (const [key, values] of Object.entries(statistics as object)) {
    if (isNumericArray(values) && values.length === count) continue
    const wanted = `to be a typed array of ${count} numbers, one for each draw`
    throw new ArgumentError(expected(`${name}.statistics.${key}`, wanted, show(values)))
  }
  return statistics as DrawsLike['statistics']
}

function fromNested(name: string, chains: readonly unknown[]): DrawsLike {
  const first = rowsOf(name, chains[0], 0)
  const single = first.length === 0 || typeof first[0] === 'number'
  const variables = single ? 1 : rowsOf(name, first[0], 0).length
  const data = new Float64Array(chains.length * first.length * variables)
  for (const [c, chain] of chains.entries()) {
    const draws = rowsOf(name, chain, c)
    if (draws.length !== first.length) {
      throw new ArgumentError(
        expected(name, `to have ${first.length} draws in every chain`, `${draws.length} in chain ${c}`),
      )
    }
    const at = c * first.length * variables
    for (let i = 0; i < draws.length && !single; i++) {
      data.set(rowOf(name, draws[i], variables, c, i), at + i * variables)
    }
    if (single) data.set(numbers(name, draws), at)
  }
  return { data, shape: [chains.length, first.length, variables], names: defaultNames(variables) }
}

function rowsOf(name: string, chain: unknown, c: number): ArrayLike<unknown> {
  if (Array.isArray(chain) || isNumericArray(chain)) return chain
  throw new ArgumentError(expected(name, 'to be arrays [chains][draws][variables]', `${show(chain)} as chain ${c}`))
}

function rowOf(name: string, draw: unknown, variables: number, c: number, i: number): Float64Array {
  const isRow = Array.isArray(draw) || isNumericArray(draw)
  if (isRow && draw.length === variables) return numbers(name, draw)
  const got = isRow ? draw.length : show(draw)
  throw new ArgumentError(
    expected(name, `to have ${variables} variables in every draw`, `${got} in draw ${i} of chain ${c}`),
  )
}

function numbers(name: string, values: ArrayLike<unknown>): Float64Array {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'number') continue
    throw new ArgumentError(expected(name, 'to hold numbers', `${show(values[i])} at index ${i}`))
  }
  return Float64Array.from(values as ArrayLike<number>)
}
