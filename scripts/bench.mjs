// npm run bench: sets up, then measures the workloads in bench/. Arguments go there.
import { join } from 'node:path'
import { main, root, tryRun } from './lib/run.mjs'
import { setup } from './setup.mjs'

await main(() => {
  setup(['native', 'wasm', 'ts'])
  process.exitCode = tryRun(process.execPath, [join(root, 'bench/run.mjs'), ...process.argv.slice(2)]) === 0 ? 0 : 1
})
