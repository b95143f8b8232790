/** From expressions to nodes: what each operator means. */

import type { Expression } from './expression.ts'
import type { Graph } from './graph.ts'
import type { Node } from './node.ts'
import type { OperatorName } from './operators.ts'
import { coordinatesOf, type ParameterSpec } from './parameter-spec.ts'
import { transform } from './transform.ts'

type Lower = (graph: Graph, args: readonly [Node, Node, Node], from: Expression) => Node

const lowerings: Record<OperatorName, Lower> = {
  neg: (graph, [a]) => graph.neg(a),
  exp: (graph, [a]) => graph.map('exp', a),
  log: (graph, [a]) => graph.log(a),
  log1p: (graph, [a]) => graph.log1p(a),
  sqrt: (graph, [a]) => graph.map('sqrt', a),
  square: (graph, [a]) => graph.square(a),
  abs: (graph, [a]) => graph.map('abs', a),
  tanh: (graph, [a]) => graph.map('tanh', a),
  sigmoid: (graph, [a]) => graph.map('sigmoid', a),
  softplus: (graph, [a]) => graph.map('softplus', a),
  logGamma: (graph, [a]) => graph.map('logGamma', a),
  add: (graph, [a, b]) => graph.add(a, b),
  sub: (graph, [a, b]) => graph.sub(a, b),
  mul: (graph, [a, b]) => graph.mul(a, b),
  div: (graph, [a, b]) => graph.div(a, b),
  pow: (graph, [a, b]) => graph.pow(a, b),
  within: (graph, [a, b, c]) => graph.map('within', a, b, c),
  sum: (graph, [a]) => graph.sum(a),
  logSumExp: (graph, [a]) => (a.rows === 1 ? a : graph.make('logSumExp', [a], 1)),
  cumulativeSum: (graph, [a]) => (a.rows === 1 ? a : graph.make('cumulativeSum', [a], a.rows)),
  dot: (graph, [a, b]) => graph.dot(a, b),
  matvec: (graph, [a, x]) => graph.matvec(a, x.rows, x),
  solveLower: (graph, [a, x]) => graph.make('solveLower', [x, withInverses(graph, a, x.rows)], x.rows, [x.rows]),
  at: (graph, [a], from) => graph.view(a, integersOf(from)[0]!, 1),
  slice: (graph, [a], from) => graph.view(a, integersOf(from)[0]!, integersOf(from)[1]!),
  gather: (graph, [a], from) => graph.gather(a, integersOf(from)),
  concat: (graph, args) => graph.concat(args),
}

function integersOf({ content }: Expression): readonly number[] {
  return 'integers' in content ? content.integers : []
}

/** A lower triangle with 1 / A_ii in the place of A_ii, as the kernel wants it. */
function withInverses(graph: Graph, matrix: Node, n: number): Node {
  return graph.remember(`inverses ${matrix.id}`, () => {
    const inverted = matrix.numbers!.slice()
    for (let i = 0; i < n; i++) inverted[i * n + i] = 1 / inverted[i * n + i]!
    return graph.constant(inverted)
  })
}

/** A model's parameters as nodes, and the sum of their transforms' Jacobians. */
export interface LoweredParameters {
  readonly dim: number
  readonly input: Node
  readonly values: ReadonlyMap<ParameterSpec, Node>
  readonly logJacobian: Node
}

export function lowerParameters(graph: Graph, parameters: readonly ParameterSpec[]): LoweredParameters {
  const dim = parameters.reduce((sum, parameter) => sum + coordinatesOf(parameter), 0)
  const input = graph.input(dim)
  const values = new Map<ParameterSpec, Node>()
  let [first, logJacobian] = [0, graph.number(0)]
  for (const parameter of parameters) {
    const coordinates = graph.view(input, first, coordinatesOf(parameter))
    const transformed = transform(graph, parameter.constraint, coordinates)
    values.set(parameter, transformed.value)
    if (transformed.logJacobian) logJacobian = graph.add(transformed.logJacobian, logJacobian)
    first += coordinatesOf(parameter)
  }
  return { dim, input, values, logJacobian }
}

/** The node of every expression that these need. */
export function lower(
  graph: Graph,
  roots: readonly Expression[],
  parameters: ReadonlyMap<ParameterSpec, Node>,
): ReadonlyMap<Expression, Node> {
  const nodes = new Map<Expression, Node>()
  for (const expression of inOrder(roots)) {
    const { content } = expression
    if (content.op === 'data') nodes.set(expression, graph.constant(content.values))
    else if (content.op === 'param') nodes.set(expression, parameters.get(content.parameter)!)
    else {
      const args = content.args.map((arg) => nodes.get(arg)!)
      nodes.set(expression, lowerings[content.op](graph, args as unknown as readonly [Node, Node, Node], expression))
    }
  }
  return nodes
}

/** Expressions that these are made of, each once, arguments first. Not by recursion: a chain of operations may be long. */
export function inOrder(roots: readonly Expression[]): Expression[] {
  const order = new Set<Expression>()
  const waiting: { expression: Expression; next: number }[] = []
  const enter = (expression: Expression) => {
    if (!order.has(expression)) waiting.push({ expression, next: 0 })
  }
  for (const root of roots) {
    enter(root)
    while (waiting.length > 0) {
      const top = waiting.at(-1)!
      const { content } = top.expression
      const arg = 'args' in content ? content.args[top.next++] : undefined
      if (arg !== undefined) enter(arg)
      else order.add(waiting.pop()!.expression)
    }
  }
  return [...order]
}
