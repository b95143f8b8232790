/** The Node addon as a backend. Kernels are native functions that work in JavaScript's own memory. */

import { nonNegativeInteger } from '../check.ts'
import { BackendError } from '../errors.ts'
import { checkArguments } from './arguments.ts'
import type { Backend, BackendArray, Simd, TypedArray, TypedArrayConstructor } from './backend.ts'
import { describeKernel, type KernelDescription, type RawKernel } from './kernel-table.ts'
import type { Kernels } from './kernels.gen.ts'

/** What native/addon.cc exports. */
export interface Addon {
  readonly table: readonly RawKernel[]
  readonly functions: readonly ((...args: never[]) => unknown)[]
  readonly simd: Simd
  run(index: number, ...args: unknown[]): Promise<unknown>
  /** Called with the kernel's index and the arguments when a call is refused; throws what the caller shall see. */
  onRefusal(explain: (index: number, ...args: unknown[]) => never): void
  threads(): number
  setThreads(count: number): void
  /** How far into a cache line the memory of a buffer begins, in bytes. */
  lineOffset(buffer: ArrayBuffer): number
}

const CACHE_LINE = 64

export class NativeBackend implements Backend {
  readonly name = 'native'
  readonly pieceMilliseconds = 100
  readonly simd: Simd
  readonly kernels: Kernels
  readonly #addon: Addon
  readonly #table: ReadonlyMap<string, KernelDescription>

  constructor(addon: Addon) {
    const table = addon.table.map(describeKernel)
    addon.onRefusal((index, ...args) => {
      checkArguments(table[index]!, args)
      throw new BackendError(
        `${table[index]!.name}: the native addon refused the arguments; are they arrays of another backend?`,
      )
    })
    this.#addon = addon
    this.#table = new Map(table.map((kernel) => [kernel.name, kernel]))
    this.simd = addon.simd
    this.kernels = Object.fromEntries(
      table.map(({ name, index }) => [name, addon.functions[index]]),
    ) as unknown as Kernels
  }

  async run<K extends keyof Kernels>(kernel: K, ...args: Parameters<Kernels[K]>): Promise<ReturnType<Kernels[K]>> {
    const entry = this.#table.get(kernel)
    if (entry === undefined) throw new BackendError(`there is no kernel ${kernel}`)
    return this.#addon.run(entry.index, ...args) as Promise<ReturnType<Kernels[K]>>
  }

  /**
   * An ordinary typed array that is its own view. It begins at a cache line, which new typed arrays seldom do: vectors that
   * lie across two lines take twice as long to load.
   */
  alloc<A extends TypedArray>(type: TypedArrayConstructor<A>, length: number): BackendArray<A> {
    const buffer = new ArrayBuffer(nonNegativeInteger('length', length) * type.BYTES_PER_ELEMENT + CACHE_LINE)
    const array = new type(buffer, (CACHE_LINE - this.#addon.lineOffset(buffer)) % CACHE_LINE, length)
    return Object.defineProperty(array, 'view', { value: () => array }) as A & BackendArray<A>
  }

  threads(): number {
    return this.#addon.threads()
  }

  setThreads(count: number): void {
    this.#addon.setThreads(count)
  }
}
