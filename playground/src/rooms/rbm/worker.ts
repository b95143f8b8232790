/** The restricted Boltzmann machine, in the room's worker. */

import { AbortError, type FitOptions, type FitProgress, type Matrix, RBM } from 'gibbsite'
import type { PixelImage } from '../../ui/pixels.tsx'
import { Frames, type Show } from '../../worker/frames.ts'
import { serve } from '../../worker/serve.ts'
import { loadDigits, PIXELS } from './digits.ts'
import { Dreams } from './dreams.ts'
import { filterTiles, greyTiles } from './tiles.ts'

export interface Training {
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly method: 'pcd' | 'cd'
  readonly seed: number
}

/** Half of a picture, to be completed. */
export interface Cue {
  /** [784]: 0 or 1. */
  readonly pixels: Uint8Array
  /** [784]: 1 for a pixel that is known. */
  readonly known: Uint8Array
}

export interface RbmFrame {
  readonly hidden: number
  readonly filters: PixelImage
  readonly fantasies: PixelImage
  /** The cue, filled in; undefined where there is none. */
  readonly completion: PixelImage | undefined
  /** The last report of the training. */
  readonly progress: FitProgress | undefined
  /** Mean log pseudo-likelihood of digits after each epoch, in nats. */
  readonly scores: readonly number[]
}

export const FILTERS = 64
export const FANTASIES = 36
const SWEEPS = 5
/** Milliseconds between pictures, at least. */
const PAUSE = 200
/** And so many times as long as a picture took to make: nine tenths of the time are for learning. */
const SHARE = 9

export class RbmService {
  #rbm = new RBM({ visible: PIXELS, hidden: 1 })
  #digits: Promise<Matrix> | undefined
  #dreams = new Dreams(FANTASIES, 1)
  #cue: Cue | undefined
  #seed = 1
  #training: AbortController | undefined
  /** What the training in progress was asked for; undefined where the model was not trained here. */
  #settings: Training | undefined
  #progress: FitProgress | undefined
  #scores: number[] = []

  /** A model that knows nothing yet. */
  async create(hidden: number, seed: number): Promise<RbmFrame> {
    await this.stop()
    return this.#adopt(new RBM({ visible: PIXELS, hidden, seed }), seed)
  }

  /** A model from a file that `save` or the command wrote. */
  async open(bytes: Uint8Array, seed: number): Promise<RbmFrame> {
    const rbm = RBM.fromBytes(bytes)
    if (rbm.visible !== PIXELS) {
      throw new Error(`expected a model of ${PIXELS} visible units, pictures of 28 x 28; got ${rbm.visible}`)
    }
    await this.stop()
    return this.#adopt(rbm, seed)
  }

  save(): Uint8Array {
    return this.#rbm.toBytes()
  }

  /** Trains for so many epochs more, or until `stop`, and shows how it goes. */
  async train(training: Training, show: Show<RbmFrame>): Promise<void> {
    await this.stop()
    const data = await this.#data()
    const control = new AbortController()
    this.#training = control
    const learning = this.#fit(data, training, control.signal)
    try {
      await this.#watch(learning, show)
    } finally {
      if (this.#training === control) this.#training = undefined
    }
  }

  /** Resolves when the training has stopped, at a finished step. */
  async stop(): Promise<void> {
    this.#training?.abort()
    while (this.#training !== undefined) await pause(5)
  }

  /** Lets the chains run on, without learning. */
  async dream(sweeps: number): Promise<RbmFrame> {
    return this.#frame(sweeps)
  }

  /** Another half picture; its completion comes with the frames of a training, or at once. */
  async complete(cue: Cue | undefined): Promise<PixelImage | undefined> {
    this.#cue = cue
    return this.#completion()
  }

  /** One of the digits, 0 or 1 each pixel. */
  async digit(index: number): Promise<Uint8Array> {
    const { data, shape } = await this.#data()
    const start = (index % shape[0]) * PIXELS
    return Uint8Array.from(data.subarray(start, start + PIXELS), (value) => (value > 0.5 ? 1 : 0))
  }

  #data(): Promise<Matrix> {
    this.#digits ??= loadDigits()
    return this.#digits
  }

  #adopt(rbm: RBM, seed: number): Promise<RbmFrame> {
    this.#rbm = rbm
    this.#seed = seed
    this.#dreams = new Dreams(FANTASIES, seed)
    this.#settings = undefined
    this.#progress = undefined
    this.#scores = []
    return this.#frame(1)
  }

  async #fit(data: Matrix, training: Training, signal: AbortSignal): Promise<void> {
    // With the same settings the training goes on where it stopped, to the bytes of an uninterrupted one.
    const resume = this.#settings !== undefined && sameApartFromEpochs(this.#settings, training)
    const before = resume ? (this.#rbm.training?.epoch ?? 0) : 0
    this.#settings = training
    if (!resume) this.#scores = []
    const { epochs, ...settings } = training
    const options: FitOptions = { ...settings, epochs: before + epochs, resume, signal }
    const onProgress = (progress: FitProgress) => {
      this.#progress = progress
      if (progress.pseudoLogLikelihood !== undefined) this.#scores.push(progress.pseudoLogLikelihood)
    }
    try {
      await this.#rbm.fit(data, { ...options, onProgress })
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
    }
  }

  /** Makes pictures until the training ends, and one of its end. */
  async #watch(learning: Promise<void>, show: Show<RbmFrame>): Promise<void> {
    const frames = new Frames(show)
    let [over, rest] = [false, PAUSE]
    const ended = learning.finally(() => (over = true))
    ended.catch(() => {})
    while (!over) {
      await Promise.race([pause(rest), ended])
      if (over || !frames.ready) continue
      const began = performance.now()
      frames.send(await this.#frame(SWEEPS))
      rest = Math.max(PAUSE, SHARE * (performance.now() - began))
    }
    await ended
    await frames.shown()
    frames.send(await this.#frame(SWEEPS))
    await frames.shown()
  }

  async #frame(sweeps: number): Promise<RbmFrame> {
    const rbm = this.#rbm
    const [fantasies, completion] = await Promise.all([this.#dreams.dream(rbm, sweeps), this.#completion()])
    return {
      hidden: rbm.hidden,
      filters: filterTiles(rbm.parameters().weights.data, rbm.hidden, Math.min(FILTERS, rbm.hidden), 8),
      fantasies: greyTiles(fantasies.data, FANTASIES, 6),
      completion,
      progress: this.#progress,
      scores: this.#scores,
    }
  }

  async #completion(): Promise<PixelImage | undefined> {
    if (this.#cue === undefined) return undefined
    const { pixels, known } = this.#cue
    const { mean } = await this.#rbm.complete(pixels, known, { sweeps: 100, average: 50, seed: this.#seed })
    return greyTiles(mean.data, 1, 1)
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function sameApartFromEpochs(a: Training, b: Training): boolean {
  return JSON.stringify({ ...a, epochs: 0 }) === JSON.stringify({ ...b, epochs: 0 })
}

serve(() => new RbmService())
