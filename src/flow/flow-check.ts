/** A flow held against its definition, layer by layer: round trips, and log-determinants against dense Jacobians. */

import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, reporter } from '../run/progress.ts'
import { baseDraws } from './base-draws.ts'
import { type FlowCore, type FlowParameters, stream } from './flow-core.ts'
import { repeatRows } from './interpolate.ts'
import { logAbsDeterminant } from './log-determinant.ts'
import { layerName, layerPrograms, type SubProgram } from './program.ts'
import { contextRows, inverse, type RowOptions, rowOptionKeys, toFlowRows } from './rows.ts'

export interface FlowCheckOptions extends RowOptions {
  /** Rows [n, dim] to look at. Default: samples of the flow. */
  data?: MatrixLike | undefined
  /** Number of samples, where no data are given; default 2. */
  points?: number | undefined
  /** Of the samples. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

/** The worst errors that were found, of one layer or of the whole flow; Infinity where a number was not finite. */
export interface LayerCheck {
  /** `layers[3] (coupling)`, or `flow`. */
  readonly name: string
  /** |x' - x| / max(1, |x|) of a coordinate after x -> y -> x'. */
  readonly roundTrip: number
  /**
   * |log_det - reference| / max(1, |reference|). The reference is log |det| of the dense Jacobian, in float64, put together
   * from the gradients of the inverse; with more than 1024 coordinates the log-determinant of the inverse.
   */
  readonly logDet: number
}

export interface FlowCheck {
  /** The flow as a whole. */
  readonly flow: LayerCheck
  /** Each layer by itself, at the points that those before it lead to. */
  readonly layers: readonly LayerCheck[]
  /** The layer whose larger error is the largest. */
  readonly worst: LayerCheck
  readonly seed: Seed
}

const keys = ['data', 'points', 'seed', ...rowOptionKeys] as const
const MOST_POINTS = 2 ** 16
/** Coordinates of a dense Jacobian at most: its determinant takes n^3 / 3 multiplications. */
const MOST_DENSE = 1024
const NONE = new Float32Array()
const NOT_WANTED = new Float64Array()

export async function checkFlow(core: FlowCore, given: FlowCheckOptions | undefined): Promise<FlowCheck> {
  const options = check.options('options', given, keys)
  checkLongOptions(options)
  const seed = check.seed('seed', options.seed)
  const points = check.positiveInteger('points', options.points ?? 2, MOST_POINTS)
  const { matrix, context } =
    options.data === undefined
      ? await samples(core, points, seed, options)
      : await toFlowRows(core, 'data', options.data, options.context)
  return core.parameters.read(async (parameters) => {
    const subject = { core, parameters, context, rows: matrix.shape[0] }
    const report = reporter(options, core.layers.length + 1)
    const whole = { words: core.program.view().slice(), before: core.dim, after: core.dim }
    const flow = await checkProgram(subject, 'flow', whole, matrix.data, options)
    report(1)
    const layers: LayerCheck[] = []
    let x = matrix.data
    for (const [i, program] of layerPrograms(core.program.view()).entries()) {
      const { y, ...found } = await checkProgram(subject, layerName(core.layers, i), program, x, options)
      layers.push(found)
      report(i + 2)
      x = firstColumns(y, program.before, program.after)
    }
    const { y: _, ...total } = flow
    return { flow: total, layers, worst: layers.reduce((a, b) => (size(b) > size(a) ? b : a)), seed }
  })
}

const size = ({ roundTrip, logDet }: LayerCheck) => Math.max(roundTrip, logDet)

async function samples(core: FlowCore, points: number, seed: Seed, { context: given }: RowOptions) {
  const context = contextRows(core, given, points)
  const key = deriveKey(seed, stream.check)
  const z = baseDraws(core, { key, first: 0, rows: points, temperature: 1 })
  const { x: matrix } = await inverse(core, { data: z, shape: [points, core.dim] }, context, {})
  return { matrix, context }
}

/** What is looked at: these parameters, with these contexts [rows, core.context]. */
interface Subject {
  readonly core: FlowCore
  readonly parameters: FlowParameters
  readonly context: Float32Array
  readonly rows: number
}

async function checkProgram(
  subject: Subject,
  name: string,
  program: SubProgram,
  x: Float32Array,
  { signal }: LongOptions,
): Promise<LayerCheck & { y: Float32Array }> {
  const { core, parameters, context, rows } = subject
  const { words, before } = program
  const [y, back] = [new Float32Array(x.length), new Float32Array(x.length)]
  const [logDet, backLogDet] = [new Float64Array(rows), new Float64Array(rows)]
  const { values } = parameters
  await core.backend.run('flowForward', words, values, NONE, x, context, y, logDet, NOT_WANTED)
  await core.backend.run('flowInverse', words, values, NONE, y, context, back, backLogDet, NOT_WANTED)
  let [roundTrip, worst] = [0, 0]
  for (let i = 0; i < x.length; i++) roundTrip = larger(roundTrip, relative(back[i]!, x[i]!))
  for (let row = 0; row < rows; row++) {
    if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason })
    const dense = before <= MOST_DENSE
    const reference = dense ? -(await denseLogDet(subject, program, y, row)) : -backLogDet[row]!
    worst = larger(worst, relative(logDet[row]!, reference))
  }
  return { name, roundTrip, logDet: worst, y }
}

const relative = (value: number, reference: number) => Math.abs(value - reference) / Math.max(1, Math.abs(reference))

/** The larger error, where one that is not a number is the largest. */
const larger = (a: number, b: number) => (Number.isNaN(b) ? Number.POSITIVE_INFINITY : Math.max(a, b))

/** log |det dx/dy| at one row of y: row r of the Jacobian is the gradient of x_r. */
async function denseLogDet(
  { core, parameters, context }: Subject,
  { words, before: n }: SubProgram,
  y: Float32Array,
  row: number,
): Promise<number> {
  const points = repeatRows(y.subarray(row * n, (row + 1) * n), n, n)
  const contexts = repeatRows(context.subarray(row * core.context, (row + 1) * core.context), core.context, n)
  const [directions, jacobian] = [new Float32Array(n * n), new Float32Array(n * n)]
  for (let i = 0; i < n; i++) directions[i * n + i] = 1
  const { values } = parameters
  await core.backend.run('flowInverseGradient', words, values, points, contexts, directions, 0, false, NONE, jacobian)
  if (jacobian.some((slope) => !Number.isFinite(slope))) return Number.NaN
  return logAbsDeterminant(Float64Array.from(jacobian), n)
}

/** The first `count` of each row's numbers: what a layer leaves for the next one. */
function firstColumns(rows: Float32Array, width: number, count: number): Float32Array {
  if (count === width) return rows
  const kept = new Float32Array((rows.length / width) * count)
  for (let r = 0; r * width < rows.length; r++) kept.set(rows.subarray(r * width, r * width + count), r * count)
  return kept
}
