/** Hopfield networks written out plainly, in float64 and without caches, to hold the library against. */

import { current, Rng } from '#gibbsite'
import { stream } from '../../src/energy/hopfield-core.ts'
import { deriveKey } from '../../src/random/key.ts'

export interface Plain {
  readonly units: number
  /** [N, N] */
  readonly weights: Float64Array
  readonly bias: Float64Array
}

/** Rows of random spins. */
export function spins(rows: number, units: number, seed: number) {
  const data = Float32Array.from(new Rng(seed).bernoulli(rows * units), (bit) => 2 * bit - 1)
  return { data, shape: [rows, units] as [number, number] }
}

export type Spins = ReturnType<typeof spins>

/** The rows with a fraction of their units flipped. */
export function noisy({ data, shape }: Spins, noise: number, seed: number): Spins {
  const flips = new Rng(seed).bernoulli(data.length, { p: noise })
  return { data: Float32Array.from(data, (y, k) => (flips[k] ? -y : y)), shape }
}

export const row = <T extends Float32Array | Int8Array>(
  { data, shape }: { data: T; shape: readonly number[] },
  r: number,
) => data.slice(r * shape[1]!, (r + 1) * shape[1]!) as T

/** Symmetric couplings with a zero diagonal, and biases, normal with the given standard deviations. */
export function randomNet(units: number, seed: number, sd = 1, biasSd = 0.5): Plain {
  const draws = new Rng(seed).normal(units * units, { sd })
  const weights = Float64Array.from(draws, (_, k) => {
    const [i, j] = [Math.floor(k / units), k % units]
    return i === j ? 0 : Math.fround(draws[Math.min(i, j) * units + Math.max(i, j)]!)
  })
  const bias = Float64Array.from(new Rng(seed + 1).normal(units, { sd: biasSd }), Math.fround)
  return { units, weights, bias }
}

/** Integer couplings of a few bits, so that ties are many. */
export function integerNet(units: number, seed: number, range = 2): Plain {
  const { weights, bias } = randomNet(units, seed, range, range)
  return { units, weights: weights.map(Math.round), bias: bias.map(Math.round) }
}

export function fieldOf({ units, weights, bias }: Plain, y: ArrayLike<number>, i: number): number {
  let z = bias[i]!
  for (let j = 0; j < units; j++) z += weights[i * units + j]! * y[j]!
  return z
}

export function energyOf(net: Plain, y: ArrayLike<number>): number {
  let energy = 0
  for (let i = 0; i < net.units; i++) energy -= 0.5 * y[i]! * (fieldOf(net, y, i) + net.bias[i]!)
  return energy
}

export interface PlainRun {
  readonly state: number[]
  readonly flips: number
  readonly sweeps: number
  readonly outcome: 'fixed' | 'cycle' | 'running'
  /** Before the first sweep, then after each. */
  readonly energies: number[]
}

/** One probe's run, every field summed anew. */
export function plainRecall(
  net: Plain,
  probe: ArrayLike<number>,
  order: 'sequential' | 'random' | 'synchronous',
  { seed = 0, probeNumber = 0, maxSweeps = 1000 } = {},
): PlainRun {
  let state = Array.from(probe)
  let before: number[] = []
  const energies = [energyOf(net, state)]
  let flips = 0
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    const last = state
    state =
      order === 'synchronous'
        ? together(net, state)
        : oneByOne(net, state, visits(net.units, order, seed, probeNumber, sweep))
    const changed = state.filter((y, i) => y !== last[i]).length
    flips += changed
    energies.push(energyOf(net, state))
    const run = { state, flips, sweeps: sweep + 1, energies }
    if (changed === 0) return { ...run, outcome: 'fixed' }
    if (order === 'synchronous' && state.every((y, i) => y === before[i])) return { ...run, outcome: 'cycle' }
    before = last
  }
  return { state, flips, sweeps: maxSweeps, energies, outcome: 'running' }
}

function together(net: Plain, state: readonly number[]): number[] {
  return state.map((y, i) => Math.sign(fieldOf(net, state, i)) || y)
}

function oneByOne(net: Plain, from: readonly number[], order: ArrayLike<number>): number[] {
  const state = [...from]
  for (let k = 0; k < order.length; k++)
    state[order[k]!] = Math.sign(fieldOf(net, state, order[k]!)) || state[order[k]!]!
  return state
}

function visits(units: number, order: string, seed: number, probe: number, sweep: number): ArrayLike<number> {
  if (order === 'sequential') return Array.from({ length: units }, (_, i) => i)
  const { low, high } = deriveKey(seed, stream.order)
  const permutation = new Uint32Array(units)
  current().kernels.randomPermutation(permutation, low, high, probe, sweep, 0)
  return permutation
}

/** W = (1/N) sum_p xi xi', zero diagonal. */
export function plainHebbian({ data, shape: [rows, units] }: Spins): Float64Array {
  return fill(units, (i, j) => {
    let sum = 0
    for (let p = 0; p < rows; p++) sum += data[p * units + i]! * data[p * units + j]!
    return sum / units
  })
}

/** Storkey's rule as it is written, h_ij summed for each pair. */
export function plainStorkey({ data, shape: [rows, units] }: Spins): Float64Array {
  let w: Float64Array = new Float64Array(units * units)
  for (let p = 0; p < rows; p++) {
    const xi = data.subarray(p * units, (p + 1) * units)
    const h = (i: number, j: number) => {
      let sum = 0
      for (let k = 0; k < units; k++) if (k !== i && k !== j) sum += w[i * units + k]! * xi[k]!
      return sum
    }
    const old = w
    w = fill(units, (i, j) => old[i * units + j]! + (xi[i]! * xi[j]! - xi[i]! * h(j, i) - h(i, j) * xi[j]!) / units)
  }
  return w
}

/** W = X' (X X' + ridge N)^-1 X by Gauss-Jordan elimination with pivoting, zero diagonal. */
export function plainPseudoInverse({ data, shape: [rows, units] }: Spins, ridge = 0): Float64Array {
  const at = (p: number, i: number) => data[p * units + i]!
  const system = Array.from({ length: rows }, (_, p) => {
    const gram = Array.from({ length: rows }, (_, q) => {
      let sum = p === q ? ridge * units : 0
      for (let i = 0; i < units; i++) sum += at(p, i) * at(q, i)
      return sum
    })
    return [...gram, ...Array.from({ length: units }, (_, i) => at(p, i))]
  })
  eliminate(system)
  return fill(units, (i, j) => {
    let sum = 0
    for (let p = 0; p < rows; p++) sum += at(p, i) * system[p]![rows + j]!
    return sum
  })
}

function eliminate(system: number[][]): void {
  for (let k = 0; k < system.length; k++) {
    let best = k
    for (let r = k; r < system.length; r++) if (Math.abs(system[r]![k]!) > Math.abs(system[best]![k]!)) best = r
    ;[system[k], system[best]] = [system[best]!, system[k]!]
    const pivot = system[k]!.map((x) => x / system[k]![k]!)
    for (let r = 0; r < system.length; r++) {
      const factor = system[r]![k]!
      if (r !== k) system[r] = system[r]!.map((x, c) => x - factor * pivot[c]!)
    }
    system[k] = pivot
  }
}

function fill(units: number, value: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: units * units }, (_, k) => {
    const [i, j] = [Math.floor(k / units), k % units]
    return i === j ? 0 : value(i, j)
  })
}
