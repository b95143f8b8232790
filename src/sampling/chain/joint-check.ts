/**
 * The joint-distribution test of Geweke (2004), for kernels that update parameters given data.
 *
 * Parameters from the prior and data given them are a draw from the joint law. A kernel that leaves the posterior
 * invariant, followed by new data given the new parameters, leaves the joint law invariant. So after some such steps
 * from independent draws everything must be distributed as before; Geweke compares means of test functions, here their
 * whole distributions are compared too, with exact tests.
 */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Rng } from '../../random/rng.ts'
import { judgeInvariance, type Passage } from './exchange-tests.ts'
import { copied, type Slice, stepOnce } from './kernel-runs.ts'
import { intervalView, type KernelState } from './kernel-views.ts'
import type { Judgement } from './sign-test.ts'

/** Updates parameters given data. */
export type PosteriorKernel<Theta extends KernelState = KernelState, Data = unknown> = (
  theta: Theta,
  rng: Rng,
  data: Data,
) => Theta

export interface JointModel<Theta extends KernelState = KernelState, Data = unknown> {
  /** Parameters from the prior. */
  readonly prior: (rng: Rng) => Theta
  /** Data given parameters. */
  readonly likelihood: (theta: Theta, rng: Rng) => Data
  /** What is compared, by name. Default: the parameters. Functions of the data too see mistakes that the prior hides. */
  readonly tests?: Readonly<Record<string, (theta: Theta, data: Data) => number>> | undefined
}

/** Means of a test function before and after, over the same draws. */
export interface JointMean {
  readonly name: string
  readonly before: number
  readonly after: number
  /** The difference in units of its standard error: about standard normal for a right kernel. */
  readonly z: number
}

type Tests = readonly (readonly [name: string, test: (theta: KernelState, data: unknown) => number])[]

export interface JointRun {
  readonly draws: number
  readonly steps: number
  readonly level: number
  readonly rng: Rng
  readonly slice: Slice
  readonly pilots: number
}

/** Starts and ends in terms of the tests, judged. */
export async function runJointCheck(
  kernel: PosteriorKernel,
  model: JointModel,
  run: JointRun,
): Promise<{ judgement: Judgement<Passage>; means: JointMean[]; moved: number }> {
  for (const name of ['prior', 'likelihood'] as const) {
    if (typeof model[name] === 'function') continue
    throw new ArgumentError(expected(name, 'to be a function', show(model[name])))
  }
  const { draws, level, rng, slice, pilots } = run
  const tests = testsOf(model, rng)
  const pilot: Float64Array[] = []
  for (let k = 0; k < pilots; k++) pilot.push(measure(tests, ...drawJoint(model, rng)))
  const pairs: [Float64Array, Float64Array][] = []
  let moves = 0
  for (let k = 0; k < draws; k++) {
    const start = drawJoint(model, rng)
    const { moved, end } = walk(kernel, model, start, run.steps, rng)
    moves += moved
    pairs.push([measure(tests, ...start), measure(tests, ...end)])
    await slice(draws + k)
  }
  const views = tests.map(([name], i) => intervalView(name, (x) => (x as Float64Array)[i]!, pilot))
  return {
    judgement: judgeInvariance(
      views.filter((view) => view !== undefined),
      pairs,
      level,
    ),
    means: tests.map(([name], i) => meanOf(name, i, pairs)),
    moved: moves / (draws * run.steps),
  }
}

function testsOf(model: JointModel, rng: Rng): Tests {
  if (model.tests !== undefined) {
    const given = Object.entries(check.options('tests', model.tests, Object.keys(model.tests ?? {})))
    for (const [name, test] of given) check.optionalFunction(`tests.${name}`, test as () => unknown)
    if (given.length > 0) return given as unknown as Tests
    throw new ArgumentError(expected('tests', 'to have a function', 'none'))
  }
  const theta = model.prior(rng)
  if (typeof theta === 'number') return [['theta', (x) => x as number]]
  if (typeof theta === 'object') {
    return Array.from(theta, (_, i) => [`theta[${i}]`, (x: KernelState) => (x as Float64Array)[i]!] as const)
  }
  throw new ArgumentError('expected `tests` for parameters that are not numbers; got none')
}

function drawJoint({ prior, likelihood }: JointModel, rng: Rng): [KernelState, unknown] {
  const theta = copied(prior(rng))
  return [theta, copied(likelihood(copied(theta), rng))]
}

function walk(
  kernel: PosteriorKernel,
  { likelihood }: JointModel,
  start: readonly [KernelState, unknown],
  steps: number,
  rng: Rng,
): { moved: number; end: [KernelState, unknown] } {
  let [theta, data] = start
  let moved = 0
  for (let t = 0; t < steps; t++) {
    const next = stepOnce((x, own) => kernel(x, own, copied(data)), theta, rng)
    if (String(next) !== String(theta)) moved++
    theta = next
    data = copied(likelihood(copied(theta), rng))
  }
  return { moved, end: [theta, data] }
}

function measure(tests: Tests, theta: KernelState, data: unknown): Float64Array {
  return Float64Array.from(tests, ([name, test]) => check.finiteNumber(`tests.${name}(theta, data)`, test(theta, data)))
}

function meanOf(name: string, i: number, pairs: readonly (readonly [Float64Array, Float64Array])[]): JointMean {
  const mean = (value: (pair: readonly [Float64Array, Float64Array]) => number) =>
    pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length
  const [before, after] = [mean(([x]) => x[i]!), mean(([, y]) => y[i]!)]
  const variance = mean(([x, y]) => (y[i]! - x[i]! - (after - before)) ** 2)
  return { name, before, after, z: after === before ? 0 : (after - before) / Math.sqrt(variance / pairs.length) }
}
