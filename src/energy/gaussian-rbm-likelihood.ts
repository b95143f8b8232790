/** log Z of a Gaussian RBM, exact, and the log-likelihood of data under it. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import type { GaussianCore, GaussianParameters } from './gaussian-rbm-core.ts'
import { freeEnergyOf } from './gaussian-rbm-rows.ts'
import { mean, standardErrorOfMean } from './rbm-rows.ts'

export interface GaussianLikelihood {
  /** Mean log-density of a row in nats: mean of -F(v) - logZ. */
  readonly mean: number
  /** From the spread of the rows. NaN for a single row. */
  readonly standardError: number
  readonly logZ: number
}

export interface GaussianLikelihoodOptions extends LongOptions {
  /** The result of an earlier `logPartition` of the same parameters, to spare the work. */
  logZ?: number | undefined
}

const LARGEST_ENUMERATION = 25
// States of one kernel call. Fixed, because how the states are divided decides how their sum is rounded.
const STATES_PER_CALL = 2 ** 16

export async function logPartition(core: GaussianCore, given: LongOptions | undefined): Promise<number> {
  const options = check.options('options', given, longOptionKeys)
  checkLongOptions(options)
  checkSize(core)
  return core.parameters.read((parameters) => partitionOf(core, parameters, options))
}

function checkSize({ hidden }: GaussianCore): void {
  if (hidden <= LARGEST_ENUMERATION) return
  throw new ArgumentError(
    expected('logPartition', `to be asked of a model with at most ${LARGEST_ENUMERATION} hidden units`, hidden),
  )
}

async function partitionOf(
  { backend, hidden }: GaussianCore,
  { weights, visibleBias, hiddenBias, sigma, scale }: GaussianParameters,
  options: LongOptions,
): Promise<number> {
  const [linear, couplings] = [new Float64Array(hidden), new Float64Array(hidden * hidden)]
  const volume = await backend.run(
    'gaussianRbmMarginal',
    ...([weights, visibleBias, hiddenBias, sigma, scale, linear, couplings] as const),
  )
  const states = 2 ** hidden
  const parts = new Float64Array(Math.ceil(states / STATES_PER_CALL))
  const addUp = async (first: number, count: number) => {
    for (let i = first; i < first + count; i++) {
      const here = Math.min(STATES_PER_CALL, states - i * STATES_PER_CALL)
      parts[i] = await backend.run('gaussianRbmEnumerate', linear, couplings, i * STATES_PER_CALL, here)
    }
  }
  await inPieces(parts.length, addUp, { signal: options.signal, onPiece: reporter(options, parts.length) })
  return volume + backend.kernels.logSumExp(parts)
}

export async function logLikelihood(
  core: GaussianCore,
  data: MatrixLike,
  given: GaussianLikelihoodOptions | undefined,
): Promise<GaussianLikelihood> {
  const options = check.options('options', given, ['logZ', ...longOptionKeys])
  checkLongOptions(options)
  const earlier = options.logZ === undefined ? undefined : check.finiteNumber('logZ', options.logZ)
  if (earlier === undefined) checkSize(core)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible)
    const { signal } = options
    const energies = await freeEnergyOf(core, parameters, matrix, { signal })
    const logZ = earlier ?? (await partitionOf(core, parameters, options))
    return { mean: -mean(energies) - logZ, standardError: standardErrorOfMean(energies), logZ }
  })
}
