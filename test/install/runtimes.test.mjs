// The packed tarball (GIBBSITE_TARBALL) under every runtime that it promises to work with. What the machine itself has is
// package.test.mjs's; here are programs that are downloaded first (runtimes.mjs).
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CJS, ESM, REPORT, WORKER } from './programs.mjs'
import { Project } from './project.mjs'
import { installRuntimes } from './runtimes.mjs'

const NODES = ['node20', 'node22', 'node24']
const LOCKED = ['run', '--no-prompt', '--allow-read', '--allow-env']

/** A Worker of workerd: it may compile no code at run time, so it gets the module, and tests itself. */
const WORKERD = (expected) => `
import { backend, load, RBM, Rng } from './browser.js'
import module from './gibbsite.wasm'
export default {
  async test() {
    await load({ wasm: module })${REPORT}
    if (JSON.stringify(result) !== ${JSON.stringify(expected)}) throw new Error(JSON.stringify(result))
  }
}`

const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  compatibilityDate = "2026-01-01",
  modules = [MODULES],
))]);`

describe('the package under', () => {
  let project
  let programs
  let native
  before(() => {
    programs = installRuntimes()
    project = new Project(process.env.GIBBSITE_TARBALL)
    for (const [name, text] of Object.entries({ 'main.mjs': ESM, 'main.cjs': CJS, 'worker.mjs': WORKER })) {
      project.write(name, text)
    }
    native = JSON.parse(project.node(['main.mjs']).stdout)
    assert.equal(native.backend, 'native')
  })
  after(() => project?.remove())

  const report = (runtime, args, env) => {
    const { status, stdout, stderr, error } = project.run(programs[runtime], args, env)
    assert.equal(status, 0, error?.message ?? stderr)
    return JSON.parse(stdout)
  }
  const wasm = () => ({ ...native, backend: 'wasm' })

  for (const runtime of NODES) {
    test(`${runtime}: import, require and a worker thread run the addon, without a warning`, () => {
      for (const file of ['main.mjs', 'main.cjs', 'worker.mjs']) {
        assert.deepEqual(report(runtime, ['--throw-deprecation', file]), native, file)
        assert.equal(project.run(programs[runtime], [file]).stderr, '', file)
      }
    })

    test(`${runtime}: GIBBSITE_BACKEND=wasm gives the same bytes`, () =>
      assert.deepEqual(report(runtime, ['main.mjs'], { GIBBSITE_BACKEND: 'wasm' }), wasm()))
  }

  test('bun: import and require run the addon, GIBBSITE_BACKEND=wasm the module', () => {
    for (const file of ['main.mjs', 'main.cjs']) assert.deepEqual(report('bun', [file]), native, file)
    assert.deepEqual(report('bun', ['main.mjs'], { GIBBSITE_BACKEND: 'wasm' }), wasm())
  })

  test('deno: the addon with --allow-ffi, WebAssembly without', () => {
    assert.deepEqual(report('deno', ['run', '-A', 'main.mjs']), native)
    assert.deepEqual(report('deno', [...LOCKED, '--allow-ffi', 'main.mjs']), native)
    assert.deepEqual(report('deno', [...LOCKED, 'main.mjs']), wasm())
  })

  test('workerd: WebAssembly from the module that it is given', () => {
    const dist = join(project.installed, 'dist')
    const files = readdirOfBrowser(dist)
    for (const file of [...files, 'gibbsite.wasm']) cpSync(join(dist, file), join(project.folder, file))
    project.write('main.js', WORKERD(JSON.stringify(wasm())))
    const modules = ['main.js', ...files].map((name) => `(name = "${name}", esModule = embed "${name}")`)
    modules.push('(name = "gibbsite.wasm", wasm = embed "gibbsite.wasm")')
    project.write('config.capnp', CONFIGURATION.replace('MODULES', modules.join(', ')))
    const { status, stderr } = project.run(programs.workerd, ['test', 'config.capnp'])
    assert.equal(status, 0, stderr)
  })
})

/** browser.js and the files that it imports. */
function readdirOfBrowser(dist) {
  const text = readFileSync(join(dist, 'browser.js'), 'utf8')
  return ['browser.js', ...[...text.matchAll(/from\s*["']\.\/([\w.-]+\.js)["']/g)].map(([, name]) => name)]
}
