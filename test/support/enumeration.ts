/**
 * Small RBMs in plain float64, every state visited: what the library's answers are held against. Written from the formulas
 * alone (energies and sums over states), nothing here is shared with the library.
 */

export interface SmallRbm {
  readonly visible: number
  readonly hidden: number
  /** [V, H], row after row; all numbers are float32, as the library keeps them. */
  readonly weights: Float32Array
  readonly visibleBias: Float32Array
  readonly hiddenBias: Float32Array
}

/** Numbers uniform on (0, 1) from a seed (mulberry32), so that oracles don't rest on the generator they test. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}

/** Parameters uniform on (-scale, scale). */
export function smallRbm(visible: number, hidden: number, seed: number, scale = 1): SmallRbm {
  const next = uniforms(seed)
  const draw = (n: number) => Float32Array.from({ length: n }, () => scale * (2 * next() - 1))
  return { visible, hidden, weights: draw(visible * hidden), visibleBias: draw(visible), hiddenBias: draw(hidden) }
}

export function parametersOf({ visible, hidden, weights, visibleBias, hiddenBias }: SmallRbm) {
  return { weights: { data: weights, shape: [visible, hidden] }, visibleBias, hiddenBias }
}

/** State number k of n units: bit i is unit i. */
export function bits(k: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => (k >>> i) & 1)
}

export function allStates(n: number): number[][] {
  return Array.from({ length: 2 ** n }, (_, k) => bits(k, n))
}

export function stateNumber(state: ArrayLike<number>): number {
  let number = 0
  for (let i = 0; i < state.length; i++) number += state[i]! * 2 ** i
  return number
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** E(v, h) = -v' W h - b' v - c' h */
export function energy(rbm: SmallRbm, v: readonly number[], h: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < rbm.visible; i++) sum += rbm.visibleBias[i]! * v[i]!
  for (let j = 0; j < rbm.hidden; j++) sum += rbm.hiddenBias[j]! * h[j]!
  for (let i = 0; i < rbm.visible; i++) {
    for (let j = 0; j < rbm.hidden; j++) sum += v[i]! * rbm.weights[i * rbm.hidden + j]! * h[j]!
  }
  return -sum
}

/** log sum_h exp(-beta E(v, h)), over the states one by one. */
export function logWeight(rbm: SmallRbm, v: readonly number[], beta = 1): number {
  return logSumExp(allStates(rbm.hidden).map((h) => -beta * energy(rbm, v, h)))
}

export function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values)
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0))
}

/** P(v) of all visible states by number, and log Z. */
export function visibleDistribution(rbm: SmallRbm, beta = 1): { p: number[]; logZ: number } {
  const logs = allStates(rbm.visible).map((v) => logWeight(rbm, v, beta))
  const logZ = logSumExp(logs)
  return { p: logs.map((log) => Math.exp(log - logZ)), logZ }
}

/** P(h_j = 1 | v) for each j, as ratios of sums over hidden states. */
export function hiddenGiven(rbm: SmallRbm, v: readonly number[]): number[] {
  const on = new Array<number>(rbm.hidden).fill(0)
  let all = 0
  for (const h of allStates(rbm.hidden)) {
    const weight = Math.exp(-energy(rbm, v, h))
    all += weight
    h.forEach((bit, j) => {
      on[j]! += bit * weight
    })
  }
  return on.map((weight) => weight / all)
}

/** sum_i log P(v_i | all others). */
export function logPseudoLikelihood(rbm: SmallRbm, v: readonly number[]): number {
  const here = logWeight(rbm, v)
  return v.reduce((sum, bit, i) => {
    const flipped = v.map((x, k) => (k === i ? 1 - bit : x))
    return sum + here - logSumExp([here, logWeight(rbm, flipped)])
  }, 0)
}

/** <v_i h_j>, <v_i>, <h_j> under a distribution of visible states given by rows and their probabilities. */
export function moments(rbm: SmallRbm, rows: readonly number[][], p: readonly number[]) {
  const products = new Float64Array(rbm.visible * rbm.hidden)
  const [v, h] = [new Float64Array(rbm.visible), new Float64Array(rbm.hidden)]
  rows.forEach((row, r) => {
    const on = hiddenGiven(rbm, row)
    for (let i = 0; i < rbm.visible; i++) {
      v[i]! += p[r]! * row[i]!
      for (let j = 0; j < rbm.hidden; j++) products[i * rbm.hidden + j]! += p[r]! * row[i]! * on[j]!
    }
    for (let j = 0; j < rbm.hidden; j++) h[j]! += p[r]! * on[j]!
  })
  return { products, v, h }
}

/** Derivatives of the mean log-likelihood of rows (all equally probable). */
export function gradient(rbm: SmallRbm, rows: readonly number[][]) {
  const data = moments(rbm, rows, new Array(rows.length).fill(1 / rows.length))
  const model = moments(rbm, allStates(rbm.visible), visibleDistribution(rbm).p)
  return {
    weights: data.products.map((x, k) => x - model.products[k]!),
    visibleBias: data.v.map((x, i) => x - model.v[i]!),
    hiddenBias: data.h.map((x, j) => x - model.h[j]!),
  }
}
