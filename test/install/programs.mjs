// What a user might write first, in every form that a program can have. All print the same but for the backend.

/** Leaves `result`. */
export const REPORT = `
  const rbm = new RBM({ visible: 6, hidden: 4, seed: 1 })
  const { states } = await rbm.sample({ chains: 3, sweeps: 5, seed: 2 })
  const result = { backend: backend().name, uniform: [...new Rng(7).uniform(3)], states: [...states.data] }`

export const ESM = `import { backend, RBM, Rng } from 'gibbsite'\n${REPORT}\nconsole.log(JSON.stringify(result))`

export const CJS = `const { backend, RBM, Rng } = require('gibbsite')
async function main() {${REPORT}\n  console.log(JSON.stringify(result)) }
main()`

/** The library in the main thread and in a worker thread at once; the worker's result is printed. */
export const WORKER = `import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { backend, RBM, Rng } from 'gibbsite'
${REPORT}
if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url))
  worker.on('message', (result) => console.log(JSON.stringify(result)))
} else parentPort.postMessage(result)`

export const PAGE = `import { backend, load, RBM, Rng } from 'gibbsite'\nawait load()\n${REPORT}\nglobalThis.result = result`

export const TYPES = `import { type BackendInfo, load, RBM, Rng } from 'gibbsite'
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
