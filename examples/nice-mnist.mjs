// NICE on MNIST after Dinh, Krueger and Bengio (2014): additive couplings, a logistic base, dequantised digits. Prints the
// log-likelihood of every epoch, then that of the test set, draws digits, fills in hidden halves, and shows which dimensions
// matter. Takes some minutes; --long trains the paper's networks, five hidden layers of 1000 units.
import { writeFileSync } from 'node:fs'
import { nice, readMnist } from 'gibbsite'
import { cues, head, masks, oneOfEach, PIXELS, slice, tenAcross } from './support/digits.mjs'
import { plot } from './support/plot.mjs'

const quick = process.argv.includes('--quick')
const long = process.argv.includes('--long')
const [rows, epochs, hidden] = quick
  ? [1000, 2, [32, 32]]
  : long
    ? [58_000, 40, [1000, 1000, 1000, 1000, 1000]]
    : [58_000, 8, [1000, 1000, 1000]]

const { train, test } = await readMnist()
// The last digits of the training set say which epoch was best; the test set is looked at once, at the end.
const held = slice(train.images, 58_000, quick ? 500 : 2000)
const flow = nice({ dim: PIXELS, couplings: 4, hidden, seed: 1 })

// With clipped gradients and a warm-up, networks of 3 x 1000 came to 1487 nats in two epochs, without to 1336.
const settings = {
  ...{ learningRate: { initial: 1e-3, final: 1e-5 }, warmup: 100, clip: 500 },
  ...{ batch: 128, dequantize: 256, seed: 2 },
}
const curves = { training: [], 'held out': [] }
const start = performance.now()
console.log(
  'epoch  minutes  log-likelihood: training, held out (nats a digit; the paper has 1980.50 after 1,500 epochs)',
)
for await (const step of flow.fit(head(train.images, rows), { ...settings, epochs, validation: held })) {
  const { epoch, logLikelihood, validation } = step
  const minutes = (performance.now() - start) / 60_000
  curves.training.push([epoch, logLikelihood])
  curves['held out'].push([epoch, validation.logLikelihood])
  const columns = [epoch, minutes.toFixed(1), logLikelihood.toFixed(1), validation.logLikelihood.toFixed(1)]
  console.log(columns.map((text, i) => String(text).padStart([5, 9, 12, 10][i])).join(''))
}
const heights = [...curves.training, ...curves['held out']].map(([, nats]) => nats)
const [low, high] = [Math.floor(Math.min(...heights) / 100) * 100, Math.ceil(Math.max(...heights) / 100) * 100]
const axes = { x: 'epoch', y: 'log-likelihood, nats a digit', right: epochs, bottom: low, top: high }
writeFileSync('out/examples/nice-mnist-training.svg', plot(curves, axes))

const { mean, standardError } = await flow.bitsPerDim(head(test.images, quick ? 500 : 10_000), { seed: 5 })
const nats = (bits) => bits * PIXELS * Math.LN2
const scored = `${nats(8 - mean).toFixed(1)} nats, standard error ${nats(standardError).toFixed(1)}`
console.log(`test set: log-likelihood ${scored}`)

const lines = []
for (const temperature of [0.6, 0.8, 1]) lines.push(await flow.sample(20, { temperature, seed: 3 }))
writeFileSync('out/examples/nice-mnist-samples.png', tenAcross(lines))

const digits = oneOfEach(test)
const pictures = [digits]
for (const { name, known } of masks) {
  const { logProb, ...filled } = await flow.inpaint(digits, known, { steps: quick ? 20 : 500, bounds: [0, 1], seed: 4 })
  console.log(
    `${name} hidden: log-likelihood of the filled-in digits ${[...logProb].map((nats) => nats.toFixed(0)).join(' ')}`,
  )
  pictures.push(cues(digits, known), filled)
}
writeFileSync('out/examples/nice-mnist-inpainting.png', tenAcross(pictures))

// z_i = S_ii h_i: where S_ii is large h_i varies little, so 1 / S_ii says how much a dimension matters.
const { scale, order } = flow.spectrum()
const deviations = Array.from(order, (i) => 1 / scale[i])
const spectrum = { '1 / S, largest first': deviations.map((value, rank) => [rank, value]) }
const top = Math.ceil(deviations[0] * 10) / 10
writeFileSync(
  'out/examples/nice-mnist-spectrum.svg',
  plot(spectrum, { x: 'dimension, by rank', y: '1 / S', right: PIXELS, top }),
)
console.log(`spectrum: 1 / S from ${deviations[0].toFixed(3)} down to ${deviations.at(-1).toFixed(5)}`)
console.log('out/examples/nice-mnist-training.svg, out/examples/nice-mnist-spectrum.svg')
console.log('out/examples/nice-mnist-samples.png: temperatures 0.6, 0.8 and 1, two lines each')
console.log(
  `out/examples/nice-mnist-inpainting.png: digits, then hidden and filled in: ${masks.map(({ name }) => name).join(', ')}`,
)
