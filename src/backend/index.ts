/** The backend in use: the addon where it loads, else WebAssembly, unless `GIBBSITE_BACKEND` or `load` decide otherwise. */

import { options as checkOptions, integerWithin, oneOf } from '../check.ts'
import type { Backend, BackendInfo, LoadOptions } from './backend.ts'
import { type Choice, choose, chooseSync, WANTED } from './choose.ts'
import { platform } from './platform.ts'

const MAX_THREADS = 256

let chosen: Choice | undefined
let threads: number | undefined
let loading: Promise<unknown> = Promise.resolve()

/**
 * Loads a backend. Node does so by itself on first use; in a browser every program starts with it.
 *
 * A later call keeps the backend unless it forces the other one. Models made before such a change may not be used after.
 *
 * @param options.backend `auto` (default): the native addon where it loads, else WebAssembly; `native` or `wasm` force
 *   one. Under `auto` the environment variable `GIBBSITE_BACKEND` (`native` or `wasm`) decides, where it is set.
 * @param options.wasm where the WebAssembly module is, if not beside the library: a URL, a path (Node), the bytes or the
 *   compiled `WebAssembly.Module`
 * @param options.threads cores that one call may use, 1 to 256; default: all. Results don't depend on it
 * @returns what runs, as `backend()` says it
 * @throws BackendError that lists what was tried and what may help
 */
export function load(options: LoadOptions = {}): Promise<BackendInfo> {
  const mine = loading.then(() => loadNow(options))
  loading = mine.catch(() => {})
  return mine
}

async function loadNow(options: LoadOptions): Promise<BackendInfo> {
  checkOptions('options', options, ['backend', 'wasm', 'threads'])
  const wanted = options.backend === undefined ? 'auto' : oneOf('backend', options.backend, WANTED)
  if (options.threads !== undefined) setThreads(options.threads)
  const keep = chosen !== undefined && (wanted === 'auto' || wanted === chosen.backend.name)
  if (!keep) adopt(await choose(wanted, options.wasm))
  return backend()
}

/** What runs, and why: `{ name, simd, threads, reason? }`. */
export function backend(): BackendInfo {
  const running = current()
  const info = { name: running.name, simd: running.simd, threads: running.threads() }
  return chosen?.reason === undefined ? info : { ...info, reason: chosen.reason }
}

/** Sets how many cores one call may use: 1 to 256, at first all. No result depends on it. WebAssembly always uses one. */
export function setThreads(count: number): void {
  threads = integerWithin('threads', count, 1, MAX_THREADS)
  chosen?.backend.setThreads(threads)
}

/** The backend, for calling kernels. In a browser only after `load()`. */
export function current(): Backend {
  return chosen?.backend ?? adopt(chooseSync())
}

/** The same, loading it if need be: what asynchronous methods use. */
export async function ready(): Promise<Backend> {
  if (chosen === undefined && platform().readWasm === undefined) await load()
  return current()
}

function adopt(choice: Choice): Backend {
  chosen = choice
  if (threads !== undefined) choice.backend.setThreads(threads)
  return choice.backend
}
