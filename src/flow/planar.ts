/** Planar flows, ready-made. */

import * as check from '../check.ts'
import type { Seed } from '../random/key.ts'
import { Flow } from './flow.ts'
import { Inverse } from './inverse.ts'
import { Planar } from './layers/planar.ts'
import { type Base, bases } from './program.ts'

export interface PlanarOptions {
  /** Numbers in a row. */
  dim: number
  /** Default 16. */
  layers?: number | undefined
  /**
   * The direction without Newton's method: `sampling` (default), z -> x, as in the paper, for training by `fitDensity`;
   * `density`, x -> z, for training by `fit`. The other direction works in both, at some ten times the cost.
   */
  closedForm?: 'sampling' | 'density' | undefined
  /** The distribution of z; default `normal`. */
  base?: Base | undefined
  /** Of the initial parameters. Default: fresh entropy. */
  seed?: Seed | undefined
}

const MOST_LAYERS = 1000

/**
 * A planar flow [Rezende and Mohamed 2015]: layers that each stretch or squeeze space along one direction (see `Planar`).
 * Cheap and easy to invert, but a layer can do little: many are needed, and they suit few dimensions.
 *
 * @throws ArgumentError on a wrong option
 * @example
 * const flow = planar({ dim: 2, layers: 32 })
 * await flow.fitDensity(testEnergyTarget({ energy: 'U1' }))
 * const { data } = await flow.sample(1000)
 */
export function planar(options: PlanarOptions): Flow {
  const given = check.options('options', options, ['dim', 'layers', 'closedForm', 'base', 'seed'])
  const { seed, base = 'normal' } = given
  const count = check.positiveInteger('layers', given.layers ?? 16, MOST_LAYERS)
  const closedForm = check.oneOf('closedForm', given.closedForm ?? 'sampling', ['sampling', 'density'])
  check.oneOf('base', base, bases)
  const layers = Array.from({ length: count }, () => {
    return closedForm === 'sampling' ? new Inverse(new Planar()) : new Planar()
  })
  return new Flow(layers, { dim: check.positiveInteger('dim', given.dim), base, seed })
}
