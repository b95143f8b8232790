/** Sampling from an RBM: free-running chains, and chains with clamped units. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import { type BinaryMatrix, type Matrix, type MatrixLike, toBinaryMatrix } from '../matrix.ts'
import type { Seed } from '../random/key.ts'
import { type ChainStream, chainsOf, checkStreams, drawsFor } from '../random/streams.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { coinRows, packRows, unpackRows } from './bit-rows.ts'
import { packRow, toMask } from './bits.ts'
import { type ClampRun, GibbsChains } from './gibbs-chains.ts'
import { checkFits } from './limits.ts'
import { type RbmCore, stream } from './rbm-core.ts'

/** Visible units held at given values. */
export interface Clamp {
  /** One entry for each visible unit: true (or 1) for a unit that is held. */
  readonly mask: ArrayLike<boolean | number>
  /** Zeros and ones, [chains, V], or one row for all chains. Only the marked units' values are used. */
  readonly values: MatrixLike
}

export interface SampleOptions extends LongOptions {
  /** Number of independent chains; default 64. */
  chains?: number | undefined
  /** Sweeps v -> h -> v of each chain; default 1000. */
  sweeps?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Visible states to start from, zeros and ones, one row for each chain or one row for all; default: fair coins. */
  init?: MatrixLike | undefined
  clamp?: Clamp | undefined
  /** Inverse temperature: samples follow exp(-beta E) / Z(beta). Default 1. */
  beta?: number | undefined
  /** Number of the first chain: chain 17 of 64 run alone is `{ chains: 1, firstChain: 17 }`. Default 0. */
  firstChain?: number | undefined
  /**
   * Chains of several seeds in one run, in place of `chains`, `seed` and `firstChain`: rows of the first stream, then those
   * of the next ... Each has the bytes that its seed gives alone; the result's `seed` is the first one's.
   */
  streams?: readonly ChainStream[] | undefined
  /** Number of the first sweep, to go on from the states of an earlier call (with `init` and its seed). Default 0. */
  firstSweep?: number | undefined
  /** Also keep the states after every so many sweeps. Default: only the last ones. */
  every?: number | undefined
}

export interface Snapshot {
  /** Sweeps done by then. */
  readonly sweep: number
  /** [chains, V], zeros and ones. */
  readonly states: BinaryMatrix
  /** [chains, V]: P(v = 1 | h) that the states were drawn from; for a held unit its value. */
  readonly probabilities: Matrix
}

export interface SampleResult extends Snapshot {
  /** [chains, H]: the hidden states that the visible ones were drawn from. */
  readonly hidden: BinaryMatrix
  readonly seed: Seed
  /** What `every` asked for; empty without it. */
  readonly snapshots: readonly Snapshot[]
}

const sampleKeys = [
  'chains',
  'sweeps',
  'seed',
  'init',
  'clamp',
  'beta',
  'firstChain',
  'streams',
  'firstSweep',
  'every',
] as const
const MOST_CHAINS = 2 ** 24
const MOST_SWEEPS = 2 ** 40

export async function sample(core: RbmCore, given: SampleOptions | undefined): Promise<SampleResult> {
  const options = checkSampleOptions(given)
  checkFits('chains', options.chains, Math.max(core.visible, core.hidden))
  return core.parameters.read(async (parameters) => {
    const visible = await startingStates(core, options)
    const clamps = options.clamp && [await clampTo(core, visible, options.clamp, options.chains)]
    const chains = new GibbsChains(core.backend, parameters, visible, {
      ...drawsFor(options.streams, stream.sampling),
      beta: options.beta,
      ...(clamps && { clamps }),
    })
    return new SampleRun(core, chains, options).finish()
  })
}

type Checked = ReturnType<typeof checkSampleOptions>

function checkSampleOptions(given: SampleOptions | undefined) {
  const options = check.options('options', given, [...sampleKeys, ...longOptionKeys])
  checkLongOptions(options)
  const streams = checkStreams(options, { chains: 64, most: MOST_CHAINS })
  return {
    ...options,
    streams,
    chains: chainsOf(streams),
    seed: streams[0]!.seed,
    sweeps: check.positiveInteger('sweeps', options.sweeps ?? 1000, MOST_SWEEPS),
    every: options.every === undefined ? undefined : check.positiveInteger('every', options.every),
    beta: check.numberWithin('beta', options.beta ?? 1, 0, 1e6),
    firstSweep: check.nonNegativeInteger('firstSweep', options.firstSweep ?? 0, MOST_SWEEPS),
  }
}

/** One call of `sample`: sweeps up to each snapshot, and the state reached, also when it is stopped. */
class SampleRun {
  readonly #core: RbmCore
  readonly #chains: GibbsChains
  readonly #options: Checked
  readonly #snapshots: Snapshot[] = []
  readonly #report: (done: number) => void
  #done = 0

  constructor(core: RbmCore, chains: GibbsChains, options: Checked) {
    this.#core = core
    this.#chains = chains
    this.#options = options
    this.#report = reporter(options, options.sweeps)
  }

  async finish(): Promise<SampleResult> {
    try {
      await this.#run()
    } catch (error) {
      if (!(error instanceof AbortError) || this.#done === 0) throw error
      throw new AbortError(await this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  async #run(): Promise<void> {
    const { sweeps, every } = this.#options
    while (this.#done < sweeps) {
      await this.#sweepTo(Math.min(sweeps, this.#done + (every ?? sweeps)))
      if (every !== undefined) this.#snapshots.push(await this.#snapshot())
    }
  }

  async #sweepTo(goal: number): Promise<void> {
    const start = this.#done
    const advance = async (first: number, count: number) => {
      await this.#chains.sweep(this.#options.firstSweep + start + first, count)
      this.#done = start + first + count
    }
    const { signal } = this.#options
    const { firstPiece } = this.#chains
    await inPieces(goal - start, advance, { signal, onPiece: () => this.#report(this.#done), firstPiece })
  }

  async #snapshot(): Promise<Snapshot> {
    const states = await unpackRows(this.#core.backend, this.#chains.visible, this.#core.visible)
    return { sweep: this.#done, states, probabilities: await this.#chains.visibleProbabilities() }
  }

  async #result(): Promise<SampleResult> {
    const hidden = await unpackRows(this.#core.backend, this.#chains.hidden, this.#core.hidden)
    return { ...(await this.#snapshot()), hidden, seed: this.#options.seed, snapshots: this.#snapshots }
  }
}

async function startingStates({ backend, visible }: RbmCore, options: Checked): Promise<Uint32Array> {
  const { init, chains, streams } = options
  if (init === undefined) return coinRows(backend, visible, streams, stream.sampleStart)
  return packRows(backend, oneForEach('init', toBinaryMatrix('init', init, visible), chains))
}

/** A single row is meant for all chains. */
function oneForEach(name: string, matrix: BinaryMatrix, chains: number): BinaryMatrix {
  const [rows, columns] = matrix.shape
  if (rows === chains) return matrix
  if (rows !== 1) throw new ArgumentError(expected(name, `to have 1 or ${chains} rows, one for each chain`, rows))
  const data = new Uint8Array(chains * columns)
  for (let r = 0; r < chains; r++) data.set(matrix.data, r * columns)
  return { data, shape: [chains, columns] }
}

/** Gives the held units their values, and says which they are. */
async function clampTo({ backend, visible }: RbmCore, states: Uint32Array, clamp: Clamp, chains: number) {
  const { mask, values } = check.options('clamp', clamp, ['mask', 'values'])
  const flags = toMask('clamp.mask', mask as Clamp['mask'], visible)
  const held = oneForEach('clamp.values', toBinaryMatrix('clamp.values', values, visible), chains)
  const row = packRow(flags)
  impose(states, await packRows(backend, held), row)
  return { first: 0, count: chains, mask: row } satisfies ClampRun
}

/** states = values where the mask is set; the mask is one row. */
export function impose(states: Uint32Array, values: Uint32Array, mask: Uint32Array): void {
  for (let k = 0; k < states.length; k++) {
    const held = mask[k % mask.length]!
    states[k] = (states[k]! & ~held) | (values[k]! & held)
  }
}
