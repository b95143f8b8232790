/** What the ready-made flows share: options and their checks. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import type { Activation } from './conditioner.ts'
import { stream } from './flow-core.ts'
import type { Layer } from './layer.ts'
import { Logit } from './layers/logit.ts'
import type { Base } from './program.ts'

/** Options of every ready-made flow. */
export interface ReadyMadeOptions {
  /** Activation of the networks; default `relu`. */
  activation?: Activation | undefined
  /** Numbers of context a row, which every network sees; default 0. For class labels see `oneHot`. */
  context?: number | undefined
  /** Of the initial parameters. Default: fresh entropy. */
  seed?: Seed | undefined
}

/** Options of the ready-made flows of images. */
export interface ImageFlowOptions extends ReadyMadeOptions {
  /** Number of scales: the sides are halved so often. Default: 3, or as often as both sides are even. */
  levels?: number | undefined
  /**
   * Images hold intensities from 0 to 1 and go through a `Logit` with this alpha first; false for none. Default 0.05.
   */
  logit?: number | false | undefined
  /** The distribution of z; default `normal`. */
  base?: Base | undefined
}

const USUAL_LEVELS = 3
const MOST_LEVELS = 16

/** The `Logit` that was asked for. */
export function logitLayers(logit: number | false): Layer[] {
  return logit === false ? [] : [new Logit({ alpha: logit })]
}

/**
 * The number of scales for images of this shape.
 *
 * @throws ArgumentError where the sides can't be halved so often
 */
export function checkLevels(levels: number | undefined, shape: readonly number[]): number {
  const [height, width] = [shape[0]!, shape[1]!]
  let most = 0
  while (most < MOST_LEVELS && height % 2 ** (most + 1) === 0 && width % 2 ** (most + 1) === 0) most++
  const wanted = levels === undefined ? Math.min(USUAL_LEVELS, Math.max(1, most)) : levels
  check.positiveInteger('levels', wanted, MOST_LEVELS)
  if (wanted <= most) return wanted
  const sides = `to have sides that are multiples of ${2 ** wanted}, to be halved ${wanted === 1 ? 'once' : `${wanted} times`}`
  throw new ArgumentError(expected('shape', sides, `${height} x ${width}`))
}

/** Shape of images: [height, width, channels]. */
export function checkImageShape(shape: readonly number[]): readonly number[] {
  const sides = check.finiteArray('shape', shape)
  if (sides.length !== 2 && sides.length !== 3) {
    throw new ArgumentError(
      expected('shape', 'to be [height, width] or [height, width, channels]', `${sides.length} sides`),
    )
  }
  return [...sides, 1].slice(0, 3).map((side, i) => check.positiveInteger(`shape[${i}]`, side, MOST_NUMBERS))
}

const MOST_NUMBERS = 2 ** 24

/** The seed of layer `i`'s own constants, as plain JSON holds it. */
export function seedOfLayer(seed: Seed, i: number): number {
  const { low, high } = deriveKey(seed, stream.layers, i)
  return (high >>> 11) * 2 ** 32 + low
}
