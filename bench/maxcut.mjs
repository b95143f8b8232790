// node bench/maxcut.mjs [sweeps]: max-cut on graphs like those of the G-set (800 units), by `anneal` and by a NumPy annealer with
// the same number of replicas, the same temperatures and a tenth of the sweeps. Prints cuts and seconds.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { anneal, load, maxCutProblem } from '../dist/index.mjs'
import { u01 } from './inputs.mjs'

const UNITS = 800
const REPLICAS = 64
const sweeps = Number(process.argv[2] ?? 5000)
const peerSweeps = Math.ceil(sweeps / 10)
const python = process.env.PYTHON ?? '/usr/bin/python3'

function randomGraph(density, seed, signed) {
  const edges = []
  for (let i = 0; i < UNITS; i++) {
    for (let j = i + 1; j < UNITS; j++) {
      const k = i * UNITS + j
      if (u01(k, seed) < density) edges.push([i, j, signed && u01(k, seed + 1) < 0.5 ? -1 : 1])
    }
  }
  return edges
}

function torus(rows, columns, seed) {
  const sign = (k) => (u01(k, seed) < 0.5 ? -1 : 1)
  return Array.from({ length: rows * columns }, (_, site) => {
    const [row, column] = [Math.floor(site / columns), site % columns]
    const right = row * columns + ((column + 1) % columns)
    const below = ((row + 1) % rows) * columns + column
    return [
      [site, right, sign(2 * site)],
      [site, below, sign(2 * site + 1)],
    ]
  }).flat()
}

const graphs = {
  'random, 6 %, weight 1 (as G1)': randomGraph(0.06, 101, false),
  'random, 6 %, weights +-1 (as G6)': randomGraph(0.06, 103, true),
  'torus 20 x 40, weights +-1 (as G11)': torus(20, 40, 105),
}

await load()
const folder = mkdtempSync(join(tmpdir(), 'gibbsite-maxcut-'))
console.log(`${REPLICAS} replicas; ${sweeps} sweeps, NumPy ${peerSweeps}\n`)
console.log('| graph | edges | cut | seconds | NumPy: cut | seconds | times as fast |\n|---|---|---|---|---|---|---|')
for (const [name, edges] of Object.entries(graphs)) {
  const problem = maxCutProblem({ units: UNITS, edges })
  const strength = Math.max(...problem.graph.offsets.slice(1).map((end, i) => end - problem.graph.offsets[i]))
  const temperature = { from: 2 * Math.sqrt(strength), to: 2 / Math.log(100) }
  const options = { replicas: REPLICAS, sweeps, temperature, seed: 1 }
  await anneal(problem, { ...options, sweeps: 1 })
  const times = []
  let best
  for (let k = 0; k < 5; k++) {
    const start = performance.now()
    best = await anneal(problem, options)
    times.push((performance.now() - start) / 1000)
  }
  const seconds = times.sort((a, b) => a - b)[2]
  const file = join(folder, 'graph.txt')
  writeFileSync(file, `${UNITS} ${edges.length}\n${edges.map(([i, j, w]) => `${i + 1} ${j + 1} ${w}`).join('\n')}\n`)
  const script = fileURLToPath(new URL('peers/maxcut_numpy.py', import.meta.url))
  const args = [script, file, REPLICAS, peerSweeps, temperature.from, temperature.to].map(String)
  const peer = JSON.parse(execFileSync(python, args, { encoding: 'utf8' }))
  const ratio = (peer.seconds / seconds).toFixed(0)
  console.log(
    `| ${name} | ${edges.length} | ${best.value} | ${seconds.toFixed(3)} | ${peer.cut} | ${peer.seconds.toFixed(1)} | ${ratio} |`,
  )
}
rmSync(folder, { recursive: true })
