// npm test: sets up whatever is missing, then checks everything. The last line says `N passed, N failed`.
//   node scripts/test.mjs [words]      only the stages whose name contains one of the words (and the set-up)
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  buildNative,
  buildNativeTests,
  buildTests,
  buildTypeScript,
  buildWasm,
  buildWasmTests,
  ensurePackages,
} from './lib/build.mjs'
import { ensureTools } from './lib/debian.mjs'
import { installed, pack, sizes, tarball } from './lib/package.mjs'
import { bin, Failure, main, root, run, tryRun, which } from './lib/run.mjs'
import { report, runStages } from './lib/stages.mjs'
import { lint } from './lint.mjs'

const RESULTS = join(root, 'build-results')
const TOOLS = [
  'compiler',
  'gcc',
  'cmake',
  'make',
  'python',
  'sklearn',
  'curl',
  'zsh',
  'fish',
  'objdump',
  'doctest',
  'emscripten',
  'chromium',
  'clangFormat',
]

/** Runs ctest in a folder and counts the programs. */
function ctest(folder, env = {}) {
  const file = join(RESULTS, `${folder}.xml`)
  const args = ['--output-on-failure', '--parallel', String(availableParallelism()), '--output-junit', file]
  tryRun('ctest', ['--test-dir', folder, ...args], { env })
  const suite = readResult(file).match(/<testsuite[^>]*>/)?.[0] ?? ''
  const number = (name) => Number(suite.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0)
  const [failed, skipped] = [number('failures'), number('skipped') + number('disabled')]
  if (number('tests') === 0) throw new Failure(`${folder}: no tests were found`)
  return { passed: number('tests') - failed - skipped, failed, skipped }
}

/** Runs one of the projects of vitest.config.ts. */
function vitest(project) {
  const file = join(RESULTS, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const status = tryRun(bin('vitest'), ['run', '--project', project, ...reporters])
  const result = JSON.parse(readResult(file))
  // A file that fails to load has no tests, an error outside of tests belongs to none: count each as one failure.
  const broken = result.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.every(passed))
  const failed = result.numFailedTests + broken.length
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}

const passed = ({ status }) => status !== 'failed'

function readResult(file) {
  if (!existsSync(file)) throw new Failure(`no result was written to ${file}`)
  return readFileSync(file, 'utf8')
}

const STAGES = [
  ['native build', buildNative],
  ['wasm build', buildWasm],
  ['library build', buildTypeScript],
  ['generated file', () => run(process.execPath, ['scripts/emit-kernels.mjs', '--check'])],
  ['lint and types', lintStage],
  ['C++', plain],
  ['C++ sanitized', sanitized],
  ['C++ in WASM', wasm],
  ['specs, native', () => vitest('node-native')],
  ['specs, WASM', () => vitest('node-wasm')],
  ['specs, Chromium', () => vitest('chromium-wasm')],
  ['server fuzzed', fuzzed],
  ['playground', () => vitest('playground')],
  ['documentation', documentation],
  ['package', pack],
  ['publint', () => run(bin('publint'), ['run', tarball(), '--strict'])],
  ['types as exported', () => run(bin('attw'), [tarball(), '--exclude-entrypoints', 'gibbsite.wasm'])],
  ['sizes', sizes],
  ['installed', () => installed('package')],
]

// What needs packages is read by the stages themselves: they run after the set-up.

async function documentation() {
  const { runDocsCode } = await import('./docs-code.mjs')
  return runDocsCode()
}

/** A short form of `npm run fuzz:server`. */
async function fuzzed() {
  const { fuzzServer } = await import('./fuzz-server.mjs')
  const { problems } = await fuzzServer(1000, 1)
  for (const problem of problems) console.log(JSON.stringify(problem))
  return { passed: problems.length === 0 ? 1 : 0, failed: problems.length }
}

function lintStage() {
  const { passed, failed } = lint()
  return { passed, failed: failed.length }
}

function plain() {
  buildNativeTests()
  return ctest('build-native')
}

function wasm() {
  buildWasmTests()
  return ctest('build-wasm')
}

/** By g++, the other compiler: so both are seen to build and to give right results. */
function sanitized() {
  buildTests('build-sanitize', ['-DGIBBSITE_SANITIZE=address,undefined'], { CXX: 'g++' })
  return ctest('build-sanitize', { UBSAN_OPTIONS: 'print_stacktrace=1' })
}

await main(async () => {
  const words = process.argv.slice(2)
  const wanted = STAGES.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)))
  rmSync(RESULTS, { recursive: true, force: true })
  mkdirSync(RESULTS, { recursive: true })
  const setUp = () => {
    ensurePackages()
    ensureTools(TOOLS)
  }
  process.env.CHROMIUM ??= which('chromium') ?? ''
  process.exitCode = report(await runStages([['set-up', setUp], ...wanted]))
})
