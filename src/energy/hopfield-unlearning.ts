/** Unlearning [Hopfield, Feinstein, Palmer 1983]: W -= eta y y' for attractors y reached from random states. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { fairCoins } from './bits.ts'
import { copyNetwork, type HopfieldCore, integersOf, type Network, stream } from './hopfield-core.ts'
import type { StoreResult } from './hopfield-hebbian.ts'
import { RecallRun } from './hopfield-recall.ts'

export interface UnlearnOptions extends LongOptions {
  /** Attractors that are unlearnt; default 10 for each stored pattern, at least 1. Too many unlearn the patterns. */
  starts?: number | undefined
  /** Rate of unlearning; default 0.01 / N. */
  eta?: number | undefined
  /** Attractors unlearnt at a time, between two changes of the couplings; default 1. */
  batch?: number | undefined
  /** Of starts and dynamics. Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export const unlearnKeys: readonly string[] = ['starts', 'eta', 'batch', 'seed', ...longOptionKeys]
const MOST_SWEEPS = 2 ** 20

/** Checks the options and gives what does the work. */
export function unlearn(given: UnlearnOptions | undefined): (core: HopfieldCore) => Promise<StoreResult> {
  const options = check.options('options', given, unlearnKeys)
  checkLongOptions(options)
  const starts = options.starts === undefined ? undefined : check.positiveInteger('starts', options.starts, 2 ** 31)
  const eta = options.eta === undefined ? undefined : check.numberWithin('eta', options.eta, 1e-12, 1e6)
  const batch = check.positiveInteger('batch', options.batch ?? 1, 2 ** 16)
  const seed = check.seed('seed', options.seed)
  return async (core) => {
    const total = starts ?? Math.max(1, (10 * core.network.patterns.length) / core.words)
    const network = copyNetwork(core.backend, core.network)
    const settings = { gain: (eta ?? 0.01 / core.units) * core.units, seed }
    const report = reporter(options, total)
    let done = 0
    const advance = async (first: number, count: number) => {
      for (let at = first; at < first + count; at++) {
        const size = Math.min(batch, total - at * batch)
        await step(core, network, at * batch, size, settings)
        done = at * batch + size
      }
    }
    const keep = (): StoreResult => {
      core.network = network
      return { seed, done }
    }
    try {
      await inPieces(Math.ceil(total / batch), advance, { signal: options.signal, onPiece: () => report(done) })
    } catch (error) {
      if (!(error instanceof AbortError) || done === 0) throw error
      throw new AbortError<StoreResult>(keep(), { cause: error.cause })
    }
    return keep()
  }
}

/** Attractors `first` to `first + count`, each of its own random start, and the couplings without them. */
async function step(
  { backend, units }: HopfieldCore,
  network: Network,
  first: number,
  count: number,
  { gain, seed }: { gain: number; seed: Seed },
): Promise<void> {
  const reached = fairCoins(backend, count, units, deriveKey(seed, stream.starts), first)
  const key = deriveKey(seed, stream.unlearning)
  // Not kept in the network, whose couplings are about to change.
  const couplings = await integersOf(backend, { ...network })
  await new RecallRun(backend, couplings, reached, {
    order: 'random',
    maxSweeps: MOST_SWEEPS,
    key,
    firstProbe: first,
  }).finish()
  await backend.run('hopfieldCorrelate', units, new Uint32Array(), reached, gain, network.weights, new Float32Array())
}
