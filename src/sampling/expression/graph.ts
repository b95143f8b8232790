/**
 * The graph's maker: equal nodes are made once, constants are folded, and what can be said more cheaply is.
 *
 * Rewriting may change a result in its last places, as x / c becomes x * (1 / c); it does so in the same way everywhere.
 */

import type { Node, NodeOp, Opcode } from './node.ts'
import { productSum, sumOf } from './sums.ts'

/** The numbers of an instruction whose arguments are constants. By a kernel, so that they have the same bits everywhere. */
export type Evaluate = (op: Opcode, args: readonly Node[], rows: number, integers: readonly number[]) => Float64Array

export class Graph {
  readonly #evaluate: Evaluate
  readonly #nodes = new Map<string, Node>()
  readonly #vectors = new Map<Float64Array, Node>()
  readonly #sums = new Map<string, Node | undefined>()
  #depth = 0
  #count = 0

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate
  }

  /** The node made before under this key, or what `make` gives: for what is derived from large constants. */
  remember(key: string, make: () => Node): Node {
    const before = this.#nodes.get(key)
    if (before !== undefined) return before
    const node = make()
    this.#nodes.set(key, node)
    return node
  }

  /** A node as it is, or the one like it made before; its numbers, if its arguments are constants. */
  make(op: NodeOp, args: readonly Node[], rows: number, integers: readonly number[] = []): Node {
    return this.remember(`${op} ${rows} ${args.map((arg) => arg.id).join(',')} ${integers.join(',')}`, () => {
      if (args.length === 0 || args.some((arg) => arg.numbers === undefined)) {
        return { id: this.#count++, op, args, rows, integers }
      }
      return this.constant(this.#evaluate(op as Opcode, args, rows, integers))
    })
  }

  input(dim: number): Node {
    return this.make('input', [], dim)
  }

  constant(numbers: Float64Array): Node {
    const make = (): Node => ({
      id: this.#count++,
      op: 'constant',
      args: [],
      rows: numbers.length,
      integers: [],
      numbers,
    })
    if (numbers.length <= SHORT) {
      const text = Array.from(numbers, (x) => (Object.is(x, -0) ? '-0' : String(x)))
      return this.remember(`constant ${text.join(',')}`, make)
    }
    const node = this.#vectors.get(numbers) ?? make()
    this.#vectors.set(numbers, node)
    return node
  }

  number(value: number): Node {
    return this.constant(Float64Array.of(value))
  }

  /** An operation row by row. */
  map(op: Opcode, ...args: readonly Node[]): Node {
    return this.make(op, args, Math.max(...args.map((arg) => arg.rows)))
  }

  neg(a: Node): Node {
    const [x, y] = a.args
    if (a.op === 'neg') return x!
    if (a.op === 'sub') return this.sub(y!, x!)
    if (a.op === 'mul' && y!.numbers) return this.mul(x!, this.neg(y!))
    return this.map('neg', a)
  }

  add(a: Node, b: Node): Node {
    if (a.numbers && !b.numbers) return this.add(b, a)
    if (isNumber(b, 0)) return a
    if (b.op === 'neg') return this.sub(a, b.args[0]!)
    if (a.op === 'neg') return this.sub(b, a.args[0]!)
    return this.map('add', a, b)
  }

  sub(a: Node, b: Node): Node {
    if (isNumber(b, 0)) return a
    if (isNumber(a, 0)) return this.neg(b)
    if (b.op === 'neg') return this.add(a, b.args[0]!)
    if (b.numbers && !a.numbers) return this.add(a, this.neg(b))
    return this.map('sub', a, b)
  }

  mul(a: Node, b: Node): Node {
    if (a.numbers && !b.numbers) return this.mul(b, a)
    if (isNumber(b, 1)) return a
    if (isNumber(b, -1)) return this.neg(a)
    if (isNumber(a, 1)) return b
    if (a === b) return this.square(a)
    if (a.op === 'neg') return this.neg(this.mul(a.args[0]!, b))
    if (b.op === 'neg') return this.neg(this.mul(a, b.args[0]!))
    const factor = a.op === 'mul' ? a.args[1]! : undefined
    if (b.numbers && factor?.numbers && (factor.rows === 1 || factor.rows === b.rows)) {
      return this.mul(a.args[0]!, this.mul(factor, b))
    }
    return this.map('mul', a, b)
  }

  /** Divisions by constants and by one number for many rows become multiplications. */
  div(a: Node, b: Node): Node {
    if (a.op === 'neg') return this.neg(this.div(a.args[0]!, b))
    if (b.numbers && !a.numbers) {
      const inverse = this.map('div', this.number(1), b)
      if (inverse.numbers!.every(isNormal)) return this.mul(a, inverse)
    }
    if (b.rows === 1 && a.rows > 1) return this.mul(a, this.div(this.number(1), b))
    return this.map('div', a, b)
  }

  square(a: Node): Node {
    return this.map('square', a.op === 'neg' || a.op === 'abs' ? a.args[0]! : a)
  }

  log(a: Node): Node {
    if (a.op === 'exp') return a.args[0]!
    if (a.op === 'sigmoid') return this.neg(this.map('softplus', this.neg(a.args[0]!)))
    return this.map('log', a)
  }

  log1p(a: Node): Node {
    return a.op === 'exp' ? this.map('softplus', a.args[0]!) : this.map('log1p', a)
  }

  /** x^y for a constant whole number y of at most 64, else e^(y log x). */
  pow(a: Node, b: Node): Node {
    const exponent = b.rows === 1 ? b.numbers?.[0] : undefined
    if (exponent === 0.5) return this.map('sqrt', a)
    if (exponent !== undefined && Number.isInteger(exponent) && Math.abs(exponent) <= MOST_POWER) {
      const power = this.#power(a, Math.abs(exponent))
      return exponent < 0 ? this.div(this.number(1), power) : power
    }
    return this.map('exp', this.mul(this.log(a), b))
  }

  #power(a: Node, exponent: number): Node {
    if (exponent === 0) return this.number(1)
    const half = exponent < 2 ? undefined : this.#power(a, exponent >> 1)
    if (half === undefined) return a
    return exponent % 2 === 0 ? this.square(half) : this.mul(this.square(half), a)
  }

  sum(a: Node): Node {
    if (a.rows === 1) return a
    return this.#apart(`sum ${a.id}`, () => (a.numbers ? undefined : sumOf(this, a))) ?? this.make('sum', [a], 1)
  }

  /** sum a_i b_i; either may have one row that serves all. */
  dot(a: Node, b: Node): Node {
    if (a.numbers && !b.numbers) return this.dot(b, a)
    if (a.rows === 1) return this.mul(a, this.sum(b))
    if (b.rows === 1) return this.mul(b, this.sum(a))
    const cheaper = () => (a.numbers ? undefined : productSum(this, a, b))
    return this.#apart(`dot ${a.id} ${b.id}`, cheaper) ?? this.make('dot', [a, b], 1)
  }

  /**
   * What a sum taken apart gives, once for each sum: terms may be shared, and then there are as many ways through them as
   * 2 to their number. Nor too deep, for the stack has an end.
   */
  #apart(key: string, take: () => Node | undefined): Node | undefined {
    if (this.#sums.has(key)) return this.#sums.get(key)
    if (this.#depth >= MOST_DEPTH) return undefined
    this.#depth++
    const node = take()
    this.#depth--
    this.#sums.set(key, node)
    return node
  }

  /** `matrix` is a constant [rows, columns]. */
  matvec(matrix: Node, columns: number, x: Node): Node {
    return this.make('matvec', [x, matrix], matrix.rows / columns, [columns])
  }

  view(a: Node, first: number, rows: number): Node {
    if (rows === a.rows) return a
    if (a.numbers) return this.remember(`view ${a.id} ${first} ${rows}`, () => this.#part(a, first, rows))
    if (a.op === 'view') return this.view(a.args[0]!, first + a.integers[0]!, rows)
    if (a.op === 'copy') return this.broadcast(a.args[0]!, rows)
    if (a.op === 'zeros') return this.zeros(rows)
    const inside = a.op === 'concat' ? partWith(a, first, rows) : undefined
    if (inside !== undefined) return this.view(inside.part, inside.first, rows)
    return this.make('view', [a], rows, [first])
  }

  #part(a: Node, first: number, rows: number): Node {
    return this.constant(a.numbers!.slice(first, first + rows))
  }

  concat(parts: readonly Node[]): Node {
    const joined = this.#joined(parts)
    if (joined.length === 1) return joined[0]!
    const rows = joined.reduce((sum, part) => sum + part.rows, 0)
    return this.make('concat', joined, rows)
  }

  /** Constants side by side become one, and so do views of one node. */
  #joined(parts: readonly Node[]): Node[] {
    const joined: Node[] = []
    for (const part of parts) {
      const last = joined.at(-1)
      const both = last === undefined ? undefined : this.#join(last, part)
      if (both !== undefined) joined.pop()
      joined.push(both ?? part)
    }
    return joined
  }

  #join(a: Node, b: Node): Node | undefined {
    if (a.numbers && b.numbers) {
      const both = new Float64Array(a.rows + b.rows)
      both.set(a.numbers)
      both.set(b.numbers, a.rows)
      return this.constant(both)
    }
    const [viewed, first] = a.op === 'view' ? [a.args[0]!, a.integers[0]!] : [undefined, 0]
    if (viewed === undefined || b.op !== 'view' || b.args[0] !== viewed) return undefined
    return b.integers[0] === first + a.rows ? this.view(viewed, first, a.rows + b.rows) : undefined
  }

  gather(a: Node, indices: readonly number[]): Node {
    const [first] = indices as [number]
    if (indices.every((index, i) => index === first + i)) return this.view(a, first, indices.length)
    if (a.numbers) return this.constant(Float64Array.from(indices, (index) => a.numbers![index]!))
    return this.make('gather', [a], indices.length, indices)
  }

  /** Rows of zeros, to fill up a concatenation. They take no memory, however many there are. */
  zeros(rows: number): Node {
    return this.make('zeros', [], rows)
  }

  /** One row as many. */
  broadcast(a: Node, rows: number): Node {
    if (a.rows === rows) return a
    return a.numbers ? this.constant(new Float64Array(rows).fill(a.numbers[0]!)) : this.make('copy', [a], rows)
  }
}

const MOST_POWER = 64
/** Sums within sums that are taken apart. */
const MOST_DEPTH = 200
/** Constants up to this length are known by what they hold, longer ones by who they are. */
const SHORT = 16
const SMALLEST_NORMAL = 2 ** -1022

export function isNumber(node: Node, value: number): boolean {
  return node.rows === 1 && node.numbers?.[0] === value
}

function isNormal(x: number): boolean {
  return Number.isFinite(x) && Math.abs(x) >= SMALLEST_NORMAL
}

/** The part of a concatenation that holds these rows, if one does. */
function partWith(concat: Node, first: number, rows: number): { part: Node; first: number } | undefined {
  let start = 0
  for (const part of concat.args) {
    if (first >= start && first + rows <= start + part.rows) return { part, first: first - start }
    start += part.rows
  }
  return undefined
}
