// A server of the built command with one small model of each kind, for the fuzz, the soak and the benchmark.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './run.mjs'

/** Writes the models into a new folder: { folder, words, remove }. */
export async function smallModels() {
  const { BoltzmannMachine, GaussianRBM, Hopfield, RBM, Rng, realNVP } = await import(join(root, 'dist/index.mjs'))
  const folder = mkdtempSync(join(tmpdir(), 'gibbsite-served-'))
  const hopfield = new Hopfield({ units: 40 })
  const bits = new Rng(1).bernoulli(120, { p: 0.5 })
  await hopfield.store({ data: Int8Array.from(bits, (bit) => 2 * bit - 1), shape: [3, 40] }, { rule: 'hebbian' })
  const models = {
    rbm: new RBM({ visible: 20, hidden: 10, seed: 1, weightScale: 0.5 }),
    gaussian: new GaussianRBM({ visible: 6, hidden: 10, seed: 1, weightScale: 0.5 }),
    machine: new BoltzmannMachine({ visible: 5, couplings: { edges: [[0, 1, 1], [1, 2, -1]] } }), // biome-ignore format: pairs
    flow: realNVP({ dim: 4, couplings: 2, hidden: [8], seed: 1 }),
    classes: realNVP({ dim: 4, couplings: 2, hidden: [8], seed: 1, context: 3 }),
    hopfield,
  }
  for (const [name, model] of Object.entries(models)) await model.save(join(folder, `${name}.safetensors`))
  const words = Object.keys(models).map((name) => join(folder, `${name}.safetensors`))
  return { folder, words, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Starts `gibbsite serve` with these words on a free port: { child, port, url, stop }. */
export async function startServer(words) {
  const all = [join(root, 'dist/cli.mjs'), 'serve', ...words, '--port', '0', '--json']
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let said = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += text
    const address = /"address": "([^"]+)"/.exec(said)?.[1]
    if (address === undefined) continue
    const stop = async () => {
      child.kill('SIGTERM')
      return (await ended)[0]
    }
    return { child, url: address, port: Number(new URL(address).port), stop }
  }
  throw new Error('the server did not start')
}

/** Bytes sent as they are; what came back as text. The other side may close at any moment. */
export function raw(port, bytes, milliseconds = 2000) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    const done = () => {
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(done, milliseconds)
    socket.setEncoding('latin1').on('data', (text) => (answer += text))
    socket
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(timer)
        done()
      })
    socket.end(bytes)
  })
}

/** A normal variable as an expression model. */
export const normalModel = JSON.parse(readFileSync(join(root, 'test/fixtures/normal-model.json'), 'utf8'))
