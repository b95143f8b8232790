import * as check from '../../check.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { type FlowShape, type Layer, type LayerTensor, showFlowShape } from '../layer.ts'

/**
 * Squeezing [Dinh, Sohl-Dickstein, Bengio 2017]: images [h, w, c] become [h / 2, w / 2, 4 c]; of each square of 2 x 2
 * pixels, pixel (dy, dx) of channel k goes to channel 4 k + 2 dy + dx. The log-determinant is 0. No parameters.
 *
 * @example
 * new Flow([new Squeeze(), new Split()], { shape: [28, 28, 1] })
 */
export class Squeeze implements Layer {
  readonly kind = 'squeeze'
  readonly logVolume = null
  readonly options = {}

  constructor(options?: Record<string, never>) {
    check.options('options', options, [])
  }

  /** @throws ArgumentError for images with an odd side, and for vectors */
  shapeAfter(shape: FlowShape, name: string): FlowShape {
    const { features, height, width } = shape
    if (height % 2 !== 0 || width % 2 !== 0) {
      throw new ArgumentError(expected(name, 'to get images with even sides', showFlowShape(shape)))
    }
    return { features: 4 * features, height: height / 2, width: width / 2 }
  }

  tensors(): readonly LayerTensor[] {
    return []
  }

  words(): readonly number[] {
    return []
  }
}
