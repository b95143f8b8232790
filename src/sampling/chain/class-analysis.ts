/** One communicating class by itself: its law, its balance, its eigenvalues. */

import type { ChainClass } from './classes.ts'
import { spectralRadius } from './spectral-radius.ts'
import { generalEigenvalues, MOST_GENERAL, pinUnit, type Spectrum, symmetricEigenvalues } from './spectrum.ts'
import { blockOf, stationaryLaw } from './stationary.ts'
import type { Transitions } from './transition-input.ts'
import type { Work } from './work.ts'

/** Detailed balance, law_i P_ij = law_j P_ji, and where it is broken worst. */
export interface Balance {
  /** max |law_i P_ij - law_j P_ji| */
  readonly residual: number
  /** Where the maximum is; null where it is 0. */
  readonly pair: readonly [number, number] | null
  /** The largest flow law_i P_ij between two states. */
  readonly flow: number
}

/** Differences of opposite flows, as a part of their sum, that leave the eigenvalues of the symmetric matrix right to 1e-12. */
const BALANCED = 1e-6

const NOTHING: Balance = { residual: 0, pair: null, flow: 0 }

export class ClassAnalysis {
  readonly balance: Balance
  readonly #one: ChainClass
  /** Of the class's states. For a transient class: of the chain that stays where it is instead of leaving. */
  readonly #law: Float64Array
  readonly #balanced: boolean

  private constructor(one: ChainClass, law: Float64Array, balance: Balance, balanced: boolean) {
    this.#one = one
    this.#law = law
    this.balance = balance
    this.#balanced = balanced
  }

  static async of(work: Work, transitions: Transitions, one: ChainClass): Promise<ClassAnalysis> {
    const { states } = one
    if (states.length === 1) return new ClassAnalysis(one, Float64Array.of(1), NOTHING, true)
    const law = await stationaryLaw(work, transitions, states)
    const findings = new Float64Array(5)
    const block = await blockOf(work, transitions, states)
    await work.run(2 * states.length ** 2, 'markovBalance', block, law, findings)
    work.give(block)
    const [residual, i, j, flow, asymmetry] = findings as unknown as [number, number, number, number, number]
    const pair = residual === 0 ? null : ([states[i]!, states[j]!] as const)
    return new ClassAnalysis(one, law, { residual, pair, flow }, asymmetry <= BALANCED)
  }

  get recurrent(): boolean {
    return this.#one.recurrent
  }

  /** The law on all n states, 0 outside the class. */
  law(n: number): Float64Array {
    const law = new Float64Array(n)
    for (const [r, state] of this.#one.states.entries()) law[state] = this.#law[r]!
    return law
  }

  get spectrumIsCheap(): boolean {
    return this.#balanced || this.#one.states.length <= MOST_GENERAL
  }

  /** All eigenvalues of the class's block. */
  async spectrum(work: Work, transitions: Transitions): Promise<Spectrum> {
    const { states, recurrent } = this.#one
    if (states.length === 1) return singleEigenvalue(transitions, states[0]!)
    const block = await blockOf(work, transitions, states)
    const find = this.#balanced ? symmetricEigenvalues : generalEigenvalues
    const spectrum = await find(work, block, states.length)
    work.give(block)
    if (recurrent) pinUnit(spectrum)
    return spectrum
  }

  /** The largest modulus besides that of the eigenvalue 1, if the class has it. */
  async secondModulus(work: Work, transitions: Transitions): Promise<number> {
    const { states, recurrent } = this.#one
    const block = await blockOf(work, transitions, states)
    if (recurrent) await work.run(states.length ** 2, 'markovDeflate', this.#law, block)
    return spectralRadius(work, block, states.length)
  }
}

function singleEigenvalue({ matrix, states }: Transitions, state: number): Spectrum {
  return { real: Float64Array.of(matrix.view()[state * states + state]!), imaginary: Float64Array.of(0) }
}
