import { metropolis } from 'gibbsite'
import { chart } from './chart.mjs'

const logDensity = ([x, y]) => -(x * x) / 8 - (y + 0.15 * x * x) ** 2 / 2
const run = await metropolis({ target: { dim: 2, logDensity }, chains: 4, warmup: 2000, draws: 5000, seed: 1 })
const every = 8
const rows = Array.from({ length: run.data.length / 2 / every }, (_, i) =>
  Array.from(run.data.subarray(2 * every * i, 2 * every * i + 2)),
)

export default () =>
  chart([{ mark: 'points', rows, name: 'every eighth draw' }], {
    x: { title: 'x', domain: [-8, 8] },
    y: { title: 'y', domain: [-9, 4] },
  })
