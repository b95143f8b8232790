// node bench/run.mjs [ID-PREFIX ...] [--backend native|wasm] [--threads n] [--peers]
// Prints one JSON line for each workload (WORKLOADS.md); with --peers also those of ../shared/peers, and a table of ratios.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure } from './harness.mjs'

const { values: options, positionals: prefixes } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string' }, threads: { type: 'string' }, peers: { type: 'boolean', default: false } },
})

const library = await import('../dist/index.mjs')
const loaded = await library.load({
  backend: options.backend ?? 'auto',
  ...(options.threads && { threads: Number(options.threads) }),
})
if (loaded.reason) console.error(`native code did not load: ${loaded.reason}`)
console.error(`${loaded.name} (${loaded.simd}), ${loaded.threads} thread${loaded.threads === 1 ? '' : 's'}`)

// W1 is not meant to be a prefix of W12.
const begins = (id, prefix) => id.startsWith(prefix) && !/^\d/.test(id.slice(prefix.length))
const wanted = ({ id }) => prefixes.length === 0 || prefixes.some((prefix) => begins(id, prefix))
const context = { library, backend: loaded.name, threads: loaded.threads }
const own = []
for (const workload of (await allWorkloads()).filter(wanted)) {
  // With peers a workload and its peers come in turn, so that they meet the same moods of the machine.
  const line = await measure(workload, context)
  console.log(JSON.stringify(line))
  own.push({ line, peers: options.peers ? peersOf(workload.id) : [] })
}
if (options.peers) printRatios(own)

/** Every file w*.mjs in this folder exports its workloads as default. */
async function allWorkloads() {
  const files = readdirSync(new URL('.', import.meta.url)).filter((file) => /^w\d+.*\.mjs$/.test(file))
  files.sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10))
  const modules = await Promise.all(files.map((file) => import(new URL(file, import.meta.url).href)))
  return modules.flatMap((module) => module.default)
}

/** The peers' lines for one workload; none where their folder is not there. */
function peersOf(id) {
  const script = fileURLToPath(new URL('../../shared/peers/run_all.sh', import.meta.url))
  if (!existsSync(script)) {
    console.error(`no peers: ${script} is not there`)
    return []
  }
  const env = { ...process.env, BENCH_ONLY: id, BENCH_THREADS: process.env.BENCH_THREADS ?? '1,2' }
  const { stdout } = spawnSync('bash', [script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  })
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const parsed = lines.map((line) => JSON.parse(line)).filter(({ workload, value }) => workload === id && value > 0)
  for (const line of parsed) console.log(JSON.stringify(line))
  return parsed
}

function printRatios(rows) {
  console.log('\n| workload | gibbsite | fastest peer | its value | ratio |\n| --- | ---: | --- | ---: | ---: |')
  for (const { line, peers } of rows) {
    // Times (ms) are better when small, rates when large.
    const better = line.unit === 'ms' ? (a, b) => a.value - b.value : (a, b) => b.value - a.value
    const best = [...peers].sort(better)[0]
    const ratio = best && (line.unit === 'ms' ? best.value / line.value : line.value / best.value)
    const peer = best ? `${best.peer}, ${best.threads} threads | ${best.value} | ${ratio.toFixed(2)}` : 'none | | '
    console.log(`| ${line.workload} | ${line.value} ${line.unit} | ${peer} |`)
  }
}
