/** Sampling from a Gaussian RBM. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import { type BinaryMatrix, type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { type ChainStream, type CheckedStream, chainsOf, checkStreams, drawsFor } from '../random/streams.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { unpackRows } from './bit-rows.ts'
import { GaussianChains } from './gaussian-rbm-chains.ts'
import { fromUnits, type GaussianCore, type GaussianParameters, stream, toUnits } from './gaussian-rbm-core.ts'
import { meansOf } from './gaussian-rbm-rows.ts'
import { checkFits } from './limits.ts'

export interface GaussianSampleOptions extends LongOptions {
  /** Number of independent chains; default 64. */
  chains?: number | undefined
  /** Sweeps v -> h -> v of each chain; default 1000. */
  sweeps?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Visible states to start from, one row for each chain or one row for all; default: normal around `offset` by `scale`. */
  init?: MatrixLike | undefined
  /** Number of the first chain: chain 17 of 64 run alone is `{ chains: 1, firstChain: 17 }`. Default 0. */
  firstChain?: number | undefined
  /** Chains of several seeds in one run, in place of `chains`, `seed` and `firstChain`; as in `RBM.sample`. */
  streams?: readonly ChainStream[] | undefined
}

export interface GaussianSampleResult {
  /** [chains, V]: the last visible states. */
  readonly states: Matrix
  /** [chains, V]: the means that they were drawn from. */
  readonly means: Matrix
  /** [chains, H]: the hidden states that those belong to. */
  readonly hidden: BinaryMatrix
  /** Sweeps done. */
  readonly sweeps: number
  readonly seed: Seed
}

const MOST_CHAINS = 2 ** 24

export async function sample(
  core: GaussianCore,
  given: GaussianSampleOptions | undefined,
): Promise<GaussianSampleResult> {
  const options = checkSampleOptions(given)
  checkFits('chains', options.chains, Math.max(core.visible, core.hidden))
  return core.parameters.read(async (parameters) => {
    const { seed, streams, signal, sweeps } = options
    const visible = await startingStates(core, parameters, options)
    const chains = new GaussianChains(core, parameters, visible, drawsFor(streams, stream.sampling))
    const report = reporter(options, sweeps)
    let done = 0
    const advance = async (first: number, count: number) => {
      await chains.sweep(first, count)
      done = first + count
    }
    try {
      await inPieces(sweeps, advance, { signal, onPiece: report, firstPiece: chains.firstPiece })
    } catch (error) {
      if (!(error instanceof AbortError) || done === 0) throw error
      throw new AbortError(await result(core, parameters, chains, done, seed), { cause: error.cause })
    }
    return result(core, parameters, chains, done, seed)
  })
}

type Checked = ReturnType<typeof checkSampleOptions>

function checkSampleOptions(given: GaussianSampleOptions | undefined) {
  const keys = ['chains', 'sweeps', 'seed', 'init', 'firstChain', 'streams', ...longOptionKeys]
  const options = check.options('options', given, keys)
  checkLongOptions(options)
  const streams = checkStreams(options, { chains: 64, most: MOST_CHAINS })
  return {
    ...options,
    streams,
    chains: chainsOf(streams),
    seed: streams[0]!.seed,
    sweeps: check.positiveInteger('sweeps', options.sweeps ?? 1000, 2 ** 40),
  }
}

async function result(
  core: GaussianCore,
  parameters: GaussianParameters,
  chains: GaussianChains,
  sweeps: number,
  seed: Seed,
): Promise<GaussianSampleResult> {
  const hidden = await unpackRows(core.backend, chains.hidden, core.hidden)
  const shape = [hidden.shape[0], core.visible] as const
  const means = { data: await meansOf(core, parameters, Float32Array.from(hidden.data)), shape }
  return { states: { data: fromUnits(core, parameters, chains.visible), shape }, means, hidden, sweeps, seed }
}

/** Draws of N(0, 1) for the chains of some streams: those that each seed makes alone. */
export function normalRows({ backend, visible }: GaussianCore, streams: readonly CheckedStream[]): Float32Array {
  const draws = new Float32Array(chainsOf(streams) * visible)
  let at = 0
  for (const { seed, chains, firstChain } of streams) {
    const { low, high } = deriveKey(seed, stream.sampleStart)
    const own = draws.subarray(at, at + chains * visible)
    backend.kernels.randomNormalF32(own, low, high, 0, 0, firstChain * visible, 0, 1)
    at += own.length
  }
  return draws
}

async function startingStates(core: GaussianCore, parameters: GaussianParameters, options: Checked) {
  const { init, chains, streams } = options
  if (init === undefined) return normalRows(core, streams)
  const { data, shape } = await toMatrixInPieces('init', init, core.visible)
  if (shape[0] !== 1 && shape[0] !== chains) {
    throw new ArgumentError(expected('init', `to have 1 or ${chains} rows, one for each chain`, shape[0]))
  }
  const units = toUnits(core, parameters, 'init', data, 0)
  if (shape[0] === chains) return units
  const all = new Float32Array(chains * core.visible)
  for (let r = 0; r < chains; r++) all.set(units, r * core.visible)
  return all
}
