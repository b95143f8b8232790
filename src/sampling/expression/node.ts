/** Nodes of the graph that a model is compiled through: one for each distinct value, whole rows of numbers at a time. */

/**
 * Instructions of the tape by name, with their numbers in native/kernels/expression_tape.h. `rows` of an instruction are
 * those of its result, except for sums, where they are those of its argument.
 */
export const opcodes = {
  copy: 0,
  neg: 1,
  exp: 2,
  log: 3,
  log1p: 4,
  sqrt: 5,
  square: 6,
  abs: 7,
  sign: 8,
  tanh: 9,
  sigmoid: 10,
  softplus: 11,
  logGamma: 12,
  digamma: 13,
  add: 14,
  sub: 15,
  mul: 16,
  div: 17,
  mulAdd: 18,
  squaredDifference: 19,
  within: 20,
  sum: 21,
  dot: 22,
  logSumExp: 23,
  cumulativeSum: 24,
  suffixSum: 25,
  gather: 26,
  scatter: 27,
  matvec: 28,
  quadratic: 29,
  solveLower: 30,
  solveUpper: 31,
  softplusSum: 32,
  softplusGradient: 33,
} as const

export type Opcode = keyof typeof opcodes

/** Beside instructions: the model's coordinates, constants, and rows that are found in other nodes' rows. */
export type NodeOp = Opcode | 'input' | 'constant' | 'view' | 'concat' | 'zeros'

/** Instructions whose rows are each for itself: row i of the result from rows i of the arguments, or their only ones. */
export const rowByRow: ReadonlySet<NodeOp> = new Set<NodeOp>(
  (Object.keys(opcodes) as Opcode[]).filter((op) => opcodes[op] <= opcodes.within),
)

export interface Node {
  /** Ascending: arguments have smaller ones than what uses them. */
  readonly id: number
  readonly op: NodeOp
  readonly args: readonly Node[]
  readonly rows: number
  /** Of a constant: `rows` numbers. Only constants have some. */
  readonly numbers?: Float64Array
  /** Of a view: the first row. Of gather and scatter: indices. With a matrix, which is the last argument: its columns. */
  readonly integers: readonly number[]
}

/** The nodes that these need, themselves included, in ascending order. */
export function reachable(roots: readonly Node[]): Node[] {
  const found = new Set<Node>(roots)
  for (const node of found) for (const arg of node.args) found.add(arg)
  return [...found].sort((a, b) => a.id - b.id)
}
