/** Node (and Bun, and Deno): files are read, the addon is loaded by node-gyp-build. */

import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackendError } from '../errors.ts'
import type { Addon } from './native.ts'
import type { Platform } from './platform.ts'

const WASM = './gibbsite.wasm'

export const node: Platform = {
  get wanted() {
    try {
      return process.env['GIBBSITE_BACKEND']
    } catch {
      return undefined // Deno without --allow-env
    }
  },

  loadAddon() {
    const load = createRequire(import.meta.url)
    const root = packageRoot(dirname(fileURLToPath(import.meta.url)))
    // `npm run build` of a clone; the package that is published has no such folder.
    const development = join(root, 'build-native/Release/gibbsite.node')
    if (existsSync(development)) return load(development) as Addon
    return (load('node-gyp-build') as (root: string) => Addon)(root)
  },

  readWasm() {
    return new WebAssembly.Module(readFileSync(new URL(WASM, import.meta.url)))
  },

  async fetchWasm(address = new URL(WASM, import.meta.url)) {
    const url = parseUrl(address)
    if (url === undefined || url.protocol === 'file:') return WebAssembly.compile(await readFile(url ?? address))
    const response = await fetch(url)
    if (!response.ok) throw new BackendError(`${url} answered ${response.status} ${response.statusText}`)
    return WebAssembly.compile(await response.arrayBuffer())
  },
}

/** The nearest folder above with this package's package.json. */
function packageRoot(folder: string): string {
  const file = join(folder, 'package.json')
  if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'gibbsite')
    return folder
  const parent = dirname(folder)
  if (parent === folder) throw new BackendError('the folder of the package gibbsite was not found (was it bundled?)')
  return packageRoot(parent)
}

/** Undefined for a path of the file system. */
function parseUrl(address: URL | string): URL | undefined {
  if (address instanceof URL) return address
  return /^[a-z][a-z0-9+.-]+:/i.test(address) ? new URL(address) : undefined
}
