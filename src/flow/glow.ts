/** Glow, ready-made. */

import * as check from '../check.ts'
import { conditioner } from './conditioner.ts'
import { Flow } from './flow.ts'
import type { Layer } from './layer.ts'
import { Actnorm } from './layers/actnorm.ts'
import { Coupling } from './layers/coupling.ts'
import { Linear } from './layers/linear.ts'
import { Split } from './layers/split.ts'
import { Squeeze } from './layers/squeeze.ts'
import { checkImageShape, checkLevels, type ImageFlowOptions, logitLayers, seedOfLayer } from './ready-made.ts'

export interface GlowOptions extends ImageFlowOptions {
  /** Of the images: [height, width] or [height, width, channels]. */
  shape: readonly number[]
  /** Steps at each scale; default 8. The paper has 32. */
  steps?: number | undefined
  /** Channels of the two hidden layers of each network; default [128, 128]. The paper has 512. */
  hidden?: readonly number[] | undefined
  /** Law of the couplings; default `affine`. */
  law?: 'affine' | 'additive' | undefined
}

const keys = ['shape', 'levels', 'steps', 'hidden', 'law', 'logit', 'base', 'activation', 'context', 'seed'] as const
const MOST_STEPS = 1000

/**
 * Glow [Kingma and Dhariwal 2018]: at each scale a squeeze, then steps of `Actnorm`, an invertible 1x1 convolution
 * (`Linear`) and a coupling with a convolutional network; between scales half of the channels leave the flow.
 *
 * @throws ArgumentError on a wrong option, and on images whose sides can't be halved as often as `levels` says
 * @example
 * const flow = glow({ shape: [28, 28], levels: 2, steps: 4, hidden: [64, 64], context: 10 })
 * await flow.fit(images, { context: oneHot(labels, 10), dequantize: 256 })
 * const sevens = await flow.sample(16, { context: oneHot([7], 10), temperature: 0.8 })
 */
export function glow(options: GlowOptions): Flow {
  const given = check.options('options', options, keys)
  const { base, context, hidden = [128, 128], activation = 'relu' } = given
  const shape = checkImageShape(given.shape!)
  const levels = checkLevels(given.levels, shape)
  const steps = check.positiveInteger('steps', given.steps ?? 8, MOST_STEPS)
  const law = check.oneOf('law', given.law ?? 'affine', ['affine', 'additive'])
  const net = conditioner('options', { kind: 'conv', hidden, activation })
  const seed = check.seed('seed', given.seed)
  const step = (number: number): Layer[] => [
    new Actnorm(),
    new Linear({ seed: seedOfLayer(seed, number) }),
    new Coupling({ law, mask: 'channels', net }),
  ]
  const scale = (level: number): Layer[] => [
    ...(level === 0 ? [] : [new Split()]),
    new Squeeze(),
    ...Array.from({ length: steps }, (_, i) => step(level * steps + i)).flat(),
  ]
  const layers = [
    ...logitLayers(given.logit ?? 0.05),
    ...Array.from({ length: levels }, (_, level) => scale(level)).flat(),
  ]
  return new Flow(layers, { shape, context, base, seed })
}
