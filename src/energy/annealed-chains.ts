/** Chains that walk between the base-rate model and an RBM and collect importance weights on the way. */

import type { Backend } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import type { Key } from '../random/key.ts'
import { wordsPerRow } from './bits.ts'
import type { Parameters } from './rbm-parameters.ts'

/** Independent units with the given biases: the model at the far end of the walk, whose log Z is known. */
export interface BaseModel {
  readonly bias: Float32Array
  /** P(v = 1) of each unit. */
  readonly rates: Float32Array
  /** H log 2 + sum_i softplus(bias_i): the hidden units are free. */
  readonly logZ: number
}

const SMALLEST_RATE = 0.01

/** The base model of given mean activities, kept away from 0 and 1, where its logits end. */
export function baseModel(backend: Backend, means: ArrayLike<number>, hidden: number): BaseModel {
  const clipped = clipRates(means)
  const bias = new Float32Array(clipped.length)
  backend.kernels.logits(clipped, bias)
  return { bias, rates: Float32Array.from(clipped), logZ: hidden * Math.LN2 + sumOfSoftplus(backend, bias) }
}

export function clipRates(means: ArrayLike<number>): Float64Array {
  return Float64Array.from(means, (p) => Math.min(1 - SMALLEST_RATE, Math.max(SMALLEST_RATE, p)))
}

/** As minus the free energy of one silent visible unit whose hidden units have these biases. */
function sumOfSoftplus(backend: Backend, bias: Float32Array): number {
  const [nothing, result] = [new Float32Array(1), new Float64Array(1)]
  backend.kernels.rbmFreeEnergy(new Float32Array(bias.length), nothing, bias, nothing, result)
  return -result[0]!
}

/**
 * Inverse temperatures from 0 to 1, `steps` + 1 of them, dense where the distribution changes most: of every 29, one is in
 * [0, 0.5], eight in [0.5, 0.9], twenty in [0.9, 1] (Salakhutdinov and Murray 2008: 500, 4000, 10000).
 */
export function annealingSchedule(steps: number): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, k) => {
    const at = (29 * k) / steps
    if (at <= 1) return 0.5 * at
    return at <= 9 ? 0.5 + 0.05 * (at - 1) : k === steps ? 1 : 0.9 + 0.005 * (at - 9)
  })
}

const CHAINS_PER_CALL = 4096

export interface Walk {
  readonly key: Key
  /** In the order they are visited. */
  readonly betas: Float64Array
  /** From the model to the base (native/kernels/rbm_anneal.h). */
  readonly reverse: boolean
  readonly signal?: AbortSignal | undefined
  readonly onPiece?: ((done: number) => void) | undefined
}

/**
 * Walks all chains along the betas.
 *
 * @param visible packed states, one row a chain; moved in place
 * @returns log weight of each chain
 */
export async function anneal(
  backend: Backend,
  { weights, visibleBias, hiddenBias }: Parameters,
  base: BaseModel,
  visible: Uint32Array,
  { key, betas, reverse, signal, onPiece }: Walk,
): Promise<Float64Array> {
  const words = wordsPerRow(visibleBias.length)
  const logWeights = new Float64Array(visible.length / words)
  const advance = async (first: number, count: number) => {
    const part = betas.subarray(first, first + count + 1)
    for (let chain = 0; chain < logWeights.length; chain += CHAINS_PER_CALL) {
      const end = Math.min(logWeights.length, chain + CHAINS_PER_CALL)
      await backend.run(
        'rbmAnneal',
        ...([weights, visibleBias, hiddenBias, base.bias, part, reverse, key.low, key.high, chain, first] as const),
        ...([visible.subarray(chain * words, end * words), logWeights.subarray(chain, end)] as const),
      )
    }
  }
  await inPieces(betas.length - 1, advance, { signal, onPiece })
  return logWeights
}

export interface WeightSummary {
  readonly logMean: number
  /** Of `logMean`, by the delta method. */
  readonly standardError: number
  readonly effectiveSampleSize: number
}

export function summarize(backend: Backend, logWeights: Float64Array): WeightSummary {
  const summary = new Float64Array(3)
  backend.kernels.logWeightSummary(logWeights, summary)
  const [logMean, standardError, effectiveSampleSize] = summary as unknown as [number, number, number]
  return { logMean, standardError, effectiveSampleSize }
}
