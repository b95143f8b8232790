/** Real NVP, ready-made: of vectors, and of images with several scales. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type Conditioner, conditioner } from './conditioner.ts'
import { Flow } from './flow.ts'
import type { Layer } from './layer.ts'
import { Actnorm } from './layers/actnorm.ts'
import { Coupling } from './layers/coupling.ts'
import { Split } from './layers/split.ts'
import { Squeeze } from './layers/squeeze.ts'
import { checkImageShape, checkLevels, type ImageFlowOptions, logitLayers } from './ready-made.ts'

export interface RealNvpOptions extends ImageFlowOptions {
  /** Numbers in a row, for vectors. Either this or `shape` is given. */
  dim?: number | undefined
  /** Of images: [height, width] or [height, width, channels]. */
  shape?: readonly number[] | undefined
  /** Of vectors: affine couplings; default 8. Of images: those of each mask at each scale; default 3. */
  couplings?: number | undefined
  /**
   * Of vectors: sizes of the hidden layers of each network; default [64, 64]. Of images: channels of the residual blocks of
   * each network, all equal; default [64, 64].
   */
  hidden?: readonly number[] | undefined
  /** Of vectors, how a row is parted: `odd-even` (default), or its `halves`. */
  mask?: 'odd-even' | 'halves' | undefined
  /** Of images; vectors have one scale. */
  levels?: number | undefined
  /** Default for images 0.05, for vectors false. */
  logit?: number | false | undefined
}

const shared = ['couplings', 'hidden', 'logit', 'base', 'activation', 'context', 'seed'] as const
const MOST_COUPLINGS = 1000

/**
 * Real NVP [Dinh, Sohl-Dickstein and Bengio 2017]: affine couplings whose two parts alternate.
 *
 * Vectors go through `Actnorm`, which takes them to their units in training, and then the couplings. Images go, at each
 * scale, through couplings with checkerboards, a squeeze, and couplings with halves of the channels; then half of the
 * channels leave the flow. The last scale has checkerboards alone, one more of them. An `Actnorm` follows each coupling
 * of images, in place of the paper's batch normalisation, and networks are residual.
 *
 * @throws ArgumentError on a wrong option, and on images whose sides can't be halved as often as `levels` says
 * @example
 * const flow = realNVP({ dim: 2, couplings: 8, hidden: [64, 64] })
 * const images = realNVP({ shape: [28, 28], hidden: [32, 32] })
 */
export function realNVP(options: RealNvpOptions): Flow {
  const images = options?.shape !== undefined
  if (images === (options?.dim !== undefined)) {
    throw new ArgumentError(expected('options', 'to have either `dim` or `shape`', images ? 'both' : 'neither'))
  }
  return images ? ofImages(options) : ofVectors(options)
}

function ofVectors(options: RealNvpOptions): Flow {
  const given = check.options('options', options, ['dim', 'mask', ...shared])
  const { base, context, seed } = given
  const couplings = check.positiveInteger('couplings', given.couplings ?? 8, MOST_COUPLINGS)
  const mask = check.oneOf('mask', given.mask ?? 'odd-even', ['odd-even', 'halves'])
  const net = network('mlp', given)
  const layers = Array.from({ length: couplings }, (_, i) => coupling(mask, i, net))
  const start = [...logitLayers(given.logit ?? false), new Actnorm()]
  return new Flow([...start, ...layers], { dim: check.positiveInteger('dim', given.dim), context, base, seed })
}

function ofImages(options: RealNvpOptions): Flow {
  const given = check.options('options', options, ['shape', 'levels', ...shared])
  const { base, context, seed } = given
  const shape = checkImageShape(given.shape!)
  const levels = checkLevels(given.levels, shape)
  const couplings = check.positiveInteger('couplings', given.couplings ?? 3, MOST_COUPLINGS)
  const net = network('residual', given)
  const scale = () => [
    ...normalised('checkerboard', couplings, net),
    new Squeeze(),
    ...normalised('channels', couplings, net),
    new Split(),
  ]
  const layers = [
    ...logitLayers(given.logit ?? 0.05),
    ...Array.from({ length: levels }, scale).flat(),
    ...normalised('checkerboard', couplings + 1, net),
  ]
  return new Flow(layers, { shape, context, base, seed })
}

function network(kind: 'mlp' | 'residual', { hidden = [64, 64], activation = 'relu' }: Partial<RealNvpOptions>) {
  return conditioner('options', { kind, hidden, activation })
}

type Mask = 'odd-even' | 'halves' | 'checkerboard' | 'channels'

function coupling(mask: Mask, i: number, net: Conditioner): Coupling {
  return new Coupling({ law: 'affine', mask, parity: i % 2 === 0 ? 0 : 1, net })
}

function normalised(mask: Mask, count: number, net: Conditioner): Layer[] {
  return Array.from({ length: count }, (_, i) => [coupling(mask, i, net), new Actnorm()]).flat()
}
