import type { Span, TypedArray } from '../backend/backend.ts'
import { current } from '../backend/index.ts'
import type { Kernels } from '../backend/kernels.gen.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { AliasTable } from './alias.ts'
import { fromWords, type Key, type Seed, splitKey, toWords, type Words64 } from './key.ts'
import { type Target, target } from './target.ts'

/** What an `Rng` is, as plain JSON: `Rng.fromState(JSON.parse(JSON.stringify(rng.state)))` goes on where `rng` stands. */
export interface RngState {
  readonly generator: 'philox4x32-10'
  /** Of the generator this one was split from in the end; decimal. */
  readonly seed: string
  /** 64 bits, decimal; the seed itself unless this generator is a split. */
  readonly key: string
  /** 0, or i + 1 for `split(i)`. */
  readonly stream: number
  /** Draws made so far. */
  readonly position: number
}

export interface UniformOptions {
  /** Lower end; default 0. */
  low?: number | undefined
  /** Upper end, above `low`; default 1. */
  high?: number | undefined
}

export interface NormalOptions {
  /** Default 0. */
  mean?: number | undefined
  /** Standard deviation, at least 0; default 1. */
  sd?: number | undefined
}

export interface ExponentialOptions {
  /** Above 0; the mean is 1 / rate. Default 1. */
  rate?: number | undefined
}

export interface BernoulliOptions {
  /** Probability of a 1, for all draws or one for each; default 0.5. */
  p?: number | ArrayLike<number> | undefined
}

export interface IntegersOptions {
  /** Smallest value; default 0. */
  low?: number | undefined
  /** One more than the largest value. `high - low` is below 2^53. */
  high: number
}

export interface CategoricalOptions {
  /** Of each category, finite, at least 0, not all 0; or a table made of them once, for many calls. */
  weights: ArrayLike<number> | AliasTable
}

/** Smallest and largest integer such that all between are held exactly, in the order of the types of `integers`. */
const INTEGERS_HELD = [
  [-(2 ** 31), 2 ** 31 - 1],
  [-(2 ** 53), 2 ** 53],
  [-(2 ** 24), 2 ** 24],
] as const

const FLOATS = [Float64Array, Float32Array] as const
type Floats = Float64Array | Float32Array
type Bits = Uint8Array | Floats
type Integers = Int32Array | Floats

/** WebAssembly copies arrays in and out. Pieces stay in the cache meanwhile, and don't make its memory grow. */
const WASM_PIECE = 1 << 14

/** Draws start, start + 1 ... of a stream, as kernels address them. */
export interface Draws {
  readonly key: Key
  readonly stream: Words64
  readonly start: number
}

/** Uses up the next n draws of a generator; for methods that are made outside of it, such as distributions. */
export let takeDraws: (rng: Rng, n: number) => Draws

/** Draw number `position` of the stream of a seed and those after it. */
export function drawsOf(seed: Seed, position: number): Draws {
  return { key: toWords(seed), stream: toWords(0), start: position }
}

type Filler = keyof Kernels & `random${string}`

/**
 * A stream of random numbers from the counter-based generator Philox4x32-10 [Salmon, Moraes, Dror, Shaw 2011].
 *
 * Draw i is a function of (seed, stream, i, method): the same bytes on every backend and any number of threads.
 * Every number made counts as one draw, whatever the method and the array type, so filling n and then m numbers gives the
 * same as filling n + m, and `state` can be taken anywhere. Methods read different words of the generator, or the same
 * word only for the same draw; so methods may be mixed freely.
 *
 * All methods take how many numbers to make, or the array to fill; they are synchronous, in a browser after `load()`.
 * A number makes a `Float64Array` (52 random bits each) where the values are real; pass a `Float32Array` to get single
 * precision (23 bits), which is twice as fast. An array of the backend (`current().alloc`) is filled in place too.
 *
 * Any wrong argument throws an `ArgumentError`, and no draw is used up.
 *
 * @example
 * const rng = new Rng(7)
 * rng.normal(1000)                              // Float64Array
 * rng.uniform(new Float32Array(1000))           // fills it and returns it
 * rng.integers(10, { high: 6 })                 // Int32Array of 0 ... 5
 */
export class Rng {
  /** The seed of this generator, or of the one it was split from in the end. `new Rng(rng.seed)` starts that one anew. */
  readonly seed: Seed
  #key: Key
  #stream = 0
  #position = 0

  static {
    takeDraws = (rng, n) => rng.#take(n)
  }

  /** @param seed a non-negative safe integer or a bigint below 2^64; default: fresh entropy, readable as `seed` */
  constructor(seed?: Seed) {
    this.#key = toWords(check.seed('seed', seed))
    this.seed = fromWords(this.#key)
  }

  /** Everything the next draws depend on. */
  get state(): RngState {
    return {
      generator: 'philox4x32-10',
      seed: String(this.seed),
      key: String(fromWords(this.#key)),
      stream: this.#stream,
      position: this.#position,
    }
  }

  /** The generator that `state` was taken of, at that place of its stream. */
  static fromState(state: RngState): Rng {
    if (state?.generator !== 'philox4x32-10') {
      throw new ArgumentError(expected('state', 'to be the state of an Rng', show(state)))
    }
    const rng = new Rng(decimal('state.seed', state.seed))
    rng.#key = toWords(decimal('state.key', state.key))
    rng.#stream = check.nonNegativeInteger('state.stream', state.stream)
    rng.#position = check.nonNegativeInteger('state.position', state.position)
    return rng
  }

  /**
   * An independent generator, number i of this one's. It depends on who splits and on i, not on what was drawn so far.
   *
   * Splits of one generator are different streams under one key and cannot overlap; further generations have keys of
   * their own, 64 bits of Philox under the parent's key.
   *
   * @param i non-negative, below 2^53 - 1
   */
  split(i: number): Rng {
    check.integerWithin('i', i, 0, Number.MAX_SAFE_INTEGER - 1)
    const child = new Rng(this.seed)
    child.#key = splitKey(this.#key, this.#stream)
    child.#stream = i + 1
    return child
  }

  /** The generator's own 32-bit words. */
  words(n: number): Uint32Array
  words<Out extends Span<Uint32Array>>(out: Out): Out
  words(out: number | Span<Uint32Array>): Span<Uint32Array> {
    return this.#fill(target(out, [Uint32Array]), 'randomWords')
  }

  /**
   * Uniform on the open interval (low, high): low + (high - low) u, where u = (k + 1/2) 2^-52, or 2^-23 for a Float32Array,
   * so that neither 0 nor 1 occurs. With other ends rounding may give `low` or `high` themselves, never more.
   */
  uniform(n: number, options?: UniformOptions): Float64Array
  uniform<Out extends Span<Floats>>(out: Out, options?: UniformOptions): Out
  uniform(out: number | Span<Floats>, options?: UniformOptions): Span<Floats> {
    const given = check.options('options', options, ['low', 'high'])
    const low = check.finiteNumber('low', given.low ?? 0)
    const high = check.finiteNumber('high', given.high ?? 1)
    if (!(low < high)) throw new ArgumentError(expected('high', `to be above low, ${low}`, high))
    const to = target<Floats>(out, FLOATS)
    holds(to, 'low', low)
    holds(to, 'high', high)
    holds(to, 'high - low', high - low)
    return this.#fill(to, to.type === 0 ? 'randomUniformF64' : 'randomUniformF32', low, high)
  }

  /**
   * Normal with the given mean and standard deviation, by the transform of Box and Muller (1958):
   * sqrt(-2 ln u1) cos(2 pi u2) and, for its partner, sin in place of cos. Values lie within 8.6 standard deviations,
   * in a Float32Array within 6.7.
   */
  normal(n: number, options?: NormalOptions): Float64Array
  normal<Out extends Span<Floats>>(out: Out, options?: NormalOptions): Out
  normal(out: number | Span<Floats>, options?: NormalOptions): Span<Floats> {
    const given = check.options('options', options, ['mean', 'sd'])
    const mean = check.finiteNumber('mean', given.mean ?? 0)
    const sd = check.nonNegativeNumber('sd', given.sd ?? 1)
    const to = target<Floats>(out, FLOATS)
    holds(to, 'mean', mean)
    holds(to, 'sd', sd, Math.abs(mean) + 10 * sd)
    return this.#fill(to, to.type === 0 ? 'randomNormalF64' : 'randomNormalF32', mean, sd)
  }

  /** Exponential: -ln(u) / rate by inverse transform, at least 0. At most 36.8 / rate, in a Float32Array 22.2 / rate. */
  exponential(n: number, options?: ExponentialOptions): Float64Array
  exponential<Out extends Span<Floats>>(out: Out, options?: ExponentialOptions): Out
  exponential(out: number | Span<Floats>, options?: ExponentialOptions): Span<Floats> {
    const given = check.options('options', options, ['rate'])
    const rate = check.positiveNumber('rate', given.rate ?? 1)
    const to = target<Floats>(out, FLOATS)
    holds(to, 'rate', rate, 40 / rate)
    return this.#fill(to, to.type === 0 ? 'randomExponentialF64' : 'randomExponentialF32', 1 / rate)
  }

  /** 1 with probability p, else 0: `u < p` with u of 52 bits in (0, 1). A number makes a Uint8Array. */
  bernoulli(n: number, options?: BernoulliOptions): Uint8Array
  bernoulli<Out extends Span<Bits>>(out: Out, options?: BernoulliOptions): Out
  bernoulli(out: number | Span<Bits>, options?: BernoulliOptions): Span<Bits> {
    const given = check.options('options', options, ['p'])
    const to = target<Bits>(out, [Uint8Array, ...FLOATS])
    const p = probabilities(given.p ?? 0.5, to.length)
    const kernels = ['randomBernoulliU8', 'randomBernoulliF64', 'randomBernoulliF32'] as const
    return this.#fill(to, kernels[to.type]!, p)
  }

  /**
   * Integers low, low + 1 ... high - 1, all exactly equally probable [Lemire 2019, with rejection]. A number makes an
   * Int32Array; for a range that does not fit into one pass a Float64Array.
   */
  integers(n: number, options: IntegersOptions): Int32Array
  integers<Out extends Span<Integers>>(out: Out, options: IntegersOptions): Out
  integers(out: number | Span<Integers>, options: IntegersOptions): Span<Integers> {
    const given = check.options('options', options, ['low', 'high'])
    const low = safeInteger('low', given.low ?? 0)
    const high = safeInteger('high', given.high)
    if (!(low < high)) throw new ArgumentError(expected('high', `to be above low, ${low}`, high))
    if (high - low > 2 ** 53 - 1) {
      throw new ArgumentError(expected('high - low', 'to be below 2^53', high - low))
    }
    const to = target<Integers>(out, [Int32Array, ...FLOATS])
    const [least, most] = INTEGERS_HELD[to.type]!
    if (low < least || high - 1 > most) {
      const got = `low ${low} and high ${high}`
      throw new ArgumentError(expected('out', `to hold every value exactly, which a ${to.name} does not`, got))
    }
    const kernels = ['randomIntegersI32', 'randomIntegersF64', 'randomIntegersF32'] as const
    return this.#fill(to, kernels[to.type]!, low, high - low)
  }

  /** Categories 0, 1 ... with probabilities in proportion to `weights`, by the alias method (see `AliasTable`). */
  categorical(n: number, options: CategoricalOptions): Int32Array
  categorical<Out extends Span<Int32Array>>(out: Out, options: CategoricalOptions): Out
  categorical(out: number | Span<Int32Array>, options: CategoricalOptions): Span<Int32Array> {
    const { weights } = check.options('options', options, ['weights'])
    const to = target(out, [Int32Array])
    const table = weights instanceof AliasTable ? weights : new AliasTable(weights as ArrayLike<number>)
    return this.#fill(to, 'randomCategorical', table.keep, table.alias)
  }

  /** A permutation of 0 ... n - 1, each of the n! equally probable [Fisher and Yates 1938]; it counts as n draws. */
  permutation(n: number): Uint32Array
  permutation<Out extends Span<Uint32Array>>(out: Out): Out
  permutation(out: number | Span<Uint32Array>): Span<Uint32Array> {
    return this.#fill(target(out, [Uint32Array]), 'randomPermutation')
  }

  #take(n: number): Draws {
    const start = this.#position
    this.#position = this.#end(n)
    return { key: this.#key, stream: toWords(this.#stream), start }
  }

  #end(n: number): number {
    const end = this.#position + n
    if (Number.isSafeInteger(end)) return end
    throw new ArgumentError(expected('n', 'to stay within the 2^53 draws of a stream', `draw ${end}`))
  }

  #fill<A extends TypedArray>({ out, length }: Target<A>, kernel: Filler, ...parameters: unknown[]): Span<A> {
    const end = this.#end(length)
    const { low, high } = toWords(this.#stream)
    const { kernels, name } = current()
    const fill = kernels[kernel] as (...args: unknown[]) => void
    const fillPart = (part: Span<A>, first: number) =>
      fill(part, this.#key.low, this.#key.high, low, high, this.#position + first, ...parameters)
    const cuttable = kernel !== 'randomPermutation' && parameters.every((parameter) => typeof parameter === 'number')
    if (name === 'wasm' && cuttable && isArray(out)) {
      for (let i = 0; i < length; i += WASM_PIECE) fillPart(out.subarray(i, i + WASM_PIECE) as A, i)
    } else {
      fillPart(out, 0)
    }
    this.#position = end
    return out
  }
}

function isArray<A extends TypedArray>(span: Span<A>): span is A {
  return ArrayBuffer.isView(span)
}

/** Refuses a parameter with which draws, which reach as far as `extreme`, would overflow the numbers of the array. */
function holds(to: Target<Floats>, name: string, value: number, extreme: number = value): void {
  if (Number.isFinite(to.type === 0 ? extreme : Math.fround(extreme))) return
  throw new ArgumentError(expected(name, `to leave the draws finite in a ${to.name}`, value))
}

function probabilities(p: number | ArrayLike<number>, length: number): Float64Array {
  if (typeof p === 'number') return Float64Array.of(check.probability('p', p))
  const values = check.finiteArray('p', p, length)
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1))
  if (wrong < 0) return values
  throw new ArgumentError(expected('p', 'to hold probabilities from 0 to 1', `${values[wrong]} at index ${wrong}`))
}

function safeInteger(name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return (value as number) + 0 // -0 becomes 0
  throw new ArgumentError(expected(name, 'to be a safe integer', show(value)))
}

function decimal(name: string, value: unknown): Seed {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return check.seed(name, BigInt(value))
  throw new ArgumentError(expected(name, 'to be a decimal number below 2^64', show(value)))
}
