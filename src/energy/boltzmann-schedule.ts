/** Temperatures of the sweeps of a run. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { checkTemperature } from './boltzmann-core.ts'
import { power, root } from './powers.ts'

/** From one temperature to another, both included. */
export interface Cooling {
  readonly from: number
  readonly to: number
  /** `geometric` (default): equal ratios from sweep to sweep; `linear`: equal differences. */
  readonly shape?: 'geometric' | 'linear' | undefined
}

/** One temperature for all sweeps, one for each sweep, or a way from one to another. */
export type Temperatures = number | Cooling | ArrayLike<number>

/** The temperatures of `sweeps` sweeps. */
export function checkTemperatures(name: string, value: Temperatures, sweeps: number): (sweep: number) => number {
  if (typeof value === 'number') return constant(checkTemperature(name, value))
  if (typeof value === 'object' && value !== null && 'length' in value) return listed(name, value, sweeps)
  const given = check.options(name, value as Cooling, ['from', 'to', 'shape'])
  const from = check.positiveNumber(`${name}.from`, given.from)
  const to = check.positiveNumber(`${name}.to`, given.to)
  const shape = check.oneOf(`${name}.shape`, given.shape ?? 'geometric', ['geometric', 'linear'])
  if (sweeps === 1) return constant(to)
  if (shape === 'linear') return (sweep) => from + ((to - from) * sweep) / (sweeps - 1)
  const factor = root(to / from, sweeps - 1)
  return (sweep) => (sweep === sweeps - 1 ? to : from * power(factor, sweep))
}

function constant(temperature: number): (sweep: number) => number {
  return () => temperature
}

function listed(name: string, value: ArrayLike<number>, sweeps: number): (sweep: number) => number {
  if (value.length !== sweeps) {
    throw new ArgumentError(expected(name, `to have ${sweeps} values, one for each sweep`, value.length))
  }
  const list = Float64Array.from({ length: sweeps }, (_, k) => checkTemperature(`${name}[${k}]`, value[k]))
  return (sweep) => list[sweep]!
}
