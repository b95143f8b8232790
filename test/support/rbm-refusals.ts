/** Tables of wrong calls to an RBM, and what is expected of each: one sentence, and a model that is as it was. */

import { expect } from 'vitest'
import { GibbsiteError, type MatrixLike, RBM } from '#gibbsite'
import { firstDifference } from './bytes.ts'
import { bits } from './enumeration.ts'

export const [V, H] = [6, 4]
export const row: number[] = bits(0b101101, V)
export const data: number[][] = [row, bits(7, V)]
export const grey: number[] = [1, 0, 0.5, 0, 1, 0]

/** A value that the types would not let through. */
export const anyone = <T>(value: unknown): T => value as T

type Call = (rbm: RBM) => unknown
export type Case = readonly [name: string, call: Call, message: string]

/** What every method that takes rows of data refuses. */
export function rowsCases(
  method: string,
  argument: string,
  width: number,
  call: (rbm: RBM, rows: MatrixLike) => unknown,
): Case[] {
  const wide = new Array(width + 1).fill(0)
  const first = (value: unknown) => [value, ...new Array(width - 1).fill(0)] as MatrixLike
  const wrong = `expected \`${argument}\``
  return [
    [`${method}: wrong width`, (rbm) => call(rbm, wide), `${wrong} to have ${width} columns; got ${width + 1}`],
    [`${method}: NaN`, (rbm) => call(rbm, first(Number.NaN)), `got NaN in row 0, column 0`],
    [`${method}: above 1`, (rbm) => call(rbm, first(1.5)), `got 1.5 in row 0, column 0`],
    [`${method}: below 0`, (rbm) => call(rbm, first(-0.1)), `got -0.1 in row 0, column 0`],
    [`${method}: no rows`, (rbm) => call(rbm, []), wrong],
    [`${method}: nothing`, (rbm) => call(rbm, anyone(undefined)), `${wrong} to be { data, shape: [rows, columns] }`],
    [`${method}: text`, (rbm) => call(rbm, anyone('rows')), `${wrong} to be { data, shape: [rows, columns] }`],
    [
      `${method}: a shape that does not fit`,
      (rbm) => call(rbm, { data: new Float32Array(5), shape: [1, width] }),
      `${wrong} to hold 1 x ${width} = ${width} numbers, as its shape says; got 5`,
    ],
  ]
}

export async function refused(_: string, call: Call, message: string): Promise<void> {
  const rbm = new RBM({ visible: V, hidden: H, seed: 1 })
  const before = rbm.toBytes()
  const error = await (async () => await call(rbm))().then(
    () => expect.unreachable('the call was not refused'),
    (reason: Error) => reason,
  )
  expect(error).toBeInstanceOf(GibbsiteError)
  expect(error.message).toContain(message)
  expect(error.message).not.toContain('\n')
  expect(firstDifference(rbm.toBytes(), before)).toBe(-1)
  // And it still works.
  expect((await rbm.freeEnergy(data)).every(Number.isFinite)).toBe(true)
}
