/** The exact oracle: all states of a small machine, or of a large one with all but a few units held. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type MatrixLike, toMatrix } from '../matrix.ts'
import { deriveKey, fromWords, type Seed } from '../random/key.ts'
import { Rng } from '../random/rng.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { wordsPerRow } from './bits.ts'
import { type BoltzmannCore, checkTemperature, stream } from './boltzmann-core.ts'
import type { Couplings } from './boltzmann-couplings.ts'
import { toUnitMask } from './boltzmann-start.ts'
import { type StateMatrix, toStates } from './hopfield-states.ts'

export interface ExactOptions extends LongOptions {
  /** Units that are held: `mask` [N] and `values`, one row of N states. The law is then that of the others given these. */
  clamp?: { readonly mask: ArrayLike<boolean | number>; readonly values: MatrixLike } | undefined
  /** Default: the machine's. */
  temperature?: number | undefined
}

export interface ExactLaw {
  /** log of the sum of exp(-E / T) over the states of the free units. */
  readonly logPartition: number
  /** [N]: <y_i>; a held unit's is its value. */
  readonly means: Float64Array
  /** [N, N], row after row: <y_i y_j>. */
  readonly moments: Float64Array
  /** Numbers of the free units: unit `free[k]` is on where bit k of a state's number is set. */
  readonly free: readonly number[]
  /** Probabilities of all 2^free states, up to 20 free units. */
  probabilities(): Promise<Float64Array>
  /** Independent samples [count, N], in the machine's encoding. */
  sample(count: number, options?: { seed?: Seed | undefined }): Promise<StateMatrix>
}

const MOST_FREE = 25
const MOST_LISTED = 20
const BLOCK_UNITS = 12
const GROUP_BLOCKS = 64

/** The law of the free units given the held ones, as a machine of its own. */
interface Reduced {
  readonly free: readonly number[]
  /** Values of all units; of a free one, what "off" stands for. */
  readonly values: Float64Array
  /** [n, n] and [n] of the free units. */
  readonly couplings: Float64Array
  readonly bias: Float64Array
  /** Energy of the held units among themselves. */
  readonly constant: number
  readonly binary: boolean
  readonly beta: number
}

export async function exact(core: BoltzmannCore, given: ExactOptions | undefined): Promise<ExactLaw> {
  const options = check.options('options', given, ['clamp', 'temperature', ...longOptionKeys])
  checkLongOptions(options)
  const temperature = checkTemperature('temperature', options.temperature ?? core.temperature)
  const { couplings } = core
  const { mask, values } = await clampOf(core, options.clamp)
  const law = reduce(core, couplings, mask, values, 1 / temperature)
  return new Enumeration(core, law).run(options)
}

async function clampOf(core: BoltzmannCore, clamp: ExactOptions['clamp']) {
  if (clamp === undefined) return { mask: new Uint8Array(core.units), values: new Uint32Array(wordsPerRow(core.units)) }
  const given = check.options('clamp', clamp, ['mask', 'values'])
  const mask = toUnitMask('clamp.mask', given.mask as ArrayLike<number>, core)
  const matrix = toMatrix('clamp.values', given.values, core.units)
  const { bits, rows } = await toStates(core.backend, 'clamp.values', matrix, core.units)
  if (rows !== 1) throw new ArgumentError(expected('clamp.values', 'to have 1 row', rows))
  return { mask, values: bits }
}

/** Folds the held units into the biases of the free ones. */
export function reduce(
  core: BoltzmannCore,
  couplings: Couplings,
  mask: Uint8Array,
  bits: Uint32Array,
  beta: number,
): Reduced {
  const off = core.encoding === 'spin' ? -1 : 0
  const free = [...mask.keys()].filter((i) => mask[i] === 0)
  if (free.length > MOST_FREE) {
    throw new ArgumentError(
      expected('the machine', `to have at most ${MOST_FREE} units that are not held`, free.length),
    )
  }
  const values = Float64Array.from(mask, (held, i) => (held && (bits[i >>> 5]! >>> (i & 31)) & 1 ? 1 : off))
  const [own, bias] = [couplings.bias, new Float64Array(free.length)]
  const inner = new Float64Array(free.length ** 2)
  const fieldOfHeld = (row: Float64Array) => row.reduce((sum, w, j) => sum + (mask[j] ? w * values[j]! : 0), 0)
  free.forEach((i, k) => {
    const row = couplings.row(i)
    bias[k] = own[i]! + fieldOfHeld(row)
    free.forEach((j, l) => {
      inner[k * free.length + l] = row[j]!
    })
  })
  const held = [...mask.keys()].filter((i) => mask[i] === 1)
  const constant = held.reduce((sum, i) => sum - values[i]! * (own[i]! + 0.5 * fieldOfHeld(couplings.row(i))), 0)
  return { free, values, couplings: inner, bias, constant, binary: core.encoding === 'binary', beta }
}

/** Logarithms of the sums of all blocks of states. */
async function blockSums(core: BoltzmannCore, law: Reduced, options: LongOptions): Promise<Float64Array> {
  const { couplings, bias, binary, beta } = law
  const sums = new Float64Array(2 ** Math.max(0, law.free.length - BLOCK_UNITS))
  const run = (first: number, count: number) =>
    core.backend.run('boltzmannEnumerate', couplings, bias, binary, beta, first, sums.subarray(first, first + count))
  await inPieces(sums.length, run, { signal: options.signal, firstPiece: 16 })
  return sums
}

/** log of the sum of exp(-E / T) over the states of the free units. */
export async function logPartitionOf(core: BoltzmannCore, law: Reduced, options: LongOptions): Promise<number> {
  const log = core.backend.kernels.logSumExp(await blockSums(core, law, options))
  return log - law.beta * law.constant
}

class Enumeration {
  readonly #core: BoltzmannCore
  readonly #law: Reduced

  constructor(core: BoltzmannCore, law: Reduced) {
    this.#core = core
    this.#law = law
  }

  async run(options: LongOptions): Promise<ExactLaw> {
    const law = this.#law
    const sums = await blockSums(this.#core, law, options)
    const logZ = this.#core.backend.kernels.logSumExp(sums)
    const both = await this.#bothOn(logZ, options)
    return {
      logPartition: logZ - law.beta * law.constant,
      ...this.#moments(both),
      free: law.free,
      probabilities: () => this.#probabilities(logZ),
      sample: (count, given) => this.#sample(sums, logZ, count, given),
    }
  }

  /** [n, n]: probabilities that two free units are on. */
  async #bothOn(logZ: number, options: LongOptions): Promise<Float64Array> {
    const { couplings, bias, binary, beta, free } = this.#law
    const [square, groups] = [free.length ** 2, Math.ceil(2 ** (free.length - BLOCK_UNITS) / GROUP_BLOCKS)]
    const both = new Float64Array(square)
    const report = reporter(options, groups)
    const add = async (first: number, count: number) => {
      const parts = new Float64Array(count * square)
      await this.#core.backend.run('boltzmannMoments', couplings, bias, binary, beta, logZ, first, parts)
      parts.forEach((part, k) => {
        both[k % square]! += part
      })
    }
    if (square > 0) await inPieces(groups, add, { signal: options.signal, onPiece: report })
    return both
  }

  #moments(both: Float64Array): { means: Float64Array; moments: Float64Array } {
    const { free, values, binary } = this.#law
    const [units, n] = [values.length, free.length]
    const means = values.slice()
    const place = new Int32Array(units).fill(-1)
    free.forEach((i, k) => {
      place[i] = k
      means[i] = binary ? both[k * n + k]! : 2 * both[k * n + k]! - 1
    })
    const moments = new Float64Array(units * units)
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < units; j++) {
        const [k, l] = [place[i]!, place[j]!]
        // A held unit is a constant.
        moments[i * units + j] = k < 0 || l < 0 ? means[i]! * means[j]! : this.#pair(both, k, l)
      }
    }
    return { means, moments }
  }

  #pair(both: Float64Array, k: number, l: number): number {
    const n = this.#law.free.length
    if (this.#law.binary) return both[k * n + l]!
    return k === l ? 1 : 4 * both[k * n + l]! - 2 * (both[k * n + k]! + both[l * n + l]!) + 1
  }

  async #probabilities(logZ: number): Promise<Float64Array> {
    const { couplings, bias, binary, beta, free } = this.#law
    if (free.length > MOST_LISTED) {
      throw new ArgumentError(
        expected('probabilities', `to be asked of at most ${MOST_LISTED} free units`, free.length),
      )
    }
    const all = new Float64Array(2 ** free.length)
    if (free.length === 0) return all.fill(1)
    await this.#core.backend.run('boltzmannProbabilities', couplings, bias, binary, beta, logZ, all)
    return all
  }

  async #sample(
    sums: Float64Array,
    logZ: number,
    count: number,
    given: { seed?: Seed | undefined } = {},
  ): Promise<StateMatrix> {
    check.positiveInteger('count', count, 2 ** 24)
    const { seed } = check.options('options', given, ['seed'])
    const rng = new Rng(fromWords(deriveKey(check.seed('seed', seed), stream.exact)))
    const uniforms = rng.uniform(new Float64Array(2 * count))
    const blocks = chooseBlocks(this.#core, sums, logZ, uniforms.subarray(0, count))
    const numbers = new Uint32Array(count)
    const { couplings, bias, binary, beta, free } = this.#law
    if (free.length > 0) {
      const run = (first: number, size: number) =>
        this.#core.backend.run(
          'boltzmannPick',
          ...([couplings, bias, binary, beta, blocks.subarray(first, first + size)] as const),
          ...([uniforms.subarray(count + first, count + first + size), numbers.subarray(first, first + size)] as const),
        )
      await inPieces(count, run, { firstPiece: 64 })
    }
    return this.#states(numbers)
  }

  #states(numbers: Uint32Array): StateMatrix {
    const { free, values } = this.#law
    const data = new Int8Array(numbers.length * values.length)
    numbers.forEach((number, r) => {
      data.set(values, r * values.length)
      free.forEach((i, k) => {
        if ((number >>> k) & 1) data[r * values.length + i] = 1
      })
    })
    return { data, shape: [numbers.length, values.length] }
  }
}

/** The block at which the running sum of probabilities passes each uniform number. */
function chooseBlocks(core: BoltzmannCore, sums: Float64Array, logZ: number, uniforms: Float64Array): Uint32Array {
  const running = new Float64Array(sums.length)
  core.backend.kernels.exponentials(sums, logZ, running)
  for (let k = 1; k < running.length; k++) running[k]! += running[k - 1]!
  const total = running.at(-1)!
  return Uint32Array.from(uniforms, (u) => {
    let [low, high] = [0, running.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (running[middle]! > u * total) high = middle
      else low = middle + 1
    }
    return low
  })
}
