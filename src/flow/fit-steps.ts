/** The steps of a training: kernel calls on the rows of a piece, and what happens when numbers leave the finite. */

import type { BackendArray } from '../backend/backend.ts'
import { DivergenceError, IllConditionedError } from '../errors.ts'
import { deriveKey, type Key } from '../random/key.ts'
import { gather, type Rows } from './fit-data.ts'
import type { LearningRates } from './fit-rates.ts'
import { adoptParameters, type FlowCore, stream, writeParameters } from './flow-core.ts'
import { layerName } from './program.ts'
import type { FlowTrainingState } from './training-state.ts'

type Values = BackendArray<Float32Array>

/** The rows of one step, before any noise, and the step's number. */
interface StepRows {
  readonly x: Float32Array
  readonly context: Float32Array
  readonly number: number
}

const NONE = new Float32Array()
/** Why a step failed, as native/kernels/flow_train.h numbers it. */
const reasons = { logProb: 0, gradient: 1, condition: 2 } as const
/** Activations that are kept for the backward pass under `memory: 'auto'`, in floats: 64 MiB. */
const MOST_STORED = 1 << 24
/** With more parameters than this a call makes one step: several would need one more set of them, and gain nothing. */
const LARGE = 1 << 21
// Multiplications a millisecond that any machine gets through; a step has three for each weight, row and pixel.
const CAUTIOUS_SPEED = 1e6
const PRODUCTS = 3

/**
 * The kernels never write the parameters that others may be reading: each call goes from the newest ones to a set of its
 * own, which then becomes the newest. The set before the last step is kept, too: if the next step finds that log p is not
 * finite with the newest, it was the last good one.
 */
export class FitSteps {
  readonly #core: FlowCore
  readonly #state: FlowTrainingState
  readonly #rows: Rows
  readonly #rates: LearningRates
  readonly #key: Key
  readonly #decayed: Uint32Array
  readonly #store: boolean
  readonly #batch: number
  readonly #steps: number
  /** Undefined before the first step of this run. */
  #before: Values | undefined
  #last: StepRows | undefined

  constructor(core: FlowCore, state: FlowTrainingState, rows: Rows, rates: LearningRates) {
    const { settings } = state
    this.#core = core
    this.#state = state
    this.#rows = rows
    this.#rates = rates
    this.#key = deriveKey(BigInt(settings.seed), stream.noise)
    this.#decayed = decayedRanges(core)
    this.#batch = Math.min(settings.batch, rows.matrix.shape[0])
    this.#steps = Math.ceil(rows.matrix.shape[0] / this.#batch)
    this.#store = settings.memory === 'store' || (settings.memory === 'auto' && storesLittle(core, this.#batch))
  }

  /** Steps that surely fit into a piece of long work. */
  get firstPiece(): number {
    const { backend, shape, parameters } = this.#core
    const work = PRODUCTS * parameters.current.values.length * shape.height * shape.width * this.#batch
    return (CAUTIOUS_SPEED * backend.pieceMilliseconds) / work
  }

  /**
   * Steps `first` to `first + count` of the epoch whose rows have this order.
   *
   * @throws DivergenceError or IllConditionedError; the flow then has the last good parameters, and this training is over
   */
  async advance(order: Uint32Array, first: number, count: number): Promise<void> {
    const most = this.#core.parameters.current.values.length > LARGE ? 1 : count
    for (let step = first; step < first + count; step += most) await this.#advance(order, step, most)
  }

  async #advance(order: Uint32Array, first: number, count: number): Promise<void> {
    const { parameters } = this.#core
    const rows = this.#take(order.subarray(first * this.#batch, (first + count) * this.#batch), first)
    const [from, to] = [parameters.current, parameters.take()]
    const turn = count > 1 ? this.#core.workspace.take('turn', Float32Array, from.values.length) : undefined
    const [logProb, failure] = [new Float64Array(count), new Int32Array(2)]
    const failed = await this.#train(rows, from.values, to.values, turn, logProb, failure)
    if (failed === 0) parameters.release(to)
    else adoptParameters(this.#core, to)
    if (failed >= 0) throw this.#diverged(rows.number + failed, failure, failed === 0)
    this.#before = turn ?? from.values
    this.#last = this.#lastOf(rows, count)
    this.#state.sum += logProb.reduce((sum, mean, s) => sum + mean * this.#sizeOf(rows, s), 0)
  }

  /**
   * Makes sure that log p is finite with the parameters after the last step, which no later step has used.
   *
   * @throws DivergenceError as `advance`
   */
  async verify(): Promise<void> {
    if (this.#last === undefined) return
    const { backend, program, parameters, dim } = this.#core
    const x = await this.#noisy(this.#last)
    const logProb = new Float64Array(x.length / dim)
    const { values } = parameters.current
    const { context, number } = this.#last
    const outputs = [NONE, new Float64Array(), logProb] as const
    await backend.run('flowForward', program, values, NONE, x, context, ...outputs)
    if (logProb.every(Number.isFinite)) return
    const layer = backend.kernels.flowLocate(program, values, x, context, false)
    throw this.#diverged(number + 1, Int32Array.of(reasons.logProb, layer), true)
  }

  #take(order: Uint32Array, first: number): StepRows {
    const { dim, context } = this.#core
    return {
      x: gather(this.#rows.matrix.data, dim, order),
      context: gather(this.#rows.context, context, order),
      number: this.#state.epoch * this.#steps + first,
    }
  }

  #sizeOf({ x }: StepRows, step: number): number {
    return Math.min(this.#batch, x.length / this.#core.dim - step * this.#batch)
  }

  #lastOf({ x, context, number }: StepRows, count: number): StepRows {
    const from = (count - 1) * this.#batch
    const { dim, context: width } = this.#core
    return { x: x.subarray(from * dim), context: context.subarray(from * width), number: number + count - 1 }
  }

  async #train(
    { x, context, number }: StepRows,
    from: Values,
    to: Values,
    turn: Values | undefined,
    logProb: Float64Array,
    failure: Int32Array,
  ): Promise<number> {
    const { clip, weightDecay, dequantize } = this.#state.settings
    const { firstMoment, secondMoment } = this.#state
    const rates = this.#rates.of(number, logProb.length)
    const step = this.#core.backend.run(
      'flowTrain',
      ...([this.#core.program, x, context, this.#batch, rates, dequantize, this.#key.low, this.#key.high] as const),
      ...([number, clip, weightDecay, this.#decayed, this.#store, from, firstMoment, secondMoment] as const),
      ...([to, turn ?? NONE, logProb, failure] as const),
    )
    this.#core.stepping = step.catch(() => {})
    try {
      return await step
    } finally {
      this.#core.stepping = undefined
    }
  }

  /** The rows as their step saw them. */
  async #noisy({ x, number }: StepRows): Promise<Float32Array> {
    const { dequantize } = this.#state.settings
    if (dequantize === 0) return x
    const noisy = new Float32Array(x.length)
    await this.#core.backend.run('flowDequantize', x, dequantize, this.#key.low, this.#key.high, number, 0, noisy)
    return noisy
  }

  /**
   * Ends this training.
   *
   * @param number of the step that failed
   * @param failure what native/kernels/flow_train.h says of it
   * @param newest the flow still has the parameters that the step began with
   */
  #diverged(number: number, [reason, what]: Int32Array, newest: boolean): DivergenceError | IllConditionedError {
    const { layers } = this.#core
    this.#core.training = undefined
    if (reason === reasons.condition) return new IllConditionedError(layerName(layers, what!))
    if (reason === reasons.gradient) return new DivergenceError(number, this.#gradientName(what!))
    if (newest && this.#before !== undefined) writeParameters(this.#core, this.#before.view().slice())
    // It was the step before that made these parameters.
    const step = Math.max(0, number - 1)
    return new DivergenceError(step, what! < 0 ? 'log p of the base distribution' : layerName(layers, what!))
  }

  #gradientName(parameter: number): string {
    const { tensors, layers } = this.#core
    const { layer, path } = tensors.find(({ offset, length }) => parameter < offset + length)!
    return `the gradient of ${path} in ${layerName(layers, layer)}`
  }
}

/** Begin and end of the weights that decay: matrices and convolutions. */
function decayedRanges({ tensors }: FlowCore): Uint32Array {
  const matrices = tensors.filter(({ shape }) => shape.length > 1)
  return Uint32Array.from(matrices.flatMap(({ offset, length }) => [offset, offset + length]))
}

function storesLittle({ backend, program }: FlowCore, batch: number): boolean {
  return backend.kernels.flowTapeSize(program, batch) <= MOST_STORED
}
