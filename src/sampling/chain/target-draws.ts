/** Independent draws from the target that a kernel is checked against, from what the user can give of it. */

import { ArgumentError, expected, GibbsiteError, show } from '../../errors.ts'
import { AliasTable } from '../../random/alias.ts'
import type { Rng } from '../../random/rng.ts'
import { judgeInvariance } from './exchange-tests.ts'
import type { Slice } from './kernel-runs.ts'
import { type KernelState, keyOf, viewsOf } from './kernel-views.ts'

export type LogDensity = (x: KernelState) => number

/** Draws of a finite target: states with probabilities in proportion to exp(logDensity). */
export function finiteDraws(
  states: readonly KernelState[],
  logDensity: LogDensity,
  count: number,
  rng: Rng,
): KernelState[] {
  const values = states.map((state) => checkedDensity(logDensity, state))
  const most = Math.max(...values)
  if (most === -Infinity)
    throw new ArgumentError(expected('logDensity', 'to be finite for a state', '-Infinity for all'))
  const table = new AliasTable(values.map((value) => Math.exp(value - most)))
  return Array.from(rng.categorical(count, { weights: table }), (k) => states[k]!)
}

export function checkedDensity(logDensity: LogDensity, x: KernelState): number {
  const value = logDensity(x)
  if (typeof value === 'number' && value < Infinity) return value
  throw new ArgumentError(expected('logDensity', 'to be a number below infinity', `${show(value)} at (${keyOf(x)})`))
}

const PILOTS = 100
const ROUNDS = 20

/** Walkers that move by a Gaussian random walk with the decisions of Metropolis et al. (1953), each by itself. */
class Walkers {
  readonly points: Float64Array[]
  readonly #logDensity: LogDensity
  readonly #asState: (x: Float64Array) => KernelState
  readonly #values: number[]
  scales: Float64Array

  constructor(
    points: Float64Array[],
    scales: Float64Array,
    logDensity: LogDensity,
    asState: (x: Float64Array) => KernelState,
  ) {
    this.points = points
    this.scales = scales
    this.#logDensity = logDensity
    this.#asState = asState
    this.#values = points.map((x) => checkedDensity(logDensity, asState(x)))
  }

  /** `steps` steps of walker w; how many were accepted. */
  move(w: number, steps: number, rng: Rng): number {
    const dim = this.scales.length
    const [normals, thresholds] = [rng.normal(steps * dim), rng.exponential(steps)]
    let accepted = 0
    for (let s = 0; s < steps; s++) {
      const there = this.points[w]!.map((x, i) => x + this.scales[i]! * normals[s * dim + i]!)
      const value = checkedDensity(this.#logDensity, this.#asState(there))
      if (!(this.#values[w]! - value < thresholds[s]!)) continue
      this.points[w] = there
      this.#values[w] = value
      accepted++
    }
    return accepted
  }
}

/**
 * Draws of a target on R^d: `count` independent walkers from `init`, `warmup` steps each, with scales that a pilot run
 * found.
 *
 * @throws GibbsiteError where the walkers still drift in the second half, so that they can't stand for the target
 */
export async function walkerDraws(
  init: number | readonly number[] | Float64Array,
  logDensity: LogDensity,
  { count, warmup, rng, slice, level }: { count: number; warmup: number; rng: Rng; slice: Slice; level: number },
): Promise<KernelState[]> {
  const single = typeof init === 'number'
  const start = single ? Float64Array.of(init) : Float64Array.from(init)
  const asState = (x: Float64Array): KernelState => (single ? x[0]! : x)
  if (checkedDensity(logDensity, asState(start)) === -Infinity) {
    throw new ArgumentError(expected('init', 'to have a finite log density', '-Infinity'))
  }
  const scales = await tunedScales(start, logDensity, asState, warmup, rng, slice)
  const walkers = new Walkers(
    Array.from({ length: count }, () => start),
    scales,
    logDensity,
    asState,
  )
  const halfway: KernelState[] = []
  const half = Math.ceil(warmup / 2)
  for (let w = 0; w < count; w++) {
    walkers.move(w, half, rng)
    halfway.push(asState(walkers.points[w]!))
    walkers.move(w, half, rng)
    await slice()
  }
  const reached = walkers.points.map(asState)
  const pairs = halfway.map((x, w) => [x, reached[w]!] as const)
  const views = viewsOf(reached.slice(0, 1000), logDensity, undefined)
  const { p, worst } = judgeInvariance(views, pairs.slice(1000), level)
  if (p >= level) return reached
  throw new GibbsiteError(
    `expected a random walk to reach the target in ${warmup} steps from \`init\`; it still drifts (${worst!.where}). ` +
      'Pass `sample`, a better `init` or a larger `warmup`',
  )
}

/** Spreads of a pilot ensemble times one factor, made to accept about a third. */
async function tunedScales(
  start: Float64Array,
  logDensity: LogDensity,
  asState: (x: Float64Array) => KernelState,
  warmup: number,
  rng: Rng,
  slice: Slice,
): Promise<Float64Array> {
  const walkers = new Walkers(
    Array.from({ length: PILOTS }, () => start),
    new Float64Array(start.length).fill(1),
    logDensity,
    asState,
  )
  const steps = Math.ceil(warmup / ROUNDS)
  let factor = 1
  for (let round = 0; round < ROUNDS; round++) {
    let accepted = 0
    for (let w = 0; w < PILOTS; w++) {
      accepted += walkers.move(w, steps, rng)
      await slice()
    }
    factor *= accepted > 0.35 * steps * PILOTS ? 1.5 : 0.7
    const spreads = start.map((_, i) => spreadOf(walkers.points, i))
    walkers.scales = spreads.map((spread) => factor * (spread || 1))
  }
  return walkers.scales
}

function spreadOf(points: readonly Float64Array[], i: number): number {
  const mean = points.reduce((sum, x) => sum + x[i]!, 0) / points.length
  return Math.sqrt(points.reduce((sum, x) => sum + (x[i]! - mean) ** 2, 0) / points.length)
}
