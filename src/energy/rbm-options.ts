/** The options of `RBM.fit`: what they mean, their defaults, and their checks, for callers and for files alike. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { checkEpochOptions, type EpochOptions, type TrainingProgress } from '../run/fit-options.ts'
import { checkSame, decimal, withoutUndefined } from '../run/settings.ts'

/** A learning rate that moves from `initial` to `final` over the epochs of the first `fit`, then stays there. */
export interface LearningRate {
  initial: number
  /** Default: `initial`. */
  final?: number | undefined
  /** Shape of the way; default `linear` where `final` is given, else `constant`. */
  schedule?: 'constant' | 'linear' | 'exponential' | undefined
}

/** Pulls the mean activity of each hidden unit on the data towards `target` (Lee, Ekanadham, Ng 2008). */
export interface Sparsity {
  target: number
  /** Weight of the pull in the gradient of the hidden biases. */
  cost: number
}

/** What a training does, apart from how long and on what data. */
export interface TrainingOptions {
  /**
   * Where the model's half of the gradient comes from: `pcd` (default), chains that live as long as the training
   * [Tieleman 2008]; `cd`, chains that start at the batch in every step [Hinton 2002]; `pcd-pt`, persistent chains at
   * several temperatures that change places [Desjardins et al. 2010].
   */
  method?: 'pcd' | 'cd' | 'pcd-pt' | undefined
  /** Rows of a step; default 100. The last batch of an epoch may be smaller. */
  batch?: number | undefined
  /** Default `{ initial: 0.05, final: 0.001, schedule: 'linear' }`. */
  learningRate?: number | LearningRate | undefined
  /** Part of the last step's change that is added again, from 0 to below 1; default 0. */
  momentum?: number | undefined
  /** Pull of the weights towards 0: the gradient loses this times W. Default 0. */
  weightDecay?: number | undefined
  /** Gibbs sweeps of the chains in a step (the k of CD-k); default 1. */
  sweeps?: number | undefined
  /** Persistent chains; default 100. They start at hidden states of random rows of the data. */
  chains?: number | undefined
  /** Of `pcd-pt`: inverse temperatures from 1 downward, or how many, evenly from 1 to 0.5. Default 10. */
  temperatures?: number | ArrayLike<number> | undefined
  /** The centred ("enhanced") gradient, which learns faster [Melchior, Fischer, Wiskott 2016]; default true. */
  centred?: boolean | undefined
  /** How fast the offsets of the centred gradient follow the batches' means; default 0.01. */
  offsetRate?: number | undefined
  /** Default: none. */
  sparsity?: Sparsity | undefined
  /** Hidden activities in the gradient: `probabilities` (default; less noise) or `samples`. */
  statistics?: 'probabilities' | 'samples' | undefined
  /**
   * How values between 0 and 1 become bits: `sample`, anew in every epoch, 1 with the value as probability;
   * `threshold`, 1 above 0.5; `none`, where all are 0 or 1 already. Default: `none` if they are, else `sample`.
   */
  binarize?: 'sample' | 'threshold' | 'none' | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface FitOptions extends TrainingOptions, EpochOptions<FitProgress> {
  /** In a fresh model, start with visible biases log(p / (1 - p)) of the data's means p [Hinton 2010]; default true. */
  initBias?: boolean | undefined
  /** Rows, chosen at random, whose pseudo-likelihood each epoch reports; 0 reports none. Default 1000. */
  monitor?: number | undefined
  /** Data that is not trained on: epochs report its pseudo-likelihood and the gap of free energies to the training data. */
  validation?: MatrixLike | undefined
}

export interface FitProgress extends TrainingProgress {
  /** At the end of an epoch: estimated mean log pseudo-likelihood of the monitored rows, in nats. */
  readonly pseudoLogLikelihood?: number
  /** At the end of an epoch, where there is validation data. */
  readonly validation?: { readonly pseudoLogLikelihood: number; readonly freeEnergyGap: number }
}

/** Options with all defaults filled in, as plain JSON: they are saved with the model. */
export interface Settings {
  readonly method: 'pcd' | 'cd' | 'pcd-pt'
  readonly batch: number
  readonly learningRate: Readonly<Required<{ [K in keyof LearningRate]: NonNullable<LearningRate[K]> }>>
  readonly momentum: number
  readonly weightDecay: number
  readonly sweeps: number
  /** 0 with `cd`. */
  readonly chains: number
  /** Inverse temperatures; [1] without tempering. */
  readonly temperatures: readonly number[]
  readonly centred: boolean
  readonly offsetRate: number
  readonly sparsity: Readonly<Sparsity>
  readonly statistics: 'probabilities' | 'samples'
  readonly binarize: 'sample' | 'threshold' | 'none' | 'auto'
  /** Decimal: JSON has no 64-bit integers. */
  readonly seed: string
}

type Checks = { [K in keyof Settings]: (value: unknown) => Settings[K] }

export const MOST_CHAINS: number = 2 ** 20

export const checks: Checks = {
  method: (value) => check.oneOf('method', value, ['pcd', 'cd', 'pcd-pt']),
  batch: (value) => check.positiveInteger('batch', value, 2 ** 20),
  learningRate: checkLearningRate,
  momentum: (value) => below1('momentum', value),
  weightDecay: (value) => check.nonNegativeNumber('weightDecay', value),
  sweeps: (value) => check.positiveInteger('sweeps', value, 2 ** 20),
  chains: (value) => check.integerWithin('chains', value, 0, MOST_CHAINS),
  temperatures: checkTemperatures,
  centred: (value) => check.flag('centred', value),
  offsetRate: (value) => check.probability('offsetRate', value),
  sparsity: checkSparsity,
  statistics: (value) => check.oneOf('statistics', value, ['probabilities', 'samples']),
  binarize: (value) => check.oneOf('binarize', value, ['sample', 'threshold', 'none', 'auto']),
  seed: (value) => String(check.seed('seed', typeof value === 'string' ? decimal(value) : value)),
}

const defaults: { [K in keyof Settings]?: unknown } = {
  method: 'pcd',
  batch: 100,
  learningRate: { initial: 0.05, final: 0.001 },
  momentum: 0,
  weightDecay: 0,
  sweeps: 1,
  centred: true,
  offsetRate: 0.01,
  sparsity: { target: 0, cost: 0 },
  statistics: 'probabilities',
  binarize: 'auto',
}

const settingKeys = Object.keys(checks) as (keyof Settings)[]
const fitOnlyKeys = ['initBias', 'monitor', 'validation'] as const

/** Refuses unknown names, and what does not depend on the settings. */
export function checkFitOptions(given: FitOptions | undefined): Partial<FitOptions> {
  const options = checkEpochOptions(given, [...settingKeys, ...fitOnlyKeys])
  check.flag('initBias', options.initBias ?? true)
  check.nonNegativeInteger('monitor', options.monitor ?? 0)
  return options
}

/** The settings of a new training. */
export function settingsOf(options: TrainingOptions): Settings {
  const { method = 'pcd' } = options
  onlyWith(options, 'chains', method !== 'cd', '"pcd" or "pcd-pt"')
  onlyWith(options, 'temperatures', method === 'pcd-pt', '"pcd-pt"')
  if (options.chains !== undefined) check.positiveInteger('chains', options.chains, MOST_CHAINS)
  const byMethod = { chains: method === 'cd' ? 0 : 100, temperatures: method === 'pcd-pt' ? 10 : [1] }
  const all = { ...defaults, ...byMethod, ...withoutUndefined(options) }
  return Object.fromEntries(settingKeys.map((key) => [key, checks[key](all[key])])) as unknown as Settings
}

function onlyWith(options: TrainingOptions, key: 'chains' | 'temperatures', ok: boolean, methods: string): void {
  if (ok || options[key] === undefined) return
  throw new ArgumentError(expected(key, `only with method ${methods}`, `method ${show(options.method ?? 'pcd')}`))
}

/** The settings in a file: complete, and each of them what a caller might have given. Throws `ArgumentError`. */
export function settingsFrom(json: object): Settings {
  const found = json as Record<string, unknown>
  const settings = Object.fromEntries(settingKeys.map((key) => [key, checks[key](found[key])])) as unknown as Settings
  const { method, chains, temperatures } = settings
  if ((method === 'cd') !== (chains === 0)) throw new ArgumentError(expected('chains', `to suit "${method}"`, chains))
  if (method !== 'pcd-pt' && temperatures.length > 1) {
    throw new ArgumentError(expected('temperatures', `to suit "${method}"`, show(temperatures)))
  }
  return settings
}

/** Resuming takes the options of the training resumed; one that is given again must be the same. */
export function checkUnchanged(options: TrainingOptions, settings: Settings): void {
  checkSame(checks, options, settings)
}

export function checkLearningRate(value: unknown): Settings['learningRate'] {
  if (typeof value === 'number') {
    const rate = check.nonNegativeNumber('learningRate', value)
    return { initial: rate, final: rate, schedule: 'constant' }
  }
  const given = check.options('learningRate', value as LearningRate, ['initial', 'final', 'schedule'])
  const initial = check.nonNegativeNumber('learningRate.initial', given.initial)
  const final = check.nonNegativeNumber('learningRate.final', given.final ?? initial)
  const usual = given.final === undefined ? 'constant' : 'linear'
  const schedule = check.oneOf('learningRate.schedule', given.schedule ?? usual, ['constant', 'linear', 'exponential'])
  if (schedule === 'constant' && final !== initial) {
    throw new ArgumentError(expected('learningRate.final', 'to equal `initial` with schedule "constant"', final))
  }
  if (schedule === 'exponential') {
    check.positiveNumber('learningRate.initial', initial)
    check.positiveNumber('learningRate.final', final)
  }
  return { initial, final, schedule }
}

function checkTemperatures(value: unknown): readonly number[] {
  if (typeof value === 'number') {
    const count = check.integerWithin('temperatures', value, 2, 1000)
    return Array.from({ length: count }, (_, t) => 1 - (0.5 * t) / (count - 1))
  }
  const betas = [...check.finiteArray('temperatures', value)]
  const falling = betas.every((beta, t) => beta >= 0 && (t === 0 ? beta === 1 : beta < betas[t - 1]!))
  if (betas.length === 0 || betas.length > 1000 || !falling) {
    const wanted = 'to be inverse temperatures that start at 1 and fall, none below 0'
    throw new ArgumentError(expected('temperatures', wanted, JSON.stringify(betas.slice(0, 10))))
  }
  return betas
}

function checkSparsity(value: unknown): Settings['sparsity'] {
  const given = check.options('sparsity', value as Sparsity, ['target', 'cost'])
  return {
    target: check.probability('sparsity.target', given.target),
    cost: check.nonNegativeNumber('sparsity.cost', given.cost),
  }
}

/** A number of at least 0 and below 1. */
export function below1(name: string, value: unknown): number {
  const number = check.nonNegativeNumber(name, value)
  if (number >= 1) throw new ArgumentError(expected(name, 'to be at least 0 and below 1', number))
  return number
}
