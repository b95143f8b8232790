/** What a Hopfield network is worth as a memory: measured on its patterns. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { fairCoins } from './bits.ts'
import { type HopfieldCore, integersOf, type Network, stream } from './hopfield-core.ts'
import { noisyCopies } from './hopfield-noise.ts'
import { RecallRun } from './hopfield-recall.ts'
import { fieldsOf } from './hopfield-rows.ts'
import { bitsApart, toStates } from './hopfield-states.ts'

export interface ReportOptions extends LongOptions {
  /** Fractions of flipped units to try, ascending; default 0.05, 0.1 ... 0.5. */
  noises?: readonly number[] | undefined
  /** Noisy copies of each pattern at each noise; default 5. */
  probes?: number | undefined
  /** Random states from which attractors are looked for; default 200. */
  starts?: number | undefined
  /** Of noise, starts and dynamics (random order). Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface HopfieldReport {
  /** Fraction of the patterns that are fixed points. */
  readonly fixedPoints: number
  /** For each pattern min_i xi_i z_i / ||W_i||: above 0 where it is stable; how far says how well. */
  readonly margins: Float64Array
  /** For each of `noises` the fraction of probes that returned to their pattern, all bits right. */
  readonly returned: Float64Array
  readonly noises: Float64Array
  /** The largest noise up to which at least 90 % of the probes returned at every noise tried; 0 where there is none. */
  readonly basinRadius: number
  /** Where runs from random states ended. */
  readonly attractors: {
    readonly starts: number
    /** Distinct states met that are neither a pattern nor the mirror image of one. */
    readonly spurious: number
    /** Fraction of the runs that ended in such a state. */
    readonly spuriousRate: number
    /** Distinct patterns met, and distinct mirror images of patterns. */
    readonly patterns: number
    readonly mirrors: number
  }
  readonly seed: Seed
}

const RETURNED = 0.9
const MOST_SWEEPS = 2 ** 20
const DEFAULT_NOISES = Array.from({ length: 10 }, (_, i) => (i + 1) / 20)

type Settings = ReturnType<typeof checkSettings>

function checkSettings(given: ReportOptions | undefined) {
  const options = check.options('options', given, ['noises', 'probes', 'starts', 'seed', ...longOptionKeys])
  checkLongOptions(options)
  const noises = check.finiteArray('noises', options.noises ?? DEFAULT_NOISES)
  for (const [i, noise] of noises.entries())
    check.numberWithin(`noises[${i}]`, noise, i === 0 ? 0 : noises[i - 1]!, 0.5)
  return {
    noises: Float64Array.from(noises),
    probes: check.positiveInteger('probes', options.probes ?? 5, 2 ** 20),
    starts: check.nonNegativeInteger('starts', options.starts ?? 200, 2 ** 24),
    seed: check.seed('seed', options.seed),
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

export async function report(
  core: HopfieldCore,
  patterns: MatrixLike | undefined,
  given: ReportOptions | undefined,
): Promise<HopfieldReport> {
  const settings = checkSettings(given)
  return core.read(async (network) => {
    const states = patterns && (await toStates(core.backend, 'patterns', patterns, core.units))
    const bits = states?.bits ?? network.patterns
    if (bits.length === 0) throw new ArgumentError(expected('patterns', 'to be given or stored before', 'none'))
    return new Survey(core, network, bits, settings).finish()
  })
}

class Survey {
  readonly #core: HopfieldCore
  readonly #network: Network
  readonly #bits: Uint32Array
  readonly #rows: number
  readonly #settings: Settings
  readonly #report: (done: number) => void
  #done = 0

  constructor(core: HopfieldCore, network: Network, bits: Uint32Array, settings: Settings) {
    this.#core = core
    this.#network = network
    this.#bits = bits
    this.#rows = bits.length / core.words
    this.#settings = settings
    const { noises, probes, starts } = settings
    this.#report = reporter(settings, this.#rows * noises.length * probes + starts)
  }

  async finish(): Promise<HopfieldReport> {
    const { noises, seed } = this.#settings
    const { margins, fixed } = await this.#stability()
    const returned = new Float64Array(noises.length)
    for (let level = 0; level < noises.length; level++) returned[level] = await this.#returned(level)
    const fixedPoints = fixed / this.#rows
    const lost = returned.findIndex((rate) => rate < RETURNED)
    const safe = lost < 0 ? noises.length : lost
    const basinRadius = fixedPoints < RETURNED || safe === 0 ? 0 : noises[safe - 1]!
    return { fixedPoints, margins, returned, noises, basinRadius, attractors: await this.#attractors(), seed }
  }

  /** From the fields of the patterns themselves. */
  async #stability(): Promise<{ margins: Float64Array; fixed: number }> {
    const { units, words } = this.#core
    const { data } = await fieldsOf(this.#core, this.#network, this.#bits, this.#rows, {
      signal: this.#settings.signal,
    })
    const norms = rowNorms(this.#network.weights.view(), units)
    const margins = new Float64Array(this.#rows).fill(Number.POSITIVE_INFINITY)
    let fixed = 0
    for (let r = 0; r < this.#rows; r++) {
      let stable = true
      for (let i = 0; i < units; i++) {
        const spin = (this.#bits[r * words + (i >>> 5)]! >>> (i & 31)) & 1 ? 1 : -1
        const towards = spin * data[r * units + i]!
        stable &&= towards >= 0
        margins[r] = Math.min(margins[r]!, towards === 0 ? 0 : towards / norms[i]!)
      }
      fixed += stable ? 1 : 0
    }
    return { margins, fixed }
  }

  /** The fraction of noisy copies that come back. */
  async #returned(level: number): Promise<number> {
    const { noises, probes, seed } = this.#settings
    const { backend, units } = this.#core
    const key = deriveKey(seed, stream.report, level + 1)
    let back = 0
    for (let probe = 0; probe < probes; probe++) {
      const place = { key: deriveKey(seed, stream.noise), draw: level * probes + probe, firstRow: 0 }
      const reached = await noisyCopies(backend, this.#bits, units, noises[level]!, place)
      await this.#run(reached, key, probe * this.#rows)
      back += countEqual(reached, this.#bits, this.#core.words)
    }
    return back / (probes * this.#rows)
  }

  async #attractors(): Promise<HopfieldReport['attractors']> {
    const { starts, seed } = this.#settings
    const { backend, units, words } = this.#core
    const reached = fairCoins(backend, starts, units, deriveKey(seed, stream.starts), 0)
    await this.#run(reached, deriveKey(seed, stream.report, 0), 0)
    const patterns = keysOf(this.#bits, words)
    const mirrors = keysOf(mirrored(this.#bits, units), words)
    const ends = rowKeys(reached, words)
    const isSpurious = (end: string) => !patterns.has(end) && !mirrors.has(end)
    const met = [...new Set(ends)]
    return {
      starts,
      spurious: met.filter(isSpurious).length,
      spuriousRate: starts === 0 ? 0 : ends.filter(isSpurious).length / starts,
      patterns: met.filter((end) => patterns.has(end)).length,
      mirrors: met.filter((end) => mirrors.has(end) && !patterns.has(end)).length,
    }
  }

  async #run(bits: Uint32Array, key: Key, firstProbe: number): Promise<void> {
    const couplings = await integersOf(this.#core.backend, this.#network)
    const run = new RecallRun(this.#core.backend, couplings, bits, {
      order: 'random',
      maxSweeps: MOST_SWEEPS,
      key,
      firstProbe,
    })
    await run.finish({ signal: this.#settings.signal, onProgress: () => this.#report(this.#done + run.done) })
    this.#done += run.rows
    this.#report(this.#done)
  }
}

function rowNorms(weights: Float32Array, units: number): Float64Array {
  return Float64Array.from({ length: units }, (_, i) => {
    let sum = 0
    for (let j = i * units; j < (i + 1) * units; j++) sum += weights[j]! ** 2
    return Math.sqrt(sum)
  })
}

function countEqual(a: Uint32Array, b: Uint32Array, words: number): number {
  let count = 0
  for (let at = 0; at < a.length; at += words) {
    count += bitsApart(a.subarray(at, at + words), b.subarray(at, at + words)) === 0 ? 1 : 0
  }
  return count
}

/** Each row as a text that only equal rows share. */
function rowKeys(bits: Uint32Array, words: number): string[] {
  return Array.from({ length: bits.length / words }, (_, r) => bits.subarray(r * words, (r + 1) * words).join())
}

const keysOf = (bits: Uint32Array, words: number) => new Set(rowKeys(bits, words))

/** All units of all rows flipped. */
function mirrored(bits: Uint32Array, units: number): Uint32Array {
  const words = Math.ceil(units / 32)
  const last = units % 32 === 0 ? 0xffffffff : 2 ** (units % 32) - 1
  return bits.map((word, k) => ~word & (k % words === words - 1 ? last : 0xffffffff))
}
