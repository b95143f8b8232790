// How many random patterns a Hopfield network of 500 units holds, by each learning rule; in the contrastive rule dynamics of one
// sweep against dynamics that run to their end; spurious attractors before and after it. Prints tables, writes
// out/examples/hopfield-capacity.svg. Takes some minutes.
import { writeFileSync } from 'node:fs'
import { Hopfield, Rng } from 'gibbsite'
import { plot } from './support/plot.mjs'

const quick = process.argv.includes('--quick')
const units = quick ? 200 : 500
const loads = quick ? [0.1, 0.5] : [0.05, 0.1, 0.14, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
const epochs = quick ? 50 : 100
const rules = {
  Hebb: { rule: 'hebbian' },
  Storkey: { rule: 'storkey' },
  'pseudo-inverse': { rule: 'pseudo-inverse' },
  unlearning: { rule: 'unlearning', seed: 2 },
  contrastive: { rule: 'contrastive', noise: 0.01, epochs, seed: 2 },
  'contrastive, to the end': { rule: 'contrastive', noise: 0.01, epochs, steps: Number.POSITIVE_INFINITY, seed: 2 },
  'contrastive, no noise': { rule: 'contrastive', noise: 0, epochs, seed: 2 },
}

const patternsOf = (count, seed) => ({
  data: Float32Array.from(new Rng(seed).bernoulli(count * units), (bit) => 2 * bit - 1),
  shape: [count, units],
})

/** Bits wrong after recall from the patterns themselves, and patterns that stay. */
async function held(net, patterns) {
  const { states, flips } = await net.recall(patterns, { order: 'random', seed: 3, maxSweeps: 200 })
  const wrong = states.data.reduce((sum, y, k) => sum + (y !== patterns.data[k] ? 1 : 0), 0)
  return { wrong: wrong / states.data.length, fixed: flips.filter((n) => n === 0).length / flips.length }
}

async function stored(how, patterns) {
  const net = new Hopfield({ units })
  try {
    await net.store(patterns, how)
  } catch (error) {
    if (error.name !== 'DependentPatternsError') throw error
    return undefined // N random patterns of N bits may be dependent
  }
  return net
}

const header = (cells) => `| ${cells.join(' | ')} |\n|${cells.map(() => '---').join('|')}|`
const percent = (x) => (x === undefined ? 'dependent' : `${(100 * x).toFixed(1)}`)

console.log(
  `Random patterns in ${units} units: bits wrong after recall from the pattern itself, in per cent (patterns that are fixed points)\n`,
)
console.log(header(['load', ...Object.keys(rules)]))
const curves = Object.fromEntries(Object.keys(rules).map((name) => [name, []]))
const limit = {}
for (const load of loads) {
  const patterns = patternsOf(Math.round(load * units), 1)
  const cells = []
  for (const [name, how] of Object.entries(rules)) {
    const net = await stored(how, patterns)
    const { wrong, fixed } = net ? await held(net, patterns) : {}
    cells.push(net ? `${percent(wrong)} (${percent(fixed)})` : percent(undefined))
    if (net) curves[name].push([load, fixed])
    if (fixed >= 0.95) limit[name] = load
  }
  console.log(`| ${load} | ${cells.join(' | ')} |`)
}
console.log(`\nThe largest load tried at which 95 % of the patterns are fixed points:`)
for (const name of Object.keys(rules)) console.log(`  ${name.padEnd(24)} ${limit[name] ?? `below ${loads[0]}`}`)
const labels = { x: `load: patterns / ${units} units`, y: 'patterns that are fixed points' }
writeFileSync('out/examples/hopfield-capacity.svg', plot(curves, labels))

console.log(
  `\nHow the noise of the starts and the length of the dynamics shape the valleys: ${Math.round(0.1 * units)} patterns\n`,
)
console.log(header(['noise', 'dynamics', 'fixed points, %', 'basin radius', 'spurious states', 'seconds']))
const few = patternsOf(Math.round(0.1 * units), 4)
const measure = async (label, how) => {
  const start = performance.now()
  const net = await stored(how, few)
  const seconds = (performance.now() - start) / 1000
  const { fixedPoints, basinRadius, attractors } = await net.report(undefined, { starts: quick ? 50 : 500, seed: 5 })
  const spurious = `${attractors.spurious} of ${attractors.starts} starts`
  console.log(`| ${label} | ${percent(fixedPoints)} | ${basinRadius} | ${spurious} | ${seconds.toFixed(2)} |`)
}
await measure('- | Hebb, before', { rule: 'hebbian' })
for (const noise of quick ? [0.2] : [0.02, 0.05, 0.2, 0.3, 0.4]) {
  for (const [name, steps] of [
    ['one sweep', 1],
    ['to the end', Number.POSITIVE_INFINITY],
  ]) {
    await measure(`${noise} | ${name}`, { rule: 'contrastive', noise, epochs, steps, seed: 2 })
  }
}
console.log('\nout/examples/hopfield-capacity.svg')
