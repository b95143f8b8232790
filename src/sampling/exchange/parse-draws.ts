/** Draws out of CSV files: Stan's, and plain ones. Every character of a file is taken for hostile. */

import { ArgumentError, expected, FormatError, show } from '../../errors.ts'
import { defaultNames } from '../diagnostics/checked-draws.ts'
import type { DrawsLike } from '../draws.ts'
import { statisticOfStan, variableOfStan } from './names.ts'

const MOST_COLUMNS = 2 ** 20
const MOST_NUMBERS = 2 ** 29

/** One chain as its lines were found. */
interface Chain {
  readonly header: readonly string[]
  readonly rows: Float64Array[]
  /** Line of the header, for messages. */
  readonly line: number
  /** Comments or statistics say that names are written as Stan does. */
  readonly isStan: boolean
}

/**
 * Reads draws from CSV text.
 *
 * Stan's files, known by comments or by columns that end in __: comments begin with #, those columns are statistics,
 * `x.1.2` is the variable `x[0,1]`, warm-up that was saved is left out. Plain files: a line of names and lines of numbers, or numbers alone. A text is a chain; one
 * with a column `chain`, `.chain` or `chain__` holds those chains, and a header that is repeated begins the next one.
 * Columns that only number the draws are left out.
 *
 * @param texts one text, or several with the same columns and as many draws
 * @throws FormatError of one sentence with file and line; ArgumentError where there is no text
 *
 * @example
 * summary(parseDraws([one, two, three, four]))
 */
export function parseDraws(texts: string | readonly string[]): DrawsLike {
  const files = typeof texts === 'string' ? [texts] : texts
  if (!Array.isArray(files) || files.length === 0 || files.some((text) => typeof text !== 'string')) {
    throw new ArgumentError(expected('texts', 'to be a text or an array of texts', show(texts)))
  }
  const chains = files.flatMap((text, k) => within(files.length > 1 ? k : undefined, () => chainsOf(text)))
  checkAlike(chains)
  return gather(chains)
}

function within<Result>(file: number | undefined, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (file === undefined || !(error instanceof FormatError)) throw error
    throw new FormatError(`file ${file + 1}: ${error.message}`, { cause: error })
  }
}

function chainsOf(text: string): Chain[] {
  const reader = new Reader()
  let line = 0
  for (let from = 0; from <= text.length; line++) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    reader.take(text.slice(from, to).trim(), line + 1)
    from = to + 1
  }
  return reader.finish()
}

/** Goes through the lines of one text. */
class Reader {
  readonly #chains: Chain[] = []
  /** What comments say of the run. */
  readonly #facts = new Map<string, number>()
  #numbers = 0
  #commented = false

  take(line: string, number: number): void {
    if (line === '') return
    if (line.startsWith('#')) {
      this.#commented = true
      this.#note(line)
      return
    }
    const cells = line.split(',')
    const header = this.#chains.at(-1)?.header
    if (
      header === undefined ||
      (cells.length === header.length && cells.every((cell, k) => unquoted(cell) === header[k]))
    ) {
      this.#begin(cells, number)
    } else {
      this.#add(cells, number, header.length)
    }
  }

  finish(): Chain[] {
    if (this.#chains.length === 0) throw new FormatError('expected a CSV file with draws; got one without any line')
    return this.#chains.map((chain) => this.#withoutWarmUp(chain)).flatMap(byChainColumn)
  }

  #note(line: string): void {
    const found = /^#\s*(num_warmup|save_warmup|thin)\s*=\s*(\d{1,9}|true|false)\b/.exec(line)
    if (found) this.#facts.set(found[1]!, found[2] === 'true' ? 1 : Number(found[2]) || 0)
  }

  #begin(cells: readonly string[], line: number): void {
    if (cells.length > MOST_COLUMNS)
      throw new FormatError(`expected at most ${MOST_COLUMNS} columns; got ${cells.length}`)
    if (cells.every((cell) => readNumber(cell) !== undefined)) {
      this.#chains.push({ header: defaultNames(cells.length), rows: [], line, isStan: false })
      this.#add(cells, line, cells.length)
      return
    }
    const header = cells.map(unquoted)
    const empty = header.indexOf('')
    if (empty >= 0)
      throw new FormatError(`expected a name for every column in line ${line}; got none for column ${empty + 1}`)
    const names = new Set(header)
    if (names.size < header.length) {
      const twice = header.find((name, k) => header.indexOf(name) !== k)!
      throw new FormatError(`expected names that differ in line ${line}; got ${show(twice)} twice`)
    }
    const isStan = this.#commented || header.some((name) => statisticOfStan(name) !== undefined)
    this.#chains.push({ header, rows: [], line, isStan })
  }

  #add(cells: readonly string[], line: number, columns: number): void {
    if (cells.length !== columns) {
      throw new FormatError(`expected ${columns} columns in line ${line}, as above it; got ${cells.length}`)
    }
    this.#numbers += columns
    if (this.#numbers > MOST_NUMBERS) throw new FormatError(`expected at most ${MOST_NUMBERS} numbers; got more`)
    const row = new Float64Array(columns)
    for (let k = 0; k < columns; k++) {
      const value = readNumber(cells[k]!)
      if (value === undefined) {
        throw new FormatError(`expected a number in line ${line}, column ${k + 1}; got ${show(cells[k])}`)
      }
      row[k] = value
    }
    this.#chains.at(-1)!.rows.push(row)
  }

  #withoutWarmUp(chain: Chain): Chain {
    if (!this.#facts.get('save_warmup')) return chain
    const saved = Math.ceil((this.#facts.get('num_warmup') ?? 1000) / Math.max(1, this.#facts.get('thin') ?? 1))
    return { ...chain, rows: chain.rows.slice(saved) }
  }
}

function unquoted(cell: string): string {
  const text = cell.trim()
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const words: Record<string, number> = { nan: NaN, na: NaN, inf: Infinity, infinity: Infinity }

/** Decimal numbers, `nan`, `NA`, `inf` and `infinity`; undefined for all else. */
function readNumber(cell: string): number | undefined {
  const text = unquoted(cell)
  if (NUMBER.test(text)) return Number(text)
  const word = words[text.replace(/^[+-]/, '').toLowerCase()]
  return word !== undefined && text.startsWith('-') ? -word : word
}

const chainColumns = ['chain', '.chain', 'chain__']
const drawColumns = ['draw', '.draw', 'draw__', 'iter', 'iter__', 'iteration', '.iteration']

/** The chains of a text that says for each row which chain it is of. */
function byChainColumn(chain: Chain): Chain[] {
  const column = chain.header.findIndex((name) => chainColumns.includes(name))
  if (column < 0) return [chain]
  const rows = new Map<number, Float64Array[]>()
  for (const row of chain.rows) {
    const own = rows.get(row[column]!)
    if (own === undefined) rows.set(row[column]!, [row])
    else own.push(row)
  }
  return rows.size === 0 ? [chain] : [...rows.values()].map((own) => ({ ...chain, rows: own }))
}

function checkAlike(chains: readonly Chain[]): void {
  const [first, ...others] = chains as [Chain, ...Chain[]]
  const other = others.findIndex(({ header }) => header.join() !== first.header.join())
  if (other >= 0) throw new FormatError(`expected the same columns in every chain; got others in chain ${other + 2}`)
  if (first.rows.length === 0) throw new FormatError(`expected draws after line ${first.line}; got none`)
  const uneven = others.findIndex(({ rows }) => rows.length !== first.rows.length)
  if (uneven < 0) return
  const got = others[uneven]!.rows.length
  throw new FormatError(
    `expected ${first.rows.length} draws in every chain, as in the first; got ${got} in chain ${uneven + 2}`,
  )
}

function gather(chains: readonly Chain[]): DrawsLike {
  const { header, rows, isStan } = chains[0]!
  const columns = header.map((name, column) => ({ name, column, statistic: statisticOfStan(name) }))
  const kept = columns.filter(({ name }) => !chainColumns.includes(name) && !drawColumns.includes(name))
  const variables = kept.filter(({ statistic }) => statistic === undefined)
  if (variables.length === 0) throw new FormatError('expected a column of a variable; got only statistics')
  const names = variables.map(({ name }) => (isStan ? variableOfStan(name) : name))
  if (new Set(names).size < names.length) {
    throw new FormatError('expected names that differ; got some that do not once their indices are read')
  }
  const shape = [chains.length, rows.length, variables.length] as const
  const draws = { data: pick(chains, variables), shape, names }
  const statistics = kept.filter(({ statistic }) => statistic !== undefined)
  if (statistics.length === 0) return draws
  return { ...draws, statistics: Object.fromEntries(statistics.map((one) => [one.statistic!, pick(chains, [one])])) }
}

/** Columns of all rows, [chains, draws, columns]. */
function pick(chains: readonly Chain[], columns: readonly { readonly column: number }[]): Float64Array {
  const data = new Float64Array(chains.length * chains[0]!.rows.length * columns.length)
  let at = 0
  for (const { rows } of chains) {
    for (const row of rows) for (const { column } of columns) data[at++] = row[column]!
  }
  return data
}
