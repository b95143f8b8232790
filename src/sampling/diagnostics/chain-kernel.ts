/** The kernel behind `summary` and its kin: what it says of each variable, and in words why a number is missing. */

import { current, ready } from '../../backend/index.ts'
import { inPieces } from '../../backend/pieces.ts'
import type { DrawsLike } from '../draws.ts'
import { columnsOf } from './checked-draws.ts'

/** The first columns of native/kernels/chain_summary.h, in their order. */
const fields = [
  'mean',
  'sd',
  'hdiLow',
  'hdiHigh',
  'mcseMean',
  'mcseSd',
  'essBulk',
  'essTail',
  'rHat',
  'essMean',
] as const
type Field = (typeof fields)[number]
const [STATUS, PLACE, COLUMNS] = [10, 11, 12] as const

/** Of one variable; NaN where a number does not exist. */
export interface VariableSummary extends Readonly<Record<Field, number>> {
  /** Why something is NaN, in words; absent where nothing is. */
  readonly reason?: string
}

const status = { complete: 0, notFinite: 1, constant: 2, tiedTail: 3, tiedDistance: 4 } as const

/** Draws a chain below which R-hat, and below which sample sizes and standard errors, do not exist. */
const LEAST_FOR_RHAT = 4
const LEAST_FOR_ESS = 12

/** Numbers that one call of a kernel gets: enough for many small variables, few enough for memory. */
const NUMBERS_A_CALL = 2 ** 23
/** Variables at least, so that draws are not gone through too often and every core has some. */
const VARIABLES_A_CALL = 8

/** Variables for one call of a kernel. */
export function variablesACall({ shape: [chains, draws] }: DrawsLike): number {
  return Math.max(VARIABLES_A_CALL, Math.floor(NUMBERS_A_CALL / (chains * draws)))
}

export function summarise(draws: DrawsLike, hdi: number): VariableSummary[] {
  const { kernels } = current()
  const [chains, each, variables] = draws.shape
  const step = variablesACall(draws)
  const found: VariableSummary[] = []
  for (let first = 0; first < variables; first += step) {
    const count = Math.min(step, variables - first)
    const out = new Float64Array(count * COLUMNS)
    kernels.chainSummary(columnsOf(draws, first, count), chains, each, hdi, out)
    found.push(...unpack(draws, out))
  }
  return found
}

/** The same off the event loop. */
export async function summariseInPieces(
  draws: DrawsLike,
  hdi: number,
  signal: AbortSignal | undefined,
  onPiece: (done: number) => void,
): Promise<VariableSummary[]> {
  const backend = await ready()
  const [chains, each, variables] = draws.shape
  const most = variablesACall(draws)
  const found: VariableSummary[] = []
  await inPieces(
    variables,
    async (first, count) => {
      for (let from = first; from < first + count; from += most) {
        const some = Math.min(most, first + count - from)
        const out = new Float64Array(some * COLUMNS)
        await backend.run('chainSummary', columnsOf(draws, from, some), chains, each, hdi, out)
        found.push(...unpack(draws, out))
      }
    },
    { signal, onPiece, firstPiece: backend.threads() },
  )
  return found
}

function unpack(draws: DrawsLike, out: Float64Array): VariableSummary[] {
  return Array.from({ length: out.length / COLUMNS }, (_, v) => {
    const row = out.subarray(v * COLUMNS, (v + 1) * COLUMNS)
    const numbers = Object.fromEntries(fields.map((field, k) => [field, row[k]!])) as Record<Field, number>
    const reason = reasonFor(draws, row)
    return reason === undefined ? numbers : { ...numbers, reason }
  })
}

function reasonFor({ shape: [, draws] }: DrawsLike, row: Float64Array): string | undefined {
  const [code, place] = [row[STATUS], row[PLACE]!]
  if (code === status.notFinite) {
    return `draw ${place % draws} of chain ${Math.floor(place / draws)} is not a finite number`
  }
  if (code === status.constant) return `every draw is ${row[0]}`
  if (draws < LEAST_FOR_RHAT) return tooFew(draws, LEAST_FOR_RHAT)
  if (draws < LEAST_FOR_ESS) return tooFew(draws, LEAST_FOR_ESS)
  if (code === status.tiedTail) return 'all draws are at or below the 95 % quantile, so there is no upper tail'
  if (code === status.tiedDistance) return 'all draws are equally far from the mean'
  return undefined
}

function tooFew(draws: number, least: number): string {
  return `${draws} ${draws === 1 ? 'draw' : 'draws'} a chain ${draws === 1 ? 'is' : 'are'} too few: ${least} are needed`
}
