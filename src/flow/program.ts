/** From a list of layers to the program that the kernels run (native/flow/program.h) and the layout of its parameters. */

import { ArgumentError, expected } from '../errors.ts'
import { Inverse } from './inverse.ts'
import { type FlowShape, type Layer, type LayerTensor, opcodes, showFlowShape, sizeOf } from './layer.ts'

/** Where a parameter is in the flow's vector. */
export interface PlacedTensor extends LayerTensor {
  /** Number of its layer. */
  readonly layer: number
  /** `3.weight`: the layer's number and the layer's name for it. */
  readonly path: string
  readonly offset: number
  readonly length: number
}

export const bases = ['normal', 'logistic'] as const
export type Base = (typeof bases)[number]

export interface Program {
  readonly words: Int32Array
  readonly tensors: readonly PlacedTensor[]
  readonly parameterCount: number
}

const MOST_PARAMETERS = 2 ** 30

/** A layer in its place. */
interface PlacedLayer {
  readonly layer: Layer
  readonly before: FlowShape
  readonly after: FlowShape
  /** Of its parameters in the flow's vector. */
  readonly offset: number
  readonly length: number
}

export interface Layout extends Pick<Program, 'tensors' | 'parameterCount'> {
  readonly places: readonly PlacedLayer[]
}

/**
 * Lays out layers for rows of this shape.
 *
 * @throws ArgumentError where a layer can't take what the one before it gives, or nothing is left of the row
 */
export function layOut(layers: readonly Layer[], shape: FlowShape, context: number): Layout {
  const [tensors, places]: [PlacedTensor[], PlacedLayer[]] = [[], []]
  let [before, offset] = [shape, 0]
  for (const [i, layer] of layers.entries()) {
    const after = shapeAfter(layer, before, layerName(layers, i))
    const own = placed(layer.tensors(before, context), i, offset)
    const length = own.reduce((sum, tensor) => sum + tensor.length, 0)
    places.push({ layer, before, after, offset, length })
    tensors.push(...own)
    offset += length
    if (offset > MOST_PARAMETERS) {
      throw new ArgumentError(expected('layers', `to have at most ${MOST_PARAMETERS} parameters`, offset))
    }
    before = after
  }
  return { places, tensors, parameterCount: offset }
}

/** The program of layers for rows of this shape. Throws as `layOut`. */
export function compile(layers: readonly Layer[], shape: FlowShape, context: number, base: Base): Program {
  const { places, tensors, parameterCount } = layOut(layers, shape, context)
  const header = [sizeOf(shape), shape.features, shape.height, shape.width, context, bases.indexOf(base), layers.length]
  const records = places.map((place) => record(place, context))
  return { words: Int32Array.from([header, ...records].flat()), tensors, parameterCount }
}

/** What messages call a layer: `layers[3] (coupling)`. */
export function layerName(layers: readonly Layer[], i: number): string {
  return `layers[${i}] (${layers[i]!.kind})`
}

function shapeAfter(layer: Layer, before: FlowShape, name: string): FlowShape {
  const after = layer.shapeAfter(before, name)
  if (layer instanceof Inverse && (after.features !== before.features || after.height !== before.height)) {
    throw new ArgumentError(expected(name, 'to keep the shape, as every inverted layer', showFlowShape(after)))
  }
  return after
}

function record({ layer, before, after, offset, length }: PlacedLayer, context: number): number[] {
  const own = layer.words(before, context)
  const head = [opcodes[layer.kind], layer instanceof Inverse ? 1 : 0, 11 + own.length, offset, length]
  const shapes = [before, after].flatMap(({ features, height, width }) => [features, height, width])
  return [...head, ...shapes, ...own]
}

function placed(tensors: readonly LayerTensor[], layer: number, offset: number): PlacedTensor[] {
  let at = offset
  return tensors.map((tensor) => {
    const length = tensor.shape.reduce((product, side) => product * side, 1)
    at += length
    return { ...tensor, layer, path: `${layer}.${tensor.name}`, offset: at - length, length }
  })
}

/** One layer of a program as a program of its own, over the same parameters. */
export interface SubProgram {
  readonly words: Int32Array
  /** Numbers in a row before the layer. */
  readonly before: number
  /** Numbers that it leaves for the next layer: fewer after a split, whose other half stands behind them. */
  readonly after: number
}

const HEAD = 7

/** The layers of a program, one by one. */
export function layerPrograms(words: Int32Array): SubProgram[] {
  const found: SubProgram[] = []
  for (let at = HEAD; at < words.length; at += words[at + 2]!) {
    const own = words.subarray(at, at + words[at + 2]!)
    const [before, after] = [own.subarray(5, 8), own.subarray(8, 11)].map((shape) => shape.reduce((a, b) => a * b))
    const head = [before!, ...own.subarray(5, 8), words[4]!, words[5]!, 1]
    found.push({ words: Int32Array.of(...head, ...own), before: before!, after: after! })
  }
  return found
}
