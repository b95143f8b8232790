/** The routes of what models can do: /sample, /log-prob, /complete and /recall. */

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ArgumentError, expected, show } from '../errors.ts'
import type { NdArray } from '../io/ndarray.ts'
import { Batcher } from './batcher.ts'
import { type ServerContext, visitOf } from './context.ts'
import type { Visit } from './desk.ts'
import { encode, formatFor, types } from './formats.ts'
import {
  type Fields,
  type Job,
  type Operation,
  type OperationName,
  operationNames,
  type ServedModel,
} from './operation.ts'
import { Refusal } from './refusal.ts'
import { bodySchemas, summaries } from './schemas.ts'
import { lines } from './stream.ts'

/** What an operation of a model is run by. */
interface Counter {
  readonly model: ServedModel
  readonly operation: Operation
  readonly batcher: Batcher
}

export function addOperations(app: FastifyInstance, context: ServerContext): void {
  const schemas = bodySchemas(context.limits)
  for (const name of operationNames) {
    const counters = countersOf(name, context)
    const schema = { summary: summaries[name], body: schemas[name], consumes: [types.json, types.npy] }
    app.post(`/${name}`, { schema }, (request, reply) => serve(name, counters, context, request, reply))
  }
}

function countersOf(name: OperationName, { models, desk, limits, metrics }: ServerContext): Map<string, Counter> {
  const counters = [...models.values()].flatMap((model): [string, Counter][] => {
    const operation = model.operations[name]
    if (operation === undefined) return []
    const batcher = new Batcher(operation, desk, limits, metrics.runs(model.name, name))
    return [[model.name, { model, operation, batcher }]]
  })
  return new Map(counters)
}

async function serve(
  name: OperationName,
  counters: ReadonlyMap<string, Counter>,
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const format = formatFor(request.headers.accept)
  const visit = visitOf(context.desk, reply.raw)
  const given = fieldsOf(request)
  const { model, operation, batcher } = choose(name, counters, context.models, given['model'])
  const job = operation.read(withBody(given, request.body, operation), context.limits)
  const more = { model: model.name }
  if (format === 'ndjson')
    return send(reply, streamed(operation, job, context, visit), { 'content-type': types.ndjson })
  const answer = await batcher.submit(job, visit.signal)
  const { body, headers } = await encode(format, answer, more)
  return send(reply, body, headers)
}

/** Sends bytes, or pieces of them as they are made. */
export function send(
  reply: FastifyReply,
  body: Buffer | AsyncIterable<Buffer>,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  return reply.headers(headers).send(Buffer.isBuffer(body) ? body : Readable.from(body, { objectMode: false }))
}

/** The fields of a JSON body, or of the query beside an array. */
function fieldsOf({ body, query, headers }: FastifyRequest): Fields {
  if (headers['content-type']?.startsWith(types.npy)) return queryFields(query as Record<string, unknown>)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields
  throw new ArgumentError(`expected a JSON object as body; got ${show(body)}`)
}

/** Numbers, flags and lists are written in a query as in JSON; all else is text. */
function queryFields(query: Record<string, unknown>): Fields {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, fromQuery(value)]))
}

function fromQuery(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function withBody(given: Fields, body: unknown, { body: name }: Operation): Fields {
  if (!isArray(body)) return given
  if (name === undefined)
    throw new ArgumentError('expected a JSON object as body; got an array, for which there is no use')
  return { ...given, [name]: body.shape.length === 1 ? { data: body.data, shape: [1, ...body.shape] } : body }
}

function isArray(body: unknown): body is NdArray {
  return typeof body === 'object' && body !== null && ArrayBuffer.isView((body as Partial<NdArray>).data)
}

/** @throws Refusal (404) on a name that no model has; ArgumentError where the model can't do this, or none was chosen of several */
function choose(
  operation: OperationName,
  counters: ReadonlyMap<string, Counter>,
  models: ServerContext['models'],
  name: unknown,
): Counter {
  if (name === undefined && counters.size === 1) return [...counters.values()][0]!
  const able = [...counters.keys()].join(', ') || 'none'
  if (name === undefined) throw new ArgumentError(expected('model', `to be given, one of ${able}`, 'none'))
  const found = typeof name === 'string' ? counters.get(name) : undefined
  if (found !== undefined) return found
  const model = typeof name === 'string' ? models.get(name) : undefined
  if (model === undefined)
    throw new Refusal(404, expected('model', `to be one of ${[...models.keys()].join(', ')}`, show(name)))
  throw new ArgumentError(
    expected('model', `to be one that has /${operation} (${able})`, `"${model.name}", a ${model.kind}`),
  )
}

/** One request by itself, with progress on the way. */
function streamed(operation: Operation, job: Job, { desk }: ServerContext, { signal }: Visit): AsyncIterable<Buffer> {
  const produce: Parameters<typeof lines>[0] = ({ tell, onProgress }) =>
    desk.run(async () => {
      signal.throwIfAborted()
      const steps = operation.steps?.(job, { signal })
      if (steps !== undefined) {
        for await (const answer of steps) await tell('answer', answer)
        return
      }
      const [answer] = await operation.run([job], { signal, onProgress })
      await tell('answer', answer!)
    })
  return lines(produce, signal)
}
