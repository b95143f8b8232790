// The three densities of W7 with the constants of ../shared/peers: what every form of target and every peer is given.
import { u01 } from './inputs.mjs'

export const CHAINS = 64

const covariance = Array.from({ length: 50 }, (_, i) => Array.from({ length: 50 }, (_, j) => 0.5 ** Math.abs(i - j)))
/** The inverse of 0.5^|i - j| is tridiagonal, but is used as a dense matrix, as by the peers. */
export const precision = covariance.map((row, i) =>
  row.map((_, j) => {
    if (Math.abs(i - j) > 1) return 0
    return i !== j ? -2 / 3 : i === 0 || i === 49 ? 4 / 3 : 5 / 3
  }),
)
const flatPrecision = Float64Array.from(precision.flat())

export function logisticData() {
  const X = Float64Array.from({ length: 20_000 }, (_, k) => (k % 20 === 0 ? 1 : 2 * (u01(k, 11) - 0.5)))
  const beta = Float64Array.from({ length: 20 }, (_, j) => 2 * (u01(j, 12) - 0.5))
  const y = Float64Array.from({ length: 1000 }, (_, i) => {
    let eta = 0
    for (let j = 0; j < 20; j++) eta += X[20 * i + j] * beta[j]
    return u01(i, 13) < 1 / (1 + Math.exp(-eta)) ? 1 : 0
  })
  return { X, y }
}

const { X, y } = logisticData()

/** As a user would write them: a function of one point. */
function gauss(x) {
  let sum = 0
  for (let i = 0; i < 50; i++) {
    let row = 0
    for (let j = 0; j < 50; j++) row += flatPrecision[50 * i + j] * x[j]
    sum += row * x[i]
  }
  return -0.5 * sum
}

function banana(x) {
  return -((1 - x[0]) ** 2 + 100 * (x[1] - x[0] * x[0]) ** 2) / 20
}

function logistic(b) {
  let sum = 0
  for (let i = 0; i < 1000; i++) {
    let eta = 0
    for (let j = 0; j < 20; j++) eta += X[20 * i + j] * b[j]
    sum += y[i] * eta - (Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))))
  }
  let size = 0
  for (let j = 0; j < 20; j++) size += b[j] * b[j]
  return sum - 0.005 * size
}

/** Steps are those of peers' runs, so that rates are of the same work. */
export const densities = [
  {
    id: 'a_gauss50',
    dim: 50,
    step: (2.38 / Math.sqrt(50)) * 0.6,
    steps: 10_000,
    logDensity: gauss,
    builtIn: ({ normalTarget }) => normalTarget({ precision }),
  },
  {
    id: 'b_banana2',
    dim: 2,
    step: 1,
    steps: 10_000,
    logDensity: banana,
    builtIn: ({ rosenbrockTarget }) => rosenbrockTarget(),
  },
  {
    id: 'c_logreg1000x20',
    dim: 20,
    step: 0.07,
    steps: 1000,
    logDensity: logistic,
    builtIn: ({ logisticRegressionTarget }) =>
      logisticRegressionTarget({ X: { data: X, shape: [1000, 20] }, y, priorPrecision: 0.01 }),
  },
]

/**
 * The same densities of all points in one call, as a user would write them for speed: four chains at a time, whose sums
 * don't wait for each other.
 */
export const batches = { a_gauss50: gaussBatch, b_banana2: bananaBatch, c_logreg1000x20: logisticBatch }

function gaussBatch(xs, out) {
  for (let c = 0; c < out.length; c += 4) {
    const [p, q, r, s] = [50 * c, 50 * c + 50, 50 * c + 100, 50 * c + 150]
    let [sp, sq, sr, ss] = [0, 0, 0, 0]
    for (let i = 0; i < 50; i++) {
      let [a, b, d, e] = [0, 0, 0, 0]
      for (let j = 0; j < 50; j++) {
        const w = flatPrecision[50 * i + j]
        a += w * xs[p + j]
        b += w * xs[q + j]
        d += w * xs[r + j]
        e += w * xs[s + j]
      }
      sp += a * xs[p + i]
      sq += b * xs[q + i]
      sr += d * xs[r + i]
      ss += e * xs[s + i]
    }
    out[c] = -0.5 * sp
    out[c + 1] = -0.5 * sq
    out[c + 2] = -0.5 * sr
    out[c + 3] = -0.5 * ss
  }
}

function bananaBatch(xs, out) {
  for (let c = 0; c < out.length; c++) {
    const [x, y] = [xs[2 * c], xs[2 * c + 1]]
    const [off, ridge] = [1 - x, y - x * x]
    out[c] = -(off * off + 100 * ridge * ridge) / 20
  }
}

function logisticBatch(xs, out) {
  for (let c = 0; c < out.length; c += 4) {
    const [p, q, r, s] = [20 * c, 20 * c + 20, 20 * c + 40, 20 * c + 60]
    let [sp, sq, sr, ss] = [0, 0, 0, 0]
    for (let i = 0; i < 1000; i++) {
      let [a, b, d, e] = [0, 0, 0, 0]
      for (let j = 0; j < 20; j++) {
        const x = X[20 * i + j]
        a += x * xs[p + j]
        b += x * xs[q + j]
        d += x * xs[r + j]
        e += x * xs[s + j]
      }
      sp += y[i] * a - softplus(a)
      sq += y[i] * b - softplus(b)
      sr += y[i] * d - softplus(d)
      ss += y[i] * e - softplus(e)
    }
    out[c] = sp - 0.005 * square(xs, p)
    out[c + 1] = sq - 0.005 * square(xs, q)
    out[c + 2] = sr - 0.005 * square(xs, r)
    out[c + 3] = ss - 0.005 * square(xs, s)
  }
}

function softplus(x) {
  return Math.max(x, 0) + Math.log(1 + Math.exp(-Math.abs(x)))
}

function square(xs, first) {
  let sum = 0
  for (let j = first; j < first + 20; j++) sum += xs[j] * xs[j]
  return sum
}
