/** Browsers and everything else that has no files: the WASM module is fetched, long calls go to a Web Worker. */

import { BackendError } from '../errors.ts'
import { PageWorker } from './page-worker.ts'
import type { Platform } from './platform.ts'

export const browser: Platform = {
  wanted: undefined,

  async fetchWasm(address = new URL('./gibbsite.wasm', import.meta.url)) {
    const response = await fetch(address)
    if (!response.ok) throw new BackendError(`${address} answered ${response.status} ${response.statusText}`)
    const streams = response.headers.get('content-type')?.startsWith('application/wasm') ?? false
    return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())
  },

  offload(module) {
    // Only a page has a main thread to keep free; inside somebody's worker a kernel may run at once.
    const isPage = typeof window !== 'undefined' && typeof Worker === 'function'
    return isPage ? new PageWorker(module) : undefined
  },
}
