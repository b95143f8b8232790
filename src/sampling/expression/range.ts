/** What is known of an expression's values without computing them. */

import type { Expression } from './expression.ts'
import type { ParameterSpec } from './parameter-spec.ts'

/** A number that no element is below; minus infinity where nothing is known. */
export function lowerBound({ content }: Expression): number {
  if (content.op === 'data') return content.values.reduce((least, value) => Math.min(least, value))
  if (content.op === 'param') return parameterBounds(content.parameter)[0]
  return atLeastZero.has(content.op) ? 0 : Number.NEGATIVE_INFINITY
}

/** A number that no element is above; plus infinity where nothing is known. */
export function upperBound({ content }: Expression): number {
  if (content.op === 'data') return content.values.reduce((most, value) => Math.max(most, value))
  if (content.op === 'param') return parameterBounds(content.parameter)[1]
  return content.op === 'sigmoid' ? 1 : Number.POSITIVE_INFINITY
}

const atLeastZero: ReadonlySet<string> = new Set(['exp', 'sqrt', 'square', 'abs', 'sigmoid', 'softplus'])

function parameterBounds({ constraint }: ParameterSpec): [number, number] {
  const [none, all] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (constraint.kind === 'simplex') return [0, 1]
  const { lower = none, upper = all } = constraint as { lower?: number; upper?: number }
  return [lower, upper]
}
