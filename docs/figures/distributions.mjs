import { fromDensity } from 'gibbsite'
import { chart, curve, histogram } from './chart.mjs'

const interval = { low: 0, high: 10 }
const wave = fromDensity({ density: (x) => 1 + Math.sin(x) ** 3, ...interval })
const draws = wave.sample(100_000, { seed: 1 })

export default () =>
  chart(
    [
      { mark: 'bars', rows: histogram(draws, { ...interval, bins: 50 }), name: '100,000 draws' },
      { mark: 'line', rows: curve((x) => wave.pdf(x), interval), name: 'density' },
    ],
    { x: { title: 'x', domain: [0, 10] }, y: { title: 'density', domain: [0, 0.2] } },
  )
