/** A Gaussian RBM as bytes: a safetensors file with its parameters and, where there is one, its training. */

import type { Backend } from '../backend/backend.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { decodeModel, encodeModel, type JsonObject, type ModelFile, takeTensor } from '../io/model-file.ts'
import { type Tensor, tensor } from '../io/safetensors.ts'
import { SharedParameters, setValues } from '../run/shared-parameters.ts'
import { asFormat, readPosition } from '../run/training-file.ts'
import { Workspace } from '../run/workspace.ts'
import {
  allocateGaussian,
  type GaussianCore,
  type GaussianParameters,
  gaussianNames,
  LARGEST_GAUSSIAN,
  LARGEST_SCALE,
  LARGEST_SIGMA,
  SMALLEST_SCALE,
  SMALLEST_SIGMA,
} from './gaussian-rbm-core.ts'
import { gaussianSettingsFrom } from './gaussian-rbm-options.ts'
import {
  type GaussianTrainingArrays,
  type GaussianTrainingState,
  gaussianArrayShapes,
} from './gaussian-rbm-training-state.ts'
import { checkSides } from './rbm-file.ts'
import { type ArrayShapes, newArrays } from './rbm-training-state.ts'

const KIND = 'gaussian-rbm'

export function encodeGaussian({ visible, hidden, fresh, parameters, training }: GaussianCore): Uint8Array {
  const tensors: Record<string, Tensor> = {}
  for (const name of gaussianNames) {
    const values = parameters.current[name].view()
    tensors[name] = name === 'weights' ? tensor(values, [visible, hidden]) : tensor(values)
  }
  if (training === undefined) return encodeModel({ kind: KIND, options: { visible, hidden, fresh }, tensors })
  const { settings, horizon, data, arrays, epoch, step } = training
  for (const [name, [, ...shape]] of entries(gaussianArrayShapes(settings, visible, hidden))) {
    if (arrays[name].length > 0) tensors[name] = tensor(arrays[name], shape)
  }
  const json = { settings: settings as unknown as JsonObject, horizon, data: { ...data }, epoch, step }
  return encodeModel({ kind: KIND, options: { visible, hidden, fresh }, tensors, training: json })
}

type Shapes = ArrayShapes<GaussianTrainingArrays>

function entries(shapes: Shapes) {
  return Object.entries(shapes) as [keyof GaussianTrainingArrays, Shapes[keyof Shapes]][]
}

/**
 * The model in a file. Everything is checked before anything is used.
 *
 * @throws FormatError of one sentence that says what was expected and what came
 */
export function decodeGaussian(backend: Backend, bytes: Uint8Array | ArrayBuffer): GaussianCore {
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

function readParameters(backend: Backend, file: ModelFile, visible: number, hidden: number): GaussianParameters {
  const taken = {
    weights: takeTensor(file, 'weights', 'F32', [visible, hidden]),
    visibleBias: takeTensor(file, 'visibleBias', 'F32', [visible]),
    hiddenBias: takeTensor(file, 'hiddenBias', 'F32', [hidden]),
    sigma: takeTensor(file, 'sigma', 'F32', [visible]),
    offset: takeTensor(file, 'offset', 'F32', [visible]),
    scale: takeTensor(file, 'scale', 'F32', [visible]),
  }
  for (const name of gaussianNames) checkParameter(name, taken[name])
  const parameters = allocateGaussian(backend, visible, hidden)
  setValues(parameters, taken)
  return parameters
}

const ranges: { readonly [Name in keyof GaussianParameters]?: readonly [number, number] } = {
  sigma: [Math.fround(SMALLEST_SIGMA), LARGEST_SIGMA],
  scale: [Math.fround(SMALLEST_SCALE), Math.fround(LARGEST_SCALE)],
  offset: [-3.4028234663852886e38, 3.4028234663852886e38],
}

/** The values of one parameter, from a caller or from a file. */
export function checkParameter(name: keyof GaussianParameters, values: Float32Array): void {
  const [low, high] = ranges[name] ?? [-LARGEST_GAUSSIAN, LARGEST_GAUSSIAN]
  const at = values.findIndex((value) => !(value >= low && value <= high))
  if (at < 0) return
  throw new ArgumentError(expected(name, `to hold numbers from ${low} to ${high}`, `${values[at]} at index ${at}`))
}

function readTraining(file: ModelFile, json: JsonObject, visible: number, hidden: number): GaussianTrainingState {
  const { settings, ...position } = readPosition(json, gaussianSettingsFrom)
  const shapes = gaussianArrayShapes(settings, visible, hidden)
  // All are taken, and so checked, before memory is asked for.
  const taken = entries(shapes).flatMap(([name, [dtype, ...shape]]) =>
    shape.includes(0) ? [] : [[name, takeTensor(file, name, dtype, shape)] as const],
  )
  const arrays = newArrays<GaussianTrainingArrays>(shapes)
  for (const [name, values] of taken) arrays[name].set(values)
  return { settings, ...position, arrays }
}
