/** From a graph to a tape (native/kernels/expression_tape.h): an order, rows to keep values in, and words. */

import { type Node, type NodeOp, type Opcode, opcodes, reachable, rowByRow } from './node.ts'
import { RowAllocator } from './row-allocator.ts'

/** What an operand is, in the words of a tape; odd kinds are one row that serves all. */
export const operandKinds = { work: 0, workOne: 1, input: 2, inputOne: 3, number: 4, numberOne: 5 } as const

/** Where a node's rows are. */
interface Place {
  readonly kind: 0 | 2 | 4
  readonly row: number
}

/** Constants of one or more tapes. */
export class NumberPool {
  readonly #offsets = new Map<Float64Array, number>()
  readonly #packed = new Map<Float64Array, Float64Array>()
  #length = 0

  offset(numbers: Float64Array): number {
    const known = this.#offsets.get(numbers)
    if (known !== undefined) return known
    const offset = this.#length
    this.#offsets.set(numbers, offset)
    this.#length += numbers.length
    return offset
  }

  /** The same of a matrix, as core/column_product.h wants it: by four rows, column after column. */
  packedOffset(matrix: Float64Array, columns: number): number {
    const packed = this.#packed.get(matrix) ?? packRows(matrix, columns)
    this.#packed.set(matrix, packed)
    return this.offset(packed)
  }

  get length(): number {
    return this.#length
  }

  write(to: Float64Array): void {
    for (const [numbers, offset] of this.#offsets) to.set(numbers, offset)
  }
}

/** Rows that are packed together. */
export const PACKED_ROWS = 4

function packRows(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns
  const packed = new Float64Array(Math.ceil(rows / PACKED_ROWS) * PACKED_ROWS * columns)
  for (let i = 0; i < rows; i++) {
    const first = (i - (i % PACKED_ROWS)) * columns + (i % PACKED_ROWS)
    for (let k = 0; k < columns; k++) packed[first + k * PACKED_ROWS] = matrix[i * columns + k]!
  }
  return packed
}

/** The words of a tape whose outputs are these nodes, one after the other. */
export function emitTape(outputs: readonly Node[], pool: NumberPool): Int32Array {
  return new Emitter(outputs, pool).words()
}

class Emitter {
  readonly #outputs: readonly Node[]
  readonly #pool: NumberPool
  readonly #rows = new RowAllocator()
  readonly #places = new Map<Node, Place>()
  /** The number of the last instruction that reads the rows of a node. */
  readonly #lastUse = new Map<Node, number>()
  readonly #instructions: number[] = []
  readonly #integers: number[] = []
  #count = 0

  constructor(outputs: readonly Node[], pool: NumberPool) {
    this.#outputs = outputs
    this.#pool = pool
    const made = reachable(outputs).filter(({ op }) => !withoutRows.has(op))
    for (const [time, node] of made.entries()) {
      for (const arg of node.args) this.#lastUse.set(owner(arg), time)
    }
    for (const node of outputs) this.#lastUse.set(owner(node), Number.POSITIVE_INFINITY)
    for (const [time, node] of made.entries()) this.#emit(node, time)
  }

  words(): Int32Array {
    const outputs = this.#outputs.flatMap((node) => [...this.#operand(node, false), node.rows])
    const header = [this.#rows.most, this.#count, this.#outputs.length]
    return Int32Array.from([...header, ...outputs, ...this.#instructions, ...this.#integers])
  }

  #emit(node: Node, time: number): void {
    const dying = [...new Set(node.args.map(owner))].filter((arg) => this.#lastUse.get(arg) === time)
    const reused = dying.find((arg) => canTakeOver(node, arg))
    const row = reused === undefined ? this.#rows.take(node.rows) : this.#places.get(reused)!.row
    this.#places.set(node, { kind: operandKinds.work, row })
    if (node.op === 'concat') this.#emitConcat(node, row)
    else this.#emitInstruction(node, row)
    for (const arg of dying) if (arg !== reused) this.#release(arg)
  }

  #release(node: Node): void {
    const place = this.#places.get(node)
    if (place !== undefined) this.#rows.give(place.row, node.rows)
  }

  #emitConcat(node: Node, row: number): void {
    let to = row
    for (const part of node.args) {
      this.#write('copy', part.rows, to, [part.op === 'zeros' ? this.#zero() : this.#operand(part, false)])
      to += part.rows
    }
  }

  #zero(): readonly [kind: number, row: number] {
    return [operandKinds.numberOne, this.#pool.offset(ZERO)]
  }

  #emitInstruction(node: Node, row: number): void {
    const op = node.op as Opcode
    const spread = rowByRow.has(op)
    const [matrix] = node.args.slice(1)
    const withMatrix = opcodes[op] >= opcodes.matvec
    const values = withMatrix ? node.args.slice(0, 1) : node.args
    const rows = sumsUp.has(op) ? node.args[0]!.rows : node.rows
    const temporary = needsRows(node) ? this.#rows.take(node.args[0]!.rows) : undefined
    const operands = values.map((arg) => this.#operand(arg, spread && arg.rows < rows))
    if (temporary !== undefined) {
      this.#write('copy', node.args[0]!.rows, temporary, [this.#operand(node.args[0]!, false)])
      const one = spread && node.args[0]!.rows < rows
      operands[0] = [one ? operandKinds.workOne : operandKinds.work, temporary]
    }
    this.#write(op, rows, row, operands, withMatrix ? this.#matrixWords(node, matrix!) : this.#indexWords(node))
    if (temporary !== undefined) this.#rows.give(temporary, node.args[0]!.rows)
  }

  #matrixWords(node: Node, matrix: Node): number[] {
    const [numbers, columns] = [matrix.numbers!, node.integers[0]!]
    const solves = node.op === 'solveLower' || node.op === 'solveUpper'
    const offset = solves ? this.#pool.offset(numbers) : this.#pool.packedOffset(numbers, columns)
    return [offset, columns, matrix.rows / columns]
  }

  #indexWords({ integers }: Node): number[] {
    const first = this.#integers.length
    for (const index of integers) this.#integers.push(index)
    return [integers.length > 0 ? first : 0, integers.length, 0]
  }

  #write(op: Opcode, rows: number, to: number, operands: readonly (readonly number[])[], numbers = [0, 0, 0]): void {
    const [a = unused, b = unused, c = unused] = operands
    this.#instructions.push(opcodes[op], rows, to, ...a, ...b, ...c, ...numbers)
    this.#count++
  }

  #operand(node: Node, one: boolean): readonly [kind: number, row: number] {
    const { kind, row } = this.#place(node)
    return [kind + (one ? 1 : 0), row]
  }

  #place(node: Node): Place {
    if (node.op === 'constant') return { kind: operandKinds.number, row: this.#pool.offset(node.numbers!) }
    if (node.op === 'input') return { kind: operandKinds.input, row: 0 }
    if (node.op !== 'view') return this.#places.get(node)!
    const { kind, row } = this.#place(node.args[0]!)
    return { kind, row: row + node.integers[0]! }
  }
}

/** Nodes that no instruction makes. */
const withoutRows: ReadonlySet<NodeOp> = new Set<NodeOp>(['input', 'constant', 'view', 'zeros'])
const ZERO = new Float64Array(1)
const unused = [operandKinds.work, 0] as const
const sumsUp = new Set<Opcode>(['sum', 'dot', 'logSumExp'])

/** The node in whose rows a view looks. */
function owner(node: Node): Node {
  return node.op === 'view' ? owner(node.args[0]!) : node
}

/** Whether a node that goes row by row may write over this argument, which nothing needs any more. */
function canTakeOver(node: Node, arg: Node): boolean {
  const kept = arg.op === 'input' || arg.op === 'constant'
  return (
    rowByRow.has(node.op) &&
    !kept &&
    arg.rows === node.rows &&
    node.args.every((other) => owner(other) !== arg || other === arg)
  )
}

/** Whether the first argument is a constant where an instruction reads rows. */
function needsRows({ op, args: [a, b] }: Node): boolean {
  if (a!.numbers === undefined || op === 'copy') return false
  return !((op === 'sub' || op === 'div') && b!.numbers === undefined)
}
