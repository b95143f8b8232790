/** Tries the backends in order, keeps every error, and where nothing loads says what may help. */

import { oneOf } from '../check.ts'
import { ArgumentError, BackendError } from '../errors.ts'
import type { Backend, WasmSource } from './backend.ts'
import { NativeBackend } from './native.ts'
import { platform } from './platform.ts'
import { WasmBackend } from './wasm.ts'
import { WasmInstance } from './wasm-instance.ts'
import { checkEngine, compileModule } from './wasm-module.ts'

export const WANTED = ['auto', 'native', 'wasm'] as const
export type Wanted = (typeof WANTED)[number]

export interface Choice {
  readonly backend: Backend
  /** Why it is not the native one, if that was tried. */
  readonly reason?: string
}

interface Failure {
  readonly name: 'native' | 'wasm'
  readonly error: unknown
}

/** For `load()`. */
export async function choose(asked: Wanted, source: WasmSource | undefined): Promise<Choice> {
  const wanted = fromEnvironment(asked)
  const failures: Failure[] = []
  const native = tryNative(wanted, failures)
  if (native !== undefined) return native
  try {
    const module = await compileModule(source)
    return wasmChoice(await WasmInstance.create(module), module, failures)
  } catch (error) {
    if (error instanceof ArgumentError) throw error
    failures.push({ name: 'wasm', error })
    throw unavailable(failures)
  }
}

/** For the first use without `load()`, where files can be read at once. */
export function chooseSync(): Choice {
  const { readWasm } = platform()
  if (readWasm === undefined) throw new BackendError('gibbsite is not loaded yet: call `await load()` first')
  const failures: Failure[] = []
  const native = tryNative(fromEnvironment('auto'), failures)
  if (native !== undefined) return native
  try {
    checkEngine()
    const module = readWasm()
    return wasmChoice(WasmInstance.createSync(module), module, failures)
  } catch (error) {
    failures.push({ name: 'wasm', error })
    throw unavailable(failures)
  }
}

function fromEnvironment(asked: Wanted): Wanted {
  const { wanted } = platform()
  return asked === 'auto' && wanted ? oneOf('GIBBSITE_BACKEND', wanted, WANTED) : asked
}

function tryNative(wanted: Wanted, failures: Failure[]): Choice | undefined {
  const { loadAddon } = platform()
  if (wanted === 'wasm' || (wanted === 'auto' && loadAddon === undefined)) return undefined
  try {
    if (loadAddon === undefined) throw new BackendError('there are no native addons in a browser')
    return { backend: new NativeBackend(loadAddon()) }
  } catch (error) {
    failures.push({ name: 'native', error })
    if (wanted === 'native') throw unavailable(failures)
    return undefined
  }
}

function wasmChoice(instance: WasmInstance, module: WebAssembly.Module, failures: readonly Failure[]): Choice {
  const backend = new WasmBackend(instance, platform().offload?.(module))
  const native = failures[0]
  return native === undefined ? { backend } : { backend, reason: describe(native.error) }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0]!.trim()
}

const REMEDIES = {
  native: [
    'install the package again: prebuilds/ must hold a binary for this machine',
    'build the addon (needs a C++20 compiler): cd node_modules/gibbsite && npx node-gyp rebuild',
    "use WebAssembly: GIBBSITE_BACKEND=wasm, or load({ backend: 'wasm' })",
  ],
  wasm: [
    'install the package again: dist/gibbsite.wasm must be there',
    'a page must be able to fetch gibbsite.wasm: copy it beside the bundle, or say where it is: load({ wasm: url })',
    "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval'",
  ],
}

function unavailable(failures: readonly Failure[]): BackendError {
  const tried = failures.map(({ name, error }) => `  ${name}: ${describe(error)}`)
  const remedies = failures
    .flatMap(({ name }) => REMEDIES[name])
    // Of no use where WebAssembly has failed too.
    .filter((remedy) => failures.length === 1 || !remedy.startsWith('use WebAssembly'))
  const lines = ['no backend could be loaded', ...tried, 'What may help:', ...remedies.map((remedy) => `  - ${remedy}`)]
  return new BackendError(lines.join('\n'), { cause: failures.at(-1)?.error })
}
