// Every check of form: TypeScript and JSON (biome), C++ (clang-format), types (tsc), direction of imports.
//   node scripts/lint.mjs [--fix]      --fix rewrites what can be rewritten
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensurePackages } from './lib/build.mjs'
import { ensureTools } from './lib/debian.mjs'
import { bin, Failure, main, root, tryRun } from './lib/run.mjs'

const cppFiles = () =>
  ['native', 'wasm'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(cc|h)$/.test(name))
      .map((name) => join(folder, name)),
  )

const checks = (fix) => [
  ['biome', bin('biome'), fix ? ['check', '--write'] : ['check', '--error-on-warnings']],
  ['clang-format', 'clang-format-19', [...(fix ? ['-i'] : ['--dry-run', '-Werror']), ...cppFiles()]],
  ['types of src', bin('tsc'), ['--noEmit']],
  ['types of tests', bin('tsc'), ['--noEmit', '-p', 'tsconfig.test.json']],
  ['types of the playground', bin('tsc'), ['--noEmit', '-p', 'playground/tsconfig.json']],
  ['imports point down', process.execPath, ['scripts/check-layers.mjs']],
]

/** Runs all checks and gives those that failed. */
export function lint({ fix = false } = {}) {
  const all = checks(fix)
  const failed = all.filter(([, command, args]) => tryRun(command, args) !== 0).map(([name]) => name)
  return { passed: all.length - failed.length, failed }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(() => {
    ensurePackages()
    ensureTools(['clangFormat'])
    const { failed } = lint({ fix: process.argv.includes('--fix') })
    if (failed.length > 0) throw new Failure(`lint: ${failed.join(', ')} failed`)
  })
}
