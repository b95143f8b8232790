// W3: block Gibbs sampling of an RBM 784 x 500, 100 sweeps of 512 or 64 chains.
import { h32, weights } from './inputs.mjs'

const [V, H, SWEEPS] = [784, 500, 100]

const gibbs = (chains) => ({
  id: `W3.rbm.gibbs.784x500.b${chains}`,
  unit: 'chain-sweeps/s',
  work: chains * SWEEPS,
  setup({ RBM }) {
    const rbm = new RBM({ visible: V, hidden: H, seed: 0 })
    rbm.setParameters({ weights: { data: weights(V * H, 1, 0.1), shape: [V, H] } })
    const init = { data: Float32Array.from({ length: chains * V }, (_, i) => h32(i, 2) >>> 31), shape: [chains, V] }
    let seed = 1
    return async () => {
      const { states } = await rbm.sample({ chains, sweeps: SWEEPS, init, seed: seed++ })
      const on = states.data.reduce((sum, bit) => sum + bit, 0) / states.data.length
      if (!(on > 0.4 && on < 0.6)) throw new Error(`the chains went astray: ${on} of the units are on`)
    }
  },
})

export default [gibbs(512), gibbs(64)]
