/** The Web Worker of page-worker.ts: a WASM instance that runs one kernel after the other. */

import type { TypedArray } from './backend.ts'
import type { WorkerReply, WorkerRequest } from './page-worker.ts'
import { WasmInstance } from './wasm-instance.ts'

let instance: WasmInstance | undefined

function run({ id, kernel: name, args }: Exclude<WorkerRequest, { module: unknown }>): void {
  const kernel = instance!.table.find((candidate) => candidate.name === name)!
  const arrays = args as readonly TypedArray[]
  const result = instance!.call(kernel, arrays)
  const written = kernel.parameters.flatMap((parameter, i) => (parameter.written ? [[i, arrays[i]!] as const] : []))
  reply(
    { id, result, written },
    written.map(([, array]) => array.buffer as ArrayBuffer),
  )
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  postMessage(message, { transfer })
}

// Uncaught, so that the page hears of it and runs its calls itself.
addEventListener('messageerror', () => {
  throw new Error('the WASM module did not arrive')
})

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  if ('module' in data) {
    instance = WasmInstance.createSync(data.module)
    return reply({ ready: true })
  }
  try {
    run(data)
  } catch (error) {
    reply({ id: data.id, error: error instanceof Error ? error.message : String(error) })
  }
})
