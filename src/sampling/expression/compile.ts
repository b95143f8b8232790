/** From a model's expressions to the tapes that kernels run. */

import { current } from '../../backend/index.ts'
import { ArgumentError, expected } from '../../errors.ts'
import type { Expression } from './expression.ts'
import { fuse } from './fuse.ts'
import { type Evaluate, Graph } from './graph.ts'
import { lower, lowerParameters } from './lower.ts'
import type { Node } from './node.ts'
import type { ParameterSpec } from './parameter-spec.ts'
import { gradientOf } from './reverse.ts'
import { emitTape, NumberPool } from './tape.ts'
import { verifyTape } from './verify.ts'

/** What is compiled. */
export interface Definition {
  readonly parameters: readonly ParameterSpec[]
  /** The log density is the sum of all their elements. */
  readonly terms: readonly Expression[]
  readonly derived: readonly (readonly [name: string, value: Expression])[]
}

export interface Tapes {
  readonly dim: number
  readonly numbers: Float64Array
  /** The log density: one row. */
  readonly value: Int32Array
  /** The log density and its gradient: 1 + dim rows. */
  readonly gradient: Int32Array
  /** Parameters and derived quantities: a row for each element. */
  readonly report: Int32Array
}

/** Rows of work memory at most. Eight chains at once, the most of one part, take 64 MiB then. */
const MOST_ROWS = 2 ** 20

/** @throws ArgumentError where the values at work don't fit into memory */
export function compile({ parameters, terms, derived }: Definition): Tapes {
  const graph = new Graph(evaluate)
  const { dim, input, values, logJacobian } = lowerParameters(graph, parameters)
  const nodes = lower(graph, [...terms, ...derived.map(([, value]) => value)], values)
  const sums = terms.map((term) => graph.sum(nodes.get(term)!))
  const density = [...sums, logJacobian].reduce((sum, term) => graph.add(sum, term))
  const pool = new NumberPool()
  const tape = (outputs: readonly Node[]) => emitTape(fuse(graph, outputs), pool)
  const value = tape([density])
  const gradient = tape([density, gradientOf(graph, density, input)])
  const report = tape([...parameters.map((one) => values.get(one)!), ...derived.map(([, one]) => nodes.get(one)!)])
  // One number at least, so that there is something to point to.
  const numbers = new Float64Array(Math.max(1, pool.length))
  pool.write(numbers)
  for (const words of [value, gradient, report]) checkTape(words, dim, numbers.length)
  return { dim, numbers, value, gradient, report }
}

function checkTape(words: Int32Array, dim: number, numbers: number): void {
  const rows = words[0]!
  if (rows > MOST_ROWS) {
    throw new ArgumentError(expected('logDensity', `to need at most ${MOST_ROWS} numbers of work memory`, rows))
  }
  if (verifyTape(words, { dim, numbers }) === undefined) throw new Error('the tape leaves its bounds')
}

const evaluate: Evaluate = (op, args, rows, integers) => {
  const pool = new NumberPool()
  const words = emitTape([{ id: Number.POSITIVE_INFINITY, op, args, rows, integers }], pool)
  const numbers = new Float64Array(pool.length)
  pool.write(numbers)
  checkTape(words, 0, numbers.length)
  const out = new Float64Array(rows)
  current().kernels.expressionValues(0, numbers, words, new Float64Array(), out)
  return out
}
