import { gibbs, Rng } from 'gibbsite'
import { chart } from './chart.mjs'

const rng = new Rng(5)
const counts = Array.from({ length: 40 }, (_, year) => poissonDraw(year < 25 ? 4 : 1.5))
const sums = [0]
for (const count of counts) sums.push(sums[sums.length - 1] + count)
const run = await gibbs({
  dim: 3,
  names: ['early', 'late', 'change'],
  init: [2, 2, 20],
  conditionals: [
    ([, , change], rng) => rng.gamma(2 + sums[change], 1 + change),
    ([, , change], rng) => rng.gamma(2 + sums[40] - sums[change], 1 + 40 - change),
    ([early, late], rng) => drawChange(early, late, rng.uniform()),
  ],
  warmup: 500,
  draws: 2000,
  seed: 1,
})
const changes = run.values('change')
const share = (year) => changes.filter((change) => change === year).length / changes.length

function drawChange(early, late, u) {
  const logs = Array.from({ length: 39 }, (_, i) => sums[i + 1] * Math.log(early / late) - (i + 1) * (early - late))
  const weights = logs.map((log) => Math.exp(log - Math.max(...logs)))
  let rest = u * weights.reduce((sum, one) => sum + one)
  return 1 + weights.findIndex((weight) => (rest -= weight) <= 0)
}

function poissonDraw(mean) {
  let [count, time] = [0, rng.exponential(1)[0]]
  while (time < mean) [count, time] = [count + 1, time + rng.exponential(1)[0]]
  return count
}

export default () =>
  chart(
    [
      { mark: 'bars', rows: counts.map((count, year) => [year, count]), name: 'events of the year' },
      {
        mark: 'line',
        rows: Array.from({ length: 39 }, (_, i) => [i + 1, 10 * share(i + 1)]),
        name: 'probability of the change, times 10',
      },
    ],
    { x: { title: 'year', domain: [0, 40] }, y: { title: 'events', domain: [0, 9] } },
  )
