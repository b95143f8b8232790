/** How good a flow is: its log-likelihood on given rows, which is exact. */

import type { Flow } from '../../flow/flow.ts'
import type { Matrix } from '../../matrix.ts'
import { timeLeft } from '../progress.ts'
import type { Session } from '../session.ts'

export interface ScoredRows {
  readonly rows: Matrix
  /** Grey levels, between which noise is added; undefined for real numbers. */
  readonly levels?: number | undefined
  readonly context?: Matrix | undefined
}

export interface FlowScore {
  /** Mean in nats a row; of grey levels as numbers from 0 to 1. */
  readonly logLikelihood: number
  /** Of the mean; NaN for a single row. */
  readonly standardError: number
  /** For grey levels. */
  readonly bitsPerDim?: number
}

export async function scoreOf(
  session: Session,
  flow: Flow,
  { rows, levels, context }: ScoredRows,
  seed: number | bigint,
): Promise<FlowScore> {
  const task = session.progress.task('log-likelihood', rows.shape[0])
  const options = {
    ...(context && { context }),
    signal: session.signal,
    onProgress: (at: { done: number; secondsLeft: number }) => task.update(at.done, timeLeft(at.secondsLeft)),
  }
  try {
    if (levels === undefined) return meanOf(await flow.logProb(rows, options))
    const { mean, standardError } = await flow.bitsPerDim(rows, { ...options, levels, seed })
    const nats = flow.dim * Math.LN2
    return {
      logLikelihood: (Math.log2(levels) - mean) * nats,
      standardError: standardError * nats,
      bitsPerDim: mean,
    }
  } finally {
    task.end()
  }
}

function meanOf(values: Float64Array): FlowScore {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { logLikelihood: mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) }
}
