/** The options of `GaussianRBM.fit`: what they mean, their defaults, and their checks, for callers and for files alike. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { checkEpochOptions, type EpochOptions, type TrainingProgress } from '../run/fit-options.ts'
import { checkSame, withoutUndefined } from '../run/settings.ts'
import { LARGEST_SIGMA, SMALLEST_SIGMA } from './gaussian-rbm-core.ts'
import { checks as binaryChecks, MOST_CHAINS, type Settings, type TrainingOptions } from './rbm-options.ts'

/** What a training does, apart from how long and on what data. Those of the binary RBM where the names are the same. */
export interface GaussianTrainingOptions
  extends Pick<
    TrainingOptions,
    'batch' | 'learningRate' | 'momentum' | 'weightDecay' | 'sweeps' | 'chains' | 'offsetRate' | 'seed'
  > {
  /**
   * Where the model's half of the gradient comes from: `pcd` (default), chains that live as long as the training
   * [Tieleman 2008]; `cd`, chains that start at the batch in every step [Hinton 2002], which leaves false modes between
   * clusters where sigma is small.
   */
  method?: 'pcd' | 'cd' | undefined
  /** Whether sigma is learned; default true. */
  learnSigma?: boolean | undefined
  /** Learning rate of log sigma in parts of the other parameters' rate; default 0.2. */
  sigmaRate?: number | undefined
  /** Smallest and largest sigma, in units of the data's standard deviations; default [0.05, 2]. */
  sigmaRange?: readonly [smallest: number, largest: number] | undefined
}

export interface GaussianFitOptions extends GaussianTrainingOptions, EpochOptions<GaussianFitProgress> {}

/** Where a training is; the pseudo-likelihoods of the binary RBM have no counterpart here. */
export type GaussianFitProgress = TrainingProgress

/** Options with all defaults filled in, as plain JSON: they are saved with the model. */
export interface GaussianSettings
  extends Pick<
    Settings,
    'batch' | 'learningRate' | 'momentum' | 'weightDecay' | 'sweeps' | 'chains' | 'offsetRate' | 'seed'
  > {
  readonly method: 'pcd' | 'cd'
  readonly learnSigma: boolean
  readonly sigmaRate: number
  readonly sigmaRange: readonly [number, number]
}

type Checks = { readonly [K in keyof GaussianSettings]: (value: unknown) => GaussianSettings[K] }

const { batch, learningRate, momentum, weightDecay, sweeps, chains, offsetRate, seed } = binaryChecks
const checks: Checks = {
  method: (value) => check.oneOf('method', value, ['pcd', 'cd']),
  ...{ batch, learningRate, momentum, weightDecay, sweeps, chains, offsetRate },
  learnSigma: (value) => check.flag('learnSigma', value),
  sigmaRate: (value) => check.numberWithin('sigmaRate', value, 0, 1e6),
  sigmaRange: checkRange,
  seed,
}

const defaults = {
  method: 'pcd',
  batch: 100,
  learningRate: { initial: 0.05, final: 0.001 },
  momentum: 0,
  weightDecay: 0,
  sweeps: 1,
  offsetRate: 0.01,
  learnSigma: true,
  sigmaRate: 0.2,
  sigmaRange: [0.05, 2],
}

const settingKeys = Object.keys(checks) as (keyof GaussianSettings)[]

/** Refuses unknown names, and what does not depend on the settings. */
export function checkGaussianFit(given: GaussianFitOptions | undefined): Partial<GaussianFitOptions> {
  return checkEpochOptions(given, settingKeys)
}

/** The settings of a new training. */
export function gaussianSettingsOf(options: GaussianTrainingOptions): GaussianSettings {
  const { method = 'pcd' } = options
  if (options.chains !== undefined) {
    if (method === 'cd') throw new ArgumentError(expected('chains', 'only with method "pcd"', 'method "cd"'))
    check.positiveInteger('chains', options.chains, MOST_CHAINS)
  }
  return fill({ ...defaults, chains: method === 'cd' ? 0 : 100, ...withoutUndefined(options) })
}

/** The settings in a file: complete, and each of them what a caller might have given. Throws `ArgumentError`. */
export function gaussianSettingsFrom(json: object): GaussianSettings {
  const settings = fill(json as Record<string, unknown>)
  const { method, chains } = settings
  if ((method === 'cd') !== (chains === 0)) throw new ArgumentError(expected('chains', `to suit "${method}"`, chains))
  return settings
}

function fill(found: Record<string, unknown>): GaussianSettings {
  return Object.fromEntries(settingKeys.map((key) => [key, checks[key](found[key])])) as unknown as GaussianSettings
}

/** Resuming takes the options of the training resumed; one that is given again must be the same. */
export function checkGaussianUnchanged(options: GaussianTrainingOptions, settings: GaussianSettings): void {
  checkSame(checks, options, settings)
}

function checkRange(value: unknown): readonly [number, number] {
  const [low, high] = check.finiteArray('sigmaRange', value, 2) as unknown as [number, number]
  if (low >= SMALLEST_SIGMA && low <= high && high <= LARGEST_SIGMA) return [low, high]
  const wanted = `to be two numbers from ${SMALLEST_SIGMA} to ${LARGEST_SIGMA}, the smaller first`
  throw new ArgumentError(expected('sigmaRange', wanted, `[${low}, ${high}]`))
}
