/** Hamiltonian Monte Carlo that chooses its own path lengths and step sizes. */

import type { Backend } from '../backend/backend.ts'
import { ready } from '../backend/index.ts'
import * as check from '../check.ts'
import type { Density } from '../density/density.ts'
import { resolveTarget, type Target } from '../density/target.ts'
import { ArgumentError, DensityError, expected, show } from '../errors.ts'
import { deriveKey } from '../random/key.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type ChainOptions, type CheckedChains, chainKeys, checkChainOptions, checkSettled } from './chain-options.ts'
import { NutsSampler } from './nuts-sampler.ts'
import { type NutsSettings, NutsState } from './nuts-state.ts'
import { type ChainPlan, runChains } from './run-chains.ts'
import type { DrawBlock, SampleRun } from './sample-run.ts'
import { evaluateStart, givenStart, randomStart } from './start.ts'

export interface NutsOptions extends ChainOptions {
  /** A target with a gradient: a built-in one, an expression model, or `{ dim, logDensityAndGradient }`. */
  target: Target
  /** Mean acceptance that the step size is adapted to; default 0.8. Nearer to 1: shorter steps, fewer divergences. */
  targetAcceptance?: number | undefined
  /** A trajectory has at most 2^maxTreeDepth - 1 leapfrog steps; default 10. */
  maxTreeDepth?: number | undefined
  /** `diagonal` (default): momenta scaled by variances that the warm-up learns. `unit`: all alike. */
  metric?: 'diagonal' | 'unit' | undefined
}

const settingKeys = ['targetAcceptance', 'maxTreeDepth', 'metric'] as const
const MOST_DEPTH = 20
/** Numbers of the keys under the user's seed; 301 ... belong to samplers. */
const stream = { trajectories: 321, start: 322 } as const

/**
 * Samples from a density with a gradient by Hamiltonian Monte Carlo with the no-U-turn criterion [Hoffman and Gelman 2014],
 * multinomial [Betancourt 2017], in the warm-up of Stan: variances for a diagonal metric from windows of draws, a step size by
 * dual averaging, each chain by itself.
 *
 * Statistics of each draw: `logDensity`, `acceptance` (mean over the trajectory), `stepSize`, `treeDepth`, `leapfrogs`,
 * `divergent` (1 where the energy rose by more than 1000: a region is there that the draws may miss), `energy`. What the
 * warm-up arrived at: `adapted.stepSize` [chains] and `adapted.inverseMetric` [chains, dim].
 *
 * Chains advance side by side, each in its own trajectory; on targets of the library's own wholly in C++. The result is a
 * function of the seed: the same bytes on every backend and any number of threads, and chain c among many is chain c
 * alone.
 *
 * @returns a run to `await`, for the `SampleRun`, or to go through with `for await`, block of draws by block of draws
 * @throws ArgumentError on a wrong option, a target without a gradient or an improper one (the run rejects with it)
 * @throws DensityError when the density throws or is NaN or plus infinity, or its gradient is not finite: it names chain,
 *   step and point, and has the draws so far as `partial`
 * @throws AbortError when the signal fires, with the draws so far as `partial`
 *
 * @example
 * const run = await nuts({ target: eightSchoolsTarget(), seed: 1 })
 * const divergences = run.statistics.divergent.reduce((sum, one) => sum + one, 0)
 */
export function nuts(options: NutsOptions): Stepwise<SampleRun, DrawBlock> {
  return runChains(() => prepare(options))
}

async function prepare(given: NutsOptions): Promise<ChainPlan> {
  const options = check.options('options', given, ['target', ...settingKeys, ...chainKeys])
  const checked = { ...checkChainOptions(options), ...checkSettings(options) }
  const { resume } = checked
  if (resume) for (const key of settingKeys) checkSettled(resume, key, options[key])
  const backend = await ready()
  const density = resolveTarget(given.target)
  if (!density.hasGradient) {
    const wanted = 'to have a gradient: give `logDensityAndGradient`, write it as an expression, or use `metropolis`'
    throw new ArgumentError(expected('target', wanted, 'a log density alone'))
  }
  const state = resume ? NutsState.resume(resume, density.dim) : start(backend, density, checked)
  const { seed, warmup } = state.settings
  const key = deriveKey(seed, stream.trajectories)
  return { ...checked, sampler: new NutsSampler(backend, density, key, state), seed, warmup }
}

function checkSettings({ targetAcceptance = 0.8, maxTreeDepth = 10, metric = 'diagonal' }: Partial<NutsOptions>) {
  if (!(typeof targetAcceptance === 'number' && targetAcceptance > 0 && targetAcceptance < 1)) {
    throw new ArgumentError(expected('targetAcceptance', 'to be a number between 0 and 1', show(targetAcceptance)))
  }
  return {
    targetAcceptance,
    maxTreeDepth: check.positiveInteger('maxTreeDepth', maxTreeDepth, MOST_DEPTH),
    metric: check.oneOf('metric', metric, ['diagonal', 'unit']),
  }
}

function start(backend: Backend, density: Density, options: CheckedChains & Omit<NutsSettings, 'dim'>): NutsState {
  const { chains, firstChain, seed, init } = options
  const { dim } = density
  const points =
    init === undefined
      ? randomStart({ backend, density, chains, firstChain, seed, stream: stream.start })
      : givenStart(init, chains, dim)
  const [logDensity, gradient] = [new Float64Array(chains), new Float64Array(chains * dim)]
  evaluateStart(backend, density, firstChain, 1, points, logDensity, gradient)
  const wrong = gradient.findIndex((slope) => !Number.isFinite(slope))
  if (wrong >= 0) {
    const [row, at] = [Math.floor(wrong / dim), wrong % dim]
    const got = `a derivative of ${gradient[wrong]} in coordinate ${at}`
    throw new DensityError(got, points.slice(row * dim, (row + 1) * dim), { chain: firstChain + row })
  }
  return NutsState.start({ ...options, dim }, points, logDensity, gradient)
}
