/** Recall: probes run through the dynamics of a Hopfield network until nothing changes. */

import type { Backend } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { type ChainStream, chainsOf, checkStreams, drawsFor } from '../random/streams.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { wordsPerRow } from './bits.ts'
import { type HopfieldCore, integersOf, stream } from './hopfield-core.ts'
import { fromBits, type StateMatrix, toStates } from './hopfield-states.ts'
import { type IntegerCouplings, padded } from './integer-couplings.ts'

/** `random`: a fresh permutation of the units each sweep. `sequential`: by number. `synchronous`: all units at once. */
export type RecallOrder = 'random' | 'sequential' | 'synchronous'

export interface RecallOptions extends LongOptions {
  /** Default `random`. */
  order?: RecallOrder | undefined
  /** As `order: 'synchronous'`. */
  synchronous?: boolean | undefined
  /** A run that has not ended by then is stopped; default 1000. */
  maxSweeps?: number | undefined
  /** Of the random order. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Number of the first probe: probe 17 of a batch run alone is `{ firstProbe: 17 }`. Default 0. */
  firstProbe?: number | undefined
  /**
   * Probes of several seeds in one run, in place of `seed` and `firstProbe`: the first `chains` probes are those of the first
   * stream, and so on. Each has the bytes that it has alone; the result's `seed` is the first one's.
   */
  streams?: readonly ChainStream[] | undefined
  /** Also give the energy after every sweep. Default false. */
  trace?: boolean | undefined
}

export interface RecallResult {
  /** [probes, N], in the encoding of the probes. */
  readonly states: StateMatrix
  /** Energy of each state reached. */
  readonly energies: Float64Array
  /** Flips that each run made. */
  readonly flips: Uint32Array
  /** Sweeps that each run took, the last one, without a flip, included. */
  readonly sweeps: Uint32Array
  /** Whether the state is a proven fixed point: the run ended with a sweep without a flip. */
  readonly converged: readonly boolean[]
  /** Whether the run ended because it went to and fro between two states (synchronous order only). */
  readonly cycles: readonly boolean[]
  readonly seed: Seed
  /** With `trace`: for each probe its own energy, then that after each sweep. */
  readonly trace?: readonly Float64Array[]
}

const recallKeys = ['order', 'synchronous', 'maxSweeps', 'seed', 'firstProbe', 'streams', 'trace'] as const
const orders = { sequential: 0, random: 1, synchronous: 2 } as const
const MOST_PROBES = 2 ** 24
const RUNNING = 0
const FIXED_POINT = 1
const CYCLE = 2
// Sweeps of one kernel call. Most runs end long before; what has not goes on in another call.
const SWEEPS_PER_CALL = 64
const NO_LIMIT = 2 ** 32 - 1
const FIELDS_PER_CALL = 2 ** 24
// Units times probes of a first piece: well below a millisecond's work natively.
const FIRST_PIECE = 2 ** 18

export async function recall(
  core: HopfieldCore,
  probes: MatrixLike,
  given: RecallOptions | undefined,
): Promise<RecallResult> {
  const options = checkRecallOptions(given)
  return core.read(async (network) => {
    const { bits, rows, encoding } = await toStates(core.backend, 'probes', probes, core.units)
    const { streams: _, ...settings } = options
    const run = new RecallRun(core.backend, await integersOf(core.backend, network), bits, {
      ...settings,
      ...drawsOf(options, rows),
    })
    const result = () => ({
      states: fromBits(core.backend, run.finishedBits(), core.units, encoding),
      ...run.finished(),
      seed: options.seed,
    })
    try {
      await run.finish(options)
    } catch (error) {
      if (!(error instanceof AbortError) || run.done === 0) throw error
      throw new AbortError<RecallResult>(result(), { cause: error.cause })
    }
    return result()
  })
}

function drawsOf({ streams, seed, firstProbe }: ReturnType<typeof checkRecallOptions>, rows: number) {
  check.nonNegativeInteger('firstProbe', firstProbe, 2 ** 32 - rows)
  if (streams === undefined) return { key: deriveKey(seed, stream.order) }
  if (chainsOf(streams) === rows) return drawsFor(streams, stream.order)
  throw new ArgumentError(expected('streams', `to have as many chains as there are probes, ${rows}`, chainsOf(streams)))
}

function checkRecallOptions(given: RecallOptions | undefined) {
  const options = check.options('options', given, [...recallKeys, ...longOptionKeys])
  checkLongOptions(options)
  const together = check.flag('synchronous', options.synchronous ?? options.order === 'synchronous')
  const fallback = together ? 'synchronous' : 'random'
  const order = check.oneOf('order', options.order ?? fallback, ['random', 'sequential', 'synchronous'])
  const { seed, streams, firstProbe } = options
  if (streams !== undefined && firstProbe !== undefined) {
    throw new ArgumentError(expected('firstProbe', 'to be left to `streams`, which were given too', firstProbe))
  }
  const checked = checkStreams({ seed, streams }, { chains: 1, most: MOST_PROBES })
  return {
    streams: streams === undefined ? undefined : checked,
    order: check.oneOf('order', order, together ? ['synchronous'] : ['random', 'sequential']),
    maxSweeps: check.positiveInteger('maxSweeps', options.maxSweeps ?? 1000, 2 ** 32 - 1),
    seed: checked[0]!.seed,
    firstProbe: check.nonNegativeInteger('firstProbe', options.firstProbe ?? 0, 2 ** 32 - 1),
    trace: check.flag('trace', options.trace ?? false),
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

export interface RunSettings {
  readonly order: RecallOrder
  readonly maxSweeps: number
  readonly key: Key
  readonly firstProbe?: number
  /** [rows, 3]: keys and numbers of the probes, in place of `key` and `firstProbe`. */
  readonly streams?: Uint32Array
  readonly trace?: boolean
  /** In random order: the run ends with this flip, if it has not before. Default: no limit. */
  readonly maxFlips?: number
}

/** The runs of a batch of probes, from the first to the last; packed states are moved in place. */
export class RecallRun {
  readonly bits: Uint32Array
  readonly rows: number
  /** Probes whose runs have ended; always the first ones. */
  done = 0
  readonly #backend: Backend
  readonly #couplings: IntegerCouplings
  readonly #settings: RunSettings
  readonly #words: number
  readonly #energies: Float64Array
  readonly #flips: Uint32Array
  readonly #sweeps: Uint32Array
  readonly #outcomes: Uint8Array
  readonly #traces: number[][]
  #signal: AbortSignal | undefined

  constructor(backend: Backend, couplings: IntegerCouplings, bits: Uint32Array, settings: RunSettings) {
    this.#backend = backend
    this.#couplings = couplings
    this.#settings = settings
    this.#words = wordsPerRow(couplings.units)
    this.bits = bits
    this.rows = bits.length / this.#words
    this.#energies = new Float64Array(this.rows)
    this.#flips = new Uint32Array(this.rows)
    this.#sweeps = new Uint32Array(this.rows)
    this.#outcomes = new Uint8Array(this.rows)
    this.#traces = settings.trace ? Array.from({ length: this.rows }, () => []) : []
  }

  async finish(options: LongOptions = {}): Promise<void> {
    this.#signal = options.signal
    const { units } = this.#couplings
    const most = Math.max(1, Math.floor(FIELDS_PER_CALL / padded(units)))
    const advance = async (first: number, count: number) => {
      for (let at = first; at < first + count; at += most) await this.#block(at, Math.min(most, first + count - at))
      this.done = first + count
    }
    await inPieces(this.rows, advance, {
      signal: options.signal,
      onPiece: reporter(options, this.rows),
      firstPiece: Math.max(1, Math.floor(FIRST_PIECE / units)),
    })
  }

  /** Packed states of the probes whose runs have ended. */
  finishedBits(): Uint32Array {
    return this.bits.subarray(0, this.done * this.#words)
  }

  finished(): Omit<RecallResult, 'states' | 'seed'> {
    const { done } = this
    const outcomes = Array.from(this.#outcomes.subarray(0, done))
    return {
      energies: this.#energies.slice(0, done),
      flips: this.#flips.slice(0, done),
      sweeps: this.#sweeps.slice(0, done),
      converged: outcomes.map((outcome) => outcome === FIXED_POINT),
      cycles: outcomes.map((outcome) => outcome === CYCLE),
      ...(this.#settings.trace && {
        trace: this.#traces.slice(0, done).map((energies) => Float64Array.from(energies)),
      }),
    }
  }

  /** Runs probes `first` to `first + count` to their ends. */
  async #block(first: number, count: number): Promise<void> {
    let rows = Uint32Array.from({ length: count }, (_, i) => first + i)
    let previous: Uint32Array = new Uint32Array()
    const { maxSweeps, maxFlips } = this.#settings
    // A limit of flips is one of a call; every sweep but the last has a flip.
    const each = maxFlips === undefined ? SWEEPS_PER_CALL : maxFlips + 1
    for (let sweep = 0; rows.length > 0; sweep += each) {
      const sweeps = Math.min(each, maxSweeps - sweep)
      if (sweeps <= 0) return
      if (sweep > 0 && this.#signal?.aborted) throw new AbortError(undefined, { cause: this.#signal.reason })
      const call = await this.#call(rows, previous, sweep, sweeps)
      const left = rows.map((_, i) => i).filter((i) => call.counts[3 * i + 2] === RUNNING)
      previous = gatherRows(call.previous, this.#words, left)
      rows = left.map((i) => rows[i]!)
    }
  }

  /** One kernel call for some of the probes; keeps what it found. */
  async #call(rows: Uint32Array, before: Uint32Array, sweep: number, sweeps: number) {
    const { units, narrow, unit, table, offsets } = this.#couplings
    const { order, key, streams, trace, maxFlips = NO_LIMIT } = this.#settings
    const states = gatherRows(this.bits, this.#words, rows)
    const previous = order !== 'synchronous' ? before : sweep === 0 ? new Uint32Array(states.length) : before
    const counts = new Uint32Array(3 * rows.length)
    const energies = new Float64Array(2 * rows.length)
    const traced = new Float64Array(trace ? rows.length * sweeps : 0)
    const network = [units, narrow, unit, table, offsets, orders[order]] as const
    const run = [sweep, sweeps, maxFlips, states, previous, counts, energies, traced] as const
    await (streams !== undefined
      ? this.#backend.run('hopfieldRecallStreams', ...network, gatherRows(streams, 3, rows), ...run)
      : this.#backend.run('hopfieldRecall', ...network, key.low, key.high, this.#probes(rows), ...run))
    rows.forEach((row, i) => {
      this.bits.set(states.subarray(i * this.#words, (i + 1) * this.#words), row * this.#words)
      this.#keep(row, counts.subarray(3 * i, 3 * i + 3), energies.subarray(2 * i, 2 * i + 2))
      if (trace) this.#keepTrace(row, energies[2 * i]!, traced.subarray(i * sweeps, i * sweeps + counts[3 * i]!))
    })
    return { counts, previous }
  }

  /** The numbers under which probes draw. */
  #probes(rows: Uint32Array): Uint32Array {
    const { firstProbe = 0 } = this.#settings
    return firstProbe === 0 ? rows : rows.map((row) => row + firstProbe)
  }

  #keep(row: number, counts: Uint32Array, energies: Float64Array): void {
    this.#sweeps[row]! += counts[0]!
    this.#flips[row]! += counts[1]!
    this.#outcomes[row] = counts[2]!
    this.#energies[row] = energies[1]!
  }

  #keepTrace(row: number, start: number, energies: Float64Array): void {
    const trace = this.#traces[row]!
    if (trace.length === 0) trace.push(start)
    trace.push(...energies)
  }
}

function gatherRows(from: Uint32Array, words: number, rows: ArrayLike<number>): Uint32Array {
  const to = new Uint32Array(from.length === 0 ? 0 : rows.length * words)
  if (to.length === 0) return to
  for (let i = 0; i < rows.length; i++) to.set(from.subarray(rows[i]! * words, (rows[i]! + 1) * words), i * words)
  return to
}
