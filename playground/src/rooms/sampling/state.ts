/** What the sampling room knows: the settings as signals, and what the worker sent last. */

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Remote } from 'comlink'
import type { AlignedData } from 'uplot'
import type { PixelImage } from '../../ui/pixels.tsx'
import type { Mark } from '../../ui/plane.tsx'
import { shows } from '../../worker/connect.ts'
import { samplingCode } from './code.ts'
import { BINS, CHAINS, MOST_DRAWS, SAMPLERS, type Setting } from './setting.ts'
import type { Survey } from './survey.ts'
import { PRESETS, type PresetName, presetOf, type TargetChoice } from './targets.ts'
import type { LaneFrame, SamplingFrame, SamplingService, View } from './worker.ts'

type Attempt = (work: () => Promise<unknown>) => Promise<void>

/** What one sampler shows. */
export interface LaneView {
  readonly frame: ReadonlySignal<LaneFrame | undefined>
  readonly marks: ReadonlySignal<readonly Mark[]>
  readonly trace: ReadonlySignal<AlignedData>
  readonly histogram: ReadonlySignal<AlignedData>
}

export class SamplingState {
  readonly target: Signal<TargetChoice> = signal<TargetChoice>(PRESETS.banana.target)
  readonly adapts: Signal<'warmup' | 'fixed'> = signal<'warmup' | 'fixed'>('warmup')
  readonly step: Signal<number> = signal(0.5)
  readonly pace: Signal<number | 'fast'> = signal<number | 'fast'>(1)
  readonly coordinate: Signal<0 | 1> = signal<0 | 1>(0)
  readonly seed: Signal<number> = signal(1)
  readonly running: Signal<boolean> = signal(false)
  readonly survey: Signal<Survey | undefined> = signal<Survey | undefined>(undefined)
  readonly frame: Signal<SamplingFrame | undefined> = signal<SamplingFrame | undefined>(undefined)

  readonly ended = computed(() => (this.frame.value?.count ?? 0) >= MOST_DRAWS)

  readonly preset = computed<PresetName | 'typed'>(() => {
    const target = this.target.value
    return target.kind === 'text' ? presetOf(target.text) : (target.energy as PresetName)
  })

  readonly heat = computed<PixelImage | undefined>(() => {
    const survey = this.survey.value
    if (survey === undefined) return undefined
    const side = Math.sqrt(survey.heat.length)
    return { width: side, height: side, data: survey.heat }
  })

  readonly ranges = computed(() => this.survey.value?.ranges)
  readonly lanes: readonly LaneView[] = SAMPLERS.map((_, lane) => this.#laneView(lane))
  readonly code = computed<string>(() => samplingCode(this.#setting(), this.frame.value?.count ?? 0))

  choose(name: PresetName): void {
    this.target.value = PRESETS[name].target
  }

  type(text: string): void {
    this.target.value = { kind: 'text', text }
  }

  /** Has the worker follow the settings; gives the function that ends it. */
  follow(service: Remote<SamplingService>, attempt: Attempt): () => void {
    const restarts = effect(() => {
      const setting = this.#setting()
      attempt(() => this.#start(service, setting))
    })
    const views = effect(() => {
      const view: View = { pace: this.pace.value, axis: this.coordinate.value }
      attempt(() => this.#look(service, view))
    })
    const runs = effect(() => {
      if (this.running.value) attempt(() => this.#run(service))
      else attempt(() => service.pause())
    })
    return () => {
      restarts()
      views()
      runs()
    }
  }

  async restart(service: Remote<SamplingService>): Promise<void> {
    await this.#start(service, this.#setting())
  }

  async advance(service: Remote<SamplingService>): Promise<void> {
    this.frame.value = await service.step(1)
  }

  async #start(service: Remote<SamplingService>, setting: Setting): Promise<void> {
    const survey = await service.start(setting)
    this.survey.value = survey
    this.frame.value = await service.look()
  }

  async #look(service: Remote<SamplingService>, view: View): Promise<void> {
    await service.view(view)
    if (this.survey.peek() !== undefined) this.frame.value = await service.look()
  }

  async #run(service: Remote<SamplingService>): Promise<void> {
    try {
      await service.run(
        shows((frame) => {
          this.frame.value = frame
        }),
      )
    } finally {
      this.running.value = false
    }
  }

  #setting(): Setting {
    const step = this.adapts.value === 'fixed' ? this.step.value : undefined
    return { target: this.target.value, seed: this.seed.value, step }
  }

  #laneView(lane: number): LaneView {
    const frame = computed(() => this.frame.value?.lanes[lane])
    return {
      frame,
      marks: computed(() => marksOf(frame.value)),
      trace: computed(() => traceOf(frame.value, this.frame.value?.count ?? 0)),
      histogram: computed(() => histogramOf(frame.value, this.survey.value, this.coordinate.value)),
    }
  }
}

function marksOf(frame: LaneFrame | undefined): readonly Mark[] {
  if (frame === undefined) return []
  return [
    { kind: 'points', at: frame.points, colour: '--ink', size: 2 },
    { kind: 'line', at: frame.way, colour: '--second', size: 1.5 },
    { kind: 'points', at: frame.way.subarray(-2), colour: '--second', size: 8 },
  ]
}

function traceOf(frame: LaneFrame | undefined, count: number): AlignedData {
  const length = frame?.trace[0]?.length ?? 0
  const draws = Array.from({ length }, (_, i) => count - length + i + 1)
  return [draws, ...Array.from({ length: CHAINS }, (_, chain) => Array.from(frame?.trace[chain] ?? []))] as AlignedData
}

/** At the left edges of the bins: what was drawn, as steps, and the exact density. */
function histogramOf(frame: LaneFrame | undefined, survey: Survey | undefined, axis: 0 | 1): AlignedData {
  if (survey === undefined) return [[], [], []]
  const [low, high] = survey.ranges[axis]
  const { density } = survey.marginals[axis]
  const edges = Array.from({ length: BINS + 1 }, (_, i) => low + ((high - low) * i) / BINS)
  const drawn = edges.map((_, i) => frame?.histogram[Math.min(i, BINS - 1)] ?? 0)
  return [edges, drawn, edges.map((_, i) => density[Math.round((i * (density.length - 1)) / BINS)]!)]
}
