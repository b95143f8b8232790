/** Rows through a flow, in pieces: what `forward`, `inverse`, `logProb` and sampling are made of. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, type GibbsiteError } from '../errors.ts'
import { type Matrix, type MatrixLike, type Rule, row, toMatrix, toMatrixInPieces } from '../matrix.ts'
import { checkLongOptions, type LongOptions, reporter } from '../run/progress.ts'
import type { FlowCore, FlowParameters } from './flow-core.ts'
import { layerName } from './program.ts'

export interface RowOptions extends LongOptions {
  /** What the rows are conditioned on: [n, context], or one row for all of them. Wanted just when the flow has a context. */
  context?: MatrixLike | undefined
}

export const rowOptionKeys = ['context', 'signal', 'onProgress'] as const

export interface Forward {
  /** f(x) [n, dim]. */
  readonly z: Matrix
  /** log |det df/dx| [n], in nats. */
  readonly logDet: Float64Array
  /** Where it was asked for: the largest |f^-1(f(x)) - x| of each row [n]. */
  readonly residual?: Float64Array
}

export interface Inverted {
  /** f^-1(z) [n, dim]. */
  readonly x: Matrix
  /** log |det dx/dz| [n], in nats. */
  readonly logDet: Float64Array
  /** Where it was asked for: the largest |f(f^-1(z)) - z| of each row [n]. */
  readonly residual?: Float64Array
}

const NONE = new Float32Array()
const NOT_WANTED = new Float64Array()
const NEITHER = { logDet: NOT_WANTED, logProb: NOT_WANTED }
/** A call of less work than this, in multiplications, is made at once: the way to another thread would take longer. */
const SMALL_CALL = 1 << 20
/** Rows of a piece at first: fewer would not fill the lanes of the kernels. */
const LEAST_ROWS = 64

/** The context of `rows` rows [rows, core.context], one row repeated where one was given; empty for a flow without. */
export function contextRows(core: FlowCore, given: MatrixLike | undefined, rows: number): Float32Array {
  if (core.context === 0) {
    if (given === undefined) return NONE
    throw new ArgumentError(expected('context', 'to be absent for a flow without one', 'a context'))
  }
  if (given === undefined) {
    throw new ArgumentError(expected('context', `to be given, ${core.context} numbers a row`, 'none'))
  }
  const { data, shape } = toMatrix('context', given, core.context)
  if (shape[0] === rows) return data
  if (shape[0] !== 1) throw new ArgumentError(expected('context', `to have ${rows} rows or one`, shape[0]))
  const repeated = new Float32Array(rows * core.context)
  for (let i = 0; i < rows; i++) repeated.set(data, i * core.context)
  return repeated
}

/** What a method that takes rows works on. */
export interface FlowRows {
  readonly matrix: Matrix
  /** [n, core.context] */
  readonly context: Float32Array
}

/**
 * The rows of an argument and their context, checked. A flat typed array holds rows one after the other, as proposals have
 * them.
 *
 * @param name the argument's name, for the message
 * @param rule `unseen` where the rows go through the layers next: numbers that are not finite are found there
 */
export async function toFlowRows(
  core: FlowCore,
  name: string,
  value: MatrixLike,
  given: RowOptions | undefined,
  rule: Rule = 'finite',
): Promise<FlowRows> {
  const options = check.options('options', given, rowOptionKeys)
  checkLongOptions(options)
  const matrix = await toFlowMatrix(core, name, value, rule)
  return { matrix, context: contextRows(core, options.context, matrix.shape[0]) }
}

/** The same without a context. */
export function toFlowMatrix({ dim }: FlowCore, name: string, value: MatrixLike, rule: Rule): Promise<Matrix> {
  const flat = check.isNumericArray(value) && value.length % dim === 0
  return toMatrixInPieces(name, flat ? { data: value, shape: [value.length / dim, dim] } : value, dim, rule)
}

/** The layers' x -> z. */
export async function forward(
  core: FlowCore,
  x: Matrix,
  context: Float32Array,
  options: LongOptions,
): Promise<Forward> {
  const [z, logDet] = [new Float32Array(x.data.length), new Float64Array(x.shape[0])]
  const run = { rows: x, context, result: z, logDet, logProb: NOT_WANTED }
  await throughFlow(core, 'flowForward', run, options)
  return { z: { data: z, shape: x.shape }, logDet }
}

/** log p(x) [n], in nats. */
export async function logProb(
  core: FlowCore,
  x: Matrix,
  context: Float32Array,
  options: LongOptions,
): Promise<Float64Array> {
  const result = new Float64Array(x.shape[0])
  await throughFlow(
    core,
    'flowForward',
    { rows: x, context, result: NONE, logDet: NOT_WANTED, logProb: result },
    options,
  )
  return result
}

/** The layers' z -> x. */
export async function inverse(
  core: FlowCore,
  z: Matrix,
  context: Float32Array,
  options: LongOptions,
): Promise<Inverted> {
  const [x, logDet] = [new Float32Array(z.data.length), new Float64Array(z.shape[0])]
  await throughFlow(core, 'flowInverse', { rows: z, context, result: x, logDet, logProb: NOT_WANTED }, options)
  return { x: { data: x, shape: z.shape }, logDet }
}

/** x [n, dim] of z that is made piece by piece: `make` gives rows first ... first + count - 1 of it. */
export async function inverseOf(
  core: FlowCore,
  make: (first: number, count: number) => Float32Array,
  context: Float32Array,
  x: Float32Array,
  options: LongOptions,
): Promise<void> {
  const rows: Matrix = { data: new Float32Array(x.length), shape: [x.length / core.dim, core.dim] }
  const begin = (first: number, count: number) => rows.data.set(make(first, count), first * core.dim)
  await throughFlow(core, 'flowInverse', { rows, begin, context, result: x, ...NEITHER }, options)
}

interface Run {
  readonly rows: Matrix
  /** Called before a piece of the rows is read. */
  readonly begin?: (first: number, count: number) => void
  readonly context: Float32Array
  /** Outputs; of length 0 where not wanted. */
  readonly result: Float32Array
  readonly logDet: Float64Array
  readonly logProb: Float64Array
}

type Pass = 'flowForward' | 'flowInverse'

async function throughFlow(core: FlowCore, pass: Pass, run: Run, options: LongOptions): Promise<void> {
  const prepared = core.prepared.current
  const parameters = core.parameters.current
  if (prepared !== undefined && isSmall(core, run.rows.shape[0])) {
    run.begin?.(0, run.rows.shape[0])
    const fine = core.backend.kernels[pass](...kernelArguments(core, parameters, run, prepared, 0, run.rows.shape[0]))
    if (!fine) throw notFinite(core, parameters, pass, run)
    return
  }
  await core.parameters.read((parameters) =>
    core.prepared.read(parameters, (ready) => throughInPieces(core, parameters, pass, run, ready, options)),
  )
}

/** Multiplications for a row, about. */
function work({ shape: { height, width }, dim, parameters }: FlowCore): number {
  return parameters.current.values.length * height * width + dim
}

function isSmall(core: FlowCore, rows: number): boolean {
  return rows * work(core) < SMALL_CALL
}

async function throughInPieces(
  core: FlowCore,
  parameters: FlowParameters,
  pass: Pass,
  run: Run,
  prepared: BackendArray<Float32Array>,
  options: LongOptions,
): Promise<void> {
  const total = run.rows.shape[0]
  const once = async (first: number, count: number) => {
    run.begin?.(first, count)
    const args = kernelArguments(core, parameters, run, prepared, first, count)
    if (!(await core.backend.run(pass, ...args))) throw notFinite(core, parameters, pass, run)
  }
  await inPieces(total, once, {
    signal: options.signal,
    onPiece: reporter(options, total),
    firstPiece: pieceRows(core),
  })
}

/** Rows that surely fit into a piece of long work. */
export function pieceRows(core: FlowCore): number {
  return Math.max(LEAST_ROWS, Math.floor((64 * SMALL_CALL) / work(core)))
}

function kernelArguments(
  core: FlowCore,
  { values }: FlowParameters,
  run: Run,
  prepared: BackendArray<Float32Array>,
  first: number,
  count: number,
) {
  // A call of a few rows takes some microseconds, of which each part of an array would be a tenth.
  const whole = count === run.rows.shape[0]
  const part = <A extends Float32Array | Float64Array>(array: A, width: number) =>
    (whole ? array : array.subarray(first * width, (first + count) * width)) as A
  const { rows, context, result, logDet, logProb } = run
  return [
    ...([core.program, values, prepared, part(rows.data, core.dim), part(context, core.context)] as const),
    ...([part(result, core.dim), part(logDet, 1), part(logProb, 1)] as const),
  ] as const
}

/** Finds the first row that went wrong, and in which layer. */
export function notFinite(
  core: FlowCore,
  { values }: FlowParameters,
  pass: Pass,
  { rows, context }: Pick<Run, 'rows' | 'context'>,
): GibbsiteError {
  const name = pass === 'flowForward' ? 'x' : 'z'
  toMatrix(name, rows) // throws where the rows themselves are not finite
  for (let i = 0; i < rows.shape[0]; i++) {
    const own = context.subarray(i * core.context, (i + 1) * core.context)
    const layer = core.backend.kernels.flowLocate(core.program, values, row(rows, i), own, pass === 'flowInverse')
    if (layer < 0) continue
    const place = `row ${i}, which ${layerName(core.layers, layer)} does not`
    return new ArgumentError(expected(name, 'to hold rows that every layer maps to finite numbers', place))
  }
  return new ArgumentError(expected(name, 'to hold rows that the flow maps to finite numbers', 'others'))
}
