// W9: NICE and Real NVP of 4 couplings with nets 392 -> 1000 -> 1000 -> out (ReLU) on 784 numbers, batch 256, and one row alone.
// W9s: Real NVP of 8 couplings with nets 1 -> 64 -> 64 -> 2 on 2 numbers, batch 1024, and one row alone.
// Training is forward, backward and Adam on batches of the same size.
import { weights } from './inputs.mjs'

/** A flow of couplings of halves whose weights and biases are uniform within 1 / sqrt(inputs), PyTorch's start. */
function couplings({ Flow, Coupling, mlp, Rescale }, { dim, count, hidden, law }) {
  const net = mlp({ hidden: Array(2).fill(hidden) })
  const layers = Array.from({ length: count }, (_, i) => new Coupling({ law, net, parity: i % 2 }))
  if (law === 'additive') layers.push(new Rescale())
  const flow = new Flow(layers, { dim, seed: 1 })
  const tensors = Object.entries(flow.parameters()).filter(([name]) => name.includes('.net.'))
  let scale = 1
  flow.setParameters(
    Object.fromEntries(
      tensors.map(([name, { data, shape }], i) => {
        if (name.endsWith('weight')) scale = 1 / Math.sqrt(shape[1])
        return [name, weights(data.length, 100 + i, scale)]
      }),
    ),
  )
  return flow
}

const rowsOf = (dim, batch) => ({ data: weights(batch * dim, 20, 1.7), shape: [batch, dim] })

const pass = (id, model, what, batch) => ({
  id,
  unit: 'samples/s',
  work: batch,
  setup(library) {
    const [flow, rows] = [couplings(library, model), rowsOf(model.dim, batch)]
    const out = {
      [what === 'forward' ? 'z' : 'x']: new Float32Array(batch * model.dim),
      logDet: new Float64Array(batch),
    }
    return () => flow[what](rows, { out })
  },
})

const STEPS = 16

const training = (id, model, batch) => ({
  id,
  unit: 'samples/s',
  work: STEPS * batch,
  setup(library) {
    const [flow, rows] = [couplings(library, model), rowsOf(model.dim, STEPS * batch)]
    return async () => void (await flow.fit(rows, { epochs: 1, batch, learningRate: 1e-4, seed: 1 }))
  },
})

const large = { dim: 784, count: 4, hidden: 1000 }
const nice = { ...large, law: 'additive' }
const realNvp = { ...large, law: 'affine' }
const small = { dim: 2, count: 8, hidden: 64, law: 'affine' }

export default [
  pass('W9.flow.nice.forward.d784.b256', nice, 'forward', 256),
  pass('W9.flow.nice.inverse.d784.b256', nice, 'inverse', 256),
  training('W9.flow.nice.train.d784.b256', nice, 256),
  pass('W9.flow.realnvp.forward.d784.b256', realNvp, 'forward', 256),
  pass('W9.flow.realnvp.inverse.d784.b256', realNvp, 'inverse', 256),
  training('W9.flow.realnvp.train.d784.b256', realNvp, 256),
  pass('W9.flow.realnvp.latency.d784.b1', realNvp, 'forward', 1),
  pass('W9s.flow.realnvp_small.forward.d2.b1024', small, 'forward', 1024),
  pass('W9s.flow.realnvp_small.inverse.d2.b1024', small, 'inverse', 1024),
  training('W9s.flow.realnvp_small.train.d2.b1024', small, 1024),
  pass('W9s.flow.realnvp_small.forward.d2.b1', small, 'forward', 1),
]
