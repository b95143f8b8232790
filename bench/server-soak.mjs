// Ten minutes of mixed load with 5 % hostile requests: memory, event loop, answers.
//   node bench/server-soak.mjs [seconds] [connections]
import { normalModel, raw, smallModels, startServer } from '../scripts/lib/served.mjs'

const [seconds, connections] = [Number(process.argv[2] ?? 600), Number(process.argv[3] ?? 16)]
const pick = (list) => list[Math.floor(Math.random() * list.length)]
const many = (count, make) => Array.from({ length: count }, make)
const bit = () => Math.round(Math.random())

const good = [
  () => [
    '/sample',
    { model: 'rbm', sweeps: 1 + Math.floor(Math.random() * 200), chains: 1 + Math.floor(Math.random() * 8) },
  ],
  () => ['/sample', { model: 'gaussian', sweeps: 50 }],
  () => ['/sample', { model: 'machine', sweeps: 100, chains: 4 }],
  () => ['/sample', { model: 'flow', chains: 16 }],
  () => ['/sample', { model: 'classes', label: Math.floor(Math.random() * 3) }],
  () => ['/log-prob', { model: 'rbm', data: many(8, () => many(20, bit)) }],
  () => ['/log-prob', { model: 'flow', data: many(8, () => many(4, Math.random)) }],
  () => ['/complete', { model: 'rbm', data: [many(20, bit)], known: many(20, bit), sweeps: 50 }],
  () => ['/complete', { model: 'flow', data: [many(4, Math.random)], known: [1, 1, 0, 0], steps: 20 }],
  () => ['/recall', { model: 'hopfield', probes: many(4, () => many(40, bit)) }],
  () => ['/mcmc', { target: normalModel, chains: 2, warmup: 100, draws: 100 }],
]
const accepts = [
  'application/json',
  'application/json',
  'application/x-npy',
  'application/vnd.apache.arrow.stream',
  'application/x-ndjson',
]
const hostile = [
  (url) => post(url, '/sample', '{"model":"rbm","chains":1e12}'),
  (url) => post(url, '/sample', `{"model":"rbm","init":${'['.repeat(5000)}`),
  (url) => post(url, '/log-prob', JSON.stringify({ model: 'flow', data: many(2000, () => [1, 2, 3, 'x']) })),
  (url) => post(url, '/sample', 'x'.repeat(5 * 2 ** 20)),
  (url) => post(url, '/mcmc', JSON.stringify({ target: { ...normalModel, nodes: many(9000, () => ['data', 1]) } })),
  (url) => leave(url, '/sample', { model: 'rbm', sweeps: 10_000_000 }),
  (url) => leave(url, '/mcmc', { target: normalModel, draws: 200_000, chains: 1 }),
  (_, port) => raw(port, 'GET / HTTP/9.9\r\n\r\n'),
  (_, port) => raw(port, `POST /sample HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"model"`, 200),
]

async function post(url, path, body, accept = 'application/json') {
  const headers = { 'content-type': 'application/json', accept }
  const reply = await fetch(url + path, { method: 'POST', body, headers })
  await reply.arrayBuffer()
  return reply.status
}

/** Asks and goes away. */
async function leave(url, path, body) {
  const signal = AbortSignal.timeout(30)
  const headers = { 'content-type': 'application/json', accept: 'application/x-ndjson' }
  await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers, signal })
    .then((reply) => reply.arrayBuffer())
    .catch(() => {})
}

const statuses = {}
async function visitor({ url, port }, end) {
  while (Date.now() < end) {
    const bad = Math.random() < 0.05
    const [path, body] = pick(good)()
    const outcome = await (bad ? pick(hostile)(url, port) : post(url, path, JSON.stringify(body), pick(accepts))).catch(
      (error) => `failed: ${error.cause?.code ?? error.message}`,
    )
    const key = `${bad ? 'hostile' : 'good'} ${/^(\d+|failed.*)$/.test(outcome) ? outcome : 'raw or left'}`
    statuses[key] = (statuses[key] ?? 0) + 1
  }
}

async function watch({ url }, end) {
  const readings = []
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    const text = await (await fetch(`${url}/metrics`)).text()
    const value = (name) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
    const reading = {
      resident: value('process_resident_memory_bytes') / 2 ** 20,
      p99: value('nodejs_eventloop_lag_p99_seconds') * 1000,
    }
    readings.push(reading)
    console.log(
      `${readings.length * 10} s: ${reading.resident.toFixed(1)} MiB, event loop p99 ${reading.p99.toFixed(1)} ms`,
    )
  }
  return readings
}

const models = await smallModels()
const server = await startServer(models.words)
const end = Date.now() + 1000 * seconds
try {
  const [readings] = await Promise.all([watch(server, end), ...many(connections, () => visitor(server, end))])
  // The first minute warms up.
  const steady = readings.slice(Math.min(6, readings.length - 1))
  const resident = steady.map((reading) => reading.resident)
  const p99 = steady.map((reading) => reading.p99).sort((a, b) => a - b)
  console.log(
    JSON.stringify(
      {
        seconds,
        connections,
        statuses,
        firstMiB: resident[0],
        lastMiB: resident.at(-1),
        leastMiB: Math.min(...resident),
        mostMiB: Math.max(...resident),
        medianP99: p99[Math.floor(p99.length / 2)],
        worstP99: p99.at(-1),
        exit: await server.stop(),
      },
      null,
      2,
    ),
  )
} finally {
  server.child.kill()
  models.remove()
}
