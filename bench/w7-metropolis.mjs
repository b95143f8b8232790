// W7: random-walk Metropolis, 64 chains from the origin, with the peers' steps and no adaptation. Like the peers' runs, the
// timed ones keep the last states only; `.ess` is the rate times the effective draws a step of one run that keeps all.
import { batches, CHAINS, densities } from './densities.mjs'

/** Steps that an effective sample size leaves out at first, as the peers do. */
const SETTLING = 2000

const settings = ({ dim, step }) => ({
  chains: CHAINS,
  warmup: 0,
  adapt: false,
  proposal: { kind: 'random-walk', shape: 'isotropic', step },
  init: new Float64Array(dim),
  seed: 1,
})

export function workload(id, density, targetOf, steps = density.steps) {
  return {
    id,
    unit: 'evals/s',
    work: CHAINS * steps,
    setup(library) {
      const target = targetOf(library)
      return async () => {
        const run = await library.metropolis({ target, ...settings(density), draws: 10, thin: steps / 10 })
        if (!run.data.every(Number.isFinite)) throw new Error('a chain was lost')
      }
    },
  }
}

/** Median over every tenth coordinate of the bulk effective sample size, per step of a chain. */
async function effectivePerStep(library, density) {
  const { steps } = density
  const target = density.builtIn(library)
  const { data, shape } = await library.metropolis({ target, ...settings(density), draws: steps })
  const dim = shape[2]
  const kept = steps - SETTLING
  const sizes = []
  for (let j = 0; j < dim; j += 10) {
    const one = Float64Array.from({ length: CHAINS * kept }, (_, k) => {
      const [chain, draw] = [Math.floor(k / kept), SETTLING + (k % kept)]
      return data[(chain * steps + draw) * dim + j]
    })
    const draws = { data: one, shape: [CHAINS, kept, 1], names: ['x'] }
    sizes.push(library.ess(draws).values[0])
  }
  return sizes.sort((a, b) => a - b)[sizes.length >> 1] / (CHAINS * kept)
}

function effectiveSize(density) {
  const { work, setup } = workload('', density, density.builtIn)
  return {
    id: `W7.mh.${density.id}.ess`,
    unit: 'ESS/s',
    async samples({ library, repetitions }) {
      const each = await effectivePerStep(library, density)
      const run = setup(library)
      await run()
      const values = []
      for (let i = 0; i < repetitions; i++) {
        const start = performance.now()
        await run()
        values.push((each * work) / ((performance.now() - start) / 1000))
      }
      return values
    },
  }
}

/** JavaScript densities are slower: fewer steps, the same rate. */
const scripted = (density) => Math.max(100, density.steps / 10)

export default [
  ...densities.map((density) => workload(`W7.mh.${density.id}`, density, density.builtIn)),
  effectiveSize(densities[0]),
  ...densities.map((density) => {
    const { dim, logDensity } = density
    return workload(`W7j.point.${density.id}`, density, () => ({ dim, logDensity }), scripted(density))
  }),
  ...densities.map((density) => {
    const target = () => ({ dim: density.dim, logDensityBatch: batches[density.id] })
    return workload(`W7j.batch.${density.id}`, density, target, scripted(density))
  }),
]
