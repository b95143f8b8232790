/** The compiled WASM module from wherever it comes. */

import { ArgumentError, BackendError, expected, show } from '../errors.ts'
import type { WasmSource } from './backend.ts'
import { platform } from './platform.ts'

// The smallest module with a SIMD128 instruction.
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
)

/** Throws where the engine has no WebAssembly, or none with vectors, which the module is made of. */
export function checkEngine(): void {
  if (typeof WebAssembly !== 'object') throw new BackendError('this JavaScript engine has no WebAssembly')
  if (WebAssembly.validate(SIMD_PROBE)) return
  throw new BackendError(
    'this JavaScript engine has no WebAssembly SIMD (128 bit); Chrome 91, Firefox 89, Safari 16.4 and Node 16.4 have it',
  )
}

/** The module from what the user gave, or the package's own. */
export async function compileModule(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  checkEngine()
  if (source === undefined || typeof source === 'string' || source instanceof URL) return platform().fetchWasm(source)
  if (source instanceof WebAssembly.Module) return source
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source)
  throw new ArgumentError(expected('wasm', 'to be a URL, a string, bytes or a WebAssembly.Module', show(source)))
}
