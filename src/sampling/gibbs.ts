/** Gibbs sampling with conditionals written in JavaScript. */

import { ready } from '../backend/index.ts'
import * as check from '../check.ts'
import { coordinateNames } from '../density/target.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { deriveKey } from '../random/key.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type ChainOptions, type CheckedChains, chainKeys, checkChainOptions, checkSettled } from './chain-options.ts'
import { StateReader } from './chain-state.ts'
import { GIBBS, type GibbsAsked, GibbsSampler, type GibbsState } from './gibbs-sampler.ts'
import { type Conditional, type GibbsBlock, makeSites, type Site } from './gibbs-sites.ts'
import { type ChainPlan, runChains } from './run-chains.ts'
import type { DrawBlock, SampleRun } from './sample-run.ts'
import { givenStart } from './start.ts'

export interface GibbsOptions extends ChainOptions {
  /** Number of coordinates. */
  dim: number
  /** One for each coordinate; default `x[0]`, `x[1]` ... */
  names?: readonly string[] | undefined
  /** `conditionals[i](x, rng)` draws coordinate i given the others; undefined where a block or a Metropolis move does it. */
  conditionals?: readonly (Conditional | undefined)[] | undefined
  /** Coordinates that are drawn together. */
  blocks?: readonly GibbsBlock[] | undefined
  /** The log density up to a constant, by which the coordinates that nothing draws move; else only noted with the draws. */
  logDensity?: ((x: Float64Array) => number) | undefined
  /** Where the steps of those moves start: one for all, or one for each coordinate; default 1. */
  steps?: number | ArrayLike<number> | undefined
  /** Whether the warm-up adapts the steps, each to the acceptance rate 0.44; default true. */
  adapt?: boolean | undefined
  /** `systematic` (default): every site once, in order. `random`: as many visits, of sites drawn with replacement. */
  scan?: 'systematic' | 'random' | undefined
}

const keys = ['dim', 'names', 'conditionals', 'blocks', 'logDensity', 'steps', 'adapt', 'scan'] as const
const MOST_COORDINATES = 2 ** 24
/** Number of the key under the user's seed (see metropolis.ts). */
const stream = 311

/**
 * Gibbs sampling [Geman and Geman 1984]: coordinates, or blocks of them, are drawn one after the other from their law given
 * all the others, by functions of the user's. Coordinates without a conditional move by Metropolis steps of a normal walk
 * on `logDensity` [Metropolis within Gibbs, Tierney 1994], whose steps the warm-up adapts.
 *
 * Conditionals take their random numbers from `rng` alone; then a run is a function of its seed, and chain c among many
 * is chain c alone. `init` is needed, and lies where the conditionals are defined.
 *
 * @returns a run to `await`, for the `SampleRun`, or to go through with `for await`
 * @throws ArgumentError on a wrong option (the run rejects with it)
 * @throws DensityError when a function throws or gives no finite number (`logDensity` may give -Infinity): it names chain,
 *   step and point, and has the draws so far as `partial`
 *
 * @example
 * const run = await gibbs({
 *   dim: 2,
 *   conditionals: [(x, rng) => rng.normal(0.9 * x[1], 0.436), (x, rng) => rng.normal(0.9 * x[0], 0.436)],
 *   init: [0, 0],
 * })
 */
export function gibbs(options: GibbsOptions): Stepwise<SampleRun, DrawBlock> {
  return runChains(() => prepare(options))
}

async function prepare(given: GibbsOptions): Promise<ChainPlan> {
  const options = check.options('options', given, [...keys, ...chainKeys])
  const checked = checkChainOptions(options)
  if (checked.resume) checkSettled(checked.resume, 'scan', options.scan)
  const dim = check.positiveInteger('dim', options.dim, MOST_COORDINATES)
  const names = options.names === undefined ? coordinateNames(dim) : checkNames(options.names, dim)
  const logDensity = check.optionalFunction('logDensity', options.logDensity)
  const { conditionals, blocks } = options
  const sites = makeSites({ dim, conditionals, blocks, metropolis: logDensity !== undefined })
  const backend = await ready()
  const { asked, state } = checked.resume
    ? resumed(new StateReader(checked.resume, GIBBS), dim)
    : started(options, checked, dim, sites)
  const key = deriveKey(asked.seed, stream)
  const sampler = new GibbsSampler({ backend, key, names, sites, logDensity, asked, state })
  if (!checked.resume) checkStart(state.positions, dim, asked.firstChain, logDensity)
  return { ...checked, sampler, seed: asked.seed, warmup: asked.warmup }
}

function checkNames(names: unknown, dim: number): readonly string[] {
  const ok = Array.isArray(names) && names.length === dim && new Set(names).size === dim
  if (ok && names.every((name) => typeof name === 'string')) return [...names]
  throw new ArgumentError(expected('names', `to be an array of ${dim} different strings`, show(names)))
}

type Begun = { asked: GibbsAsked; state: GibbsState }

function started(options: Partial<GibbsOptions>, checked: CheckedChains, dim: number, sites: readonly Site[]): Begun {
  const { chains, firstChain, seed, warmup, init } = checked
  if (init === undefined) throw new ArgumentError(expected('init', 'to be given, for Gibbs sampling', 'none'))
  const scan = check.oneOf('scan', options.scan ?? 'systematic', ['systematic', 'random'])
  const moves = sites.some((site) => site.kind === 'metropolis')
  const adapt = check.flag('adapt', options.adapt ?? true) && moves ? 'yes' : 'no'
  const own = startSteps(options.steps ?? 1, dim)
  const steps = Float64Array.from({ length: chains * dim }, (_, k) => own[k % dim]!)
  return {
    asked: { seed, warmup, chains, firstChain, scan, adapt },
    state: {
      ...{ iteration: 0, frozen: 0, positions: givenStart(init, chains, dim) },
      ...{ steps, averages: steps.slice(), random: new Float64Array(chains) },
    },
  }
}

function startSteps(given: number | ArrayLike<number>, dim: number): Float64Array {
  if (typeof given === 'number') return new Float64Array(dim).fill(check.positiveNumber('steps', given))
  const steps = check.finiteArray('steps', given, dim)
  const wrong = steps.findIndex((step) => !(step > 0))
  if (wrong < 0) return steps
  throw new ArgumentError(expected('steps', 'to hold numbers above 0', `${steps[wrong]} at index ${wrong}`))
}

function checkStart(
  positions: Float64Array,
  dim: number,
  firstChain: number,
  logDensity: ((x: Float64Array) => number) | undefined,
): void {
  if (logDensity === undefined) return
  for (let c = 0; c < positions.length / dim; c++) {
    const value = logDensity(positions.slice(c * dim, (c + 1) * dim))
    if (Number.isFinite(value)) continue
    const got = `a log density of ${show(value)} in chain ${firstChain + c}`
    throw new ArgumentError(expected('init', 'to have a density above 0', got))
  }
}

function resumed(reader: StateReader, dim: number): Begun {
  const chains = reader.integer('chains', 1, 2 ** 24)
  const scan = check.oneOf('resume.scan', reader.text('scan'), ['systematic', 'random'])
  const asked = {
    ...{ seed: reader.seed(), warmup: reader.integer('warmup'), chains, scan, adapt: reader.text('adapt') },
    firstChain: reader.integer('firstChain', 0, 2 ** 32 - 1),
  }
  const array = (name: string, length: number) => reader.array(name, Float64Array, length)
  const state = {
    ...{ iteration: reader.integer('iteration'), frozen: reader.integer('frozen', 0, 1) },
    ...{ positions: array('positions', chains * dim), steps: array('steps', chains * dim) },
    ...{ averages: array('averages', chains * dim), random: array('random', chains) },
  }
  return { asked, state }
}
