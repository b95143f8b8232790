// Effects of coaching in eight schools (Rubin 1981), not centred: effects are mu + tau z with z standard normal.
// Run: gibbsite mcmc examples/models/eight-schools.ts --sampler nuts --out draws.csv
import { logPdf, model, param } from 'gibbsite'

const effect = [28, 8, -3, 7, -1, 1, 18, 12]
const error = [15, 10, 16, 11, 9, 11, 10, 18]

const mu = param('mu')
const tau = param('tau', { lower: 0 })
const z = param('z', { shape: 8 })
const theta = mu.add(tau.mul(z))

export default model({
  parameters: [mu, tau, z],
  logDensity: [
    logPdf.normal(mu, 0, 5),
    logPdf.halfCauchy(tau, 5),
    logPdf.normal(z),
    logPdf.normal(effect, theta, error),
  ],
  derived: { theta },
})
