/**
 * A training step of an RBM in plain float64, one unit at a time, from the formulas of native/kernels/rbm_train.h and with the
 * same random words. Slow and simple: it is the specification that the kernel is held against.
 */

import { decide, fineUniform, type Key, philox, tag, unitWord } from './unit-words.ts'

export interface TrainingRules {
  readonly batch: number
  readonly momentum: number
  readonly weightDecay: number
  readonly sweeps: number
  readonly sampled: boolean
  readonly sparsityTarget: number
  readonly sparsityCost: number
  readonly offsetRate: number
  readonly betas: readonly number[]
  readonly key: Key
}

/** All numbers of a training; matrices are rows of numbers. Empty offsets: not centred. Empty chains: CD. */
export interface Machine {
  weights: number[][]
  visibleBias: number[]
  hiddenBias: number[]
  weightVelocity: number[][]
  visibleVelocity: number[]
  hiddenVelocity: number[]
  visibleOffset: number[]
  hiddenOffset: number[]
  chains: number[][]
  fantasies: number[][]
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0)

export function trainStep(m: Machine, rows: readonly number[][], rate: number, number: number, r: TrainingRules): void {
  const [V, H] = [m.visibleBias.length, m.hiddenBias.length]
  const persistent = m.chains.length > 0
  const hiddenField = (v: readonly number[], j: number) =>
    m.hiddenBias[j]! + sum(v.map((x, i) => x * m.weights[i]![j]!))
  const visibleField = (h: readonly number[], i: number) =>
    m.visibleBias[i]! + sum(h.map((x, j) => x * m.weights[i]![j]!))
  const range = (n: number) => Array.from({ length: n }, (_, i) => i)
  const drawHidden = (v: readonly number[], beta: number, purpose: number, time: number, row: number) =>
    range(H).map((j) => decide(beta * hiddenField(v, j), unitWord(r.key, purpose, time, row, j)))

  // The data's half.
  const needed = r.sampled || !persistent
  const dataSamples = needed ? rows.map((v, row) => drawHidden(v, 1, tag.dataHidden, number, row)) : []
  const dataHidden = r.sampled ? dataSamples : rows.map((v) => range(H).map((j) => sigmoid(hiddenField(v, j))))

  // The model's half.
  const betas = persistent ? r.betas : [1]
  let hidden = persistent ? m.chains : dataSamples
  let visible: number[][] = []
  for (let sweep = 0; sweep < r.sweeps; sweep++) {
    const time = number * r.sweeps + sweep
    visible = hidden.map((h, row) =>
      range(V).map((i) =>
        decide(betas[row % betas.length]! * visibleField(h, i), unitWord(r.key, tag.visible, time, row, i)),
      ),
    )
    hidden = visible.map((v, row) => drawHidden(v, betas[row % betas.length]!, tag.hidden, time, row))
  }
  const cold = range(hidden.length).filter((row) => row % betas.length === 0)
  const modelVisible = cold.map((row) => visible[row]!)
  const modelHidden = cold.map((row) =>
    r.sampled ? hidden[row]! : range(H).map((j) => sigmoid(hiddenField(visible[row]!, j))),
  )
  if (persistent) {
    m.fantasies = modelVisible
    m.chains = swap(m, hidden, visible, number, r)
  }

  // Offsets first follow the data, then centre.
  const mean = (values: readonly number[][], k: number) => sum(values.map((row) => row[k]!)) / values.length
  const centred = m.visibleOffset.length > 0
  if (centred) {
    const follow = (old: number, now: number) => (1 - r.offsetRate) * old + r.offsetRate * now
    m.visibleOffset = m.visibleOffset.map((old, i) => follow(old, mean(rows, i)))
    m.hiddenOffset = m.hiddenOffset.map((old, j) => follow(old, mean(dataHidden, j)))
  }
  const mu = centred ? m.visibleOffset : new Array(V).fill(0)
  const lambda = centred ? m.hiddenOffset : new Array(H).fill(0)
  const product = (v: readonly number[][], h: readonly number[][], i: number, j: number) =>
    sum(v.map((row, n) => (row[i]! - mu[i]) * (h[n]![j]! - lambda[j]))) / v.length
  const dW = range(V).map((i) =>
    range(H).map((j) => product(rows, dataHidden, i, j) - product(modelVisible, modelHidden, i, j)),
  )
  const db = range(V).map(
    (i) => mean(rows, i) - mean(modelVisible, i) - sum(range(H).map((j) => dW[i]![j]! * lambda[j])),
  )
  const dc = range(H).map(
    (j) =>
      mean(dataHidden, j) -
      mean(modelHidden, j) -
      sum(range(V).map((i) => dW[i]![j]! * mu[i])) +
      r.sparsityCost * (r.sparsityTarget - mean(dataHidden, j)),
  )

  const move = (velocity: number, gradient: number) => r.momentum * velocity + rate * gradient
  m.weightVelocity = m.weightVelocity.map((row, i) =>
    row.map((velocity, j) => move(velocity, dW[i]![j]! - r.weightDecay * m.weights[i]![j]!)),
  )
  m.visibleVelocity = m.visibleVelocity.map((velocity, i) => move(velocity, db[i]!))
  m.hiddenVelocity = m.hiddenVelocity.map((velocity, j) => move(velocity, dc[j]!))
  m.weights = m.weights.map((row, i) => row.map((w, j) => w + m.weightVelocity[i]![j]!))
  m.visibleBias = m.visibleBias.map((b, i) => b + m.visibleVelocity[i]!)
  m.hiddenBias = m.hiddenBias.map((c, j) => c + m.hiddenVelocity[j]!)
}

/** Neighbouring temperatures of a chain exchange states with probability min(1, exp((beta - beta') (E - E'))). */
function swap(m: Machine, hidden: readonly number[][], visible: readonly number[][], number: number, r: TrainingRules) {
  const [result, T] = [hidden.slice(), r.betas.length]
  const energy = (row: number) => {
    const [v, h] = [visible[row]!, hidden[row]!]
    const pairs = v.map((x, i) => x * sum(h.map((y, j) => y * m.weights[i]![j]!)))
    return -sum(pairs) - sum(v.map((x, i) => x * m.visibleBias[i]!)) - sum(h.map((y, j) => y * m.hiddenBias[j]!))
  }
  for (let chain = 0; chain < hidden.length / T; chain++) {
    for (let t = number % 2; t + 1 < T; t += 2) {
      const [a, b] = [chain * T + t, chain * T + t + 1]
      const gap = (r.betas[t]! - r.betas[t + 1]!) * (energy(a) - energy(b))
      const u = (philox([t, number, chain, tag.swap], r.key)[0]! + 0.5) / 2 ** 32
      if (u < Math.exp(Math.min(0, gap))) [result[a], result[b]] = [result[b]!, result[a]!]
    }
  }
  return result
}

/** Bits of rows, as kernels take them. */
export function packRows(rows: readonly (readonly number[])[], columns: number): Uint32Array {
  const words = Math.ceil(columns / 32)
  const packed = new Uint32Array(rows.length * words)
  rows.forEach((row, r) => {
    row.forEach((bit, j) => {
      packed[r * words + (j >>> 5)]! |= bit << (j & 31)
    })
  })
  return packed
}

export { fineUniform }
