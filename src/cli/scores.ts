/** How good a model is: the bracket around its log-likelihood, the score of independent units, completed pixels. */

import type { RBM } from '../energy/rbm.ts'
import type { Likelihood, RaiseEstimate } from '../energy/rbm-likelihood.ts'
import type { Matrix } from '../matrix.ts'
import { timeLeft } from './progress.ts'
import type { Bracket } from './report/history.ts'
import type { Session } from './session.ts'

export interface AnnealingOptions {
  readonly chains: number
  readonly steps: number
  /** Rows for the RAISE estimate; 0 for none. */
  readonly raise: number
  readonly seed: number | bigint
  /** Data for the base-rate model, where the model has seen none. */
  readonly base?: Matrix
}

export interface Score {
  readonly bracket: Bracket
  readonly raise?: RaiseEstimate
}

/** The log-likelihood of binary rows, with a bar that says what is going on. */
export async function bracketOf(session: Session, rbm: RBM, rows: Matrix, options: AnnealingOptions): Promise<Score> {
  const task = session.progress.task('annealing (log Z)', 1)
  try {
    const likelihood = await rbm.logLikelihood(rows, {
      ...options,
      raise: Math.min(options.raise, rows.shape[0]),
      signal: session.signal,
      onProgress: ({ done, total, secondsLeft }) => task.update(done / total, timeLeft(secondsLeft)),
    })
    return { bracket: toBracket(likelihood), ...(likelihood.raise && { raise: likelihood.raise }) }
  } finally {
    task.end()
  }
}

export function toBracket({ mean, lower, upper, standardError, partition }: Likelihood): Bracket {
  const { logZ, reverse } = partition
  return {
    ais: mean,
    ...(reverse && { reverse: mean + logZ - reverse.logZ }),
    lower,
    upper,
    ...(Number.isFinite(standardError) && { standardError }),
    logZ,
  }
}

/** Mean log-likelihood of the test rows when every unit is independent, with its mean on the training rows. */
export function independentUnits(train: Matrix, test: Matrix): number {
  const [rows, columns] = test.shape
  const means = unitMeans(train)
  let sum = 0
  for (let i = 0; i < test.data.length; i++) {
    const p = means[i % columns]!
    sum += Math.log(test.data[i] ? p : 1 - p)
  }
  return sum / rows
}

// One imagined row of each kind keeps a unit that never changes away from log 0.
function unitMeans({ data, shape: [rows, columns] }: Matrix): Float64Array {
  const sums = new Float64Array(columns)
  for (let i = 0; i < data.length; i++) sums[i % columns]! += data[i]!
  return sums.map((sum) => (sum + 1) / (rows + 2))
}

export interface PixelScore {
  /** Part of the hidden pixels whose likelier value is the true one, from 0 to 1. */
  readonly model: number
  /** The same when each pixel is given its commonest value in the training rows. */
  readonly commonest: number
}

/** How many hidden pixels a completion gets right. */
export function pixelScore(originals: Matrix, known: Uint8Array, mean: Matrix, train: Matrix): PixelScore {
  const columns = originals.shape[1]
  const means = unitMeans(train)
  const hits = { model: 0, commonest: 0, all: 0 }
  for (let i = 0; i < originals.data.length; i++) {
    if (known[i % columns]) continue
    const truth = originals.data[i]! > 0.5
    hits.all++
    if (mean.data[i]! > 0.5 === truth) hits.model++
    if (means[i % columns]! > 0.5 === truth) hits.commonest++
  }
  return { model: hits.model / hits.all, commonest: hits.commonest / hits.all }
}
