/** Completion of half-known rows: known units are clamped, the others run, and their probabilities are averaged. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import { type BinaryMatrix, type Matrix, type MatrixLike, toBinaryMatrix, toMatrixInPieces } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { type ChainStream, type CheckedStream, chainsOf, checkStreams, drawsFor } from '../random/streams.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { coinRows, packRows, unpackRows } from './bit-rows.ts'
import { packRow, toMask, wordsPerRow } from './bits.ts'
import { type ClampRun, GibbsChains } from './gibbs-chains.ts'
import { checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { impose } from './rbm-sample.ts'

export interface CompleteOptions extends LongOptions {
  /** Sweeps in all; default 500. */
  sweeps?: number | undefined
  /** Sweeps at the end whose probabilities are averaged; default 100, or all where there are fewer. */
  average?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /**
   * Rows of several seeds in one run, in place of `seed`: the first `chains` rows are those of the first stream, and so on.
   * Each has the bytes that it has alone; the result's `seed` is the first one's.
   */
  streams?: readonly ChainStream[] | undefined
}

export interface CompleteResult {
  /** [n, V]: mean of P(v = 1 | h) over the last sweeps; for a known unit its value. */
  readonly mean: Matrix
  /** [n, V]: the last states, zeros and ones. */
  readonly states: BinaryMatrix
  /** Sweeps done. */
  readonly sweeps: number
  readonly seed: Seed
}

const MOST_ROWS = 2 ** 24

/** Which units are known: one entry a unit for all rows, or a matrix [n, V] of zeros and ones. */
export type Known = ArrayLike<boolean | number> | MatrixLike

export async function complete(
  core: RbmCore,
  images: MatrixLike,
  known: Known,
  given: CompleteOptions | undefined,
): Promise<CompleteResult> {
  const options = checkCompleteOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('images', images, core.visible, 'unit')
    checkFits('images', matrix.shape[0], Math.max(core.visible, core.hidden))
    const streams = streamsOf(options, 'images', matrix.shape[0])
    const clamps = toClamps(known, matrix.shape[0], core.visible)
    const visible = await startingStates(core, matrix, clamps, streams)
    const draws = drawsFor(streams, stream.sampling)
    const sums = await run(core, new GibbsChains(core.backend, parameters, visible, { ...draws, clamps }), options)
    const mean = { data: sums.map((s) => s / options.average), shape: matrix.shape }
    const states = await unpackRows(core.backend, visible, core.visible)
    return { mean, states, sweeps: options.sweeps, seed: options.seed }
  })
}

/** Fair coins at unknown units, the images' values at known ones. */
async function startingStates(
  core: RbmCore,
  images: Matrix,
  clamps: readonly ClampRun[],
  streams: readonly CheckedStream[],
) {
  const visible = await coinRows(core.backend, core.visible, streams, stream.sampleStart)
  const values = await packRows(core.backend, images)
  for (const run of clamps) impose(rowsOf(visible, run, core), rowsOf(values, run, core), run.mask)
  return visible
}

/** The options with their defaults, checked. */
export interface CheckedComplete extends LongOptions {
  readonly sweeps: number
  readonly average: number
  readonly seed: Seed
  /** Undefined: one for all rows. */
  readonly streams: readonly CheckedStream[] | undefined
}

/** One stream for all rows, or those given, which must have as many chains as there are rows. */
export function streamsOf(options: CheckedComplete, name: string, rows: number): readonly CheckedStream[] {
  const { streams, seed } = options
  if (streams === undefined) return [{ seed, chains: rows, firstChain: 0 }]
  if (chainsOf(streams) === rows) return streams
  throw new ArgumentError(
    expected('streams', `to have as many chains as \`${name}\` has rows, ${rows}`, chainsOf(streams)),
  )
}

export function checkCompleteOptions(given: CompleteOptions | undefined): CheckedComplete {
  const options = check.options('options', given, ['sweeps', 'average', 'seed', 'streams', ...longOptionKeys])
  checkLongOptions(options)
  const sweeps = check.positiveInteger('sweeps', options.sweeps ?? 500, 2 ** 40)
  const average = check.positiveInteger('average', options.average ?? Math.min(100, sweeps), sweeps)
  const { signal, onProgress, seed, streams } = options
  const checked = checkStreams({ seed, streams }, { chains: 1, most: MOST_ROWS })
  const own = streams === undefined ? undefined : checked
  return { signal, onProgress, sweeps, average, seed: checked[0]!.seed, streams: own }
}

/** Sums of P(v = 1 | h) over the last sweeps. */
async function run(core: RbmCore, chains: GibbsChains, options: CheckedComplete): Promise<Float32Array> {
  const { sweeps, average, signal } = options
  const quiet = sweeps - average
  const sums = new Float32Array((chains.visible.length / wordsPerRow(core.visible)) * core.visible)
  const report = reporter(options, sweeps)
  const seen = { done: 0 }
  const advance = (from: number, sum?: Float32Array) => async (first: number, count: number) => {
    await chains.sweep(from + first, count, sum)
    seen.done = from + first + count
  }
  const pieces = { signal, onPiece: () => report(seen.done), firstPiece: chains.firstPiece }
  try {
    await inPieces(quiet, advance(0), pieces)
    await inPieces(average, advance(quiet, sums), pieces)
  } catch (error) {
    if (error instanceof AbortError) throw await stopped(core, chains, options, sums, seen.done, error)
    throw error
  }
  return sums
}

/** What an aborted completion has: the states, and the mean of the sweeps averaged so far, or else of the last one. */
async function stopped(
  core: RbmCore,
  chains: GibbsChains,
  { sweeps, average, seed }: CheckedComplete,
  sums: Float32Array,
  done: number,
  error: AbortError,
): Promise<AbortError> {
  if (done === 0) return error
  const states = await unpackRows(core.backend, chains.visible, core.visible)
  const averaged = done - (sweeps - average)
  const mean =
    averaged > 0 ? { data: sums.map((s) => s / averaged), shape: states.shape } : await chains.visibleProbabilities()
  return new AbortError({ mean, states, sweeps: done, seed } satisfies CompleteResult, { cause: error.cause })
}

/** Which units are held in which rows. */
export function toClamps(known: Known, rows: number, units: number): ClampRun[] {
  if (!isMatrix(known)) {
    const mask = packRow(toMask('known', known as ArrayLike<boolean | number>, units))
    return [{ first: 0, count: rows, mask }]
  }
  const { data, shape } = toBinaryMatrix('known', known, units)
  if (shape[0] !== rows)
    throw new ArgumentError(expected('known', `to have ${rows} rows, one for each image`, shape[0]))
  const runs: ClampRun[] = []
  for (let r = 0; r < rows; r++) {
    const mask = packRow(data.subarray(r * units, (r + 1) * units))
    const last = runs.at(-1)
    if (last && mask.every((word, k) => word === last.mask[k]))
      runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push({ first: r, count: 1, mask })
  }
  return runs
}

function isMatrix(known: unknown): boolean {
  if (typeof known !== 'object' || known === null) return false
  return 'shape' in known || typeof (known as ArrayLike<unknown>)[0] === 'object'
}

function rowsOf(bits: Uint32Array, run: ClampRun, core: RbmCore): Uint32Array {
  const words = wordsPerRow(core.visible)
  return bits.subarray(run.first * words, (run.first + run.count) * words)
}
