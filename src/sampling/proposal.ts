/** What importance sampling and independence Metropolis draw from: a distribution of the library, a flow, or the user's own. */

import { isNumericArray, type NumericArray, positiveInteger } from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { Seed } from '../random/key.ts'

export interface ProposalSampleOptions {
  readonly seed: Seed
  /** Number of the first row: `sample(n, { seed, first })` are the rows first ... first + n - 1 of the seed's. Default 0. */
  readonly first?: number | undefined
}

/** Rows [n, dim]: a flat array, or what the library's models give. */
export type ProposalRows = NumericArray | { readonly data: NumericArray }

/** A distribution on R^dim that can be drawn from and whose density is known. Both may be asynchronous. */
export interface Proposal {
  readonly dim: number
  /** Rows [n, dim], a function of the seed and of their numbers alone. */
  sample(n: number, options: ProposalSampleOptions): ProposalRows | PromiseLike<ProposalRows>
  /** Log densities [n] of rows [n, dim], normalised; minus infinity where there is no density. */
  logProb(rows: Float64Array): ArrayLike<number> | PromiseLike<ArrayLike<number>>
}

/**
 * Checks what a user passes as a proposal.
 *
 * @param dim the number of columns wanted; any when undefined
 */
export function checkProposal(name: string, value: unknown, dim?: number): Proposal {
  const proposal = (value ?? {}) as Partial<Proposal>
  if (typeof proposal.sample !== 'function' || typeof proposal.logProb !== 'function') {
    throw new ArgumentError(expected(name, 'to have the methods `sample` and `logProb`', show(value)))
  }
  positiveInteger(`${name}.dim`, proposal.dim)
  if (dim !== undefined && proposal.dim !== dim) {
    throw new ArgumentError(expected(name, `to have dim ${dim}, as the target`, proposal.dim!))
  }
  return proposal as Proposal
}

/** Rows first ... first + n - 1 of a proposal [n, dim], as float64; refuses rows that are not finite. */
export async function proposalRows(
  proposal: Proposal,
  n: number,
  options: ProposalSampleOptions,
): Promise<Float64Array> {
  const given = await proposal.sample(n, options)
  const rows: unknown = isNumericArray(given) ? given : given?.data
  if (!isNumericArray(rows) || rows.length !== n * proposal.dim) {
    const wanted = `to give ${n} rows of ${proposal.dim} as one typed array`
    throw new ArgumentError(expected('proposal.sample', wanted, show(rows)))
  }
  const bad = rows.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) {
    const place = `${rows[bad]} in row ${Math.floor(bad / proposal.dim)}`
    throw new ArgumentError(expected('proposal.sample', 'to give finite numbers', place))
  }
  return rows instanceof Float64Array ? rows : Float64Array.from(rows)
}

/** Log densities of rows [n, dim] under a proposal [n]; refuses NaN and plus infinity. */
export async function proposalLogProb(proposal: Proposal, rows: Float64Array): Promise<Float64Array> {
  const n = rows.length / proposal.dim
  const given = await proposal.logProb(rows)
  if (given?.length !== n) {
    throw new ArgumentError(expected('proposal.logProb', `to give ${n} numbers`, show(given)))
  }
  const values = given instanceof Float64Array ? given : Float64Array.from(given)
  const bad = values.findIndex((value) => !(value < Number.POSITIVE_INFINITY))
  if (bad >= 0) {
    const wanted = 'to give log densities below plus infinity'
    throw new ArgumentError(expected('proposal.logProb', wanted, `${values[bad]} in row ${bad}`))
  }
  return values
}
