/** The options of `Flow.fit`: what they mean, their defaults, and their checks, for callers and for files alike. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { checkEpochOptions, type EpochOptions, type TrainingProgress } from '../run/fit-options.ts'
import { checkSame, decimal, withoutUndefined } from '../run/settings.ts'

/** A learning rate that moves from `initial` to `final` over the epochs of the first `fit`, then stays there. */
export interface FlowLearningRate {
  initial: number
  /** Default: `initial`. */
  final?: number | undefined
  /** Shape of the way; default `cosine` [Loshchilov and Hutter 2017] where `final` is given, else `constant`. */
  schedule?: 'constant' | 'linear' | 'cosine' | undefined
}

/** What a training does, apart from how long and on what data. */
export interface FlowTrainingOptions {
  /** Rows of a step; default 128. The last batch of an epoch may be smaller. */
  batch?: number | undefined
  /** Of Adam [Kingma and Ba 2015]. Default `{ initial: 0.001, final: 0.00001, schedule: 'cosine' }`. */
  learningRate?: number | FlowLearningRate | undefined
  /** Steps at the begin over which the learning rate grows from 0 to what it would be; default 0. */
  warmup?: number | undefined
  /** Largest norm of the gradient of the mean log p, over all parameters: longer ones are shortened. Default: any. */
  clip?: number | undefined
  /**
   * Decoupled weight decay [Loshchilov and Hutter 2019]: a step takes learning rate times this of every weight away. Of
   * matrices and convolutions only, not of biases and scales. Default 0.
   */
  weightDecay?: number | undefined
  /**
   * Levels L of data of whole numbers, given as k / (L - 1) from 0 to 1 (256 for images of bytes): each step and
   * `validation` take (k + u) / L with uniform u in their place, on which densities can't pile up. Default: data are used
   * as they are.
   */
  dequantize?: number | undefined
  /**
   * Epochs after which training stops when `validation` has not become better. Default: it goes on to the end. Either way
   * the model then has the parameters that were best.
   */
  patience?: number | undefined
  /**
   * `recompute` makes the activations of each layer again from its output, so that memory does not grow with the number
   * of layers; `store` keeps them, which is faster. Default `auto`: `store` where they take at most 64 MiB.
   */
  memory?: 'recompute' | 'store' | 'auto' | undefined
  /** Of the order of the rows and of the noise. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface FlowFitOptions extends FlowTrainingOptions, EpochOptions<FlowFitProgress> {
  /** Of a flow with context: [n, context], or one row for all. */
  context?: MatrixLike | undefined
  /** Rows that are not trained on: every epoch reports their mean log p, and the best epoch's parameters are kept. */
  validation?: MatrixLike | undefined
  /** Of the validation rows, in a flow with context. */
  validationContext?: MatrixLike | undefined
}

export interface FlowFitProgress extends TrainingProgress {
  /**
   * Mean log p of the epoch's rows in nats, each as it was when its step came: of the steps since the epoch began, or,
   * where none is finished, of the epoch before.
   */
  readonly logLikelihood: number
  /** At the end of an epoch, where there is validation data: its mean log p, and whether that is the best so far. */
  readonly validation?: { readonly logLikelihood: number; readonly best: boolean }
}

/** Options with all defaults filled in, as plain JSON: they are saved with the model. */
export interface FlowSettings {
  readonly batch: number
  readonly learningRate: { readonly initial: number; readonly final: number; readonly schedule: Schedule }
  readonly warmup: number
  /** 0: any norm. */
  readonly clip: number
  readonly weightDecay: number
  /** 0: data are used as they are. */
  readonly dequantize: number
  /** 0: never stops early. */
  readonly patience: number
  readonly memory: 'recompute' | 'store' | 'auto'
  /** Decimal: JSON has no 64-bit integers. */
  readonly seed: string
}

type Schedule = NonNullable<FlowLearningRate['schedule']>
type Checks = { readonly [K in keyof FlowSettings]: (value: unknown) => FlowSettings[K] }

const checks: Checks = {
  batch: (value) => check.positiveInteger('batch', value, 2 ** 20),
  learningRate: checkLearningRate,
  warmup: (value) => check.nonNegativeInteger('warmup', value, 2 ** 31),
  clip: (value) => check.nonNegativeNumber('clip', value),
  weightDecay: (value) => check.nonNegativeNumber('weightDecay', value),
  dequantize: (value) => (value === 0 ? 0 : check.integerWithin('dequantize', value, 2, 2 ** 16)),
  patience: (value) => check.nonNegativeInteger('patience', value, 2 ** 31),
  memory: (value) => check.oneOf('memory', value, ['recompute', 'store', 'auto']),
  seed: (value) => String(check.seed('seed', typeof value === 'string' ? decimal(value) : value)),
}

const defaults: { readonly [K in keyof FlowSettings]?: unknown } = {
  batch: 128,
  learningRate: { initial: 1e-3, final: 1e-5 },
  warmup: 0,
  clip: 0,
  weightDecay: 0,
  dequantize: 0,
  patience: 0,
  memory: 'auto',
}

const settingKeys = Object.keys(checks) as (keyof FlowSettings)[]
const fitOnlyKeys = ['context', 'validation', 'validationContext'] as const

/** Refuses unknown names, and what does not depend on the settings. */
export function checkFitOptions(given: FlowFitOptions | undefined): Partial<FlowFitOptions> {
  const options = checkEpochOptions(given, [...settingKeys, ...fitOnlyKeys])
  if (options.validation === undefined) {
    needsValidation('patience', options.patience)
    needsValidation('validationContext', options.validationContext)
  }
  return options
}

function needsValidation(name: string, value: unknown): void {
  if (value === undefined) return
  throw new ArgumentError(expected('validation', `to be given with \`${name}\``, 'none'))
}

/** The settings of a new training. */
export function settingsOf(options: FlowTrainingOptions): FlowSettings {
  if (options.patience !== undefined) check.positiveInteger('patience', options.patience)
  if (options.clip !== undefined) check.positiveNumber('clip', options.clip)
  if (options.dequantize !== undefined) check.integerWithin('dequantize', options.dequantize, 2, 2 ** 16)
  return settingsFrom({ ...defaults, ...withoutUndefined(options) })
}

/** The settings in a file: complete, and each of them what a caller might have given. Throws `ArgumentError`. */
export function settingsFrom(json: object): FlowSettings {
  const found = json as Record<string, unknown>
  return Object.fromEntries(settingKeys.map((key) => [key, checks[key](found[key])])) as unknown as FlowSettings
}

/** Resuming takes the options of the training resumed; one that is given again must be the same. */
export function checkUnchanged(options: FlowTrainingOptions, settings: FlowSettings): void {
  checkSame(checks, options, settings)
}

// Rates beyond it would leave the range of float32 within a few steps.
const LARGEST_RATE = 1e30

function checkLearningRate(value: unknown): FlowSettings['learningRate'] {
  if (typeof value === 'number') {
    const rate = check.numberWithin('learningRate', value, 0, LARGEST_RATE)
    return { initial: rate, final: rate, schedule: 'constant' }
  }
  const given = check.options('learningRate', value as FlowLearningRate, ['initial', 'final', 'schedule'])
  const initial = check.numberWithin('learningRate.initial', given.initial, 0, LARGEST_RATE)
  const final = check.numberWithin('learningRate.final', given.final ?? initial, 0, LARGEST_RATE)
  const usual = given.final === undefined ? 'constant' : 'cosine'
  const schedule = check.oneOf('learningRate.schedule', given.schedule ?? usual, ['constant', 'linear', 'cosine'])
  if (schedule === 'constant' && final !== initial) {
    throw new ArgumentError(expected('learningRate.final', 'to equal `initial` with schedule "constant"', final))
  }
  return { initial, final, schedule }
}
