/** Proposals that do not come from a kernel: drawn from a distribution, or made by a function of the user's. */

import type { Backend } from '../backend/backend.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { deriveKey, fromWords, type Key } from '../random/key.ts'
import { ChainRng } from './chain-rng.ts'
import type { CustomProposal } from './metropolis-proposal.ts'
import type { ProposalSource } from './metropolis-script.ts'
import { type Proposal, proposalLogProb, proposalRows } from './proposal.ts'

/** The columns that proposals are for: chains times temperatures. */
export interface SourcePlace {
  readonly backend: Backend
  readonly key: Key
  readonly dim: number
  readonly firstChain: number
  readonly columns: number
  readonly levels: number
}

/** Number of a column among those of all chains, whichever of them run. */
function globalColumn({ firstChain, levels }: SourcePlace, column: number): number {
  return firstChain * levels + column
}

/** The seed of a column's own draws. */
function columnSeed(key: Key, column: number): number | bigint {
  return fromWords(deriveKey(fromWords(key), column))
}

/** Starting points [chains, dim] drawn from the proposal itself, where its density is surely above 0. */
export async function independentStart(
  proposal: Proposal,
  key: Key,
  chains: number,
  firstChain: number,
): Promise<Float64Array> {
  const points = new Float64Array(chains * proposal.dim)
  for (let chain = 0; chain < chains; chain++) {
    const seed = columnSeed(key, firstChain + chain)
    points.set(await proposalRows(proposal, 1, { seed }), chain * proposal.dim)
  }
  return points
}

/** x' drawn from q, whatever x is: log q(x) - log q(x') enters the decision. */
export class IndependenceSource implements ProposalSource {
  readonly #proposal: Proposal
  readonly #place: SourcePlace
  /** Of the iterations prepared: rows [columns][count, dim] and their log q [columns][count]. */
  #rows: readonly Float64Array[] = []
  #logProbs: readonly Float64Array[] = []
  #first = 0
  /** Where the columns stand [columns, dim], log q there, and log q of the proposals at hand. */
  readonly #positions: Float64Array
  #here: Float64Array = new Float64Array()
  readonly #there: Float64Array
  #proposals: Float64Array = new Float64Array()

  constructor(proposal: Proposal, place: SourcePlace) {
    this.#proposal = proposal
    this.#place = place
    this.#positions = new Float64Array(place.columns * place.dim)
    this.#there = new Float64Array(place.columns)
  }

  async prepare(first: number, count: number, positions: Float64Array): Promise<void> {
    const { columns, key } = this.#place
    this.#first = first
    this.#positions.set(positions)
    this.#here = await proposalLogProb(this.#proposal, positions)
    if (this.#here.includes(Number.NEGATIVE_INFINITY)) {
      throw new ArgumentError(
        expected('init', "to be where the proposal's density is above 0", 'a point where it is not'),
      )
    }
    const all = Array.from({ length: columns }, (_, column) => {
      const seed = columnSeed(key, globalColumn(this.#place, column))
      return proposalRows(this.#proposal, count, { seed, first })
    })
    this.#rows = await Promise.all(all)
    this.#logProbs = await Promise.all(this.#rows.map((rows) => proposalLogProb(this.#proposal, rows)))
  }

  propose(iteration: number, _: Float64Array, proposals: Float64Array, logRatio: Float64Array): boolean {
    const { columns, dim } = this.#place
    const row = iteration - this.#first
    for (let column = 0; column < columns; column++) {
      const rows = this.#rows[column]!
      for (let i = 0; i < dim; i++) proposals[column * dim + i] = rows[row * dim + i]!
      this.#there[column] = this.#logProbs[column]![row]!
      logRatio[column] = this.#here[column]! - this.#there[column]!
    }
    this.#proposals = proposals
    return true
  }

  /** A column stands where it stood, where it wanted to go, or, after a swap, where a neighbour did. */
  decided(positions: Float64Array): void {
    const { columns, levels } = this.#place
    const before = this.#here.slice()
    for (let column = 0; column < columns; column++) {
      const level = column % levels
      for (let other = column - Math.min(1, level); other <= column + Math.min(1, levels - 1 - level); other++) {
        if (this.#same(positions, column, this.#positions, other)) this.#here[column] = before[other]!
        else if (this.#same(positions, column, this.#proposals, other)) this.#here[column] = this.#there[other]!
      }
    }
    this.#positions.set(positions)
  }

  #same(a: Float64Array, row: number, b: Float64Array, other: number): boolean {
    const { dim } = this.#place
    for (let i = 0; i < dim; i++) if (a[row * dim + i] !== b[other * dim + i]) return false
    return true
  }

  /** All of them are functions of the iteration. */
  randomPositions(): Float64Array {
    return new Float64Array()
  }

  restore(): void {}
}

/** Proposals of the user's function, column by column. */
export class CustomSource implements ProposalSource {
  readonly #proposal: CustomProposal
  readonly #place: SourcePlace
  readonly #rngs: readonly ChainRng[]
  readonly #from: Float64Array
  readonly #to: Float64Array

  constructor(proposal: CustomProposal, place: SourcePlace, positions: Float64Array | undefined) {
    this.#proposal = proposal
    this.#place = place
    this.#rngs = Array.from(
      { length: place.columns },
      (_, column) => new ChainRng(place.backend, place.key, globalColumn(place, column), positions?.[column]),
    )
    this.#from = new Float64Array(place.dim)
    this.#to = new Float64Array(place.dim)
  }

  async prepare(): Promise<void> {}

  propose(_: number, positions: Float64Array, proposals: Float64Array, logRatio: Float64Array): boolean {
    const { columns, dim } = this.#place
    for (let column = 0; column < columns; column++) {
      this.#proposeOne(positions, column)
      proposals.set(this.#to, column * dim)
      if (!this.#proposal.symmetric) logRatio[column] = this.#ratio(positions, column)
    }
    return !this.#proposal.symmetric
  }

  #proposeOne(positions: Float64Array, column: number): void {
    const { dim } = this.#place
    this.#take(positions, column)
    const made = this.#proposal.propose(this.#from, this.#rngs[column]!)
    if (made?.length !== dim) throw wrong('propose', `to give ${dim} numbers`, show(made))
    for (let i = 0; i < dim; i++) {
      if (!Number.isFinite(made[i])) throw wrong('propose', 'to give finite numbers', `${show(made[i])} at index ${i}`)
      this.#to[i] = made[i]!
    }
  }

  #ratio(positions: Float64Array, column: number): number {
    const [to, from, { logDensity, logRatio }] = [this.#to, this.#from, this.#proposal]
    this.#take(positions, column)
    const ratio = logRatio
      ? logRatio.call(this.#proposal, to, from)
      : logDensity!.call(this.#proposal, from, to) - logDensity!.call(this.#proposal, to, from)
    if (ratio < Number.POSITIVE_INFINITY) return ratio
    throw wrong(logRatio ? 'logRatio' : 'logDensity', 'to give a number for a move that was proposed', String(ratio))
  }

  #take(positions: Float64Array, column: number): void {
    const { dim } = this.#place
    for (let i = 0; i < dim; i++) this.#from[i] = positions[column * dim + i]!
  }

  decided(): void {}

  randomPositions(): Float64Array {
    return Float64Array.from(this.#rngs, (rng) => rng.position)
  }

  restore(positions: Float64Array): void {
    for (const [column, rng] of this.#rngs.entries()) rng.position = positions[column]!
  }
}

function wrong(method: string, wanted: string, got: string): ArgumentError {
  return new ArgumentError(expected(`proposal.${method}`, wanted, got))
}
