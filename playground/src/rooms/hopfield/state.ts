/** What the Hopfield room knows: the patterns, the drawing, the run of recall. */

import { computed, effect, type Signal, signal } from '@preact/signals'
import type { Remote } from 'comlink'
import type { AlignedData } from 'uplot'
import type { PixelImage } from '../../ui/pixels.tsx'
import { hopfieldCode } from './code.ts'
import { CATALOGUE, type Named, overlap, type Pattern, SIDE, UNITS } from './patterns.ts'
import type { Walk } from './walk.ts'
import type { HopfieldService, Memory, RuleName } from './worker.ts'

type Attempt = (work: () => Promise<unknown>) => Promise<void>

const FIRST = ['letter G', 'letter I', 'face', 'heart']

export class HopfieldState {
  /** Patterns to pick from; own drawings are added. */
  readonly gallery: Signal<readonly Named[]> = signal(CATALOGUE)
  readonly stored: Signal<readonly Named[]> = signal(CATALOGUE.filter(({ name }) => FIRST.includes(name)))
  readonly rule: Signal<RuleName> = signal<RuleName>('storkey')
  readonly seed: Signal<number> = signal(1)
  readonly noise: Signal<number> = signal(0.2)
  /** Units looked at in a second. */
  readonly speed: Signal<number> = signal(240)

  readonly drawing: Signal<Pattern> = signal(CATALOGUE[0]!.pattern)
  readonly memory: Signal<Memory | undefined> = signal<Memory | undefined>(undefined)
  readonly ready: Signal<boolean> = signal(false)
  readonly running: Signal<boolean> = signal(false)
  readonly #energy: Signal<number> = signal(0)
  readonly #walk: Signal<Walk | undefined> = signal<Walk | undefined>(undefined)
  /** Where the run began. */
  readonly #start: Signal<Pattern> = signal(CATALOGUE[0]!.pattern)
  /** Steps of the run that have been shown. */
  readonly #shown: Signal<number> = signal(0)

  readonly image = computed<PixelImage>(() => imageOf(this.drawing.value))
  /** The unit that was looked at last, while the run goes on. */
  readonly pointed = computed(() => {
    const [walk, shown] = [this.#walk.value, this.#shown.value]
    return walk && shown > 0 && shown < walk.units.length ? walk.units[shown - 1]! : -1
  })
  readonly energy = computed(() => this.#walk.value?.energies[this.#shown.value - 1] ?? this.#energy.value)
  readonly steps = computed(() => this.#shown.value)
  readonly flips = computed(
    () => this.#walk.value?.flipped.subarray(0, this.#shown.value).reduce((a, b) => a + b, 0) ?? 0,
  )
  /** Whether the run has ended in a fixed point. */
  readonly arrived = computed(
    () => this.#walk.value !== undefined && this.#shown.value === this.#walk.value.units.length,
  )
  /** The stored pattern that the drawing is most like, and how much. */
  readonly nearest = computed(() => {
    const all = this.stored.value.map(({ name, pattern }) => ({ name, overlap: overlap(pattern, this.drawing.value) }))
    return all.sort((a, b) => Math.abs(b.overlap) - Math.abs(a.overlap))[0]
  })
  readonly trace = computed<AlignedData>(() => {
    const energies = this.#walk.value?.energies.subarray(0, this.#shown.value) ?? new Float64Array()
    return [Float64Array.from(energies, (_, i) => i + 1), energies]
  })
  readonly code = computed(() =>
    hopfieldCode({
      patterns: this.stored.value,
      rule: this.rule.value,
      seed: this.seed.value,
      start: this.#walk.value ? this.#start.value : this.drawing.value,
    }),
  )

  /** Has the network learn whenever patterns, rule or seed change; gives the function that ends it. */
  follow(service: Remote<HopfieldService>, attempt: Attempt): () => void {
    return effect(() => {
      const [patterns, rule, seed] = [this.stored.value, this.rule.value, this.seed.value]
      attempt(async () => {
        const memory = await service.store(
          patterns.map(({ pattern }) => pattern),
          rule,
          seed,
        )
        this.memory.value = memory
        this.#energy.value = await service.energy(this.drawing.peek())
        this.#forgetRun()
        this.ready.value = true
      })
    })
  }

  toggle(named: Named): void {
    const without = this.stored.value.filter(({ name }) => name !== named.name)
    this.stored.value = without.length < this.stored.value.length ? without : [...without, named]
  }

  /** Puts the drawing among the patterns, and stores it. */
  keepDrawing(): void {
    const own = { name: `drawing ${this.gallery.value.length - CATALOGUE.length + 1}`, pattern: this.drawing.value }
    this.gallery.value = [...this.gallery.value, own]
    this.stored.value = [...this.stored.value, own]
  }

  /** Another drawing; a run that was going on is over. */
  async show(service: Remote<HopfieldService>, drawing: Pattern): Promise<void> {
    this.#forgetRun()
    this.drawing.value = drawing
    const energy = await service.energy(drawing)
    if (this.drawing.value === drawing) this.#energy.value = energy
  }

  paint(service: Remote<HopfieldService>, x: number, y: number, on: boolean): Promise<void> {
    return this.show(
      service,
      changed(this.drawing.value, (spin, i) => (i === y * SIDE + x ? (on ? 1 : -1) : spin)),
    )
  }

  addNoise(service: Remote<HopfieldService>): Promise<void> {
    const noise = this.noise.value
    return this.show(
      service,
      changed(this.drawing.value, (spin) => (Math.random() < noise ? -spin : spin)),
    )
  }

  cover(service: Remote<HopfieldService>): Promise<void> {
    return this.show(
      service,
      changed(this.drawing.value, (spin, i) => (i < UNITS / 2 ? spin : -1)),
    )
  }

  clear(service: Remote<HopfieldService>): Promise<void> {
    return this.show(service, new Int8Array(UNITS).fill(-1))
  }

  /** Goes on with the run, or begins one at the drawing; ends when it has arrived or is paused. */
  async run(service: Remote<HopfieldService>): Promise<void> {
    await this.#begin(service)
    this.running.value = true
    let due = 0
    let last = performance.now()
    while (this.running.value && !this.arrived.value) {
      const now = await new Promise<number>(requestAnimationFrame)
      // Coming back from another tab is no reason for a leap.
      due += (Math.min(now - last, 100) / 1000) * this.speed.value
      last = now
      this.#advance(Math.floor(due))
      due -= Math.floor(due)
    }
    this.running.value = false
  }

  pause(): void {
    this.running.value = false
  }

  /** One unit. */
  async step(service: Remote<HopfieldService>): Promise<void> {
    await this.#begin(service)
    this.#advance(1)
  }

  async #begin(service: Remote<HopfieldService>): Promise<void> {
    if (this.#walk.value !== undefined && !this.arrived.value) return
    const start = this.drawing.value
    const walk = await service.recall(start, this.seed.value)
    if (this.drawing.value !== start) return
    this.#start.value = start
    this.#shown.value = 0
    this.#walk.value = walk
  }

  #advance(steps: number): void {
    const walk = this.#walk.value
    if (walk === undefined || steps === 0) return
    const next = this.drawing.value.slice()
    const end = Math.min(this.#shown.value + steps, walk.units.length)
    for (let k = this.#shown.value; k < end; k++) if (walk.flipped[k]) next[walk.units[k]!]! *= -1
    this.drawing.value = next
    this.#shown.value = end
  }

  #forgetRun(): void {
    this.running.value = false
    this.#walk.value = undefined
    this.#shown.value = 0
  }
}

/** The bytes of -1 and +1 are what the palette `spins` wants. */
export function imageOf(pattern: Pattern): PixelImage {
  return { width: SIDE, height: SIDE, data: new Uint8Array(pattern.buffer, pattern.byteOffset, pattern.length) }
}

function changed(pattern: Pattern, next: (spin: number, i: number) => number): Pattern {
  return pattern.map(next)
}
