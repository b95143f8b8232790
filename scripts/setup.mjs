// Sets up whatever is missing or out of date: npm packages, Debian packages, builds. Running it again does nothing.
//   node scripts/setup.mjs [native] [wasm] [ts]      default: all three

import { pathToFileURL } from 'node:url'
import { buildNative, buildTypeScript, buildWasm, ensurePackages } from './lib/build.mjs'
import { ensureTools } from './lib/debian.mjs'
import { Failure, main } from './lib/run.mjs'

const PARTS = {
  native: { tools: ['compiler', 'cmake', 'make'], build: buildNative },
  wasm: { tools: ['emscripten', 'cmake', 'make'], build: buildWasm },
  ts: { tools: [], build: buildTypeScript },
}

/** Builds the named parts; `tools` are further system tools that the caller is going to need. */
export function setup(parts = Object.keys(PARTS), tools = []) {
  const unknown = parts.find((part) => !(part in PARTS))
  if (unknown) throw new Failure(`expected parts among ${Object.keys(PARTS).join(', ')}; got ${unknown}`)
  ensurePackages()
  ensureTools([...parts.flatMap((part) => PARTS[part].tools), ...tools])
  for (const part of parts) PARTS[part].build()
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const parts = process.argv.slice(2)
  await main(() => setup(parts.length > 0 ? parts : undefined))
}
