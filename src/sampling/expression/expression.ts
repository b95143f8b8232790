/** Expressions: a graph of operations on parameters and data, from which a log density is built. */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { type OperatorName, resultShape } from './operators.ts'
import type { ParameterSpec } from './parameter-spec.ts'
import type { Shape } from './shape.ts'

/** What is accepted where an expression is wanted: numbers and arrays of them become data. */
export type ExpressionLike = Expression | number | readonly number[] | check.NumericArray

/** What an expression is: a parameter, data, or an operator applied to others. */
export type Content =
  | { readonly op: 'param'; readonly parameter: ParameterSpec }
  | { readonly op: 'data'; readonly values: Float64Array }
  | { readonly op: OperatorName; readonly args: readonly Expression[]; readonly integers: readonly number[] }

/**
 * A number or vector that depends on parameters, or data. Immutable; nothing is computed until a model made of it runs.
 *
 *     const theta = mu.add(tau.mul(z))
 */
export class Expression {
  readonly content: Content
  /** `[]` for a number, `[length]` for a vector, `[rows, columns]` for a matrix of data. */
  readonly shape: Shape

  /** For the library's own use: `param`, `data` and the operators make expressions. */
  constructor(content: Content, shape: Shape) {
    this.content = content
    this.shape = shape
  }

  /** this + other; a number serves every element of a vector, here and below. */
  add(other: ExpressionLike): Expression {
    return operation('add', [this, other])
  }

  /** this - other */
  sub(other: ExpressionLike): Expression {
    return operation('sub', [this, other])
  }

  /** this * other, element by element */
  mul(other: ExpressionLike): Expression {
    return operation('mul', [this, other])
  }

  /** this / other, element by element */
  div(other: ExpressionLike): Expression {
    return operation('div', [this, other])
  }

  /** -this */
  neg(): Expression {
    return operation('neg', [this])
  }

  /** Element `index` of a vector: a number. */
  at(index: number): Expression {
    return operation('at', [this], [check.nonNegativeInteger('index', index)])
  }

  /** Elements `first` ... `end` - 1 of a vector. */
  slice(first: number, end: number): Expression {
    const from = check.nonNegativeInteger('first', first)
    return operation('slice', [this], [from, check.positiveInteger('end', end) - from])
  }

  /** The vector of this vector's elements at `indices`: `effect.gather(group)` gives every observation its group's. */
  gather(indices: ArrayLike<number>): Expression {
    return operation('gather', [this], checkIndices(indices))
  }
}

function checkIndices(indices: ArrayLike<number>): number[] {
  if (!Array.isArray(indices) && !check.isNumericArray(indices)) {
    throw new ArgumentError(expected('indices', 'to be an array of integers', show(indices)))
  }
  if (indices.length === 0) throw new ArgumentError(expected('indices', 'to have at least one value', 'none'))
  return Array.from(indices as ArrayLike<number>, (index) => check.nonNegativeInteger('indices', index, 2 ** 31 - 1))
}

/**
 * An operator applied to arguments.
 *
 * @throws ArgumentError naming the operator and the shapes where they don't fit
 */
export function operation(
  op: OperatorName,
  values: readonly ExpressionLike[],
  integers: readonly number[] = [],
): Expression {
  const args = values.map((value) => toExpression(op, value))
  const shapes = args.map((arg) => arg.shape)
  return new Expression({ op, args, integers }, resultShape(op, shapes, integers))
}

/** The expression itself, or data made of numbers. `name` is what the value was given to, for the message. */
export function toExpression(name: string, value: ExpressionLike): Expression {
  if (value instanceof Expression) return value
  if (typeof value === 'number') return dataOf(Float64Array.of(check.finiteNumber(name, value)), [])
  const numbers = Float64Array.from(check.finiteArray(name, value))
  if (numbers.length === 0) throw new ArgumentError(expected(name, 'to have at least one value', 'none'))
  return dataOf(numbers, [numbers.length])
}

/** Data; `values` are kept, not copied. */
export function dataOf(values: Float64Array, shape: Shape): Expression {
  return new Expression({ op: 'data', values }, shape)
}
