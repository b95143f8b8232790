/** What an RBM says of given rows, one row at a time: conditional probabilities, energies, pseudo-likelihoods. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type Matrix, type MatrixLike, row, toMatrixInPieces } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { packRows } from './bit-rows.ts'
import { wordsPerRow } from './bits.ts'
import { checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import type { Parameters } from './rbm-parameters.ts'

// Rows of a first piece: a call packs the weights anew, which costs as much as some ten rows.
const FIRST_ROWS = 64

/** Calls `body` on pieces of `rows` rows. */
export function byRows(
  rows: number,
  options: LongOptions,
  body: (first: number, count: number) => Promise<unknown>,
): Promise<void> {
  return inPieces(rows, async (first, count) => void (await body(first, count)), {
    signal: options.signal,
    onPiece: reporter(options, rows),
    firstPiece: FIRST_ROWS,
  })
}

export function checkedLongOptions(given: LongOptions | undefined): LongOptions {
  const options = check.options('options', given, longOptionKeys)
  checkLongOptions(options)
  return options
}

/** Rows `first` to `first + count` of a matrix stored row after row. */
export function slice<A extends Float32Array | Uint32Array>(data: A, columns: number, first: number, count: number): A {
  return data.subarray(first * columns, (first + count) * columns) as A
}

export type Layer = 'hidden' | 'visible'

/** P(hidden = 1 | values) or P(visible = 1 | values) of every row. */
export async function conditional(
  core: RbmCore,
  name: string,
  values: MatrixLike,
  of: Layer,
  given: LongOptions | undefined,
): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const inputs = of === 'hidden' ? core.visible : core.hidden
    return conditionalOf(core, parameters, await toMatrixInPieces(name, values, inputs, 'unit'), of, options)
  })
}

async function conditionalOf(
  { backend, visible, hidden }: RbmCore,
  { weights, visibleBias, hiddenBias }: Parameters,
  { data, shape }: Matrix,
  of: Layer,
  options: LongOptions,
): Promise<Matrix> {
  const [inputs, outputs, bias] = of === 'hidden' ? [visible, hidden, hiddenBias] : [hidden, visible, visibleBias]
  checkFits('rows', shape[0], outputs)
  const result = new Float32Array(shape[0] * outputs)
  await byRows(shape[0], options, (first, count) => {
    const to = slice(result, outputs, first, count)
    return backend.run('rbmConditional', weights, bias, slice(data, inputs, first, count), of === 'visible', to)
  })
  return { data: result, shape: [shape[0], outputs] }
}

/** Visible to hidden probabilities and back. */
export async function reconstruct(core: RbmCore, data: MatrixLike, given: LongOptions | undefined): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible, 'unit')
    const hidden = await conditionalOf(core, parameters, matrix, 'hidden', { signal: options.signal })
    return conditionalOf(core, parameters, hidden, 'visible', options)
  })
}

export async function energy(
  core: RbmCore,
  visible: MatrixLike,
  hidden: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async ({ weights, visibleBias, hiddenBias }) => {
    const v = await toMatrixInPieces('visible', visible, core.visible, 'unit')
    const h = await toMatrixInPieces('hidden', hidden, core.hidden, 'unit')
    const rows = v.shape[0]
    if (h.shape[0] !== rows) {
      throw new ArgumentError(expected('hidden', `to have as many rows as \`visible\`, ${rows}`, h.shape[0]))
    }
    const result = new Float64Array(rows)
    await byRows(rows, options, (first, count) =>
      core.backend.run(
        'rbmEnergy',
        ...([weights, visibleBias, hiddenBias, slice(v.data, core.visible, first, count)] as const),
        ...([slice(h.data, core.hidden, first, count), result.subarray(first, first + count)] as const),
      ),
    )
    return result
  })
}

export async function freeEnergy(
  core: RbmCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) =>
    freeEnergyOf(core, parameters, await toMatrixInPieces('data', data, core.visible, 'unit'), options),
  )
}

export async function freeEnergyOf(
  core: RbmCore,
  { weights, visibleBias, hiddenBias }: Parameters,
  { data, shape }: Matrix,
  options: LongOptions,
): Promise<Float64Array> {
  const result = new Float64Array(shape[0])
  await byRows(shape[0], options, (first, count) => {
    const to = result.subarray(first, first + count)
    return core.backend.run(
      'rbmFreeEnergy',
      ...([weights, visibleBias, hiddenBias, slice(data, core.visible, first, count), to] as const),
    )
  })
  return result
}

export async function freeEnergyGap(
  core: RbmCore,
  train: MatrixLike,
  validation: MatrixLike,
  given: LongOptions | undefined,
): Promise<number> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const known = await toMatrixInPieces('train', train, core.visible, 'unit')
    const fresh = await toMatrixInPieces('validation', validation, core.visible, 'unit')
    const ofKnown = mean(await freeEnergyOf(core, parameters, known, { signal: options.signal }))
    return mean(await freeEnergyOf(core, parameters, fresh, options)) - ofKnown
  })
}

export interface PseudoLikelihoodOptions extends LongOptions {
  /** Units of each row that are looked at, chosen at random; `'all'` is exact and takes V / flips times as long. Default 10. */
  flips?: number | 'all' | undefined
  /** Chooses the units. Default: fresh entropy. */
  seed?: Seed | undefined
}

export async function pseudoLogLikelihood(
  core: RbmCore,
  data: MatrixLike,
  given: PseudoLikelihoodOptions | undefined,
): Promise<number> {
  const options = check.options('options', given, ['flips', 'seed', ...longOptionKeys])
  checkLongOptions(options)
  const flips = options.flips === 'all' ? core.visible : check.positiveInteger('flips', options.flips ?? 10, 2 ** 31)
  const key = deriveKey(check.seed('seed', options.seed), stream.flips)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible, 'binary')
    return mean(
      await pseudoLikelihoodsOf(core, parameters, await packRows(core.backend, matrix), { flips, key }, options),
    )
  })
}

export async function pseudoLikelihoodsOf(
  core: RbmCore,
  { weights, visibleBias, hiddenBias }: Parameters,
  bits: Uint32Array,
  { flips, key }: { flips: number; key: Key },
  options: LongOptions,
): Promise<Float64Array> {
  const words = wordsPerRow(core.visible)
  const result = new Float64Array(bits.length / words)
  await byRows(result.length, options, (first, count) =>
    core.backend.run(
      'rbmPseudoLikelihood',
      ...([weights, visibleBias, hiddenBias, slice(bits, words, first, count)] as const),
      ...([flips, key.low, key.high, first, result.subarray(first, first + count)] as const),
    ),
  )
  return result
}

export function mean(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** Standard error of the mean of independent values; NaN for fewer than two. */
export function standardErrorOfMean(values: Float64Array): number {
  const centre = mean(values)
  let squares = 0
  for (const value of values) squares += (value - centre) * (value - centre)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** Means of the columns. */
export function columnMeans(matrix: Matrix): Float64Array {
  const [rows, columns] = matrix.shape
  const means = new Float64Array(columns)
  for (let r = 0; r < rows; r++) {
    const values = row(matrix, r)
    for (let j = 0; j < columns; j++) means[j]! += values[j]!
  }
  return means.map((sum) => sum / rows)
}
