/** Chains of several seeds that run side by side, so that one kernel call serves them all. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { deriveKey, type Key, type Seed } from './key.ts'

/** Some chains of a seed: each is the chain that it is when its seed runs alone. */
export interface ChainStream {
  readonly seed: Seed
  /** Default 1. */
  readonly chains?: number | undefined
  /** Number of the first of them; default 0. */
  readonly firstChain?: number | undefined
}

export interface CheckedStream {
  readonly seed: Seed
  readonly chains: number
  readonly firstChain: number
}

/** Where the draws of a run's chains come from. */
export interface StreamOptions {
  readonly seed?: Seed | undefined
  readonly chains?: number | undefined
  readonly firstChain?: number | undefined
  readonly streams?: readonly ChainStream[] | undefined
}

const NUMBERS = 2 ** 32

/**
 * The streams of a run: those given, or one of `seed`, `chains` and `firstChain`.
 *
 * @throws ArgumentError on wrong numbers, on both ways at once, and on more than `most` chains in all
 */
export function checkStreams(
  options: StreamOptions,
  defaults: { chains: number; most: number },
): readonly CheckedStream[] {
  const { most } = defaults
  if (options.streams === undefined) {
    const chains = check.positiveInteger('chains', options.chains ?? defaults.chains, most)
    const firstChain = check.nonNegativeInteger('firstChain', options.firstChain ?? 0, NUMBERS - chains)
    return [{ seed: check.seed('seed', options.seed), chains, firstChain }]
  }
  for (const key of ['seed', 'chains', 'firstChain'] as const) {
    if (options[key] === undefined) continue
    throw new ArgumentError(expected(key, 'to be left to `streams`, which were given too', show(options[key])))
  }
  if (!Array.isArray(options.streams) || options.streams.length === 0) {
    throw new ArgumentError(expected('streams', 'to be an array of at least one stream', show(options.streams)))
  }
  const streams = options.streams.map((stream, i) => checkStream(`streams[${i}]`, stream))
  check.positiveInteger('streams, the chains of all', chainsOf(streams), most)
  return streams
}

function checkStream(name: string, given: ChainStream): CheckedStream {
  const options = check.options(name, given ?? null, ['seed', 'chains', 'firstChain'])
  const chains = check.positiveInteger(`${name}.chains`, options.chains ?? 1, NUMBERS)
  return {
    seed: check.seed(`${name}.seed`, options.seed),
    chains,
    firstChain: check.nonNegativeInteger(`${name}.firstChain`, options.firstChain ?? 0, NUMBERS - chains),
  }
}

/** Chains of all streams. */
export function chainsOf(streams: readonly CheckedStream[]): number {
  return streams.reduce((sum, { chains }) => sum + chains, 0)
}

/** What kernels take: one key and the first chain's number, or a key and a number for each chain. */
export interface ChainDraws {
  readonly key: Key
  readonly firstChain: number
  /** [chains, 3]: key (low and high half) and number of each chain; absent where one key does for all. */
  readonly streams?: Uint32Array
}

/** The draws that the chains make for one purpose (see `deriveKey`). */
export function drawsFor(streams: readonly CheckedStream[], purpose: number): ChainDraws {
  const [first] = streams as [CheckedStream]
  const one = { key: deriveKey(first.seed, purpose), firstChain: first.firstChain }
  if (streams.length === 1) return one
  const words = new Uint32Array(3 * chainsOf(streams))
  let at = 0
  for (const { seed, chains, firstChain } of streams) {
    const { low, high } = deriveKey(seed, purpose)
    for (let c = 0; c < chains; c++, at += 3) words.set([low, high, firstChain + c], at)
  }
  return { ...one, streams: words }
}
