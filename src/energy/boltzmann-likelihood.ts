/** Exact likelihoods of a small Boltzmann machine, and their gradient. */

import { inPieces } from '../backend/pieces.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { type LongOptions, reporter } from '../run/progress.ts'
import { wordsPerRow } from './bits.ts'
import type { BoltzmannCore } from './boltzmann-core.ts'
import { type ExactLaw, exact, logPartitionOf, reduce } from './boltzmann-exact.ts'
import { firstUnits } from './boltzmann-start.ts'
import { fromBits, toStates } from './hopfield-states.ts'
import { checkedLongOptions } from './rbm-rows.ts'

export interface BoltzmannGradient {
  /** Mean log-likelihood of the rows, in nats. */
  readonly logLikelihood: number
  /** [N, N], row after row: the derivative for the parameter W_ij = W_ji. */
  readonly couplings: Float64Array
  /** [N] */
  readonly bias: Float64Array
}

/** Mean of log P(visible row), hidden units summed out. */
export async function logLikelihood(
  core: BoltzmannCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<number> {
  const options = checkedLongOptions(given)
  const { couplings, units, temperature } = core
  const { rows, mask, row } = await heldRows(core, data)
  const all = reduce(core, couplings, new Uint8Array(units), new Uint32Array(wordsPerRow(units)), 1 / temperature)
  const logZ = await logPartitionOf(core, all, options)
  let total = 0
  await eachRow(rows, options, async (r) => {
    total += await logPartitionOf(core, reduce(core, couplings, mask, row(r), 1 / temperature), {})
  })
  return total / rows - logZ
}

/** The exact gradient of `logLikelihood`: (<y_i y_j>_data - <y_i y_j>_model) / T, and likewise for the biases. */
export async function gradient(
  core: BoltzmannCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<BoltzmannGradient> {
  const options = checkedLongOptions(given)
  const { rows, mask, row } = await heldRows(core, data)
  const frozen = { ...core }
  const model = await exact(frozen, options)
  const [couplings, bias] = [new Float64Array(core.units ** 2), new Float64Array(core.units)]
  let total = 0
  await eachRow(rows, options, async (r) => {
    const values = fromBits(core.backend, row(r), core.units, core.encoding)
    const law = await exact(frozen, { clamp: { mask, values } })
    total += law.logPartition
    addScaled(couplings, bias, law, 1 / (rows * core.temperature))
  })
  addScaled(couplings, bias, model, -1 / core.temperature)
  for (let i = 0; i < core.units; i++) couplings[i * core.units + i] = 0
  return { logLikelihood: total / rows - model.logPartition, couplings, bias }
}

function addScaled(couplings: Float64Array, bias: Float64Array, { moments, means }: ExactLaw, factor: number): void {
  for (let k = 0; k < couplings.length; k++) couplings[k]! += factor * moments[k]!
  for (let i = 0; i < bias.length; i++) bias[i]! += factor * means[i]!
}

/** The rows of data as held states of all units, hidden ones free. */
async function heldRows(core: BoltzmannCore, data: MatrixLike) {
  const { bits, rows } = await toStates(core.backend, 'data', data, core.visible)
  const [words, from] = [wordsPerRow(core.units), wordsPerRow(core.visible)]
  const mask = Uint8Array.from({ length: core.units }, (_, i) => (i < core.visible ? 1 : 0))
  const packed = firstUnits(core.units, core.visible)
  const row = (r: number) => packed.map((held, w) => (w < from ? bits[r * from + w]! & held : 0)).subarray(0, words)
  return { rows, mask, row }
}

async function eachRow(rows: number, options: LongOptions, body: (row: number) => Promise<void>): Promise<void> {
  const run = async (first: number, count: number) => {
    for (let r = first; r < first + count; r++) await body(r)
  }
  await inPieces(rows, run, { signal: options.signal, onPiece: reporter(options, rows) })
}

/** Refuses what only dense couplings can do. */
export function needsDense(what: string): never {
  throw new ArgumentError(expected(what, 'to be called on a machine with dense couplings', 'a sparse one'))
}
