/** The two-dimensional Ising model: a torus of spins, many of which are updated by one instruction. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { current } from '../backend/index.ts'
import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError, ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { checkTemperature } from './boltzmann-core.ts'
import { checkTemperatures, type Temperatures } from './boltzmann-schedule.ts'
import { fromBits, type StateMatrix, toStates } from './hopfield-states.ts'

export interface Ising2dOptions {
  /** Sites of a side, or `[rows, columns]`; 3 to 2^14. */
  size: number | readonly [rows: number, columns: number]
  /** T, in units of the coupling J = 1. The infinite lattice is critical at 2 / log(1 + sqrt(2)) = 2.269. Default 2.269185314213022. */
  temperature?: number | undefined
  /** Field h; default 0. */
  field?: number | undefined
  /** Lattices side by side; default 1. */
  replicas?: number | undefined
  /**
   * One random number a site serves all replicas: many times as fast. Each replica by itself follows the law; together they
   * are not independent, so errors of means over replicas are not to be computed as if they were. Default false.
   */
  sharedRandom?: boolean | undefined
  /** Default: fresh entropy; `seed` says which. */
  seed?: Seed | undefined
  /** `random` (default): fair coins; `up`: all +1; or states [replicas, sites], -1 and +1 or 0 and 1, one row for all or one for each. */
  init?: 'random' | 'up' | MatrixLike | undefined
  /** Number of the first sweep, to go on from the states of another lattice of the same options and seed. Default 0. */
  firstSweep?: number | undefined
}

export interface SweepOptions extends LongOptions {
  /** Default: the lattice's. `{ from, to }` cools (or heats) from sweep to sweep. */
  temperature?: Temperatures | undefined
}

export interface MeasureOptions extends SweepOptions {
  /** Sweeps before the first measurement; default 0. */
  warmup?: number | undefined
  /** Sweeps from one measurement to the next; default 1. */
  every?: number | undefined
}

export interface Measurements {
  /** [measurements, replicas]: energy of a site. */
  readonly energy: Float64Array
  /** [measurements, replicas]: mean spin. */
  readonly magnetisation: Float64Array
}

/** What the lattice looks like to the kernels (native/kernels/ising2d.h). */
interface Layout {
  readonly rows: number
  readonly columns: number
  readonly replicas: number
  readonly strips: number
  /** Both sides are even. */
  readonly checkerboard: boolean
  /** Of a lattice that is no checkerboard: the sites by colour, and how many have each. */
  readonly order: Uint32Array
  readonly colours: Uint32Array
  readonly words: number
}

/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
const stream = { start: 221, sweeps: 222 } as const

const keys = ['size', 'temperature', 'field', 'replicas', 'sharedRandom', 'seed', 'init', 'firstSweep'] as const
const CRITICAL = 2.269185314213022
const LANES = 32
const LARGEST_SIDE = 2 ** 14
const MOST_WORDS = 2 ** 28
const MOST_SWEEPS = 2 ** 40
// Words of a site a millisecond that any machine gets through.
const CAUTIOUS_SPEED = 2000

/**
 * A lattice of spins -1 and +1 on a torus, each coupled to its four neighbours with J = 1:
 *
 *     E(s) = - sum over bonds s s' - h sum s          P(s) = exp(-E(s) / T) / Z
 *
 * A sweep updates every site by heat bath, P(s = +1 | neighbours) = sigma(2 (sum of the neighbours + h) / T), colour by
 * colour: two colours where both sides are even, else three. Probabilities are rounded to multiples of 2^-32.
 *
 * Sites are bits: of one lattice 32 strips of columns run side by side, of many replicas 32 lattices, and random numbers are made
 * bit by bit until all comparisons are decided (native/kernels/ising2d.h). The same seed gives the same bytes on every backend
 * and number of threads, and however a run is cut; replicas are a whole: with another number of them, others come out.
 *
 * @example
 * const lattice = await ising2d({ size: 1024, temperature: 2, seed: 1, init: 'up' })
 * const { energy, magnetisation } = await lattice.measure(100, { warmup: 100, every: 10 })
 *
 * @throws (rejects with) ArgumentError on wrong options
 */
export async function ising2d(options: Ising2dOptions): Promise<Ising2d> {
  const given = check.options('options', options, keys)
  const layout = layoutOf(given)
  const backend = current()
  const seed = check.seed('seed', given.seed)
  const words = backend.alloc(Uint32Array, layout.words)
  const made = {
    backend,
    layout,
    words,
    seed,
    shared: check.flag('sharedRandom', given.sharedRandom ?? false),
    temperature: checkTemperature('temperature', given.temperature ?? CRITICAL),
    field: check.finiteNumber('field', given.field ?? 0),
    sweep: check.nonNegativeInteger('firstSweep', given.firstSweep ?? 0, MOST_SWEEPS),
  }
  await start(backend, layout, words, deriveKey(seed, stream.start), given.init ?? 'random')
  return new Ising2d(made)
}

function layoutOf(given: Partial<Ising2dOptions>): Layout {
  const [rows, columns] = sides(given.size)
  const replicas = check.positiveInteger('replicas', given.replicas ?? 1, 2 ** 20)
  const checkerboard = rows % 2 === 0 && columns % 2 === 0
  const apart = !(given.sharedRandom ?? false) && checkerboard
  let strips = 1
  while (apart && 2 * strips * replicas <= LANES && columns % (4 * strips) === 0) strips *= 2
  const groups = Math.ceil(replicas / (LANES / strips))
  const words = (groups * rows * columns) / strips
  if (words > MOST_WORDS) {
    throw new ArgumentError(
      expected('replicas', 'to fit into 1 GiB with this size', `${replicas} of ${rows} x ${columns}`),
    )
  }
  const inOrder = checkerboard ? { order: new Uint32Array(), colours: new Uint32Array() } : threeColours(rows, columns)
  return { rows, columns, replicas, strips, checkerboard, words, ...inOrder }
}

function sides(size: unknown): readonly [number, number] {
  const pair = Array.isArray(size) ? size : [size, size]
  if (pair.length !== 2) throw new ArgumentError(expected('size', 'to be a number or [rows, columns]', show(size)))
  // On a side of 2 both neighbours would be one site.
  return [check.integerWithin('size', pair[0], 3, LARGEST_SIDE), check.integerWithin('size', pair[1], 3, LARGEST_SIDE)]
}

/** Neighbours differ in (a(row) + a(column)) mod 3, for a = 0 1 0 1 ... with a 2 at the end of an odd side. */
function threeColours(rows: number, columns: number): { order: Uint32Array; colours: Uint32Array } {
  const along = (i: number, side: number) => (side % 2 === 1 && i === side - 1 ? 2 : i % 2)
  const colourOf = (site: number) => {
    const [row, column] = [Math.floor(site / columns), site % columns]
    return (along(row, rows) + along(column, columns)) % 3
  }
  const [order, colours] = [new Uint32Array(rows * columns), new Uint32Array(3)]
  let at = 0
  for (let colour = 0; colour < 3; colour++) {
    const first = at
    for (let site = 0; site < order.length; site++) if (colourOf(site) === colour) order[at++] = site
    colours[colour] = at - first
  }
  return { order, colours }
}

async function start(
  backend: Backend,
  layout: Layout,
  words: BackendArray<Uint32Array>,
  key: Key,
  init: 'random' | 'up' | MatrixLike,
): Promise<void> {
  if (init === 'random') {
    await backend.run('randomWords', words, key.low, key.high, 0, 0, 0)
  } else if (init === 'up') {
    words.view().fill(2 ** 32 - 1)
  } else {
    if (typeof init === 'string') check.oneOf('init', init, ['random', 'up'])
    const { rows, columns, replicas, strips, checkerboard } = layout
    const sites = rows * columns
    const { bits, rows: given } = await toStates(backend, 'init', init, sites)
    if (given !== 1 && given !== replicas) {
      throw new ArgumentError(expected('init', `to have 1 or ${replicas} rows, one for each replica`, given))
    }
    const spins = new Uint8Array(fromBits(backend, bits, sites, 'binary').data.buffer)
    const all = given === replicas ? spins : new Uint8Array(replicas * sites)
    if (all !== spins) for (let r = 0; r < replicas; r++) all.set(spins, r * sites)
    await backend.run('ising2dPack', rows, columns, strips, checkerboard, all, words)
  }
}

interface Made {
  readonly backend: Backend
  readonly layout: Layout
  readonly words: BackendArray<Uint32Array>
  readonly seed: Seed
  readonly shared: boolean
  readonly temperature: number
  readonly field: number
  readonly sweep: number
}

/** A lattice in motion; `ising2d` makes one. Calls take turns. */
export class Ising2d {
  readonly rows: number
  readonly columns: number
  readonly replicas: number
  readonly temperature: number
  readonly field: number
  readonly sharedRandom: boolean
  readonly seed: Seed
  readonly #backend: Backend
  readonly #layout: Layout
  readonly #words: BackendArray<Uint32Array>
  readonly #key: Key
  #sweeps: number
  #turn: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor({ backend, layout, words, seed, shared, temperature, field, sweep }: Made) {
    this.rows = layout.rows
    this.columns = layout.columns
    this.replicas = layout.replicas
    this.temperature = temperature
    this.field = field
    this.sharedRandom = shared
    this.seed = seed
    this.#backend = backend
    this.#layout = layout
    this.#words = words
    this.#key = deriveKey(seed, stream.sweeps)
    this.#sweeps = sweep
  }

  /** Sweeps done, those before `firstSweep` included. */
  get sweeps(): number {
    return this.#sweeps
  }

  /**
   * Runs `count` sweeps of all replicas.
   *
   * @throws (rejects with) ArgumentError; AbortError, with the number of sweeps done as `partial`: the lattice is then at that sweep
   */
  async sweep(count: number, options?: SweepOptions): Promise<void> {
    const given = check.options('options', options, ['temperature', ...longOptionKeys])
    checkLongOptions(given)
    const sweeps = check.positiveInteger('count', count, MOST_SWEEPS)
    const temperature = checkTemperatures('temperature', given.temperature ?? this.temperature, sweeps)
    await this.#inTurn(() => this.#run(sweeps, temperature, given.signal, reporter(given, sweeps)))
  }

  /**
   * Sweeps, and measures `count` times.
   *
   * @throws (rejects with) ArgumentError; AbortError with the measurements so far as `partial`
   */
  async measure(count: number, options?: MeasureOptions): Promise<Measurements> {
    const given = check.options('options', options, ['temperature', 'warmup', 'every', ...longOptionKeys])
    checkLongOptions(given)
    const measurements = check.positiveInteger('count', count, 2 ** 24)
    const warmup = check.nonNegativeInteger('warmup', given.warmup ?? 0, MOST_SWEEPS)
    const every = check.positiveInteger('every', given.every ?? 1, 2 ** 30)
    const total = warmup + measurements * every
    const temperature = checkTemperatures('temperature', given.temperature ?? this.temperature, total)
    const [energy, magnetisation] = [
      new Float64Array(measurements * this.replicas),
      new Float64Array(measurements * this.replicas),
    ]
    return this.#inTurn(async () => {
      const report = reporter(given, total)
      let done = 0
      const advance = async (sweeps: number) => {
        const before = done
        await this.#run(
          sweeps,
          (k) => temperature(before + k),
          given.signal,
          (now) => report(before + now),
        )
        done += sweeps
      }
      let taken = 0
      try {
        if (warmup > 0) await advance(warmup)
        for (; taken < measurements; taken++) {
          await advance(every)
          energy.set(this.energy(), taken * this.replicas)
          magnetisation.set(this.magnetisation(), taken * this.replicas)
        }
      } catch (error) {
        if (!(error instanceof AbortError) || taken === 0) throw error
        const end = taken * this.replicas
        const partial = { energy: energy.slice(0, end), magnetisation: magnetisation.slice(0, end) }
        throw new AbortError<Measurements>(partial, { cause: error.cause })
      }
      return { energy, magnetisation }
    })
  }

  /** [replicas]: energy of a site, E / (rows columns), of the lattices as they are. */
  energy(): Float64Array {
    const [sites, sums] = [this.rows * this.columns, this.#sums()]
    return Float64Array.from(
      { length: this.replicas },
      (_, r) => (-sums[2 * r]! - this.field * sums[2 * r + 1]!) / sites,
    )
  }

  /** [replicas]: mean spin of the lattices as they are. */
  magnetisation(): Float64Array {
    const [sites, sums] = [this.rows * this.columns, this.#sums()]
    return Float64Array.from({ length: this.replicas }, (_, r) => sums[2 * r + 1]! / sites)
  }

  /** [replicas, rows columns], -1 and +1, row after row of the lattice. */
  states(): StateMatrix {
    const { rows, columns, replicas, strips, checkerboard } = this.#layout
    const data = new Int8Array(replicas * rows * columns)
    const bytes = new Uint8Array(data.buffer)
    this.#backend.kernels.ising2dUnpack(rows, columns, strips, checkerboard, 255, this.#words, bytes)
    return { data, shape: [replicas, rows * columns] }
  }

  #sums(): Float64Array {
    const { rows, columns, replicas, strips, checkerboard } = this.#layout
    const sums = new Float64Array(2 * replicas)
    this.#backend.kernels.ising2dSums(rows, columns, strips, checkerboard, this.#words, sums)
    return sums
  }

  #inTurn<Result>(body: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(body)
    // The next one's turn comes also after a failure, which is the caller's to handle.
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #run(
    sweeps: number,
    temperature: (sweep: number) => number,
    signal: AbortSignal | undefined,
    onPiece: (done: number) => void,
  ): Promise<void> {
    const { rows, columns, strips, order, colours, words } = this.#layout
    const [start, { low, high }] = [this.#sweeps, this.#key]
    const advance = async (first: number, count: number) => {
      const temperatures = Float64Array.from({ length: count }, (_, k) => temperature(first + k))
      await this.#backend.run(
        'ising2dSweep',
        ...([rows, columns, strips, this.field, this.sharedRandom, temperatures, order, colours] as const),
        ...([low, high, start + first, this.#words] as const),
      )
      this.#sweeps = start + first + count
    }
    const firstPiece = (CAUTIOUS_SPEED * this.#backend.pieceMilliseconds) / words
    try {
      await inPieces(sweeps, advance, { signal, onPiece, firstPiece })
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      throw new AbortError(this.#sweeps - start, { cause: error.cause })
    }
  }
}
