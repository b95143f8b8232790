/** What a user may hand to a sampler or a flow as its target, and how each form becomes a `Density`. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { Density } from './density.ts'
import { type ScriptFunctions, scriptDensity } from './script-density.ts'

/** Something of the library's own that samplers can run: a built-in target, an expression model. */
export interface DensitySource {
  /** The density in memory of the backend in use. Called once a run. */
  toDensity(): Density
}

/** What every form of a user's own density has. */
export interface ScriptTargetBase {
  /** Number of coordinates. */
  readonly dim: number
  /** One for each coordinate; default `x[0]`, `x[1]` ... */
  readonly names?: readonly string[] | undefined
}

/**
 * A log density in JavaScript, up to a constant: of one point, or of all chains' points at once (row after row), which
 * saves calls; with its gradient for the samplers that need one. Where several are given each is used where it serves best.
 *
 * Functions get the library's own arrays, which hold something else after the call: copy what is to be kept. NaN, plus
 * infinity and exceptions stop the run with a `DensityError`; minus infinity rejects the point.
 */
export type ScriptTarget = ScriptTargetBase &
  (
    | { logDensity(x: Float64Array): number }
    | { logDensityAndGradient(x: Float64Array, gradient: Float64Array): number }
    | { logDensityBatch(xs: Float64Array, out: Float64Array): void }
    | { logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array): void }
    | { logProb(rows: Float64Array): ArrayLike<number> }
  )

/** Every form of target that samplers take. */
export type Target = DensitySource | ScriptTarget

/** A target that can also be evaluated by itself. */
export interface EvaluableTarget extends DensitySource {
  readonly dim: number
  readonly names: readonly string[]
  /** Log densities [n] of points [n, dim]. */
  logDensity(rows: MatrixLike): Float64Array
  /** The same with gradients [n, dim], row after row. */
  logDensityAndGradient(rows: MatrixLike): { logDensity: Float64Array; gradient: Float64Array }
}

const functionNames = [
  'logDensity',
  'logDensityAndGradient',
  'logDensityBatch',
  'logDensityAndGradientBatch',
  'logProb',
] as const
const MOST_COORDINATES = 2 ** 24

/**
 * The density behind any form of target.
 *
 * @param name the argument's name, for the message
 * @throws ArgumentError where it is none of the forms, or its `dim`, `names` or functions are not what they should be
 */
export function resolveTarget(target: Target, name = 'target'): Density {
  if (typeof target !== 'object' || target === null) {
    const wanted = 'to be a target: a built-in one, a model, or { dim, logDensity }'
    throw new ArgumentError(expected(name, wanted, show(target)))
  }
  if (isSource(target)) return target.toDensity()
  const dim = check.positiveInteger(`${name}.dim`, target.dim, MOST_COORDINATES)
  return scriptDensity(dim, checkNames(`${name}.names`, target.names, dim), checkFunctions(name, target))
}

function isSource(target: Target): target is DensitySource {
  return typeof (target as Partial<DensitySource>).toDensity === 'function'
}

/** `x[0]`, `x[1]` ... */
export function coordinateNames(dim: number, letter = 'x'): string[] {
  return Array.from({ length: dim }, (_, i) => `${letter}[${i}]`)
}

function checkNames(name: string, names: unknown, dim: number): readonly string[] {
  if (names === undefined) return coordinateNames(dim)
  const ok = Array.isArray(names) && names.length === dim && names.every((one) => typeof one === 'string')
  if (!ok) throw new ArgumentError(expected(name, `to be an array of ${dim} strings`, show(names)))
  const again = names.findIndex((one, i) => names.indexOf(one) !== i)
  if (again < 0) return [...names]
  throw new ArgumentError(expected(name, 'to differ', `${show(names[again])} twice`))
}

function checkFunctions(name: string, target: object): ScriptFunctions {
  const given = functionNames.filter((key) => (target as Record<string, unknown>)[key] !== undefined)
  for (const key of given) check.optionalFunction(`${name}.${key}`, (target as Record<string, never>)[key])
  if (given.length > 0) return target as ScriptFunctions
  const got = Object.keys(target).slice(0, 8).join(', ') || 'an empty object'
  throw new ArgumentError(expected(name, `to have one of the functions ${functionNames.join(', ')}`, got))
}
