// W13: peak resident memory of a training step of Real NVP (784 numbers, hidden layers of 1000, batch 256) with 4, 16 and 64
// couplings, each in a process of its own. The note says what is left without the four arrays as long as the
// parameters that Adam works on: values, gradient, two moments.
import { spawnSync } from 'node:child_process'

const program = (backend, couplings) => `
  const { load, realNVP } = await import(${JSON.stringify(new URL('../dist/index.mjs', import.meta.url).href)})
  await load({ backend: '${backend}' })
  const flow = realNVP({ dim: 784, couplings: ${couplings}, hidden: [1000, 1000], mask: 'halves', seed: 1 })
  const data = Float32Array.from({ length: 256 * 784 }, (_, i) => Math.sin(i))
  await flow.fit({ data, shape: [256, 784] }, { epochs: 1, batch: 256, seed: 2 })
  const peak = process.resourceUsage().maxRSS / 1024
  const count = Object.values(flow.parameters()).reduce((sum, { data }) => sum + data.length, 0)
  console.log(JSON.stringify({ peak, adam: (16 * count) / 2 ** 20 }))`

/** MiB at most, and those of Adam's four arrays. */
function peakMemory(backend, couplings) {
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program(backend, couplings)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error('the training step failed')
  return JSON.parse(stdout)
}

const memory = (couplings) => ({
  id: `W13.memory.c${couplings}`,
  unit: 'MiB',
  samples({ backend }) {
    const { peak, adam } = peakMemory(backend, couplings)
    console.error(`${couplings} couplings: ${peak.toFixed(0)} MiB, beyond Adam's arrays ${(peak - adam).toFixed(0)}`)
    return [peak]
  },
})

export default [4, 16, 64].map(memory)
