/** Rows through a flow, in pieces: what `forward`, `inverse`, `logProb` and sampling are made of. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import { ArgumentError, expected, type GibbsiteError } from '../errors.ts'
import { type Matrix, type MatrixLike, row, toMatrix } from '../matrix.ts'
import { type LongOptions, reporter } from '../run/progress.ts'
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
}

export interface Inverted {
  /** f^-1(z) [n, dim]. */
  readonly x: Matrix
  /** log |det dx/dz| [n], in nats. */
  readonly logDet: Float64Array
}

const NONE = new Float32Array()
const NOT_WANTED = new Float64Array()
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

interface Run {
  readonly rows: Matrix
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
    const args = kernelArguments(core, parameters, run, prepared, first, count)
    if (!(await core.backend.run(pass, ...args))) throw notFinite(core, parameters, pass, run)
  }
  const firstPiece = Math.max(LEAST_ROWS, Math.floor((64 * SMALL_CALL) / work(core)))
  await inPieces(total, once, { signal: options.signal, onPiece: reporter(options, total), firstPiece })
}

function kernelArguments(
  core: FlowCore,
  { values }: FlowParameters,
  run: Run,
  prepared: BackendArray<Float32Array>,
  first: number,
  count: number,
) {
  const rows = (array: Float32Array) => array.subarray(first * core.dim, (first + count) * core.dim)
  const numbers = (array: Float64Array) => array.subarray(first, first + count)
  const context = run.context.subarray(first * core.context, (first + count) * core.context)
  return [
    ...([core.program, values, prepared, rows(run.rows.data), context, rows(run.result)] as const),
    ...([numbers(run.logDet), numbers(run.logProb)] as const),
  ] as const
}

/** Finds the first row that went wrong, and in which layer. */
function notFinite(core: FlowCore, { values }: FlowParameters, pass: Pass, { rows, context }: Run): GibbsiteError {
  const name = pass === 'flowForward' ? 'x' : 'z'
  for (let i = 0; i < rows.shape[0]; i++) {
    const own = context.subarray(i * core.context, (i + 1) * core.context)
    const layer = core.backend.kernels.flowLocate(core.program, values, row(rows, i), own, pass === 'flowInverse')
    if (layer < 0) continue
    const place = `row ${i}, which ${layerName(core.layers, layer)} does not`
    return new ArgumentError(expected(name, 'to hold rows that every layer maps to finite numbers', place))
  }
  return new ArgumentError(expected(name, 'to hold rows that the flow maps to finite numbers', 'others'))
}
