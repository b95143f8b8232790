/** An RBM as bytes: a safetensors file with its parameters and, where there is one, its training. */

import type { Backend } from '../backend/backend.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { decodeModel, encodeModel, type JsonObject, type ModelFile, takeTensor } from '../io/model-file.ts'
import { type Tensor, tensor } from '../io/safetensors.ts'
import { SharedParameters, setValues } from '../run/shared-parameters.ts'
import { asFormat, readPosition } from '../run/training-file.ts'
import { Workspace } from '../run/workspace.ts'
import { checkFits, LARGEST_PARAMETER } from './limits.ts'
import type { RbmCore } from './rbm-core.ts'
import { settingsFrom } from './rbm-options.ts'
import { allocateParameters, type Parameters } from './rbm-parameters.ts'
import {
  type ArrayShapes,
  arrayShapes,
  newArrays,
  type TrainingArrays,
  type TrainingState,
} from './rbm-training-state.ts'

const KIND = 'rbm'
const MEANS = 'dataMeans'

export function encodeRbm(core: RbmCore): Uint8Array {
  const { visible, hidden, fresh, parameters, training } = core
  const { weights, visibleBias, hiddenBias } = parameters.current
  return encodeModel({
    kind: KIND,
    options: { visible, hidden, fresh },
    tensors: {
      weights: tensor(weights.view(), [visible, hidden]),
      visibleBias: tensor(visibleBias.view()),
      hiddenBias: tensor(hiddenBias.view()),
      ...(training && trainingTensors(training, visible, hidden)),
    },
    ...(training && { training: trainingJson(training) }),
  })
}

function trainingTensors({ settings, means, arrays }: TrainingState, visible: number, hidden: number) {
  const tensors: Record<string, Tensor> = { [MEANS]: tensor(means) }
  for (const [name, [, ...shape]] of entries(arrayShapes(settings, visible, hidden))) {
    if (arrays[name].length > 0) tensors[name] = tensor(arrays[name], shape)
  }
  return tensors
}

function trainingJson({ settings, horizon, data, epoch, step }: TrainingState): JsonObject {
  return { settings: settings as unknown as JsonObject, horizon, data: { ...data }, epoch, step }
}

function entries(shapes: ArrayShapes) {
  return Object.entries(shapes) as [keyof TrainingArrays, ArrayShapes[keyof ArrayShapes]][]
}

/**
 * The model in a file. Everything is checked before anything is used.
 *
 * @throws FormatError of one sentence that says what was expected and what came
 */
export function decodeRbm(backend: Backend, bytes: Uint8Array | ArrayBuffer): RbmCore {
  const file = decodeModel(bytes, KIND)
  return asFormat(() => {
    const { visible, hidden } = checkSides(file.options)
    const fresh = check.flag('options.fresh', file.options['fresh'] ?? false)
    const parameters = readParameters(backend, file, visible, hidden)
    const training = file.training && readTraining(file, file.training, visible, hidden)
    const shared = new SharedParameters(backend, parameters)
    const workspace = new Workspace(backend)
    return { backend, visible, hidden, parameters: shared, fresh, fitting: false, workspace, training }
  })
}

const MOST_UNITS = 2 ** 24

/** Sizes of the layers, in options of the constructor or of a file. */
export function checkSides(options: { visible?: unknown; hidden?: unknown }): { visible: number; hidden: number } {
  const visible = check.positiveInteger('visible', options.visible, MOST_UNITS)
  const hidden = check.positiveInteger('hidden', options.hidden, MOST_UNITS)
  checkFits('hidden', hidden, visible)
  return { visible, hidden }
}

function readParameters(backend: Backend, file: ModelFile, visible: number, hidden: number): Parameters {
  const taken = {
    weights: takeTensor(file, 'weights', 'F32', [visible, hidden]),
    visibleBias: takeTensor(file, 'visibleBias', 'F32', [visible]),
    hiddenBias: takeTensor(file, 'hiddenBias', 'F32', [hidden]),
  }
  for (const [name, values] of Object.entries(taken)) checkMagnitude(name, values)
  const parameters = allocateParameters(backend, visible, hidden)
  setValues(parameters, taken)
  return parameters
}

export function checkMagnitude(name: string, values: Float32Array): void {
  const at = values.findIndex((value) => Math.abs(value) > LARGEST_PARAMETER)
  if (at < 0) return
  throw new ArgumentError(expected(name, `to hold numbers up to ${LARGEST_PARAMETER}`, `${values[at]} at index ${at}`))
}

function readTraining(file: ModelFile, json: JsonObject, visible: number, hidden: number): TrainingState {
  const { settings, ...position } = readPosition(json, settingsFrom)
  const means = readMeans(file, visible)
  return { settings, ...position, means, arrays: readArrays(file, arrayShapes(settings, visible, hidden)) }
}

function readMeans(file: ModelFile, visible: number): Float32Array {
  const means = takeTensor(file, MEANS, 'F32', [visible])
  for (const [i, mean] of means.entries()) check.probability(`${MEANS}[${i}]`, mean)
  return means
}

function readArrays(file: ModelFile, shapes: ArrayShapes): TrainingArrays {
  // All are taken, and so checked, before memory is asked for.
  const taken = entries(shapes).flatMap(([name, [dtype, ...shape]]) =>
    shape.includes(0) ? [] : [[name, takeTensor(file, name, dtype, shape)] as const],
  )
  const arrays = newArrays(shapes)
  for (const [name, values] of taken) arrays[name].set(values)
  return arrays
}
