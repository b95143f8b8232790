/**
 * What a kernel refuses, for both backends: WASM checks every call here; the addon checks by itself, which is faster,
 * and comes here only for the sentence to say.
 */

import { ArgumentError, show } from '../errors.ts'
import type { Span, TypedArray } from './backend.ts'
import { ARRAYS, type ElementType, type KernelDescription, type KernelParameter } from './kernel-table.ts'

const INTEGERS: Partial<Record<ElementType, readonly [low: number, high: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, Number.MAX_SAFE_INTEGER],
}

// The built-in getter tells arrays of other realms apart too (instanceof does not), and can't be overridden.
const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get as (this: unknown) => string | undefined

/**
 * Throws an `ArgumentError` unless `args` are what the kernel takes. The same arguments come back with every
 * `BackendArray` replaced by its view.
 */
export function checkArguments(kernel: KernelDescription, args: readonly unknown[]): (TypedArray | number | boolean)[] {
  const { parameters } = kernel
  if (args.length !== parameters.length) {
    throw new ArgumentError(`${kernel.name}: expected ${parameters.length} arguments; got ${args.length}`)
  }
  const checked = parameters.map((parameter, i) => checkArgument(kernel, parameter, args[i]))
  for (let i = 0; i < checked.length; i++) if (parameters[i]!.written) checkAliasing(kernel, checked, i)
  return checked
}

function checkArgument(kernel: KernelDescription, parameter: KernelParameter, value: unknown) {
  if (parameter.span) return checkSpan(kernel, parameter, value)
  if (parameter.type === 'boolean') {
    return typeof value === 'boolean' ? value : refuse(kernel, parameter, 'true or false', value)
  }
  const range = INTEGERS[parameter.type]
  if (range === undefined) return typeof value === 'number' ? value : refuse(kernel, parameter, 'a number', value)
  if (Number.isInteger(value) && (value as number) >= range[0] && (value as number) <= range[1]) return value as number
  return refuse(kernel, parameter, `an integer from ${range[0]} to ${range[1]}`, value)
}

function checkSpan(kernel: KernelDescription, parameter: KernelParameter, value: unknown): TypedArray {
  const wanted = ARRAYS[parameter.type]!.name
  const array = spanOf(value as Span<TypedArray>)
  if (typedArrayTag.call(array) !== wanted) return refuse(kernel, parameter, `a ${wanted}`, value)
  if (array.length === 0 && isDetached(array.buffer)) {
    throw new ArgumentError(`${kernel.name}: expected \`${parameter.name}\` to have memory; its buffer is detached`)
  }
  return array
}

/** The array itself, as it is now. */
export function spanOf<A extends TypedArray>(span: Span<A>): A {
  const view = (span as { view?: () => A } | null | undefined)?.view
  return typeof view === 'function' ? view.call(span) : (span as A)
}

// `buffer.detached` is too young for Node 20.
function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength !== 0) return false
  try {
    return new Uint8Array(buffer).length !== 0
  } catch {
    return true
  }
}

/** Outputs never alias inputs: WASM, which copies, could not give the same result as native code. */
function checkAliasing(kernel: KernelDescription, args: readonly (TypedArray | number | boolean)[], written: number) {
  const output = args[written] as TypedArray
  for (let i = 0; i < args.length; i++) {
    if (i === written || !kernel.parameters[i]!.span || !overlap(output, args[i] as TypedArray)) continue
    const [name, other] = [kernel.parameters[written]!.name, kernel.parameters[i]!.name]
    throw new ArgumentError(
      `${kernel.name}: expected \`${name}\`, which is written, not to share memory with \`${other}\``,
    )
  }
}

/** Whether two arrays have memory in common. */
export function overlap(a: TypedArray, b: TypedArray): boolean {
  if (a.buffer !== b.buffer) return false
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
}

function refuse(kernel: KernelDescription, parameter: KernelParameter, wanted: string, value: unknown): never {
  throw new ArgumentError(`${kernel.name}: expected \`${parameter.name}\` to be ${wanted}; got ${show(value)}`)
}
