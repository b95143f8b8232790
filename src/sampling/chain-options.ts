/** What every sampler of `runChains` takes, and the checks of it. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../run/progress.ts'
import type { ChainState } from './chain-sampler.ts'

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
   * The `state` of an earlier run, to go on bit-exactly where it ended, or was stopped. Target and proposal have to be
   * given again; `draws` and `thin` may differ, what else is given has to be as in that run, and is taken from it.
   */
  resume?: ChainState | undefined
}

export const chainKeys: readonly string[] = [
  ...['chains', 'warmup', 'draws', 'thin', 'seed', 'firstChain', 'init', 'resume'],
  ...longOptionKeys,
]
/** What a resumed run takes from its state, under the same names. */
const settledKeys = ['chains', 'warmup', 'seed', 'firstChain'] as const

const MOST_CHAINS = 2 ** 24
const MOST_ITERATIONS = 2 ** 40

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

/** The options that all samplers share. */
export function checkChainOptions(options: ChainOptions): CheckedChains {
  checkLongOptions(options)
  if (options.resume !== undefined) for (const key of settledKeys) checkSettled(options.resume, key, options[key])
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

/** What a run was asked for, if it is said again when it is resumed, has to be the same. */
export function checkSettled(state: ChainState, key: string, given: unknown): void {
  const before = state?.values?.[key]
  if (given === undefined || before === undefined || String(given) === String(before)) return
  throw new ArgumentError(expected(key, `to be ${before}, as in the run resumed`, show(given)))
}
