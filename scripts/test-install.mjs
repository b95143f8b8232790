// npm run test:install: packs the package and installs it into empty folders, then runs it under every runtime it promises:
// Node 20, 22 and 24, Bun, Deno and workerd are downloaded once into .runtimes/. `npm test` has the part without a download.

import { installed, pack } from './lib/package.mjs'
import { main } from './lib/run.mjs'
import { report, runStages } from './lib/stages.mjs'
import { setup } from './setup.mjs'

await main(async () => {
  setup(['native', 'wasm', 'ts'], ['python', 'chromium'])
  const stages = [
    ['package', pack],
    ['installed', () => installed('package')],
    ['runtimes', () => installed('runtimes')],
  ]
  process.exitCode = report(await runStages(stages))
})
