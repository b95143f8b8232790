/**
 * Hooks of Node's module loader for models (see model-module.ts), in the thread that Node runs them in: `gibbsite` is
 * found also where it is not installed beside the model, and TypeScript becomes JavaScript where Node can't do that itself.
 */

import { readFile } from 'node:fs/promises'
import type { LoadHook, ResolveHook } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What `initialize` is told. */
export interface HookData {
  /** Where this library is. */
  readonly library: string
  /** Where the `typescript` package is, if it is needed. */
  readonly typescript: string | undefined
}

interface Compiler {
  transpileModule(source: string, options: object): { outputText: string }
  readonly ModuleKind: { readonly ESNext: number }
  readonly ScriptTarget: { readonly ES2022: number }
}

let library: string
let compiler: Compiler | undefined

export async function initialize(data: HookData): Promise<void> {
  library = data.library
  if (data.typescript === undefined) return
  const loaded = await import(data.typescript)
  compiler = loaded.default ?? loaded
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context)
  } catch (error) {
    if (specifier !== 'gibbsite') throw error
    return { url: library, format: 'module', shortCircuit: true }
  }
}

export const load: LoadHook = async (url, context, next) => {
  if (compiler === undefined || !/^file:.*\.m?ts$/.test(url)) return next(url, context)
  const { ModuleKind, ScriptTarget } = compiler
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022, inlineSourceMap: true }
  const source = await readFile(fileURLToPath(url), 'utf8')
  const { outputText } = compiler.transpileModule(source, { compilerOptions, fileName: fileURLToPath(url) })
  return { format: 'module', source: outputText, shortCircuit: true }
}
