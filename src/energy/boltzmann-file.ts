/** A Boltzmann machine as bytes: a safetensors file with its parameters and, where there is one, its training. */

import type { Backend } from '../backend/backend.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, FormatError, show } from '../errors.ts'
import { decodeModel, encodeModel, type JsonObject, type ModelFile, takeTensor } from '../io/model-file.ts'
import { type Tensor, tensor } from '../io/safetensors.ts'
import { wordsPerRow } from './bits.ts'
import { type BoltzmannCore, checkTemperature } from './boltzmann-core.ts'
import { type Couplings, DenseCouplings } from './boltzmann-couplings.ts'
import { settingsOf } from './boltzmann-options.ts'
import type { BoltzmannTraining } from './boltzmann-training-state.ts'
import { graphFromEdges } from './graph.ts'
import { checkCouplings, checkUnits } from './hopfield-couplings.ts'
import { checkMagnitude } from './rbm-file.ts'
import { SparseCouplings } from './sparse-couplings.ts'

const KIND = 'boltzmann'
const MOST_SPARSE_UNITS = 2 ** 24

export function encodeBoltzmann(core: BoltzmannCore): Uint8Array {
  const { visible, hidden, encoding, temperature, couplings, training } = core
  const sparse = couplings instanceof SparseCouplings
  const edges = sparse ? { edges: couplings.graph.edges } : {}
  return encodeModel({
    kind: KIND,
    // JSON has no infinity.
    options: {
      visible,
      hidden,
      states: encoding,
      temperature: Number.isFinite(temperature) ? temperature : null,
      ...edges,
    },
    tensors: {
      ...couplingTensors(couplings),
      bias: tensor(couplings.bias),
      ...(training && trainingTensors(training, core.units)),
    },
    ...(training && { training: trainingJson(training) }),
  })
}

function couplingTensors(couplings: Couplings): Record<string, Tensor> {
  if (couplings instanceof DenseCouplings) {
    return { weights: tensor(couplings.weights, [couplings.units, couplings.units]) }
  }
  const { graph } = couplings as SparseCouplings
  const { ends, weights } = graph.edgeList()
  return { edges: tensor(ends, [graph.edges, 2]), edgeWeights: tensor(weights) }
}

function trainingTensors({ arrays, settings }: BoltzmannTraining, units: number): Record<string, Tensor> {
  return {
    weightVelocity: tensor(arrays.weightVelocity, [units, units]),
    biasVelocity: tensor(arrays.biasVelocity),
    chains: tensor(arrays.chains, [settings.chains, wordsPerRow(units)]),
  }
}

function trainingJson({ settings, horizon, data, epoch, step }: BoltzmannTraining): JsonObject {
  return { settings: settings as unknown as JsonObject, horizon, data: { ...data }, epoch, step }
}

/**
 * The machine in a file. Everything is checked before anything is used.
 *
 * @throws FormatError of one sentence that says what was expected and what came
 */
export function decodeBoltzmann(backend: Backend, bytes: Uint8Array | ArrayBuffer): BoltzmannCore {
  const file = decodeModel(bytes, KIND)
  try {
    const { options } = file
    const sparse = options['edges'] !== undefined
    const { visible, hidden } = checkLayers(options, sparse)
    const encoding = check.oneOf('states', options['states'], ['spin', 'binary'])
    const temperature = checkTemperature('temperature', options['temperature'] ?? Number.POSITIVE_INFINITY)
    const units = visible + hidden
    const bias = takeTensor(file, 'bias', 'F32', [units])
    checkMagnitude('bias', bias)
    const couplings = sparse
      ? sparseFrom(file, backend, encoding, bias)
      : new DenseCouplings(backend, encoding, denseFrom(file, units), bias)
    const training = file.training && !sparse ? readTraining(file, file.training, units) : undefined
    return { backend, visible, hidden, units, encoding, temperature, couplings, fitting: false, training }
  } catch (cause) {
    // What is wrong with the numbers of a file is a fault of the file, not of the caller.
    if (!(cause instanceof ArgumentError)) throw cause
    throw new FormatError(`the file's machine: ${cause.message}`, { cause })
  }
}

/** Sizes of the layers, in options of the constructor or of a file. */
export function checkLayers(
  options: { visible?: unknown; hidden?: unknown },
  sparse: boolean,
): { visible: number; hidden: number } {
  const visible = check.positiveInteger('visible', options.visible, MOST_SPARSE_UNITS)
  const hidden = check.nonNegativeInteger('hidden', options.hidden ?? 0, MOST_SPARSE_UNITS - visible)
  if (!sparse) checkUnits(visible + hidden)
  return { visible, hidden }
}

function denseFrom(file: ModelFile, units: number): Float32Array {
  const weights = takeTensor(file, 'weights', 'F32', [units, units])
  checkCouplings('weights', weights, units)
  return weights
}

function sparseFrom(file: ModelFile, backend: Backend, encoding: 'spin' | 'binary', bias: Float32Array) {
  const edges = check.nonNegativeInteger('edges', file.options['edges'], 2 ** 28)
  const ends = takeTensor(file, 'edges', 'U32', [edges, 2])
  const weights = takeTensor(file, 'edgeWeights', 'F32', [edges])
  return new SparseCouplings(backend, encoding, graphFromEdges('edges', bias.length, ends, weights), bias)
}

function readTraining(file: ModelFile, json: JsonObject, units: number): BoltzmannTraining {
  // An empty set of defaults: a file says everything.
  const settings = settingsOf(object('training.settings', json['settings']), {})
  const mark = object('training.data', json['data'])
  const rows = check.positiveInteger('training.data.rows', mark['rows'], 2 ** 32 - 1)
  const steps = Math.ceil(rows / settings.batch)
  const arrays = {
    weightVelocity: takeTensor(file, 'weightVelocity', 'F32', [units, units]),
    biasVelocity: takeTensor(file, 'biasVelocity', 'F32', [units]),
    chains: takeTensor(file, 'chains', 'U32', [settings.chains, wordsPerRow(units)]),
  }
  checkMagnitude('weightVelocity', arrays.weightVelocity)
  checkMagnitude('biasVelocity', arrays.biasVelocity)
  return {
    settings,
    horizon: check.positiveInteger('training.horizon', json['horizon'], 2 ** 31),
    data: { rows, hash: hexadecimal('training.data.hash', mark['hash']) },
    arrays,
    epoch: check.nonNegativeInteger('training.epoch', json['epoch'], Math.min(2 ** 31, Math.floor(2 ** 50 / steps))),
    step: check.nonNegativeInteger('training.step', json['step'], steps - 1),
  }
}

function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new ArgumentError(expected(name, 'to be an object', show(value)))
}

function hexadecimal(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)) return value
  throw new ArgumentError(expected(name, 'to be 16 hexadecimal digits', show(value)))
}
