// Flows in the plane. Real NVP learns eight Gaussians and two moons from points; planar flows learn the four test energies of
// Rezende and Mohamed (2015) from their formulas alone. Prints how near each comes and draws the densities. Takes some
// minutes.
import { writeFileSync } from 'node:fs'
import { Actnorm, Coupling, eightGaussians, Flow, importance, mlp, planar, testEnergyTarget, twoMoons } from 'gibbsite'
import { fromLogDensity, fromPoints, grid, planeSheet } from './support/plane.mjs'

const quick = process.argv.includes('--quick')
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length

/** Real NVP as `realNVP` makes it, and an `Actnorm` before every coupling as in the paper's normalised networks. */
function network() {
  const net = mlp({ hidden: quick ? [16] : [64, 64], activation: 'silu' })
  const couplings = Array.from({ length: quick ? 4 : 16 }, (_, i) => [
    new Actnorm(),
    new Coupling({ law: 'affine', mask: 'odd-even', parity: i % 2 === 0 ? 0 : 1, net }),
  ])
  return new Flow(couplings.flat(), { dim: 2, seed: 4 })
}

/** Trains on points and measures the Kullback-Leibler divergence from the truth by other points. */
async function learn(name, truth, { reach, epochs }) {
  const [rows, held] = quick ? [1000, 1000] : [500_000, 50_000]
  const data = { data: Float32Array.from(truth.sample(rows, { seed: 1 })), shape: [rows, 2] }
  const test = { data: Float32Array.from(truth.sample(held, { seed: 2 })), shape: [held, 2] }
  const validation = { data: Float32Array.from(truth.sample(held, { seed: 3 })), shape: [held, 2] }
  const flow = network()
  const pace = { epochs: quick ? 2 : epochs, batch: 1024, warmup: 200, clip: 1 }
  const learningRate = { initial: 5e-3, final: 1e-5, schedule: 'cosine' }
  const start = performance.now()
  const { best } = await flow.fit(data, { ...pace, learningRate, validation, seed: 5 })
  const seconds = (performance.now() - start) / 1000
  const [own, known] = [await flow.logProb(test), truth.logPdf(test.data)]
  const differences = Array.from(known, (value, i) => value - own[i])
  const kl = mean(differences)
  const error = Math.sqrt(mean(differences.map((value) => (value - kl) ** 2)) / held)
  console.log(
    `${name}: KL from the truth ${kl.toFixed(4)} nats, standard error ${error.toFixed(4)}; best epoch ${best.epoch}; ${seconds.toFixed(0)} s`,
  )
  const points = grid(reach)
  const density = fromLogDensity(await flow.logProb(points))
  return [
    fromLogDensity(truth.logPdf(points.data)),
    density,
    fromPoints(await flow.sample(quick ? 5000 : 200_000, { seed: 6 }), reach),
  ]
}

const learnt = [
  ...(await learn('eight Gaussians', eightGaussians(), { reach: 3, epochs: 60 })),
  ...(await learn('two moons', twoMoons(), { reach: 2.5, epochs: 12 })),
]
writeFileSync('out/examples/flow-2d-points.png', planeSheet(learnt, 3))
console.log('out/examples/flow-2d-points.png: the truth, the density of Real NVP, its samples')

const REACH = 4.5
const points = grid(REACH)
const cell = (2 * REACH) ** 2 / points.shape[0]
const energies = { steps: quick ? 200 : 10_000, batch: quick ? 128 : 512, draws: quick ? 1000 : 100_000 }
const pictures = { targets: [], flows: [] }
for (const energy of ['U1', 'U2', 'U3', 'U4']) {
  const target = testEnergyTarget({ energy })
  const flow = planar({ dim: 2, layers: quick ? 8 : 32, seed: 1 })
  const start = performance.now()
  const { steps, batch, draws } = energies
  await flow.fitDensity(target, { steps, batch, seed: 2 })
  const seconds = (performance.now() - start) / 1000
  const { logNormalizer, ess } = await importance({ target, proposal: flow, draws, seed: 3 })
  const logDensity = target.logDensity(points)
  const logZ = Math.log(cell * logDensity.reduce((sum, value) => sum + Math.exp(value), 0))
  console.log(
    `${energy}: log Z ${logNormalizer.value.toFixed(4)} by ${draws} draws of the flow, ${logZ.toFixed(4)} by quadrature; ` +
      `effective draws ${((100 * ess) / draws).toFixed(1)} %; ${seconds.toFixed(0)} s`,
  )
  pictures.targets.push(fromLogDensity(logDensity))
  pictures.flows.push(fromLogDensity(await flow.logProb(points)))
}
writeFileSync('out/examples/flow-2d-energies.png', planeSheet([...pictures.targets, ...pictures.flows], 4))
console.log('out/examples/flow-2d-energies.png: U1 to U4, and below them the planar flows')
