/** The lattice, in the room's worker. */

import { type Ising2d, ising2d } from 'gibbsite'
import { Frames, type Show } from '../../worker/frames.ts'
import { serve } from '../../worker/serve.ts'

/** What the sliders say while the lattice runs. */
export interface Climate {
  temperature: number
  field: number
  /** Sweeps of one picture; `fast`: as many as a thirtieth of a second has room for. */
  pace: number | 'fast'
}

export interface Start {
  readonly size: number
  readonly seed: number
  readonly init: 'random' | 'up'
}

export interface IsingFrame {
  /** [size, size]: 1 for +1, 255 for -1. */
  readonly spins: Uint8Array
  readonly size: number
  /** Sweeps done since the start. */
  readonly sweeps: number
  /** Of a site. */
  readonly energy: number
  readonly magnetisation: number
  /** All that the worker did counts, drawing included; 0 while it stands still. */
  readonly updatesPerSecond: number
}

const BURST = 1000 / 30

export class IsingService {
  #lattice: Ising2d | undefined
  #climate: Climate = { temperature: 1, field: 0, pace: 'fast' }
  #running = false
  /** Sweeps of a burst of `fast`, as the last bursts had it. */
  #burst = 1
  #speed = new Speed()

  /** A new lattice; a run that is going on goes on with it. */
  async start({ size, seed, init }: Start, climate: Climate): Promise<IsingFrame> {
    this.#climate = climate
    this.#lattice = await ising2d({ size, seed, init, temperature: climate.temperature, field: climate.field })
    this.#burst = 1
    this.#speed = new Speed()
    return this.#frame()
  }

  change(climate: Climate): void {
    this.#climate = climate
  }

  /** Runs until `pause`, and shows what it can. */
  async run(show: Show<IsingFrame>): Promise<void> {
    if (this.#running) return
    this.#running = true
    this.#speed = new Speed()
    const frames = new Frames(show)
    while (this.#running) {
      // At a slow pace every picture is shown.
      if (this.#climate.pace !== 'fast') await frames.shown()
      await this.#advance(this.#climate.pace)
      if (!frames.ready) continue
      const frame = this.#frame()
      frames.send(frame, [frame.spins.buffer])
    }
    await frames.shown()
  }

  pause(): void {
    this.#running = false
  }

  /** So many sweeps at once, then a picture. */
  async step(sweeps: number): Promise<IsingFrame> {
    this.#speed = new Speed()
    await this.#advance(sweeps)
    return this.#frame()
  }

  async #advance(pace: number | 'fast'): Promise<void> {
    const lattice = await this.#inClimate()
    const sweeps = pace === 'fast' ? this.#burst : pace
    const began = performance.now()
    await lattice.sweep(sweeps, { temperature: this.#climate.temperature })
    this.#speed.count(sweeps * lattice.rows * lattice.columns)
    if (pace !== 'fast') return
    const fitting = (sweeps * BURST) / Math.max(performance.now() - began, 0.1)
    this.#burst = Math.max(1, Math.min(Math.round(fitting), 4 * sweeps))
  }

  /** The temperature may change from sweep to sweep; a lattice has one field, so another field takes the spins along. */
  async #inClimate(): Promise<Ising2d> {
    const lattice = this.#lattice!
    const { field, temperature } = this.#climate
    if (lattice.field === field) return lattice
    const next = await ising2d({
      size: lattice.rows,
      seed: lattice.seed,
      init: lattice.states(),
      firstSweep: lattice.sweeps,
      temperature,
      field,
    })
    // Meanwhile another start may have been asked for.
    if (this.#lattice === lattice) this.#lattice = next
    return this.#lattice!
  }

  #frame(): IsingFrame {
    const lattice = this.#lattice!
    return {
      spins: new Uint8Array(lattice.states().data.buffer),
      size: lattice.rows,
      sweeps: lattice.sweeps,
      energy: lattice.energy()[0]!,
      magnetisation: lattice.magnetisation()[0]!,
      updatesPerSecond: this.#speed.perSecond,
    }
  }
}

/** Work a second, over about the last second. */
class Speed {
  #since = performance.now()
  #done = 0
  #last = 0

  get perSecond(): number {
    return this.#last
  }

  count(work: number): void {
    this.#done += work
    const seconds = (performance.now() - this.#since) / 1000
    if (seconds < (this.#last === 0 ? 0.25 : 1)) return
    this.#last = this.#done / seconds
    this.#since = performance.now()
    this.#done = 0
  }
}

serve(() => new IsingService())
