// W7x: the three densities of W7 written as expressions: random-walk Metropolis, 64 chains from 0, every step kept.
import { u01 } from './inputs.mjs'

const CHAINS = 64

/** x' P x / -2 with the dense inverse of the covariance 0.5^|i - j|. */
function gauss({ model, param, dot, matvec }) {
  const n = 50
  const precision = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      if (i === j) return (i === 0 || i === n - 1 ? 1 : 1.25) / 0.75
      return Math.abs(i - j) === 1 ? -0.5 / 0.75 : 0
    }),
  )
  const x = param('x', { shape: n })
  return model({ parameters: [x], logDensity: dot(x, matvec(precision, x)).mul(-0.5) })
}

/** -((1 - x)^2 + 100 (y - x^2)^2) / 20 */
function banana({ model, param, data, square }) {
  const [x, y] = [param('x'), param('y')]
  const distance = square(data(1).sub(x)).add(square(y.sub(square(x))).mul(100))
  return model({ parameters: [x, y], logDensity: distance.div(-20) })
}

/** Bernoulli outcomes of 1000 x 20 data, prior precision 0.01. */
function logisticRegression({ model, param, dot, logPdf, matvec }) {
  const [rows, columns] = [1000, 20]
  const X = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => (j === 0 ? 1 : (u01(i * columns + j, 11) - 0.5) * 2)),
  )
  const truth = Array.from({ length: columns }, (_, j) => (u01(j, 12) - 0.5) * 2)
  const y = X.map((row, i) => {
    const eta = row.reduce((sum, x, j) => sum + x * truth[j], 0)
    return u01(i, 13) < 1 / (1 + Math.exp(-eta)) ? 1 : 0
  })
  const beta = param('beta', { shape: columns })
  const likelihood = logPdf.bernoulliLogit(y, matvec(X, beta))
  return model({ parameters: [beta], logDensity: [likelihood, dot(beta, beta).mul(-0.005)] })
}

function workload(name, make, step, draws) {
  return {
    id: `W7x.${name}`,
    unit: 'evals/s',
    work: CHAINS * draws,
    setup(library) {
      const target = make(library)
      const proposal = { kind: 'random-walk', shape: 'isotropic', step }
      const init = new Float64Array(target.dim)
      let seed = 1
      return () =>
        library.metropolis({ target, proposal, adapt: false, chains: CHAINS, warmup: 0, draws, init, seed: seed++ })
    },
  }
}

export default [
  workload('a_gauss50', gauss, (2.38 / Math.sqrt(50)) * 0.6, 10_000),
  workload('b_banana2', banana, 1, 10_000),
  workload('c_logreg1000x20', logisticRegression, 0.07, 1000),
]
