import * as check from '../../check.ts'
import { Rng } from '../../random/rng.ts'
import type { FlowShape, Layer, LayerTensor } from '../layer.ts'
import { type LinearFactors, randomRotation } from '../rotation.ts'
import { layerSeed } from './permutation.ts'

export interface LinearOptions {
  /** Of the rotation that the layer starts with: a non-negative safe integer. Default: fresh entropy, kept in `options`. */
  seed?: number | undefined
}

/**
 * An invertible linear map of the features, y = W x; on images of the channels in every pixel, a 1x1 convolution [Kingma,
 * Dhariwal 2018]. W = P L (U + diag(s)) with a fixed permutation P, L unit lower triangular, U strictly upper
 * triangular, |s| = exp(log s) and fixed signs, so log |det| = sum_i log |s_i| (times the pixels), at no cost. Forward is
 * one product with W, the inverse two triangular solves.
 *
 * It starts as a random rotation (of more than 64 features: of groups of 64, shuffled). P and the signs are those of
 * that rotation; they follow from the seed.
 *
 * Parameters: `logScale` log |s| [c]; `lower` and `upper` [c (c - 1) / 2], the strict triangles of L and U row by row.
 *
 * @example
 * new Flow([new Actnorm(), new Linear({ seed: 1 })], { shape: [16, 16, 12] })
 */
export class Linear implements Layer {
  readonly kind = 'linear'
  readonly logVolume = 'logScale'
  readonly options: { readonly seed: number }

  constructor(options?: LinearOptions) {
    const { seed } = check.options('options', options, ['seed'])
    this.options = { seed: layerSeed(seed) }
  }

  shapeAfter(shape: FlowShape): FlowShape {
    return shape
  }

  tensors({ features: c }: FlowShape): readonly LayerTensor[] {
    const start = this.#start(c)
    const triangle = [(c * (c - 1)) / 2]
    return [
      { name: 'logScale', shape: [c], start: (values) => values.set(start().logScale) },
      { name: 'lower', shape: triangle, start: (values) => pack(start().lower, values, (i) => [0, i]) },
      { name: 'upper', shape: triangle, start: (values) => pack(start().upper, values, (i) => [i + 1, c]) },
    ]
  }

  words({ features }: FlowShape): readonly number[] {
    const { order, signs } = this.#start(features)()
    return [...order, ...signs]
  }

  /** The factors of the first matrix, made when they are asked for. */
  #start(features: number): () => LinearFactors {
    let made: LinearFactors | undefined
    return () => (made ??= randomRotation(features, new Rng(this.options.seed)))
  }
}

/** Columns `range(i)` of every row i, one after the other. */
function pack(rows: readonly Float64Array[], values: Float32Array, range: (i: number) => [number, number]): void {
  let at = 0
  rows.forEach((row, i) => {
    const part = row.subarray(...range(i))
    values.set(part, at)
    at += part.length
  })
}
