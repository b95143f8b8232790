// How many random patterns a Hopfield network of 500 units holds, by each learning rule; in the contrastive rule dynamics of one
// sweep against dynamics that run to their end; spurious attractors before and after it. Prints tables, writes
// out/examples/hopfield-errors.svg and hopfield-capacity.svg. Takes some minutes.
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
async function recalled(net, patterns) {
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
const empty = () => Object.fromEntries(Object.keys(rules).map((name) => [name, []]))
const [errors, held] = [empty(), empty()]
const limit = {}
for (const load of loads) {
  const patterns = patternsOf(Math.round(load * units), 1)
  const cells = []
  for (const [name, how] of Object.entries(rules)) {
    const net = await stored(how, patterns)
    const { wrong, fixed } = net ? await recalled(net, patterns) : {}
    cells.push(net ? `${percent(wrong)} (${percent(fixed)})` : percent(undefined))
    if (net) errors[name].push([load, wrong])
    if (net) held[name].push([load, fixed])
    if (fixed >= 0.95) limit[name] = load
  }
  console.log(`| ${load} | ${cells.join(' | ')} |`)
}
console.log(`\nThe largest load tried at which 95 % of the patterns are fixed points:`)
for (const name of Object.keys(rules)) console.log(`  ${name.padEnd(24)} ${limit[name] ?? `below ${loads[0]}`}`)
const x = `load: patterns / ${units} units`
writeFileSync('out/examples/hopfield-errors.svg', plot(errors, { x, y: 'bits wrong after recall', top: 0.5 }))
writeFileSync('out/examples/hopfield-capacity.svg', plot(held, { x, y: 'patterns that are fixed points' }))

console.log('\nSpurious attractors, from random starts, before and after contrastive learning from noisy starts\n')
console.log(
  header([
    'patterns',
    'rule',
    'fixed points, %',
    'basin radius',
    'starts that end in a spurious one, %',
    'different ones',
  ]),
)
const starts = quick ? 50 : 2000
const deep = { rule: 'contrastive', noise: 0.4, epochs: quick ? 50 : 300, seed: 2 }
const before = { Hebb: { rule: 'hebbian' } }
const after = { contrastive: deep, 'contrastive, to the end': { ...deep, steps: Number.POSITIVE_INFINITY } }
for (const count of quick ? [10] : [5, 10, 25, 50]) {
  for (const [name, how] of Object.entries({ ...before, ...after })) {
    const net = await stored(how, patternsOf(count, 4))
    const { fixedPoints, basinRadius, attractors } = await net.report(undefined, { starts, seed: 5 })
    const { spurious, spuriousRate } = attractors
    console.log(
      `| ${count} | ${name} | ${percent(fixedPoints)} | ${basinRadius} | ${percent(spuriousRate)} | ${spurious} |`,
    )
  }
}
console.log('\nout/examples/hopfield-errors.svg, out/examples/hopfield-capacity.svg')
