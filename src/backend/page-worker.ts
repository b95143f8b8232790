/** In a page: kernels run in a Web Worker with a WASM instance of its own, so that the main thread stays free. */

import { BackendError } from '../errors.ts'
import { spanOf } from './arguments.ts'
import type { Span, TypedArray } from './backend.ts'
import type { KernelDescription } from './kernel-table.ts'
import type { Offload } from './wasm.ts'

/** To the worker: first the module, then calls. Arrays are copies, and are transferred. */
export type WorkerRequest =
  | { readonly module: WebAssembly.Module }
  | { readonly id: number; readonly kernel: string; readonly args: readonly unknown[] }

/** From the worker: that it is ready, then an answer to each call with the arrays that the kernel wrote. */
export type WorkerReply = { readonly ready: true } | { readonly id: number; readonly error: string } | CallReply

interface CallReply {
  readonly id: number
  readonly result: unknown
  /** By parameter. */
  readonly written: readonly (readonly [index: number, array: TypedArray])[]
}

interface Pending {
  resolve(reply: CallReply): void
  reject(error: BackendError): void
}

export class PageWorker implements Offload {
  readonly #module: WebAssembly.Module
  readonly #pending = new Map<number, Pending>()
  #worker: Promise<Worker | undefined> | undefined
  #calls = 0

  constructor(module: WebAssembly.Module) {
    this.#module = module
  }

  async run(kernel: KernelDescription, args: readonly unknown[]): Promise<{ result: unknown } | undefined> {
    this.#worker ??= this.#start()
    const worker = await this.#worker
    if (worker === undefined) return undefined
    const { result, written } = await this.#call(worker, kernel, args)
    for (const [i, array] of written) spanOf(args[i] as Span<TypedArray>).set(array)
    return { result }
  }

  #call(worker: Worker, kernel: KernelDescription, args: readonly unknown[]): Promise<CallReply> {
    const transfer: ArrayBufferLike[] = []
    const copies = kernel.parameters.map(({ span }, i) => {
      if (!span) return args[i]
      const copy = spanOf(args[i] as Span<TypedArray>).slice()
      transfer.push(copy.buffer)
      return copy
    })
    const id = this.#calls++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      worker.postMessage({ id, kernel: kernel.name, args: copies } satisfies WorkerRequest, transfer as Transferable[])
    })
  }

  /** Undefined where no worker can be had (a content policy, a bundler that lost the file): calls then run in the page. */
  #start(): Promise<Worker | undefined> {
    return new Promise((resolve) => {
      try {
        const worker = new Worker(new URL('./kernel-worker.js', import.meta.url), { type: 'module' })
        worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
          if ('ready' in data) resolve(worker)
          else this.#settle(data)
        }
        worker.onerror = (event) => {
          event.preventDefault()
          resolve(undefined)
          this.#lose(worker, event.message)
        }
        worker.postMessage({ module: this.#module } satisfies WorkerRequest)
      } catch {
        resolve(undefined)
      }
    })
  }

  #settle(reply: Exclude<WorkerReply, { ready: true }>): void {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('error' in reply) pending?.reject(new BackendError(reply.error))
    else pending?.resolve(reply)
  }

  #lose(worker: Worker, why: string): void {
    worker.terminate()
    this.#worker = Promise.resolve(undefined)
    for (const { reject } of this.#pending.values())
      reject(new BackendError(`the Web Worker for kernels stopped: ${why}`))
    this.#pending.clear()
  }
}
