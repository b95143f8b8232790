/** Inpainting: the unknown numbers of rows climb to where the flow's density is high, the known ones stay. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected, show } from '../errors.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { deriveKey, type Key, type Seed, toWords } from '../random/key.ts'
import { checkLongOptions, reporter } from '../run/progress.ts'
import { baseDraws } from './base-draws.ts'
import { type FlowCore, type FlowParameters, stream } from './flow-core.ts'
import { repeatRows } from './interpolate.ts'
import { type KnownNumbers, toKnown } from './known.ts'
import { inverse, notFinite, pieceRows, type RowOptions, rowOptionKeys, toFlowRows } from './rows.ts'

export interface InpaintOptions extends RowOptions {
  /** Steps of each climb; default 500. */
  steps?: number | undefined
  /** Climbs from different starts, of which the best counts; default 4. */
  restarts?: number | undefined
  /**
   * The interval of the data, to which points are taken back after every step. Default: [0, 1] where the flow begins with a
   * `Logit`, else none.
   */
  bounds?: readonly [low: number, high: number] | undefined
  /** Of starts and noise. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

/** Rows [n, dim]: of each row the point with the highest log p that any of its climbs came to. */
export interface InpaintResult extends Matrix {
  /** log p of it [n], in nats. */
  readonly logProb: Float64Array
  /** log p at the start of every climb and after each step; it never falls. */
  readonly trace: {
    readonly data: Float64Array
    readonly shape: readonly [n: number, restarts: number, points: number]
  }
  /** Steps done. */
  readonly steps: number
  readonly seed: Seed
}

const keys = ['steps', 'restarts', 'bounds', 'seed', ...rowOptionKeys] as const
const MOST_NUMBERS = 2 ** 30
/** What a climb's share of the step size is multiplied by after a step that was taken, and after one that was not. */
const [LONGER, SHORTER] = [1.2, 0.5]

export async function inpaint(
  core: FlowCore,
  data: MatrixLike,
  known: KnownNumbers,
  given: InpaintOptions | undefined,
): Promise<InpaintResult> {
  const options = checkOptions(core, given)
  const { matrix, context } = await toFlowRows(core, 'data', data, options.context)
  const n = matrix.shape[0]
  const most = Math.floor(MOST_NUMBERS / (core.dim * options.restarts))
  if (n > most) throw new ArgumentError(expected('data', `to have at most ${most} rows to be climbed with`, n))
  check.positiveInteger('steps', options.steps, Math.floor(MOST_NUMBERS / (n * options.restarts)))
  const mask = toKnown(known, n, core.dim)
  return core.parameters.read(async (parameters) => {
    const climb = new Climb(core, parameters, matrix, mask, context, options)
    await climb.start()
    return climb.finish()
  })
}

type Checked = ReturnType<typeof checkOptions>

function checkOptions({ layers }: FlowCore, given: InpaintOptions | undefined) {
  const options = check.options('options', given, keys)
  checkLongOptions(options)
  const usual = layers[0]!.kind === 'logit' ? [0, 1] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return {
    ...options,
    steps: check.positiveInteger('steps', options.steps ?? 500),
    restarts: check.positiveInteger('restarts', options.restarts ?? 4, MOST_NUMBERS),
    bounds: options.bounds === undefined ? usual : checkBounds(options.bounds),
    seed: check.seed('seed', options.seed),
  }
}

function checkBounds(bounds: readonly [number, number]): readonly number[] {
  const [low, high] = check.finiteArray('bounds', bounds, 2)
  if (low! < high!) return [Math.fround(low!), Math.fround(high!)]
  throw new ArgumentError(expected('bounds', 'to be [low, high] with low below high', `[${show(low)}, ${show(high)}]`))
}

/** All climbs of one call side by side: row r * restarts + k is climb k of row r. */
class Climb {
  readonly #core: FlowCore
  readonly #parameters: FlowParameters
  readonly #options: Checked
  readonly #rows: number
  readonly #known: Uint8Array
  readonly #context: Float32Array
  readonly #noise: Key
  /** [climbs, dim]: where the climbs stand, the gradient there, and log p [climbs]. */
  readonly #x: Float32Array
  readonly #gradient: Float32Array
  readonly #logProb: Float64Array
  /** The same before the step at hand. */
  readonly #lastX: Float32Array
  readonly #lastGradient: Float32Array
  readonly #lastLogProb: Float64Array
  /** Of the step size, the share that each climb takes [climbs]. */
  readonly #share: Float64Array
  /** Of each row. */
  readonly #best: Float32Array
  readonly #bestLogProb: Float64Array
  readonly #trace: Float64Array
  #done = 0

  constructor(
    core: FlowCore,
    parameters: FlowParameters,
    { data, shape }: Matrix,
    known: Uint8Array,
    context: Float32Array,
    options: Checked,
  ) {
    const { restarts, steps, seed } = options
    const climbs = shape[0] * restarts
    this.#core = core
    this.#parameters = parameters
    this.#options = options
    this.#rows = shape[0]
    this.#known = known
    this.#context = repeatRows(context, core.context, restarts)
    this.#noise = deriveKey(seed, stream.inpaintNoise)
    this.#x = repeatRows(data, core.dim, restarts)
    this.#gradient = new Float32Array(climbs * core.dim)
    this.#logProb = new Float64Array(climbs)
    this.#lastX = this.#x.slice()
    this.#lastGradient = this.#gradient.slice()
    this.#lastLogProb = new Float64Array(climbs).fill(Number.NEGATIVE_INFINITY)
    this.#share = new Float64Array(climbs).fill(1)
    this.#best = data.slice()
    this.#bestLogProb = new Float64Array(shape[0]).fill(Number.NEGATIVE_INFINITY)
    this.#trace = new Float64Array(climbs * (steps + 1))
  }

  /** Samples of the flow take the unknown places. */
  async start(): Promise<void> {
    const { seed } = this.#options
    const climbs = this.#logProb.length
    const key = deriveKey(seed, stream.inpaintStart)
    const z = baseDraws(this.#core, { key, first: 0, rows: climbs, temperature: 1 })
    const { x } = await inverse(this.#core, { data: z, shape: [climbs, this.#core.dim] }, this.#context, {})
    this.#change((at) => x.data[at]!)
  }

  async finish(): Promise<InpaintResult> {
    const { steps, signal } = this.#options
    const report = reporter(this.#options, steps)
    try {
      await this.#evaluate()
      await inPieces(steps, (first, count) => this.#steps(first, count), { signal, onPiece: report })
    } catch (error) {
      if (!(error instanceof AbortError) || this.#done === 0) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  async #steps(first: number, count: number): Promise<void> {
    for (let step = first; step < first + count; step++) {
      this.#step(step)
      this.#done = step + 1
      await this.#evaluate()
    }
  }

  /**
   * x <- x + s alpha (d log p / dx + s eps), eps ~ N(0, 1), a function of step, climb and coordinate; s is the climb's share.
   * The noise has it twice, or it would outweigh the slope of a climb that has nearly arrived.
   */
  #step(step: number): void {
    this.#lastX.set(this.#x)
    this.#lastGradient.set(this.#gradient)
    this.#lastLogProb.set(this.#logProb)
    const { low, high } = toWords(step)
    const noise = new Float32Array(this.#x.length)
    this.#core.backend.kernels.randomNormalF32(noise, this.#noise.low, this.#noise.high, low, high, 0, 0, 1)
    const alpha = 10 / (100 + step)
    this.#change((at, climb) => {
      const share = this.#share[climb]!
      return this.#x[at]! + share * alpha * (this.#gradient[at]! + share * noise[at]!)
    })
  }

  /** Sets the unknown numbers of all climbs, kept within the bounds. */
  #change(value: (at: number, climb: number) => number): void {
    const { restarts, bounds } = this.#options
    const [low, high] = [bounds[0]!, bounds[1]!]
    const { dim } = this.#core
    for (let climb = 0, at = 0; climb < this.#logProb.length; climb++) {
      const mask = Math.floor(climb / restarts) * dim
      for (let i = 0; i < dim; i++, at++) {
        if (this.#known[mask + i] === 0) this.#x[at] = Math.min(high, Math.max(low, value(at, climb)))
      }
    }
  }

  /** log p and its gradient where the climbs stand; keeps what is best. */
  async #evaluate(): Promise<void> {
    const { dim, context } = this.#core
    const climbs = this.#logProb.length
    const most = pieceRows(this.#core)
    for (let first = 0; first < climbs; first += most) {
      const last = Math.min(climbs, first + most)
      await this.#core.backend.run(
        'flowGradient',
        ...([this.#core.program, this.#parameters.values, this.#x.subarray(first * dim, last * dim)] as const),
        ...([this.#context.subarray(first * context, last * context), 1, true] as const),
        ...([this.#logProb.subarray(first, last), new Float32Array()] as const),
        this.#gradient.subarray(first * dim, last * dim),
      )
    }
    this.#keep()
  }

  #keep(): void {
    const { restarts, steps } = this.#options
    const { dim } = this.#core
    for (let climb = 0; climb < this.#logProb.length; climb++) {
      this.#judge(climb)
      const [row, logProb] = [Math.floor(climb / restarts), this.#logProb[climb]!]
      this.#trace[climb * (steps + 1) + this.#done] = logProb
      if (logProb <= this.#bestLogProb[row]!) continue
      this.#bestLogProb[row] = logProb
      this.#best.set(this.#x.subarray(climb * dim, (climb + 1) * dim), row * dim)
    }
  }

  /** Takes back a step that led downhill, or to where nothing is finite: it was too long for the slope. */
  #judge(climb: number): void {
    if (this.#logProb[climb]! >= this.#lastLogProb[climb]!) {
      this.#share[climb] = Math.min(1, LONGER * this.#share[climb]!)
      return
    }
    if (this.#done === 0) throw this.#failure()
    const { dim } = this.#core
    const [from, to] = [climb * dim, (climb + 1) * dim]
    this.#x.set(this.#lastX.subarray(from, to), from)
    this.#gradient.set(this.#lastGradient.subarray(from, to), from)
    this.#logProb[climb] = this.#lastLogProb[climb]!
    this.#share[climb]! *= SHORTER
  }

  #failure(): Error {
    const rows: Matrix = { data: this.#x, shape: [this.#logProb.length, this.#core.dim] }
    return notFinite(this.#core, this.#parameters, 'flowForward', { rows, context: this.#context })
  }

  #result(): InpaintResult {
    const { restarts, steps, seed } = this.#options
    const [climbs, points] = [this.#logProb.length, this.#done + 1]
    const trace = new Float64Array(climbs * points)
    for (let climb = 0; climb < climbs; climb++) {
      trace.set(this.#trace.subarray(climb * (steps + 1), climb * (steps + 1) + points), climb * points)
    }
    return {
      data: this.#best,
      shape: [this.#rows, this.#core.dim],
      logProb: this.#bestLogProb,
      trace: { data: trace, shape: [this.#rows, restarts, points] },
      steps: this.#done,
      seed,
    }
  }
}
