/** `gibbsite serve`: models over HTTP. */

import type { Command } from 'commander'
import { ArgumentError } from '../errors.ts'
import { readFileBounded } from '../io/files.node.ts'
import { reading } from './data.ts'
import { UsageError } from './failure.ts'
import { common, integer, nonNegative, positive, within } from './options.ts'
import { type CommonOptions, describeBackend, Session } from './session.ts'

interface ServeCommand extends CommonOptions {
  readonly host: string
  readonly port: number
  readonly tokenFile?: string
  readonly maxBody: number
  readonly maxNumbers: number
  readonly maxSeconds: number
  readonly maxRequests: number
  readonly batchWindow: number
  readonly grace: number
}

const examples = [
  'gibbsite serve out/rbm-mnist/model.safetensors',
  'gibbsite serve digits=rbm.safetensors faces=flow.safetensors --port 9000',
  'gibbsite serve model.safetensors --host 0.0.0.0 --token-file secret.txt',
  `curl -s localhost:8787/sample -H 'content-type: application/json' -d '{"chains": 2, "seed": 7}'`,
]

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve models over HTTP: samples, log-probabilities, completion, recall, Markov-chain Monte Carlo')
    .argument('[models...]', 'files of gibbsite (.safetensors), or name=file; without any, only /mcmc is served')
    .option('--host <address>', 'where to listen: the loopback unless you say otherwise', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes a free one', integer(0, 65_535), 8787)
    .option('--token-file <file>', 'ask for the token in this file (default: that in GIBBSITE_TOKEN, if any)')
    .option('--max-body <MiB>', "of a request's body", within(0.001, 1024), 4)
    .option('--max-numbers <n>', 'numbers in an answer', integer(1, 2 ** 28), 2 ** 20)
    .option('--max-seconds <s>', 'time for a request', positive, 30)
    .option('--max-requests <n>', 'requests at a time; others get 429', integer(), 1024)
    .option('--batch-window <ms>', 'requests that come within it share a run', nonNegative, 1)
    .option('--grace <s>', 'on shutdown: how long what runs may go on', nonNegative, 30)
  common(command, examples, { seeded: false }).action(serve)
}

async function serve(sources: readonly string[], options: ServeCommand): Promise<void> {
  const session = new Session(options)
  // Only here, so that no other command loads the server and its packages.
  const { makeServer } = await import('../serve/server.ts')
  const { loadModels } = await import('../serve/models.ts')
  const [token, backend] = [await tokenOf(options), await session.backend()]
  const over = new AbortController()
  const models = await reading(() => loadModels(sources, over.signal))
  const limits = limitsOf(options)
  const onFailure = (error: unknown) =>
    session.note(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const server = await makeServer({ models, backend, limits, token, onFailure })
  const address = await listen(() => server.listen(options.host, options.port), options)
  session.say(`${[...models.keys()].join(', ') || 'no models'} on ${address}, ${describeBackend(backend)}`)
  session.result({ command: 'serve', address, models: [...models.keys()], backend })
  if (token === undefined && !isLoopback(options.host)) {
    session.note('anybody who reaches this address may use the server: --token-file asks for a token')
  }
  await fired(session.signal)
  await server.close(options.grace)
  over.abort()
  session.say('all requests are answered')
}

function limitsOf({ maxBody, maxNumbers, maxSeconds, maxRequests, batchWindow }: ServeCommand) {
  return {
    bodyBytes: Math.floor(maxBody * 2 ** 20),
    numbers: maxNumbers,
    seconds: maxSeconds,
    requests: maxRequests,
    windowMilliseconds: batchWindow,
  }
}

const SHORTEST_TOKEN = 16

/** Never on the command line, where every user of the machine can read it. */
async function tokenOf({ tokenFile }: ServeCommand): Promise<string | undefined> {
  const bytes = tokenFile === undefined ? undefined : await reading(() => readFileBounded(tokenFile, 4096))
  const token = bytes === undefined ? process.env['GIBBSITE_TOKEN'] : new TextDecoder().decode(bytes).trim()
  if (token === undefined) return undefined
  if (token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token
  throw new UsageError(`expected a token of at least ${SHORTEST_TOKEN} printable characters without spaces`)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

async function listen(begin: () => Promise<string>, { host, port }: ServeCommand): Promise<string> {
  try {
    return await begin()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const known: Record<string, string> = {
      EADDRINUSE: 'something else listens there',
      EACCES: 'this user may not',
      EADDRNOTAVAIL: 'this machine has no such address',
      ENOTFOUND: 'there is no such host',
    }
    if (code === undefined || known[code] === undefined) throw error
    throw new ArgumentError(`cannot listen on ${host}, port ${port}: ${known[code]}`, { cause: error })
  }
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
