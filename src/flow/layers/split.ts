import * as check from '../../check.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { type FlowShape, type Layer, type LayerTensor, showFlowShape } from '../layer.ts'

/**
 * Factoring out, for flows of several scales [Dinh, Sohl-Dickstein, Bengio 2017]: the second half of the features leaves
 * the flow and becomes a part of z; the layers that follow work on the first half. The log-determinant is 0. No
 * parameters.
 *
 * In z the part that went through all layers comes first, then what was split off, the last split first.
 *
 * @example
 * new Flow([new Squeeze(), new Split(), new Squeeze()], { shape: [28, 28, 1] })
 */
export class Split implements Layer {
  readonly kind = 'split'
  readonly logVolume = null
  readonly options = {}

  constructor(options?: Record<string, never>) {
    check.options('options', options, [])
  }

  /** @throws ArgumentError for an odd number of features */
  shapeAfter(shape: FlowShape, name: string): FlowShape {
    if (shape.features % 2 !== 0) {
      throw new ArgumentError(expected(name, 'to get an even number of features', showFlowShape(shape)))
    }
    return { ...shape, features: shape.features / 2 }
  }

  tensors(): readonly LayerTensor[] {
    return []
  }

  words(): readonly number[] {
    return []
  }
}
