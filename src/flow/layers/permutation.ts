import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import { Rng } from '../../random/rng.ts'
import { type FlowShape, type Layer, type LayerTensor, showFlowShape } from '../layer.ts'

export interface PermutationOptions {
  /**
   * `random` (default); `reverse`; or which feature comes to place 0, 1 ...: each of 0 ... features - 1 once.
   */
  order?: 'random' | 'reverse' | readonly number[] | undefined
  /** Of the random order: a non-negative safe integer. Default: fresh entropy, kept in `options`. */
  seed?: number | undefined
}

/**
 * A fixed permutation of the features: y_i = x[order[i]]; of the channels of images. The log-determinant is 0. No
 * parameters.
 *
 * @example
 * new Permutation({ order: 'reverse' })
 * new Permutation({ order: [2, 0, 1] })
 * new Permutation({ seed: 7 })
 */
export class Permutation implements Layer {
  readonly kind = 'permutation'
  readonly logVolume = null
  readonly options: { readonly order: 'reverse' | readonly number[] } | { readonly seed: number }

  constructor(options?: PermutationOptions) {
    const { order = 'random', seed } = check.options('options', options, ['order', 'seed'])
    if (order === 'random') {
      this.options = { seed: layerSeed(seed) }
      return
    }
    if (seed !== undefined) {
      throw new ArgumentError(expected('seed', 'to come with a random order only', show(seed)))
    }
    this.options = { order: order === 'reverse' ? order : checkOrder(order) }
  }

  /** @throws ArgumentError where the order is one of another number of features */
  shapeAfter(shape: FlowShape, name: string): FlowShape {
    const length = 'order' in this.options && Array.isArray(this.options.order) ? this.options.order.length : undefined
    if (length !== undefined && length !== shape.features) {
      throw new ArgumentError(
        expected(name, `to get ${length} features, as many as in its order`, showFlowShape(shape)),
      )
    }
    return shape
  }

  tensors(): readonly LayerTensor[] {
    return []
  }

  words({ features }: FlowShape): readonly number[] {
    if ('seed' in this.options) return [...new Rng(this.options.seed).permutation(features)]
    const { order } = this.options
    return order === 'reverse' ? Array.from({ length: features }, (_, i) => features - 1 - i) : order
  }
}

/** The seed of a layer's own constants: one that JSON holds, as it is kept in the layer's options. */
export function layerSeed(seed: number | undefined): number {
  return seed === undefined ? (check.seed('seed', undefined) as number) : check.nonNegativeInteger('seed', seed)
}

function checkOrder(order: unknown): readonly number[] {
  if (!Array.isArray(order) && !check.isNumericArray(order)) {
    throw new ArgumentError(expected('order', 'to be "random", "reverse" or an array of features', show(order)))
  }
  const seen = new Set<number>()
  for (const [i, from] of order.entries()) {
    check.integerWithin(`order[${i}]`, from, 0, order.length - 1)
    if (seen.has(from as number))
      throw new ArgumentError(expected('order', 'to name each feature once', `${from} twice`))
    seen.add(from as number)
  }
  return [...seen]
}
