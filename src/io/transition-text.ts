/**
 * Text files of transition matrices:
 *
 *     csv       a square of numbers, one row of the matrix a line, separated by commas, semicolons, tabs or spaces; the
 *               first line may have the states' names, and lines may begin with them
 *     triplets  lines `i j p`: from state i to state j with probability p, states from 0
 *
 * Empty lines, and what follows `#`, are left out.
 */

import { FormatError, show } from '../errors.ts'

export type TransitionFormat = 'csv' | 'triplets'

/** A matrix as its file has it; rows need not sum to 1 yet. */
export type TransitionText =
  | { readonly rows: readonly (readonly number[])[]; readonly names?: readonly string[] }
  | { readonly triplets: readonly (readonly [number, number, number])[] }

const MOST_STATES = 4096
const MOST_LINES = 2 ** 24
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

interface Line {
  readonly number: number
  readonly cells: readonly string[]
}

/**
 * Reads a transition matrix. Where no format is given, three cells a line without commas are triplets, unless there are
 * three such lines (which is then a square).
 *
 * @throws FormatError that names the line
 */
export function parseTransitions(text: string, format?: TransitionFormat): TransitionText {
  const lines = linesOf(text)
  if (lines.length === 0) throw new FormatError('expected a transition matrix; got an empty file')
  if ((format ?? guess(text, lines)) === 'triplets') return { triplets: lines.map(readTriplet) }
  return readSquare(lines)
}

function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let number = 0
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (++number > MOST_LINES) throw new FormatError(`expected at most ${MOST_LINES} lines; got more`)
    const line = raw.replace(/#.*/, '')
    if (line.trim() !== '') lines.push({ number, cells: cellsOf(line) })
  }
  return lines
}

function cellsOf(line: string): string[] {
  const separated = /[,;\t]/.test(line)
  const cells = separated ? line.split(/[,;\t]/) : line.trim().split(/\s+/)
  return cells.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function guess(text: string, lines: readonly Line[]): TransitionFormat {
  const threes = lines.every(({ cells }) => cells.length === 3)
  return threes && lines.length !== 3 && !/[,;]/.test(text) ? 'triplets' : 'csv'
}

function bad({ number, cells }: Line, wanted: string, cell?: string): never {
  throw new FormatError(`expected ${wanted} in line ${number}; got ${show(cell ?? cells.join(' ').slice(0, 60))}`)
}

function readNumber(line: Line, cell: string): number {
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : bad(line, 'a finite number', cell)
}

function readTriplet(line: Line): [number, number, number] {
  const { cells } = line
  if (cells.length !== 3) bad(line, '`i j p`')
  const state = (cell: string) =>
    /^\d{1,9}$/.test(cell) && Number(cell) < MOST_STATES
      ? Number(cell)
      : bad(line, `states from 0 to ${MOST_STATES - 1}`, cell)
  return [state(cells[0]!), state(cells[1]!), readNumber(line, cells[2]!)]
}

function readSquare(lines: readonly Line[]): TransitionText {
  const named = lines[0]!.cells.every((cell) => !NUMBER.test(cell))
  const body = named ? lines.slice(1) : lines
  const states = body.length
  if (states === 0) throw new FormatError('expected rows of numbers after the names; got none')
  if (states > MOST_STATES) throw new FormatError(`expected at most ${MOST_STATES} states; got ${states}`)
  const rows = body.map((line) => {
    const labelled = line.cells.length === states + 1 && !NUMBER.test(line.cells[0]!)
    const cells = labelled ? line.cells.slice(1) : line.cells
    if (cells.length !== states) bad(line, `${states} numbers, as there are ${states} rows,`, String(cells.length))
    return cells.map((cell) => readNumber(line, cell))
  })
  if (!named) return { rows }
  const names = lines[0]!.cells.slice(lines[0]!.cells.length === states + 1 ? 1 : 0)
  if (names.length !== states) bad(lines[0]!, `${states} names, as there are ${states} rows,`, String(names.length))
  return { rows, names }
}
