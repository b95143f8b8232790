/** Small Boltzmann machines, enumerated in plain double precision. */

import { uniforms } from './enumeration.ts'

export type States = 'spin' | 'binary'

export interface SmallMachine {
  readonly units: number
  readonly states: States
  /** [N][N] */
  readonly couplings: number[][]
  readonly bias: number[]
}

/** Couplings of about `scale`; with `density` below 1 most pairs have none. Floats, so that nothing is rounded on the way. */
export function smallMachine(units: number, seed: number, states: States, scale = 1, density = 1): SmallMachine {
  const next = uniforms(seed)
  const number = () => Math.fround(scale * (2 * next() - 1))
  const couplings = Array.from({ length: units }, () => new Array<number>(units).fill(0))
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < i; j++) couplings[i]![j] = couplings[j]![i] = next() < density ? number() : 0
  }
  return { units, states, couplings, bias: Array.from({ length: units }, number) }
}

/** What a machine's constructor takes, besides the numbers of units. */
export function optionsOf({ states, couplings, bias }: SmallMachine) {
  return { states, couplings, bias }
}

export function edgesOf({ couplings }: SmallMachine): [number, number, number][] {
  return couplings.flatMap((row, i) =>
    row.flatMap((w, j) => (j < i && w !== 0 ? [[j, i, w] as [number, number, number]] : [])),
  )
}

/** Values of the units in state number k: bit i is unit i. */
export function valuesOf({ units, states }: SmallMachine, k: number): number[] {
  return Array.from({ length: units }, (_, i) => ((k >>> i) & 1 ? 1 : states === 'spin' ? -1 : 0))
}

export function energyOf({ couplings, bias }: SmallMachine, y: readonly number[]): number {
  return y.reduce((sum, yi, i) => {
    const field = couplings[i]!.reduce((total, w, j) => total + w * y[j]!, 0)
    return sum - yi * (0.5 * field + bias[i]!)
  }, 0)
}

/** Number of a state, from values of any encoding. */
export function numberOf(values: ArrayLike<number>, from = 0, units = values.length): number {
  let k = 0
  for (let i = 0; i < units; i++) if (values[from + i]! > 0) k |= 1 << i
  return k
}

/** The law over all 2^N states; with `held` [unit, value] over those that agree. */
export function lawOf(machine: SmallMachine, temperature = 1, held: readonly (readonly [number, number])[] = []) {
  const count = 2 ** machine.units
  const weights = Float64Array.from({ length: count }, (_, k) => {
    const y = valuesOf(machine, k)
    if (held.some(([i, value]) => y[i]! > 0 !== value > 0)) return 0
    return Math.exp(-energyOf(machine, y) / temperature)
  })
  const z = weights.reduce((a, b) => a + b, 0)
  const p = weights.map((w) => w / z)
  const n = machine.units
  const means = new Float64Array(n)
  const moments = new Float64Array(n * n)
  p.forEach((pk, k) => {
    const y = valuesOf(machine, k)
    for (let i = 0; i < n; i++) {
      means[i]! += pk * y[i]!
      for (let j = 0; j < n; j++) moments[i * n + j]! += pk * y[i]! * y[j]!
    }
  })
  return { logZ: Math.log(z), p, means, moments }
}

/** How often each state occurs in rows of states. */
export function countStates(data: ArrayLike<number>, units: number): Float64Array {
  const counts = new Float64Array(2 ** units)
  for (let at = 0; at < data.length; at += units) counts[numberOf(data, at, units)]!++
  return counts
}
