/** Any distribution, given that it lies in an interval. */

import { options } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { end, interval } from './check.ts'
import { Distribution, type Law, lawOf, quantiles } from './distribution.ts'
import { KernelLaw } from './kernel-law.ts'
import { MixtureLaw } from './mixture.ts'
import { gather, placesOf } from './mixture-parts.ts'
import { type Moments, momentsByQuantiles, momentsBySums } from './moments.ts'
import { truncatedNormalLaw } from './normal.ts'
import { logOf } from './special.ts'

export interface TruncateOptions {
  /** Default: the lower end of the support. */
  low?: number | undefined
  /** Above `low`, or for integers not below it; default: the upper end of the support. */
  high?: number | undefined
}

/**
 * The distribution given that its variable lies in [low, high]. Accurate in both tails: probabilities between the ends
 * are taken from the smaller one. A normal distribution may be cut anywhere; of others the interval must hold a
 * probability that is a number above 0.
 *
 * @throws ArgumentError where the interval holds no probability
 */
export function truncated(distribution: Distribution, given: TruncateOptions): Distribution {
  if (!(distribution instanceof Distribution)) {
    throw new ArgumentError(expected('distribution', 'to be a distribution on the line', show(distribution)))
  }
  const law = lawOf(distribution)
  const values = options('options', given, ['low', 'high'])
  const [least, most] = law.support
  const low = Math.max(least, end('low', values.low ?? least))
  const high = Math.min(most, end('high', values.high ?? most))
  if (!law.discrete) interval(low, high)
  return new Distribution(cut(law, low, high))
}

function cut(law: Law, low: number, high: number): Law {
  if (law instanceof MixtureLaw) return cutMixture(law, low, high)
  if (law.discrete) return new TruncatedLaw(law, Math.ceil(low), Math.floor(high))
  return truncatedNormalOf(law, low, high) ?? new TruncatedLaw(law, low, high)
}

/** A mixture of the components that have something in the interval, in proportion to what they have there. */
function cutMixture(law: MixtureLaw, low: number, high: number): Law {
  const masses = law.laws.map((one) =>
    massBetween(tailsAt(one, law.discrete ? Math.ceil(low) - 1 : low), tailsAt(one, high)),
  )
  const shares = masses.map((mass, k) => law.shares[k]! * mass)
  const total = shares.reduce((a, b) => a + b, 0)
  if (!(total > 0)) throw emptyInterval(low, high)
  const kept = [...shares.keys()].filter((k) => shares[k]! > 0)
  const ends = (k: number) => [Math.max(low, law.laws[k]!.support[0]), Math.min(high, law.laws[k]!.support[1])] as const
  return new MixtureLaw(
    kept.map((k) => cut(law.laws[k]!, ...ends(k))),
    Float64Array.from(kept, (k) => shares[k]! / total),
  )
}

function emptyInterval(low: number, high: number): ArgumentError {
  return new ArgumentError(expected('low ... high', 'to hold a probability above 0', `${low} ... ${high}`))
}

/** A cut normal distribution has a kernel of its own, exact far in the tails too. */
function truncatedNormalOf(law: Law, low: number, high: number): Law | undefined {
  if (!(law instanceof KernelLaw) || (law.name !== 'normal' && law.name !== 'truncatedNormal')) return undefined
  return truncatedNormalLaw(law.parameters[0]!, law.parameters[1]!, low, high)
}

/** Probabilities below and above a point. */
interface Tails {
  readonly below: number
  readonly above: number
}

class TruncatedLaw implements Law {
  readonly name = 'truncated'
  readonly discrete: boolean
  readonly support: readonly [low: number, high: number]
  readonly #law: Law
  /** Below the interval and above its beginning; up to its end and above it. */
  readonly #begin: Tails
  readonly #end: Tails
  readonly #mass: number

  constructor(law: Law, low: number, high: number) {
    this.discrete = law.discrete
    this.support = [low, high]
    this.#law = law
    this.#begin = tailsAt(law, law.discrete ? low - 1 : low)
    this.#end = tailsAt(law, high)
    this.#mass = massBetween(this.#begin, this.#end)
    if (!(this.#mass > 0)) throw emptyInterval(low, high)
  }

  moments(): Moments {
    return this.discrete ? momentsBySums(this) : momentsByQuantiles(this)
  }

  logPdf(points: Float64Array): void {
    const [low, high] = this.support
    const outside = Uint8Array.from(points, (x) => (x < low || x > high ? 1 : 0))
    const logMass = logOf(this.#mass)
    this.#law.logPdf(points)
    for (let i = 0; i < points.length; i++) points[i] = outside[i] ? -Infinity : points[i]! - logMass
  }

  cdf(points: Float64Array, upper: boolean): void {
    const below = points.slice()
    this.#law.cdf(below, false)
    this.#law.cdf(points, true)
    for (let i = 0; i < points.length; i++) {
      const [f, s] = [below[i]!, points[i]!]
      const part = upper
        ? f < s
          ? this.#end.below - f
          : s - this.#end.above
        : f < s
          ? f - this.#begin.below
          : this.#begin.above - s
      points[i] = Math.min(1, Math.max(0, part / this.#mass))
    }
  }

  quantile(probabilities: Float64Array, upper: boolean): void {
    const [low, high] = this.support
    const side = new Int32Array(probabilities.length)
    for (let i = 0; i < probabilities.length; i++) {
      const part = probabilities[i]! * this.#mass
      const below = upper ? this.#end.below - part : this.#begin.below + part
      const above = upper ? this.#end.above + part : this.#begin.above - part
      side[i] = below <= above ? 0 : 1
      probabilities[i] = Math.min(1, Math.max(0, side[i] === 0 ? below : above))
    }
    quantilesBySide(this.#law, probabilities, side)
    for (let i = 0; i < probabilities.length; i++) probabilities[i] = Math.min(high, Math.max(low, probabilities[i]!))
  }
}

function tailsAt(law: Law, x: number): Tails {
  const [below, above] = [Float64Array.of(x), Float64Array.of(x)]
  law.cdf(below, false)
  law.cdf(above, true)
  return { below: below[0]!, above: above[0]! }
}

/** From the tails where they are small. */
function massBetween(begin: Tails, end: Tails): number {
  if (begin.above < 0.5) return begin.above - end.above
  if (end.below < 0.5) return end.below - begin.below
  return 1 - begin.below - end.above
}

/** Tails replaced by quantiles: lower ones where side is 0, upper ones where it is 1. */
function quantilesBySide(law: Law, tails: Float64Array, side: Int32Array): void {
  for (const [upper, places] of placesOf(side, 2, tails.length).entries()) {
    const values = gather(tails, places)
    quantiles(law, values, upper === 1)
    for (let i = 0; i < places.length; i++) tails[places[i]!] = values[i]!
  }
}
