/** Retrieval in the continuous Hopfield network [Ramsauer et al. 2020]. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import { type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import type { HopfieldCore } from './hopfield-core.ts'
import { fromBits } from './hopfield-states.ts'

export interface RetrieveOptions extends LongOptions {
  /** Inverse temperature of the softmax; default 1. The larger, the more a single pattern wins. */
  beta?: number | undefined
  /** Updates; default 1, which is enough for well separated patterns. */
  steps?: number | undefined
  /** Patterns to retrieve from, any numbers, [P, N]. Default: those stored, as -1 and +1. */
  patterns?: MatrixLike | undefined
}

export interface RetrieveResult {
  /** [queries, N]: the queries after the last update. */
  readonly states: Matrix
  /** [queries, P]: the softmax weights of the patterns in the last update; each row sums to 1. */
  readonly weights: Matrix
  /** Energy of each state: -logsumexp(beta X xi) / beta + xi'xi / 2 + log(P) / beta + max_p |x_p|^2 / 2. */
  readonly energies: Float64Array
}

// Beyond these the overlaps of float32 vectors overflow.
const LARGEST_VALUE = 1e12

export async function retrieve(
  core: HopfieldCore,
  queries: MatrixLike,
  given: RetrieveOptions | undefined,
): Promise<RetrieveResult> {
  const options = check.options('options', given, ['beta', 'steps', 'patterns', ...longOptionKeys])
  checkLongOptions(options)
  const beta = check.numberWithin('beta', options.beta ?? 1, 1e-6, 1e6)
  const steps = check.positiveInteger('steps', options.steps ?? 1, 10_000)
  return core.read(async (network) => {
    const from = await toMatrixInPieces('queries', queries, core.units)
    checkValues('queries', from)
    const patterns = await patternsOf(core, network.patterns, options.patterns)
    const [rows, count] = [from.shape[0], patterns.shape[0]]
    const states = { data: from.data.slice(), shape: from.shape }
    const result = { states, weights: blank(rows, count), energies: new Float64Array(rows) }
    const advance = (first: number, size: number) =>
      core.backend.run(
        'hopfieldRetrieve',
        ...([patterns.data, core.units, beta, steps, part(states, first, size)] as const),
        ...([part(result.weights, first, size), result.energies.subarray(first, first + size)] as const),
      )
    const report = reporter(options, rows)
    let done = 0
    const onPiece = (finished: number) => report((done = finished))
    try {
      await inPieces(rows, advance, { signal: options.signal, onPiece, firstPiece: 64 })
    } catch (error) {
      if (!(error instanceof AbortError) || done === 0) throw error
      throw new AbortError<RetrieveResult>(firstRows(result, done), { cause: error.cause })
    }
    return result
  })
}

async function patternsOf(core: HopfieldCore, stored: Uint32Array, given: MatrixLike | undefined): Promise<Matrix> {
  if (given !== undefined) {
    const patterns = await toMatrixInPieces('patterns', given, core.units)
    checkValues('patterns', patterns)
    return patterns
  }
  if (stored.length === 0) throw new ArgumentError(expected('patterns', 'to be given or stored before', 'none'))
  const { data, shape } = fromBits(core.backend, stored, core.units, 'spin')
  return { data: Float32Array.from(data), shape }
}

function checkValues(name: string, { data }: Matrix): void {
  const at = data.findIndex((value) => Math.abs(value) > LARGEST_VALUE)
  if (at >= 0) throw new ArgumentError(expected(name, `to hold numbers up to ${LARGEST_VALUE}`, `${data[at]}`))
}

function blank(rows: number, columns: number): Matrix {
  return { data: new Float32Array(rows * columns), shape: [rows, columns] }
}

function part({ data, shape }: Matrix, first: number, count: number): Float32Array {
  return data.subarray(first * shape[1], (first + count) * shape[1])
}

function firstRows({ states, weights, energies }: RetrieveResult, rows: number): RetrieveResult {
  const cut = (matrix: Matrix): Matrix => ({ data: part(matrix, 0, rows).slice(), shape: [rows, matrix.shape[1]] })
  return { states: cut(states), weights: cut(weights), energies: energies.slice(0, rows) }
}
