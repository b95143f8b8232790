/** What a page does where something is missing, played in a Node process that looks like one. */

import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const dist = resolve('dist')

/** Runs a module that has the browser's library as `gibbsite`; returns the JSON it prints, or the error's sentence. */
async function inPage(worker: string, script: string) {
  const source = `
    globalThis.window = globalThis
    globalThis.Worker = ${worker}
    const gibbsite = await import(${JSON.stringify(pathToFileURL(join(dist, 'browser.js')).href)})
    const wasm = (await import('node:fs')).readFileSync(${JSON.stringify(join(dist, 'gibbsite.wasm'))})
    const words = new Uint32Array(4)
    const run = () => gibbsite.current().run('philoxBlocks', new Uint32Array(4), 0, 0, words)
    const print = (value) => console.log(JSON.stringify(value))
    try { ${script} } catch (e) { print(e.name + ': ' + e.message) }`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source])
  return JSON.parse(stdout)
}

const noWorker = 'undefined'
const known = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]

describe('a page', () => {
  it('must load first', async () => {
    expect(await inPage(noWorker, 'gibbsite.current()')).toMatch(/^BackendError: .*call `await load\(\)` first/)
  })

  it('has no native backend', async () => {
    expect(await inPage(noWorker, `await gibbsite.load({ backend: 'native' })`)).toMatch(
      /native: there are no native addons/,
    )
  })

  it('is told when its engine has no vectors', async () => {
    const script = 'WebAssembly.validate = () => false; await gibbsite.load({ wasm })'
    expect(await inPage(noWorker, script)).toMatch(/no WebAssembly SIMD \(128 bit\); Chrome 91/)
  })
})

describe('an asynchronous call in a page', () => {
  const call = 'await gibbsite.load({ wasm }); await run(); await run(); print([...words])'

  it.each([
    ['there are no workers', noWorker],
    ['a content policy forbids workers', `class { constructor() { throw new Error('forbidden') } }`],
    [
      "the worker's file is not found",
      `class { constructor() { setTimeout(() => this.onerror({ message: '', preventDefault() {} })) } postMessage() {} terminate() {} }`,
    ],
  ])('runs in the page itself where %s', async (_, worker) => {
    expect(await inPage(worker, call)).toEqual(known)
  })

  // Starts well, then dies at the first call.
  const mortal = `class {
    postMessage(message) {
      const event = message.module ? ['onmessage', { data: { ready: true } }] : ['onerror', { message: 'killed', preventDefault() {} }]
      setTimeout(() => this[event[0]](event[1]))
    }
    terminate() {}
  }`

  it('rejects where its worker dies, and the next one runs in the page', async () => {
    const script = `await gibbsite.load({ wasm })
      const first = await run().catch((e) => e.name + ': ' + e.message)
      await run()
      print([first, ...words])`
    expect(await inPage(mortal, script)).toEqual(['BackendError: the Web Worker for kernels stopped: killed', ...known])
  })
})
