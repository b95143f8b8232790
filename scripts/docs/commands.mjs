// Running the shell, Python and C++ blocks of the documentation.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { preferredCompiler } from '../lib/build.mjs'
import { root } from '../lib/run.mjs'
import { environment } from './scripts.mjs'

const NPM = join(root, 'scripts/docs/npm.mjs')
/** Debian's, which sees Debian's packages. */
const PYTHON = '/usr/bin/python3'
/** Packages that a reader of the page has and that are not installed for the tests; where one is missing the block is skipped. */
const OPTIONAL = ['torch', 'safetensors']
const LIMITS = { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 26 }

/** Runs commands, each of which has to succeed: { output, error }. */
export function runShell(code, folder) {
  const path = [join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const script = `set -eo pipefail\nnpm() { '${process.execPath}' '${NPM}' "$@"; }\n${code}\n`
  return outcome(spawnSync('bash', ['-c', script], { ...LIMITS, cwd: folder, env: { ...environment(), PATH: path } }))
}

/** Runs a Python program: { output, error }, or { skipped } with the package that is missing. */
export function runPython(code, folder) {
  const result = outcome(spawnSync(PYTHON, ['-'], { ...LIMITS, cwd: folder, env: environment(), input: code }))
  const missing = result.error?.match(/No module named '(\w+)/)?.[1]
  return OPTIONAL.includes(missing) ? { skipped: missing } : result
}

/** Compiles a C++ file that lies in the folder as one of the kernels, whose headers it sees: { output, error }. */
export function compileKernel(file, folder) {
  const compiler = preferredCompiler().CXX ?? process.env.CXX ?? 'c++'
  const include = [`-I${folder}`, `-I${join(root, 'native')}`]
  const args = ['-std=c++20', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', ...include, join(folder, file)]
  return outcome(spawnSync(compiler, args, LIMITS))
}

function outcome({ status, signal, stdout, stderr, error }) {
  if (status === 0) return { output: stdout }
  return {
    output: stdout ?? '',
    error: `${error?.message ?? `ended with ${status ?? signal}`}\n${stderr ?? ''}`.trim(),
  }
}
