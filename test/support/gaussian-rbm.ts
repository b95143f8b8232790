/**
 * Small Gaussian RBMs in plain float64, every hidden state visited: what the library's answers are held against. Written from
 * the energy alone; nothing here is shared with the library.
 */

import { allStates, logSumExp, uniforms } from './enumeration.ts'
import { normalCdf } from './statistics.ts'

export interface SmallGaussian {
  readonly visible: number
  readonly hidden: number
  /** [V, H], row after row. */
  readonly weights: readonly number[]
  readonly visibleBias: readonly number[]
  readonly hiddenBias: readonly number[]
  readonly sigma: readonly number[]
  readonly offset: readonly number[]
  readonly scale: readonly number[]
}

/** Parameters that float32 holds exactly; sigma from 0.5 to 1.5. */
export function smallGaussian(visible: number, hidden: number, seed: number, scale = 1): SmallGaussian {
  const next = uniforms(seed)
  const draw = (n: number, low: number, high: number) =>
    Array.from({ length: n }, () => Math.fround(low + (high - low) * next()))
  return {
    visible,
    hidden,
    weights: draw(visible * hidden, -scale, scale),
    visibleBias: draw(visible, -scale, scale),
    hiddenBias: draw(hidden, -scale, scale),
    sigma: draw(visible, 0.5, 1.5),
    offset: draw(visible, -3, 3),
    scale: draw(visible, 0.5, 4),
  }
}

export function parametersOf({ visible, hidden, weights, ...vectors }: SmallGaussian) {
  return { weights: { data: weights, shape: [visible, hidden] }, ...vectors }
}

const unitsOf = (m: SmallGaussian, v: readonly number[]) => v.map((value, i) => (value - m.offset[i]!) / m.scale[i]!)
const drive = (m: SmallGaussian, h: readonly number[], i: number) =>
  h.reduce((sum, bit, j) => sum + bit * m.weights[i * m.hidden + j]!, 0)

/** E(v, h) */
export function energy(m: SmallGaussian, v: readonly number[], h: readonly number[]): number {
  let sum = 0
  unitsOf(m, v).forEach((x, i) => {
    const variance = m.sigma[i]! ** 2
    sum += (x - m.visibleBias[i]!) ** 2 / (2 * variance) - (x * drive(m, h, i)) / variance
  })
  return sum - h.reduce((total, bit, j) => total + bit * m.hiddenBias[j]!, 0)
}

export interface Component {
  readonly h: readonly number[]
  /** Its share, its means and standard deviations in the units of the data. */
  readonly share: number
  readonly means: readonly number[]
  readonly deviations: readonly number[]
}

/** The density as the mixture of Gaussians that it is, one for each hidden state, and log Z. */
export function mixtureOf(m: SmallGaussian): { components: Component[]; logZ: number } {
  const states = allStates(m.hidden)
  const deviations = m.sigma.map((s, i) => s * m.scale[i]!)
  // exp(-E) at the component's centre times the volume under the Gaussian around it.
  const centres = states.map((h) => m.offset.map((o, i) => o + m.scale[i]! * (m.visibleBias[i]! + drive(m, h, i))))
  const volume = deviations.reduce((sum, d) => sum + Math.log(d * Math.sqrt(2 * Math.PI)), 0)
  const logs = states.map((h, k) => volume - energy(m, centres[k]!, h))
  const logZ = logSumExp(logs)
  const components = states.map((h, k) => ({ h, share: Math.exp(logs[k]! - logZ), means: centres[k]!, deviations }))
  return { components, logZ }
}

/** log p(v), from energies and log Z. */
export function logDensity(m: SmallGaussian, v: readonly number[], logZ: number = mixtureOf(m).logZ): number {
  return logSumExp(allStates(m.hidden).map((h) => -energy(m, v, h))) - logZ
}

export function logLikelihood(m: SmallGaussian, rows: readonly number[][]): number {
  const { logZ } = mixtureOf(m)
  return rows.reduce((sum, row) => sum + logDensity(m, row, logZ), 0) / rows.length
}

/** log of the integral of sum_h exp(-E(v, h)) over v, by the midpoint rule on a wide grid; for one or two visible units. */
export function integratedLogZ(m: SmallGaussian, points: number): number {
  const { components } = mixtureOf(m)
  const sides = m.offset.map((_, i) => {
    const reach = 9 * components[0]!.deviations[i]!
    const low = Math.min(...components.map((c) => c.means[i]!)) - reach
    const step = (Math.max(...components.map((c) => c.means[i]!)) + reach - low) / points
    return { step, at: Array.from({ length: points }, (_, k) => low + (k + 0.5) * step) }
  })
  const first = sides[0]!.at.map((v) => [v])
  const second = sides[1]?.at
  const grid = second === undefined ? first : first.flatMap(([a]) => second.map((b) => [a!, b]))
  const states = allStates(m.hidden)
  const sum = grid.reduce((total, v) => total + states.reduce((part, h) => part + Math.exp(-energy(m, v, h)), 0), 0)
  return Math.log(sum) + sides.reduce((total, { step }) => total + Math.log(step), 0)
}

/** P(v_i <= at), or that given the other units where `given` holds their values. */
export function marginalCdf(m: SmallGaussian, i: number, given?: readonly (number | undefined)[]) {
  const { components } = mixtureOf(m)
  const shares = components.map(({ share, means, deviations }) => {
    const logs = (given ?? []).map((v, k) =>
      v === undefined ? 0 : -((v - means[k]!) ** 2) / (2 * deviations[k]! ** 2) - Math.log(deviations[k]!),
    )
    return share * Math.exp(logs.reduce((a, b) => a + b, 0))
  })
  const all = shares.reduce((a, b) => a + b, 0)
  return (at: number): number =>
    components.reduce((sum, c, k) => sum + (shares[k]! / all) * normalCdf((at - c.means[i]!) / c.deviations[i]!), 0)
}

/** P(h_j = 1 | v), as ratios of sums over hidden states. */
export function hiddenGiven(m: SmallGaussian, v: readonly number[]): number[] {
  const states = allStates(m.hidden)
  const weights = states.map((h) => Math.exp(-energy(m, v, h)))
  const all = weights.reduce((a, b) => a + b, 0)
  return m.hiddenBias.map((_, j) => states.reduce((sum, h, k) => sum + h[j]! * weights[k]!, 0) / all)
}

/** <x_i h_j>, <x_i>, <h_j> and <(x_i - b_i)^2>, in the model's units. */
interface Moments {
  readonly products: number[]
  readonly x: number[]
  readonly h: number[]
  readonly squares: number[]
}

function dataMoments(m: SmallGaussian, rows: readonly number[][]): Moments {
  const all = rows.map((row) => ({ x: unitsOf(m, row), h: hiddenGiven(m, row) }))
  const mean = (value: (one: (typeof all)[number]) => number) => all.reduce((s, one) => s + value(one), 0) / rows.length
  return momentsBy(
    m,
    (i, j) => mean(({ x, h }) => (i < 0 ? 1 : x[i]!) * (j < 0 ? 1 : h[j]!)),
    (i) => mean(({ x }) => (x[i]! - m.visibleBias[i]!) ** 2),
  )
}

function modelMoments(m: SmallGaussian): Moments {
  const { components } = mixtureOf(m)
  const mean = (value: (h: readonly number[]) => number) => components.reduce((s, c) => s + c.share * value(c.h), 0)
  return momentsBy(
    m,
    (i, j) => mean((h) => (i < 0 ? 1 : m.visibleBias[i]! + drive(m, h, i)) * (j < 0 ? 1 : h[j]!)),
    (i) => mean((h) => m.sigma[i]! ** 2 + drive(m, h, i) ** 2),
  )
}

/** Index -1 leaves out the factor. */
function momentsBy(
  m: SmallGaussian,
  product: (i: number, j: number) => number,
  square: (i: number) => number,
): Moments {
  return {
    products: m.weights.map((_, k) => product(Math.floor(k / m.hidden), k % m.hidden)),
    x: m.sigma.map((_, i) => product(i, -1)),
    h: m.hiddenBias.map((_, j) => product(-1, j)),
    squares: m.sigma.map((_, i) => square(i)),
  }
}

export interface Gradient {
  readonly weights: number[]
  readonly visibleBias: number[]
  readonly hiddenBias: number[]
  readonly logSigma: number[]
}

/** Derivatives of the mean log-likelihood of rows (all equally probable). */
export function gradient(m: SmallGaussian, rows: readonly number[][]): Gradient {
  const [data, model] = [dataMoments(m, rows), modelMoments(m)]
  const gap = (name: keyof Moments) => data[name].map((value, k) => value - model[name][k]!)
  const [products, x, h, squares] = [gap('products'), gap('x'), gap('h'), gap('squares')]
  const overVariance = (value: number, i: number) => value / m.sigma[i]! ** 2
  return {
    weights: products.map((value, k) => overVariance(value, Math.floor(k / m.hidden))),
    visibleBias: x.map(overVariance),
    hiddenBias: h,
    logSigma: squares.map((value, i) => {
      const driven = m.hiddenBias.reduce((s, _, j) => s + m.weights[i * m.hidden + j]! * products[i * m.hidden + j]!, 0)
      return overVariance(value - 2 * driven, i)
    }),
  }
}

/** Rows from clusters at random places, with the same spread around each; about mean 0 and variance 1. */
export function clusters(n: number, columns: number, count: number, spread: number, seed: number): number[][] {
  const next = uniforms(seed)
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
  const centres = Array.from({ length: count }, () => Array.from({ length: columns }, normal))
  return Array.from({ length: n }, () => {
    const centre = centres[Math.floor(next() * count)]!
    return centre.map((c) => c + spread * normal())
  })
}

/** The mean log-density of rows under independent Gaussians with the columns' own means and variances. */
export function diagonalBaseline(rows: readonly number[][]): number {
  const columns = rows[0]!.map((_, i) => rows.map((row) => row[i]!))
  return columns.reduce((sum, column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length
    const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length
    return sum - 0.5 * Math.log(2 * Math.PI * Math.E * variance)
  }, 0)
}
