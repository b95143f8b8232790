/** What the Ising room knows: the settings as signals, what the worker sent last, and the traces. */

import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Remote } from 'comlink'
import type { AlignedData } from 'uplot'
import type { PixelImage } from '../../ui/pixels.tsx'
import { shows } from '../../worker/connect.ts'
import { isingCode } from './code.ts'
import { CRITICAL, exactEnergy, exactMagnetisation } from './exact.ts'
import type { Climate, IsingFrame, IsingService } from './worker.ts'

export const INITS = [
  ['random', 'at random (hot)'],
  ['up', 'all up (cold)'],
] as const

const LONGEST = 400

/** A frame without its picture: what the traces keep. */
type Point = Pick<IsingFrame, 'sweeps' | 'energy' | 'magnetisation'>

export class IsingState {
  readonly size: Signal<number> = signal(512)
  readonly temperature: Signal<number> = signal(2.27)
  readonly field: Signal<number> = signal(0)
  readonly pace: Signal<number | 'fast'> = signal<number | 'fast'>('fast')
  readonly init: Signal<'random' | 'up'> = signal<'random' | 'up'>('random')
  readonly seed: Signal<number> = signal(1)
  readonly running: Signal<boolean> = signal(false)
  readonly frame: Signal<IsingFrame | undefined> = signal<IsingFrame | undefined>(undefined)
  readonly #trace: Signal<readonly Point[]> = signal<readonly Point[]>([])

  readonly image = computed<PixelImage | undefined>(() => {
    const frame = this.frame.value
    return frame && { width: frame.size, height: frame.size, data: frame.spins }
  })

  readonly magnetisation = computed<AlignedData>(() => {
    // Of the two exact values the one that the lattice is nearer to.
    const side = Math.sign(this.frame.value?.magnetisation ?? 1)
    return this.#columns(({ magnetisation }) => magnetisation, side * exactMagnetisation(this.temperature.value))
  })

  readonly energy = computed<AlignedData>(() =>
    this.#columns(({ energy }) => energy, exactEnergy(this.temperature.value)),
  )

  readonly code = computed<string>(() =>
    isingCode({
      size: this.size.value,
      seed: this.seed.value,
      init: this.init.value,
      temperature: this.temperature.value,
      field: this.field.value,
      sweeps: this.frame.value?.sweeps ?? 0,
    }),
  )

  /** Has the worker follow the settings; gives the function that ends it. */
  follow(service: Remote<IsingService>, attempt: (work: () => Promise<unknown>) => Promise<void>): () => void {
    const restarts = effect(() => {
      this.size.value
      this.init.value
      this.seed.value
      attempt(() => this.restart(service))
    })
    const changes = effect(() => {
      const climate = this.#climate()
      attempt(() => service.change(climate))
    })
    const runs = effect(() => {
      if (this.running.value) attempt(() => service.run(shows((frame) => this.#take(frame))))
      else attempt(() => service.pause())
    })
    return () => {
      restarts()
      changes()
      runs()
    }
  }

  async restart(service: Remote<IsingService>): Promise<void> {
    const start = { size: this.size.value, seed: this.seed.value, init: this.init.value }
    const frame = await service.start(start, this.#climate(true))
    this.#trace.value = []
    this.#take(frame)
  }

  async step(service: Remote<IsingService>): Promise<void> {
    this.#take(await service.step(1))
  }

  quench(temperature: number): void {
    this.temperature.value = temperature
  }

  #climate(quietly = false): Climate {
    const read = <Value>(value: Signal<Value>) => (quietly ? value.peek() : value.value)
    return { temperature: read(this.temperature), field: read(this.field), pace: read(this.pace) }
  }

  #take(frame: IsingFrame): void {
    // A frame of the lattice before a restart would come after one of the new lattice.
    this.frame.value = frame
    const trace = this.#trace.value
    const last = trace.at(-1)
    const kept = last !== undefined && frame.sweeps <= last.sweeps ? [] : trace.slice(-LONGEST + 1)
    this.#trace.value = [...kept, { sweeps: frame.sweeps, energy: frame.energy, magnetisation: frame.magnetisation }]
  }

  #columns(value: (point: Point) => number, exact: number): AlignedData {
    const trace = this.#trace.value
    const level = this.field.value === 0 ? exact : null
    return [trace.map(({ sweeps }) => sweeps), trace.map(value), trace.map(() => level)]
  }
}

export const TEMPERATURES = [
  ['Cold, T = 1.5', 1.5],
  ['Critical, T = 2.27', Math.round(CRITICAL * 100) / 100],
  ['Hot, T = 4', 4],
] as const
