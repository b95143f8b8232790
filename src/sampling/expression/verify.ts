/** Whether a tape stays within its rows, numbers and integers: the kernel, which believes it, runs none that was not asked. */

import { type Opcode, opcodes } from './node.ts'
import { operandKinds, PACKED_ROWS } from './tape.ts'

const HEADER = 3
const OUTPUT = 3
const INSTRUCTION = 12

/** What a tape may use. */
export interface TapeBounds {
  /** Coordinates of a point. */
  readonly dim: number
  /** Length of the array of constants. */
  readonly numbers: number
}

/** The rows of all outputs together, or undefined if the tape reads or writes where it may not. */
export function verifyTape(words: Int32Array, { dim, numbers }: TapeBounds): number | undefined {
  const [workRows = -1, instructions = -1, outputs = -1] = words
  if (workRows < 0 || instructions < 0 || outputs < 1) return undefined
  const firstInstruction = HEADER + outputs * OUTPUT
  const firstInteger = firstInstruction + instructions * INSTRUCTION
  if (firstInteger > words.length) return undefined
  const sizes = [workRows, workRows, dim, dim, numbers, numbers] as const
  const check = new TapeCheck(sizes, words.subarray(firstInteger))
  for (let at = firstInstruction; at < firstInteger; at += INSTRUCTION) {
    if (!check.instruction(words.subarray(at, at + INSTRUCTION))) return undefined
  }
  let rows = 0
  for (let at = HEADER; at < firstInstruction; at += OUTPUT) {
    if (!check.operand(words[at]!, words[at + 1]!, words[at + 2]!)) return undefined
    rows += words[at + 2]!
  }
  return rows
}

const names = new Map<number, Opcode>((Object.keys(opcodes) as Opcode[]).map((op) => [opcodes[op], op]))

class TapeCheck {
  readonly #sizes: readonly [number, number, number, number, number, number]
  readonly #integers: Int32Array

  constructor(sizes: readonly [number, number, number, number, number, number], integers: Int32Array) {
    this.#sizes = sizes
    this.#integers = integers
  }

  /** `count` rows from `row` on are there. */
  operand(kind: number, row: number, count: number): boolean {
    const size = this.#sizes[kind]
    if (size === undefined || row < 0 || count < 1) return false
    return row + (kind % 2 === 1 ? 1 : count) <= size
  }

  instruction(words: Int32Array): boolean {
    const [code, rows, to, kindA, rowA, kindB, rowB, kindC, rowC, p, q, r] = words as unknown as Words
    const op = names.get(code)
    // Kinds that an instruction has no use for are looked up nevertheless.
    if (op === undefined || rows < 1 || ![kindA, kindB, kindC].every((kind) => kind in this.#sizes)) return false
    const reads = (count: number) => kindA < operandKinds.number && this.operand(kindA, rowA, count)
    const second = () => this.operand(kindB, rowB, rows)
    const writes = (count: number, ...read: readonly (readonly [kind: number, row: number, count: number])[]) =>
      this.operand(operandKinds.work, to, count) && read.every(([kind, row, n]) => apart(to, count, kind, row, n))
    const a = [kindA, rowA, rows] as const
    const matrix = (height: number, columns: number) =>
      columns > 0 && p >= 0 && p + height * columns <= this.#sizes[operandKinds.number]
    const packed = (height: number) => matrix(Math.ceil(height / PACKED_ROWS) * PACKED_ROWS, q)
    switch (op) {
      case 'copy':
        return this.operand(...a) && this.#inPlace(to, rows, [a])
      case 'sub':
      case 'div':
        return (
          (kindA < operandKinds.number || kindB < operandKinds.number) &&
          this.operand(...a) &&
          second() &&
          this.#inPlace(to, rows, [a, [kindB, rowB, rows]])
        )
      case 'add':
      case 'mul':
      case 'squaredDifference':
        return reads(rows) && second() && this.#inPlace(to, rows, [a, [kindB, rowB, rows]])
      case 'mulAdd':
      case 'within':
        return (
          reads(rows) &&
          second() &&
          this.operand(kindC, rowC, rows) &&
          this.#inPlace(to, rows, [a, [kindB, rowB, rows], [kindC, rowC, rows]])
        )
      case 'sum':
      case 'logSumExp':
        return reads(rows) && writes(1, a)
      case 'dot':
        return reads(rows) && second() && writes(1, a, [kindB, rowB, rows])
      case 'cumulativeSum':
      case 'suffixSum':
        return reads(rows) && writes(rows, a)
      case 'gather':
        return this.#indices(p, rows, (index) => reads(index + 1)) && writes(rows, a)
      case 'scatter':
        return q >= 1 && reads(q) && this.#indices(p, q, (index) => index < rows) && writes(rows, [kindA, rowA, q])
      case 'matvec':
        return packed(rows) && reads(q) && writes(rows, [kindA, rowA, q])
      case 'quadratic':
        return rows === 1 && packed(q) && reads(q) && writes(1, [kindA, rowA, q])
      case 'solveLower':
      case 'solveUpper':
        return matrix(rows, rows) && reads(rows) && writes(rows, a)
      case 'softplusSum':
        return rows === 1 && r >= 1 && packed(r) && reads(q) && writes(1, [kindA, rowA, q])
      case 'softplusGradient':
        return rows === 1 + q && r >= 1 && packed(r) && reads(q) && writes(rows, [kindA, rowA, q])
      default:
        return reads(rows) && this.#inPlace(to, rows, [a])
    }
  }

  /** The result may lie exactly on an argument of as many rows, or apart from it. */
  #inPlace(to: number, rows: number, read: readonly (readonly [kind: number, row: number, count: number])[]): boolean {
    if (!this.operand(operandKinds.work, to, rows)) return false
    return read.every(
      ([kind, row, count]) => (kind === operandKinds.work && row === to) || apart(to, rows, kind, row, count),
    )
  }

  #indices(first: number, count: number, allowed: (index: number) => boolean): boolean {
    if (first < 0 || first + count > this.#integers.length) return false
    return this.#integers.subarray(first, first + count).every((index) => index >= 0 && allowed(index))
  }
}

type Words = readonly [number, number, number, number, number, number, number, number, number, number, number, number]

/** Rows that are written share none with rows that are read. */
function apart(to: number, rows: number, kind: number, row: number, count: number): boolean {
  if (kind > operandKinds.workOne) return true
  return row + (kind === operandKinds.workOne ? 1 : count) <= to || to + rows <= row
}
