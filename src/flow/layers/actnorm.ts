import * as check from '../../check.ts'
import type { FlowShape, Layer, LayerTensor } from '../layer.ts'

/**
 * Activation normalisation of Glow [Kingma, Dhariwal 2018]: y_i = exp(s_i) x_i + b_i, with log |det| = sum_i s_i, a pixel
 * each on images, whose channels share s and b between pixels.
 *
 * Parameters: `logScale` s [features] and `shift` b [features]. Both are 0 at first; training sets them from its first
 * batch, so that every feature of that batch has mean 0 and (population) variance 1 after the layer. A feature that is
 * constant in the batch is only shifted.
 *
 * @example
 * new Flow([new Actnorm(), new Linear({ seed: 1 })], { shape: [16, 16, 12] })
 */
export class Actnorm implements Layer {
  readonly kind = 'actnorm'
  readonly logVolume = 'logScale'
  readonly options = {}

  constructor(options?: Record<string, never>) {
    check.options('options', options, [])
  }

  shapeAfter(shape: FlowShape): FlowShape {
    return shape
  }

  tensors({ features }: FlowShape): readonly LayerTensor[] {
    return [
      { name: 'logScale', shape: [features] },
      { name: 'shift', shape: [features] },
    ]
  }

  words(): readonly number[] {
    return []
  }
}
