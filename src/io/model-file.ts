/**
 * The file of a model: a safetensors file whose metadata say what it is.
 *
 *     format     "gibbsite"
 *     version    "1"
 *     kind       "rbm"
 *     options    JSON: what the constructor takes
 *     training   JSON, optional: where training stands (method, step, schedule ...)
 *     generator  JSON, optional: the state of the random numbers
 *
 * The arrays (weights, momenta, persistent chains ...) are the tensors, so Python reads a model with
 * `safetensors.numpy.load_file`. A model that was saved, loaded and trained on gives the bytes of one never saved.
 */

import { ArgumentError, expected, FormatError, show } from '../errors.ts'
import { bad, showShape } from './bytes.ts'
import { type Dtype, decodeSafetensors, encodeSafetensors, type Tensor } from './safetensors.ts'

/** A value that JSON carries without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A model in parts, as it is written and read. */
export interface ModelFile {
  /** What kind of model this is: `rbm`. */
  readonly kind: string
  /** What the constructor of the model takes. */
  readonly options: JsonObject
  readonly tensors: Record<string, Tensor>
  /** Where training stands; undefined for a model that was never trained. */
  readonly training?: JsonObject | undefined
  /** The state of the random numbers; undefined when nothing is to be resumed. */
  readonly generator?: JsonObject | undefined
}

const FORMAT = 'gibbsite'
const VERSION = '1'
const LONGEST_JSON = 1 << 20
const DEEPEST = 16

/**
 * The bytes of a model's file; the same model gives the same bytes.
 *
 * @throws ArgumentError on options that JSON would not carry without loss (NaN, a bigint, a class instance)
 */
export function encodeModel(model: ModelFile): Uint8Array {
  const metadata: Record<string, string> = { format: FORMAT, version: VERSION, kind: model.kind }
  for (const key of ['options', 'training', 'generator'] as const) {
    const value = model[key]
    if (value !== undefined) metadata[key] = encodeJson(key, value)
  }
  return encodeSafetensors(model.tensors, metadata)
}

function encodeJson(name: string, value: JsonObject): string {
  const fault = faultIn(value, name, 0)
  if (fault) throw new ArgumentError(expected(fault.path, 'to be a JSON value', fault.got))
  const text = JSON.stringify(value)
  if (text.length > LONGEST_JSON) {
    throw new ArgumentError(expected(name, `to be at most ${LONGEST_JSON} characters of JSON`, text.length))
  }
  return text
}

/**
 * Reads a model's file. Every check of `decodeSafetensors`, and those of the metadata; the tensors' names, types and
 * shapes are the model's to check, with `takeTensor`.
 *
 * @param kind the kind of model wanted; any when undefined
 * @throws FormatError that says what was expected and what came: `expected an RBM model; got kind "hopfield"`
 */
export function decodeModel(bytes: Uint8Array | ArrayBuffer, kind?: string): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const wanted = kind === undefined ? 'a gibbsite model' : (phrases[kind] ?? `a gibbsite model of kind ${show(kind)}`)
  if (metadata['format'] !== FORMAT) bad(wanted, `a safetensors file of format ${show(metadata['format'])}`)
  if (metadata['version'] !== VERSION) {
    bad(`${wanted} of version ${VERSION}`, `version ${show(metadata['version'])} (a newer gibbsite may read it)`)
  }
  const found = metadata['kind']
  if (found === undefined || (kind !== undefined && found !== kind)) bad(wanted, `kind ${show(found)}`)
  const options = decodeJson('options', metadata['options']) ?? bad(`${wanted} with options`, 'none')
  const training = decodeJson('training', metadata['training'])
  const generator = decodeJson('generator', metadata['generator'])
  return { kind: found, options, tensors, training, generator }
}

const phrases: Record<string, string> = {
  rbm: 'an RBM model',
  hopfield: 'a Hopfield model',
  boltzmann: 'a Boltzmann machine',
  'gaussian-rbm': 'a Gaussian RBM model',
  flow: 'a normalizing flow',
}

function decodeJson(name: string, text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  if (text.length > LONGEST_JSON) bad(`the model's ${name} in at most ${LONGEST_JSON} characters`, text.length)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(`expected the model's ${name} in JSON; got ${show(text)}`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    bad(`the model's ${name} to be an object`, show(value))
  }
  const fault = faultIn(value, name, 0)
  if (fault) bad(`the model's ${fault.path} to be a plain value`, fault.got)
  return value as JsonObject
}

interface Fault {
  readonly path: string
  readonly got: string
}

/** The first thing in a value that JSON does not carry, that is nested too deep, or that is called `__proto__`. */
function faultIn(value: unknown, path: string, depth: number): Fault | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, got: show(value) }
  if (!Array.isArray(value) && !isPlain(value)) return { path, got: show(value) }
  if (depth === DEEPEST) return { path, got: `more than ${DEEPEST} levels` }
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined && !Array.isArray(value)) continue // an option not given: JSON leaves it out
    // Harmless here, but a trap for whoever copies the object key by key.
    if (key === '__proto__') return { path, got: 'the key "__proto__"' }
    const fault = faultIn(inner, depth < 4 ? `${path}.${key}` : path, depth + 1)
    if (fault) return fault
  }
  return undefined
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What a dtype's array is. */
export interface ArrayOf {
  F32: Float32Array
  F64: Float64Array
  U8: Uint8Array
  I32: Int32Array
  U32: Uint32Array
}

/**
 * The numbers of one tensor of a model, of exactly this type and shape, and finite. A copy, so that the model owns them.
 *
 * @throws FormatError such as `expected tensor "weights" of F32 784 x 500; got F32 784 x 499`
 */
export function takeTensor<D extends keyof ArrayOf>(
  model: ModelFile,
  name: string,
  dtype: D,
  shape: readonly number[],
): ArrayOf[D] {
  const found = Object.hasOwn(model.tensors, name) ? model.tensors[name] : undefined
  const wanted = `tensor "${name}" of ${dtype} ${showShape(shape)}`
  if (found === undefined) return bad(wanted, 'none of that name')
  if ((found.dtype as Dtype) !== dtype || !sameShape(found.shape, shape)) {
    bad(wanted, `${found.dtype} ${showShape(found.shape)}`)
  }
  const data = found.data.slice() as ArrayOf[D]
  if (dtype === 'F32' || dtype === 'F64') checkFinite(name, data)
  return data
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i])
}

function checkFinite(name: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) bad(`tensor "${name}" to hold finite numbers`, `${data[i]} at index ${i}`)
  }
}
