/** What the files of all models say of a training in the same way. */

import * as check from '../check.ts'
import { ArgumentError, expected, FormatError, show } from '../errors.ts'
import type { JsonObject } from '../io/model-file.ts'
import type { DataMark } from './data-survey.ts'

/** How far a training is. */
export interface Position {
  /** Epochs of the learning rate's way: those of the first `fit`. */
  readonly horizon: number
  readonly data: DataMark
  /** Epochs finished, and steps finished in the next one. */
  readonly epoch: number
  readonly step: number
}

/** What is wrong with a file's options is a fault of the file, not of the caller. */
export function asFormat<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ArgumentError)) throw cause
    throw new FormatError(`the file's options: ${cause.message}`, { cause })
  }
}

/** What a file says of a training, apart from its tensors. */
export function readPosition<S extends { readonly batch: number }>(
  json: JsonObject,
  settingsFrom: (json: object) => S,
): { settings: S } & Position {
  const settings = settingsFrom(object('training.settings', json['settings']))
  const data = readMark('training.data', json['data'])
  const steps = Math.ceil(data.rows / settings.batch)
  return {
    settings,
    horizon: check.positiveInteger('training.horizon', json['horizon'], 2 ** 31),
    data,
    epoch: check.nonNegativeInteger('training.epoch', json['epoch'], Math.min(2 ** 31, Math.floor(2 ** 50 / steps))),
    step: check.nonNegativeInteger('training.step', json['step'], steps - 1),
  }
}

/** What a file says of data. */
export function readMark(name: string, json: unknown): DataMark {
  const mark = object(name, json)
  return {
    rows: check.positiveInteger(`${name}.rows`, mark['rows'], 2 ** 32 - 1),
    hash: hexadecimal(`${name}.hash`, mark['hash']),
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
