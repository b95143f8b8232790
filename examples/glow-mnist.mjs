// Glow on MNIST after Kingma and Dhariwal (2018): two scales, actnorm, invertible 1x1 convolutions and convolutional
// couplings, conditioned on the digit. Prints bits per dimension of every epoch and of the test set, then draws digits at
// several temperatures and leads from one digit to another. Takes some minutes; --long trains a larger network for longer.
import { writeFileSync } from 'node:fs'
import { glow, oneHot, readMnist } from 'gibbsite'
import { head, oneOfEach, PIXELS, SIDE, slice, tenAcross } from './support/digits.mjs'

const quick = process.argv.includes('--quick')
const long = process.argv.includes('--long')
const { rows, epochs, steps, hidden, batch } = quick
  ? { rows: 128, epochs: 1, steps: 1, hidden: [8, 8], batch: 32 }
  : long
    ? { rows: 58_000, epochs: 15, steps: 8, hidden: [64, 64], batch: 64 }
    : { rows: 58_000, epochs: 5, steps: 4, hidden: [64, 64], batch: 64 }

const { train, test } = await readMnist()
// The last digits of the training set say which epoch was best; the test set is looked at once, at the end.
const held = quick ? 100 : 2000
const flow = glow({ shape: [SIDE, SIDE], levels: 2, steps, hidden, context: 10, seed: 1 })

const start = performance.now()
const bits = (nats) => Math.log2(256) - nats / (PIXELS * Math.LN2)
console.log('epoch  minutes  bits per dimension: training, held out')
for await (const { epoch, logLikelihood, validation } of flow.fit(head(train.images, rows), {
  context: oneHot(train.labels.subarray(0, rows), 10),
  validation: slice(train.images, 58_000, held),
  validationContext: oneHot(train.labels.subarray(58_000, 58_000 + held), 10),
  ...{ epochs, batch, learningRate: { initial: 1e-3, final: 1e-5 }, warmup: 100, clip: 100, dequantize: 256, seed: 2 },
})) {
  const minutes = (performance.now() - start) / 60_000
  const columns = [epoch, minutes.toFixed(1), bits(logLikelihood).toFixed(4), bits(validation.logLikelihood).toFixed(4)]
  console.log(columns.map((text, i) => String(text).padStart([5, 9, 12, 10][i])).join(''))
}
const all = { data: test.images.data, shape: test.images.shape }
const scored = quick ? head(all, held) : all
const labels = oneHot(test.labels.subarray(0, scored.shape[0]), 10)
const { mean, standardError } = await flow.bitsPerDim(scored, { context: labels, seed: 3 })
console.log(`test set: ${mean.toFixed(4)} bits per dimension, standard error ${standardError.toFixed(4)}`)

const kinds = oneHot([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10)
const temperatures = [0.5, 0.6, 0.7, 0.8, 0.9, 1]
const lines = []
for (const temperature of temperatures) lines.push(await flow.sample(10, { context: kinds, temperature, seed: 4 }))
writeFileSync('out/examples/glow-mnist-samples.png', tenAcross(lines))

const digits = oneOfEach(test)
const next = {
  data: Float32Array.from([...digits.data.subarray(PIXELS), ...digits.data.subarray(0, PIXELS)]),
  shape: [10, PIXELS],
}
writeFileSync(
  'out/examples/glow-mnist-interpolation.png',
  tenAcross([await flow.interpolate(digits, next, { context: kinds, steps: 10 })]),
)
console.log(`out/examples/glow-mnist-samples.png: temperatures ${temperatures.join(', ')}, a line each`)
console.log('out/examples/glow-mnist-interpolation.png: each line leads from one digit to the next')
