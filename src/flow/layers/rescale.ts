import * as check from '../../check.ts'
import type { FlowShape, Layer, LayerTensor } from '../layer.ts'

/**
 * Diagonal rescaling, the top layer of NICE [Dinh, Krueger, Bengio 2014]: y_i = exp(s_i) x_i, with log |det| = sum_i s_i.
 * On images each channel has one s for all pixels.
 *
 * Parameters: `logScale` s [features], at first 0, so that the layer changes nothing; a fresh flow's `fit` sets them so that
 * the first rows have the variance of the base distribution after the layer.
 *
 * @example
 * new Flow([new Rescale()], { dim: 784 })
 */
export class Rescale implements Layer {
  readonly kind = 'rescale'
  readonly logVolume = 'logScale'
  readonly options = {}

  constructor(options?: Record<string, never>) {
    check.options('options', options, [])
  }

  shapeAfter(shape: FlowShape): FlowShape {
    return shape
  }

  tensors({ features }: FlowShape): readonly LayerTensor[] {
    return [{ name: 'logScale', shape: [features] }]
  }

  words(): readonly number[] {
    return []
  }
}
