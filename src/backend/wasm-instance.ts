/** One instance of the WASM module: its table, its memory, and calls with arrays copied in and out. */

import { BackendError } from '../errors.ts'
import type { TypedArray } from './backend.ts'
import { ARRAYS, describeKernel, type KernelDescription, type RawKernel } from './kernel-table.ts'

/** What wasm/module.cc exports, and what Emscripten adds. */
interface Exports {
  readonly memory: WebAssembly.Memory
  kernel_count(): number
  kernel_at(index: number): number
  kernel_call(index: number, slots: number): number
  readonly malloc: EmscriptenModule['_malloc']
  readonly free: EmscriptenModule['_free']
  readonly stackSave?: typeof stackSave
  readonly stackRestore?: typeof stackRestore
  _initialize?(): void
}

/** An array of a call: its address and length in the memory, and the array outside that it is a copy of. */
interface Place {
  address: number
  readonly length: number
  readonly copyOf: TypedArray | undefined
}

const IMPORTS = {
  env: { emscripten_notify_memory_growth() {} },
  wasi_snapshot_preview1: {
    // What the C library's abort() asks for.
    proc_exit() {
      throw new BackendError('a kernel aborted')
    },
  },
}

// Byte offsets of native/abi/kernel.h.
const SLOT_BYTES = 16
const LENGTH_AT = 8

const SMALLEST_ARENA = 4096

const align = (bytes: number) => Math.ceil(bytes / 16) * 16

export class WasmInstance {
  readonly table: readonly KernelDescription[]
  readonly #exports: Exports
  // Slots and copies of one call. It only grows, so that any number of calls needs no more memory than the largest.
  #arena = 0
  #arenaBytes = 0

  private constructor(instance: WebAssembly.Instance) {
    this.#exports = instance.exports as unknown as Exports
    this.#exports._initialize?.()
    this.table = Array.from({ length: this.#exports.kernel_count() }, (_, index) =>
      describeKernel(this.#readKernel(this.#exports.kernel_at(index) >>> 0), index),
    )
  }

  static async create(module: WebAssembly.Module): Promise<WasmInstance> {
    return new WasmInstance(await WebAssembly.instantiate(module, IMPORTS))
  }

  /** Not for a page: browsers refuse to do it on the main thread. */
  static createSync(module: WebAssembly.Module): WasmInstance {
    return new WasmInstance(new WebAssembly.Instance(module, IMPORTS))
  }

  /** The memory as it is now; growth replaces it. */
  get buffer(): ArrayBuffer {
    return this.#exports.memory.buffer as ArrayBuffer
  }

  allocate(bytes: number): number {
    // Pointers come out of WASM as signed numbers.
    const pointer = this.#exports.malloc(Math.max(bytes, 1)) >>> 0
    if (pointer === 0) throw new BackendError(`WebAssembly memory is exhausted: ${bytes} bytes more were needed`)
    return pointer
  }

  release(pointer: number): void {
    this.#exports.free(pointer)
  }

  /** Calls a kernel with checked arguments. Arrays outside this memory are copied in, and those it writes back out. */
  call(kernel: KernelDescription, args: readonly (TypedArray | number | boolean)[]): number | boolean | undefined {
    const places = this.#place(args)
    this.#writeSlots(kernel, args, places)
    const result = this.#invoke(kernel)
    for (let i = 0; i < args.length; i++) {
      const place = places[i]
      if (place?.copyOf !== undefined && kernel.parameters[i]!.written) place.copyOf.set(this.#view(kernel, i, place))
    }
    return kernel.result === 'void' ? undefined : kernel.result === 'boolean' ? result !== 0 : result
  }

  /** Finds each array's place, and makes room for the copies. */
  #place(args: readonly (TypedArray | number | boolean)[]): (Place | undefined)[] {
    const { buffer } = this
    let bytes = align(args.length * SLOT_BYTES)
    const places = args.map((value): Place | undefined => {
      if (typeof value !== 'object') return undefined
      if (value.buffer === buffer) return { address: value.byteOffset, length: value.length, copyOf: undefined }
      const place = { address: bytes, length: value.length, copyOf: value }
      bytes += align(value.byteLength)
      return place
    })
    // This may grow the memory, which detaches all views of it: from here on only addresses count.
    this.#reserve(bytes)
    for (const place of places) if (place?.copyOf !== undefined) place.address += this.#arena
    return places
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#arenaBytes) return
    if (this.#arena !== 0) this.release(this.#arena)
    this.#arena = this.#arenaBytes = 0
    const wanted = Math.max(bytes, SMALLEST_ARENA)
    this.#arena = this.allocate(wanted)
    this.#arenaBytes = wanted
  }

  #writeSlots(
    kernel: KernelDescription,
    args: readonly (TypedArray | number | boolean)[],
    places: readonly (Place | undefined)[],
  ): void {
    const slots = new DataView(this.buffer, this.#arena, args.length * SLOT_BYTES)
    for (let i = 0; i < args.length; i++) {
      const place = places[i]
      if (place === undefined) {
        slots.setFloat64(i * SLOT_BYTES, Number(args[i]), true)
        continue
      }
      slots.setUint32(i * SLOT_BYTES, place.address, true)
      slots.setUint32(i * SLOT_BYTES + LENGTH_AT, place.length, true)
      if (place.copyOf !== undefined) this.#view(kernel, i, place).set(place.copyOf)
    }
  }

  #view(kernel: KernelDescription, i: number, place: Place): TypedArray {
    return new ARRAYS[kernel.parameters[i]!.type]!(this.buffer, place.address, place.length)
  }

  #invoke(kernel: KernelDescription): number {
    const stack = this.#exports.stackSave?.()
    try {
      return this.#exports.kernel_call(kernel.index, this.#arena)
    } catch (cause) {
      // A trap leaves the stack pointer where it was.
      if (stack !== undefined) this.#exports.stackRestore?.(stack)
      throw new BackendError(`${kernel.name} was stopped by WebAssembly, probably for lack of memory`, { cause })
    }
  }

  #readKernel(at: number): RawKernel {
    const [name, parameters, types, count, result] = new Uint32Array(this.buffer, at, 5)
    return {
      name: this.#readString(name!),
      parameters: this.#readString(parameters!),
      types: new Uint8Array(this.buffer, types!, count!).slice(),
      result: result!,
    }
  }

  #readString(at: number): string {
    const bytes = new Uint8Array(this.buffer, at)
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))
  }
}
