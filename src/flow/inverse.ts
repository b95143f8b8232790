import type { JsonObject } from '../io/model-file.ts'
import type { FlowShape, Layer, LayerTensor } from './layer.ts'

/**
 * A layer used the other way round: its forward direction is the inner layer's inverse. For a planar flow that samples in
 * closed form, for instance. The inner layer must keep the shape of the rows.
 *
 * @example
 * new Flow([new Inverse(new Planar())], { dim: 2 })
 */
export class Inverse implements Layer {
  readonly inner: Layer

  constructor(inner: Layer) {
    this.inner = inner
  }

  get kind(): Layer['kind'] {
    return this.inner.kind
  }

  get options(): JsonObject {
    return this.inner.options
  }

  get logVolume(): Layer['logVolume'] {
    return this.inner.logVolume
  }

  shapeAfter(shape: FlowShape, name: string): FlowShape {
    return this.inner.shapeAfter(shape, name)
  }

  tensors(shape: FlowShape, context: number): readonly LayerTensor[] {
    return this.inner.tensors(shape, context)
  }

  words(shape: FlowShape, context: number): readonly number[] {
    return this.inner.words(shape, context)
  }
}
