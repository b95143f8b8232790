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

/** The sum of the terms. Terms of some rows that don't overlap are laid side by side first. */
function total(graph: Graph, node: Node, terms: readonly Term[]): Node {
  const whole = terms.filter(({ first }) => first === undefined).map(({ adjoint }) => adjoint)
  const add = (sum: Node | undefined, term: Node) => (sum === undefined ? term : graph.add(sum, term))
  let sum = whole.reduce<Node | undefined>(add, undefined)
  let left = sameRows(graph, terms)
  while (left.length > 0) {
    const { layer, later } = sideBySide(left)
    sum = add(sum, fillUp(graph, node.rows, layer))
    left = later
  }
  return sum!
}

type Part = Required<Term>

/** The terms of some rows, those of the same rows added up, by their first rows. */
function sameRows(graph: Graph, terms: readonly Term[]): Part[] {
  const parts = new Map<string, Part>()
  for (const { adjoint, first } of terms) {
    if (first === undefined) continue
    const key = `${first} ${adjoint.rows}`
    const before = parts.get(key)
    parts.set(key, { adjoint: before === undefined ? adjoint : graph.add(before.adjoint, adjoint), first })
  }
  return [...parts.values()].sort((a, b) => a.first - b.first)
}

/** As many parts as fit beside each other, and the rest. */
function sideBySide(parts: readonly Part[]): { layer: Part[]; later: Part[] } {
  const [layer, later]: [Part[], Part[]] = [[], []]
  let end = 0
  for (const part of parts) {
    if (part.first < end) later.push(part)
    else {
      layer.push(part)
      end = part.first + part.adjoint.rows
    }
  }
  return { layer, later }
}

/** All rows of a node, from parts of them and zeros. */
function fillUp(graph: Graph, rows: number, layer: readonly Part[]): Node {
  const pieces: Node[] = []
  let end = 0
  for (const { adjoint, first } of [...layer, { adjoint: undefined, first: rows }]) {
    if (first > end) pieces.push(graph.zeros(first - end))
    if (adjoint !== undefined) pieces.push(adjoint)
    end = first + (adjoint?.rows ?? 0)
  }
  return graph.concat(pieces)
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
