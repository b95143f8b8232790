/** The projection (pseudo-inverse) rule [Personnaz, Guyon, Dreyfus 1985] of a Hopfield network. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces, type PieceOptions } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { DependentPatternsError } from '../errors.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { emptyNetwork, type HopfieldCore } from './hopfield-core.ts'
import type { Rule } from './hopfield-hebbian.ts'

export interface PseudoInverseOptions extends LongOptions {
  rule: 'pseudo-inverse'
  /** Added to the eigenvalues of X X' / N, for patterns that depend on each other; default 0. */
  ridge?: number | undefined
}

// A pivot below this part of its diagonal element is rounding: the pattern lies in the span of those before it.
const TOLERANCE = 1e-10

/** Replaces couplings, biases and stored patterns. An abort changes nothing. */
export function project(given: PseudoInverseOptions): Rule {
  const options = check.options('options', given, ['rule', 'ridge', ...longOptionKeys])
  checkLongOptions(options)
  const ridge = check.numberWithin('ridge', options.ridge ?? 0, 0, 1e6)
  return async (core, { bits, rows }) => {
    // The three parts take about as long for a number of patterns near that of units.
    const steps = { factor: rows, whiten: core.units, project: core.units }
    const total = steps.factor + steps.whiten + steps.project
    const report = reporter(options, total)
    const from = (start: number): PieceOptions => ({
      signal: options.signal,
      onPiece: (done) => report(start + done),
      firstPiece: 16,
    })
    const lower = await factor(core, bits, rows, ridge, from(0))
    const basis = await whiten(core, bits, rows, lower, from(steps.factor))
    const next = { ...emptyNetwork(core.backend, core.units), patterns: bits }
    await inPieces(
      core.units,
      async (first, count) => {
        const block = new Float32Array(count * core.units)
        await core.backend.run('hopfieldProject', basis, core.units, first, count, block)
        next.weights.view().set(block, first * core.units)
      },
      from(steps.factor + steps.whiten),
    )
    core.network = next
    return { done: rows }
  }
}

/** L of X X' + ridge N = L L'. */
async function factor(
  { backend, units }: HopfieldCore,
  bits: Uint32Array,
  rows: number,
  ridge: number,
  options: PieceOptions,
): Promise<BackendArray<Float64Array>> {
  const matrix = backend.alloc(Float64Array, rows * rows)
  await backend.run('hopfieldGram', units, bits, ridge * units, matrix)
  const advance = async (first: number, count: number) => {
    const failed = await backend.run('hopfieldCholesky', matrix, rows, first, count, TOLERANCE)
    if (failed >= 0) throw new DependentPatternsError(failed)
  }
  await inPieces(rows, advance, options)
  return matrix
}

/** Y = L^-1 X, [P, N], so that W = Y' Y. */
async function whiten(
  { backend, units }: HopfieldCore,
  bits: Uint32Array,
  rows: number,
  lower: BackendArray<Float64Array>,
  options: PieceOptions,
): Promise<BackendArray<Float64Array>> {
  const basis = backend.alloc(Float64Array, rows * units)
  const advance = async (first: number, count: number) => {
    const block = new Float64Array(rows * count)
    await backend.run('hopfieldWhiten', units, bits, lower, first, count, block)
    const to = basis.view()
    for (let p = 0; p < rows; p++) to.set(block.subarray(p * count, (p + 1) * count), p * units + first)
  }
  await inPieces(units, advance, options)
  return basis
}
