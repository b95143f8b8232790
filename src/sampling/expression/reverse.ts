/**
 * Reverse-mode differentiation: the adjoint of every node, as nodes of the same graph, so that what holds for values
 * (equal nodes once, constants folded, sums taken apart) holds for gradients.
 *
 * The adjoint of a node is the derivative of the root with respect to each of its rows. An adjoint of one row serves all
 * rows of its node.
 */

import type { Graph } from './graph.ts'
import { type Node, type NodeOp, reachable } from './node.ts'
import { transposed, unfolded } from './sums.ts'

/** A term of an adjoint: for all rows, or from row `first` on. */
interface Term {
  readonly adjoint: Node
  readonly first?: number
}

/** Adds to the adjoint of argument `i`. */
type Give = (i: number, adjoint: Node, first?: number) => void
type Rule = (graph: Graph, node: Node, adjoint: Node, give: Give) => void

/** The gradient of `root` (one row) with respect to `input`, as a node of as many rows. */
export function gradientOf(graph: Graph, root: Node, input: Node): Node {
  const terms = new Map<Node, Term[]>([[root, [{ adjoint: graph.number(1) }]]])
  for (const node of reachable([root]).reverse()) {
    const found = terms.get(node)
    if (found === undefined || node === input || node.op === 'constant') continue
    const adjoint = total(graph, node, found)
    rules[node.op]?.(graph, node, adjoint, (i, given, first) => {
      const arg = node.args[i]!
      if (arg.numbers) return
      const list = terms.get(arg) ?? []
      terms.set(arg, list)
      list.push(first === undefined ? { adjoint: given } : { adjoint: given, first })
    })
  }
  const found = terms.get(input)
  return graph.broadcast(found ? total(graph, input, found) : graph.number(0), input.rows)
}

/** The sum of the terms. Terms of single rows that don't overlap are laid side by side first. */
function total(graph: Graph, node: Node, terms: readonly Term[]): Node {
  const whole = terms.filter(({ first }) => first === undefined).map(({ adjoint }) => adjoint)
  const parts = terms.filter((term) => term.first !== undefined) as Required<Term>[]
  return [...whole, ...layers(graph, node.rows, parts)].reduce((sum, term) => graph.add(sum, term))
}

function layers(graph: Graph, rows: number, parts: readonly Required<Term>[]): Node[] {
  let left = [...parts].sort((a, b) => a.first - b.first)
  const made: Node[] = []
  while (left.length > 0) {
    const layer: Node[] = []
    const later: Required<Term>[] = []
    let end = 0
    for (const part of left) {
      if (part.first < end) {
        later.push(part)
        continue
      }
      if (part.first > end) layer.push(graph.constant(new Float64Array(part.first - end)))
      layer.push(part.adjoint)
      end = part.first + part.adjoint.rows
    }
    if (end < rows) layer.push(graph.constant(new Float64Array(rows - end)))
    made.push(graph.concat(layer))
    left = later
  }
  return made
}

/** An adjoint as one for the argument: summed up where the argument's one row served many. */
function forArgument(graph: Graph, node: Node, arg: Node, adjoint: Node): Node {
  if (arg.rows > 1 || node.rows === 1) return adjoint
  return adjoint.rows === 1 ? graph.mul(adjoint, graph.number(node.rows)) : graph.sum(adjoint)
}

/** The rule of an operation row by row with these partial derivatives, given as factors of the adjoint. */
function partials(...derivatives: ((graph: Graph, node: Node, adjoint: Node) => Node)[]): Rule {
  return (graph, node, adjoint, give) => {
    derivatives.forEach((derivative, i) => {
      const arg = node.args[i]!
      if (!arg.numbers) give(i, forArgument(graph, node, arg, derivative(graph, node, adjoint)))
    })
  }
}

const rows = (graph: Graph, node: Node, adjoint: Node) => graph.broadcast(adjoint, node.rows)

const rules: Partial<Record<NodeOp, Rule>> = {
  copy: partials((_, __, g) => g),
  neg: partials((graph, _, g) => graph.neg(g)),
  exp: partials((graph, node, g) => graph.mul(node, g)),
  log: partials((graph, { args: [x] }, g) => graph.div(g, x!)),
  log1p: partials((graph, { args: [x] }, g) => graph.div(g, graph.add(x!, graph.number(1)))),
  sqrt: partials((graph, node, g) => graph.div(graph.mul(g, graph.number(0.5)), node)),
  square: partials((graph, { args: [x] }, g) => graph.mul(graph.mul(x!, graph.number(2)), g)),
  abs: partials((graph, { args: [x] }, g) => graph.mul(graph.map('sign', x!), g)),
  tanh: partials((graph, node, g) => graph.mul(graph.sub(graph.number(1), graph.square(node)), g)),
  sigmoid: partials((graph, node, g) => graph.mul(graph.sub(node, graph.square(node)), g)),
  softplus: partials((graph, { args: [x] }, g) => graph.mul(graph.map('sigmoid', x!), g)),
  logGamma: partials((graph, { args: [x] }, g) => graph.mul(graph.map('digamma', x!), g)),
  add: partials(
    (_, __, g) => g,
    (_, __, g) => g,
  ),
  sub: partials(
    (_, __, g) => g,
    (graph, _, g) => graph.neg(g),
  ),
  mul: partials(
    (graph, { args: [, y] }, g) => graph.mul(y!, g),
    (graph, { args: [x] }, g) => graph.mul(x!, g),
  ),
  div: partials(
    (graph, { args: [, y] }, g) => graph.div(g, y!),
    (graph, node, g) => graph.neg(graph.mul(node, graph.div(g, node.args[1]!))),
  ),
  sum: (_, __, g, give) => give(0, g),
  dot: (graph, { args: [x, y] }, g, give) => {
    if (x === y) return give(0, graph.mul(x!, graph.mul(g, graph.number(2))))
    give(0, graph.mul(y!, g))
    give(1, graph.mul(x!, g))
  },
  logSumExp: (graph, node, g, give) => give(0, graph.mul(graph.map('exp', graph.sub(node.args[0]!, node)), g)),
  cumulativeSum: (graph, node, g, give) => give(0, graph.make('suffixSum', [rows(graph, node, g)], node.rows)),
  gather: (graph, node, g, give) => {
    const { rows: length } = node.args[0]!
    give(0, graph.make('scatter', [rows(graph, node, g)], length, node.integers))
  },
  view: (graph, node, g, give) => give(0, rows(graph, node, g), node.integers[0]!),
  concat: (graph, node, g, give) => {
    const all = rows(graph, node, g)
    let first = 0
    node.args.forEach((arg, i) => {
      give(i, graph.view(all, first, arg.rows))
      first += arg.rows
    })
  },
  matvec: (graph, node, g, give) => {
    const matrix = transposed(graph, node.args[1]!, node.integers[0]!)
    give(0, graph.matvec(matrix, node.rows, rows(graph, node, g)))
  },
  quadratic: (graph, { args: [x, folded] }, g, give) => {
    give(0, graph.mul(graph.matvec(unfolded(graph, folded!, x!.rows), x!.rows, x!), g))
  },
  solveLower: (graph, node, g, give) => {
    const upper = transposed(graph, node.args[1]!, node.rows)
    give(0, graph.make('solveUpper', [rows(graph, node, g), upper], node.rows, [node.rows]))
  },
  softplusSum: (graph, { args: [x, matrix], integers }, g, give) => {
    const both = graph.make('softplusGradient', [x!, matrix!], 1 + x!.rows, integers)
    give(0, graph.mul(graph.view(both, 1, x!.rows), g))
  },
}
