/** One chain of a Gibbs sampler: visits of its sites, with the user's functions. */

import { DensityError, show } from '../errors.ts'
import type { ChainRng } from './chain-rng.ts'
import type { Conditional, GibbsBlock, Site } from './gibbs-sites.ts'

/** The acceptance probability that the step of a single coordinate is adapted to [Roberts, Gelman, Gilks 1997]. */
const RATE = 0.44

/** What an update of the steps does, iteration by iteration of the warm-up. */
export interface Gains {
  readonly gain: number
  readonly weight: number
}

/**
 * Robbins and Monro's gains, and the weights of the average that is kept, for iteration t of the warm-up. Rounded, because
 * engines differ in the last digit of a power, and runs must not.
 */
export function gainsAt(t: number): Gains {
  return { gain: Math.fround(2 * (t + 10) ** -0.6), weight: Math.fround((t + 1) ** -0.75) }
}

export interface GibbsChainParts {
  /** Number of the chain. */
  readonly number: number
  /** [dim]: where the chain stands. */
  readonly x: Float64Array
  /** [dim]: steps of the coordinates that Metropolis moves make, and their averages in the warm-up. */
  readonly steps: Float64Array
  readonly averages: Float64Array
  readonly rng: ChainRng
  readonly sites: readonly Site[]
  readonly random: boolean
  readonly logDensity: ((x: Float64Array) => number) | undefined
}

export class GibbsChain {
  readonly #parts: GibbsChainParts
  /** log p(x), where it is known. */
  #value: number | undefined
  #step = 0
  /** Metropolis moves made and accepted since `takeAcceptance`. */
  #tried = 0
  #accepted = 0

  constructor(parts: GibbsChainParts) {
    this.#parts = parts
  }

  /** One iteration: every site once, in order, or as many visits of sites drawn with replacement. */
  iterate(step: number, gains: Gains | undefined): void {
    const { sites, random, rng } = this.#parts
    this.#step = step
    for (let k = 0; k < sites.length; k++) this.#visit(sites[random ? rng.integer(sites.length) : k]!, gains)
  }

  /** log p(x); NaN where no density was given. */
  get logDensity(): number {
    if (this.#parts.logDensity === undefined) return Number.NaN
    return (this.#value ??= this.#evaluate(this.#parts.x))
  }

  /** Where the chain was put from outside. */
  forget(): void {
    this.#value = undefined
    this.#tried = this.#accepted = 0
  }

  /** Fraction of the Metropolis moves accepted since the last call; NaN where there were none. */
  takeAcceptance(): number {
    const rate = this.#accepted / this.#tried
    this.#tried = this.#accepted = 0
    return rate
  }

  #visit(site: Site, gains: Gains | undefined): void {
    if (site.kind === 'metropolis') this.#move(site.coordinate, gains)
    else if (site.kind === 'conditional') this.#draw(site.coordinate, site.draw)
    else this.#drawBlock(site.number, site.block)
  }

  #draw(coordinate: number, conditional: Conditional): void {
    const { x, rng } = this.#parts
    const name = `conditionals[${coordinate}]`
    const value = this.#call(name, () => conditional(x, rng))
    x[coordinate] = Number.isFinite(value) ? value : this.#wrong(name, show(value))
    this.#value = undefined
  }

  #drawBlock(number: number, block: GibbsBlock): void {
    const { x, rng } = this.#parts
    const name = `blocks[${number}].sample`
    const values = this.#call(name, () => block.sample(x, rng))
    const { coordinates } = block
    if (values?.length !== coordinates.length) this.#wrong(name, show(values), `${coordinates.length} finite numbers`)
    for (let k = 0; k < coordinates.length; k++) if (!Number.isFinite(values[k])) this.#wrong(name, show(values[k]))
    for (let k = 0; k < coordinates.length; k++) x[coordinates[k]!] = values[k]!
    this.#value = undefined
  }

  /** x_i + s z, accepted with min(1, p(x') / p(x)): where -ln u, an exponential, is above the loss. */
  #move(i: number, gains: Gains | undefined): void {
    const { x, rng, steps } = this.#parts
    const before = this.logDensity
    const old = x[i]!
    x[i] = old + steps[i]! * rng.normal()
    const after = this.#evaluate(x, old, i)
    const accepted = rng.exponential() > before - after
    this.#tried++
    if (accepted) {
      this.#accepted++
      this.#value = after
    } else x[i] = old
    if (gains) this.#adapt(i, gains, accepted)
  }

  #adapt(i: number, { gain, weight }: Gains, accepted: boolean): void {
    const { steps, averages } = this.#parts
    steps[i]! *= 1 + gain * ((accepted ? 1 : 0) - RATE)
    averages[i]! += weight * (steps[i]! - averages[i]!)
  }

  /** log p at x; a failure puts coordinate `i` back to `old`. */
  #evaluate(x: Float64Array, old?: number, i?: number): number {
    try {
      const value = this.#parts.logDensity!(x)
      if (value < Number.POSITIVE_INFINITY) return value
      throw new DensityError(show(value), x.slice(), { chain: this.#parts.number, step: this.#step })
    } catch (cause) {
      const point = x.slice()
      if (i !== undefined) x[i] = old!
      if (cause instanceof DensityError) throw cause
      throw new DensityError(saying(cause), point, { chain: this.#parts.number, step: this.#step, cause })
    }
  }

  #call<Value>(name: string, draw: () => Value): Value {
    try {
      return draw()
    } catch (cause) {
      return this.#wrong(name, saying(cause), 'a finite number', cause)
    }
  }

  #wrong(name: string, got: string, what = 'a finite number', cause?: unknown): never {
    const { number, x } = this.#parts
    const wanted = `\`${name}\` to give ${what}`
    throw new DensityError(got, x.slice(), { chain: number, step: this.#step, wanted, cause })
  }
}

function saying(cause: unknown): string {
  return `an error ("${cause instanceof Error ? cause.message : String(cause)}")`
}
