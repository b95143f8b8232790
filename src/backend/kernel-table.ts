/** The kernel table as both targets describe it: names, parameter types with a "written" bit, result. */

import type { TypedArray, TypedArrayConstructor } from './backend.ts'

export type ElementType = 'boolean' | 'float32' | 'float64' | 'uint8' | 'int32' | 'uint32' | 'uint64'

export interface KernelParameter {
  readonly name: string
  readonly type: ElementType
  readonly span: boolean
  readonly written: boolean
}

export interface KernelDescription {
  readonly index: number
  readonly name: string
  readonly parameters: readonly KernelParameter[]
  readonly result: ElementType | 'void'
}

/** An entry as it comes out of the addon or of WASM memory. */
export interface RawKernel {
  readonly name: string
  /** "counter, key_low, words" */
  readonly parameters: string
  readonly types: Uint8Array
  readonly result: number
}

// Type codes of native/abi/kernel.h.
const CODES = ['void', 'boolean', 'float32', 'float64', 'uint8', 'int32', 'uint32', 'uint64'] as const
const ELEMENT_MASK = 15
const SPAN_BIT = 16
const WRITTEN_BIT = 32

/** The arrays a span may be. */
export const ARRAYS: Readonly<Partial<Record<ElementType, TypedArrayConstructor<TypedArray>>>> = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
}

/** `key_low` becomes `keyLow`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

export function describeKernel(raw: RawKernel, index: number): KernelDescription {
  const names = raw.parameters === '' ? [] : raw.parameters.split(',')
  const parameters = names.map((name, i) => ({ name: camelCase(name.trim()), ...describeType(raw.types[i]!) }))
  return { index, name: camelCase(raw.name), parameters, result: CODES[raw.result]! }
}

function describeType(code: number): Omit<KernelParameter, 'name'> {
  const type = CODES[code & ELEMENT_MASK] as ElementType
  return { type, span: (code & SPAN_BIT) !== 0, written: (code & WRITTEN_BIT) !== 0 }
}
