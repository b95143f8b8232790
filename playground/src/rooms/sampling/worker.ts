/** Three samplers on one target, in the room's worker. */

import { type EvaluableTarget, modelFromJson, testEnergyTarget } from 'gibbsite'
import { Frames, type Show } from '../../worker/frames.ts'
import { serve } from '../../worker/serve.ts'
import { type Diagnosis, Lane } from './lane.ts'
import { BINS, MOST_DRAWS, SAMPLERS, type Setting } from './setting.ts'
import { type Survey, survey } from './survey.ts'
import type { TargetChoice } from './targets.ts'

/** What may change while the samplers run. */
export interface View {
  /** Draws of one picture; `fast`: as many as a thirtieth of a second has room for. */
  readonly pace: number | 'fast'
  /** The coordinate of traces and histograms. */
  readonly axis: 0 | 1
}

export interface LaneFrame extends Diagnosis {
  /** [n, 2] each. */
  readonly points: Float32Array
  readonly way: Float32Array
  /** For each chain, the values of draws `count` - n ... `count` - 1. */
  readonly trace: readonly Float32Array[]
  /** [BINS] */
  readonly histogram: Float32Array
  readonly acceptance: number
  readonly evaluations: number
}

export interface SamplingFrame {
  /** Draws of each chain. */
  readonly count: number
  /** In the order of `SAMPLERS`. */
  readonly lanes: readonly LaneFrame[]
}

const BURST = 1000 / 30
/** Milliseconds between diagnoses, which read all draws. */
const DIAGNOSIS = 250
const POINTS = 1200
const WAY = 30
const TRACE = 300

export class SamplingService {
  #lanes: readonly Lane[] = []
  #survey: Survey | undefined
  #view: View = { pace: 1, axis: 0 }
  #running = false
  #burst = 1
  #diagnoses: readonly Diagnosis[] = []
  #diagnosed = 0
  #turn = Promise.resolve()

  /** A new target, or the same anew. What is wrong with it is thrown, and all stays as it was. */
  start(setting: Setting): Survey {
    const target = targetOf(setting.target)
    const found = survey(target)
    this.#survey = found
    this.#lanes = SAMPLERS.map(([name]) => new Lane(name, target, setting))
    this.#burst = 1
    this.#diagnosed = 0
    return found
  }

  view(view: View): void {
    this.#view = view
  }

  /** What there is to see now. */
  look(): SamplingFrame {
    this.#diagnosed = 0
    return this.#frame()
  }

  /** So many draws of every sampler. */
  async step(draws: number): Promise<SamplingFrame> {
    await this.#advance(draws)
    return this.look()
  }

  /** Runs until `pause` or until there are draws enough. */
  async run(show: Show<SamplingFrame>): Promise<void> {
    if (this.#running) return
    this.#running = true
    const frames = new Frames(show)
    try {
      while (this.#running && (this.#lanes[0]?.count ?? MOST_DRAWS) < MOST_DRAWS) {
        if (this.#view.pace !== 'fast') await frames.shown()
        await this.#burstOf(this.#view.pace)
        if (frames.ready) frames.send(this.#frame())
      }
    } finally {
      this.#running = false
    }
    await frames.shown()
    await show(this.look())
  }

  pause(): void {
    this.#running = false
  }

  async #burstOf(pace: number | 'fast'): Promise<void> {
    if (pace !== 'fast') return this.#advance(pace)
    const began = performance.now()
    await this.#advance(this.#burst)
    const fitting = (this.#burst * BURST) / Math.max(performance.now() - began, 0.1)
    this.#burst = Math.max(1, Math.min(Math.round(fitting), 4 * this.#burst))
  }

  /** All samplers, so that they always have equally many draws; one call after the other. */
  #advance(draws: number): Promise<void> {
    const work = this.#turn.then(async () => {
      for (const lane of this.#lanes) await lane.advance(draws)
    })
    this.#turn = work.catch(() => {})
    return work
  }

  #frame(): SamplingFrame {
    const now = performance.now()
    if (now - this.#diagnosed > DIAGNOSIS) {
      this.#diagnoses = this.#lanes.map((lane) => lane.diagnosis())
      this.#diagnosed = now
    }
    return {
      count: this.#lanes[0]?.count ?? 0,
      lanes: this.#lanes.map((lane, i) => ({ ...this.#diagnoses[i]!, ...this.#pictureOf(lane) })),
    }
  }

  #pictureOf(lane: Lane) {
    const { axis } = this.#view
    return {
      points: lane.points(POINTS),
      way: lane.way(WAY),
      trace: lane.trace(axis, TRACE),
      histogram: lane.histogram(axis, this.#survey!.ranges[axis], BINS),
      acceptance: lane.acceptance,
      evaluations: lane.evaluations,
    }
  }
}

function targetOf(choice: TargetChoice): EvaluableTarget {
  if (choice.kind === 'energy') return testEnergyTarget({ energy: choice.energy })
  return modelFromJson({ parameters: ['x', 'y'], logDensity: choice.text })
}

serve(() => new SamplingService())
