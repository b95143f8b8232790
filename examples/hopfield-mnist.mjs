// Recall of digits from noisy and from half-covered cues, by Hebb's rule and by the contrastive rule, side by side.
// Images have most of their black in common, so Hebb's rule mixes them all; the contrastive rule takes them apart.
import { writeFileSync } from 'node:fs'
import { Hopfield, imageSheet, Rng, readMnist } from 'gibbsite'

const SIDE = 28
const UNITS = SIDE * SIDE
const quick = process.argv.includes('--quick')
const count = 20

const { train } = await readMnist()
// Two of each digit, the first in the file.
const chosen = [...Array(10).keys()].flatMap((digit) => {
  const found = []
  for (let i = 0; found.length < count / 10; i++) if (train.labels[i] === digit) found.push(i)
  return found
})
const patterns = chosen.map((i) =>
  Array.from(train.images.data.subarray(i * UNITS, (i + 1) * UNITS), (grey) => (grey > 0.5 ? 1 : -1)),
)

const flips = new Rng(1).bernoulli(count * UNITS, { p: 0.2 })
const noisy = patterns.map((xi, r) => xi.map((y, i) => (flips[r * UNITS + i] ? -y : y)))
const covered = patterns.map((xi) => xi.map((y, i) => (i < UNITS / 2 ? y : -1)))

const contrastive = { rule: 'contrastive', noise: 0.2, epochs: quick ? 100 : 400, seed: 2 }
const rows = { digits: patterns, noisy }
for (const [name, how] of Object.entries({ Hebb: { rule: 'hebbian' }, contrastive })) {
  const net = new Hopfield({ units: UNITS })
  await net.store(patterns, how)
  for (const [cue, probes] of Object.entries({ noisy, covered })) {
    const { states } = await net.recall(probes, { order: 'random', seed: 3 })
    const recalled = patterns.map((_, r) => Array.from(states.data.subarray(r * UNITS, (r + 1) * UNITS)))
    const right = recalled.map((y, r) => y.filter((value, i) => value === patterns[r][i]).length / UNITS)
    const whole = right.filter((share) => share === 1).length
    const mean = right.reduce((a, b) => a + b, 0) / count
    console.log(
      `${name}, ${cue} cues: ${whole} of ${count} digits recalled whole, ${(100 * mean).toFixed(1)} % of the pixels right`,
    )
    rows[`${name}, ${cue}`] = recalled
  }
}
const order = ['digits', 'noisy', 'Hebb, noisy', 'contrastive, noisy']
const sheet = [...order.map((name) => rows[name]), covered, rows['Hebb, covered'], rows['contrastive, covered']]
const cells = sheet.flatMap((line) => line.filter((_, r) => r % 2 === 0).map((y) => y.map((value) => (value + 1) / 2)))
writeFileSync(
  'out/examples/hopfield-mnist.png',
  imageSheet(cells, { height: SIDE, width: SIDE, columns: 10, gap: 3, scale: 2 }),
)
console.log(
  `out/examples/hopfield-mnist.png, line by line: ${order.join(' | ')} | covered | Hebb, covered | contrastive, covered`,
)
