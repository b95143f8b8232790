/** The planar layer. */

import { ArgumentError, expected } from '../../errors.ts'
import type { JsonObject } from '../../io/model-file.ts'
import type { Rng } from '../../random/rng.ts'
import { type FlowShape, type Layer, type LayerTensor, showFlowShape } from '../layer.ts'

/** log(e - 1), where m(a) = -1 + log(1 + e^a) is 0. */
const NO_EFFECT = 0.541324854612918

/** Standard deviation of the first values of u around what would make the layer the identity, times sqrt(dim). */
const FIRST_PUSH = 0.1

/**
 * A planar layer of Rezende and Mohamed (2015), for vectors: y = x + u^ tanh(w'x + b), which stretches or squeezes space
 * along one direction across one hyperplane. log |det dy/dx| = log(1 + w'u^ (1 - tanh^2(w'x + b))).
 *
 *     u^ = u + (m(w'u) - w'u) w / ||w||^2,   m(a) = -1 + log(1 + e^a)
 *
 * so that w'u^ > -1, which makes it a bijection. The inverse has no closed form: p = w'x + b solves
 * p + w'u^ tanh p = w'y + b, one increasing equation a row, by Newton's method inside [r - |w'u^|, r + |w'u^|], r the right
 * side.
 *
 * Parameters: `w` [dim], `u` [dim], `b` [1]. A new layer is near the identity: w is normal with variance 1 / dim.
 *
 * @example
 * const flow = new Flow([new Planar(), new Planar()], { dim: 2 })
 */
export class Planar implements Layer {
  readonly kind = 'planar'
  readonly options: JsonObject = {}

  shapeAfter(shape: FlowShape, name: string): FlowShape {
    if (shape.height * shape.width === 1) return shape
    throw new ArgumentError(expected(name, 'to get vectors, as a planar layer takes them', showFlowShape(shape)))
  }

  tensors({ features }: FlowShape): readonly LayerTensor[] {
    let w: Float32Array = new Float32Array()
    return [
      { name: 'w', shape: [features], start: (values, rng) => (w = direction(values, rng)) },
      { name: 'u', shape: [features], start: (values, rng) => gentlePush(values, w, rng) },
      { name: 'b', shape: [1] },
    ]
  }

  words(): readonly number[] {
    return []
  }
}

function direction(values: Float32Array, rng: Rng): Float32Array {
  return rng.normal(values, { sd: 1 / Math.sqrt(values.length) })
}

/** u^ is 0 where u = a w / ||w||^2 with m(a) = 0; noise is added to that. */
function gentlePush(values: Float32Array, w: Float32Array, rng: Rng): void {
  const norm = w.reduce((sum, x) => sum + x * x, 0)
  rng.normal(values, { sd: FIRST_PUSH / Math.sqrt(values.length) })
  for (let i = 0; i < w.length; i++) values[i]! += (NO_EFFECT * w[i]!) / norm
}
