// What the server does with too much, with nonsense, with clients that go away, and when it is told to stop.

import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Folder, gibbsite, temporaryFolder } from '../support/cli.ts'
import { type RunningServer, saveModels, startServer } from '../support/server.ts'

let folder: Folder
let words: string[]
let server: RunningServer | undefined

beforeAll(async () => {
  folder = await temporaryFolder()
  words = (await saveModels(folder)).words
})

afterEach(async () => {
  await server?.stop('SIGKILL')
  server = undefined
})

afterAll(() => folder?.remove())

async function started(...more: string[]): Promise<RunningServer> {
  server = await startServer([...words, ...more])
  return server
}

/** Sweeps that no machine gets through while a test waits. */
const ENDLESS = { model: 'rbm', sweeps: 2 ** 30 }

describe('limits', () => {
  it('answers in one sentence what asks for too much, and goes on', async () => {
    const { post } = bound(await started('--max-body', '0.01', '--max-numbers', '400', '--max-seconds', '0.5'))
    const cases: [string, object, number, RegExp][] = [
      ['/sample', { model: 'rbm', chains: 21 }, 400, /^expected `chains` to be at most 20 rows of 20 numbers/],
      ['/sample', { model: 'rbm', chains: 1e12 }, 400, /^expected `chains` to be an integer/],
      ['/sample', { ...ENDLESS }, 422, /^expected work that takes at most 0.5 s here/],
      ['/log-prob', { model: 'flow', data: new Array(9000).fill(1) }, 413, /^expected a smaller body/],
      ['/sample', [], 400, /^expected a JSON object as body; got an array/],
      ['/sample', { model: 'rbm', seed: -1 }, 400, /^expected `seed`/],
      ['/complete', { model: 'hopfield' }, 400, /^expected `model` to be one that has \/complete/],
    ]
    for (const [path, body, status, sentence] of cases) {
      const reply = await post(path, body)
      expect([reply.status, reply.json.error]).toEqual([status, expect.stringMatching(sentence)])
    }
    expect((await post('/sample', { model: 'rbm', sweeps: 1 })).status).toBe(200)
  })

  it('turns away more requests than it may serve at a time', async () => {
    const { post } = bound(await started('--max-requests', '2', '--max-seconds', '1'))
    const replies = await Promise.all([1, 2, 3, 4].map((seed) => post('/sample', { ...ENDLESS, seed })))
    expect(replies.map(({ status }) => status).sort()).toEqual([422, 422, 429, 429])
    expect(replies.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1')
  })

  it('what is no HTTP gets a sentence and no further', async () => {
    const running = await started()
    const answer = await raw(running.port, '\x16\x03\x01 hello\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*\{"error":"expected an HTTP request; got something else"\}$/)
    const long = await raw(running.port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(long).toMatch(/^HTTP\/1.1 431 /)
    expect((await running.get('/health')).status).toBe(200)
  })
})

function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (piece) => (answer += piece))
  socket.on('error', () => {})
  socket.end(text)
  return once(socket, 'close').then(() => answer)
}

function bound(running: RunningServer) {
  return { post: running.post.bind(running), get: running.get.bind(running) }
}

/** Waits until the server has so many requests. */
async function requests(running: RunningServer, wanted: number): Promise<void> {
  while ((await running.get('/health')).json.requests !== wanted)
    await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('clients that go away', () => {
  it.each(['application/json', 'application/x-ndjson'])('stop their work (%s)', async (accept) => {
    const running = await started()
    const leave = new AbortController()
    const headers = { 'content-type': 'application/json', accept }
    const options = { method: 'POST', body: JSON.stringify(ENDLESS), headers, signal: leave.signal }
    const gone = fetch(`${running.address}/sample`, options).then((reply) => reply.text())
    await requests(running, 1)
    leave.abort()
    await expect(gone).rejects.toThrow()
    await requests(running, 0)
    await expect
      .poll(async () => new TextDecoder().decode((await running.get('/metrics')).bytes))
      .toContain('gibbsite_runs 0')
  })

  it('in the middle of a stream leave nothing behind', async () => {
    const running = await started()
    const headers = { 'content-type': 'application/json', accept: 'application/x-ndjson' }
    const body = JSON.stringify({ ...ENDLESS, every: 1 })
    // More than runs at a time.
    for (let i = 0; i < 8; i++) {
      const { body: stream } = await fetch(`${running.address}/sample`, { method: 'POST', body, headers })
      const reader = stream!.getReader()
      await reader.read()
      await reader.cancel()
    }
    await requests(running, 0)
    expect((await running.post('/sample', { model: 'rbm', sweeps: 1 })).status).toBe(200)
  })

  it('do not stop the work of others in the same run', async () => {
    const running = await started('--batch-window', '1000')
    const body = { model: 'rbm', sweeps: 100 }
    const leave = new AbortController()
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, signal: leave.signal }
    const gone = fetch(`${running.address}/sample`, { ...options, body: JSON.stringify({ ...body, seed: 1 }) })
    const stays = running.post('/sample', { ...body, seed: 2 })
    await requests(running, 2)
    leave.abort()
    await expect(gone).rejects.toThrow()
    const again = await running.post('/sample', { ...body, seed: 2 })
    expect((await stays).json).toEqual(again.json)
  })
})

describe('shutting down', () => {
  it('finishes what runs and takes nothing new', async () => {
    const running = await started('--batch-window', '1000')
    const last = running.post('/sample', { model: 'rbm', sweeps: 10, seed: 1 })
    await requests(running, 1)
    const ended = running.stop()
    expect((await last).status).toBe(200)
    expect(await ended).toBe(0)
    await expect(running.get('/health')).rejects.toThrow()
  })

  it('stops what does not end in time', async () => {
    const running = await started('--grace', '0.2')
    const last = running.post('/sample', ENDLESS)
    await requests(running, 1)
    const ended = running.stop()
    expect((await last).json.error).toBe('the server is shutting down; ask another one')
    expect(await ended).toBe(0)
  })
})

describe('tokens', () => {
  const token = 'a-secret-of-the-tests'

  it('are wanted for all but /health', async () => {
    await writeFile(folder.file('token'), `${token}\n`)
    const running = await started('--token-file', folder.file('token'))
    expect((await running.get('/health')).status).toBe(200)
    const refused = await running.get('/models')
    expect([refused.status, refused.json.error]).toEqual([
      401,
      expect.stringMatching(/^expected the header "Authorization/),
    ])
    expect((await running.get('/models', { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await running.get('/models', { authorization: `Bearer ${token}` })).status).toBe(200)
  })

  it('must not be short', async () => {
    await writeFile(folder.file('token'), 'short')
    const { code, stderr } = await gibbsite(['serve', ...words, '--token-file', folder.file('token')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected a token of at least 16 printable characters')])
  })
})

it.each([
  ['a file that is not there', ['nowhere.safetensors'], 'nowhere.safetensors'],
  [
    'two models of one name',
    ['rbm', 'rbm'],
    'expected `models` to have different names; give one as name=path; got rbm twice',
  ],
])('refuses to begin with %s', async (_, names, sentence) => {
  const files = names.map((name) => (name.includes('.') ? name : folder.file(`${name}.safetensors`)))
  const { code, stderr } = await gibbsite(['serve', ...files, '--port', '0'])
  expect(code).toBe(2)
  expect(stderr).toContain(sentence)
})
