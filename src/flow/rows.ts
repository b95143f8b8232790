/** Rows through a flow, in pieces: what `forward`, `inverse`, `logProb` and sampling are made of. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces, throwIfAborted } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, type GibbsiteError } from '../errors.ts'
import { type Matrix, type MatrixLike, type Rule, row, toMatrix, toMatrixInPieces } from '../matrix.ts'
import { checkLongOptions, type LongOptions, reporter } from '../run/progress.ts'
import type { FlowCore, FlowParameters } from './flow-core.ts'
import { passOut, resultArray } from './out.ts'
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

/** Arrays for the results of `forward`. Each may be left out, and is then made. */
export interface ForwardOut {
  /** [n, dim], row after row. */
  z?: Float32Array | undefined
  /** [n] */
  logDet?: Float64Array | undefined
}

/** The same for `inverse`. */
export interface InverseOut {
  /** [n, dim], row after row. */
  x?: Float32Array | undefined
  /** [n] */
  logDet?: Float64Array | undefined
}

export interface LogProbOptions extends RowOptions {
  /** Where the result goes, [n]; default: a new array. What it holds after a rejection is undefined. */
  out?: Float64Array | undefined
}

const NONE = new Float32Array()
const NOT_WANTED = new Float64Array()
const NEITHER = { logDet: NOT_WANTED, logProb: NOT_WANTED }
const logProbOptionKeys = [...rowOptionKeys, 'out']
/**
 * Work in multiplications, for each millisecond that a piece may take, that is done at once: about a millisecond of it.
 * The way to another thread takes tens of microseconds.
 */
const AT_ONCE = 1 << 19
/** Of the first piece of longer work. */
const FIRST_PIECE = 1 << 26
/** What a layer does with a column beside its products, in multiplications. */
const LAYER_WORK = 64
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
 * The rows of an argument and their context, checked; large ones in several turns of the event loop. A flat typed array
 * holds rows one after the other, as proposals have them.
 *
 * @param name the argument's name, for the message
 * @param rule `unseen` where the rows go through the layers next: numbers that are not finite are found there
 */
export function toFlowRows(
  core: FlowCore,
  name: string,
  value: MatrixLike,
  context: MatrixLike | undefined,
  rule: Rule = 'finite',
): FlowRows | Promise<FlowRows> {
  const matrix = toFlowMatrix(core, name, value, rule)
  const withContext = (matrix: Matrix) => ({ matrix, context: contextRows(core, context, matrix.shape[0]) })
  return matrix instanceof Promise ? matrix.then(withContext) : withContext(matrix)
}

/** The same without a context. */
export function toFlowMatrix({ dim }: FlowCore, name: string, value: MatrixLike, rule: Rule): Matrix | Promise<Matrix> {
  const flat = check.isNumericArray(value) && value.length % dim === 0
  return toMatrixInPieces(name, flat ? { data: value, shape: [value.length / dim, dim] } : value, dim, rule)
}

/** The layers' x -> z. */
export function forward(
  core: FlowCore,
  x: Matrix,
  context: Float32Array,
  options: LongOptions & { readonly out?: ForwardOut | undefined },
): Forward | Promise<Forward> {
  const { out = {} } = options
  const { result, logDet } = passOut(x, context, out, 'z', out.z)
  const done = throughFlow(core, 'flowForward', { rows: x, context, result, logDet, logProb: NOT_WANTED }, options)
  return after(done, { z: { data: result, shape: x.shape }, logDet })
}

/** The layers' z -> x. */
export function inverse(
  core: FlowCore,
  z: Matrix,
  context: Float32Array,
  options: LongOptions & { readonly out?: InverseOut | undefined },
): Inverted | Promise<Inverted> {
  const { out = {} } = options
  const { result, logDet } = passOut(z, context, out, 'x', out.x)
  const done = throughFlow(core, 'flowInverse', { rows: z, context, result, logDet, logProb: NOT_WANTED }, options)
  return after(done, { x: { data: result, shape: z.shape }, logDet })
}

/** `Flow.logProb`. */
export async function logProbOf(
  core: FlowCore,
  x: MatrixLike,
  given: LogProbOptions | undefined,
): Promise<Float64Array> {
  const options = check.options('options', given, logProbOptionKeys)
  checkLongOptions(options)
  const rows = toFlowRows(core, 'x', x, options.context, 'unseen')
  const { matrix, context } = rows instanceof Promise ? await rows : rows
  return logProb(core, matrix, context, options)
}

/** log p(x) [n], in nats. */
export function logProb(
  core: FlowCore,
  x: Matrix,
  context: Float32Array,
  options: LongOptions & { readonly out?: Float64Array | undefined },
): Float64Array | Promise<Float64Array> {
  const others = [x.data, context]
  const result = resultArray('out', options.out, { type: Float64Array, length: x.shape[0], others })
  const run = { rows: x, context, result: NONE, logDet: NOT_WANTED, logProb: result }
  return after(throughFlow(core, 'flowForward', run, options), result)
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

/** A promise only where the work does not fit into this turn of the event loop. */
function throughFlow(core: FlowCore, pass: Pass, run: Run, options: LongOptions): Promise<void> | undefined {
  const prepared = core.prepared.current
  if (prepared !== undefined && isSmall(core, run.rows.shape[0])) return atOnce(core, pass, run, prepared, options)
  return core.parameters.read((parameters) =>
    core.prepared.read(parameters, (ready) => throughInPieces(core, parameters, pass, run, ready, options)),
  )
}

/** `value` when the work is done: now, or when its promise is kept. */
function after<Value>(work: Promise<void> | undefined, value: Value): Value | Promise<Value> {
  return work === undefined ? value : work.then(() => value)
}

function atOnce(
  core: FlowCore,
  pass: Pass,
  run: Run,
  prepared: BackendArray<Float32Array>,
  options: LongOptions,
): undefined {
  throwIfAborted(options.signal)
  const parameters = core.parameters.current
  const { rows, context, result, logDet, logProb } = run
  run.begin?.(0, rows.shape[0])
  const kernel = core.backend.kernels[pass]
  const fine = kernel(core.program, parameters.values, prepared, rows.data, context, result, logDet, logProb)
  if (!fine) throw notFinite(core, parameters, pass, run)
  if (options.onProgress !== undefined) reporter(options, rows.shape[0])(rows.shape[0])
}

/** Multiplications for a row, about. */
function work({ shape: { height, width }, dim, layers, parameters }: FlowCore): number {
  return (parameters.current.values.length + LAYER_WORK * layers.length) * height * width + dim
}

function isSmall(core: FlowCore, rows: number): boolean {
  return rows * work(core) < AT_ONCE * core.backend.pieceMilliseconds
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
  return Math.max(LEAST_ROWS, Math.floor(FIRST_PIECE / work(core)))
}

function kernelArguments(
  core: FlowCore,
  { values }: FlowParameters,
  run: Run,
  prepared: BackendArray<Float32Array>,
  first: number,
  count: number,
) {
  const part = <A extends Float32Array | Float64Array>(array: A, width: number) =>
    array.subarray(first * width, (first + count) * width) as A
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
