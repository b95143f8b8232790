/** Models: a log density in the language of expressions, as a target for every sampler. */

import type { Backend } from '../../backend/backend.ts'
import { current } from '../../backend/index.ts'
import * as check from '../../check.ts'
import type { KernelDensity } from '../../density/density.ts'
import type { EvaluableTarget } from '../../density/target.ts'
import { DensityError, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import { toRows } from '../rows.ts'
import { compile, type Definition, type Tapes } from './compile.ts'
import { checkDefinition } from './definition.ts'
import { Expression, type ExpressionLike } from './expression.ts'
import { encodeModel, type ModelJson } from './model-json.ts'
import { coordinatesOf, elementNames } from './parameter-spec.ts'

export interface ModelOptions {
  /** The parameters, in the order of their coordinates: what `param` made. */
  parameters: readonly Expression[]
  /** The log density, or terms of it: the elements of all of them are added up. A constant may be left out. */
  logDensity: Expression | readonly Expression[]
  /** Quantities to report beside the parameters, by name. */
  derived?: Readonly<Record<string, ExpressionLike>> | undefined
}

/** The family's number in native/kernels/density.h. */
const EXPRESSION_FAMILY = 7

/**
 * A model of expressions.
 *
 * @example
 * const mu = param('mu'), tau = param('tau', { lower: 0 }), z = param('z', { shape: 8 })
 * const theta = mu.add(tau.mul(z))
 * const schools = model({
 *   parameters: [mu, tau, z],
 *   logDensity: [logPdf.normal(mu, 0, 5), logPdf.halfCauchy(tau, 5), logPdf.normal(z), logPdf.normal(y, theta, sigma)],
 *   derived: { theta },
 * })
 * const run = await metropolis({ target: schools })
 *
 * @throws ArgumentError where a parameter is missing, unused or named twice
 */
export function model(options: ModelOptions): Model {
  const given = check.options('options', options, ['parameters', 'logDensity', 'derived'])
  const { logDensity } = given
  const terms = logDensity instanceof Expression ? [logDensity] : (logDensity as readonly Expression[])
  return new Model(checkDefinition(given.parameters, terms, given.derived))
}

interface Compiled extends Tapes {
  readonly backend: Backend
  readonly density: KernelDensity
}

/** What `model` makes. Compiled when it is first used, mostly in a few milliseconds. */
export class Model implements EvaluableTarget {
  readonly #definition: Definition
  #compiled: Compiled | undefined
  /** Number of unconstrained coordinates, on which samplers move. */
  readonly dim: number
  /** Of what is reported: `mu`, `z[0]` ..., parameters first, then derived quantities. */
  readonly names: readonly string[]

  /** For the library's own use: `model` and `modelFromJson` make models. */
  constructor(definition: Definition) {
    const { parameters, derived } = definition
    this.#definition = definition
    this.dim = parameters.reduce((sum, parameter) => sum + coordinatesOf(parameter), 0)
    this.names = [
      ...parameters.flatMap(({ name, length }) => elementNames(name, length)),
      ...derived.flatMap(([name, { shape }]) => elementNames(name, shape[0])),
    ]
  }

  /**
   * Log densities [n] at unconstrained points [n, dim], the transforms' Jacobians included.
   *
   * @throws ArgumentError on wrong points; DensityError with the point where the density is NaN or plus infinity
   */
  logDensity(rows: MatrixLike): Float64Array {
    const points = toRows('rows', rows, this.dim)
    const out = this.#values('value', points.data, 1)
    refuseFailures(out, 1, points.data, this.dim)
    return out
  }

  /** The same with gradients [n, dim], row after row. */
  logDensityAndGradient(rows: MatrixLike): { logDensity: Float64Array; gradient: Float64Array } {
    const { data, shape } = toRows('rows', rows, this.dim)
    const width = 1 + this.dim
    const both = this.#values('gradient', data, width)
    refuseFailures(both, width, data, this.dim)
    const gradient = new Float64Array(shape[0] * this.dim)
    for (let i = 0; i < shape[0]; i++) gradient.set(both.subarray(i * width + 1, (i + 1) * width), i * this.dim)
    return { logDensity: Float64Array.from({ length: shape[0] }, (_, i) => both[i * width]!), gradient }
  }

  /** Parameters and derived quantities [n, names.length] at unconstrained points [n, dim]. */
  constrain(rows: MatrixLike): Float64Array {
    return this.#values('report', toRows('rows', rows, this.dim).data, this.names.length)
  }

  /** The model as plain JSON, for `modelFromJson`. */
  toJSON(): ModelJson {
    return encodeModel(this.#definition)
  }

  /** The density in memory of the backend in use. */
  toDensity(): KernelDensity {
    return this.#ready().density
  }

  #values(tape: 'value' | 'gradient' | 'report', points: Float64Array, width: number): Float64Array {
    const compiled = this.#ready()
    const out = new Float64Array((points.length / this.dim) * width)
    compiled.backend.kernels.expressionValues(this.dim, compiled.numbers, compiled[tape], points, out)
    return out
  }

  #ready(): Compiled {
    const backend = current()
    if (this.#compiled?.backend === backend) return this.#compiled
    const tapes = compile(this.#definition)
    this.#compiled = { ...tapes, backend, density: this.#density(backend, tapes) }
    return this.#compiled
  }

  #density(backend: Backend, { numbers, value, gradient, report }: Tapes): KernelDensity {
    const constants = backend.alloc(Float64Array, numbers.length)
    constants.view().set(numbers)
    const program = backend.alloc(Int32Array, 1 + value.length + gradient.length)
    program.view().set([value.length])
    program.view().set(value, 1)
    program.view().set(gradient, 1 + value.length)
    const { dim, names } = this
    const shared = { kind: 'kernel', family: EXPRESSION_FAMILY, dim, names, hasGradient: true } as const
    const density = { ...shared, numbers: constants, program }
    if (this.#isUnconstrained()) return density
    const constrain = (rows: Float64Array, out: Float64Array) =>
      backend.kernels.expressionValues(dim, constants, report, rows, out)
    return { ...density, constrain }
  }

  #isUnconstrained(): boolean {
    const { parameters, derived } = this.#definition
    return derived.length === 0 && parameters.every(({ constraint }) => constraint.kind === 'free')
  }
}

function refuseFailures(values: Float64Array, step: number, points: Float64Array, dim: number): void {
  for (let row = 0; row * step < values.length; row++) {
    const value = values[row * step]!
    if (value < Number.POSITIVE_INFINITY) continue
    throw new DensityError(show(value), points.slice(row * dim, (row + 1) * dim), { row })
  }
}
