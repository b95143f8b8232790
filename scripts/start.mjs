// npm start: sets up, then trains an RBM on MNIST and writes a report. Further arguments go to the command.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { main, root } from './lib/run.mjs'
import { setup } from './setup.mjs'

const DEMONSTRATION = ['train', 'rbm', '--mnist', '--out', 'out/rbm-mnist']

await main(async () => {
  setup(['native', 'ts'])
  const command = [join(root, 'dist/cli.mjs'), ...DEMONSTRATION, ...process.argv.slice(2)]
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' })
  // The terminal sends Ctrl-C to the command too, which then saves the model: wait for it.
  process.on('SIGINT', () => {})
  process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
})
