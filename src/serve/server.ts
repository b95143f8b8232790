/** The sampling server: models over HTTP. */

import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import type { BackendInfo } from '../backend/backend.ts'
import { show } from '../errors.ts'
import { decodeNpy } from '../io/npy.ts'
import type { ServerContext } from './context.ts'
import { Desk } from './desk.ts'
import { types } from './formats.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { addMcmc } from './mcmc-route.ts'
import { makeMetrics } from './metrics.ts'
import { operationNames, type ServedModel } from './operation.ts'
import { addOperations } from './operations.ts'
import { optionalPackage } from './optional.ts'
import { closing, Refusal, refusalOf } from './refusal.ts'

export interface ServerOptions {
  readonly models: ReadonlyMap<string, ServedModel>
  readonly backend: BackendInfo
  /** Default: `defaultLimits`. */
  readonly limits?: Partial<Limits>
  /** Wanted as `Authorization: Bearer ...` by all but /health. Default: nothing is wanted. */
  readonly token?: string | undefined
  /** Told of failures of the server's own. */
  readonly onFailure: (error: unknown) => void
}

export interface Server {
  /** Begins to listen; the address, with the port that was free where 0 was asked for. */
  listen(host: string, port: number): Promise<string>
  /**
   * Takes no more requests and ends when those under way are answered; what is not done after `seconds` is stopped.
   */
  close(seconds: number): Promise<void>
}

/** From the first byte of a request to the last. */
const RECEIVE_MILLISECONDS = 30_000
const HEADER_BYTES = 16 * 1024

/** @throws MissingPackageError where fastify or one of its friends is not installed */
export async function makeServer(options: ServerOptions): Promise<Server> {
  const limits = { ...defaultLimits, ...options.limits }
  const desk = new Desk(limits)
  const prom = await optionalPackage('prom-client', () => import('prom-client'))
  const metrics = makeMetrics(prom.default, desk)
  const context = { models: options.models, backend: options.backend, limits, desk, metrics }
  const door = { closed: false }
  const app = await makeApp(context, options, door)
  return {
    listen: (host, port) => app.listen({ host, port }),
    async close(seconds) {
      door.closed = true
      const timer = setTimeout(() => desk.stop(), 1000 * seconds)
      await app.close().finally(() => clearTimeout(timer))
    },
  }
}

async function makeApp(
  context: ServerContext,
  { token, onFailure }: ServerOptions,
  door: { readonly closed: boolean },
): Promise<FastifyInstance> {
  const { fastify } = await optionalPackage('fastify', () => import('fastify'))
  const app = fastify({
    bodyLimit: context.limits.bodyBytes,
    requestTimeout: RECEIVE_MILLISECONDS,
    http: { maxHeaderSize: HEADER_BYTES },
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(rawRefusal(error.code))
    },
  })
  // The checks are the library's; schemas are for the document.
  app.setValidatorCompiler(() => () => true)
  app.addHook('onRequest', async () => {
    if (door.closed) throw closing
  })
  app.addHook('onResponse', async ({ routeOptions }, reply) => {
    context.metrics.answered(routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000)
    if (door.closed) setImmediate(() => app.server.closeIdleConnections())
  })
  // A connection that is kept alive would keep a server alive that shuts down.
  app.addHook('onSend', async (_request, reply) => {
    if (door.closed) reply.header('connection', 'close')
  })
  addErrors(app, onFailure)
  app.addContentTypeParser(types.npy, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => decodeNpy(body))
  app.removeContentTypeParser('text/plain')
  const swagger = await optionalPackage('@fastify/swagger', () => import('@fastify/swagger'))
  await app.register(swagger.default, { openapi: { info: { title: 'gibbsite', version: packageJson.version } } })
  addHealth(app, context)
  await app.register(async (inner) => {
    if (token !== undefined) await guard(inner, token)
    addReports(inner, context)
    addOperations(inner, context)
    addMcmc(inner, context)
  })
  return app
}

function addErrors(app: FastifyInstance, onFailure: (error: unknown) => void): void {
  app.setErrorHandler((error, _request, reply) => {
    const { status, message, headers } = refusalOf(error)
    if (status === 500) onFailure(error)
    return reply.code(status).headers(headers).send({ error: message })
  })
  app.setNotFoundHandler(({ method, url }, reply) => {
    const wanted =
      'expected GET /models, /openapi.json, /health or /metrics, or POST /sample, /log-prob, /complete, /recall or /mcmc'
    return reply.code(404).send({ error: `${wanted}; got ${method} ${show(url)}` })
  })
}

/** What is no HTTP gets no further than this. */
function rawRefusal(code: string | undefined): string {
  const known: Record<string, [string, string]> = {
    HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `expected headers of at most ${HEADER_BYTES} bytes`],
    ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'expected the whole request within 30 s'],
  }
  const [status, message] = known[code ?? ''] ?? ['400 Bad Request', 'expected an HTTP request; got something else']
  const body = JSON.stringify({ error: message })
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`
}

async function guard(app: FastifyInstance, token: string): Promise<void> {
  const bearer = await optionalPackage('@fastify/bearer-auth', () => import('@fastify/bearer-auth'))
  await app.register(bearer.default, {
    keys: new Set([token]),
    errorResponse: () => ({
      error: 'expected the header "Authorization: Bearer <token>" with the token of this server',
    }),
  })
}

function addHealth(app: FastifyInstance, { backend, models, desk }: ServerContext): void {
  const schema = { summary: 'Whether the server is there, and what runs the kernels' }
  app.get('/health', { schema }, () => ({ status: 'ok', backend, models: models.size, requests: desk.visits }))
}

function addReports(app: FastifyInstance, { models, metrics }: ServerContext): void {
  app.get('/models', { schema: { summary: 'The models, and what each can do' } }, () => ({
    models: [...models.values()].map(described),
  }))
  app.get<{ Params: { name: string } }>('/models/:name', { schema: { summary: 'One model' } }, ({ params }) => {
    const model = models.get(params.name)
    if (model === undefined)
      throw new Refusal(404, `expected one of ${[...models.keys()].join(', ')}; got ${show(params.name)}`)
    return described(model)
  })
  app.get('/openapi.json', { schema: { summary: 'This document' } }, () => app.swagger())
  app.get('/metrics', { schema: { summary: 'Counters for Prometheus' } }, async ({ headers }, reply) => {
    if (headers.accept?.startsWith(types.json)) return metrics.registry.getMetricsAsJSON()
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

function described({ name, kind, facts, operations }: ServedModel) {
  const able = [...operationNames.filter((operation) => operations[operation] !== undefined)]
  return { name, kind, ...facts, operations: able }
}
