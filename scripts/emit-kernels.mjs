// Writes src/backend/kernels.gen.ts, the TypeScript side of native/abi/table.cc, from the table in the built addon.
// With --check it writes nothing and exits with 1 when the file is not what it would write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const addonFile = fileURLToPath(new URL('build-native/Release/gibbsite.node', root))
const generatedFile = fileURLToPath(new URL('src/backend/kernels.gen.ts', root))

// Type codes of native/abi/kernel.h.
const ELEMENT_MASK = 15
const SPAN_BIT = 16
const WRITTEN_BIT = 32
const NUMBERS = ['void', 'boolean', 'number', 'number', 'number', 'number', 'number', 'number']
const ARRAYS = ['', '', 'Float32Array', 'Float64Array', 'Uint8Array', 'Int32Array', 'Uint32Array', '']

const camelCase = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase())

function typeScript(code) {
  const element = code & ELEMENT_MASK
  if ((code & SPAN_BIT) === 0) return NUMBERS[element]
  return `${code & WRITTEN_BIT ? 'Written' : 'Span'}<${ARRAYS[element]}>`
}

function method({ name, parameters, types, result }) {
  const names = parameters === '' ? [] : parameters.split(',').map((parameter) => camelCase(parameter.trim()))
  const list = names.map((parameter, i) => `    ${parameter}: ${typeScript(types[i])},\n`)
  return `  ${camelCase(name)}(\n${list.join('')}  ): ${NUMBERS[result]}\n`
}

function generate(table) {
  return `// Written by scripts/emit-kernels.mjs from native/abi/table.cc (\`npm run gen\`). Do not edit.

import type { Span, Written } from './backend.ts'

/** The kernels. What each does, and the shapes it takes, is said at its declaration in native/kernels/. */
export interface Kernels {
${table.map(method).join('')}}
`
}

if (!existsSync(addonFile)) {
  console.error('expected build-native/Release/gibbsite.node to exist; run `npm run build:native` first')
  process.exit(1)
}
const text = generate(createRequire(import.meta.url)(addonFile).table)
const current = existsSync(generatedFile) ? readFileSync(generatedFile, 'utf8') : ''
if (process.argv.includes('--check')) {
  if (text !== current) {
    console.error('src/backend/kernels.gen.ts differs from native/abi/table.cc: run `npm run gen` and commit the file')
    process.exit(1)
  }
} else if (text !== current) {
  writeFileSync(generatedFile, text)
}
