// The packed tarball (GIBBSITE_TARBALL), installed where there is no compiler: what a user gets.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runInPage } from './page.mjs'
import { Project, repository } from './project.mjs'

const REPORT = `
  const rbm = new RBM({ visible: 6, hidden: 4, seed: 1 })
  const { states } = await rbm.sample({ chains: 3, sweeps: 5, seed: 2 })
  const result = { backend: backend().name, uniform: [...new Rng(7).uniform(3)], states: [...states.data] }`
const ESM = `import { backend, RBM, Rng } from 'gibbsite'\n${REPORT}\nconsole.log(JSON.stringify(result))`
const CJS = `const { backend, RBM, Rng } = require('gibbsite')
async function main() {${REPORT}\n  console.log(JSON.stringify(result)) }
main()`
const PAGE = `import { backend, load, RBM, Rng } from 'gibbsite'\nawait load()\n${REPORT}\nglobalThis.result = result`

const TYPES = `import { type BackendInfo, load, RBM, Rng } from 'gibbsite'
export async function use(): Promise<number> {
  const info: BackendInfo = await load({ backend: 'auto' })
  const numbers: Float64Array = new Rng(7).uniform(3)
  const rbm = new RBM({ visible: 6, hidden: 4 })
  const { states } = await rbm.sample({ chains: 3, sweeps: 5, seed: 2 })
  return info.threads + numbers.length + states.shape[0]
}
// @ts-expect-error: a number is no shape
export const wrong = new RBM({ visible: 'six', hidden: 4 })
`

describe('the package', () => {
  let project
  let native
  before(() => {
    project = new Project(process.env.GIBBSITE_TARBALL)
    project.write('main.mjs', ESM)
    project.write('main.cjs', CJS)
  })
  after(() => project?.remove())

  const report = (file, env) => {
    const { status, stdout, stderr } = project.node([file], env)
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  }

  test('holds the binary, the module and the sources to build from', () => {
    const here = `${process.platform}-${process.arch}`
    assert.ok(readdirSync(join(project.installed, 'prebuilds')).includes(here))
    for (const file of [
      'dist/gibbsite.wasm',
      'dist/kernel-worker.js',
      'binding.gyp',
      'native/sources.txt',
      'LICENSE',
    ]) {
      assert.ok(existsSync(join(project.installed, file)), file)
    }
    assert.ok(!existsSync(join(project.installed, 'native/test')))
  })

  test('import runs the addon', () => {
    native = report('main.mjs')
    assert.equal(native.backend, 'native')
  })

  test('require gives the same', () => assert.deepEqual(report('main.cjs'), native))

  test('GIBBSITE_BACKEND=wasm gives the same bytes', () => {
    assert.deepEqual(report('main.mjs', { GIBBSITE_BACKEND: 'wasm' }), { ...native, backend: 'wasm' })
  })

  test('the command says what runs', () => {
    const { status, stdout, stderr } = project.node(['node_modules/.bin/gibbsite', 'doctor', '--json'])
    assert.equal(status, 0, stderr)
    assert.match(stdout, /native/)
  })

  // A server's project has Node's types and no DOM, a page's has the DOM and no Node.
  const server = ['--lib', 'es2023', '--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')]
  for (const [file, options] of [
    ['types.mts', ['--module', 'node16', ...server]],
    ['types.cts', ['--module', 'node16', ...server]],
    ['types.ts', ['--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2023,dom']],
  ]) {
    test(`TypeScript finds the types: ${file} ${options.slice(0, 4).join(' ')}`, () => {
      const path = project.write(file, TYPES)
      const tsc = [join(repository, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2022']
      const run = spawnSync(process.execPath, [...tsc, ...options, path], { cwd: project.folder, encoding: 'utf8' })
      assert.equal(run.status, 0, run.stdout)
    })
  }

  test('a page built by Vite gives the same bytes', async () => {
    assert.deepEqual(await runInPage(project, PAGE), { ...native, backend: 'wasm' })
  })

  describe('without a binary for this machine', () => {
    before(() => renameSync(join(project.installed, 'prebuilds'), join(project.folder, 'prebuilds')))

    test('WebAssembly takes over, and says why', () => {
      assert.deepEqual(report('main.mjs'), { ...native, backend: 'wasm' })
      const { stdout } = project.node([
        '--input-type=module',
        '-e',
        `import { backend } from 'gibbsite'; console.log(backend().reason)`,
      ])
      assert.match(stdout, /native/)
    })

    test('GIBBSITE_BACKEND=native fails and says what may help', () => {
      const { status, stderr } = project.node(['main.mjs'], { GIBBSITE_BACKEND: 'native' })
      assert.equal(status, 1)
      assert.match(stderr, /BackendError/)
      assert.match(stderr, /No native build was found/)
    })
  })
})
