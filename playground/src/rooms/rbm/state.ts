/** What the RBM room knows: the settings, what the worker sent last, and the half picture to be completed. */

import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Remote } from 'comlink'
import type { AlignedData } from 'uplot'
import type { PixelImage } from '../../ui/pixels.tsx'
import { shows } from '../../worker/connect.ts'
import { rbmCode } from './code.ts'
import type { RbmFrame, RbmService, Training } from './worker.ts'

type Attempt = (work: () => Promise<unknown>) => Promise<void>

export const SIDE = 28
export type Half = 'upper' | 'lower' | 'left' | 'right'

const ON = 255

export class RbmState {
  readonly hidden: Signal<number> = signal(128)
  readonly seed: Signal<number> = signal(1)
  readonly epochs: Signal<number> = signal(30)
  readonly learningRate: Signal<number> = signal(0.05)
  readonly batch: Signal<number> = signal(100)
  readonly method: Signal<Training['method']> = signal<Training['method']>('pcd')
  readonly training: Signal<boolean> = signal(false)
  readonly frame: Signal<RbmFrame | undefined> = signal<RbmFrame | undefined>(undefined)

  readonly cue: Signal<Uint8Array> = signal(new Uint8Array(SIDE * SIDE))
  readonly half: Signal<Half> = signal<Half>('upper')
  readonly completion: Signal<PixelImage | undefined> = signal<PixelImage | undefined>(undefined)
  #digit = 0

  readonly filters = computed(() => this.frame.value?.filters)
  readonly fantasies = computed(() => this.frame.value?.fantasies)
  readonly cueImage = computed<PixelImage>(() => ({ width: SIDE, height: SIDE, data: this.cue.value }))
  readonly scores = computed<AlignedData>(() => {
    const scores = this.frame.value?.scores ?? []
    return [scores.map((_, i) => i + 1), [...scores]]
  })
  readonly code = computed(() => rbmCode(this.hidden.value, this.seed.value, this.#settings()))

  /** Makes a new model whenever its size or the seed changes, completes whatever is drawn; gives the function that ends it. */
  follow(service: Remote<RbmService>, attempt: Attempt): () => void {
    const models = effect(() => {
      const [hidden, seed] = [this.hidden.value, this.seed.value]
      attempt(async () => this.#take(await service.create(hidden, seed)))
    })
    const cues = effect(() => {
      const cue = { pixels: this.cue.value.map((value) => (value === ON ? 1 : 0)), known: this.#known() }
      attempt(async () => (this.completion.value = await service.complete(cue)))
    })
    attempt(() => this.nextDigit(service))
    return () => {
      models()
      cues()
    }
  }

  /** Trains until it is done or stopped. */
  async train(service: Remote<RbmService>): Promise<void> {
    this.training.value = true
    try {
      await service.train(
        this.#settings(),
        shows((frame) => this.#take(frame)),
      )
    } finally {
      this.training.value = false
    }
  }

  async stop(service: Remote<RbmService>): Promise<void> {
    await service.stop()
  }

  async dream(service: Remote<RbmService>): Promise<void> {
    this.#take(await service.dream(100))
  }

  async open(service: Remote<RbmService>, file: File): Promise<void> {
    this.#take(await service.open(new Uint8Array(await file.arrayBuffer()), this.seed.value))
    this.completion.value = this.frame.value?.completion
  }

  /** The bytes of the model as a file to download. */
  async save(service: Remote<RbmService>): Promise<void> {
    const bytes = await service.save()
    const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]))
    const link = document.createElement('a')
    Object.assign(link, { href: address, download: 'digits.safetensors' }).click()
    URL.revokeObjectURL(address)
  }

  /** Puts another of the digits on the grid. */
  async nextDigit(service: Remote<RbmService>): Promise<void> {
    const digit = await service.digit(this.#digit++)
    this.cue.value = digit.map((pixel) => pixel * ON)
  }

  clear(): void {
    this.cue.value = new Uint8Array(SIDE * SIDE)
  }

  /** The brush is two pixels wide, as the strokes of the digits are. */
  paint(x: number, y: number, on: boolean): void {
    this.cue.value = this.cue.value.map((value, i) => {
      const [dx, dy] = [(i % SIDE) - x, Math.floor(i / SIDE) - y]
      return (dx === 0 || dx === 1) && (dy === 0 || dy === 1) ? (on ? ON : 0) : value
    })
  }

  #known(): Uint8Array {
    const half = this.half.value
    return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
      const along = half === 'upper' || half === 'lower' ? Math.floor(i / SIDE) : i % SIDE
      return along < SIDE / 2 === (half === 'upper' || half === 'left') ? 1 : 0
    })
  }

  #settings(): Training {
    return {
      epochs: this.epochs.value,
      batch: this.batch.value,
      learningRate: this.learningRate.value,
      method: this.method.value,
      seed: this.seed.value,
    }
  }

  #take(frame: RbmFrame): void {
    this.frame.value = frame
    if (frame.completion) this.completion.value = frame.completion
  }
}
