/** The log-likelihood of data under an RBM. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { deriveKey } from '../random/key.ts'
import { longOptionKeys } from '../run/progress.ts'
import { anneal, annealingSchedule, summarize } from './annealed-chains.ts'
import { packRows } from './bit-rows.ts'
import { gather } from './bits.ts'
import { checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import type { Parameters } from './rbm-parameters.ts'
import {
  type CheckedPartition,
  checkPartitionOptions,
  chooseBase,
  type Partition,
  type PartitionOptions,
  partitionKeys,
  partitionOf,
} from './rbm-partition.ts'
import { freeEnergyOf, mean, standardErrorOfMean } from './rbm-rows.ts'

export interface LikelihoodOptions extends PartitionOptions {
  /** The result of an earlier `logPartition` of the same parameters, to spare the work. */
  partition?: Partition | undefined
  /** Rows of the data, the first ones, for the estimate that errs downward; default 0: none. */
  raise?: number | undefined
  /** Chains for each of those rows; default 4. */
  raiseChains?: number | undefined
}

/** The reverse-annealed estimate of some rows. */
export interface RaiseEstimate {
  /** Mean log-likelihood of the rows in nats; errs downward. */
  readonly mean: number
  /** From the spread of the rows. NaN for a single row. */
  readonly standardError: number
  /** The other estimate for the same rows, errs upward: -F(v) - logZ. */
  readonly annealed: number
  readonly rows: number
  readonly chains: number
  readonly steps: number
}

export interface Likelihood {
  /** Mean log-likelihood of a row in nats: mean of -F(v) - logZ. */
  readonly mean: number
  /** `mean` with log Z at the upper and at the lower end of its bracket. */
  readonly lower: number
  readonly upper: number
  /** Of `mean`, from the spread of the rows and the error of log Z together. NaN for a single row. */
  readonly standardError: number
  readonly partition: Partition
  readonly raise?: RaiseEstimate
}

export async function logLikelihood(
  core: RbmCore,
  data: MatrixLike,
  given: LikelihoodOptions | undefined,
): Promise<Likelihood> {
  const own = ['partition', 'raise', 'raiseChains'] as const
  const known = check.options('options', given, [...own, ...partitionKeys, ...longOptionKeys])
  const raise = {
    rows: check.nonNegativeInteger('raise', known.raise ?? 0),
    chains: check.positiveInteger('raiseChains', known.raiseChains ?? 4, 2 ** 16),
  }
  const earlier = known.partition === undefined ? undefined : checkPartition(known.partition)
  return core.parameters.read(async (parameters) => {
    const options = await checkPartitionOptions(core, known)
    const matrix = await toMatrixInPieces('data', data, core.visible, 'binary')
    const partition = earlier ?? (await partitionOf(core, parameters, options))
    const energies = await freeEnergyOf(core, parameters, matrix, { signal: options.signal })
    const likelihood = combine(energies, partition)
    if (raise.rows === 0) return likelihood
    const rows = Math.min(raise.rows, matrix.shape[0])
    const first = { energies: energies.subarray(0, rows), rows: head(matrix, rows) }
    return { ...likelihood, raise: await fromData(core, parameters, first, partition, raise.chains, options) }
  })
}

function checkPartition(partition: Partition): Partition {
  if (typeof partition !== 'object' || partition === null) {
    throw new ArgumentError(expected('partition', 'to be a result of `logPartition`', show(partition)))
  }
  for (const key of ['logZ', 'lower', 'upper', 'standardError'] as const) {
    check.finiteNumber(`partition.${key}`, partition[key])
  }
  return partition
}

function combine(energies: Float64Array, partition: Partition): Likelihood {
  const centre = -mean(energies)
  const spread = standardErrorOfMean(energies)
  return {
    mean: centre - partition.logZ,
    lower: centre - partition.upper,
    upper: centre - partition.lower,
    standardError: Math.sqrt(spread * spread + partition.standardError * partition.standardError),
    partition,
  }
}

function head(matrix: Matrix, rows: number): Matrix {
  return { data: matrix.data.subarray(0, rows * matrix.shape[1]), shape: [rows, matrix.shape[1]] }
}

/**
 * log p(v) of each row by annealing it back to the base-rate model: an unbiased estimate of the probability that the
 * annealed path from the base ends in v, so its logarithm errs downward (Burda, Grosse, Salakhutdinov 2015, "RAISE").
 */
async function fromData(
  core: RbmCore,
  parameters: Parameters,
  data: { energies: Float64Array; rows: Matrix },
  partition: Partition,
  chains: number,
  options: CheckedPartition,
): Promise<RaiseEstimate> {
  const { backend, visible } = core
  const { steps, seed, signal } = options
  const rows = data.energies.length
  checkFits('raise', rows * chains, Math.max(visible, core.hidden))
  const base = await chooseBase(core, parameters, options)
  const order = Uint32Array.from({ length: rows * chains }, (_, i) => Math.floor(i / chains))
  const walk = {
    key: deriveKey(seed, stream.fromData),
    betas: annealingSchedule(steps).toReversed(),
    reverse: true,
    signal,
  }
  const states = gather(backend, await packRows(backend, data.rows), visible, order)
  const logWeights = await anneal(backend, parameters, base, states, walk)
  const each = data.energies.map((energy, i) => {
    const { logMean } = summarize(backend, logWeights.subarray(i * chains, (i + 1) * chains))
    return logMean - energy - base.logZ
  })
  return {
    mean: mean(each),
    standardError: standardErrorOfMean(each),
    annealed: -mean(data.energies) - partition.logZ,
    rows,
    chains,
    steps,
  }
}
