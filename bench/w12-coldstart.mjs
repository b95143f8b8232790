// W12: a fresh process that imports the package, builds an RBM 784 x 500 and draws 64 samples of 10 sweeps.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const program = (backend) => `
  const { load, RBM } = await import(${JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)})
  await load({ backend: '${backend}' })
  const rbm = new RBM({ visible: 784, hidden: 500, seed: 1 })
  const { states } = await rbm.sample({ chains: 64, sweeps: 10, seed: 2 })
  if (states.data.length !== 64 * 784) process.exit(1)`

function milliseconds(backend) {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program(backend)], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the cold start failed')
  return performance.now() - start
}

export default [
  {
    id: 'W12.coldstart',
    unit: 'ms',
    samples({ backend, repetitions }) {
      milliseconds(backend)
      return Array.from({ length: repetitions }, () => milliseconds(backend))
    },
  },
]
