/** What a Boltzmann machine says of given states, one row at a time: energies, fields, pseudo-likelihood. */

import { inPieces } from '../backend/pieces.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { type LongOptions, reporter } from '../run/progress.ts'
import { wordsPerRow } from './bits.ts'
import type { BoltzmannCore } from './boltzmann-core.ts'
import type { Couplings } from './boltzmann-couplings.ts'
import { toStates } from './hopfield-states.ts'
import { checkedLongOptions } from './rbm-rows.ts'

const FIELDS_PER_CALL = 2 ** 22
const FIRST_PIECE = 64

export async function energy(
  core: BoltzmannCore,
  states: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  const { couplings } = core
  const { bits } = await toStates(core.backend, 'states', states, core.units)
  return energiesOf(couplings, bits, options)
}

/** Energies of packed states. */
export async function energiesOf(couplings: Couplings, bits: Uint32Array, options: LongOptions): Promise<Float64Array> {
  const energies = new Float64Array(bits.length / wordsPerRow(couplings.units))
  await inRows(couplings, bits, options, (rows, first, count) =>
    couplings.look(rows, new Float32Array(), energies.subarray(first, first + count)),
  )
  return energies
}

export async function fields(core: BoltzmannCore, states: MatrixLike, given: LongOptions | undefined): Promise<Matrix> {
  const options = checkedLongOptions(given)
  const { couplings, units } = core
  const { bits, rows } = await toStates(core.backend, 'states', states, units)
  const data = new Float32Array(rows * units)
  await inRows(couplings, bits, options, (part, first, count) =>
    couplings.look(part, data.subarray(first * units, (first + count) * units), new Float64Array()),
  )
  return { data, shape: [rows, units] }
}

/** 2 / T for spins, 1 / T for binary units: P(on | rest) = sigma(sharpness z). */
export function sharpness({ encoding, temperature }: Pick<BoltzmannCore, 'encoding' | 'temperature'>): number {
  return (encoding === 'spin' ? 2 : 1) / temperature
}

/** Sums over the units of log P(y_i | rest), one for each packed row. */
export async function pseudoLikelihoods(
  core: BoltzmannCore,
  couplings: Couplings,
  bits: Uint32Array,
  options: LongOptions,
): Promise<Float64Array> {
  const { units, backend } = core
  const result = new Float64Array(bits.length / wordsPerRow(units))
  await inRows(couplings, bits, options, async (rows, first, count) => {
    const z = new Float32Array(count * units)
    await couplings.look(rows, z, new Float64Array())
    await backend.run(
      'boltzmannPseudoLikelihood',
      z,
      rows,
      units,
      sharpness(core),
      result.subarray(first, first + count),
    )
  })
  return result
}

export async function pseudoLogLikelihood(
  core: BoltzmannCore,
  states: MatrixLike,
  given: LongOptions | undefined,
): Promise<number> {
  const options = checkedLongOptions(given)
  const { couplings } = core
  const { bits, rows } = await toStates(core.backend, 'states', states, core.units)
  const each = await pseudoLikelihoods(core, couplings, bits, options)
  return each.reduce((sum, value) => sum + value, 0) / rows
}

function inRows(
  { units }: Couplings,
  bits: Uint32Array,
  options: LongOptions,
  body: (rows: Uint32Array, first: number, count: number) => Promise<void>,
): Promise<void> {
  const words = wordsPerRow(units)
  const rows = bits.length / words
  const most = Math.max(1, Math.floor(FIELDS_PER_CALL / units))
  const inBlocks = async (first: number, count: number) => {
    for (let at = first; at < first + count; at += most) {
      const size = Math.min(most, first + count - at)
      await body(bits.subarray(at * words, (at + size) * words), at, size)
    }
  }
  return inPieces(rows, inBlocks, { signal: options.signal, onPiece: reporter(options, rows), firstPiece: FIRST_PIECE })
}
