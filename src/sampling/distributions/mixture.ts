/** Mixtures: one of several distributions, chosen at random. */

import { finiteArray } from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { AliasTable } from '../../random/alias.ts'
import type { Draws } from '../../random/rng.ts'
import { Distribution, fillUniforms, inParts, type Law, later, lawOf, quantiles, transformed } from './distribution.ts'
import { chooseComponents, gather, logMixture, middleOf, placesOf } from './mixture-parts.ts'
import type { Moments } from './moments.ts'
import { MultivariateMixture } from './multivariate-mixture.ts'
import { MultivariateNormal } from './multivariate-normal.ts'

/**
 * The mixture of distributions with probabilities in proportion to the weights. All on the line and all continuous or all
 * discrete, or all multivariate normal of the same dimension.
 *
 * Draw i takes its component from a stream of its own and its value from the uniform number i; so unlike those of other
 * distributions, draws do not rise with the uniforms. Quantiles are found by bracketing and are as accurate as the
 * components' probabilities.
 *
 * @param weights one for each, at least 0 and not all 0; default: equal
 */
export function mixture(components: readonly Distribution[], weights?: ArrayLike<number>): Distribution
export function mixture(components: readonly MultivariateNormal[], weights?: ArrayLike<number>): MultivariateMixture
export function mixture(
  components: readonly Distribution[] | readonly MultivariateNormal[],
  weights?: ArrayLike<number>,
): Distribution | MultivariateMixture {
  if (!Array.isArray(components) || components.length === 0) {
    throw new ArgumentError(expected('components', 'to be an array of distributions', show(components)))
  }
  const given = finiteArray('weights', weights ?? new Float64Array(components.length).fill(1), components.length)
  const table = new AliasTable(given)
  const total = given.reduce((sum, weight) => sum + weight, 0)
  const shares = given.map((weight) => weight / total)
  const all: readonly unknown[] = components
  if (isAll(all, MultivariateNormal)) return new MultivariateMixture(all, shares, table)
  if (isAll(all, Distribution)) return new Distribution(new MixtureLaw(...flat(all.map(lawOf), shares)))
  throw new ArgumentError(
    expected('components', 'to be all distributions on the line, or all multivariate normal', show(components)),
  )
}

function isAll<T>(values: readonly unknown[], type: abstract new (...args: never[]) => T): values is readonly T[] {
  return values.every((value) => value instanceof type)
}

/** Mixtures among the components are replaced by theirs; components of weight 0 are left out. */
function flat(laws: readonly Law[], shares: Float64Array): [laws: Law[], shares: Float64Array] {
  const pairs = laws.flatMap((law, k) =>
    law instanceof MixtureLaw
      ? law.laws.map((one, i) => [one, law.shares[i]! * shares[k]!] as const)
      : [[law, shares[k]!] as const],
  )
  const kept = pairs.filter(([, share]) => share > 0)
  return [kept.map(([law]) => law), Float64Array.from(kept, ([, share]) => share)]
}

/** Halvings that leave nothing between the ends of any interval of numbers. */
const MOST_STEPS = 2200

export class MixtureLaw implements Law {
  readonly name = 'mixture'
  readonly discrete: boolean
  readonly support: readonly [low: number, high: number]
  readonly laws: readonly Law[]
  readonly shares: Float64Array
  readonly #table: AliasTable

  constructor(laws: readonly Law[], shares: Float64Array) {
    this.laws = laws
    this.shares = shares
    this.#table = new AliasTable(shares)
    this.discrete = laws[0]!.discrete
    if (laws.some(({ discrete }) => discrete !== this.discrete)) {
      throw new ArgumentError(expected('components', 'to be all continuous or all discrete', 'both'))
    }
    this.support = [
      Math.min(...laws.map(({ support }) => support[0])),
      Math.max(...laws.map(({ support }) => support[1])),
    ]
  }

  moments(): Moments {
    const parts = this.laws.map((law) => law.moments())
    const average = (f: (part: Moments) => number) => parts.reduce((sum, part, k) => sum + this.shares[k]! * f(part), 0)
    const mean = average((part) => part.mean)
    return { mean, variance: average((part) => part.variance + (part.mean - mean) ** 2) }
  }

  logPdf(points: Float64Array): void {
    logMixture(
      points,
      this.shares,
      this.laws.map((law) => {
        const values = points.slice()
        law.logPdf(values)
        return values
      }),
    )
  }

  cdf(points: Float64Array, upper: boolean): void {
    const given = points.slice()
    points.fill(0)
    for (const [k, law] of this.laws.entries()) {
      const values = given.slice()
      law.cdf(values, upper)
      for (let i = 0; i < points.length; i++) points[i]! += this.shares[k]! * values[i]!
    }
    for (let i = 0; i < points.length; i++) points[i] = Math.min(1, points[i]!)
  }

  /** The mixture's quantile lies between the least and the greatest of its components'. */
  quantile(probabilities: Float64Array, upper: boolean): void {
    const each = this.laws.map((law) => {
      const values = probabilities.slice()
      quantiles(law, values, upper)
      return values
    })
    const low = probabilities.map((_, i) => Math.min(...each.map((values) => values[i]!)))
    const high = probabilities.map((_, i) => Math.max(...each.map((values) => values[i]!)))
    this.#narrow(probabilities, upper, low, high)
    probabilities.set(high)
  }

  /** Halves all intervals until no number, or no integer, lies inside; `high` then is the smallest that is enough. */
  #narrow(wanted: Float64Array, upper: boolean, low: Float64Array, high: Float64Array): void {
    let open = Uint32Array.from(wanted.keys()).filter((i) => low[i]! < high[i]!)
    // The component with the least quantile may reach there already.
    const least = this.#reached(open, low, wanted, upper)
    for (const [j, i] of open.entries()) if (least[j]) high[i] = low[i]!
    for (let step = 0; step < MOST_STEPS && open.length > 0; step++) {
      const middles = Float64Array.from(wanted)
      for (const i of open) middles[i] = middleOf(low[i]!, high[i]!, this.discrete)
      open = open.filter((i) => middles[i]! > low[i]! && middles[i]! < high[i]!)
      const reached = this.#reached(open, middles, wanted, upper)
      for (const [j, i] of open.entries()) (reached[j] ? high : low)[i] = middles[i]!
    }
  }

  /** Whether P(X <= x) has reached the wanted probability, or P(X > x) come down to it, for the points numbered. */
  #reached(numbers: Uint32Array, points: Float64Array, wanted: Float64Array, upper: boolean): Uint8Array {
    const values = Float64Array.from(numbers, (i) => points[i]!)
    this.cdf(values, upper)
    return Uint8Array.from(numbers, (i, j) => ((upper ? values[j]! <= wanted[i]! : values[j]! >= wanted[i]!) ? 1 : 0))
  }

  fill(out: Float64Array, draws: Draws): void {
    inParts(out, (part, first) => {
      const here = later(draws, first)
      fillUniforms(part, here)
      const component = chooseComponents(part.length, this.#table, here)
      for (const [k, places] of placesOf(component, this.laws.length, part.length).entries()) {
        const values = gather(part, places)
        transformed(this.laws[k]!, values)
        for (let i = 0; i < places.length; i++) part[places[i]!] = values[i]!
      }
    })
  }
}
