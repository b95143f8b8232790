import { studentT } from 'gibbsite'
import { chart, curve } from './chart.mjs'

const interval = { low: -4, high: 4 }
const proposal = studentT({ df: 5, scale: 0.7 })
const target = (x) => Math.exp(-(x ** 4) - 0.5949)

export default () =>
  chart(
    [
      { mark: 'area', rows: curve(target, interval), name: 'target' },
      { mark: 'line', rows: curve((x) => proposal.pdf(x), interval), name: 'proposal' },
      { mark: 'line', rows: curve((x) => target(x) / proposal.pdf(x) / 2, interval), name: 'weight of a draw, halved' },
    ],
    { x: { title: 'x', domain: [-4, 4] }, y: { title: 'density', domain: [0, 0.8] } },
  )
