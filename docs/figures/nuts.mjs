import { eightSchoolsTarget, nuts } from 'gibbsite'
import { chart } from './chart.mjs'

const run = await nuts({ target: eightSchoolsTarget(), seed: 1 })
const rows = run.summary().rows.filter(({ name }) => name.startsWith('theta'))
const labels = Object.fromEntries(rows.map((_, i) => [i + 1, `school ${i + 1}`]))
const measured = [28, 8, -3, 7, -1, 1, 18, 12]

export default () =>
  chart(
    [
      { mark: 'intervals', rows: rows.map((row, i) => [i + 1, row['hdi_3%'], row['hdi_97%']]), name: '94 % interval' },
      { mark: 'points', rows: rows.map(({ mean }, i) => [i + 1, mean]), name: 'posterior mean', size: 9 },
      { mark: 'points', rows: measured.map((y, i) => [i + 1, y]), name: 'measured effect', size: 7 },
    ],
    { x: { title: '', domain: [0.5, 8.5], labels }, y: { title: 'effect', domain: [-15, 30] } },
  )
