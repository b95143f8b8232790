/** What all univariate distributions are: one class with the checks, over a law with the mathematics. */

import { current } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Seed } from '../../random/key.ts'
import { type Draws, drawsOf, Rng, takeDraws } from '../../random/rng.ts'
import { target } from '../../random/target.ts'
import type { Proposal } from '../proposal.ts'

/** The mathematics of a distribution. Arrays are replaced in place: of points, of probabilities, of uniforms. */
export interface Law {
  /** The constructor's name. */
  readonly name: string
  /** True where all probability lies on integers; densities are then probabilities. */
  readonly discrete: boolean
  readonly support: readonly [low: number, high: number]
  /** NaN where it does not exist, possibly infinite. */
  moments(): { readonly mean: number; readonly variance: number }
  logPdf(points: Float64Array): void
  /** P(X <= x), or P(X > x) if `upper`. */
  cdf(points: Float64Array, upper: boolean): void
  /** The inverse of the same; of 0 and 1 it may be anything. */
  quantile(probabilities: Float64Array, upper: boolean): void
  /** From uniforms on (0, 1) to draws, where that is not `quantile`. */
  transform?(uniforms: Float64Array): void
  /** Fills with draws by a kernel of its own, where there is one; the same numbers as `transform` of the uniforms. */
  fill?(out: Float64Array, draws: Draws): void
}

export interface SampleOptions {
  /** Default: fresh entropy. */
  seed?: Seed | undefined
  /** Number of the first draw: n draws from `first` on are those of a longer call. Default 0. */
  first?: number | undefined
}

/** Where random numbers come from: a seed, or a generator that goes on. */
export type SampleFrom = SampleOptions | Rng

/** The law behind a distribution. */
export let lawOf: (distribution: Distribution) => Law

/** Uniforms that are turned into draws at a time: they stay in the cache, and WebAssembly's memory doesn't grow. */
const PIECE = 1 << 14

/**
 * A distribution on the real line, continuous or on integers. Made by the functions named after the families.
 *
 * Numbers and arrays of numbers are taken alike: a number gives a number, an array a new `Float64Array`.
 *
 *     const waiting = exponential({ rate: 2 })
 *     waiting.quantile(0.99)                          // 2.302...
 *     waiting.sample(1_000_000, { seed: 1 })          // Float64Array
 *     waiting.logPdf(new Float64Array([0.1, 0.2]))
 *
 * It is a proposal of importance sampling and of independence Metropolis too (`dim` 1, `logProb`).
 */
export class Distribution implements Proposal {
  readonly dim = 1
  readonly #law: Law
  #moments: { readonly mean: number; readonly variance: number } | undefined

  static {
    lawOf = (distribution) => distribution.#law
  }

  constructor(law: Law) {
    this.#law = law
  }

  /** The family: the name of the function that makes it. */
  get name(): string {
    return this.#law.name
  }

  /** True for a distribution on integers. Its `pdf` is the probability of the number. */
  get discrete(): boolean {
    return this.#law.discrete
  }

  /** The smallest interval with all probability; its ends may be infinite. */
  get support(): readonly [low: number, high: number] {
    return this.#law.support
  }

  /** NaN where it does not exist (Cauchy); may be infinite. */
  get mean(): number {
    return this.#known().mean
  }

  /** NaN where it does not exist; may be infinite. */
  get variance(): number {
    return this.#known().variance
  }

  /** The standard deviation. */
  get sd(): number {
    return Math.sqrt(this.variance)
  }

  /**
   * Independent draws by inverse transform: draw i is `quantile(u)` (or an approximation with a stated bound) of the
   * uniform number i of the stream, the one of `new Rng(seed).uniform()`. So two distributions drawn with one seed move
   * together; take two seeds, or one generator, for independent samples. The same bytes on every backend.
   *
   * @param to how many, or a Float64Array to fill
   * @param from `{ seed, first }`, or an `Rng`, of which as many draws are used up
   */
  sample(to: number | Float64Array, from?: SampleFrom): Float64Array {
    const { out, length } = target(to, [Float64Array])
    const values = (ArrayBuffer.isView(out) ? out : out.view()) as Float64Array
    const draws = checkDraws(from, length)
    if (this.#law.fill !== undefined) this.#law.fill(values, draws)
    else fillByUniforms(this.#law, values, draws)
    return values
  }

  /** The logarithm of the density (of the probability, if discrete) at x; minus infinity outside the support. */
  logPdf(x: number): number
  logPdf(x: ArrayLike<number>): Float64Array
  logPdf(x: number | ArrayLike<number>): number | Float64Array {
    return through(checkPoints(x), x, (values) => this.#law.logPdf(values))
  }

  /** The density (the probability, if discrete) at x. */
  pdf(x: number): number
  pdf(x: ArrayLike<number>): Float64Array
  pdf(x: number | ArrayLike<number>): number | Float64Array {
    return through(checkPoints(x), x, (values) => {
      this.#law.logPdf(values)
      exponentiate(values)
    })
  }

  /** P(X <= x), accurate where it is small. */
  cdf(x: number): number
  cdf(x: ArrayLike<number>): Float64Array
  cdf(x: number | ArrayLike<number>): number | Float64Array {
    return through(checkPoints(x), x, (values) => this.#law.cdf(values, false))
  }

  /** P(X > x), accurate where it is small. */
  survival(x: number): number
  survival(x: ArrayLike<number>): Float64Array
  survival(x: number | ArrayLike<number>): number | Float64Array {
    return through(checkPoints(x), x, (values) => this.#law.cdf(values, true))
  }

  /** The smallest x with P(X <= x) >= p; the ends of the support for 0 and 1. */
  quantile(p: number): number
  quantile(p: ArrayLike<number>): Float64Array
  quantile(p: number | ArrayLike<number>): number | Float64Array {
    return through(checkProbabilities('p', p), p, (values) => quantiles(this.#law, values, false))
  }

  /** The smallest x with P(X > x) <= q: `quantile(1 - q)`, but accurate for small q. */
  quantileUpper(q: number): number
  quantileUpper(q: ArrayLike<number>): Float64Array
  quantileUpper(q: number | ArrayLike<number>): number | Float64Array {
    return through(checkProbabilities('q', q), q, (values) => quantiles(this.#law, values, true))
  }

  /** `logPdf` of rows [n, 1], as proposals have it. */
  logProb(rows: ArrayLike<number>): Float64Array {
    return this.logPdf(rows)
  }

  #known(): { readonly mean: number; readonly variance: number } {
    this.#moments ??= this.#law.moments()
    return this.#moments
  }
}

/** The draws that a call of `sample` asks for. */
export function checkDraws(from: SampleFrom | undefined, length: number): Draws {
  if (from instanceof Rng) return takeDraws(from, length)
  const options = check.options('options', from as SampleOptions | undefined, ['seed', 'first'])
  const seed = check.seed('seed', options.seed)
  return drawsOf(seed, check.nonNegativeInteger('first', options.first ?? 0, Number.MAX_SAFE_INTEGER - length))
}

/** Draws start + first ... of the same stream. */
export function later(draws: Draws, first: number): Draws {
  return { ...draws, start: draws.start + first }
}

/** Uniforms of the open interval (0, 1), those of `Rng.uniform`. */
export function fillUniforms(out: Float64Array, { key, stream, start }: Draws): void {
  current().kernels.randomUniformF64(out, key.low, key.high, stream.low, stream.high, start, 0, 1)
}

/** `fill(part, first)` for parts of `out`, so that what it does stays in the cache. */
export function inParts(out: Float64Array, fill: (part: Float64Array, first: number) => void): void {
  for (let i = 0; i < out.length; i += PIECE) fill(out.subarray(i, i + PIECE), i)
}

function fillByUniforms(law: Law, out: Float64Array, draws: Draws): void {
  inParts(out, (part, first) => {
    fillUniforms(part, later(draws, first))
    transformed(law, part)
  })
}

/** Probabilities replaced by quantiles; 0 and 1 by the ends of the support, where formulas may have no value. */
export function quantiles(law: Law, probabilities: Float64Array, upper: boolean): void {
  const ends: [at: number, isOne: boolean][] = []
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!
    if (p === 0 || p === 1) ends.push([i, p === 1])
  }
  law.quantile(probabilities, upper)
  for (const [at, isOne] of ends) probabilities[at] = law.support[isOne === upper ? 0 : 1]
}

/** Uniforms replaced by draws. */
export function transformed(law: Law, uniforms: Float64Array): void {
  if (law.transform !== undefined) law.transform(uniforms)
  else law.quantile(uniforms, false)
}

/** e^x, the same on every engine. */
export function exponentiate(values: Float64Array): void {
  current().kernels.exponentials(values.slice(), 0, values)
}

function through(values: Float64Array, given: unknown, change: (values: Float64Array) => void): number | Float64Array {
  change(values)
  return typeof given === 'number' ? values[0]! : values
}

/** A copy of the points, none of them NaN. */
function checkPoints(x: unknown): Float64Array {
  const values = copyOf('x', x)
  const bad = firstOutside(values, -Infinity, Infinity)
  if (bad < 0) return values
  throw new ArgumentError(expected('x', 'not to be NaN', typeof x === 'number' ? 'NaN' : `NaN at index ${bad}`))
}

function checkProbabilities(name: string, p: unknown): Float64Array {
  const values = copyOf(name, p)
  const bad = firstOutside(values, 0, 1)
  if (bad < 0) return values
  const got = typeof p === 'number' ? show(p) : `${values[bad]} at index ${bad}`
  throw new ArgumentError(expected(name, 'to be a probability from 0 to 1', got))
}

// A loop, which engines compile to a few instructions; findIndex they don't.
function firstOutside(values: Float64Array, low: number, high: number): number {
  for (let i = 0; i < values.length; i++) if (!(values[i]! >= low && values[i]! <= high)) return i
  return -1
}

function copyOf(name: string, given: unknown): Float64Array {
  if (typeof given === 'number') return Float64Array.of(given)
  if (given instanceof Float64Array) return given.slice()
  if (!Array.isArray(given) && !check.isNumericArray(given)) {
    throw new ArgumentError(expected(name, 'to be a number or an array of numbers', show(given)))
  }
  const bad = Array.isArray(given) ? given.findIndex((value) => typeof value !== 'number') : -1
  if (bad >= 0) throw new ArgumentError(expected(name, 'to hold numbers', `${show(given[bad])} at index ${bad}`))
  return Float64Array.from(given as ArrayLike<number>)
}
