// The playground (playground/): static files in playground/dist, and a server for them.
import { join } from 'node:path'
import { build, preview } from 'vite'
import { outdated } from './build.mjs'
import { root, run } from './run.mjs'

const CONFIG = join(root, 'playground/vite.config.ts')
const DIGITS = 'playground/build-data/digits.png'
const SOURCES = [
  'playground/src',
  DIGITS,
  'playground/index.html',
  'playground/vite.config.ts',
  'dist',
  'package-lock.json',
]

/** playground/dist, where it is missing or older than what it is made of. */
export async function buildPlayground() {
  const script = 'scripts/playground-digits.mjs'
  if (outdated(DIGITS, [script])) run(process.execPath, [script])
  if (!outdated('playground/dist/index.html', SOURCES)) return
  console.log('building the playground')
  await build({ configFile: CONFIG, logLevel: 'warn' })
}

/** Serves playground/dist on this machine only; port 0 takes any free one. Gives the address and how to stop. */
export async function servePlayground({ port }) {
  const options = { host: '127.0.0.1', port, strictPort: port !== 0 }
  const server = await preview({ configFile: CONFIG, preview: options, logLevel: 'warn' })
  return { address: server.resolvedUrls.local[0], close: () => server.close() }
}
