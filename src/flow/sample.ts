/** Sampling from a flow: draws of the base, through the inverse. */

import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
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
  const { seed, first, temperature, context, ...options } = checkSample(core, n, given)
  const key = deriveKey(seed, stream.sample)
  let begun = 0
  const draw = (from: number, count: number) => {
    begun = from + count
    return baseDraws(core, { key, first: first + from, rows: count, temperature })
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

function checkSample(core: FlowCore, n: number, given: FlowSampleOptions | undefined) {
  check.positiveInteger('n', n, Math.floor(MOST_NUMBERS / core.dim))
  const options = check.options('options', given, ['temperature', 'seed', 'first', ...rowOptionKeys])
  checkLongOptions(options)
  return {
    ...options,
    temperature: check.numberWithin('temperature', options.temperature ?? 1, 0, HOTTEST),
    first: check.nonNegativeInteger('first', options.first ?? 0, Math.floor(MOST_DRAWS / core.dim) - n),
    seed: check.seed('seed', options.seed),
    context: contextRows(core, options.context, n),
  }
}
