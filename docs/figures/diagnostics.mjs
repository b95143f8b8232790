import { Rng } from 'gibbsite'
import { chart } from './chart.mjs'

const rng = new Rng(1)
const chains = [0, 0, 0, 2].map((mean) => Array.from(rng.normal(500, { mean })))

export default () =>
  chart(
    chains.map((draws, i) => ({
      mark: 'line',
      name: `chain ${i + 1}`,
      rows: draws.slice(0, 150).map((x, draw) => [draw, Number(x.toFixed(2))]),
    })),
    { x: { title: 'draw', domain: [0, 150] }, y: { title: 'x', domain: [-4, 5] } },
  )
