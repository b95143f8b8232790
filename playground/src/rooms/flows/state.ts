/** What the flows room knows: the settings as signals, the drawing, and what the worker sent last. */

import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Remote } from 'comlink'
import type { AlignedData } from 'uplot'
import type { PixelImage } from '../../ui/pixels.tsx'
import type { Mark } from '../../ui/plane.tsx'
import { shows } from '../../worker/connect.ts'
import { flowCode } from './code.ts'
import { Drawing } from './drawing.ts'
import { EPOCHS, FEWEST_DRAWN, type Kind, RANGES, type SetName, type Setting } from './setting.ts'
import type { Begun, FlowFrame, FlowService, Score } from './worker.ts'

type Attempt = (work: () => Promise<unknown>) => Promise<void>

const NO_POINTS = new Float32Array()
/** Nats that the chart shows below the best epoch. */
const DEPTH = 2

export class FlowState {
  readonly kind: Signal<Kind> = signal<Kind>('realNVP')
  readonly layers: Signal<number> = signal(16)
  readonly width: Signal<number> = signal(32)
  readonly set: Signal<SetName> = signal<SetName>('moons')
  readonly seed: Signal<number> = signal(1)
  readonly running: Signal<boolean> = signal(false)
  readonly drawing = new Drawing()
  readonly begun: Signal<Begun | undefined> = signal<Begun | undefined>(undefined)
  readonly frame: Signal<FlowFrame | undefined> = signal<FlowFrame | undefined>(undefined)
  readonly scores: Signal<readonly Score[]> = signal<readonly Score[]>([])

  /** Whether too little has been drawn yet. */
  readonly lacksPoints = computed(() => {
    return this.set.value === 'drawn' && this.drawing.points.value.length < 2 * FEWEST_DRAWN
  })

  readonly ended = computed(() => (this.frame.value?.epoch ?? 0) >= EPOCHS)
  readonly ranges = computed(() => RANGES[this.set.value])

  readonly data = computed<readonly Mark[]>(() => {
    const isDrawn = this.set.value === 'drawn'
    const at = isDrawn ? this.drawing.points.value : (this.begun.value?.points ?? NO_POINTS)
    return [{ kind: 'points', at, colour: '--accent', size: 3 }, ...this.drawing.marks.value]
  })

  readonly heat = computed<PixelImage | undefined>(() => {
    const heat = this.frame.value?.heat
    if (heat === undefined) return undefined
    const side = Math.sqrt(heat.length)
    return { width: side, height: side, data: heat }
  })

  readonly lattice = computed<readonly Mark[]>(() => [
    { kind: 'line', at: this.frame.value?.lattice ?? NO_POINTS, colour: '--second', size: 1 },
  ])

  readonly samples = computed<readonly Mark[]>(() => [
    { kind: 'points', at: this.frame.value?.samples ?? NO_POINTS, colour: '--accent', size: 3 },
  ])

  readonly chart = computed<AlignedData>(() => {
    const [scores, best] = [this.scores.value, this.begun.value?.best ?? null]
    // The first epochs can be far below all others, and would press them flat.
    const floor = scores.reduce((most, { trained }) => Math.max(most, trained), Number.NEGATIVE_INFINITY) - DEPTH
    const shown = (value: number | undefined) => (value !== undefined && value > floor ? value : null)
    return [
      scores.map(({ epoch }) => epoch),
      scores.map(({ trained }) => shown(trained)),
      scores.map(({ heldOut }) => shown(heldOut)),
      scores.map(() => best),
    ]
  })

  readonly code = computed<string>(() => flowCode(this.#setting.value, this.frame.value?.epoch ?? 0))

  readonly #setting = computed<Setting>(() => ({
    kind: this.kind.value,
    layers: this.layers.value,
    width: this.width.value,
    set: this.set.value,
    seed: this.seed.value,
    drawn: this.set.value === 'drawn' ? this.drawing.points.value : NO_POINTS,
  }))

  /** Has the worker follow the settings; gives the function that ends it. */
  follow(service: Remote<FlowService>, attempt: Attempt): () => void {
    const restarts = effect(() => {
      const setting = this.#setting.value
      // A stroke counts when it has ended.
      if (!this.drawing.drawing.value && !this.lacksPoints.value) attempt(() => this.#start(service, setting))
    })
    const runs = effect(() => {
      if (this.running.value) attempt(() => this.#run(service))
      else attempt(() => service.pause())
    })
    return () => {
      restarts()
      runs()
    }
  }

  restart(service: Remote<FlowService>): Promise<void> {
    return this.#start(service, this.#setting.peek())
  }

  async advance(service: Remote<FlowService>): Promise<void> {
    this.#take(await service.step())
  }

  async #start(service: Remote<FlowService>, setting: Setting): Promise<void> {
    const begun = await service.start(setting)
    this.begun.value = begun
    this.scores.value = []
    this.#take(begun.frame)
  }

  async #run(service: Remote<FlowService>): Promise<void> {
    try {
      await service.run(shows((frame) => this.#take(frame)))
    } finally {
      this.running.value = false
    }
  }

  #take(frame: FlowFrame): void {
    this.frame.value = frame
    this.scores.value = [...this.scores.value, ...frame.scores]
  }
}
