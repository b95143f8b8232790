/** Optimisation problems as Boltzmann machines: what is to be minimised is the energy of a state. */

import { ArgumentError, expected } from '../errors.ts'
import type { ProblemFormat, ProblemText } from '../io/problem-text.ts'
import { Graph, type GraphLike, graphFromEdges, toGraph } from './graph.ts'
import type { Encoding } from './hopfield-states.ts'
import { checkMagnitude } from './rbm-file.ts'

/** A problem over N units; made by `isingProblem`, `quboProblem` and `maxCutProblem`. */
export interface Problem {
  readonly kind: ProblemFormat
  readonly graph: Graph
  /** Of the machine, not of the problem. */
  readonly bias: Float32Array
  /** What the machine's units are. */
  readonly encoding: Encoding
}

type Edges = readonly (readonly [number, number, number] | readonly [number, number])[]

/**
 * Minimise E(s) = - sum over edges J_ij s_i s_j - sum_i h_i s_i over spins -1 and +1.
 *
 * @throws ArgumentError on self-loops, pairs given twice, numbers that are not finite
 */
export function isingProblem(given: { units: number; edges: Edges; bias?: ArrayLike<number> | undefined }): Problem {
  const graph = toGraph('problem', { edges: given.edges }, checkUnitCount(given.units))
  return { kind: 'ising', graph, bias: numbers('problem.bias', given.bias, graph.units), encoding: 'spin' }
}

/**
 * Minimise sum over edges q_ij x_i x_j + sum_i q_i x_i over x of 0 and 1 (QUBO).
 *
 * @throws ArgumentError as `isingProblem`
 */
export function quboProblem(given: { units: number; edges: Edges; linear?: ArrayLike<number> | undefined }): Problem {
  const graph = toGraph('problem', { edges: given.edges }, checkUnitCount(given.units))
  const linear = numbers('problem.linear', given.linear, graph.units)
  return { kind: 'qubo', graph: negated(graph), bias: linear.map((q) => 0 - q), encoding: 'binary' }
}

/**
 * Maximise the cut, the sum of the weights w_ij of edges whose ends are on different sides; a weight left out is 1.
 *
 * @throws ArgumentError as `isingProblem`
 */
export function maxCutProblem(given: { units: number; edges: Edges }): Problem {
  const graph = toGraph('problem', { edges: given.edges } as GraphLike, checkUnitCount(given.units))
  return { kind: 'maxcut', graph: negated(graph), bias: new Float32Array(graph.units), encoding: 'spin' }
}

/** The problem in a text file (src/io/problem-text.ts). */
export function problemFrom(kind: ProblemFormat, { units, ends, weights, linear }: ProblemText): Problem {
  const graph = graphFromEdges('problem', units, ends, weights)
  if (kind === 'ising') return { kind, graph, bias: linear, encoding: 'spin' }
  if (kind === 'qubo') return { kind, graph: negated(graph), bias: linear.map((q) => 0 - q), encoding: 'binary' }
  return { kind, graph: negated(graph), bias: linear, encoding: 'spin' }
}

/** The problem's own number of a state: the cut, the QUBO's sum, the Ising energy. In double precision, edge by edge. */
export function valueOf({ kind, graph, bias }: Problem, state: ArrayLike<number>): number {
  let [pairs, single] = [0, 0]
  for (let i = 0; i < graph.units; i++) {
    single += bias[i]! * state[i]!
    for (let k = graph.offsets[i]!; k < graph.offsets[i + 1]!; k++) {
      const j = graph.columns[k]!
      if (j < i) continue
      // A cut edge's ends differ; its coupling is minus its weight.
      pairs += graph.weights[k]! * (kind === 'maxcut' ? (state[i] === state[j] ? 0 : -1) : state[i]! * state[j]!)
    }
  }
  return kind === 'maxcut' ? pairs : 0 - pairs - single
}

function checkUnitCount(units: unknown): number {
  if (Number.isInteger(units) && (units as number) >= 1 && (units as number) <= 2 ** 24) return units as number
  throw new ArgumentError(expected('problem.units', 'to be an integer from 1 to 16777216', String(units)))
}

function numbers(name: string, values: ArrayLike<number> | undefined, units: number): Float32Array {
  if (values === undefined) return new Float32Array(units)
  if (values.length !== units) throw new ArgumentError(expected(name, `to have ${units} values`, values.length))
  const result = Float32Array.from(values)
  const at = result.findIndex((value) => !Number.isFinite(value))
  if (at >= 0) throw new ArgumentError(expected(name, 'to hold finite numbers', `${values[at]} at index ${at}`))
  checkMagnitude(name, result)
  return result
}

function negated({ offsets, columns, weights }: Graph): Graph {
  return new Graph(
    offsets,
    columns,
    weights.map((w) => 0 - w),
  )
}
