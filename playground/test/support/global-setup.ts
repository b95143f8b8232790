/** Before all specs of the playground: builds it, serves it in a folder of a server, and starts one Chromium for all. */

import { chromium } from 'playwright'
import type { TestProject } from 'vitest/node'
import { buildPlayground, servePlayground } from '../../../scripts/lib/playground.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the playground. */
    address: string
    /** Where the browser listens. */
    browser: string
  }
}

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildPlayground()
  const { address, close } = await servePlayground({ port: 0 })
  const executablePath = process.env['CHROMIUM'] || '/usr/bin/chromium'
  const server = await chromium.launchServer({ executablePath, args: FLAGS.split(' ') })
  project.provide('address', address!)
  project.provide('browser', server.wsEndpoint())
  return async () => {
    await server.close()
    await close()
  }
}
