/**
 * Text files of optimisation problems over binary variables, one number triple a line:
 *
 *     maxcut  the G-set's and rudy's: `n m`, then m lines `i j [w]`, units from 1, w = 1 where it is left out
 *     qubo    qbsolv's: `p qubo 0 n diagonals pairs`, then lines `i i q` and `i j q`, units from 0; minimise sum q x x
 *     ising   lines `i j J`, and `i i h` for biases, units from 0; minimise E = - sum J s s - sum h s
 *
 * Empty lines, and what follows `#` (in qubo also lines that begin with `c`), are left out.
 */

import { FormatError, show } from '../errors.ts'

export type ProblemFormat = 'maxcut' | 'qubo' | 'ising'

/** A problem as its file has it. */
export interface ProblemText {
  readonly units: number
  /** [E, 2], each pair once. */
  readonly ends: Uint32Array
  /** [E] */
  readonly weights: Float32Array
  /** [N]: numbers of single units. */
  readonly linear: Float32Array
}

const MOST_UNITS = 2 ** 24
const MOST_LINES = 2 ** 26
const LARGEST = 1e15

interface Line {
  readonly number: number
  readonly words: readonly string[]
}

/**
 * Reads a problem.
 *
 * @throws FormatError that names the line
 */
export function parseProblem(text: string, format: ProblemFormat): ProblemText {
  const lines = linesOf(text, format)
  const header = format === 'ising' ? undefined : lines.shift()
  const [units, expected] = header === undefined ? [0, undefined] : readHeader(header, format as 'maxcut' | 'qubo')
  if (format !== 'ising' && header === undefined) throw new FormatError(`expected a ${format} file; got an empty one`)
  const base = format === 'maxcut' ? 1 : 0
  const triples = lines.map((line) => readTriple(line, format, base, units || MOST_UNITS))
  if (expected !== undefined && triples.length !== expected) {
    throw new FormatError(`expected ${expected} lines after the first, as it says; got ${triples.length}`)
  }
  return collect(format, units || largest(triples) + 1, triples, lines)
}

/** The format that a text looks like: by its first line, else by the ending of its name. */
export function guessFormat(text: string, name: string): ProblemFormat {
  const first = /^(?!\s*(#|c\s|$)).*$/m.exec(text)?.[0] ?? ''
  if (/^\s*p\s+qubo\b/.test(first) || name.endsWith('.qubo')) return 'qubo'
  return first.trim().split(/\s+/).length === 2 ? 'maxcut' : 'ising'
}

function linesOf(text: string, format: ProblemFormat): Line[] {
  const lines: Line[] = []
  let number = 0
  for (const raw of text.split('\n')) {
    if (++number > MOST_LINES) throw new FormatError(`expected at most ${MOST_LINES} lines; got more`)
    const line = raw.replace(/#.*/, '').trim()
    if (line === '' || (format === 'qubo' && /^c(\s|$)/.test(line))) continue
    lines.push({ number, words: line.split(/\s+/) })
  }
  return lines
}

function bad({ number, words }: Line, wanted: string): never {
  throw new FormatError(`expected ${wanted} in line ${number}; got ${show(words.join(' ').slice(0, 60))}`)
}

/** Units, and the number of lines to come. */
function readHeader(line: Line, format: 'maxcut' | 'qubo'): [number, number] {
  const { words } = line
  if (format === 'maxcut') {
    if (words.length !== 2) bad(line, '`units edges`')
    return [count(line, words[0]!, 1), count(line, words[1]!, 0)]
  }
  if (words.length !== 6 || words[0] !== 'p' || words[1] !== 'qubo') bad(line, '`p qubo 0 units diagonals pairs`')
  return [count(line, words[3]!, 1), count(line, words[4]!, 0) + count(line, words[5]!, 0)]
}

function count(line: Line, word: string, least: number): number {
  const value = /^\d{1,9}$/.test(word) ? Number(word) : -1
  if (value >= least && value <= MOST_LINES) return value
  return bad(line, `a whole number of at least ${least}`)
}

function readTriple(line: Line, format: ProblemFormat, base: number, units: number): [number, number, number] {
  const { words } = line
  const short = format === 'maxcut' && words.length === 2
  if (words.length !== 3 && !short) bad(line, format === 'maxcut' ? '`i j` or `i j weight`' : '`i j number`')
  const unit = (word: string) => {
    const value = /^\d{1,9}$/.test(word) ? Number(word) - base : -1
    return value >= 0 && value < units ? value : bad(line, `units from ${base} to ${units - 1 + base}`)
  }
  const number = short ? 1 : Number(words[2])
  if (words[2] === '' || !(Math.abs(number) <= LARGEST)) bad(line, `a finite number up to ${LARGEST}`)
  return [unit(words[0]!), unit(words[1]!), number]
}

function largest(triples: readonly (readonly [number, number, number])[]): number {
  return triples.reduce((most, [i, j]) => Math.max(most, i, j), 0)
}

function collect(
  format: ProblemFormat,
  units: number,
  triples: readonly (readonly [number, number, number])[],
  lines: readonly Line[],
): ProblemText {
  const pairs = triples.filter(([i, j]) => i !== j)
  const [ends, weights, linear] = [
    new Uint32Array(2 * pairs.length),
    new Float32Array(pairs.length),
    new Float32Array(units),
  ]
  const seen = new Set<number>()
  let at = 0
  triples.forEach(([i, j, w], k) => {
    if (i === j && format === 'maxcut') bad(lines[k]!, 'an edge between two different units')
    const key = Math.min(i, j) * units + Math.max(i, j)
    if (seen.has(key)) bad(lines[k]!, 'each pair once')
    seen.add(key)
    if (i === j) {
      linear[i] = w
    } else {
      ends.set([i, j], 2 * at)
      weights[at++] = w
    }
  })
  return { units, ends, weights, linear }
}
