/** The options of `Flow.fitDensity`: what they mean, their defaults, and their checks. */

import * as check from '../check.ts'
import type { Seed } from '../random/key.ts'

export interface DensityFitOptions {
  /** Steps of training; default 5000. */
  steps?: number | undefined
  /** Samples of the flow that a step draws; default 512. */
  batch?: number | undefined
  /** Of Adam [Kingma and Ba 2015] in the first step; from there it falls to 0, linearly. Default 0.01. */
  learningRate?: number | undefined
  /**
   * Steps at the begin in which the target is flattened, its log density multiplied by a factor that grows from 0.01 to 1:
   * so a flow finds modes that lie apart [Rezende and Mohamed 2015, section 6.1]. Default: half of the steps.
   */
  annealing?: number | undefined
  /** Largest norm of the gradient, over all parameters: longer ones are shortened. 0: any. Default 10. */
  clip?: number | undefined
  /** Of the samples. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Stops after the step at hand; the flow then has the parameters of that step. */
  signal?: AbortSignal | undefined
  /** Called about ten times a second, and at the end. */
  onProgress?: ((progress: DensityFitProgress) => void) | undefined
}

export interface DensityFitProgress {
  /** Steps finished, of `steps`. */
  readonly step: number
  readonly steps: number
  /**
   * Mean of log target(x) - log p(x) over the flow's samples in the steps since the last report, in nats: a lower bound of
   * the logarithm of the target's normalising constant, and that less the Kullback-Leibler divergence.
   */
  readonly bound: number
  readonly learningRate: number
  readonly secondsLeft: number
}

/** The options with all defaults filled in. */
export interface DensityFitSettings {
  readonly steps: number
  readonly batch: number
  readonly learningRate: number
  readonly annealing: number
  readonly clip: number
  readonly seed: Seed
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: DensityFitProgress) => void) | undefined
}

const keys = ['steps', 'batch', 'learningRate', 'annealing', 'clip', 'seed', 'signal', 'onProgress'] as const
const MOST_STEPS = 2 ** 31

export function checkDensityFit(given: DensityFitOptions | undefined): DensityFitSettings {
  const options = check.options('options', given, keys)
  const steps = check.positiveInteger('steps', options.steps ?? 5000, MOST_STEPS)
  return {
    steps,
    batch: check.positiveInteger('batch', options.batch ?? 512, 2 ** 20),
    learningRate: check.positiveNumber('learningRate', options.learningRate ?? 0.01),
    annealing: check.nonNegativeInteger('annealing', options.annealing ?? Math.floor(steps / 2), MOST_STEPS),
    clip: check.nonNegativeNumber('clip', options.clip ?? 10),
    seed: check.seed('seed', options.seed),
    signal: check.signal('signal', options.signal),
    onProgress: check.optionalFunction('onProgress', options.onProgress),
  }
}

const COLDEST = 0.01

/** What the log density is multiplied by in step `step`, counted from 0. */
export function flattening({ annealing }: DensityFitSettings, step: number): number {
  return step >= annealing ? 1 : COLDEST + (1 - COLDEST) * (step / annealing)
}

/** The learning rate of step `step`, counted from 0. */
export function rateAt({ learningRate, steps }: DensityFitSettings, step: number): number {
  return learningRate * (1 - step / steps)
}
