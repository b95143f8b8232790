/** What a Gibbs sampler updates, piece by piece: coordinates and blocks of them. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { ChainRng } from './chain-rng.ts'

/** A draw of one coordinate given all others. `x` is the chain itself: it may be read, not written. */
export type Conditional = (x: Float64Array, rng: ChainRng) => number

/** Coordinates that are drawn together, given the others. */
export interface GibbsBlock {
  readonly coordinates: readonly number[]
  /** Their new values, in the order of `coordinates`; `x` may be read, not written. */
  sample(x: Float64Array, rng: ChainRng): ArrayLike<number>
}

/** One thing that a scan visits. */
export type Site =
  | { readonly kind: 'conditional'; readonly coordinate: number; readonly draw: Conditional }
  | { readonly kind: 'block'; readonly number: number; readonly block: GibbsBlock }
  | { readonly kind: 'metropolis'; readonly coordinate: number }

/** What covers the coordinates. */
export interface SiteOptions {
  readonly dim: number
  readonly conditionals: unknown
  readonly blocks: unknown
  /** Coordinates that nothing draws move by Metropolis steps. */
  readonly metropolis: boolean
}

/**
 * The sites in the order of their first coordinates.
 *
 * @throws ArgumentError where a coordinate is covered twice, or not at all
 */
export function makeSites(options: SiteOptions): readonly Site[] {
  const { dim, metropolis } = options
  const given = [...conditionalSites(dim, options.conditionals), ...blockSites(dim, options.blocks)]
  const taken = new Map<number, Site>()
  for (const site of given) {
    for (const coordinate of coordinatesOf(site)) {
      if (taken.has(coordinate)) {
        throw new ArgumentError(expected('blocks', 'to cover every coordinate once', `coordinate ${coordinate} again`))
      }
      taken.set(coordinate, site)
    }
  }
  const rest = Array.from({ length: dim }, (_, i) => i).filter((i) => !taken.has(i))
  if (rest.length > 0 && !metropolis) {
    const wanted = 'to cover every coordinate, or a `logDensity` to move the others by'
    throw new ArgumentError(expected('conditionals', wanted, `none for coordinate ${rest[0]}`))
  }
  const moved = rest.map((coordinate): Site => ({ kind: 'metropolis', coordinate }))
  return [...given, ...moved].sort((a, b) => coordinatesOf(a)[0]! - coordinatesOf(b)[0]!)
}

export function coordinatesOf(site: Site): readonly number[] {
  return site.kind === 'block' ? site.block.coordinates : [site.coordinate]
}

function conditionalSites(dim: number, given: unknown): Site[] {
  if (given === undefined) return []
  if (!Array.isArray(given) || given.length > dim) {
    throw new ArgumentError(expected('conditionals', `to be an array of up to ${dim} functions`, show(given)))
  }
  const sites: Site[] = []
  // Not flatMap, which passes over the holes of `[, f]`; they are coordinates without a conditional all the same.
  for (const [coordinate, draw] of [...given].entries()) {
    const checked = check.optionalFunction<Conditional>(`conditionals[${coordinate}]`, draw)
    if (checked !== undefined) sites.push({ kind: 'conditional', coordinate, draw: checked })
  }
  return sites
}

function blockSites(dim: number, given: unknown): Site[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw new ArgumentError(expected('blocks', 'to be an array of blocks', show(given)))
  return given.map((block, number) => {
    const { coordinates, sample } = check.options<GibbsBlock>(`blocks[${number}]`, block, ['coordinates', 'sample'])
    if (!Array.isArray(coordinates) || coordinates.length === 0 || typeof sample !== 'function') {
      const wanted = 'to be { coordinates: [numbers], sample(x, rng) }'
      throw new ArgumentError(expected(`blocks[${number}]`, wanted, show(block)))
    }
    for (const i of coordinates) check.integerWithin(`blocks[${number}].coordinates`, i, 0, dim - 1)
    return { kind: 'block', number, block: block as GibbsBlock }
  })
}
