/** What a data set is, found by reading it once: enough to notice that another one came, and what its numbers are. */

import type { Backend } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import type { Matrix } from '../matrix.ts'

/** Enough of the data to notice that it is another one. */
export interface DataMark {
  readonly rows: number
  /** 16 hexadecimal digits. */
  readonly hash: string
}

export interface DataSurvey {
  readonly mark: DataMark
  /** `binary`: all are 0 or 1; `unit`: all lie in [0, 1]; `other`: not all (NaN included). */
  readonly kind: (typeof kinds)[number]
  /** Of the columns. */
  readonly means: Float32Array
}

/** In the order in which native/kernels/data_survey.h numbers them. */
const kinds = ['binary', 'unit', 'other'] as const

export async function surveyOf(
  backend: Backend,
  { data, shape: [rows, columns] }: Matrix,
  signal: AbortSignal | undefined,
): Promise<DataSurvey> {
  const [sums, hash] = [new Float64Array(columns), new Uint32Array(2)]
  let kind = 0
  const read = async (first: number, count: number) => {
    const values = data.subarray(first * columns, (first + count) * columns)
    kind = Math.max(kind, await backend.run('dataSurvey', values, columns, first, sums, hash))
  }
  await inPieces(rows, read, { signal, firstPiece: 1024 })
  const digits = [...hash].map((half) => half.toString(16).padStart(8, '0')).join('')
  return { mark: { rows, hash: digits }, kind: kinds[kind]!, means: Float32Array.from(sums, (sum) => sum / rows) }
}
