/**
 * Conditioners: the networks inside couplings. They may be any function; here is what they are made of, which parameters
 * they have, and what these start from. The networks themselves are in native/flow/net.h.
 */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { Rng } from '../random/rng.ts'
import type { FlowShape, LayerTensor } from './layer.ts'

export type Activation = 'relu' | 'tanh' | 'silu'

/** A network as plain JSON, as `mlp`, `residualNet` and `convNet` make it. */
export interface Conditioner {
  readonly kind: 'mlp' | 'residual' | 'conv'
  /** Sizes of the hidden layers; of a residual net the width, once for each block. */
  readonly hidden: readonly number[]
  readonly activation: Activation
}

export interface MlpOptions {
  /** Sizes of the hidden layers; default [64, 64]. */
  hidden?: readonly number[] | undefined
  /** Default `relu`; `silu` is x sigmoid(x). */
  activation?: Activation | undefined
}

export interface ResidualNetOptions {
  /** Numbers (channels) of the trunk and inside the blocks; default 64. */
  width?: number | undefined
  /** Default 2. */
  blocks?: number | undefined
  /** Default `relu`. */
  activation?: Activation | undefined
}

export interface ConvNetOptions {
  /** Channels of the hidden layers; default [128, 128]. */
  hidden?: readonly number[] | undefined
  /** Default `relu`. */
  activation?: Activation | undefined
}

const kinds = ['mlp', 'residual', 'conv'] as const
const activations = ['relu', 'tanh', 'silu'] as const
/** Numbers of native/core/gemm.h. */
const activationNumbers: Record<Activation, number> = { relu: 1, tanh: 2, silu: 3 }

const WIDEST = 2 ** 16
// native/flow/net_layer.h has room for so many.
const DEEPEST = 32

/**
 * A multi-layer perceptron: W x + b and the activation for each hidden layer, then W x + b. On images it is applied to the
 * channels of every pixel.
 *
 * @throws ArgumentError on a wrong option
 * @example
 * new Coupling({ net: mlp({ hidden: [256, 256] }) })
 */
export function mlp(options?: MlpOptions): Conditioner {
  const { hidden = [64, 64], activation } = check.options('options', options, ['hidden', 'activation'])
  return conditioner('options', { kind: 'mlp', hidden, activation: activation ?? 'relu' })
}

/**
 * A residual net: a linear layer, blocks x + W2 act(W1 act(x) + b1) + b2, then the activation and a last linear layer
 * [He, Zhang, Ren, Sun 2016]. On images the first layer, the last one and every W1 are 3x3 convolutions.
 *
 * @throws ArgumentError on a wrong option
 */
export function residualNet(options?: ResidualNetOptions): Conditioner {
  const given = check.options('options', options, ['width', 'blocks', 'activation'])
  const width = check.positiveInteger('width', given.width ?? 64, WIDEST)
  const blocks = check.positiveInteger('blocks', given.blocks ?? 2, DEEPEST)
  const hidden = new Array<number>(blocks).fill(width)
  return conditioner('options', { kind: 'residual', hidden, activation: given.activation ?? 'relu' })
}

/**
 * A convolutional net for images, with the activation after every layer but the last: a 3x3 convolution, 1x1 convolutions
 * between the hidden layers, a 3x3 convolution [Kingma and Dhariwal 2018]. Outside of the image all is 0.
 *
 * @throws ArgumentError on a wrong option
 */
export function convNet(options?: ConvNetOptions): Conditioner {
  const { hidden = [128, 128], activation } = check.options('options', options, ['hidden', 'activation'])
  return conditioner('options', { kind: 'conv', hidden, activation: activation ?? 'relu' })
}

/** Checks a conditioner that was given as JSON. */
export function conditioner(name: string, value: unknown): Conditioner {
  const given = check.options<Conditioner>(name, value as Conditioner, ['kind', 'hidden', 'activation'])
  const kind = check.oneOf(`${name}.kind`, given.kind, kinds)
  const activation = check.oneOf(`${name}.activation`, given.activation, activations)
  const { hidden } = given
  if (!Array.isArray(hidden) || hidden.length > DEEPEST || (kind !== 'mlp' && hidden.length === 0)) {
    const wanted = `to be an array of ${kind === 'mlp' ? 0 : 1} to ${DEEPEST} sizes`
    throw new ArgumentError(expected(`${name}.hidden`, wanted, show(hidden)))
  }
  for (const [i, size] of hidden.entries()) check.positiveInteger(`${name}.hidden[${i}]`, size, WIDEST)
  if (kind === 'residual' && hidden.some((size) => size !== hidden[0])) {
    throw new ArgumentError(expected(`${name}.hidden`, 'to have equal sizes, as residual nets have', show(hidden)))
  }
  return { kind, hidden: [...hidden], activation }
}

/** The words of native/flow/net.h. */
export function conditionerWords(net: Conditioner, shape: FlowShape, inputs: number, outputs: number): number[] {
  const image = shape.height * shape.width > 1
  const kind = { mlp: 0, residual: image ? 3 : 1, conv: 2 }[net.kind]
  return [kind, activationNumbers[net.activation], inputs, outputs, net.hidden.length, ...net.hidden]
}

/**
 * The parameters of a network. Hidden weights start as normal numbers of variance 2 / inputs [He, Zhang, Ren, Sun 2015], for
 * tanh 2 / (inputs + outputs) [Glorot and Bengio 2010]; the last layer and all biases at 0, so that the network is 0 at
 * first.
 */
export function conditionerTensors(
  net: Conditioner,
  shape: FlowShape,
  { inputs, outputs, context }: { inputs: number; outputs: number; context: number },
): LayerTensor[] {
  const image = shape.height * shape.width > 1
  const layers = linearLayers(net, image, inputs, outputs)
  return layers.flatMap((layer, i) => {
    const extra = i === 0 ? context : 0
    const start = i < layers.length - 1 ? { start: startOf(net, layer, extra) } : {}
    const filter = layer.convolves ? [3, 3] : []
    const weight = { name: `net.${i}.weight`, shape: [layer.outputs, ...filter, layer.inputs], ...start }
    const contextWeight = { name: `net.${i}.context`, shape: [layer.outputs, extra], ...start }
    return [weight, ...(extra > 0 ? [contextWeight] : []), { name: `net.${i}.bias`, shape: [layer.outputs] }]
  })
}

interface LinearLayer {
  readonly inputs: number
  readonly outputs: number
  readonly convolves: boolean
}

function linearLayers(net: Conditioner, image: boolean, inputs: number, outputs: number): LinearLayer[] {
  if (net.kind === 'residual') {
    const width = net.hidden[0]!
    const inside = { inputs: width, outputs: width }
    const blocks = net.hidden.flatMap(() => [
      { ...inside, convolves: image },
      { ...inside, convolves: false },
    ])
    const first = { inputs, outputs: width, convolves: image }
    return [first, ...blocks, { inputs: width, outputs, convolves: image }]
  }
  const sizes = [inputs, ...net.hidden, outputs]
  const last = net.hidden.length
  return sizes.slice(1).map((size, i) => {
    return { inputs: sizes[i]!, outputs: size, convolves: net.kind === 'conv' && (i === 0 || i === last) }
  })
}

function startOf(net: Conditioner, { inputs, outputs, convolves }: LinearLayer, context: number) {
  const taps = convolves ? 9 : 1
  const fanIn = taps * inputs + context
  const variance = net.activation === 'tanh' ? 2 / (fanIn + taps * outputs) : 2 / fanIn
  return (values: Float32Array, rng: Rng) => void rng.normal(values, { sd: Math.sqrt(variance) })
}
