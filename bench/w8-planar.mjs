// W8: 32 planar layers with the peers' parameters and rows, closed form from x to z: forward with log-determinants, and
// training steps, each forward, backward and Adam over the whole batch.
import { weights } from './inputs.mjs'

const [LAYERS, BATCH] = [32, 4096]
const STEPS = 50

function planarFlow(library, dim) {
  const flow = library.planar({ dim, layers: LAYERS, closedForm: 'density' })
  const [u, w, b] = [weights(LAYERS * dim, 21, 0.5), weights(LAYERS * dim, 22, 0.5), weights(LAYERS, 23, 0.5)]
  for (let k = 0; k < LAYERS; k++) {
    const own = (values) => values.subarray(k * dim, (k + 1) * dim)
    flow.setParameters({ [`${k}.u`]: own(u), [`${k}.w`]: own(w), [`${k}.b`]: b.subarray(k, k + 1) })
  }
  return flow
}

const rows = (dim) => ({ data: weights(BATCH * dim, 20, 1.7), shape: [BATCH, dim] })

export default [2, 64].flatMap((dim) => [
  {
    id: `W8.flow.planar.forward.d${dim}`,
    unit: 'samples/s',
    work: BATCH,
    setup(library) {
      const [flow, x] = [planarFlow(library, dim), rows(dim)]
      const out = { z: new Float32Array(BATCH * dim), logDet: new Float64Array(BATCH) }
      return () => flow.forward(x, { out })
    },
  },
  {
    id: `W8.flow.planar.train.d${dim}`,
    unit: 'samples/s',
    work: BATCH * STEPS,
    setup(library) {
      const [flow, x] = [planarFlow(library, dim), rows(dim)]
      // A `fit` can be awaited but is no promise, which the harness looks for.
      return async () => {
        await flow.fit(x, { epochs: STEPS, batch: BATCH, learningRate: 1e-4, seed: 1 })
      }
    },
  },
])
