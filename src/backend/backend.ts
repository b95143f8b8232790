/**
 * What a backend is: something that runs the kernels of native/abi/table.cc and owns memory for them. There are two,
 * the Node addon and WebAssembly; who calls them can't tell which it is, the results are the same bytes.
 */

import type { Kernels } from './kernels.gen.ts'

/** The arrays that kernels read and write. */
export type TypedArray = Float32Array | Float64Array | Uint8Array | Int32Array | Uint32Array

export interface TypedArrayConstructor<A extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number
  readonly name: string
  new (length: number): A
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A
}

/**
 * An array in memory of the backend's own. Passed to a kernel it is never copied, so large state that many calls use
 * belongs here. It is released when nothing refers to it or its views any more.
 */
export interface BackendArray<A extends TypedArray> {
  readonly length: number
  /** The array itself, to read and to write. Valid until the next call that may grow memory: take a new one each time. */
  view(): A
}

/** What a kernel takes as an array. */
export type Span<A extends TypedArray> = A | BackendArray<A>

/** A span that the kernel writes. It must not share memory with any other argument. */
export type Written<A extends TypedArray> = Span<A>

export type Simd = 'avx512' | 'avx2' | 'baseline' | 'simd128'

export interface Backend {
  readonly name: 'native' | 'wasm'
  /** Which vector instructions the kernels were compiled for. */
  readonly simd: Simd
  /** The kernels as synchronous calls. Wrong arguments throw an `ArgumentError` and change nothing. */
  readonly kernels: Kernels
  /** How long a piece of long work should take: long where `run` leaves the event loop free for sure, else short. */
  readonly pieceMilliseconds: number
  /**
   * A kernel off the event loop: on libuv's pool natively, in a Web Worker in a page; elsewhere in WASM the call first
   * lets waiting events pass. Until it settles, don't write its arrays and don't transfer their buffers.
   */
  run<K extends keyof Kernels>(kernel: K, ...args: Parameters<Kernels[K]>): Promise<ReturnType<Kernels[K]>>
  /** A new array of zeros in the backend's memory. */
  alloc<A extends TypedArray>(type: TypedArrayConstructor<A>, length: number): BackendArray<A>
  /** How many cores a kernel may use; always 1 in WASM. */
  threads(): number
  setThreads(count: number): void
}

/** What runs, and why. */
export interface BackendInfo {
  readonly name: 'native' | 'wasm'
  readonly simd: Simd
  /** Cores that one kernel call may use. */
  readonly threads: number
  /** Why the native addon does not run, where it was wanted and could not be loaded. */
  readonly reason?: string
}

/** Where the WebAssembly module comes from: its address, its bytes, or the compiled module. */
export type WasmSource = URL | string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | CompiledModule

// WebAssembly.Module, whose name only the DOM's types have: a server's project may be without them.
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object

export interface LoadOptions {
  /** `auto` (default): native where it loads, else WASM. The environment variable `GIBBSITE_BACKEND` is used when absent. */
  backend?: 'auto' | 'native' | 'wasm'
  /** Default: the `gibbsite.wasm` of the package. */
  wasm?: WasmSource
  /** Cores that one kernel call may use, 1 to 256. Default: all. Results don't depend on it. */
  threads?: number
}
