/**
 * What differs between Node and browsers: where the addon and the WASM module are found. The entry of each build
 * (index.node.ts, index.browser.ts) says which it is before anything else runs.
 */

import { BackendError } from '../errors.ts'
import type { Addon } from './native.ts'
import type { Offload } from './wasm.ts'

export interface Platform {
  /** The environment variable `GIBBSITE_BACKEND`, where there is an environment. */
  readonly wanted: string | undefined
  /** Loads the addon, or throws why it can't. Absent where there are no addons. */
  readonly loadAddon?: () => Addon
  /** The package's own WASM module at once; absent where files can only be fetched. */
  readonly readWasm?: () => WebAssembly.Module
  /** The module at an address (default: the package's own). */
  fetchWasm(address: URL | string | undefined): Promise<WebAssembly.Module>
  /** A place for long WASM calls where this thread must not block; undefined where it may. */
  offload?(module: WebAssembly.Module): Offload | undefined
}

let current: Platform | undefined

export function usePlatform(platform: Platform): void {
  current = platform
}

export function platform(): Platform {
  if (current === undefined) throw new BackendError('import the package gibbsite itself, not a file inside it')
  return current
}
