/** Models from files: a module that exports a target, or an expression model as JSON. */

import { createRequire, register } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Target } from '../density/target.ts'
import { ArgumentError } from '../errors.ts'
import { readFileBounded } from '../io/files.node.ts'
import { modelFromJson } from '../sampling/expression/model-json.ts'
import { reading } from './data.ts'
import { UsageError } from './failure.ts'
import type { HookData } from './model-hooks.ts'

const extensions = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.json']

/**
 * The target in a file. A module exports it as `target` or as default: a target of any form, or a function that returns
 * one (or a promise of it).
 *
 * @throws UsageError where the file can't be read or run, or exports nothing of the kind
 */
export async function readTarget(path: string): Promise<Target> {
  const extension = extname(path).toLowerCase()
  if (!extensions.includes(extension)) {
    throw new UsageError(`expected the model to end in ${extensions.join(', ')}; got ${path}`)
  }
  const bytes = await reading(() => readFileBounded(path))
  if (extension === '.json') return fromJson(path, new TextDecoder().decode(bytes))
  prepareLoader(path, extension.endsWith('ts'))
  return targetOf(path, await run(path, () => import(pathToFileURL(resolve(path)).href)))
}

async function targetOf(path: string, module: { default?: unknown; target?: unknown }): Promise<Target> {
  const exported = module.target ?? module.default
  const target = typeof exported === 'function' ? await run(path, async () => exported()) : exported
  if (typeof target !== 'object' || target === null) {
    throw new UsageError(`expected ${path} to export a target as default or as \`target\`; got none`)
  }
  return asOwn(path, target)
}

function fromJson(path: string, json: unknown): Target {
  try {
    return modelFromJson(json)
  } catch (error) {
    if (error instanceof ArgumentError) throw new UsageError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * An expression model made by the copy of the library that the module imports, as one of this copy's, so that it runs on
 * the backend that the command line asks for.
 */
function asOwn(path: string, target: object): Target {
  const json = 'toDensity' in target && 'toJSON' in target ? (target.toJSON as () => unknown)() : undefined
  return json === undefined ? (target as Target) : fromJson(path, json)
}

/** Runs code of the user's: what it throws is the user's to put right. */
async function run<Result>(path: string, code: () => Promise<Result>): Promise<Result> {
  try {
    return await code()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`cannot run ${path}: ${message.split('\n')[0]}`, { cause: error })
  }
}

function prepareLoader(path: string, isTypeScript: boolean): void {
  const strips = 'typescript' in process.features && Boolean(process.features.typescript)
  const data: HookData = {
    library: new URL('./index.mjs', import.meta.url).href,
    typescript: isTypeScript && !strips ? findTypeScript(path) : undefined,
  }
  register('./model-hooks.mjs', import.meta.url, { data })
}

/** The compiler that the model's own project has, or this package's. */
function findTypeScript(path: string): string {
  for (const from of [resolve(path), resolve('package.json'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve('typescript')).href
    } catch {}
  }
  throw new UsageError(
    `cannot read ${path}: Node ${process.version} does not run TypeScript and there is no \`typescript\` package; ` +
      'use Node 22.18 or later, run `npm install typescript`, or give the model as .mjs',
  )
}
