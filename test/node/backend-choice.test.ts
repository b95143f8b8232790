import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const dist = resolve('dist')

/** Runs a module in a process of its own with `gibbsite` imported; returns the JSON it prints. */
async function inNode(script: string, env: Record<string, string> = {}, folder = dist) {
  const file = pathToFileURL(join(folder, 'index.mjs')).href
  const source = `import * as gibbsite from ${JSON.stringify(file)}
    const print = (value) => console.log(JSON.stringify(value))
    ${script}`
  const { GIBBSITE_BACKEND: _, ...inherited } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...inherited, ...env },
  })
  return JSON.parse(stdout)
}

/** What `script` throws. */
function failure(script: string, env: Record<string, string> = {}, folder = dist) {
  return inNode(
    `try { ${script}; print('no error') } catch (e) { print({ name: e.name, message: e.message }) }`,
    env,
    folder,
  )
}

const info = 'print(gibbsite.backend())'

describe('GIBBSITE_BACKEND', () => {
  it.each([
    ['native', 'native'],
    ['wasm', 'wasm'],
    ['auto', 'native'],
    ['', 'native'],
  ])('%j gives %s', async (value, name) => {
    const { name: got, reason } = await inNode(info, { GIBBSITE_BACKEND: value })
    expect(got).toBe(name)
    expect(reason).toBeUndefined()
  })

  it('must be a backend', async () => {
    const { name, message } = await failure('gibbsite.backend()', { GIBBSITE_BACKEND: 'wsm' })
    expect(name).toBe('ArgumentError')
    expect(message).toMatch(
      /expected `GIBBSITE_BACKEND` to be "auto", "native" or "wasm"; got "wsm" \(did you mean "wasm"\?\)/,
    )
  })

  it('gives way to load({ backend })', async () => {
    const script = `print(await gibbsite.load({ backend: 'wasm', threads: 3 }))`
    expect(await inNode(script, { GIBBSITE_BACKEND: 'native' })).toEqual({ name: 'wasm', simd: 'simd128', threads: 1 })
  })
})

describe('the build of the kernels', () => {
  it.each(['baseline', 'avx2', 'avx512'])('is %s at most with GIBBSITE_SIMD, with the same words', async (simd) => {
    const script = `const out = new Float64Array(1000)
      gibbsite.current().kernels.randomNormalF64(out, 1, 2, 3, 4, 5, 0, 1)
      print([gibbsite.backend().simd, out.join()])`
    const [widest, words] = await inNode(script)
    const [chosen, same] = await inNode(script, { GIBBSITE_SIMD: simd })
    expect([simd, widest]).toContain(chosen) // a processor without AVX keeps what it has
    expect(same).toBe(words)
  })

  it('is the widest one for an unknown name', async () => {
    expect(await inNode(info, { GIBBSITE_SIMD: 'mmx' })).toEqual(await inNode(info))
  })
})

describe('load({ wasm })', () => {
  const file = join(dist, 'gibbsite.wasm')
  const read = `(await import('node:fs')).readFileSync(${JSON.stringify(file)})`
  const loadFrom = (source: string) => inNode(`print((await gibbsite.load({ backend: 'wasm', wasm: ${source} })).name)`)

  it.each([
    ['a path', JSON.stringify(file)],
    ['a file URL', `new URL(${JSON.stringify(pathToFileURL(file).href)})`],
    ['a file URL as a string', JSON.stringify(pathToFileURL(file).href)],
    ['bytes', read],
    ['an ArrayBuffer', `new Uint8Array(${read}).buffer`],
    ['a compiled module', `new WebAssembly.Module(${read})`],
    ['a data URL', `'data:application/wasm;base64,' + ${read}.toString('base64')`],
  ])('takes %s', async (_, source) => {
    expect(await loadFrom(source)).toBe('wasm')
  })

  it.each([
    ['a path that is none', `'/nowhere/gibbsite.wasm'`, /wasm: ENOENT/],
    ['bytes that are no module', 'new Uint8Array(8)', /wasm: WebAssembly\.compile\(\)/],
    ['an address that nobody answers', `'http://127.0.0.1:9/gibbsite.wasm'`, /wasm: fetch failed/],
  ])('refuses %s, with remedies', async (_, source, message) => {
    const error = await failure(`await gibbsite.load({ backend: 'wasm', wasm: ${source} })`)
    expect(error.name).toBe('BackendError')
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/What may help:\n {2}- /)
  })

  it('refuses what is no source at all', async () => {
    const error = await failure(`await gibbsite.load({ backend: 'wasm', wasm: 7 })`)
    expect(error.name).toBe('ArgumentError')
    expect(error.message).toMatch(/expected `wasm` to be a URL, a string, bytes or a WebAssembly.Module; got 7/)
  })

  it('may be tried again after a failure', async () => {
    const script = `await gibbsite.load({ backend: 'wasm', wasm: '/nowhere' }).catch(() => {})
      print((await gibbsite.load({ backend: 'wasm' })).name)`
    expect(await inNode(script)).toBe('wasm')
  })
})

describe('a package without an addon for this machine', () => {
  let root = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'gibbsite-'))
    await cp(dist, join(root, 'dist'), { recursive: true })
    await cp('package.json', join(root, 'package.json'))
    await symlink(resolve('node_modules'), join(root, 'node_modules'))
  })
  afterAll(() => rm(root, { recursive: true, force: true }))
  const folder = () => join(root, 'dist')

  it('falls back to WebAssembly and says why', async () => {
    const { name, reason } = await inNode(info, {}, folder())
    expect(name).toBe('wasm')
    expect(reason).toMatch(/^No native build was found for platform=/)
    expect(await inNode('print(await gibbsite.load())', {}, folder())).toMatchObject({ name, reason })
  })

  it('fails with remedies where native is forced', async () => {
    const { name, message } = await failure('gibbsite.backend()', { GIBBSITE_BACKEND: 'native' }, folder())
    expect(name).toBe('BackendError')
    expect(message).toMatch(/^no backend could be loaded\n {2}native: No native build/)
    expect(message).toMatch(/use WebAssembly: GIBBSITE_BACKEND=wasm/)
  })

  it('names both errors where WebAssembly fails too', async () => {
    await writeFile(join(folder(), 'gibbsite.wasm'), 'damaged')
    const { message } = await failure('gibbsite.backend()', {}, folder())
    expect(message).toMatch(/ {2}native: No native build[^\n]*\n {2}wasm: WebAssembly\.Module\(\)/)
    expect(message).not.toMatch(/use WebAssembly/)
  })
})

it('is loaded by require() too', async () => {
  const { GIBBSITE_BACKEND: _, ...env } = process.env
  const script = `console.log(require(${JSON.stringify(join(dist, 'index.cjs'))}).backend().name)`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env })
  expect(stdout.trim()).toBe('native')
})
