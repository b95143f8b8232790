/** Sampling from a flow: draws of the base, through the inverse. */

import * as check from '../check.ts'
import { AbortError, ArgumentError, expected } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { type ChainStream, type CheckedStream, chainsOf, checkStreams } from '../random/streams.ts'
import { checkLongOptions } from '../run/progress.ts'
import { baseDraws } from './base-draws.ts'
import { type FlowCore, stream } from './flow-core.ts'
import { contextRows, inverseOf, type RowOptions, rowOptionKeys } from './rows.ts'

export interface FlowSampleOptions extends RowOptions {
  /**
   * What z is multiplied by; default 1. Below 1 samples keep nearer to where the density is high, at the cost of variety
   * [Kingma and Dhariwal 2018]; 0 gives the image of z = 0.
   */
  temperature?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** Number of the first row: `sample(n, { seed, first })` are the rows first ... first + n - 1 of the seed's. Default 0. */
  first?: number | undefined
  /**
   * Rows of several seeds in one run, in place of `seed` and `first`: the first `chains` rows are those that the first
   * stream's seed gives alone from number `firstChain` on, and so on. The result's `seed` is the first one's.
   */
  streams?: readonly ChainStream[] | undefined
}

/** Rows [n, dim]. */
export interface FlowSample extends Matrix {
  /** The same options with this seed give the same rows. */
  readonly seed: Seed
}

const MOST_NUMBERS = 2 ** 30
const MOST_DRAWS = 2 ** 52
const HOTTEST = 1e6

export async function sample(core: FlowCore, n: number, given: FlowSampleOptions | undefined): Promise<FlowSample> {
  const { seed, streams, temperature, context, ...options } = checkSample(core, n, given)
  let begun = 0
  const draw = (from: number, count: number) => {
    begun = from + count
    return drawsOf(core, streams, temperature, from, count)
  }
  const data = new Float32Array(n * core.dim)
  try {
    await inverseOf(core, draw, context, data, options)
  } catch (error) {
    // The pieces that were begun are done: it is between pieces that a run stops.
    if (!(error instanceof AbortError) || begun === 0) throw error
    const partial: FlowSample = { data: data.subarray(0, begun * core.dim), shape: [begun, core.dim], seed }
    throw new AbortError(partial, { cause: error.cause })
  }
  return { data, shape: [n, core.dim], seed }
}

/** Draws `from` to `from + count` of all streams' one after the other. */
function drawsOf(core: FlowCore, streams: readonly CheckedStream[], temperature: number, from: number, count: number) {
  const drawn = ({ seed, firstChain }: CheckedStream, first: number, rows: number) =>
    baseDraws(core, { key: deriveKey(seed, stream.sample), first: firstChain + first, rows, temperature })
  if (streams.length === 1) return drawn(streams[0]!, from, count)
  const draws = new Float32Array(count * core.dim)
  let start = 0
  for (const one of streams) {
    const [begin, end] = [Math.max(from, start), Math.min(from + count, start + one.chains)]
    if (begin < end) draws.set(drawn(one, begin - start, end - begin), (begin - from) * core.dim)
    start += one.chains
  }
  return draws
}

function checkSample(core: FlowCore, n: number, given: FlowSampleOptions | undefined) {
  check.positiveInteger('n', n, Math.floor(MOST_NUMBERS / core.dim))
  const options = check.options('options', given, ['temperature', 'seed', 'first', 'streams', ...rowOptionKeys])
  checkLongOptions(options)
  const streams = streamsOf(core, n, options)
  return {
    ...options,
    streams,
    seed: streams[0]!.seed,
    temperature: check.numberWithin('temperature', options.temperature ?? 1, 0, HOTTEST),
    context: contextRows(core, options.context, n),
  }
}

function streamsOf(core: FlowCore, n: number, { seed, first, streams }: FlowSampleOptions): readonly CheckedStream[] {
  if (streams === undefined) {
    const firstChain = check.nonNegativeInteger('first', first ?? 0, Math.floor(MOST_DRAWS / core.dim) - n)
    return [{ seed: check.seed('seed', seed), chains: n, firstChain }]
  }
  if (first !== undefined) {
    throw new ArgumentError(expected('first', 'to be left to `streams`, which were given too', first))
  }
  const checked = checkStreams({ seed, streams }, { chains: 1, most: n })
  if (chainsOf(checked) === n) return checked
  throw new ArgumentError(expected('streams', `to have ${n} chains, one for each row`, chainsOf(checked)))
}
