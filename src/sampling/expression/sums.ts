/**
 * Sums, taken apart: most of a log density is a sum over observations, and a sum of products with constants, of squares
 * or of the logarithms of a regression costs much less than its terms one by one.
 */

import type { Graph } from './graph.ts'
import type { Node } from './node.ts'

/** The sum of the rows of `a` (more than one), where there is a cheaper way than adding them up. */
export function sumOf(graph: Graph, a: Node): Node | undefined {
  const [x, y] = a.args as [Node, Node]
  switch (a.op) {
    case 'neg':
      return graph.neg(graph.sum(x))
    case 'add':
      return graph.add(sumTo(graph, x, a.rows), sumTo(graph, y, a.rows))
    case 'sub':
      return graph.sub(sumTo(graph, x, a.rows), sumTo(graph, y, a.rows))
    case 'mul':
      return graph.dot(x, y)
    case 'square':
      return graph.dot(x, x)
    case 'copy':
      return sumTo(graph, x, a.rows)
    case 'zeros':
      return graph.number(0)
    case 'concat':
      return a.args.map((part) => graph.sum(part)).reduce((left, right) => graph.add(left, right))
    case 'matvec':
      return graph.dot(x, columnSums(graph, y, a.integers[0]!))
    case 'softplus':
      return softplusSum(graph, x)
    default:
      return undefined
  }
}

/** The sum over `rows` rows of a node that may have one for all of them. */
function sumTo(graph: Graph, a: Node, rows: number): Node {
  return a.rows === rows ? graph.sum(a) : graph.mul(a, graph.number(rows))
}

/** The sum of a_i b_i, where there is a cheaper way. A constant is `b`. */
export function productSum(graph: Graph, a: Node, b: Node): Node | undefined {
  const [x, y] = a.args as [Node, Node]
  if (a === b) return squareSum(graph, a)
  if (a.op === 'neg') return graph.neg(graph.dot(x, b))
  if (b.op === 'neg') return graph.neg(graph.dot(a, b.args[0]!))
  if (a.op === 'copy') return graph.mul(x, graph.sum(b))
  if (a.op === 'mul' && y.rows === 1) return graph.mul(graph.dot(x, b), y)
  if (a.op === 'mul' && x.rows === 1) return graph.mul(graph.dot(y, b), x)
  if (b.op === 'mul' || b.op === 'copy') {
    if (b.args.some((arg) => arg.rows === 1)) return productSum(graph, b, a)
  }
  if (b.numbers && a.op === 'mul' && y.numbers) return graph.dot(x, graph.mul(y, b))
  if (b.numbers && (a.op === 'add' || a.op === 'sub')) {
    const [left, right] = [graph.dot(x, b), graph.dot(y, b)]
    return a.op === 'add' ? graph.add(left, right) : graph.sub(left, right)
  }
  if (b.numbers && a.op === 'matvec') return graph.dot(x, transposedTimes(graph, y, a.integers[0]!, b))
  if (a.op === 'matvec' && x === b) return quadratic(graph, y, x)
  return b.op === 'matvec' && b.args[0] === a ? quadratic(graph, b.args[1]!, a) : undefined
}

function squareSum(graph: Graph, a: Node): Node | undefined {
  const [x, y] = a.args as [Node, Node]
  if (a.op === 'neg') return graph.dot(x, x)
  if (a.op === 'copy') return graph.mul(graph.square(x), graph.number(a.rows))
  if (a.op !== 'mul') return undefined
  if (y.rows === 1) return graph.mul(graph.dot(x, x), graph.square(y))
  return x.rows === 1 ? graph.mul(graph.dot(y, y), graph.square(x)) : undefined
}

/** x' A x for a square A that is a constant. */
function quadratic(graph: Graph, matrix: Node, x: Node): Node {
  const folded = graph.remember(`fold ${matrix.id}`, () => graph.constant(foldTriangle(matrix.numbers!, x.rows)))
  return graph.make('quadratic', [x, folded], 1, [x.rows])
}

/** The lower triangle of A + A', the diagonal not doubled. */
function foldTriangle(a: Float64Array, n: number): Float64Array {
  const folded = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) folded[i * n + j] = a[i * n + j]! + a[j * n + i]!
    folded[i * n + i] = a[i * n + i]!
  }
  return folded
}

/** The sum of log(1 + e^t), in one instruction where t = A x + b. */
function softplusSum(graph: Graph, t: Node): Node | undefined {
  const affine = affineForm(graph, t)
  if (affine === undefined) return undefined
  return graph.make('softplusSum', [affine.x, affine.matrix], 1, [affine.columns])
}

interface Affine {
  readonly matrix: Node
  readonly columns: number
  readonly x: Node
}

/**
 * The node as a constant matrix times a vector: constants and numbers added to a product become further columns, as long
 * as there are few.
 */
function affineForm(graph: Graph, t: Node, depth = 0): Affine | undefined {
  const [x, y] = t.args as [Node, Node]
  if (depth > MOST_COLUMNS_ADDED) return undefined
  const inside = (node: Node) => (node.rows === t.rows ? affineForm(graph, node, depth + 1) : undefined)
  if (t.op === 'matvec') return { matrix: y, columns: t.integers[0]!, x }
  if (t.op === 'neg') return scaled(graph, inside(x), graph.number(-1))
  if (t.op === 'mul' && y.numbers) return scaled(graph, inside(x), y)
  if (t.op === 'add') return widened(graph, inside(x), y, 1) ?? widened(graph, inside(y), x, 1)
  return t.op === 'sub' ? widened(graph, inside(x), y, -1) : undefined
}

const MOST_COLUMNS_ADDED = 8

function scaled(graph: Graph, affine: Affine | undefined, factors: Node): Affine | undefined {
  if (affine === undefined) return undefined
  const { matrix, columns } = affine
  const matrixTimes = graph.remember(`scale ${matrix.id} ${factors.id}`, () => {
    const row = (k: number) => (factors.rows === 1 ? 0 : Math.floor(k / columns))
    return graph.constant(matrix.numbers!.map((a, k) => a * factors.numbers![row(k)]!))
  })
  return { ...affine, matrix: matrixTimes }
}

/** A x + sign more, where `more` is one number, or constants. */
function widened(graph: Graph, affine: Affine | undefined, more: Node, sign: 1 | -1): Affine | undefined {
  if (affine === undefined || (more.rows > 1 && more.numbers === undefined)) return undefined
  const { matrix, columns } = affine
  const column = more.numbers ?? Float64Array.of(1)
  const key = `widen ${matrix.id} ${sign} ${more.numbers ? more.id : ''}`
  return {
    matrix: graph.remember(key, () => graph.constant(withColumn(matrix.numbers!, columns, column, sign))),
    columns: columns + 1,
    x: graph.concat([affine.x, more.numbers ? graph.number(1) : more]),
  }
}

function withColumn(a: Float64Array, columns: number, column: Float64Array, sign: number): Float64Array {
  const rows = a.length / columns
  const wider = new Float64Array(rows * (columns + 1))
  for (let i = 0; i < rows; i++) {
    wider.set(a.subarray(i * columns, (i + 1) * columns), i * (columns + 1))
    wider[i * (columns + 1) + columns] = sign * column[column.length === 1 ? 0 : i]!
  }
  return wider
}

function columnSums(graph: Graph, matrix: Node, columns: number): Node {
  return transposedTimes(graph, matrix, columns, graph.number(1))
}

/** A' b for constants; b may have one row that serves all. */
function transposedTimes(graph: Graph, matrix: Node, columns: number, b: Node): Node {
  return graph.remember(`times ${matrix.id} ${b.id}`, () => {
    const [sums, step] = [new Float64Array(columns), b.rows === 1 ? 0 : 1]
    matrix.numbers!.forEach((a, k) => {
      sums[k % columns] = sums[k % columns]! + a * b.numbers![Math.floor(k / columns) * step]!
    })
    return graph.constant(sums)
  })
}

/** A' of a constant. */
export function transposed(graph: Graph, matrix: Node, columns: number): Node {
  return graph.remember(`transpose ${matrix.id} ${columns}`, () => {
    const [a, rows] = [matrix.numbers!, matrix.rows / columns]
    return graph.constant(a.map((_, k) => a[(k % rows) * columns + Math.floor(k / rows)]!))
  })
}

/** A + A' of a constant square matrix, from its folded triangle. */
export function unfolded(graph: Graph, folded: Node, n: number): Node {
  return graph.remember(`unfold ${folded.id}`, () => {
    const a = folded.numbers!
    const at = (i: number, j: number) => (i === j ? 2 * a[i * n + i]! : a[Math.max(i, j) * n + Math.min(i, j)]!)
    return graph.constant(a.map((_, k) => at(Math.floor(k / n), k % n)))
  })
}
