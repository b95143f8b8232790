/** The parameters of a model that comes as JSON. */

import { ArgumentError, expected, show } from '../../errors.ts'
import type { ElementBudget } from './element-budget.ts'
import type { Expression } from './expression.ts'
import { param } from './functions.ts'
import type { ParameterOptions } from './parameter-spec.ts'
import { sizeOf } from './shape.ts'

const MOST_PARAMETERS = 1000

/**
 * By name, in their order: each a name, or an object of a name and the options of `param`.
 *
 * @throws ArgumentError where they are not, or a name comes twice
 */
export function parametersFromJson(value: unknown, budget: ElementBudget): Map<string, Expression> {
  const parameters = new Map<string, Expression>()
  for (const one of list('model.parameters', value, MOST_PARAMETERS)) {
    const { name, ...options } = withName(one)
    const parameter = param(name as string, options)
    budget.take(sizeOf(parameter.shape))
    if (parameters.has(name as string)) throw new ArgumentError(expected('names', 'to differ', `${name} twice`))
    parameters.set(name as string, parameter)
  }
  return parameters
}

function withName(value: unknown): { readonly name?: unknown } & ParameterOptions {
  if (typeof value === 'string') return { name: value }
  if (typeof value === 'object' && value !== null) return value
  throw new ArgumentError(expected('model.parameters', 'to hold names, or objects with a name', show(value)))
}

/** An array of 1 to `most` values. */
export function list(name: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ArgumentError(expected(name, 'to be an array of at least one value', show(value)))
  }
  if (value.length > most) throw new ArgumentError(expected(name, `to have at most ${most} values`, value.length))
  return value
}
