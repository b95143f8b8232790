/**
 * Models as a person writes them: JSON with expressions as text, which can come from strangers too.
 *
 *     { "parameters": ["mu", { "name": "tau", "lower": 0 }, { "name": "z", "shape": 8 }],
 *       "data": { "y": [28, 8, -3, 7, -1, 1, 18, 12], "sigma": [15, 10, 16, 11, 9, 11, 10, 18] },
 *       "derived": { "theta": "mu + tau * z" },
 *       "logDensity": ["logPdf.normal(mu, 0, 5)", "logPdf.halfCauchy(tau, 5)", "logPdf.normal(z)",
 *                      "logPdf.normal(y, theta, sigma)"] }
 */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import type { Definition } from './compile.ts'
import { checkDefinition } from './definition.ts'
import { ElementBudget } from './element-budget.ts'
import type { Expression } from './expression.ts'
import { list, parametersFromJson } from './json-parameters.ts'
import type { ParameterOptions } from './parameter-spec.ts'
import { namedValue, parseWith } from './parse.ts'
import { sizeOf } from './shape.ts'
import { MOST_CHARACTERS } from './tokens.ts'

/** A model whose expressions are text, as `parseExpression` reads it. */
export interface ModelText {
  /** In the order of their coordinates: names, or names with the options of `param`. */
  readonly parameters: readonly (string | ({ readonly name: string } & ParameterOptions))[]
  /** Numbers, arrays, or arrays of rows, by the names under which expressions use them. */
  readonly data?: Readonly<Record<string, number | MatrixLike>>
  /** Quantities to report beside the parameters. Those after it and the log density may use each by its name. */
  readonly derived?: Readonly<Record<string, string>>
  /** The log density, or terms of it: the elements of all of them are added up. */
  readonly logDensity: string | readonly string[]
}

const keys = ['parameters', 'data', 'derived', 'logDensity'] as const
const MOST_NAMES = 1000
const MOST_TERMS = 1000

/** Whether it is of this form, right or wrong. */
export function isModelText(value: unknown): value is { readonly logDensity: unknown } {
  const { logDensity } = (value ?? {}) as { logDensity?: unknown }
  return typeof logDensity === 'string' || (Array.isArray(logDensity) && logDensity.some(isText))
}

const isText = (value: unknown) => typeof value === 'string'

/** @throws ArgumentError that says what is wrong with it; of an expression an ExpressionError that says where */
export function readModelText(given: object): Definition {
  return new Reader(check.options('model', given as Partial<Record<keyof ModelText, unknown>>, keys)).definition()
}

class Reader {
  readonly #fields: Partial<Record<keyof ModelText, unknown>>
  readonly #budget = new ElementBudget()
  readonly #parameters: ReadonlyMap<string, Expression>
  /** All that expressions may use. */
  readonly #names: Map<string, Expression>
  #characters = 0

  constructor(fields: Partial<Record<keyof ModelText, unknown>>) {
    this.#fields = fields
    this.#parameters = parametersFromJson(fields.parameters, this.#budget)
    this.#names = new Map(this.#parameters)
  }

  definition(): Definition {
    for (const [name, value] of this.#entries('data')) this.#addData(name, value)
    const derived = this.#entries('derived').map(([name, text]) => [name, this.#addDerived(name, text)] as const)
    const { logDensity } = this.#fields
    const texts = isText(logDensity) ? [logDensity] : list('model.logDensity', logDensity, MOST_TERMS)
    const where = (i: number) => (isText(logDensity) ? 'logDensity' : `logDensity[${i}]`)
    const terms = texts.map((text, i) => this.#parse(where(i), text))
    return checkDefinition([...this.#parameters.values()], terms, Object.fromEntries(derived))
  }

  #entries(key: 'data' | 'derived'): [string, unknown][] {
    const value = this.#fields[key] ?? {}
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new ArgumentError(expected(`model.${key}`, 'to be an object', show(value)))
    }
    const entries = Object.entries(value)
    if (entries.length <= MOST_NAMES) return entries
    throw new ArgumentError(expected(`model.${key}`, `to have at most ${MOST_NAMES} names`, entries.length))
  }

  #addData(name: string, value: unknown): void {
    const expression = namedValue(name, value as number | MatrixLike)
    this.#budget.take(sizeOf(expression.shape))
    this.#add(name, expression)
  }

  #addDerived(name: string, text: unknown): Expression {
    const expression = this.#parse(`derived.${name}`, text)
    this.#add(name, expression)
    return expression
  }

  #add(name: string, expression: Expression): void {
    if (this.#names.has(name)) throw new ArgumentError(expected('names', 'to differ', `${name} twice`))
    this.#names.set(name, expression)
  }

  /** All texts together may be as long as one: what they ask for grows with their length. */
  #parse(source: string, text: unknown): Expression {
    this.#characters += isText(text) ? (text as string).length : 0
    if (this.#characters > MOST_CHARACTERS) {
      const wanted = `to have at most ${MOST_CHARACTERS} characters of expressions in all`
      throw new ArgumentError(expected('model', wanted, this.#characters))
    }
    return parseWith(source, text, this.#names, this.#budget)
  }
}
