/** Last rewriting, once it is known who uses what: pairs of nodes that one instruction does. */

import type { Graph } from './graph.ts'
import { type Node, type NodeOp, reachable } from './node.ts'

/**
 * The same roots, with products that are only added to something fused into the addition, differences that are only squared
 * into the square, and the sum of a regression's softplus read off the instruction that also gives its gradient.
 */
export function fuse(graph: Graph, roots: readonly Node[]): Node[] {
  const nodes = reachable(roots)
  const uses = countUses(nodes, roots)
  const gradients = new Set(nodes.filter((node) => node.op === 'softplusGradient').map(argumentsKey))
  const fused = new Map<Node, Node>()
  for (const node of nodes) {
    const args = node.args.map((arg) => fused.get(arg)!)
    if (node.args.length === 0) fused.set(node, node)
    else if (node.op === 'softplusSum' && gradients.has(argumentsKey(node))) {
      const both = graph.make('softplusGradient', args, 1 + args[0]!.rows, node.integers)
      fused.set(node, graph.view(both, 0, 1))
    } else fused.set(node, pairOf(graph, node, args, uses) ?? graph.make(node.op, args, node.rows, node.integers))
  }
  return roots.map((root) => fused.get(root)!)
}

function countUses(nodes: readonly Node[], roots: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>()
  const count = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1)
  for (const node of nodes) node.args.forEach(count)
  roots.forEach(count)
  return uses
}

function argumentsKey(node: Node): string {
  return node.args.map((arg) => arg.id).join(' ')
}

/** a * b + c where nothing else uses a * b, and (a - b)^2 where nothing else uses a - b. */
function pairOf(graph: Graph, node: Node, args: readonly Node[], uses: Map<Node, number>): Node | undefined {
  const single = (i: number, op: NodeOp) => {
    const arg = node.args[i]!
    return arg.op === op && arg.rows === node.rows && uses.get(arg) === 1 && args[i]!.op === op
  }
  if (node.op === 'add') {
    const i = [0, 1].find((k) => single(k, 'mul'))
    return i === undefined ? undefined : graph.map('mulAdd', ...args[i]!.args, args[1 - i]!)
  }
  if (node.op !== 'square') return undefined
  const [a, b] = args[0]!.args as [Node, Node]
  if (single(0, 'sub')) return a.numbers ? graph.map('squaredDifference', b, a) : graph.map('squaredDifference', a, b)
  // A constant that is taken away has become one that is added.
  if (single(0, 'add') && b.numbers) return graph.map('squaredDifference', a, graph.neg(b))
  return undefined
}
