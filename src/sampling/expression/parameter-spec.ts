/** What a parameter of a model is: its name, its length and where its values may lie. */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'

/** Which values a parameter takes. */
export type Constraint =
  | { readonly kind: 'free' }
  | { readonly kind: 'lower'; readonly lower: number }
  | { readonly kind: 'upper'; readonly upper: number }
  | { readonly kind: 'interval'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'simplex' }
  | { readonly kind: 'ordered' }

export interface ParameterSpec {
  readonly name: string
  /** Undefined for a number. */
  readonly length: number | undefined
  readonly constraint: Constraint
}

export interface ParameterOptions {
  /** Length of a vector; a number when absent. */
  shape?: number | undefined
  /** All values are above it. */
  lower?: number | undefined
  /** All values are below it. */
  upper?: number | undefined
  /** A vector of positive numbers whose sum is 1. */
  simplex?: boolean | undefined
  /** A vector whose elements ascend. */
  ordered?: boolean | undefined
}

export const MOST_ELEMENTS: number = 2 ** 20
const keys = ['shape', 'lower', 'upper', 'simplex', 'ordered'] as const

/** @throws ArgumentError on a bad name, unknown or contradictory options */
export function parameterSpec(name: unknown, given: ParameterOptions | undefined): ParameterSpec {
  if (typeof name !== 'string' || !/^[A-Za-z]\w{0,63}$/.test(name)) {
    throw new ArgumentError(expected('name', 'to be up to 64 letters, digits and _, a letter first', show(name)))
  }
  const options = check.options(name, given, keys)
  const { shape } = options
  const length = shape === undefined ? undefined : check.positiveInteger(`${name}.shape`, shape, MOST_ELEMENTS)
  return { name, length, constraint: constraintOf(name, length, options) }
}

function constraintOf(name: string, length: number | undefined, options: ParameterOptions): Constraint {
  const bound = (key: 'lower' | 'upper') =>
    options[key] === undefined ? undefined : check.finiteNumber(`${name}.${key}`, options[key])
  const [lower, upper] = [bound('lower'), bound('upper')]
  const asked = (['simplex', 'ordered'] as const).filter((kind) =>
    check.flag(`${name}.${kind}`, options[kind] ?? false),
  )
  if (asked.length > 0) return vectorConstraint(name, length, asked, lower ?? upper)
  if (lower === undefined && upper === undefined) return { kind: 'free' }
  if (upper === undefined) return { kind: 'lower', lower: lower! }
  if (lower === undefined) return { kind: 'upper', upper }
  if (lower < upper && Number.isFinite(upper - lower)) return { kind: 'interval', lower, upper }
  throw new ArgumentError(expected(`${name}.upper`, `to be above its lower bound, ${lower}`, upper))
}

function vectorConstraint(
  name: string,
  length: number | undefined,
  [kind, other]: readonly ('simplex' | 'ordered')[],
  bound: number | undefined,
): Constraint {
  if (other !== undefined || bound !== undefined) {
    const got = other === undefined ? `${kind} and a bound` : `${kind} and ${other}`
    throw new ArgumentError(expected(name, 'to have one constraint', got))
  }
  if (length !== undefined && length > 1) return { kind: kind! }
  const wanted = `to be at least 2, as a ${kind === 'simplex' ? 'simplex' : 'ordered vector'} has that many elements`
  throw new ArgumentError(expected(`${name}.shape`, wanted, show(length)))
}

/** Unconstrained coordinates that make up the parameter. */
export function coordinatesOf({ length, constraint }: ParameterSpec): number {
  return (length ?? 1) - (constraint.kind === 'simplex' ? 1 : 0)
}

/** `mu`, or `theta[0]`, `theta[1]` ... */
export function elementNames(name: string, length: number | undefined): string[] {
  return length === undefined ? [name] : Array.from({ length }, (_, i) => `${name}[${i}]`)
}
