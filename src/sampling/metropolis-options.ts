/** What `metropolis` takes, and the checks of it. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../run/progress.ts'
import type { ChainState } from './chain-sampler.ts'
import type { MetropolisProposal } from './metropolis-proposal.ts'
import type { Target } from './target.ts'

/** Parallel tempering: copies of a chain at higher temperatures, where it moves freely, that swap places with it. */
export interface Ladder {
  /** Number of temperatures, 2 to 32. */
  levels: number
  /** The highest; those between are in geometric progression from 1. */
  hottest: number
}

/** What every sampler of `runChains` takes. */
export interface ChainOptions extends LongOptions {
  /** Number of chains; default 4. */
  chains?: number | undefined
  /** Iterations before the draws, in which the sampler adapts; default 1000. */
  warmup?: number | undefined
  /** Draws of each chain; default 1000. */
  draws?: number | undefined
  /** Iterations for each draw; default 1. */
  thin?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Number of the first chain: chain 17 of 64 run alone is `{ chains: 1, firstChain: 17 }`. Default 0. */
  firstChain?: number | undefined
  /** Where the chains start, one row for each or one for all, in the coordinates the sampler moves in. */
  init?: MatrixLike | undefined
  /**
   * The `state` of an earlier run, to go on bit-exactly where it ended, or was stopped; target and proposal have to be
   * given again, and seed, chains, warm-up and the rest are those of that run.
   */
  resume?: ChainState | undefined
}

export interface MetropolisOptions extends ChainOptions {
  target: Target
  /** How a chain moves; default `random-walk`. */
  proposal?: MetropolisProposal | undefined
  /**
   * What the warm-up learns: `true` (default) the step size and, but for an isotropic proposal, its scale from windows of
   * draws; `'step'` the step size alone; `false` nothing.
   */
  adapt?: boolean | 'step' | undefined
  /** Temperatures of parallel tempering, the first 1 and each above the one before; default none but 1. */
  temperatures?: readonly number[] | Ladder | undefined
}

export const chainKeys = ['chains', 'warmup', 'draws', 'thin', 'seed', 'firstChain', 'init', 'resume'] as const
const metropolisKeys = ['target', 'proposal', 'adapt', 'temperatures', ...chainKeys, ...longOptionKeys] as const
/** What a resumed run takes from its state. */
const settledKeys = ['chains', 'warmup', 'seed', 'firstChain', 'init'] as const

const MOST_CHAINS = 2 ** 24
const MOST_ITERATIONS = 2 ** 40
const MOST_LEVELS = 32

export interface CheckedChains extends LongOptions {
  readonly chains: number
  readonly warmup: number
  readonly draws: number
  readonly thin: number
  readonly seed: Seed
  readonly firstChain: number
  readonly init: MatrixLike | undefined
  readonly resume: ChainState | undefined
}

/** The options that all samplers share. `settled` are others that may not be given for a resumed run. */
export function checkChainOptions(options: ChainOptions, settled: readonly string[] = []): CheckedChains {
  checkLongOptions(options)
  if (options.resume !== undefined) {
    const given = [...settledKeys, ...settled].find((key) => options[key as keyof ChainOptions] !== undefined)
    if (given) throw new ArgumentError(expected(given, 'to be left out when a run is resumed', show(given)))
  }
  const chains = check.positiveInteger('chains', options.chains ?? 4, MOST_CHAINS)
  return {
    chains,
    warmup: check.nonNegativeInteger('warmup', options.warmup ?? 1000, MOST_ITERATIONS),
    draws: check.positiveInteger('draws', options.draws ?? 1000, MOST_ITERATIONS),
    thin: check.positiveInteger('thin', options.thin ?? 1, 2 ** 31 - 1),
    seed: check.seed('seed', options.seed),
    firstChain: check.nonNegativeInteger('firstChain', options.firstChain ?? 0, 2 ** 32 - chains),
    init: options.init,
    resume: options.resume,
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

export interface CheckedMetropolis extends CheckedChains {
  readonly adapt: 'all' | 'step' | 'none'
  readonly temperatures: Float64Array
}

export function checkMetropolis(given: MetropolisOptions): CheckedMetropolis {
  const options = check.options('options', given, metropolisKeys)
  const adapt = options.adapt ?? true
  if (typeof adapt !== 'boolean' && adapt !== 'step') {
    throw new ArgumentError(expected('adapt', 'to be true, false or "step"', show(adapt)))
  }
  return {
    ...checkChainOptions(options, ['adapt', 'temperatures']),
    adapt: adapt === true ? 'all' : adapt === 'step' ? 'step' : 'none',
    temperatures: checkTemperatures(options.temperatures ?? [1]),
  }
}

function checkTemperatures(given: readonly number[] | Ladder): Float64Array {
  if (!Array.isArray(given) && !check.isNumericArray(given)) return ladder(given as Ladder)
  const temperatures = check.finiteArray('temperatures', given)
  if (temperatures.length === 0 || temperatures.length > MOST_LEVELS) {
    throw new ArgumentError(expected('temperatures', `to have 1 to ${MOST_LEVELS} values`, temperatures.length))
  }
  if (temperatures[0] !== 1) throw new ArgumentError(expected('temperatures', 'to begin with 1', temperatures[0]!))
  const wrong = temperatures.findIndex((value, k) => k > 0 && value <= temperatures[k - 1]!)
  if (wrong < 0) return temperatures.slice()
  throw new ArgumentError(expected('temperatures', 'to rise', `${temperatures[wrong]} at index ${wrong}`))
}

function ladder(given: Ladder): Float64Array {
  const options = check.options('temperatures', given, ['levels', 'hottest'])
  const levels = check.integerWithin('temperatures.levels', options.levels, 2, MOST_LEVELS)
  const hottest = check.finiteNumber('temperatures.hottest', options.hottest)
  if (!(hottest > 1)) throw new ArgumentError(expected('temperatures.hottest', 'to be above 1', hottest))
  // Rounded, because engines differ in the last digit of a power, and runs must not.
  return Float64Array.from({ length: levels }, (_, k) => Math.fround(hottest ** (k / (levels - 1))))
}
