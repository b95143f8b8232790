/** The options of `BoltzmannMachine.fit`: what they mean, their defaults, and their checks, for callers and files alike. */

import * as check from '../check.ts'
import type { Seed } from '../random/key.ts'
import { checkEpochOptions, type EpochOptions, type TrainingProgress } from '../run/fit-options.ts'
import { checkSame, decimal, withoutUndefined } from '../run/settings.ts'
import { below1, checkLearningRate, type LearningRate, type Settings } from './rbm-options.ts'

/** What a training does, apart from how long and on what data. */
export interface BoltzmannTrainingOptions {
  /** Rows of a step; default 100. The last batch of an epoch may be smaller. */
  batch?: number | undefined
  /** Default `{ initial: 0.05, final: 0.001, schedule: 'linear' }`. */
  learningRate?: number | LearningRate | undefined
  /** Part of the last step's change that is added again, from 0 to below 1; default 0. */
  momentum?: number | undefined
  /** Pull of the couplings towards 0: the gradient loses this times W. Default 0. */
  weightDecay?: number | undefined
  /** Sweeps of the persistent chains in a step; default 1. */
  sweeps?: number | undefined
  /** Persistent chains; default 100. They start at random rows of the data. */
  chains?: number | undefined
  /** Sweeps of the hidden units given each row of a batch, from fair coins; default 10. Not used where nothing is hidden. */
  dataSweeps?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface BoltzmannFitOptions extends BoltzmannTrainingOptions, EpochOptions<BoltzmannFitProgress> {
  /** Rows, the first ones, whose pseudo-likelihood each epoch reports where nothing is hidden; 0 reports none. Default 1000. */
  monitor?: number | undefined
}

export interface BoltzmannFitProgress extends TrainingProgress {
  /** At the end of an epoch, where nothing is hidden: mean log pseudo-likelihood of the monitored rows, in nats. */
  readonly pseudoLogLikelihood?: number
}

/** Options with all defaults filled in, as plain JSON: they are saved with the machine. */
export interface BoltzmannSettings {
  readonly batch: number
  readonly learningRate: Settings['learningRate']
  readonly momentum: number
  readonly weightDecay: number
  readonly sweeps: number
  readonly chains: number
  readonly dataSweeps: number
  /** Decimal: JSON has no 64-bit integers. */
  readonly seed: string
}

type Checks = { [K in keyof BoltzmannSettings]: (value: unknown) => BoltzmannSettings[K] }

const MOST = 2 ** 20

const checks: Checks = {
  batch: (value) => check.positiveInteger('batch', value, MOST),
  learningRate: checkLearningRate,
  momentum: (value) => below1('momentum', value),
  weightDecay: (value) => check.nonNegativeNumber('weightDecay', value),
  sweeps: (value) => check.positiveInteger('sweeps', value, MOST),
  chains: (value) => check.positiveInteger('chains', value, MOST),
  dataSweeps: (value) => check.positiveInteger('dataSweeps', value, MOST),
  seed: (value) => String(check.seed('seed', typeof value === 'string' ? decimal(value) : value)),
}

const defaults = {
  batch: 100,
  learningRate: { initial: 0.05, final: 0.001 },
  momentum: 0,
  weightDecay: 0,
  sweeps: 1,
  chains: 100,
  dataSweeps: 10,
}

const settingKeys = Object.keys(checks) as (keyof BoltzmannSettings)[]

/** Refuses unknown names, and what does not depend on the settings. */
export function checkFitOptions(given: BoltzmannFitOptions | undefined): Partial<BoltzmannFitOptions> {
  const options = checkEpochOptions(given, [...settingKeys, 'monitor'])
  check.nonNegativeInteger('monitor', options.monitor ?? 0)
  return options
}

/** The settings of a new training, or those in a file. Throws `ArgumentError`. */
export function settingsOf(options: object, filled: object = defaults): BoltzmannSettings {
  const all = { ...filled, ...withoutUndefined(options) } as Record<string, unknown>
  return Object.fromEntries(settingKeys.map((key) => [key, checks[key](all[key])])) as unknown as BoltzmannSettings
}

/** Resuming takes the options of the training resumed; one that is given again must be the same. */
export function checkUnchanged(options: BoltzmannTrainingOptions, settings: BoltzmannSettings): void {
  checkSame(checks, options, settings)
}
