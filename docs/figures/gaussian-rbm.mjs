import { GaussianRBM, Rng } from 'gibbsite'
import { chart } from './chart.mjs'

const centres = [
  [180, 80, 45],
  [120, 25, 8],
  [165, 60, 75],
]
const rng = new Rng(1)
const data = Array.from({ length: 3000 }, (_, i) => {
  const noise = rng.normal(3)
  return centres[i % 3].map((centre, column) => centre + noise[column] * [6, 5, 3][column])
})
const rbm = new GaussianRBM({ visible: 3, hidden: 12, seed: 2 })
await rbm.fit(data, { epochs: 200, seed: 3 })
const { states } = await rbm.sample({ chains: 1000, sweeps: 500, seed: 5 })
const samples = Array.from({ length: 1000 }, (_, i) => [states.data[3 * i], states.data[3 * i + 2]])

export default () =>
  chart(
    [
      { mark: 'points', rows: data.slice(0, 1000).map(([height, , age]) => [height, age]), name: 'data' },
      { mark: 'points', rows: samples, name: 'samples of the model' },
    ],
    { x: { title: 'height, cm', domain: [90, 210] }, y: { title: 'age, years', domain: [-10, 95] } },
  )
