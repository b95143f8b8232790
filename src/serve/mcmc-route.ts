/** The route of `/mcmc`. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ArgumentError, show } from '../errors.ts'
import { type ServerContext, visitOf } from './context.ts'
import type { Visit } from './desk.ts'
import { encode, formatFor, types } from './formats.ts'
import { blockAnswer, type McmcJob, mcmcAnswer, mcmcEnd, readMcmc, runMcmc } from './mcmc.ts'
import type { Fields } from './operation.ts'
import { send } from './operations.ts'
import { bodySchemas, summaries } from './schemas.ts'
import { lines } from './stream.ts'

export function addMcmc(app: FastifyInstance, context: ServerContext): void {
  const schema = { summary: summaries.mcmc, body: bodySchemas(context.limits).mcmc, consumes: [types.json] }
  const onRun = context.metrics.runs('', 'mcmc')
  app.post('/mcmc', { schema }, (request, reply) => serve(context, onRun, request, reply))
}

async function serve(
  context: ServerContext,
  onRun: ReturnType<ServerContext['metrics']['runs']>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const format = formatFor(request.headers.accept)
  const visit = visitOf(context.desk, reply.raw)
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ArgumentError(`expected a JSON object as body; got ${show(body)}`)
  }
  const job = readMcmc(body as Fields, context.limits)
  if (format === 'ndjson') return send(reply, streamed(job, context, visit), { 'content-type': types.ndjson })
  const answer = await context.desk.run(async () => {
    visit.signal.throwIfAborted()
    const start = performance.now()
    const run = await runMcmc(job, { signal: visit.signal })
    onRun(1, job.chains * job.draws, (performance.now() - start) / 1000)
    return mcmcAnswer(job, run)
  })
  const { body: bytes, headers } = await encode(format, answer, {})
  return send(reply, bytes, headers)
}

/** Blocks of draws as they come, then the summary. */
function streamed(job: McmcJob, { desk }: ServerContext, { signal }: Visit): AsyncIterable<Buffer> {
  const produce: Parameters<typeof lines>[0] = ({ tell, onProgress }) =>
    desk.run(async () => {
      signal.throwIfAborted()
      const run = runMcmc(job, { signal, onProgress })
      for await (const block of run) await tell('draws', blockAnswer(block))
      await tell('summary', await mcmcEnd(job, await run))
    })
  return lines(produce, signal)
}
