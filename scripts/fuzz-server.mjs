// Fuzzes `gibbsite serve`: bodies made from its own OpenAPI document, bodies damaged, and bytes that are no HTTP at all. Every
// answer has to be a 2xx, or a 4xx with a sentence; the server has to live, and to serve the next good request.
//   node scripts/fuzz-server.mjs [requests] [seed]      default: 20000 requests, a seed that is printed
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { Failure, main } from './lib/run.mjs'
import { normalModel, raw, smallModels, startServer } from './lib/served.mjs'

const LANES = 16
const MODELS = ['rbm', 'gaussian', 'machine', 'hopfield', 'flow', 'classes']
const WIDTHS = [20, 6, 5, 40, 4, 3]
const TYPES = ['application/json', 'application/x-npy', 'application/vnd.apache.arrow.stream', 'application/x-ndjson']
const PATHS = ['/sample', '/log-prob', '/complete', '/recall', '/mcmc', '/models', '/health', '/metrics', '/nowhere']

/** Values that a field of any schema may meet. */
const wild = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1e308, -0, 2 ** 53, '', '__proto__', 'NaN', [], {}, [[]], [[[1]]], [1, 'a']),
  fc.jsonValue({ maxDepth: 3 }),
)

/** What a JSON schema allows, mostly small, and now and then something else. */
function fromSchema(schema, width) {
  return fc.oneof({ arbitrary: allowed(schema, width), weight: 30 }, { arbitrary: wild, weight: 1 })
}

function allowed(schema, width) {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => allowed(one)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.type === 'integer') return integer(schema)
  if (schema.type === 'number') return number(schema)
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'string') return fc.stringMatching(new RegExp(schema.pattern ?? '^.{0,9}$'))
  if (schema.type === 'array') return list(schema, width)
  return record(schema)
}

function integer({ minimum = 0, maximum = 100 }) {
  const small = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 40) })
  return fc.oneof({ arbitrary: small, weight: 40 }, { arbitrary: fc.maxSafeInteger(), weight: 1 })
}

function number({ minimum = -10, maximum = 10 }) {
  const usual = fc.double({ min: minimum, max: Math.min(maximum, minimum + 5), noNaN: true })
  return fc.oneof(
    { arbitrary: usual, weight: 20 },
    { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }), weight: 1 },
  )
}

/** Rows as wide as the model's. */
function list({ items }, width = 20) {
  if (items.type !== 'array') return fc.array(allowed(items), { minLength: width, maxLength: width })
  const kinds = fc.constantFrom(fc.constantFrom(0, 1), fc.constantFrom(-1, 1), allowed(items.items))
  return kinds.chain((one) => {
    const row = fc.array(one, { minLength: width, maxLength: width })
    return fc.array(row, { minLength: 1, maxLength: 4 })
  })
}

/** What is required, and up to three fields more: most models know only some of them. */
function record({ properties, required = [] }) {
  if (properties === undefined) return fc.oneof(fc.constant(normalModel), damagedModel())
  const names = Object.keys(properties).filter((name) => name !== 'model' && !required.includes(name))
  return fc.tuple(models(), fc.subarray(names, { maxLength: Math.min(3, names.length) })).chain(([model, more]) => {
    const width = WIDTHS[MODELS.indexOf(model)]
    const values = [...required, ...more].map((name) => [name, fromSchema(properties[name], width)])
    const named = properties.model ? { model: fc.constant(model) } : {}
    return fc.record({ ...named, ...Object.fromEntries(values) })
  })
}

/** The good model with one of its nodes exchanged. */
function damagedModel() {
  const ops = ['mul', 'add', 'div', 'exp', 'log', 'sum', 'at', 'data', 'param', 'constructor', 'eval']
  const index = fc.integer({ min: -1, max: 5 })
  const node = fc.tuple(fc.constantFrom(...ops), index, fc.oneof(index, wild))
  const nodes = (one, at) => normalModel.nodes.map((old, i) => (i === at ? one : old))
  return fc.tuple(node, fc.nat(3)).map(([one, at]) => ({ ...normalModel, nodes: nodes(one, at) }))
}

function models() {
  return fc.oneof({ arbitrary: fc.constantFrom(...MODELS), weight: 20 }, { arbitrary: wild, weight: 1 })
}

/** Requests as { path, method, headers, body }, or bytes for the socket. */
function requests(openapi) {
  const headers = (type) => fc.constantFrom(...TYPES).map((accept) => ({ 'content-type': type, accept }))
  const bySchema = fc.oneof(
    ...Object.entries(openapi.paths).flatMap(([path, { post }]) => {
      if (post === undefined) return []
      const schema = Object.values(post.requestBody.content)[0].schema
      const body = allowed(schema).map((value) => JSON.stringify(value))
      return fc.record({
        path: fc.constant(path),
        method: fc.constant('POST'),
        headers: headers('application/json'),
        body,
      })
    }),
  )
  const damaged = fc.tuple(bySchema, fc.nat(), fc.string({ maxLength: 5 })).map(([request, at, text]) => {
    const place = at % (request.body.length + 1)
    return { ...request, body: request.body.slice(0, place) + text + request.body.slice(place + (at % 3)) }
  })
  const strange = fc.record({
    path: fc
      .tuple(
        fc.constantFrom(...PATHS),
        fc.oneof(
          fc.constant(''),
          fc.webQueryParameters().map((query) => `?${query}`),
        ),
      )
      .map((parts) => parts.join('')),
    method: fc.constantFrom('POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
    headers: fc.constantFrom(...TYPES, 'text/plain', 'x/y; charset=z', 'multipart/form-data').chain(headers),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json(),
      fc.constant(''),
    ),
  })
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((some) => ({ bytes: Buffer.from(some) })),
    fc
      .string({ maxLength: 80 })
      .map((text) => ({ bytes: Buffer.from(`POST /sample HTTP/1.1\r\nHost: a\r\n${text}\r\n\r\n`) })),
  )
  return fc.oneof(
    { arbitrary: bySchema, weight: 10 },
    { arbitrary: damaged, weight: 5 },
    { arbitrary: strange, weight: 4 },
    { arbitrary: bytes, weight: 1 },
  )
}

/** What is wrong with the answer; undefined where nothing is. */
async function problemOf({ url, port }, request, statuses) {
  if (request.bytes) return rawProblem(await raw(port, request.bytes))
  const { path, ...options } = request
  const reply = await fetch(url + path, options).catch((error) => error)
  if (reply instanceof Error) return `no answer: ${reply.cause?.code ?? reply.message}`
  statuses[reply.status] = (statuses[reply.status] ?? 0) + 1
  const text = await reply.text()
  if (reply.ok) return undefined
  if (reply.status < 400 || reply.status >= 500) return `${reply.status}: ${text.slice(0, 200)}`
  return isSentence(text) ? undefined : `${reply.status} without a sentence: ${text.slice(0, 200)}`
}

function rawProblem(answer) {
  if (answer === '' || /^HTTP\/1\.1 [24]/.test(answer)) return undefined
  return `to raw bytes: ${answer.slice(0, 200)}`
}

function isSentence(text) {
  try {
    const { error } = JSON.parse(text)
    return typeof error === 'string' && error.length > 10
  } catch {
    return false
  }
}

/** @returns what is wrong with which answers, and how many answers there were of each status */
export async function fuzzServer(count, seed) {
  const models = await smallModels()
  const server = await startServer([...models.words, '--max-seconds', '1'])
  try {
    const openapi = await (await fetch(`${server.url}/openapi.json`)).json()
    const all = fc.sample(requests(openapi), { numRuns: count, seed })
    const [problems, statuses] = [[], {}]
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      for (let i = lane; i < all.length; i += LANES) {
        const problem = await problemOf(server, all[i], statuses)
        if (problem !== undefined) problems.push({ request: i, problem, sent: JSON.stringify(all[i]).slice(0, 500) })
        if (i % 500 === 0 && !(await isWell(server)))
          problems.push({ request: i, problem: 'the next good request fails' })
      }
    })
    await Promise.all(lanes)
    if (!(await isWell(server))) problems.push({ request: count, problem: 'the next good request fails' })
    const exit = await server.stop()
    if (exit !== 0) problems.push({ request: count, problem: `the server exits with ${exit}` })
    return { problems, statuses }
  } finally {
    server.child.kill()
    models.remove()
  }
}

async function isWell({ url }) {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ model: 'rbm', sweeps: 1, seed: 1 })
  const reply = await fetch(`${url}/sample`, { method: 'POST', headers, body }).catch(() => undefined)
  return reply?.status === 200 && (await reply.json()).samples.length === 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const [count, seed] = [Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now() % 2 ** 31)]
    console.log(`${count} requests, seed ${seed}`)
    const { problems, statuses } = await fuzzServer(count, seed)
    console.log(JSON.stringify(statuses))
    for (const one of problems.slice(0, 20)) console.log(JSON.stringify(one))
    if (problems.length > 0) throw new Failure(`${problems.length} of ${count} answers are not as they should be`)
    console.log('every answer is a 2xx, or a 4xx with a sentence; the server lives')
  })
}
