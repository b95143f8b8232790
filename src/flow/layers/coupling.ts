/** Coupling layers: one part of a row changes by a law whose numbers a network makes of the other part. */

import * as check from '../../check.ts'
import { ArgumentError, expected } from '../../errors.ts'
import type { JsonObject } from '../../io/model-file.ts'
import { type Conditioner, conditioner, conditionerTensors, conditionerWords, mlp } from '../conditioner.ts'
import { type FlowShape, type Layer, type LayerTensor, showFlowShape } from '../layer.ts'

export interface CouplingOptions {
  /**
   * `affine` (default): y = x exp(s) + t with s = scale tanh(r), of which the network gives r and t; `additive`: y = x + t,
   * which keeps volumes.
   */
  law?: 'affine' | 'additive' | undefined
  /**
   * What stays and what changes. With parity 0 (with parity 1 the other way round) there stay
   * `halves` (default) or `channels`, as images call it: the first half of the numbers (of an image, of the channels);
   * `odd-even`: numbers (channels) 0, 2, 4 ...;
   * `checkerboard`, of images: the pixels where row + column is even, with all their channels.
   */
  mask?: 'halves' | 'channels' | 'odd-even' | 'checkerboard' | undefined
  /** 0 (default) or 1. */
  parity?: 0 | 1 | undefined
  /** Default `mlp()`. */
  net?: Conditioner | undefined
}

const laws = ['additive', 'affine'] as const
const masks = ['halves', 'odd-even', 'checkerboard', 'channels'] as const
/** Numbers of native/flow/coupling.cc. */
const maskNumbers: Record<(typeof masks)[number], number> = { halves: 0, channels: 0, 'odd-even': 1, checkerboard: 2 }

/**
 * A coupling layer: y1 = x1, y2 = g(x2; net(x1)). The Jacobian is triangular: log |det| is 0 for the additive law [NICE:
 * Dinh, Krueger and Bengio 2014] and the sum of s for the affine one [Real NVP: Dinh, Sohl-Dickstein and Bengio 2017].
 *
 * The scale of each changed number (or channel) is learned and starts at 1; since the last layer of the network starts at
 * 0, a new coupling changes nothing. Context enters the first layer of the network.
 *
 * @throws ArgumentError on a wrong option
 * @example
 * new Flow([new Coupling({ net: mlp({ hidden: [64, 64] }) }), new Coupling({ parity: 1 })], { dim: 2 })
 */
export class Coupling implements Layer {
  readonly kind = 'coupling'
  readonly options: JsonObject
  readonly logVolume: null | undefined
  readonly #law: (typeof laws)[number]
  readonly #mask: (typeof masks)[number]
  readonly #parity: number
  readonly #net: Conditioner

  constructor(options?: CouplingOptions) {
    const given = check.options('options', options, ['law', 'mask', 'parity', 'net'])
    this.#law = check.oneOf('law', given.law ?? 'affine', laws)
    this.#mask = check.oneOf('mask', given.mask ?? 'halves', masks)
    this.#parity = check.integerWithin('parity', given.parity ?? 0, 0, 1)
    this.#net = given.net === undefined ? mlp() : conditioner('net', given.net)
    this.logVolume = this.#law === 'additive' ? null : undefined
    this.options = { law: this.#law, mask: this.#mask, parity: this.#parity, net: { ...this.#net } }
  }

  shapeAfter(shape: FlowShape, name: string): FlowShape {
    const { features, height, width } = shape
    const refuse = (wanted: string): never => {
      throw new ArgumentError(expected(name, wanted, showFlowShape(shape)))
    }
    if (this.#mask === 'checkerboard') {
      if (height * width === 1) refuse('to get images, whose pixels a checkerboard parts')
      if (this.#net.kind === 'mlp') {
        throw new ArgumentError(
          expected(`${name}.net`, 'to be convolutional: under a checkerboard the neighbours tell', '"mlp"'),
        )
      }
    } else if (this.#mask === 'odd-even') {
      if (features < 2) refuse('to get at least 2 numbers (channels) to part')
    } else if (features % 2 === 1) {
      refuse('to get an even number of dimensions (channels), which have halves')
    }
    return shape
  }

  tensors(shape: FlowShape, context: number): readonly LayerTensor[] {
    const { changed, ...sizes } = this.#sizes(shape)
    const scale = { name: 'scale', shape: [changed], start: (values: Float32Array) => void values.fill(1) }
    return [...(this.#law === 'affine' ? [scale] : []), ...conditionerTensors(this.#net, shape, { ...sizes, context })]
  }

  words(shape: FlowShape): readonly number[] {
    const { inputs, outputs } = this.#sizes(shape)
    const own = [laws.indexOf(this.#law), maskNumbers[this.#mask], this.#parity]
    return [...own, ...conditionerWords(this.#net, shape, inputs, outputs)]
  }

  /** Features that the network sees, those that change, and what the network gives for them. */
  #sizes({ features }: FlowShape): { inputs: number; changed: number; outputs: number } {
    const half = features >> 1
    const all = { halves: [half, half], channels: [half, half], checkerboard: [features, features] }
    const oddEven = this.#parity === 0 ? [features - half, half] : [half, features - half]
    const [inputs, changed] = this.#mask === 'odd-even' ? oddEven : all[this.#mask]
    return { inputs: inputs!, changed: changed!, outputs: this.#law === 'affine' ? 2 * changed! : changed! }
  }
}
