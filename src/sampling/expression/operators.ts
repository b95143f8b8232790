/** The operators of the language: what each takes and the shape of what it gives. What they mean: lower.ts. */

import { ArgumentError, expected } from '../../errors.ts'
import { broadcast, type Shape, showShape } from './shape.ts'

export interface Operator {
  /** How many arguments; undefined for one or more. */
  readonly arity: number | undefined
  /** What it has to be given, for the message. */
  readonly takes: string
  /** The shape of the result, or undefined where the arguments' shapes don't fit. */
  shape(shapes: readonly Shape[], integers: readonly number[]): Shape | undefined
  /** How many integers belong to it: indices and lengths. `any` is one or more. */
  readonly integers?: 1 | 2 | 'any'
}

export type OperatorName =
  | 'neg'
  | 'exp'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'square'
  | 'abs'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'logGamma'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'within'
  | 'sum'
  | 'logSumExp'
  | 'cumulativeSum'
  | 'dot'
  | 'matvec'
  | 'solveLower'
  | 'at'
  | 'slice'
  | 'gather'
  | 'concat'

const one: Operator = { arity: 1, takes: 'to be given a number or a vector', shape: broadcast }
const two: Operator = { arity: 2, takes: 'to be given numbers and vectors of one length', shape: broadcast }
const reduction: Operator = {
  arity: 1,
  takes: 'to be given a vector',
  shape: ([a]) => (a!.length === 1 ? [] : undefined),
}
const running: Operator = { ...reduction, shape: ([a]) => (a!.length === 1 ? a : undefined) }

export const operators: Readonly<Record<OperatorName, Operator>> = {
  neg: one,
  exp: one,
  log: one,
  log1p: one,
  sqrt: one,
  square: one,
  abs: one,
  tanh: one,
  sigmoid: one,
  softplus: one,
  logGamma: one,
  add: two,
  sub: two,
  mul: two,
  div: two,
  pow: two,
  within: { ...two, arity: 3 },
  sum: reduction,
  logSumExp: reduction,
  cumulativeSum: running,
  dot: {
    arity: 2,
    takes: 'to be given two vectors of one length',
    shape: ([a, b]) => (a!.length === 1 && b!.length === 1 && a![0] === b![0] ? [] : undefined),
  },
  matvec: {
    arity: 2,
    takes: 'to be given a matrix of data and a vector as long as its rows',
    shape: ([a, b]) => (a!.length === 2 && b!.length === 1 && a![1] === b![0] ? [a![0]] : undefined),
  },
  solveLower: {
    arity: 2,
    takes: 'to be given a square matrix of data and a vector of its side',
    shape: ([a, b]) => (a!.length === 2 && a![0] === a![1] && b!.length === 1 && a![1] === b![0] ? [a![0]] : undefined),
  },
  at: {
    arity: 1,
    takes: 'to be given a vector and an index below its length',
    integers: 1,
    shape: ([a], [index]) => (a!.length === 1 && index! < a![0] ? [] : undefined),
  },
  slice: {
    arity: 1,
    takes: 'to be given a vector and a range within it',
    integers: 2,
    shape: ([a], [first, count]) => (a!.length === 1 && count! > 0 && first! + count! <= a![0] ? [count!] : undefined),
  },
  gather: {
    arity: 1,
    takes: 'to be given a vector and indices below its length',
    integers: 'any',
    shape: ([a], indices) =>
      a!.length === 1 && indices.every((index) => index < a![0]) ? [indices.length] : undefined,
  },
  concat: {
    arity: undefined,
    takes: 'to be given numbers and vectors',
    shape: (shapes) => {
      if (shapes.some((shape) => shape.length === 2)) return undefined
      return [shapes.reduce((length, shape) => length + (shape[0] ?? 1), 0)]
    },
  },
}

/**
 * The shape that an operator gives for arguments of these shapes.
 *
 * @throws ArgumentError that names the operator and the shapes where they don't fit
 */
export function resultShape(name: OperatorName, shapes: readonly Shape[], integers: readonly number[]): Shape {
  const operator = operators[name]
  const shape = operator.shape(shapes, integers)
  if (shape !== undefined) return shape
  const got = shapes.slice(0, 4).map(showShape).join(' and ')
  const [least, most] = extremes(integers)
  const range = least === most ? `${most}` : `${least} ... ${most}`
  throw new ArgumentError(expected(name, operator.takes, integers.length > 0 ? `${got}, and ${range}` : got))
}

function extremes(integers: readonly number[]): [number, number] {
  return integers.reduce<[number, number]>(
    ([low, high], n) => [Math.min(low, n), Math.max(high, n)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}
