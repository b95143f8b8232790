/** What a Hopfield network says of given states, one row at a time: energies and fields. */

import { inPieces } from '../backend/pieces.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { type LongOptions, reporter } from '../run/progress.ts'
import { type HopfieldCore, integersOf, type Network } from './hopfield-core.ts'
import { toStates } from './hopfield-states.ts'
import { type IntegerCouplings, padded } from './integer-couplings.ts'
import { checkedLongOptions } from './rbm-rows.ts'

const FIELDS_PER_CALL = 2 ** 22

export async function energy(
  core: HopfieldCore,
  states: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  return core.read(async (network) => {
    const { bits, rows } = await toStates(core.backend, 'states', states, core.units)
    const energies = new Float64Array(rows)
    const couplings = await integersOf(core.backend, network)
    await pieces(core, rows, options, (first, count) =>
      run(core, couplings, bits, first, count, new Float32Array(), energies.subarray(first, first + count)),
    )
    return energies
  })
}

export async function fields(core: HopfieldCore, states: MatrixLike, given: LongOptions | undefined): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.read(async (network) => {
    const { bits, rows } = await toStates(core.backend, 'states', states, core.units)
    return fieldsOf(core, network, bits, rows, options)
  })
}

/** The fields of packed states. */
export async function fieldsOf(
  core: HopfieldCore,
  network: Network,
  bits: Uint32Array,
  rows: number,
  options: LongOptions,
): Promise<Matrix> {
  const data = new Float32Array(rows * core.units)
  const couplings = await integersOf(core.backend, network)
  await pieces(core, rows, options, (first, count) => {
    const to = data.subarray(first * core.units, (first + count) * core.units)
    return run(core, couplings, bits, first, count, to, new Float64Array())
  })
  return { data, shape: [rows, core.units] }
}

function pieces(
  { units }: HopfieldCore,
  rows: number,
  options: LongOptions,
  body: (first: number, count: number) => Promise<void>,
): Promise<void> {
  const most = Math.max(1, Math.floor(FIELDS_PER_CALL / padded(units)))
  const inBlocks = async (first: number, count: number) => {
    for (let at = first; at < first + count; at += most) await body(at, Math.min(most, first + count - at))
  }
  return inPieces(rows, inBlocks, { signal: options.signal, onPiece: reporter(options, rows), firstPiece: 64 })
}

function run(
  { backend, words }: HopfieldCore,
  { units, binary, narrow, unit, table, offsets }: IntegerCouplings,
  bits: Uint32Array,
  first: number,
  count: number,
  fields: Float32Array,
  energies: Float64Array,
): Promise<void> {
  const states = bits.subarray(first * words, (first + count) * words)
  return backend.run('couplingsFields', units, binary, narrow, unit, table, offsets, states, fields, energies)
}
