// The packed tarball (GIBBSITE_TARBALL), installed where there is no compiler: what a user gets.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runInPage } from './page.mjs'
import { CJS, ESM, PAGE, TYPES, WORKER } from './programs.mjs'
import { Project, repository } from './project.mjs'

/** Prints at the end which CommonJS files of packages were read. */
const MODULES_READ = `process.on('exit', () => {
  console.log(Object.keys(require('node:module')._cache).filter((file) => file.includes('node_modules')).join('\\n'))
})`

describe('the package', () => {
  let project
  let native
  before(() => {
    project = new Project(process.env.GIBBSITE_TARBALL)
    project.write('main.mjs', ESM)
    project.write('main.cjs', CJS)
    project.write('worker.mjs', WORKER)
    project.write('modules-read.cjs', MODULES_READ)
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

  test('a worker thread gives the same', () => assert.deepEqual(report('worker.mjs'), native))

  test('import and require give the same classes', () => {
    const text = `import { createRequire } from 'node:module'
      import { RBM } from 'gibbsite'
      console.log(RBM === createRequire(import.meta.url)('gibbsite').RBM)`
    assert.equal(project.node(['--input-type=module', '-e', text]).stdout.trim(), 'true')
  })

  // What an import costs is the code that it reads; seconds would depend on the machine.
  for (const file of ['main.mjs', 'main.cjs']) {
    test(`an import reads a fifth of the library, and no dependency: ${file}`, () => {
      project.write(`read-${file}`, file === 'main.mjs' ? "import 'gibbsite'" : "require('gibbsite')")
      const read = project
        .node(['--require', './modules-read.cjs', `read-${file}`])
        .stdout.trim()
        .split('\n')
      const own = read.map((path) => relative(join(project.installed, 'dist'), path))
      assert.deepEqual(
        own.sort(),
        file === 'main.mjs' ? ['core.cjs', 'import.cjs', 'index.cjs'] : ['core.cjs', 'index.cjs'],
      )
    })
  }

  test('brings no package of the playground, the documentation or the server', () => {
    const names = readdirSync(join(project.folder, 'node_modules'))
    for (const name of ['fastify', '@fastify', 'prom-client', 'apache-arrow', 'preact', 'uplot', 'vite', 'vitepress']) {
      assert.ok(!names.includes(name), name)
    }
  })

  test('installs again without a network, from what npm has kept', () => {
    const second = new Project(process.env.GIBBSITE_TARBALL, ['--offline'])
    try {
      second.write('main.mjs', ESM)
      assert.deepEqual(JSON.parse(second.node(['main.mjs']).stdout), native)
    } finally {
      second.remove()
    }
  })

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
