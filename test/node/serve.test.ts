// The server's answers are the library's, alone or with others in one run, in every form that clients may ask for.

import { tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy, encodeNpy, modelFromJson, nuts, oneHot } from '#gibbsite'
import normalModel from '../fixtures/normal-model.json'
import { type Folder, temporaryFolder } from '../support/cli.ts'
import { type RunningServer, saveModels, startServer, type TestModels } from '../support/server.ts'

let folder: Folder
let models: TestModels
let words: string[]
let server: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  const saved = await saveModels(folder)
  models = saved.models
  words = saved.words
  server = await startServer(words)
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const rows = ({ data, shape: [n, d] }: { data: ArrayLike<number>; shape: readonly [number, number] }) => {
  const all = Array.from(data)
  return Array.from({ length: n }, (_, r) => all.slice(r * d, (r + 1) * d))
}

async function ok(path: string, body: object, headers?: Record<string, string>) {
  const reply = await server.post(path, body, headers)
  expect(reply.json?.error).toBeUndefined()
  expect(reply.status).toBe(200)
  return reply
}

describe('what it serves', () => {
  it('lists the models and what they can do', async () => {
    const { json } = await server.get('/models')
    expect(json.models.map(({ name, kind, operations }: Record<string, unknown>) => [name, kind, operations])).toEqual([
      ['rbm', 'rbm', ['sample', 'log-prob', 'complete']],
      ['gaussian', 'gaussian-rbm', ['sample', 'log-prob', 'complete']],
      ['machine', 'boltzmann', ['sample', 'log-prob', 'complete', 'recall']],
      ['hopfield', 'hopfield', ['recall']],
      ['flow', 'flow', ['sample', 'log-prob', 'complete']],
      ['classes', 'flow', ['sample', 'log-prob', 'complete']],
      ['pixels', 'flow', ['sample', 'log-prob', 'complete']],
    ])
    expect((await server.get('/models/flow')).json).toMatchObject({ name: 'flow', dim: 4, context: 0 })
    expect((await server.get('/models/nobody')).status).toBe(404)
  })

  it('tells its health, its metrics and its OpenAPI document', async () => {
    expect((await server.get('/health')).json).toMatchObject({ status: 'ok', models: 7 })
    await ok('/sample', { model: 'rbm', sweeps: 1 })
    const metrics = new TextDecoder().decode((await server.get('/metrics')).bytes)
    expect(metrics).toMatch(/gibbsite_rows_total\{model="rbm",operation="sample"\} [1-9]/)
    expect(metrics).toContain('nodejs_eventloop_lag_p99_seconds')
    const { json } = await server.get('/openapi.json')
    const posts = Object.keys(json.paths).filter((path) => json.paths[path].post)
    expect(posts).toEqual(['/sample', '/log-prob', '/complete', '/recall', '/mcmc'])
    expect(json.paths['/complete'].post.requestBody.content['application/json'].schema.required).toEqual([
      'data',
      'known',
    ])
  })
})

describe('/sample', () => {
  it('is the sample of the library under the same seed', async () => {
    const asked = { chains: 3, sweeps: 7, seed: 5, firstChain: 2 }
    const { states, probabilities } = await models.rbm.sample({ ...asked, beta: 0.5 })
    const { json } = await ok('/sample', { model: 'rbm', ...asked, beta: 0.5, probabilities: true })
    expect(json).toMatchObject({ model: 'rbm', seed: 5, firstChain: 2, sweeps: 7, samples: rows(states) })
    expect(json.probabilities).toEqual(rows(probabilities))
    const gaussian = await ok('/sample', { model: 'gaussian', ...asked })
    expect(gaussian.json.samples).toEqual(rows((await models.gaussian.sample(asked)).states))
    const machine = await ok('/sample', { model: 'machine', ...asked, scan: 'random', temperature: 2 })
    const own = await models.machine.sample({ ...asked, scan: 'random', temperature: 2 })
    expect(machine.json).toMatchObject({ samples: rows(own.states), energies: Array.from(own.energies) })
    const flow = await ok('/sample', { model: 'flow', chains: 3, seed: '5', firstChain: 2, temperature: 0.5 })
    expect(flow.json.samples).toEqual(rows(await models.flow.sample(3, { seed: 5, first: 2, temperature: 0.5 })))
    const classes = await ok('/sample', { model: 'classes', chains: 2, seed: 5, label: 1 })
    const labelled = await models.classes.sample(2, { seed: 5, context: oneHot([1, 1], 3) })
    expect(classes.json.samples).toEqual(rows(labelled))
  })

  it('gives a seed where none is asked for, by which the sample can be had again', async () => {
    const first = await ok('/sample', { model: 'flow' })
    const again = await ok('/sample', { model: 'flow', seed: first.json.seed })
    expect(again.json).toEqual(first.json)
  })

  it('starts from given states and holds given units', async () => {
    const mask = Array.from({ length: 20 }, (_, i) => i < 5)
    const clamp = { mask, values: [new Array(20).fill(1)] }
    const { json } = await ok('/sample', { model: 'rbm', sweeps: 3, seed: 1, clamp, init: [new Array(20).fill(0)] })
    const own = await models.rbm.sample({ chains: 1, sweeps: 3, seed: 1, clamp, init: [new Array(20).fill(0)] })
    expect(json.samples).toEqual(rows(own.states))
    expect(json.samples[0].slice(0, 5)).toEqual([1, 1, 1, 1, 1])
  })
})

it('requests that arrive together get what each would get alone, from fewer runs', async () => {
  const bodies = Array.from({ length: 40 }, (_, i) => ({ model: 'rbm', chains: 1 + (i % 3), sweeps: 500, seed: i }))
  const wanted = await Promise.all(
    bodies.map(async ({ model: _, ...one }) => rows((await models.rbm.sample(one)).states)),
  )
  // A long moment to gather in: how many runs there are then hangs on no machine's speed.
  const patient = await startServer([...words, '--batch-window', '1000'])
  const replies = await Promise.all(bodies.map((body) => patient.post('/sample', body)))
  const { requests, runs } = await runsOf(patient, 'rbm', 'sample')
  await patient.stop()
  expect(replies.map(({ status }) => status)).toEqual(bodies.map(() => 200))
  expect(replies.map(({ json }) => json.samples)).toEqual(wanted)
  expect(replies.map(({ json }) => json.seed)).toEqual(bodies.map(({ seed }) => seed))
  expect(requests).toBe(40)
  // The first may run alone, and the last; the others gather meanwhile.
  expect(runs).toBeLessThan(20)
})

/** Runs so far, and the requests that they served. */
async function runsOf(running: RunningServer, model: string, operation: string) {
  const text = new TextDecoder().decode((await running.get('/metrics')).bytes)
  const value = (name: string) =>
    Number(new RegExp(`${name}\\{model="${model}",operation="${operation}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
  return { runs: value('gibbsite_run_requests_count'), requests: value('gibbsite_run_requests_sum') }
}

describe('/log-prob', () => {
  it('is -F - log Z of an RBM, with log Z exact where it can be', async () => {
    const { states } = await models.rbm.sample({ chains: 4, seed: 1, sweeps: 2 })
    const [freeEnergy, { logZ }] = [await models.rbm.freeEnergy(states), await models.rbm.logPartition()]
    const { json } = await ok('/log-prob', { model: 'rbm', data: rows(states) })
    expect(json).toMatchObject({ method: 'exact', logPartition: logZ, freeEnergy: Array.from(freeEnergy) })
    expect(json.logProb).toEqual(Array.from(freeEnergy, (energy) => -energy - logZ))
  })

  it('is exact for the others', async () => {
    const gaussian = (await ok('/log-prob', { model: 'gaussian', data: [[1, 0, 0, 0, 0, 2]] })).json
    expect(gaussian.logProb[0]).toBeCloseTo((await models.gaussian.logLikelihood([[1, 0, 0, 0, 0, 2]])).mean, 9)
    const spins = [[1, 1, -1, 1, -1]]
    const machine = (await ok('/log-prob', { model: 'machine', data: spins })).json
    expect(machine.logProb[0]).toBeCloseTo(await models.machine.logLikelihood(spins), 9)
    const data = [
      [0.1, 0.2, 0.3, 0.4],
      [1, 2, 3, 4],
    ]
    const flow = (await ok('/log-prob', { model: 'flow', data })).json
    expect(flow.logProb).toEqual(Array.from(await models.flow.logProb(data)))
  })

  it('requests that fail do not harm those beside them', async () => {
    const good = { model: 'pixels', data: [[0.1, 0.2, 0.3, 0.4]] }
    const bad = { model: 'pixels', data: [[0.1, 2, 0.3, 0.4]] }
    const replies = await Promise.all([good, bad, good, bad, good].map((body) => server.post('/log-prob', body)))
    expect(replies.map(({ status }) => status)).toEqual([200, 400, 200, 400, 200])
    expect(replies[1]!.json.error).toMatch(/^expected `x` to hold rows/)
  })
})

describe('/complete and /recall', () => {
  it('are those of the library', async () => {
    const known = Array.from({ length: 20 }, (_, i) => Number(i < 10))
    const data = [new Array(20).fill(1), new Array(20).fill(0)]
    const asked = { sweeps: 20, average: 5, seed: 3 }
    const own = await models.rbm.complete(data, known, asked)
    const { json } = await ok('/complete', { model: 'rbm', data, known, ...asked })
    expect(json).toMatchObject({ mean: rows(own.mean), states: rows(own.states), sweeps: 20, seed: 3 })
    const paint = { steps: 5, restarts: 2, seed: 3 }
    const flow = await ok('/complete', { model: 'flow', data: [[1, 2, 0, 0]], known: [1, 1, 0, 0], ...paint })
    expect(flow.json.mean).toEqual(rows(await models.flow.inpaint([[1, 2, 0, 0]], [1, 1, 0, 0], paint)))
    const spins = [[1, 1, -1, 1, -1]]
    const machine = await ok('/complete', {
      model: 'machine',
      data: spins,
      known: [1, 1, 0, 0, 0],
      sweeps: 50,
      seed: 3,
    })
    const retrieved = await models.machine.retrieve(spins, { known: [1, 1, 0, 0, 0], sweeps: 50, seed: 3 })
    expect(machine.json.mean).toEqual(rows(retrieved.means))
  })

  it('probes of different encodings share a run and come back each in its own', async () => {
    const spins = rows(models.patterns).map((row) => row.map((y, i) => (i < 4 ? -y : y)))
    const bits = spins.map((row) => row.map((y) => (y > 0 ? 1 : 0)))
    const bodies = [spins, bits, spins, bits].map((probes, seed) => ({ probes, seed }))
    const replies = await Promise.all(bodies.map((body) => ok('/recall', { model: 'hopfield', ...body })))
    for (const [i, { probes, seed }] of bodies.entries()) {
      const own = await models.hopfield.recall(probes, { seed })
      const { json } = replies[i]!
      expect(json.states).toEqual(rows(own.states))
      expect(json).toMatchObject({ energies: Array.from(own.energies), converged: own.converged, seed })
    }
  })
})

describe('/mcmc', () => {
  it('samples from an expression model', async () => {
    const asked = { chains: 2, warmup: 100, draws: 200, seed: 4 }
    const run = await nuts({ target: modelFromJson(normalModel), ...asked })
    const { json } = await ok('/mcmc', { target: normalModel, ...asked })
    expect(json.draws.flat(2)).toEqual(Array.from(run.data))
    expect(json).toMatchObject({ names: ['mu'], sampler: 'nuts', seed: 4 })
    expect(json.summary[0].mean).toBe(run.summary().rows[0]!.mean)
  })

  it.each([
    ['code', { target: 'process.exit()' }, '`target` to be an expression model in JSON'],
    ['an operator that does not exist', { target: { ...normalModel, nodes: [['eval', 'x']] } }, '`model.nodes[0]`'],
    ['more than an answer may hold', { target: normalModel, chains: 4, draws: 10_000_000 }, '`draws, of all chains`'],
  ])('refuses %s', async (_, body, sentence) => {
    const { status, json } = await server.post('/mcmc', body)
    expect([status, json.error]).toEqual([400, expect.stringContaining(sentence)])
  })
})

describe('forms of an answer', () => {
  const asked = { model: 'rbm', chains: 4, sweeps: 3, seed: 9 }

  it('NPY', async () => {
    const { bytes, headers } = await ok('/sample', asked, { accept: 'application/x-npy' })
    const { states } = await models.rbm.sample({ chains: 4, sweeps: 3, seed: 9 })
    expect(decodeNpy(bytes)).toEqual({ data: states.data, shape: [4, 20] })
    expect(JSON.parse(headers.get('gibbsite-facts')!)).toMatchObject({ model: 'rbm', seed: 9 })
  })

  it('Arrow', async () => {
    const accept = 'application/vnd.apache.arrow.stream'
    const { bytes } = await ok('/sample', { ...asked, probabilities: true }, { accept })
    const table = tableFromIPC(bytes)
    const { states, probabilities } = await models.rbm.sample({ chains: 4, sweeps: 3, seed: 9 })
    expect(Array.from(table.getChild('samples')!.get(2))).toEqual(rows(states)[2])
    expect(Array.from(table.getChild('probabilities')!.get(3))).toEqual(rows(probabilities)[3])
    expect(JSON.parse(table.schema.metadata.get('gibbsite')!)).toMatchObject({ seed: 9, sweeps: 3 })
    const draws = tableFromIPC((await ok('/mcmc', { target: normalModel, draws: 5, chains: 2 }, { accept })).bytes)
    expect(draws.numRows).toBe(2)
  })

  it('NDJSON with the states on the way, which are those of longer and longer runs', async () => {
    const { bytes } = await ok('/sample', { ...asked, sweeps: 5, every: 2 }, { accept: 'application/x-ndjson' })
    const lines = new TextDecoder()
      .decode(bytes)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ event, sweeps }) => [event, sweeps])).toEqual([
      ['answer', 2],
      ['answer', 4],
      ['answer', 5],
      ['end', undefined],
    ])
    for (const { sweeps, samples } of lines.slice(0, -1)) {
      expect(samples).toEqual(rows((await models.rbm.sample({ chains: 4, sweeps, seed: 9 })).states))
    }
  })

  it('NDJSON of draws, which are those of the whole run', async () => {
    const body = { target: normalModel, chains: 1, warmup: 50, draws: 3000, seed: 4 }
    const { bytes } = await ok('/mcmc', body, { accept: 'application/x-ndjson' })
    const lines = new TextDecoder()
      .decode(bytes)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const draws = lines.filter(({ event }) => event === 'draws').flatMap((line) => line.draws[0])
    expect(draws).toEqual((await ok('/mcmc', body)).json.draws[0])
    expect(lines.slice(-2).map(({ event }) => event)).toEqual(['summary', 'end'])
  })

  it('an answer of many numbers comes in pieces of the same text', async () => {
    const { json } = await ok('/sample', { model: 'rbm', chains: 5000, sweeps: 1, seed: 1 })
    expect(json.samples).toEqual(rows((await models.rbm.sample({ chains: 5000, sweeps: 1, seed: 1 })).states))
  })

  it('406 for any other', async () => {
    const { status, json } = await server.post('/sample', asked, { accept: 'image/png' })
    expect([status, json.error]).toEqual([406, expect.stringMatching(/^expected to be asked for application\/json/)])
  })
})

it('takes NPY bodies, with all else in the query', async () => {
  const data = encodeNpy({ data: Float64Array.of(0.1, 0.2, 0.3, 0.4, 1, 2, 3, 4), shape: [2, 4] })
  const { json } = await ok('/log-prob?model=flow', data, { 'content-type': 'application/x-npy' })
  expect(json.logProb).toEqual(
    Array.from(
      await models.flow.logProb([
        [0.1, 0.2, 0.3, 0.4],
        [1, 2, 3, 4],
      ]),
    ),
  )
  const path = '/complete?model=flow&known=[1,1,0,0]&steps=3&seed=2'
  const painted = await ok(path, data, { 'content-type': 'application/x-npy' })
  expect(painted.json).toMatchObject({ steps: 3, seed: 2 })
})
