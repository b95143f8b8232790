// Logistic regression with an intercept: does a higher dose make a response likelier?
// Run: gibbsite mcmc examples/models/logistic.ts --chains 4 --draws 2000
import { logPdf, matvec, model, param } from 'gibbsite'

const doses: number[] = [
  0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5,
]
const responses: number[] = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]

const intercept = param('intercept')
const slope = param('slope', { shape: 1 })
const logit = matvec(
  doses.map((dose) => [dose]),
  slope,
).add(intercept)

export default model({
  parameters: [intercept, slope],
  logDensity: [logPdf.normal(intercept, 0, 5), logPdf.normal(slope, 0, 2.5), logPdf.bernoulliLogit(responses, logit)],
})
