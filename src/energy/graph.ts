/** Sparse couplings: edge lists and compressed rows, checked, and coloured for scans that visit many units at once. */

import { ArgumentError, expected, show } from '../errors.ts'
import { LARGEST_PARAMETER } from './limits.ts'

/** Few couplings among many units: each pair once, or compressed rows of the whole symmetric matrix. */
export type GraphLike =
  | { readonly edges: readonly (readonly [number, number, number] | readonly [number, number])[] }
  | {
      readonly csr: {
        /** [N + 1]: row i has entries offsets[i] ... offsets[i + 1] - 1. */
        readonly offsets: ArrayLike<number>
        /** Of each entry, in rising order within a row. */
        readonly columns: ArrayLike<number>
        readonly weights: ArrayLike<number>
      }
    }

/** A symmetric matrix in compressed rows, both halves, columns rising. */
export class Graph {
  readonly units: number
  /** [N + 1] */
  readonly offsets: Uint32Array
  readonly columns: Uint32Array
  readonly weights: Float32Array
  readonly colours: number
  /** [N]: the units colour by colour, those of a colour by number. */
  readonly order: Uint32Array

  constructor(offsets: Uint32Array, columns: Uint32Array, weights: Float32Array) {
    this.units = offsets.length - 1
    this.offsets = offsets
    this.columns = columns
    this.weights = weights
    const colour = colouring(offsets, columns)
    this.colours = colour.reduce((most, c) => Math.max(most, c + 1), 0)
    this.order = sortedBy(colour, this.colours)
  }

  get edges(): number {
    return this.columns.length / 2
  }

  /** Each pair once, the smaller number first. */
  edgeList(): { ends: Uint32Array; weights: Float32Array } {
    const [ends, weights] = [new Uint32Array(2 * this.edges), new Float32Array(this.edges)]
    let at = 0
    for (let i = 0; i < this.units; i++) {
      for (let k = this.offsets[i]!; k < this.offsets[i + 1]!; k++) {
        if (this.columns[k]! < i) continue
        ends.set([i, this.columns[k]!], 2 * at)
        weights[at++] = this.weights[k]!
      }
    }
    return { ends, weights }
  }
}

export function isGraphLike(value: unknown): value is GraphLike {
  return typeof value === 'object' && value !== null && ('edges' in value || 'csr' in value)
}

/**
 * Checks and converts couplings.
 *
 * @throws ArgumentError on self-loops, pairs given twice, matrices that are not symmetric, numbers out of range
 */
export function toGraph(name: string, given: GraphLike, units: number): Graph {
  return 'edges' in given ? fromTriples(`${name}.edges`, given.edges, units) : fromRows(`${name}.csr`, given.csr, units)
}

function fromTriples(name: string, edges: readonly (readonly number[])[], units: number): Graph {
  if (!Array.isArray(edges)) throw new ArgumentError(expected(name, 'to be an array of [i, j, weight]', show(edges)))
  const [ends, weights] = [new Uint32Array(2 * edges.length), new Float32Array(edges.length)]
  edges.forEach((edge, e) => {
    if (!Array.isArray(edge) || edge.length < 2 || edge.length > 3) {
      throw new ArgumentError(expected(`${name}[${e}]`, 'to be [i, j, weight]', show(edge)))
    }
    ends[2 * e] = unitNumber(`${name}[${e}]`, edge[0], units)
    ends[2 * e + 1] = unitNumber(`${name}[${e}]`, edge[1], units)
    weights[e] = weight(`${name}[${e}]`, edge[2] ?? 1)
  })
  return graphFromEdges(name, units, ends, weights)
}

function unitNumber(name: string, value: unknown, units: number): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < units) return value as number
  throw new ArgumentError(expected(name, `to name units from 0 to ${units - 1}`, show(value)))
}

function weight(name: string, value: unknown): number {
  if (typeof value === 'number' && Math.abs(value) <= LARGEST_PARAMETER) return value
  throw new ArgumentError(expected(name, `to have a finite weight up to ${LARGEST_PARAMETER}`, show(value)))
}

/** The graph of `ends` [E, 2] and `weights` [E], each pair once. */
export function graphFromEdges(name: string, units: number, ends: Uint32Array, weights: Float32Array): Graph {
  const offsets = new Uint32Array(units + 1)
  for (let e = 0; e < weights.length; e++) {
    const [i, j] = [ends[2 * e]!, ends[2 * e + 1]!]
    if (i === j) throw new ArgumentError(expected(`${name}[${e}]`, 'to couple two different units', `unit ${i} twice`))
    unitNumber(`${name}[${e}]`, Math.max(i, j), units)
    weight(`${name}[${e}]`, weights[e])
    offsets[i + 1]!++
    offsets[j + 1]!++
  }
  for (let i = 0; i < units; i++) offsets[i + 1]! += offsets[i]!
  const [columns, values, next] = [
    new Uint32Array(2 * weights.length),
    new Float32Array(2 * weights.length),
    offsets.slice(),
  ]
  const put = (i: number, j: number, w: number) => {
    const k = next[i]!++
    columns[k] = j
    values[k] = w
  }
  for (let e = 0; e < weights.length; e++) {
    put(ends[2 * e]!, ends[2 * e + 1]!, weights[e]!)
    put(ends[2 * e + 1]!, ends[2 * e]!, weights[e]!)
  }
  sortRows(offsets, columns, values)
  checkOnce(name, offsets, columns)
  return new Graph(offsets, columns, values)
}

function sortRows(offsets: Uint32Array, columns: Uint32Array, values: Float32Array): void {
  for (let i = 0; i + 1 < offsets.length; i++) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    const order = Array.from({ length: to - from }, (_, k) => from + k).sort((a, b) => columns[a]! - columns[b]!)
    const [sortedColumns, sortedValues] = [order.map((k) => columns[k]!), order.map((k) => values[k]!)]
    columns.set(sortedColumns, from)
    values.set(sortedValues, from)
  }
}

function checkOnce(name: string, offsets: Uint32Array, columns: Uint32Array): void {
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let k = offsets[i]! + 1; k < offsets[i + 1]!; k++) {
      if (columns[k] !== columns[k - 1]) continue
      throw new ArgumentError(expected(name, 'to have each pair once', `units ${i} and ${columns[k]} twice`))
    }
  }
}

type Rows = Extract<GraphLike, { csr: unknown }>['csr']

function fromRows(name: string, { offsets, columns, weights }: Rows, units: number): Graph {
  if (offsets?.length !== units + 1) {
    throw new ArgumentError(expected(`${name}.offsets`, `to have ${units + 1} values`, offsets?.length))
  }
  if (columns?.length !== weights?.length) {
    throw new ArgumentError(expected(`${name}.weights`, `to have ${columns?.length} values`, weights?.length))
  }
  for (let i = 0; i < units; i++) {
    if (Number.isInteger(offsets[i]) && offsets[i + 1]! >= offsets[i]!) continue
    throw new ArgumentError(
      expected(`${name}.offsets`, 'to be whole numbers that do not fall', `${show(offsets[i])} at index ${i}`),
    )
  }
  if (offsets[0] !== 0 || offsets[units] !== columns.length) {
    throw new ArgumentError(
      expected(`${name}.offsets`, `to go from 0 to ${columns.length}`, `${offsets[0]} to ${offsets[units]}`),
    )
  }
  const graph = new Graph(
    Uint32Array.from(offsets),
    Uint32Array.from(columns, (j, k) => unitNumber(`${name}.columns[${k}]`, j, units)),
    Float32Array.from(weights, (w, k) => weight(`${name}.weights[${k}]`, w)),
  )
  checkRows(name, graph)
  return graph
}

/** Rising columns, no diagonal, and every entry has its mirror image. */
function checkRows(name: string, { units, offsets, columns, weights }: Graph): void {
  const next = offsets.slice()
  for (let i = 0; i < units; i++) {
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) {
      const j = columns[k]!
      if (j === i) throw new ArgumentError(expected(name, 'to have a zero diagonal', `an entry at (${i}, ${i})`))
      if (k > offsets[i]! && j <= columns[k - 1]!) {
        throw new ArgumentError(
          expected(`${name}.columns`, 'to rise within a row', `${j} after ${columns[k - 1]} in row ${i}`),
        )
      }
      // Rows are read in order, so the mirror images of a row are asked for in order too.
      const mirror = next[j]!++
      if (mirror < offsets[j + 1]! && columns[mirror] === i && weights[mirror] === weights[k]) continue
      throw new ArgumentError(
        expected(name, 'to be symmetric', `${weights[k]} at (${i}, ${j}) and another at (${j}, ${i})`),
      )
    }
  }
}

/** Greedy colouring, units of most neighbours first [Welsh and Powell 1967]: neighbours get different colours. */
function colouring(offsets: Uint32Array, columns: Uint32Array): Int32Array {
  const units = offsets.length - 1
  const degree = (i: number) => offsets[i + 1]! - offsets[i]!
  const order = Array.from({ length: units }, (_, i) => i).sort((a, b) => degree(b) - degree(a) || a - b)
  const colour = new Int32Array(units).fill(-1)
  const takenBy = new Int32Array(units + 1).fill(-1)
  for (const i of order) {
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) {
      const other = colour[columns[k]!]!
      if (other >= 0) takenBy[other] = i
    }
    let free = 0
    while (takenBy[free] === i) free++
    colour[i] = free
  }
  return colour
}

function sortedBy(colour: Int32Array, colours: number): Uint32Array {
  const start = new Uint32Array(colours + 1)
  for (const c of colour) start[c + 1]!++
  for (let c = 0; c < colours; c++) start[c + 1]! += start[c]!
  const order = new Uint32Array(colour.length)
  colour.forEach((c, i) => {
    order[start[c]!++] = i
  })
  return order
}
