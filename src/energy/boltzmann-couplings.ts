/** The couplings of a Boltzmann machine, dense or sparse: what its chains, energies and exact sums ask of them. */

import type { Backend } from '../backend/backend.ts'
import type { Key } from '../random/key.ts'
import type { Encoding } from './hopfield-states.ts'
import { type IntegerCouplings, toIntegers } from './integer-couplings.ts'

/** Numbers of native/kernels/boltzmann_gibbs.h. */
export const scans = { sequential: 0, random: 1, permutation: 2, chromatic: 3 } as const

export type Scan = keyof typeof scans

/** Sweeps of some chains; see native/kernels/boltzmann_gibbs.h. */
export interface Sweeps {
  readonly scan: Scan
  readonly metropolis: boolean
  /** Of each sweep. */
  readonly temperatures: Float64Array
  /** One packed row, or empty. */
  readonly mask: Uint32Array
  readonly key: Key
  readonly orderKey: Key
  readonly firstChain: number
  readonly firstSweep: number
  /** Packed rows, moved in place. */
  readonly states: Uint32Array
  /** [chains, N], to which the sweeps are added after which a unit is on; or empty. */
  readonly onCounts: Uint32Array
  /** [chains], after the last sweep; or empty. */
  readonly energies: Float64Array
}

/** Never changed once made: setting or learning parameters makes another. */
export interface Couplings {
  readonly units: number
  /** [N] */
  readonly bias: Float32Array
  /** Colours of the chromatic scan: sets of units that are not coupled among themselves. */
  readonly colours: number
  /** Couplings that are not 0, about; for estimates of time. */
  readonly size: number
  sweep(sweeps: Sweeps): Promise<void>
  /** Fields [rows, N] and energies [rows] of packed states; either may be empty. */
  look(states: Uint32Array, fields: Float32Array, energies: Float64Array): Promise<void>
  /** Row `unit` of W. */
  row(unit: number): Float64Array
}

export class DenseCouplings implements Couplings {
  readonly units: number
  readonly colours: number
  readonly size: number
  /** [N, N] */
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly #backend: Backend
  readonly #encoding: Encoding
  #integers: Promise<IntegerCouplings> | undefined

  /** @param weights [N, N], symmetric, diagonal 0 */
  constructor(backend: Backend, encoding: Encoding, weights: Float32Array, bias: Float32Array) {
    this.#backend = backend
    this.#encoding = encoding
    this.weights = weights
    this.bias = bias
    this.units = bias.length
    this.colours = bias.length
    this.size = weights.length
  }

  integers(): Promise<IntegerCouplings> {
    this.#integers ??= toIntegers(this.#backend, this.weights, this.bias, this.#encoding)
    return this.#integers
  }

  async sweep(sweeps: Sweeps): Promise<void> {
    const { units, binary, narrow, unit, table, offsets } = await this.integers()
    const { key, orderKey, temperatures, mask, firstChain, firstSweep, states, onCounts, energies } = sweeps
    // All units are coupled, each has a colour of its own: in order, that is the sequential scan.
    const scan = sweeps.scan === 'chromatic' ? scans.sequential : scans[sweeps.scan]
    await this.#backend.run(
      'boltzmannGibbs',
      ...([units, binary, narrow, unit, table, offsets, scan, sweeps.metropolis, temperatures, mask] as const),
      ...([key.low, key.high, orderKey.low, orderKey.high, firstChain, firstSweep] as const),
      ...([states, onCounts, energies] as const),
    )
  }

  async look(states: Uint32Array, fields: Float32Array, energies: Float64Array): Promise<void> {
    const { units, binary, narrow, unit, table, offsets } = await this.integers()
    await this.#backend.run('couplingsFields', units, binary, narrow, unit, table, offsets, states, fields, energies)
  }

  row(unit: number): Float64Array {
    return Float64Array.from(this.weights.subarray(unit * this.units, (unit + 1) * this.units))
  }
}
