/** A flow as bytes: a safetensors file with its parameters by name and, where there is one, its training. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { decodeModel, encodeModel, type JsonObject, type ModelFile, takeTensor } from '../io/model-file.ts'
import { type Tensor, tensor } from '../io/safetensors.ts'
import type { DataMark } from '../run/data-survey.ts'
import { asFormat, readMark, readPosition } from '../run/training-file.ts'
import { checkCondition } from './condition.ts'
import { settingsFrom } from './fit-options.ts'
import { type FlowCore, writeParameters } from './flow-core.ts'
import { type FlowShape, type Layer, sizeOf } from './layer.ts'
import { layerFromJson, layerToJson } from './layer-registry.ts'
import { type Base, bases, layOut, type PlacedTensor } from './program.ts'
import type { BestEpoch, FlowTrainingState } from './training-state.ts'

const KIND = 'flow'
/** Tensors of the training, each as long as all parameters. */
const names = { firstMoment: 'training.firstMoment', secondMoment: 'training.secondMoment', aside: 'training.aside' }

/** @throws ArgumentError while a kernel is at a step of training, when moments and parameters don't belong together */
export function encodeFlow(core: FlowCore): Uint8Array {
  if (core.stepping !== undefined) {
    const wanted = 'to be called between the steps of a training: in `onProgress` or in the body of `for await`'
    throw new ArgumentError(expected('toBytes', `${wanted} (\`save\` waits for the end of the step)`, 'a call in one'))
  }
  const { training, tensors: places, shape, context, base, layers, fresh } = core
  const values = core.parameters.current.values.view()
  const tensors: Record<string, Tensor> = {}
  for (const { path, offset, length, shape } of places) {
    tensors[path] = tensor(values.subarray(offset, offset + length), shape)
  }
  const options = { ...{ shape: { ...shape }, context, base, fresh }, layers: layers.map(layerToJson) }
  if (training === undefined) return encodeModel({ kind: KIND, options, tensors })
  tensors[names.firstMoment] = tensor(training.firstMoment.view())
  tensors[names.secondMoment] = tensor(training.secondMoment.view())
  if (training.aside !== undefined) tensors[names.aside] = tensor(training.aside)
  return encodeModel({ kind: KIND, options, tensors, training: trainingJson(training) })
}

function trainingJson(training: FlowTrainingState): JsonObject {
  const { settings, horizon, marks, epoch, step, sum, lastMean, best, ended } = training
  const mark = (of: DataMark | undefined) => (of === undefined ? null : { ...of })
  return {
    ...{ settings: settings as unknown as JsonObject, horizon, data: { ...marks.data }, context: mark(marks.context) },
    ...{ validation: mark(marks.validation), epoch, step, sum, lastMean: epoch === 0 ? null : lastMean },
    ...{ best: best === undefined ? null : { ...best }, ended },
  }
}

/** A flow's file, read and checked. */
export interface FlowFile {
  readonly layers: readonly Layer[]
  readonly shape: FlowShape
  readonly context: number
  readonly base: Base
  /** Puts the parameters and the training into the flow of these layers. */
  readonly restore: (core: FlowCore) => void
}

/**
 * Everything is checked before anything is used or much memory asked for.
 *
 * @throws FormatError of one sentence that says what was expected and what came
 */
export function decodeFlow(bytes: Uint8Array | ArrayBuffer): FlowFile {
  const file = decodeModel(bytes, KIND)
  return asFormat(() => {
    const { shape, context, base, fresh, layers } = readOptions(file.options)
    const { tensors, parameterCount } = layOut(layers, shape, context)
    const values = readParameters(file, tensors, parameterCount)
    const training = file.training && readTraining(file, file.training, parameterCount)
    const restore = (core: FlowCore) => {
      checkCondition(core, values)
      writeParameters(core, values)
      core.fresh = fresh
      if (training !== undefined) core.training = inWorkspace(core, training)
    }
    return { layers, shape, context, base, restore }
  })
}

const MOST_NUMBERS = 2 ** 24

function readOptions(options: JsonObject) {
  const { layers } = options
  const given = check.options('options', options, ['shape', 'context', 'base', 'fresh', 'layers'])
  const sides = ['features', 'height', 'width'] as const
  const found = check.options<Record<string, unknown>>('options.shape', given['shape'] as JsonObject, sides)
  const side = (name: (typeof sides)[number]) => check.positiveInteger(`shape.${name}`, found[name], MOST_NUMBERS)
  const shape = { features: side('features'), height: side('height'), width: side('width') }
  check.positiveInteger('the numbers of a row', sizeOf(shape), MOST_NUMBERS)
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new ArgumentError(expected('layers', 'to be an array of at least one layer', show(layers)))
  }
  return {
    shape,
    context: check.nonNegativeInteger('context', options['context'], MOST_NUMBERS),
    base: check.oneOf('base', options['base'], bases),
    fresh: check.flag('fresh', options['fresh']),
    layers: layers.map((json, i) => layerFromJson(`layers[${i}]`, json)),
  }
}

function readParameters(file: ModelFile, places: readonly PlacedTensor[], count: number): Float32Array {
  // All are taken, and so checked, before memory is asked for.
  const taken = places.map(({ path, shape }) => takeTensor(file, path, 'F32', shape))
  const values = new Float32Array(count)
  for (const [i, { offset }] of places.entries()) values.set(taken[i]!, offset)
  return values
}

type StoredTraining = Omit<FlowTrainingState, 'firstMoment' | 'secondMoment'> & {
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
}

function readTraining(file: ModelFile, json: JsonObject, count: number): StoredTraining {
  const { settings, horizon, data, epoch, step } = readPosition(json, settingsFrom)
  const best = readBest(json['best'], epoch)
  const ended = check.flag('training.ended', json['ended'])
  if (ended && best === undefined) throw new ArgumentError(expected('training.best', 'to be given', 'none'))
  const take = (name: string) => takeTensor(file, name, 'F32', [count])
  return {
    ...{ settings, horizon, epoch, step, best, ended },
    marks: { data, context: optionalMark(json, 'context'), validation: optionalMark(json, 'validation') },
    firstMoment: take(names.firstMoment),
    secondMoment: take(names.secondMoment),
    aside: best && take(names.aside),
    sum: check.finiteNumber('training.sum', json['sum']),
    lastMean: epoch === 0 ? Number.NaN : check.finiteNumber('training.lastMean', json['lastMean']),
  }
}

function optionalMark(json: JsonObject, name: string): DataMark | undefined {
  return json[name] === null ? undefined : readMark(`training.${name}`, json[name])
}

function readBest(json: unknown, epochs: number): BestEpoch | undefined {
  if (json === null) return undefined
  const { epoch, logLikelihood } = check.options<Record<string, unknown>>('training.best', json as JsonObject, [
    'epoch',
    'logLikelihood',
  ])
  return {
    epoch: check.integerWithin('training.best.epoch', epoch, 1, epochs),
    logLikelihood: check.finiteNumber('training.best.logLikelihood', logLikelihood),
  }
}

/** The moments move to where the kernels work on them. */
function inWorkspace({ workspace }: FlowCore, training: StoredTraining): FlowTrainingState {
  const moved = (name: 'firstMoment' | 'secondMoment') => {
    const moment = workspace.take(name, Float32Array, training[name].length)
    moment.view().set(training[name])
    return moment
  }
  return { ...training, firstMoment: moved('firstMoment'), secondMoment: moved('secondMoment') }
}
