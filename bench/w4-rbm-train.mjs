// W4: one epoch of CD-1 and of PCD-1 (100 chains) over 60,000 rows of density 0.13, 784 x 500, batches of 100.
import { u01, weights } from './inputs.mjs'

const [ROWS, V, H] = [60_000, 784, 500]

const epoch = (name, method) => ({
  id: `W4.rbm.${name}_epoch`,
  unit: 'examples/s',
  work: ROWS,
  setup({ RBM }) {
    const data = {
      data: Float32Array.from({ length: ROWS * V }, (_, i) => (u01(i, 3) < 0.13 ? 1 : 0)),
      shape: [ROWS, V],
    }
    const start = { data: weights(V * H, 1, 0.01), shape: [V, H] }
    const options = { method, epochs: 1, learningRate: 0.05, centred: false, initBias: false, monitor: 0, seed: 1 }
    return async () => {
      const rbm = new RBM({ visible: V, hidden: H, seed: 0 })
      rbm.setParameters({ weights: start })
      await rbm.fit(data, options)
      if (!Number.isFinite(rbm.parameters().visibleBias[0])) throw new Error('training diverged')
    }
  },
})

export default [epoch('cd1', 'cd'), epoch('pcd1', 'pcd')]
