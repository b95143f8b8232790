/** `gibbsite serve` as a process of its own, with small models of every kind. For Node's specs only. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { BoltzmannMachine, GaussianRBM, Hopfield, RBM, Rng, realNVP } from '#gibbsite'
import type { Folder } from './cli.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** The JSON body; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what came is what is tested
  readonly json: any
  readonly bytes: Uint8Array
}

export class RunningServer {
  readonly child: ChildProcess
  readonly address: string
  readonly #ended: Promise<unknown[]>

  constructor(child: ChildProcess, address: string) {
    this.child = child
    this.address = address
    this.#ended = once(child, 'exit')
  }

  get port(): number {
    return Number(new URL(this.address).port)
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return toReply(await fetch(this.address + path, { headers }))
  }

  /** @param body an object, sent as JSON, or bytes with their type among the headers */
  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Reply> {
    const bytes = body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
    const all = { 'content-type': 'application/json', ...headers }
    return toReply(await fetch(this.address + path, { method: 'POST', body: bytes, headers: all }))
  }

  /** Asks it to shut down; its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal)
    const [code] = await this.#ended
    return code as number | null
  }
}

async function toReply(response: Response): Promise<Reply> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, json: parsed(bytes), bytes }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** Starts a server on a free port. Stop it when done. */
export async function startServer(words: readonly string[], env: Record<string, string> = {}): Promise<RunningServer> {
  const all = [resolve('dist/cli.mjs'), 'serve', ...words, '--port', '0', '--json']
  const child = spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, complaints] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text))
  return new Promise((found, failed) => {
    child.once('exit', (code) => failed(new Error(`gibbsite serve exited with ${code}: ${complaints}`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      const result = parsed(new TextEncoder().encode(said)) as { address: string } | undefined
      if (result !== undefined) found(new RunningServer(child, result.address))
    })
  })
}

/** The models of the tests, by name. */
export function testModels() {
  const spins = Int8Array.from(new Rng(1).bernoulli(120, { p: 0.5 }), (bit) => 2 * bit - 1)
  const hopfield = new Hopfield({ units: 40 })
  return {
    rbm: new RBM({ visible: 20, hidden: 10, seed: 1, weightScale: 0.5 }),
    gaussian: new GaussianRBM({ visible: 6, hidden: 10, seed: 1, weightScale: 0.5 }),
    machine: new BoltzmannMachine({
      visible: 5,
      couplings: {
        edges: [
          [0, 1, 1],
          [1, 2, -1],
          [2, 3, 0.5],
        ],
      },
    }),
    flow: realNVP({ dim: 4, couplings: 2, hidden: [8], seed: 1 }),
    classes: realNVP({ dim: 4, couplings: 2, hidden: [8], seed: 1, context: 3 }),
    pixels: realNVP({ dim: 4, couplings: 2, hidden: [8], seed: 1, logit: 0.05 }),
    hopfield,
    patterns: { data: spins, shape: [3, 40] as [number, number] },
  }
}

export type TestModels = ReturnType<typeof testModels>

/** Writes them into a folder; the words that `gibbsite serve` takes. */
export async function saveModels(folder: Folder): Promise<{ models: TestModels; words: string[] }> {
  const models = testModels()
  await models.hopfield.store(models.patterns, { rule: 'hebbian' })
  const names = ['rbm', 'gaussian', 'machine', 'hopfield', 'flow', 'classes', 'pixels'] as const
  for (const name of names) await models[name].save(folder.file(`${name}.safetensors`))
  return { models, words: names.map((name) => folder.file(`${name}.safetensors`)) }
}
