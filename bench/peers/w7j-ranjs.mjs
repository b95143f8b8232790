// The peers of W7j: random-walk Metropolis in JavaScript on the densities of bench/densities.mjs, one chain after another:
// the package ranjs, and a loop written by hand. Neither keeps draws.
//   npm install ranjs@1.24.5 && npx rolldown node_modules/ranjs/src/mc/index.js --file ranjs-mc.mjs    (elsewhere; its own
//   bundle is without the samplers)
//   RANJS=/path/to/ranjs-mc.mjs node bench/peers/w7j-ranjs.mjs
import { pathToFileURL } from 'node:url'
import { CHAINS, densities } from '../densities.mjs'
import { measure } from '../harness.mjs'

const { RWM } = await import(pathToFileURL(process.env.RANJS ?? 'ranjs-mc.mjs').href)
const context = { backend: '', threads: 1, library: undefined }

/** Without its warm-up, so that nothing is adapted; its states are not asked for, its history of 10,000 it always keeps. */
function byRanjs({ dim, step, steps, logDensity }) {
  const start = () => ({ x: new Array(dim).fill(0), internal: { proposal: new Array(dim).fill(step) } })
  return () => {
    for (let c = 0; c < CHAINS; c++) {
      const chain = new RWM(logDensity, { dim }, start())
      for (let t = 0; t < steps; t++) chain.iterate()
    }
  }
}

/** Marsaglia's (1964) polar method, the quickest exact one in plain JavaScript. */
function normals() {
  let spare = Number.NaN
  return () => {
    if (!Number.isNaN(spare)) {
      const kept = spare
      spare = Number.NaN
      return kept
    }
    for (;;) {
      const [u, v] = [2 * Math.random() - 1, 2 * Math.random() - 1]
      const s = u * u + v * v
      if (s >= 1 || s === 0) continue
      const factor = Math.sqrt((-2 * Math.log(s)) / s)
      spare = v * factor
      return u * factor
    }
  }
}

function byHand({ dim, step, steps, logDensity }) {
  const normal = normals()
  const [x, y] = [new Float64Array(dim), new Float64Array(dim)]
  return () => {
    for (let c = 0; c < CHAINS; c++) {
      x.fill(0)
      let log = logDensity(x)
      for (let t = 0; t < steps; t++) {
        for (let j = 0; j < dim; j++) y[j] = x[j] + step * normal()
        const proposed = logDensity(y)
        if (Math.log(Math.random()) >= proposed - log) continue
        x.set(y)
        log = proposed
      }
    }
  }
}

const few = (density) => ({ ...density, steps: Math.max(100, density.steps / 10) })
for (const density of densities.map(few)) {
  for (const [peer, make] of [
    ['ranjs', byRanjs],
    ['JavaScript by hand', byHand],
  ]) {
    const id = `W7j.point.${density.id}`
    const workload = { id, unit: 'evals/s', work: CHAINS * density.steps, setup: async () => make(density) }
    console.log(JSON.stringify({ ...(await measure(workload, context)), peer }))
  }
}
