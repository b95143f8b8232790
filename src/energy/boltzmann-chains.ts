/** Chains of a Boltzmann machine in pieces: blocks of rows that fit into memory, pieces that leave the event loop free. */

import type { Backend } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import type { Key } from '../random/key.ts'
import { wordsPerRow } from './bits.ts'
import type { Couplings, Scan } from './boltzmann-couplings.ts'
import { cautiousSweeps } from './limits.ts'

export interface ChainSettings {
  readonly scan: Scan
  readonly metropolis: boolean
  /** Of a sweep, by its place in the run. */
  readonly temperature: (sweep: number) => number
  readonly mask: Uint32Array
  readonly key: Key
  readonly orderKey: Key
  readonly firstChain: number
  readonly firstSweep: number
}

// Fields of the chains of one call: 64 MiB.
const FIELDS_PER_CALL = 2 ** 24

export class BoltzmannChains {
  /** Packed rows, moved in place. */
  readonly states: Uint32Array
  readonly rows: number
  /** Sweeps done. */
  done = 0
  readonly #backend: Backend
  readonly #couplings: Couplings
  readonly #settings: ChainSettings
  readonly #words: number

  constructor(backend: Backend, couplings: Couplings, states: Uint32Array, settings: ChainSettings) {
    this.#backend = backend
    this.#couplings = couplings
    this.#settings = settings
    this.#words = wordsPerRow(couplings.units)
    this.states = states
    this.rows = states.length / this.#words
  }

  /**
   * Sweeps all chains up to sweep number `goal` of the run.
   *
   * @param onCounts [rows, N], to which the sweeps are added after which a unit is on
   */
  async sweepTo(
    goal: number,
    signal: AbortSignal | undefined,
    onPiece: () => void,
    onCounts: Uint32Array = new Uint32Array(),
  ): Promise<void> {
    const start = this.done
    const advance = async (first: number, count: number) => {
      await this.#sweep(start + first, count, onCounts)
      this.done = start + first + count
    }
    await inPieces(goal - start, advance, { signal, onPiece, firstPiece: this.#firstPiece() })
  }

  /** Sweeps that surely fit into a piece. */
  #firstPiece(): number {
    const { size, units } = this.#couplings
    return cautiousSweeps(this.rows, size / units, units, this.#backend.pieceMilliseconds)
  }

  async #sweep(first: number, count: number, onCounts: Uint32Array): Promise<void> {
    const { units } = this.#couplings
    const temperatures = Float64Array.from({ length: count }, (_, k) => this.#settings.temperature(first + k))
    const most = Math.max(1, Math.floor(FIELDS_PER_CALL / units))
    for (let at = 0; at < this.rows; at += most) {
      const end = Math.min(this.rows, at + most)
      await this.#couplings.sweep({
        ...this.#settings,
        temperatures,
        firstChain: this.#settings.firstChain + at,
        firstSweep: this.#settings.firstSweep + first,
        states: this.states.subarray(at * this.#words, end * this.#words),
        onCounts: onCounts.length === 0 ? onCounts : onCounts.subarray(at * units, end * units),
        energies: new Float64Array(),
      })
    }
  }
}
