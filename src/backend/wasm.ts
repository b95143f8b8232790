/** WebAssembly as a backend. */

import { nonNegativeInteger } from '../check.ts'
import { BackendError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { checkArguments } from './arguments.ts'
import type { Backend, BackendArray, TypedArray, TypedArrayConstructor } from './backend.ts'
import type { KernelDescription } from './kernel-table.ts'
import type { Kernels } from './kernels.gen.ts'
import type { WasmInstance } from './wasm-instance.ts'

/** Runs a kernel elsewhere, so that this thread stays free (page-worker.ts). */
export interface Offload {
  /** Takes checked arguments, of which the arrays may be copied but not kept. Undefined: it can't; run it here. */
  run(kernel: KernelDescription, args: readonly unknown[]): Promise<{ result: unknown } | undefined>
}

export class WasmBackend implements Backend {
  readonly name = 'wasm'
  readonly pieceMilliseconds = 20
  readonly simd = 'simd128'
  readonly kernels: Kernels
  readonly #instance: WasmInstance
  readonly #table: ReadonlyMap<string, KernelDescription>
  readonly #offload: Offload | undefined
  readonly #unused: FinalizationRegistry<number>

  constructor(instance: WasmInstance, offload?: Offload) {
    this.#instance = instance
    this.#offload = offload
    this.#table = new Map(instance.table.map((kernel) => [kernel.name, kernel]))
    this.#unused = new FinalizationRegistry((pointer) => instance.release(pointer))
    const functions = instance.table.map((kernel) => [
      kernel.name,
      (...args: unknown[]) => instance.call(kernel, checkArguments(kernel, args)),
    ])
    this.kernels = Object.fromEntries(functions) as Kernels
  }

  async run<K extends keyof Kernels>(kernel: K, ...args: Parameters<Kernels[K]>): Promise<ReturnType<Kernels[K]>> {
    const entry = this.#table.get(kernel)
    if (entry === undefined) throw new BackendError(`there is no kernel ${kernel}`)
    checkArguments(entry, args)
    const elsewhere = await this.#offload?.run(entry, args)
    if (elsewhere !== undefined) return elsewhere.result as ReturnType<Kernels[K]>
    await yieldToEventLoop()
    // Views are taken anew: the memory may have grown meanwhile.
    return this.#instance.call(entry, checkArguments(entry, args)) as ReturnType<Kernels[K]>
  }

  alloc<A extends TypedArray>(type: TypedArrayConstructor<A>, length: number): BackendArray<A> {
    const pointer = this.#instance.allocate(nonNegativeInteger('length', length) * type.BYTES_PER_ELEMENT)
    const array = new WasmArray(this.#instance, type, pointer, length)
    this.#unused.register(array, pointer)
    array.view().fill(0)
    return array
  }

  threads(): number {
    return 1
  }

  setThreads(): void {}
}

// A view keeps its array, and so the memory, alive.
const owners = new WeakMap<TypedArray, WasmArray<TypedArray>>()

class WasmArray<A extends TypedArray> implements BackendArray<A> {
  readonly length: number
  readonly #instance: WasmInstance
  readonly #type: TypedArrayConstructor<A>
  readonly #pointer: number
  #view: A | undefined

  constructor(instance: WasmInstance, type: TypedArrayConstructor<A>, pointer: number, length: number) {
    this.#instance = instance
    this.#type = type
    this.#pointer = pointer
    this.length = length
  }

  view(): A {
    const { buffer } = this.#instance
    if (this.#view?.buffer !== buffer) {
      this.#view = new this.#type(buffer, this.#pointer, this.length)
      owners.set(this.#view, this)
    }
    return this.#view
  }
}
