/**
 * Models as plain JSON: no code, so that a server may take them from strangers. Everything read is checked, and sizes are
 * bounded before memory is taken. There are two forms: as a person writes it (model-text.ts), and as `toJSON` does:
 *
 *     { "format": "gibbsite-model", "version": 1,
 *       "parameters": [{ "name": "mu" }, { "name": "tau", "lower": 0 }, { "name": "z", "shape": 8 }],
 *       "nodes": [["param", "mu"], ["param", "tau"], ["data", 5], ["data", [1, 2]], ["data", [1, 2, 3, 4], [2, 2]],
 *                 ["div", 0, 2], ["at", 3, [1]], ...],
 *       "logDensity": [7, 9], "derived": { "theta": 8 } }
 *
 * A node names an operator, then the numbers of earlier nodes, then its indices where it has some.
 */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Definition } from './compile.ts'
import { checkDefinition } from './definition.ts'
import { ElementBudget, MOST_MODEL_ELEMENTS as MOST_ELEMENTS } from './element-budget.ts'
import { dataOf, type Expression, operation } from './expression.ts'
import { list, parametersFromJson } from './json-parameters.ts'
import { inOrder } from './lower.ts'
import { Model } from './model.ts'
import { isModelText, readModelText } from './model-text.ts'
import { type Operator, type OperatorName, operators } from './operators.ts'
import type { ParameterOptions, ParameterSpec } from './parameter-spec.ts'
import { sizeOf } from './shape.ts'

export interface ModelJson {
  readonly format: 'gibbsite-model'
  readonly version: 1
  readonly parameters: readonly ({ readonly name: string } & ParameterOptions)[]
  readonly nodes: readonly NodeJson[]
  readonly logDensity: readonly number[]
  readonly derived?: Readonly<Record<string, number>>
}

type NodeJson = readonly [op: string, ...rest: (string | number | readonly number[])[]]

const MOST_NODES = 10_000

export function encodeModel({ parameters, terms, derived }: Definition): ModelJson {
  const order = inOrder([...terms, ...derived.map(([, value]) => value)])
  const numbers = new Map(order.map((expression, i) => [expression, i]))
  return {
    format: 'gibbsite-model',
    version: 1,
    parameters: parameters.map(encodeParameter),
    nodes: order.map((expression) => encodeNode(expression, numbers)),
    logDensity: terms.map((term) => numbers.get(term)!),
    ...(derived.length > 0 && {
      derived: Object.fromEntries(derived.map(([name, value]) => [name, numbers.get(value)!])),
    }),
  }
}

function encodeParameter({ name, length, constraint }: ParameterSpec): { name: string } & ParameterOptions {
  const { kind, ...bounds } = constraint
  const flag = kind === 'simplex' || kind === 'ordered' ? { [kind]: true } : {}
  return { name, ...(length !== undefined && { shape: length }), ...bounds, ...flag }
}

function encodeNode({ content, shape }: Expression, numbers: ReadonlyMap<Expression, number>): NodeJson {
  if (content.op === 'param') return ['param', content.parameter.name]
  if (content.op === 'data') {
    if (shape.length === 0) return ['data', content.values[0]!]
    return ['data', Array.from(content.values), ...(shape.length === 2 ? [[...shape]] : [])]
  }
  const { integers } = content
  return [content.op, ...content.args.map((arg) => numbers.get(arg)!), ...(integers.length > 0 ? [[...integers]] : [])]
}

/**
 * The model that `toJSON` wrote down, or one written by hand, with expressions as `parseExpression` reads them.
 *
 * @example
 * const banana = modelFromJson({ parameters: ['x', 'y'], logDensity: '-x^2 / 2 - 2 * (y - x^2)^2' })
 *
 * @param json a `ModelJson` or a `ModelText`, or its text
 * @throws ArgumentError that says what is wrong with it; of an expression an ExpressionError that says where
 */
export function modelFromJson(json: unknown): Model {
  const given = typeof json === 'string' ? parse(json) : json
  if (isModelText(given)) return new Model(readModelText(given))
  const known = ['format', 'version', 'parameters', 'nodes', 'logDensity', 'derived']
  const fields = check.options('model', (given ?? null) as Record<string, unknown>, known)
  check.oneOf('model.format', fields['format'], ['gibbsite-model'])
  check.integerWithin('model.version', fields['version'], 1, 1)
  return new Reader(fields).model()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ArgumentError(expected('model', 'to be JSON', show(text)))
  }
}

class Reader {
  readonly #fields: Partial<Record<string, unknown>>
  readonly #budget = new ElementBudget()
  readonly #parameters: ReadonlyMap<string, Expression>
  readonly #nodes: Expression[] = []

  constructor(fields: Partial<Record<string, unknown>>) {
    this.#fields = fields
    this.#parameters = parametersFromJson(fields['parameters'], this.#budget)
  }

  model(): Model {
    for (const node of list('model.nodes', this.#fields['nodes'], MOST_NODES)) this.#readNode(node)
    const terms = list('model.logDensity', this.#fields['logDensity'], MOST_NODES)
    const logDensity = terms.map((term) => this.#node('model.logDensity', term))
    return new Model(checkDefinition([...this.#parameters.values()], logDensity, this.#derived()))
  }

  #derived(): Record<string, Expression> | undefined {
    const derived = this.#fields['derived']
    if (derived === undefined) return undefined
    if (typeof derived !== 'object' || derived === null || Array.isArray(derived)) {
      throw new ArgumentError(expected('model.derived', 'to be an object of numbers of nodes', show(derived)))
    }
    const entries = Object.entries(derived).slice(0, MOST_NODES)
    return Object.fromEntries(entries.map(([name, node]) => [name, this.#node('model.derived', node)]))
  }

  #readNode(value: unknown): void {
    const [op, ...rest] = list(this.#here(), value, MOST_NODES)
    const read = { param: () => this.#param(rest), data: () => this.#data(rest) }
    const expression = Object.hasOwn(read, op as string)
      ? read[op as keyof typeof read]()
      : this.#operation(check.oneOf(this.#here(), op, Object.keys(operators) as OperatorName[]), rest)
    this.#budget.take(sizeOf(expression.shape))
    this.#nodes.push(expression)
  }

  /** The name of the node that is being read, for messages. */
  #here(): string {
    return `model.nodes[${this.#nodes.length}]`
  }

  #param(rest: readonly unknown[]): Expression {
    const found = rest.length === 1 && typeof rest[0] === 'string' ? this.#parameters.get(rest[0]) : undefined
    if (found !== undefined) return found
    throw new ArgumentError(expected(this.#here(), 'to name one of the parameters', show(rest[0])))
  }

  #data(rest: readonly unknown[]): Expression {
    const [values, sides] = rest
    if (rest.length > 2) throw new ArgumentError(expected(this.#here(), 'to be data and its shape', show(rest)))
    if (typeof values === 'number') {
      return dataOf(Float64Array.of(check.finiteNumber(this.#here(), values)), [])
    }
    const numbers = Float64Array.from(check.finiteArray(this.#here(), list(this.#here(), values, MOST_ELEMENTS)))
    if (sides === undefined) return dataOf(numbers, [numbers.length])
    const shape = list(this.#here(), sides, 2).map((side) => check.positiveInteger(this.#here(), side, MOST_ELEMENTS))
    if (shape.length === 2 && sizeOf(shape as [number, number]) === numbers.length) {
      return dataOf(numbers, shape as [number, number])
    }
    throw new ArgumentError(expected(this.#here(), `to have a shape of ${numbers.length} numbers`, shape.join(' x ')))
  }

  #operation(op: OperatorName, rest: readonly unknown[]): Expression {
    const operator = operators[op]
    const withIntegers = operator.integers !== undefined
    const args = (withIntegers ? rest.slice(0, -1) : rest).map((arg) => this.#node(this.#here(), arg))
    if (args.length === 0 || (operator.arity !== undefined && args.length !== operator.arity)) {
      const wanted = `to have ${operator.arity ?? 'at least 1'} ${operator.arity === 1 ? 'argument' : 'arguments'}`
      throw new ArgumentError(expected(this.#here(), wanted, args.length))
    }
    return operation(op, args, withIntegers ? this.#integers(operator, rest.at(-1)) : [])
  }

  #integers({ integers: count }: Operator, value: unknown): number[] {
    const indices = list(this.#here(), value, MOST_ELEMENTS)
    if (count !== 'any' && indices.length !== count) {
      throw new ArgumentError(expected(this.#here(), `to have ${count} indices`, indices.length))
    }
    return indices.map((index) => check.nonNegativeInteger(this.#here(), index, MOST_ELEMENTS))
  }

  #node(name: string, value: unknown): Expression {
    const most = this.#nodes.length - 1
    if (most < 0) throw new ArgumentError(expected(name, 'to come after a node that it uses', show(value)))
    return this.#nodes[check.integerWithin(name, value, 0, most)]!
  }
}
