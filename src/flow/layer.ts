/**
 * What a layer of a flow is: a bijection described by its options, without numbers of its own. `new Flow([...])` gives each
 * layer a slice of one parameter vector and turns the list into a program for the kernels (program.ts).
 */

import type { JsonObject } from '../io/model-file.ts'
import type { Rng } from '../random/rng.ts'

/** What a row is at some point of a flow: a vector (height and width 1) or an image [height, width, features]. */
export interface FlowShape {
  readonly features: number
  readonly height: number
  readonly width: number
}

/** A parameter of a layer: how it is called, its shape, and its first values. */
export interface LayerTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Fills `values`, which hold zeros, with the first values. Absent: they stay 0. */
  readonly start?: (values: Float32Array, rng: Rng) => void
}

/** Numbers of native/flow/layer.h. */
export const opcodes = {
  planar: 0,
  coupling: 1,
  rescale: 2,
  actnorm: 3,
  permutation: 4,
  linear: 5,
  squeeze: 6,
  split: 7,
  logit: 8,
} as const

/**
 * A bijection y = f(x) of rows. Its forward and inverse passes, with log-determinants, and their gradients are in
 * native/flow; a `Flow` of one layer runs it alone.
 */
export interface Layer {
  /** The name of the layer in files and messages. */
  readonly kind: keyof typeof opcodes
  /** The constructor's options as JSON, all defaults filled in: what a file keeps. */
  readonly options: JsonObject
  /**
   * The shape of f(x) for x of this shape.
   *
   * @param name what the layer is called in the flow, for the message
   * @throws ArgumentError where the layer can't take such rows
   */
  shapeAfter(shape: FlowShape, name: string): FlowShape
  /** The parameters, in the order in which the kernel finds them. */
  tensors(shape: FlowShape, context: number): readonly LayerTensor[]
  /**
   * Where log |det| is the same for all rows: the parameter whose sum it is, once a pixel, or null where it is 0. Absent
   * where it depends on the row.
   */
  readonly logVolume?: string | null | undefined
  /** The layer's own words of the program. `signs` and other constants of the parameters' kind belong here, too. */
  words(shape: FlowShape, context: number): readonly number[]
}

/** How a message speaks of a shape: `12 dimensions`, `images of 16 x 16 x 12`. */
export function showFlowShape({ features, height, width }: FlowShape): string {
  if (height * width > 1) return `images of ${height} x ${width} x ${features}`
  return features === 1 ? '1 dimension' : `${features} dimensions`
}

/** Numbers in a row. */
export function sizeOf({ features, height, width }: FlowShape): number {
  return features * height * width
}
