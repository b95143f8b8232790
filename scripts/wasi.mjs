// Runs a WebAssembly program built by Emscripten as a standalone module: node scripts/wasi.mjs program.wasm [arguments]
import { readFileSync } from 'node:fs'
import { WASI } from 'node:wasi'

const [program, ...args] = process.argv.slice(2)
const wasi = new WASI({ version: 'preview1', args: [program, ...args], returnOnExit: true })
const module = new WebAssembly.Module(readFileSync(program))
const missing = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 0]))
const instance = new WebAssembly.Instance(module, { env: missing, ...wasi.getImportObject() })
process.exitCode = wasi.start(instance)
