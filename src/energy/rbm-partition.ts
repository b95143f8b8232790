/** The normalising constant of an RBM: exactly, or between an estimate from below and one from above. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { anneal, annealingSchedule, type BaseModel, baseModel, summarize } from './annealed-chains.ts'
import { drawRows, halves } from './bit-rows.ts'
import { GibbsChains } from './gibbs-chains.ts'
import { checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { survey } from './rbm-data.ts'
import type { Parameters } from './rbm-parameters.ts'
import { columnMeans } from './rbm-rows.ts'

export interface PartitionOptions extends LongOptions {
  /** `exact` sums over all states of the smaller layer; `auto` (default) does where that has at most 25 units. */
  method?: 'auto' | 'exact' | 'ais' | undefined
  /** Annealed chains in each direction; default 100. */
  chains?: number | undefined
  /** Annealing steps, inverse temperatures between the base-rate model and this one; default 10000. */
  steps?: number | undefined
  /** Also anneal from samples of the model back to the base, for the upper end of the bracket; default true. */
  reverse?: boolean | undefined
  /** Gibbs sweeps that the chains make before they turn back; default a fifth of `steps`. */
  burnIn?: number | undefined
  /**
   * Data whose means make the base-rate model. Default: the means of the training data, or, in a model that was not
   * trained, of a short Gibbs run. Any base gives valid estimates; a near one gives accurate ones.
   */
  base?: MatrixLike | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

/** One direction's estimate of log Z. */
export interface AnnealedEstimate {
  readonly logZ: number
  /** By the delta method, from the spread of the chains' weights. */
  readonly standardError: number
  /** How many chains carry the estimate: (sum w)^2 / sum w^2. Near 1, trust nothing; take more steps. */
  readonly effectiveSampleSize: number
}

export interface Partition {
  readonly method: 'exact' | 'ais'
  /** The exact value, or the forward estimate. */
  readonly logZ: number
  readonly lower: number
  readonly upper: number
  /** Of `logZ`; 0 when exact. */
  readonly standardError: number
  /** Annealed from the base; errs downward. */
  readonly forward?: AnnealedEstimate
  /** Annealed from the model's samples; errs upward. */
  readonly reverse?: AnnealedEstimate
  readonly chains?: number
  readonly steps?: number
  readonly seed?: Seed
}

const LARGEST_ENUMERATION = 25
// States of one kernel call. Fixed, because how the states are divided decides how their sum is rounded.
const STATES_PER_CALL = 4096
const BASE_CHAINS = 100
const BASE_SWEEPS = 200

export const partitionKeys = ['method', 'chains', 'steps', 'reverse', 'burnIn', 'base', 'seed'] as const

/** The options with their defaults, checked. */
export interface CheckedPartition extends LongOptions {
  readonly method: 'exact' | 'ais'
  readonly chains: number
  readonly steps: number
  readonly reverse: boolean
  readonly burnIn: number
  /** [V] */
  readonly baseMeans: Float32Array | undefined
  readonly seed: Seed
}

export async function checkPartitionOptions(
  core: RbmCore,
  options: Partial<PartitionOptions>,
): Promise<CheckedPartition> {
  checkLongOptions(options)
  const enumerable = Math.min(core.visible, core.hidden) <= LARGEST_ENUMERATION
  const methods = ['auto', 'ais', ...(enumerable ? (['exact'] as const) : [])] as const
  const method = check.oneOf('method', options.method ?? 'auto', methods)
  const steps = check.positiveInteger('steps', options.steps ?? 10_000, 2 ** 24)
  const chains = check.positiveInteger('chains', options.chains ?? 100, 2 ** 20)
  checkFits('chains', chains, Math.max(core.visible, core.hidden))
  return {
    signal: options.signal,
    onProgress: options.onProgress,
    method: method !== 'auto' ? method : enumerable ? 'exact' : 'ais',
    chains,
    steps,
    reverse: check.flag('reverse', options.reverse ?? true),
    burnIn: check.nonNegativeInteger('burnIn', options.burnIn ?? Math.ceil(steps / 5), 2 ** 24),
    seed: check.seed('seed', options.seed),
    baseMeans: await baseMeans(core, options),
  }
}

async function baseMeans({ backend, visible }: RbmCore, { base, signal }: Partial<PartitionOptions>) {
  return base === undefined ? undefined : (await survey(backend, 'base', base, visible, signal)).means
}

export async function logPartition(core: RbmCore, given: PartitionOptions | undefined): Promise<Partition> {
  const known = check.options('options', given, [...partitionKeys, ...longOptionKeys])
  return core.parameters.read(async (parameters) => {
    return partitionOf(core, parameters, await checkPartitionOptions(core, known))
  })
}

export function partitionOf(core: RbmCore, parameters: Parameters, options: CheckedPartition): Promise<Partition> {
  return options.method === 'exact' ? enumerate(core, parameters, options) : annealBothWays(core, parameters, options)
}

async function enumerate(core: RbmCore, parameters: Parameters, options: LongOptions): Promise<Partition> {
  const overHidden = core.hidden <= core.visible
  const states = 2 ** Math.min(core.hidden, core.visible)
  const parts = new Float64Array(Math.ceil(states / STATES_PER_CALL))
  const { weights, visibleBias, hiddenBias } = parameters
  const addUp = async (first: number, count: number) => {
    for (let i = first; i < first + count; i++) {
      const here = Math.min(STATES_PER_CALL, states - i * STATES_PER_CALL)
      const range = [i * STATES_PER_CALL, here] as const
      parts[i] = await core.backend.run('rbmEnumerate', weights, visibleBias, hiddenBias, overHidden, ...range)
    }
  }
  await inPieces(parts.length, addUp, { signal: options.signal, onPiece: reporter(options, parts.length) })
  const logZ = core.backend.kernels.logSumExp(parts)
  return { method: 'exact', logZ, lower: logZ, upper: logZ, standardError: 0 }
}

async function annealBothWays(core: RbmCore, parameters: Parameters, options: CheckedPartition): Promise<Partition> {
  const { chains, steps, seed, signal, burnIn } = options
  const report = reporter(options, options.reverse ? 2 * steps + burnIn : steps)
  const base = await chooseBase(core, parameters, options)
  const visible = await drawRows(core.backend, base.rates, chains, deriveKey(seed, stream.annealStart))
  const betas = annealingSchedule(steps)
  const key = deriveKey(seed, stream.annealing)
  const walk = { key, betas, reverse: false, signal, onPiece: report }
  const up = summarize(core.backend, await anneal(core.backend, parameters, base, visible, walk))
  const forward = { ...estimate(up), logZ: base.logZ + up.logMean }
  if (!options.reverse) return { ...bracket(forward), chains, steps, seed }
  const settle = new GibbsChains(core.backend, parameters, visible, { key: deriveKey(seed, stream.burnIn) })
  await inPieces(burnIn, (first, count) => settle.sweep(first, count), {
    signal,
    onPiece: (done) => report(steps + done),
    firstPiece: settle.firstPiece,
  })
  const back = {
    key: deriveKey(seed, stream.reverse),
    betas: betas.toReversed(),
    reverse: true,
    signal,
    onPiece: (done: number) => report(steps + burnIn + done),
  }
  const down = summarize(core.backend, await anneal(core.backend, parameters, base, visible, back))
  return { ...bracket(forward, { ...estimate(down), logZ: base.logZ - down.logMean }), chains, steps, seed }
}

function estimate({ standardError, effectiveSampleSize }: Omit<AnnealedEstimate, 'logZ'>) {
  return { standardError, effectiveSampleSize }
}

/** Both estimates with three standard errors on either side. */
function bracket(forward: AnnealedEstimate, reverse?: AnnealedEstimate): Partition {
  const estimates = reverse === undefined ? [forward] : [forward, reverse]
  return {
    method: 'ais',
    logZ: forward.logZ,
    lower: Math.min(...estimates.map((e) => e.logZ - 3 * e.standardError)),
    upper: Math.max(...estimates.map((e) => e.logZ + 3 * e.standardError)),
    standardError: forward.standardError,
    forward,
    ...(reverse && { reverse }),
  }
}

export async function chooseBase(core: RbmCore, parameters: Parameters, options: CheckedPartition): Promise<BaseModel> {
  const means = options.baseMeans ?? core.training?.means ?? (await modelMeans(core, parameters, options))
  return baseModel(core.backend, means, core.hidden)
}

/** Means of P(v = 1 | h) over the second half of a short Gibbs run. */
async function modelMeans(core: RbmCore, parameters: Parameters, { seed, signal }: CheckedPartition) {
  const key = deriveKey(seed, stream.baseRates)
  const visible = await drawRows(core.backend, halves(core.visible), BASE_CHAINS, key)
  const chains = new GibbsChains(core.backend, parameters, visible, { key })
  const sums = new Float32Array(BASE_CHAINS * core.visible)
  const half = BASE_SWEEPS / 2
  const pieces = { signal, firstPiece: chains.firstPiece }
  await inPieces(half, (first, count) => chains.sweep(first, count), pieces)
  await inPieces(half, (first, count) => chains.sweep(half + first, count, sums), pieces)
  return columnMeans({ data: sums, shape: [BASE_CHAINS, core.visible] }).map((sum) => sum / half)
}
