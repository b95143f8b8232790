/** A flow and its training, in the room's worker. */

import {
  eightGaussians,
  type Flow,
  type FlowFitProgress,
  type Matrix,
  nice,
  planar,
  realNVP,
  twoMoons,
  twoSpirals,
} from 'gibbsite'
import { Frames, type Show } from '../../worker/frames.ts'
import { serve } from '../../worker/serve.ts'
import { type FlowPictures, picturesOf } from './pictures.ts'
import { EPOCHS, FEWEST_DRAWN, POINTS, type SetName, type Setting, TRAINING } from './setting.ts'

/** A new flow and what it will be trained on. */
export interface Begun {
  /** [n, 2] */
  readonly points: Float32Array
  /** Mean of the true log density over the points held out: no flow can do better in the long run. */
  readonly best: number | undefined
  readonly frame: FlowFrame
}

export interface Score {
  readonly epoch: number
  /** Mean log p of the epoch's points, each as it was when its step came. */
  readonly trained: number
  /** Of points that are not trained on, where there are such. */
  readonly heldOut: number | undefined
}

export interface FlowFrame extends FlowPictures {
  /** Those since the last frame. */
  readonly scores: readonly Score[]
  readonly epoch: number
  readonly examplesPerSecond: number
}

interface Work {
  readonly flow: Flow
  readonly setting: Setting
  readonly data: Matrix
  readonly heldOut: Matrix | undefined
}

const LAWS = { moons: twoMoons, spirals: twoSpirals, gaussians: eightGaussians }
/** Milliseconds from one frame to the next: making one takes a good part of them. */
const BETWEEN = 120

export class FlowService {
  #work: Work | undefined
  #running = false
  #scores: Score[] = []
  #epoch = 0
  #speed = 0
  #turn: Promise<unknown> = Promise.resolve()

  /** A new flow; training that goes on is stopped first. What is wrong with the setting is thrown, and all stays. */
  start(setting: Setting): Promise<Begun> {
    this.pause()
    return this.#next(async () => {
      const { work, best } = begin(setting)
      this.#work = work
      this.#scores = []
      this.#epoch = 0
      this.#speed = 0
      return { points: work.data.data, best, frame: await this.#frame() }
    })
  }

  /** Trains until `pause` or to the end. */
  run(show: Show<FlowFrame>): Promise<void> {
    return this.#next(async () => {
      this.#running = true
      const frames = new Frames(show)
      let last = performance.now()
      await this.#train(EPOCHS, async () => {
        if (!frames.ready || performance.now() - last < BETWEEN) return
        frames.send(await this.#frame())
        last = performance.now()
      })
      await frames.shown()
      await show(await this.#frame())
    })
  }

  pause(): void {
    this.#running = false
  }

  /** One epoch. */
  step(): Promise<FlowFrame> {
    return this.#next(async () => {
      this.#running = true
      await this.#train(1, async () => {})
      return this.#frame()
    })
  }

  /** One call after the other. */
  #next<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(call)
    this.#turn = result.catch(() => {})
    return result
  }

  async #train(epochs: number, afterEpoch: () => Promise<void>): Promise<void> {
    const { flow, data, heldOut, setting } = this.#work!
    const options = { ...TRAINING, seed: setting.seed, resume: flow.training !== undefined }
    const training = flow.fit(data, heldOut === undefined ? options : { ...options, validation: heldOut })
    const end = this.#epoch + epochs
    for await (const progress of training) {
      this.#note(progress)
      await afterEpoch()
      if (!this.#running || this.#epoch >= end) break
    }
    this.#running = false
  }

  #note({ epoch, logLikelihood, validation, examplesPerSecond }: FlowFitProgress): void {
    this.#epoch = epoch
    this.#speed = examplesPerSecond
    this.#scores.push({ epoch, trained: logLikelihood, heldOut: validation?.logLikelihood })
  }

  async #frame(): Promise<FlowFrame> {
    const { flow, setting } = this.#work!
    const pictures = await picturesOf(flow, setting.set)
    return { ...pictures, scores: this.#scores.splice(0), epoch: this.#epoch, examplesPerSecond: this.#speed }
  }
}

function begin(setting: Setting): { work: Work; best: number | undefined } {
  const { set, seed, drawn } = setting
  if (set !== 'drawn') {
    const [data, heldOut] = [pointsOf(set, seed), pointsOf(set, seed + 1)]
    const truth = LAWS[set]().logPdf(heldOut.data)
    return { work: { flow: flowOf(setting), setting, data, heldOut }, best: truth.reduce((a, b) => a + b, 0) / POINTS }
  }
  const count = drawn.length / 2
  if (count < FEWEST_DRAWN) {
    throw new Error(`expected at least ${FEWEST_DRAWN} points; got ${count}: draw more into the square of the data`)
  }
  const data: Matrix = { data: drawn, shape: [count, 2] }
  return { work: { flow: flowOf(setting), setting, data, heldOut: undefined }, best: undefined }
}

function pointsOf(set: Exclude<SetName, 'drawn'>, seed: number): Matrix {
  return { data: Float32Array.from(LAWS[set]().sample(POINTS, { seed })), shape: [POINTS, 2] }
}

function flowOf({ kind, layers, width, seed }: Setting): Flow {
  if (kind === 'planar') return planar({ dim: 2, layers, closedForm: 'density', seed })
  const net = { dim: 2, couplings: layers, hidden: [width, width], activation: 'silu', seed } as const
  return kind === 'nice' ? nice({ ...net, base: 'normal' }) : realNVP(net)
}

serve(() => new FlowService())
