import { chart } from './chart.mjs'

const P = [
  [0.7, 0.25, 0.05],
  [0.3, 0.4, 0.3],
  [0.1, 0.5, 0.4],
]
const step = (law) => P[0].map((_, to) => law.reduce((sum, p, from) => sum + p * P[from][to], 0))
const laws = Array.from({ length: 11 }).reduce((all) => [...all, step(all[all.length - 1])], [[0, 0, 1]])

export default () =>
  chart(
    ['sun', 'cloud', 'rain'].map((name, state) => ({
      mark: 'line',
      name,
      rows: laws.map((law, day) => [day, law[state]]),
    })),
    { x: { title: 'days after rain', domain: [0, 11] }, y: { title: 'probability', domain: [0, 1] } },
  )
