/** From unconstrained coordinates to a parameter, with the logarithm of the Jacobian determinant. */

import type { Graph } from './graph.ts'
import type { Node } from './node.ts'
import type { Constraint } from './parameter-spec.ts'

export interface Transformed {
  readonly value: Node
  /** One row; undefined where it is 0. */
  readonly logJacobian?: Node
}

/**
 * The parameter at coordinates u:
 *
 *     lower      lower + e^u
 *     upper      upper - e^u
 *     interval   lower + (upper - lower) sigmoid(u)
 *     ordered    cumulative sums of u_0, e^u_1, e^u_2 ...
 *     simplex    stick-breaking: x_k is a part sigmoid(u_k - log(K - 1 - k)) of what is left, x_(K-1) the rest
 */
export function transform(graph: Graph, constraint: Constraint, u: Node): Transformed {
  switch (constraint.kind) {
    case 'free':
      return { value: u }
    case 'lower':
      return { value: graph.add(graph.map('exp', u), graph.number(constraint.lower)), logJacobian: graph.sum(u) }
    case 'upper':
      return { value: graph.sub(graph.number(constraint.upper), graph.map('exp', u)), logJacobian: graph.sum(u) }
    case 'interval':
      return interval(graph, constraint.lower, constraint.upper, u)
    case 'ordered':
      return ordered(graph, u)
    case 'simplex':
      return simplex(graph, u)
  }
}

function interval(graph: Graph, lower: number, upper: number, u: Node): Transformed {
  const width = graph.number(upper - lower)
  const value = graph.add(graph.mul(graph.map('sigmoid', u), width), graph.number(lower))
  // log(width) + log sigmoid(u) + log(1 - sigmoid(u)), for each
  const twice = graph.mul(graph.map('softplus', u), graph.number(2))
  const constant = graph.mul(graph.log(width), graph.number(u.rows))
  return { value, logJacobian: graph.add(graph.sum(graph.sub(u, twice)), constant) }
}

function ordered(graph: Graph, u: Node): Transformed {
  const rest = graph.view(u, 1, u.rows - 1)
  const steps = graph.concat([graph.view(u, 0, 1), graph.map('exp', rest)])
  return { value: graph.make('cumulativeSum', [steps], u.rows), logJacobian: graph.sum(rest) }
}

/**
 * With v_k = u_k - log(K - 1 - k), s = softplus(v) and S its cumulative sums, what is left before piece k has the
 * logarithm s_k - S_k, so log x_k = v_k - S_k, and the Jacobian, of a triangular matrix, is the sum of v - s - S.
 */
function simplex(graph: Graph, u: Node): Transformed {
  const left = Float64Array.from({ length: u.rows }, (_, k) => u.rows - k)
  const v = graph.sub(u, graph.log(graph.constant(left)))
  const s = graph.map('softplus', v)
  const total = graph.make('cumulativeSum', [s], u.rows)
  const last = graph.neg(graph.view(total, u.rows - 1, 1))
  const value = graph.map('exp', graph.concat([graph.sub(v, total), last]))
  return { value, logJacobian: graph.sub(graph.sub(graph.sum(v), graph.sum(s)), graph.sum(total)) }
}
