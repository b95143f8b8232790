/** States that users give to a Boltzmann machine: of all its units, or of the visible ones alone. */

import { ArgumentError, expected } from '../errors.ts'
import { type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import type { Key } from '../random/key.ts'
import { drawRows, halves } from './bit-rows.ts'
import { packRow, toMask, wordsPerRow } from './bits.ts'
import type { BoltzmannCore } from './boltzmann-core.ts'
import { toStates } from './hopfield-states.ts'

/** Units held at given values. */
export interface BoltzmannClamp {
  /** One entry for each unit, or for each visible unit: true (or 1) for a unit that is held. */
  readonly mask: ArrayLike<boolean | number>
  /** States [chains, N] or [chains, V], or one row for all chains. Only the marked units' values are used. */
  readonly values: MatrixLike
}

/** Packed rows of the first `columns` units. */
export interface GivenStates {
  readonly bits: Uint32Array
  readonly rows: number
  readonly columns: number
}

/** Checks and packs states of all units, or of the visible ones. */
export async function toGivenStates(
  { backend, units, visible }: BoltzmannCore,
  name: string,
  value: MatrixLike,
): Promise<GivenStates> {
  const matrix = await toMatrixInPieces(name, value)
  const columns = matrix.shape[1]
  if (columns !== units && columns !== visible) {
    const wanted = units === visible ? `${units} columns` : `${units} columns, or ${visible} for the visible units`
    throw new ArgumentError(expected(name, `to have ${wanted}`, columns))
  }
  const { bits, rows } = await toStates(backend, name, matrix, columns)
  return { bits, rows, columns }
}

/** Fair coins for all units of `rows` chains; row r draws as row `firstRow + r` of the key. */
export function coins(
  { backend, units }: BoltzmannCore,
  rows: number,
  key: Key,
  firstRow: number,
): Promise<Uint32Array> {
  return drawRows(backend, halves(units), rows, key, firstRow)
}

/** A packed row of ones for the first `columns` units. */
export function firstUnits(units: number, columns: number): Uint32Array {
  return packRow(Uint8Array.from({ length: units }, (_, i) => (i < columns ? 1 : 0)))
}

/** states = given where the mask, one packed row, is set. A single given row is meant for all. */
export function overlay(states: Uint32Array, mask: Uint32Array, given: GivenStates): void {
  const [words, from] = [mask.length, wordsPerRow(given.columns)]
  for (let k = 0; k < states.length; k++) {
    const [row, word] = [Math.floor(k / words), k % words]
    if (word >= from) continue
    const held = mask[word]!
    const value = given.bits[(given.rows === 1 ? 0 : row) * from + word]!
    states[k] = (states[k]! & ~held) | (value & held)
  }
}

/** The packed mask of a clamp, after its values have been put into the states. */
export async function clampTo(
  core: BoltzmannCore,
  states: Uint32Array,
  mask: ArrayLike<boolean | number>,
  values: MatrixLike,
  rows: number,
): Promise<Uint32Array> {
  const given = await toGivenStates(core, 'clamp.values', values)
  checkRows('clamp.values', given, rows)
  const held = toUnitMask('clamp.mask', mask, core)
  // Values of visible units alone say nothing about hidden ones.
  const hidden = held.lastIndexOf(1)
  if (hidden >= given.columns) {
    throw new ArgumentError(
      expected('clamp.values', `to have ${core.units} columns, for unit ${hidden}`, given.columns),
    )
  }
  const packed = packRow(held)
  overlay(states, packed, given)
  return packed
}

/** A mask of all units; one for the visible units leaves the hidden ones free. */
export function toUnitMask(name: string, mask: ArrayLike<boolean | number>, core: BoltzmannCore): Uint8Array {
  const flags = new Uint8Array(core.units)
  flags.set(toMask(name, mask, mask?.length === core.visible ? core.visible : core.units))
  return flags
}

export function checkRows(name: string, { rows }: GivenStates, chains: number): void {
  if (rows === 1 || rows === chains) return
  throw new ArgumentError(expected(name, `to have 1 or ${chains} rows, one for each chain`, rows))
}
