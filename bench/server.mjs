// The server against Flask and scikit-learn: an RBM 784 x 500, 10 sweeps, one sample a request, 64 connections on loopback.
//   node bench/server.mjs [seconds] [window in ms, ...]      needs wrk, gunicorn, flask and scikit-learn (Debian packages)
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output, root } from '../scripts/lib/run.mjs'
import { startServer } from '../scripts/lib/served.mjs'

const [seconds = 30, ...windows] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'gibbsite-bench-'))
const PEER_PORT = 8788
const REQUEST = `wrk.method = "POST"
wrk.body = '{"sweeps": 10}'
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`

/** Requests a second, and milliseconds of latency. */
function load(url) {
  const script = join(folder, 'request.lua')
  writeFileSync(script, REQUEST)
  const text = output('wrk', ['-t1', '-c64', `-d${seconds}s`, '--timeout', '10s', '-s', script, `${url}/sample`])
  const [requests, microseconds, p50, p99, errors] = /RESULT (.+)/.exec(text)[1].split(' ').map(Number)
  return { perSecond: requests / (microseconds / 1e6), p50: p50 / 1000, p99: p99 / 1000, errors }
}

async function saveModel() {
  const { encodeNpy, RBM } = await import(join(root, 'dist/index.mjs'))
  const rbm = new RBM({ visible: 784, hidden: 500, seed: 1, weightScale: 0.05 })
  await rbm.save(join(folder, 'rbm.safetensors'))
  writeFileSync(join(folder, 'weights.npy'), encodeNpy(rbm.parameters().weights))
}

async function ours(window) {
  const words = window === undefined ? [] : ['--batch-window', String(window)]
  const server = await startServer([join(folder, 'rbm.safetensors'), ...words])
  await fetch(`${server.url}/sample`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  const result = load(server.url)
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const total = (name) => Number(new RegExp(`gibbsite_run_requests_${name}\\{.*\\} (\\d+)`).exec(metrics)[1])
  await server.stop()
  return { ...result, requestsInARun: total('sum') / total('count') }
}

/** Two workers of one thread each, for two cores. */
async function flask() {
  const env = { ...process.env, PEER_MODEL: join(folder, 'weights.npy'), OPENBLAS_NUM_THREADS: '1' }
  const words = ['-m', 'gunicorn', '--workers', '2', '--bind', `127.0.0.1:${PEER_PORT}`, 'server_flask:app']
  const child = spawn('/usr/bin/python3', words, { cwd: join(root, 'bench/peers'), env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${PEER_PORT}`
  while (!(await fetch(url).catch(() => undefined))) await new Promise((resolve) => setTimeout(resolve, 200))
  try {
    return load(url)
  } finally {
    child.kill()
    await ended
  }
}

try {
  await saveModel()
  for (const window of windows.length > 0 ? windows : [undefined]) {
    console.log(`gibbsite serve, window ${window ?? 'as usual'}`, await ours(window))
  }
  console.log('Flask and scikit-learn', await flask())
} finally {
  rmSync(folder, { recursive: true, force: true })
}
