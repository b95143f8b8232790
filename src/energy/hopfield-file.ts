/** A Hopfield network as bytes: a safetensors file with its couplings, its biases and the patterns stored. */

import type { Backend } from '../backend/backend.ts'
import * as check from '../check.ts'
import { ArgumentError, FormatError } from '../errors.ts'
import { decodeModel, encodeModel, takeTensor } from '../io/model-file.ts'
import { tensor } from '../io/safetensors.ts'
import { wordsPerRow } from './bits.ts'
import { emptyNetwork, HopfieldCore, type Network } from './hopfield-core.ts'
import { checkCouplings, checkUnits } from './hopfield-couplings.ts'
import { checkMagnitude } from './rbm-file.ts'

const KIND = 'hopfield'

export function encodeHopfield({ units, words }: HopfieldCore, { weights, bias, patterns }: Network): Uint8Array {
  const stored = patterns.length / words
  return encodeModel({
    kind: KIND,
    options: { units, patterns: stored },
    tensors: {
      weights: tensor(weights.view(), [units, units]),
      bias: tensor(bias.view()),
      ...(stored > 0 && { patterns: tensor(patterns, [stored, words]) }),
    },
  })
}

/**
 * The network in a file. Everything is checked before anything is used.
 *
 * @throws FormatError of one sentence that says what was expected and what came
 */
export function decodeHopfield(backend: Backend, bytes: Uint8Array | ArrayBuffer): HopfieldCore {
  const file = decodeModel(bytes, KIND)
  try {
    const units = checkUnits(file.options['units'])
    const stored = check.nonNegativeInteger('patterns', file.options['patterns'] ?? 0, 2 ** 30)
    const weights = takeTensor(file, 'weights', 'F32', [units, units])
    const bias = takeTensor(file, 'bias', 'F32', [units])
    const patterns =
      stored === 0 ? new Uint32Array() : takeTensor(file, 'patterns', 'U32', [stored, wordsPerRow(units)])
    checkCouplings('weights', weights, units)
    checkMagnitude('bias', bias)
    checkPadding(patterns, units)
    const network = { ...emptyNetwork(backend, units), patterns }
    network.weights.view().set(weights)
    network.bias.view().set(bias)
    return new HopfieldCore(backend, units, network)
  } catch (cause) {
    // What is wrong with the numbers of a file is a fault of the file, not of the caller.
    if (!(cause instanceof ArgumentError)) throw cause
    throw new FormatError(`the file's network: ${cause.message}`, { cause })
  }
}

/** Bits beyond the last unit would make equal patterns unequal. */
function checkPadding(patterns: Uint32Array, units: number): void {
  const words = wordsPerRow(units)
  if (units % 32 === 0) return
  for (let k = words - 1; k < patterns.length; k += words) {
    if (patterns[k]! >>> (units % 32) !== 0) {
      throw new FormatError(
        `expected tensor "patterns" to have ${units} bits in a row; got more in row ${(k + 1) / words - 1}`,
      )
    }
  }
}
