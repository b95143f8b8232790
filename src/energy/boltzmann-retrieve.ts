/** Retrieval: the mean of the last states of a chain that started at a cue. */

import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import type { Matrix, MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { packRow } from './bits.ts'
import { BoltzmannChains } from './boltzmann-chains.ts'
import { type BoltzmannCore, stream } from './boltzmann-core.ts'
import { checkDynamics, type DynamicsOptions, dynamicsKeys, MOST_SWEEPS } from './boltzmann-sample.ts'
import { coins, firstUnits, overlay, toGivenStates, toUnitMask } from './boltzmann-start.ts'
import type { StateMatrix } from './hopfield-states.ts'
import { checkFits } from './limits.ts'

export interface BoltzmannRetrieveOptions extends DynamicsOptions, LongOptions {
  /** Units of the cues that are known and held: one entry for each unit, or for each visible one. Default: none, only a start. */
  known?: ArrayLike<boolean | number> | undefined
  /** Sweeps L of each chain; default 200. */
  sweeps?: number | undefined
  /** States M averaged, those after the last M sweeps; default half of the sweeps. 1: the plain last state. */
  average?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Number of the first cue: cue 17 of a batch alone is `{ firstCue: 17 }`. Default 0. */
  firstCue?: number | undefined
}

export interface BoltzmannRetrieveResult {
  /** [cues, N]: the sign of the mean (at a tie, the last state), in the machine's encoding. */
  readonly states: StateMatrix
  /** [cues, N]: mean of the last M states, in the machine's encoding. */
  readonly means: Matrix
  /**
   * [cues, N]: Monte-Carlo standard errors of the means, from the means of floor(sqrt(M)) batches of neighbouring states
   * [Flegal, Haran, Jones 2008]. They are honest where a batch is much longer than the chain remembers. NaN where M < 4;
   * 0 for a unit that never changed.
   */
  readonly standardErrors: Matrix
  readonly seed: Seed
}

const retrieveKeys = ['known', 'sweeps', 'average', 'seed', 'firstCue'] as const

export async function retrieve(
  core: BoltzmannCore,
  cues: MatrixLike,
  given: BoltzmannRetrieveOptions | undefined,
): Promise<BoltzmannRetrieveResult> {
  const options = checkRetrieveOptions(core, given)
  const { couplings } = core
  const start = await toGivenStates(core, 'cues', cues)
  checkFits('cues', start.rows, core.units)
  check.nonNegativeInteger('firstCue', options.firstCue, 2 ** 32 - start.rows)
  const states = await coins(core, start.rows, deriveKey(options.seed, stream.retrievalStart), options.firstCue)
  overlay(states, firstUnits(core.units, start.columns), start)
  const chains = new BoltzmannChains(core.backend, couplings, states, {
    ...options,
    key: deriveKey(options.seed, stream.retrieval),
    orderKey: deriveKey(options.seed, stream.retrieval, 1),
    firstChain: options.firstCue,
    firstSweep: 0,
  })
  const batches = new Batches(start.rows * core.units)
  const report = reporter(options, options.sweeps)
  try {
    await run(chains, batches, options, () => report(chains.done))
  } catch (error) {
    if (!(error instanceof AbortError) || batches.states === 0) throw error
    throw new AbortError(result(core, chains, batches, options.seed), { cause: error.cause })
  }
  return result(core, chains, batches, options.seed)
}

function checkRetrieveOptions(core: BoltzmannCore, given: BoltzmannRetrieveOptions | undefined) {
  const options = check.options('options', given, [...retrieveKeys, ...dynamicsKeys, ...longOptionKeys])
  checkLongOptions(options)
  const sweeps = check.positiveInteger('sweeps', options.sweeps ?? 200, MOST_SWEEPS)
  return {
    ...checkDynamics(core, options, sweeps),
    sweeps,
    average: check.positiveInteger('average', options.average ?? Math.ceil(sweeps / 2), sweeps),
    mask: options.known === undefined ? new Uint32Array() : packRow(toUnitMask('known', options.known, core)),
    seed: check.seed('seed', options.seed),
    firstCue: check.nonNegativeInteger('firstCue', options.firstCue ?? 0, 2 ** 32 - 1),
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

async function run(
  chains: BoltzmannChains,
  batches: Batches,
  { sweeps, average, signal }: ReturnType<typeof checkRetrieveOptions>,
  onPiece: () => void,
): Promise<void> {
  await chains.sweepTo(sweeps - average, signal, onPiece)
  const count = Math.floor(Math.sqrt(average))
  for (let k = 1; k <= count; k++) {
    const goal = sweeps - average + Math.round((k * average) / count)
    const [before, onCounts] = [chains.done, new Uint32Array(batches.length)]
    await chains.sweepTo(goal, signal, onPiece, onCounts)
    batches.add(onCounts, goal - before)
  }
}

/** Running sums over batches of states: how often units were on. */
class Batches {
  readonly length: number
  states = 0
  count = 0
  readonly on: Float64Array
  /** Sums of the batches' rates and of their squares. */
  readonly #rates: Float64Array
  readonly #squares: Float64Array

  constructor(length: number) {
    this.length = length
    this.on = new Float64Array(length)
    this.#rates = new Float64Array(length)
    this.#squares = new Float64Array(length)
  }

  add(onCounts: Uint32Array, states: number): void {
    this.states += states
    this.count++
    for (let k = 0; k < this.length; k++) {
      const rate = onCounts[k]! / states
      this.on[k]! += onCounts[k]!
      this.#rates[k]! += rate
      this.#squares[k]! += rate * rate
    }
  }

  /** Of the rate of value k, in units of 0 and 1. */
  standardError(k: number): number {
    const mean = this.#rates[k]! / this.count
    const variance = Math.max(0, this.#squares[k]! / this.count - mean * mean)
    return this.count < 2 ? Number.NaN : Math.sqrt(variance / (this.count - 1))
  }
}

function result(
  { units, encoding, backend }: BoltzmannCore,
  chains: BoltzmannChains,
  batches: Batches,
  seed: Seed,
): BoltzmannRetrieveResult {
  const shape = [chains.rows, units] as const
  const [low, width] = encoding === 'spin' ? [-1, 2] : [0, 1]
  const last = new Uint8Array(batches.length)
  backend.kernels.bitsUnpack(chains.states, units, last)
  const states = new Int8Array(batches.length)
  const [means, errors] = [new Float32Array(batches.length), new Float32Array(batches.length)]
  for (let k = 0; k < batches.length; k++) {
    const rate = batches.on[k]! / batches.states
    const on = rate === 0.5 ? last[k]! : Number(rate > 0.5)
    states[k] = low + width * on
    means[k] = low + width * rate
    errors[k] = width * batches.standardError(k)
  }
  return {
    states: { data: states, shape },
    means: { data: means, shape },
    standardErrors: { data: errors, shape },
    seed,
  }
}
