import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, inject, it } from 'vitest'
import { current } from '#gibbsite'

const library = JSON.stringify(pathToFileURL(join(resolve('dist'), 'index.mjs')).href)

/** A worker_thread that draws normals, synchronously and not, and posts them. */
const drawing = `
  const { parentPort, workerData } = require('node:worker_threads')
  import(${library}).then(async ({ current }) => {
    const here = new Float32Array(50_000), there = new Float32Array(50_000)
    for (let i = 0; i < 20; i++) {
      current().kernels.randomNormalF32(here, workerData, i, 0, 0, 0, 0, 1)
      await current().run('randomNormalF32', there, workerData, i, 0, 0, 0, 0, 1)
    }
    parentPort.postMessage([here, there])
  })`

const finished = (worker: Worker) =>
  new Promise<[Float32Array, Float32Array]>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })

const differs = (a: Float32Array, b: Float32Array) => a.findIndex((value, i) => value !== b[i])

describe('worker_threads', () => {
  it('share the library, round after round', async () => {
    for (let round = 0; round < 3; round++) {
      const workers = Array.from({ length: 4 }, (_, i) => new Worker(drawing, { eval: true, workerData: i }))
      const drawn = await Promise.all(workers.map(finished))
      await Promise.all(workers.map((worker) => worker.terminate()))
      for (const [i, [here, there]] of drawn.entries()) {
        const alone = new Float32Array(50_000)
        current().kernels.randomNormalF32(alone, i, 19, 0, 0, 0, 0, 1)
        expect([differs(here, alone), differs(there, alone)]).toEqual([-1, -1])
      }
    }
  })

  it('may be terminated in the middle of a call', async () => {
    const endless = `import(${library}).then(({ current }) => {
      const out = new Float64Array(1e6)
      for (;;) current().kernels.randomNormalF64(out, 1, 2, 0, 0, 0, 0, 1)
    })`
    const pending = `import(${library}).then(async ({ current }) => {
      const out = new Float64Array(3e6)
      for (;;) await current().run('randomNormalF64', out, 1, 2, 0, 0, 0, 0, 1)
    })`
    const workers = [endless, pending].map((code) => new Worker(code, { eval: true }))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await Promise.all(workers.map((worker) => worker.terminate()))
    expect(current().kernels.philoxBlocks(new Uint32Array(4), 0, 0, new Uint32Array(4))).toBe(true)
  })
})

it('lets a process end while a call is under way', async () => {
  const script = `import(${library}).then(({ current }) => {
    current().run('randomNormalF64', new Float64Array(3e6), 1, 2, 0, 0, 0, 0, 1)
    setTimeout(() => { console.log('end'); process.exit(0) }, 5)
  })`
  const env = { ...process.env, GIBBSITE_BACKEND: inject('backend') }
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env })
  expect(stdout.trim()).toBe('end')
})

it('keeps the arrays of a call alive', async () => {
  const script = `import(${library}).then(async ({ current }) => {
    const calls = Array.from({ length: 50 }, (_, i) => current().run('randomNormalF32', new Float32Array(1e5), i, 0, 0, 0, 0, 0, 1))
    for (let i = 0; i < 10; i++) { gc(); await new Promise(setImmediate) }
    console.log((await Promise.all(calls)).length)
  })`
  const env = { ...process.env, GIBBSITE_BACKEND: inject('backend') }
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '-e', script], { env })
  expect(stdout.trim()).toBe('50')
})

it('releases arrays of the backend that nobody uses', async () => {
  const script = `import(${library}).then(async ({ current }) => {
    const round = async () => {
      for (let i = 0; i < 40; i++) current().alloc(Float64Array, 1e6).view()[7] = 1
      gc()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await round()
    const size = () => process.memoryUsage().arrayBuffers
    const before = size()
    for (let i = 0; i < 20; i++) await round()
    console.log(size() - before < 100e6)
  })`
  const env = { ...process.env, GIBBSITE_BACKEND: inject('backend') }
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '-e', script], { env })
  expect(stdout.trim()).toBe('true')
})
