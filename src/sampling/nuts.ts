/** Hamiltonian Monte Carlo that chooses its own path lengths and step sizes. */

import { ready } from '../backend/index.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import type { ChainState } from './chain-sampler.ts'
import { NutsSampler } from './nuts-sampler.ts'
import { type NutsOrigin, NutsState } from './nuts-state.ts'
import { toRows } from './rows.ts'
import { type ChainPlan, runChains } from './run-chains.ts'
import type { DrawBlock, SampleRun } from './sample-run.ts'
import { resolveTarget, type Target } from './target.ts'

export interface NutsOptions extends LongOptions {
  /** A target with a gradient: a built-in one, an expression model, or `{ dim, logDensityAndGradient }`. */
  target: Target
  /** Number of independent chains; default 4. */
  chains?: number | undefined
  /** Iterations that adapt step size and metric and are not among the draws; default 1000. */
  warmup?: number | undefined
  /** Draws of each chain; default 1000. */
  draws?: number | undefined
  /** Iterations for each draw; default 1. */
  thin?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /**
   * Points to start from on the unconstrained scale, one row for each chain or one for all. Default: uniform on (-2, 2), the
   * first of 100 with a density above zero.
   */
  init?: MatrixLike | undefined
  /** Mean acceptance that the step size is adapted to; default 0.8. Nearer to 1: shorter steps, fewer divergences. */
  targetAcceptance?: number | undefined
  /** A trajectory has at most 2^maxTreeDepth - 1 leapfrog steps; default 10. */
  maxTreeDepth?: number | undefined
  /** `diagonal` (default): momenta scaled by variances that the warm-up learns. `unit`: all alike. */
  metric?: 'diagonal' | 'unit' | undefined
  /** Number of the first chain: chain 2 of 4 run alone is `{ chains: 1, firstChain: 2 }`. Default 0. */
  firstChain?: number | undefined
  /** The `state` of an earlier run, to go on where it ended; `seed`, `chains`, `warmup` and `init` come from there. */
  resume?: ChainState | undefined
}

const keys = [
  'target',
  'chains',
  'warmup',
  'draws',
  'thin',
  'seed',
  'init',
  'targetAcceptance',
  'maxTreeDepth',
  'metric',
  'firstChain',
  'resume',
] as const
const MOST_CHAINS = 2 ** 20
const MOST_DEPTH = 20
const MOST_ITERATIONS: number = 2 ** 31
/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
const stream = { trajectories: 321 } as const

/**
 * Draws from a density by the no-U-turn sampler [Hoffman and Gelman 2014], multinomial [Betancourt 2017], with Stan's warm-up: a
 * diagonal metric from windows of draws and a step size by dual averaging, each chain by itself.
 *
 * Statistics of each draw: `logDensity`, `acceptance` (mean over the trajectory), `stepSize`, `treeDepth`, `leapfrogs`,
 * `divergent` (1 where the energy rose by more than 1000: the draws miss a part of the target), `energy`.
 *
 * @example
 * const run = await nuts({ target: eightSchools(), seed: 1 })
 * const line = { dim: 2, logDensityAndGradient: (x, g) => { g[0] = -x[0]; g[1] = -x[1]; return -(x[0] ** 2 + x[1] ** 2) / 2 } }
 * for await (const block of nuts({ target: line, draws: 10_000 })) console.log(block.first)
 *
 * @throws (rejects with) ArgumentError on wrong options, a target without a gradient, a start of density zero, an improper
 *   density; DensityError where the density or its gradient is NaN, infinite or throws; AbortError; the last two with the
 *   draws so far as `partial`
 */
export function nuts(options: NutsOptions): Stepwise<SampleRun, DrawBlock> {
  return runChains(() => prepare(options))
}

async function prepare(options: NutsOptions): Promise<ChainPlan> {
  const given = check.options<NutsOptions>('options', options, [...keys, ...longOptionKeys])
  checkLongOptions(given)
  const draws = check.positiveInteger('draws', given.draws ?? 1000, MOST_ITERATIONS)
  const thin = check.positiveInteger('thin', given.thin ?? 1, Math.floor(MOST_ITERATIONS / draws))
  const settings = {
    targetAcceptance: checkTargetAcceptance(given.targetAcceptance ?? 0.8),
    maxTreeDepth: check.positiveInteger('maxTreeDepth', given.maxTreeDepth ?? 10, MOST_DEPTH),
    metric: check.oneOf('metric', given.metric ?? 'diagonal', ['diagonal', 'unit']),
  }
  const backend = await ready()
  const density = resolveTarget(given.target as Target)
  if (!density.hasGradient) {
    const wanted =
      'to have a gradient for nuts: give logDensityAndGradient, write the density as an expression, or use metropolis'
    throw new ArgumentError(expected('target', wanted, 'a log density alone'))
  }
  const state = given.resume === undefined ? start(given, density.dim) : resume(given, density.dim)
  const { seed, warmup } = state.origin
  const key = deriveKey(seed, stream.trajectories)
  const sampler = new NutsSampler(backend, density, { ...settings, ...state.origin, key }, state)
  return { sampler, seed, warmup, draws, thin, signal: given.signal, onProgress: given.onProgress }
}

function checkTargetAcceptance(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value
  throw new ArgumentError(expected('targetAcceptance', 'to be a number between 0 and 1', String(value)))
}

function start(given: Partial<NutsOptions>, dim: number): NutsState {
  const chains = check.positiveInteger('chains', given.chains ?? 4, MOST_CHAINS)
  const origin: NutsOrigin = {
    seed: check.seed('seed', given.seed),
    chains,
    dim,
    firstChain: check.nonNegativeInteger('firstChain', given.firstChain ?? 0, 2 ** 32 - chains),
    warmup: check.nonNegativeInteger('warmup', given.warmup ?? 1000, MOST_ITERATIONS),
  }
  return NutsState.start(origin, given.init === undefined ? undefined : startPoints(given.init, chains, dim))
}

function startPoints(init: MatrixLike, chains: number, dim: number): Float64Array {
  const { data, shape } = toRows('init', init, dim)
  if (shape[0] === chains) return data
  if (shape[0] !== 1)
    throw new ArgumentError(expected('init', `to have 1 row or ${chains}, one for each chain`, shape[0]))
  return Float64Array.from({ length: chains * dim }, (_, k) => data[k % dim]!)
}

function resume(given: Partial<NutsOptions>, dim: number): NutsState {
  for (const name of ['seed', 'chains', 'warmup', 'init', 'firstChain'] as const) {
    if (given[name] === undefined) continue
    throw new ArgumentError(expected(name, 'to be left out with `resume`, which says it', 'both'))
  }
  return NutsState.resume(given.resume as ChainState, dim)
}
