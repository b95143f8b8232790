// What is built, from what, and whether it is out of date.
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { bin, compile, root, run, which } from './run.mjs'

export const NATIVE_SOURCES = ['CMakeLists.txt', 'native', 'package-lock.json']
const TS_SOURCES = [
  'src',
  'tsdown.config.ts',
  'scripts/lib/lazy-library.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]
const at = (path) => join(root, path)

/** The newest modification time of files and of all files in folders; 0 where there are none. */
function newest(paths) {
  const times = paths
    .filter((path) => existsSync(at(path)))
    .map((path) => {
      const stat = statSync(at(path))
      return stat.isDirectory() ? newest(readdirSync(at(path)).map((name) => join(path, name))) : stat.mtimeMs
    })
  return Math.max(0, ...times)
}

/** Whether a result is missing or older than one of its sources. */
export function outdated(result, sources) {
  return !existsSync(at(result)) || statSync(at(result)).mtimeMs < newest(sources)
}

/** Marks as current what a build found nothing to do for. */
function touch(path) {
  const now = new Date()
  utimesSync(at(path), now, now)
}

/** clang where it is there: W3 (bench/) runs up to a tenth faster than with g++ 12; the results are the same. */
export function preferredCompiler() {
  const clang = ['clang++-19', 'clang++-18', 'clang++-17', 'clang++-16'].find(which)
  return process.env.CXX || !clang ? {} : { CXX: clang, CC: clang.replace('++', '') }
}

/** The Node packages, where one is missing or is of another version than the lock file says. */
export function ensurePackages() {
  const installed = readJson('node_modules/.package-lock.json')?.packages ?? {}
  const wanted = Object.entries(readJson('package-lock.json').packages).filter(
    ([path, { optional }]) => path && !optional,
  )
  if (wanted.every(([path, { version }]) => installed[path]?.version === version)) return
  console.log('installing the npm packages')
  run('npm', ['ci', '--no-audit', '--no-fund'])
}

function readJson(path) {
  return existsSync(at(path)) ? JSON.parse(readFileSync(at(path), 'utf8')) : undefined
}

/** The addon: build-native/Release/gibbsite.node. */
export function buildNative() {
  const result = 'build-native/Release/gibbsite.node'
  if (!outdated(result, NATIVE_SOURCES)) return
  console.log('building the native addon')
  const parallel = ['--parallel', String(availableParallelism())]
  const target = ['--target', 'gibbsite', '--out', 'build-native']
  compile(bin('cmake-js'), ['compile', ...target, ...parallel], { env: preferredCompiler() })
  touch(result)
}

/** The WebAssembly module: build-wasm/gibbsite.wasm, copied into dist. */
export function buildWasm() {
  const result = 'build-wasm/gibbsite.wasm'
  if (outdated(result, [...NATIVE_SOURCES, 'wasm'])) {
    console.log('building the WebAssembly module')
    configureWasm()
    compileFolder('build-wasm', ['--target', 'gibbsite_wasm'])
    touch(result)
  }
  copyWasm()
}

/** dist/, from src/. Built beside and then swapped, so that a failing build leaves the last good one. */
export function buildTypeScript() {
  const result = 'dist/index.mjs'
  if (outdated(result, TS_SOURCES)) {
    console.log('building the TypeScript library')
    rmSync(at('build-ts'), { recursive: true, force: true })
    run(bin('tsdown'), ['--out-dir', 'build-ts', '--log-level', 'error'])
    rmSync(at('dist'), { recursive: true, force: true })
    renameSync(at('build-ts'), at('dist'))
    touch(result)
  }
  copyWasm()
}

/** The library looks for the module beside itself. A machine without Emscripten has none: then native is all there is. */
function copyWasm() {
  const [from, to] = ['build-wasm/gibbsite.wasm', 'dist/gibbsite.wasm']
  if (existsSync(at('dist')) && existsSync(at(from)) && outdated(to, [from])) copyFileSync(at(from), at(to))
}

/** Builds the C++ tests in the addon's own folder: both link the same objects, which take minutes to compile. */
export function buildNativeTests() {
  buildNative()
  compile('cmake', ['-S', '.', '-B', 'build-native', '-DGIBBSITE_TESTS=ON'])
  compileFolder('build-native')
}

/** Builds the C++ tests in a folder of their own, with a compiler named by CXX in the environment. */
export function buildTests(folder, definitions, env) {
  compile('cmake', ['-S', '.', '-B', folder, '-DGIBBSITE_TESTS=ON', ...definitions], { env })
  compileFolder(folder)
}

/** The C++ tests as WebAssembly programs that Node's WASI runs. */
export function buildWasmTests() {
  configureWasm(['-DGIBBSITE_TESTS=ON'])
  compileFolder('build-wasm')
}

function configureWasm(definitions = []) {
  const emulator = `-DCMAKE_CROSSCOMPILING_EMULATOR=${process.execPath};--no-warnings;${at('scripts/wasi.mjs')}`
  compile('emcmake', ['cmake', '-S', '.', '-B', 'build-wasm', emulator, ...definitions])
}

function compileFolder(folder, args = []) {
  compile('cmake', ['--build', folder, '--parallel', String(availableParallelism()), ...args])
}
