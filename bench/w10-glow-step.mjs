// W10: one step of Glow (actnorm, 1x1 convolution, affine coupling with a 3x3(512)-1x1(512)-3x3 net) on 16 images of
// 16 x 16 x 12: forward with log-determinants, and training (forward, backward, Adam).
import { weights } from './inputs.mjs'

const [SIDE, CHANNELS, HIDDEN, BATCH, STEPS] = [16, 12, 512, 16, 16]

function glowStep({ Flow, Actnorm, Linear, Coupling, convNet }) {
  const net = convNet({ hidden: [HIDDEN, HIDDEN] })
  const layers = [new Actnorm(), new Linear({ seed: 1 }), new Coupling({ mask: 'channels', net })]
  return new Flow(layers, { shape: [SIDE, SIDE, CHANNELS], seed: 1 })
}

const images = (count) => ({
  data: weights(count * SIDE * SIDE * CHANNELS, 20, 1.7),
  shape: [count, SIDE * SIDE * CHANNELS],
})

export default [
  {
    id: 'W10.glow.step.forward',
    unit: 'images/s',
    work: BATCH,
    setup(library) {
      const [flow, x] = [glowStep(library), images(BATCH)]
      const out = { z: new Float32Array(x.data.length), logDet: new Float64Array(BATCH) }
      return () => flow.forward(x, { out })
    },
  },
  {
    id: 'W10.glow.step.train',
    unit: 'images/s',
    work: STEPS * BATCH,
    setup(library) {
      const [flow, x] = [glowStep(library), images(STEPS * BATCH)]
      return async () => void (await flow.fit(x, { epochs: 1, batch: BATCH, learningRate: 1e-4, seed: 1 }))
    },
  },
]
