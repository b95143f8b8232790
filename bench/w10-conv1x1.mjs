// W10: an invertible 1x1 convolution by LU on 64 images of 32 x 32, forward with its log-determinant.
import { weights } from './inputs.mjs'

const [IMAGES, SIDE] = [64, 32]

export default [12, 48].map((channels) => ({
  id: `W10.glow.conv1x1.c${channels}`,
  unit: 'images/s',
  work: IMAGES,
  setup({ Flow, Linear }) {
    const flow = new Flow([new Linear({ seed: 1 })], { shape: [SIDE, SIDE, channels] })
    const x = { data: weights(IMAGES * SIDE * SIDE * channels, 1, 1), shape: [IMAGES, SIDE * SIDE * channels] }
    const out = { z: new Float32Array(x.data.length), logDet: new Float64Array(IMAGES) }
    return async () => {
      const { logDet } = await flow.forward(x, { out })
      if (!Number.isFinite(logDet[0])) throw new Error('the log-determinant is not finite')
    }
  },
}))
