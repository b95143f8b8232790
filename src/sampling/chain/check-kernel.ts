/** Whether a user's transition kernel does what it should: tests by simulation, exact at a stated level. */

import { ready } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Seed } from '../../random/key.ts'
import { Rng } from '../../random/rng.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../../run/progress.ts'
import { type Exchange, judgeInvariance, judgeReversibility, type Passage } from './exchange-tests.ts'
import { type JointMean, type JointModel, type PosteriorKernel, runJointCheck } from './joint-check.ts'
import { copied, type Slice, slices, stepOnce } from './kernel-runs.ts'
import { type KernelState, keyOf, type View, viewsOf } from './kernel-views.ts'
import { kernelOfMatrix } from './matrix-kernel.ts'
import { type ObservedGraph, observedGraph } from './observed-graph.ts'
import { finiteDraws, type LogDensity, walkerDraws } from './target-draws.ts'
import type { TransitionsLike } from './transition-input.ts'

/** One step of a Markov chain. It may change the state it is given, and takes its random numbers from `rng`. */
export type Kernel<X extends KernelState = KernelState> = (x: X, rng: Rng) => X

interface SimulationOptions extends LongOptions {
  /** Independent starts; default 20000. */
  draws?: number | undefined
  /** Steps of the kernel from each; default 10. More of them show a small drift better. */
  steps?: number | undefined
  /** The probability that a right kernel fails, of each of the two tests; default 0.001. */
  level?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface JointCheckOptions<Theta extends KernelState, Data>
  extends SimulationOptions,
    JointModel<Theta, Data> {}

export interface KernelCheckOptions<X extends KernelState> extends SimulationOptions {
  /** Of the target, up to a constant. Needed unless `sample` is given. */
  logDensity?: ((x: X) => number) | undefined
  /** All states of a finite target. With a matrix as kernel, default 0, 1 ... n - 1. */
  states?: readonly X[] | undefined
  /** Makes an independent draw from the target: the best way, where there is one. */
  sample?: ((rng: Rng) => X) | undefined
  /**
   * For a target on R^d without `sample`: where random walks begin that find draws from it, one for each pair, of `warmup` steps.
   */
  init?: X | undefined
  /** Default 300. */
  warmup?: number | undefined
}

export interface Verdict<Evidence> {
  readonly passed: boolean
  /** The smallest p-value of all tests, corrected for their number; below `level` it fails. */
  readonly p: number
  /** The most significant test, also where it passed; null where nothing moved. */
  readonly worst: Evidence | null
}

export interface KernelCheck {
  /** Starts from the target and `steps` steps: as many pairs have to enter any set as leave it. */
  readonly invariant: Verdict<Passage>
  /** One step: as many go from any set to another as back. Not every right kernel is reversible. Null for a joint test. */
  readonly reversible: Verdict<Exchange> | null
  /** A number above 1 where every way back to a state that was seen has a length that it divides. Null: can't be told. */
  readonly period: number | null
  /** Whether the states that were seen all reach each other. Null: can't be told. */
  readonly connected: boolean | null
  /** The share of steps that changed the state. */
  readonly moved: number
  /** Of a joint test: means of the test functions before and after the steps, Geweke's own comparison. Else empty. */
  readonly means: readonly JointMean[]
  readonly draws: number
  readonly steps: number
  readonly level: number
  readonly seed: Seed
  /** All of it in words. */
  readonly summary: string
}

const keys = ['logDensity', 'states', 'sample', 'init', 'warmup', 'draws', 'steps', 'level', 'seed'] as const
const MOST_DRAWS = 2 ** 22
/** A part of the draws only finds where to cut: so the tests on the others stay exact. */
const PILOT_SHARE = 20
/** Steps that are kept for the graph. */
const MOST_WAYS = 2 ** 18

type Pair = readonly [KernelState, KernelState]

/**
 * Tests a kernel against the target it is made for: whether it leaves the target invariant, and whether it is reversible
 * (in detailed balance with it). Many independent starts come from the target, each makes some steps, and what went one
 * way is compared with what came back: between states, or between intervals of coordinates and of the log density
 * and regions of space. Each comparison is an exact sign test, all together are held to the level.
 *
 * A right kernel fails each test with a probability of at most `level`. A wrong one is found the sooner the more draws
 * there are. `worst` names the pair of states that breaks detailed balance most clearly. That a kernel stays
 * invariant says nothing of how fast it mixes; `period`, `connected` and `moved` tell where it never does.
 *
 * With `prior` and `likelihood` the kernel gets data as its third argument and updates parameters given them; it is then
 * tested in the joint law of parameters and data (Geweke 2004), where neither a density nor draws of a posterior
 * are needed.
 *
 * @param kernel a function of a state and a generator, or a transition matrix, whose states are 0 ... n - 1
 * @throws (rejects with) ArgumentError when the kernel throws or gives no state; AbortError
 *
 * @example
 * const { invariant, reversible, summary } = await checkKernel(
 *   (x, rng) => {
 *     const [step, u] = [rng.normal(1)[0], rng.uniform(1)[0]]
 *     return Math.log(u) < (x * x - (x + step) ** 2) / 2 ? x + step : x
 *   },
 *   { logDensity: (x) => (-x * x) / 2, init: 0, seed: 1 },
 * )
 *
 * @example
 * await checkKernel((theta, rng, data) => posteriorStep(theta, data, rng), {
 *   prior: (rng) => rng.normal(2),
 *   likelihood: (theta, rng) => rng.normal(10, { mean: theta[0], sd: Math.exp(theta[1]) }),
 * })
 */
export function checkKernel<X extends KernelState>(
  kernel: Kernel<X> | TransitionsLike,
  options: KernelCheckOptions<X>,
): Promise<KernelCheck>
export function checkKernel<Theta extends KernelState, Data>(
  kernel: PosteriorKernel<Theta, Data>,
  options: JointCheckOptions<Theta, Data>,
): Promise<KernelCheck>
export async function checkKernel(
  kernel: Kernel | TransitionsLike | PosteriorKernel,
  options: KernelCheckOptions<KernelState> | JointCheckOptions<KernelState, unknown>,
): Promise<KernelCheck> {
  if (typeof options === 'object' && options !== null && ('prior' in options || 'likelihood' in options)) {
    return checkJointly(kernel as PosteriorKernel, options as JointCheckOptions<KernelState, unknown>)
  }
  return checkTarget(kernel as Kernel, options as KernelCheckOptions<KernelState>)
}

async function checkJointly(
  kernel: PosteriorKernel,
  options: JointCheckOptions<KernelState, unknown>,
): Promise<KernelCheck> {
  const known = ['prior', 'likelihood', 'tests', 'draws', 'steps', 'level', 'seed', ...longOptionKeys]
  const given = check.options('options', options, known) as JointCheckOptions<KernelState, unknown>
  const settings = checkSettings(given)
  if (typeof kernel !== 'function') throw new ArgumentError(expected('kernel', 'to be a function', show(kernel)))
  await ready()
  const { draws, steps, level, seed } = settings
  const slice = slices(given, 2 * draws)
  const pilots = Math.ceil(draws / PILOT_SHARE)
  const rng = new Rng(seed)
  const { judgement, means, moved } = await runJointCheck(kernel, given, { draws, steps, level, rng, slice, pilots })
  const found = { invariant: verdict(judgement, level), reversible: null, period: null, connected: null, moved }
  await slice(2 * draws)
  return { ...found, means, draws, steps, level, seed, summary: inWords(found) }
}

async function checkTarget(
  kernel: Kernel | TransitionsLike,
  options: KernelCheckOptions<KernelState>,
): Promise<KernelCheck> {
  const given = check.options('options', options, [...keys, ...longOptionKeys]) as KernelCheckOptions<KernelState>
  const settings = checkSettings(given)
  await ready()
  const matrix = typeof kernel === 'function' ? undefined : await kernelOfMatrix(kernel)
  const states = given.states ?? matrix?.states
  const step = within(states, matrix?.step ?? (kernel as Kernel))
  const slice = slices(given, 3 * settings.draws)
  const rng = new Rng(settings.seed)
  const starts = await startsOf({ ...given, states }, settings, rng.split(0), slice)
  return simulate(step, starts, { ...settings, logDensity: given.logDensity, states, rng: rng.split(1), slice })
}

interface Settings {
  readonly draws: number
  readonly steps: number
  readonly level: number
  readonly warmup: number
  readonly seed: Seed
}

function checkSettings(given: Partial<KernelCheckOptions<KernelState>>): Settings {
  checkLongOptions(given)
  check.optionalFunction('logDensity', given.logDensity)
  check.optionalFunction('sample', given.sample)
  if (given.states !== undefined && !(Array.isArray(given.states) && given.states.length > 0)) {
    throw new ArgumentError(expected('states', 'to be an array of states', show(given.states)))
  }
  return {
    draws: check.integerWithin('draws', given.draws ?? 20_000, 100, MOST_DRAWS),
    steps: check.positiveInteger('steps', given.steps ?? 10, 10_000),
    level: check.numberWithin('level', given.level ?? 1e-3, 1e-12, 0.5),
    warmup: check.positiveInteger('warmup', given.warmup ?? 300, 1e6),
    seed: check.seed('seed', given.seed),
  }
}

/** The same kernel, with an error where it leaves the states that there are. */
function within(states: readonly KernelState[] | undefined, kernel: Kernel): Kernel {
  if (states === undefined) return kernel
  const known = new Set(states.map(keyOf))
  return (x, rng) => {
    const y = kernel(x, rng)
    const state = typeof y === 'object' || typeof y === typeof x
    if (!state || known.has(keyOf(y))) return y
    const got = `${keyOf(y)} from (${keyOf(x)}), which is not among \`states\``
    throw new ArgumentError(expected('kernel', 'to return a state', got))
  }
}

/** Independent draws from the target: some to find intervals with, the others to begin from. */
async function startsOf(
  { logDensity, states, sample, init }: KernelCheckOptions<KernelState>,
  { draws, warmup, level }: Settings,
  rng: Rng,
  slice: Slice,
): Promise<KernelState[]> {
  const count = draws + Math.ceil(draws / PILOT_SHARE)
  if (sample !== undefined) {
    const drawn: KernelState[] = []
    for (let k = 0; k < count; k++) {
      drawn.push(copied(sample(rng)))
      await slice(Math.min(k, draws))
    }
    return drawn
  }
  if (logDensity === undefined) throw new ArgumentError('expected `logDensity` or `sample`; got neither')
  if (states !== undefined) return finiteDraws(states, logDensity, count, rng)
  if (init !== undefined && typeof init !== 'string') {
    return walkerDraws(init, logDensity, { count, warmup, rng, slice, level })
  }
  throw new ArgumentError('expected `states`, `sample` or `init` beside `logDensity`; got none of them')
}

interface Simulation extends Settings {
  readonly logDensity?: LogDensity | undefined
  readonly states?: readonly KernelState[] | undefined
  readonly rng: Rng
  readonly slice: Slice
}

async function simulate(step: Kernel, drawn: readonly KernelState[], simulation: Simulation): Promise<KernelCheck> {
  const { draws, steps, level, logDensity, states, seed, rng, slice } = simulation
  const views = viewsOf(drawn.slice(draws), logDensity, states)
  const [once, last, ways]: Pair[][] = [[], [], []]
  let moves = 0
  for (let k = 0; k < draws; k++) {
    let x = drawn[k]!
    for (let t = 0; t < steps; t++) {
      const y = stepOnce(step, x, rng)
      if (t === 0) once!.push([x, y])
      if (ways!.length < MOST_WAYS) ways!.push([x, y])
      if (!same(x, y)) moves++
      x = y
    }
    last!.push([drawn[k]!, x])
    await slice(draws + k)
  }
  const found = {
    invariant: verdict(judgeInvariance(views, last!, level), level),
    reversible: verdict(judgeReversibility(views, once!, level), level),
    ...(await graphOf(views, ways!)),
    moved: moves / (draws * steps),
  }
  await slice(3 * draws)
  return { ...found, means: [], draws, steps, level, seed, summary: inWords(found) }
}

function verdict<Evidence>({ p, worst }: { p: number; worst: Evidence | null }, level: number): Verdict<Evidence> {
  return { passed: p >= level, p, worst }
}

function same(x: KernelState, y: KernelState): boolean {
  if (typeof x !== 'object' || typeof y !== 'object') return x === y
  return x.length === y.length && Array.prototype.every.call(x, (value, i) => value === y[i])
}

/** The worst of what the views show. */
async function graphOf(views: readonly View[], ways: readonly Pair[]) {
  const graphs: (ObservedGraph | null)[] = []
  for (const view of views) graphs.push(await observedGraph(view, ways))
  const told = graphs.filter((graph) => graph !== null)
  if (told.length === 0) return { period: null, connected: null }
  return {
    period: Math.max(...told.map(({ period }) => period)),
    connected: told.every(({ connected }) => connected),
  }
}

type Found = Pick<KernelCheck, 'invariant' | 'reversible' | 'period' | 'connected' | 'moved'>

function inWords({ invariant, reversible, period, connected, moved }: Found): string {
  const sentences = [
    invariant.passed
      ? 'Nothing speaks against the target being invariant'
      : `The target is not invariant: ${invariant.worst!.forth} draws came to where ${invariant.worst!.where}, ${invariant.worst!.back} left`,
  ]
  if (reversible?.passed) sentences.push('Nothing speaks against detailed balance')
  if (reversible?.passed === false) {
    const { from, to, forth, back } = reversible.worst!
    sentences.push(`Detailed balance is broken: ${forth} steps went from ${from} to ${to}, ${back} came back`)
  }
  if (moved === 0) sentences.push('No step changed the state')
  else if (connected === false) sentences.push('Some states were never reached from others')
  if ((period ?? 1) > 1)
    sentences.push(`The kernel is periodic: states come back after multiples of ${period} steps only`)
  return `${sentences.join('. ')}.`
}
