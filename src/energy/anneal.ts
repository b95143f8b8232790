/** Simulated annealing: replicas of a Boltzmann machine cooled until they stay where they are. */

import { current } from '../backend/index.ts'
import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { type Problem, valueOf } from './anneal-problem.ts'
import { drawRows, halves } from './bit-rows.ts'
import { BoltzmannChains } from './boltzmann-chains.ts'
import type { Scan } from './boltzmann-couplings.ts'
import { checkTemperatures, type Temperatures } from './boltzmann-schedule.ts'
import { fromBits, type StateMatrix } from './hopfield-states.ts'
import { checkFits } from './limits.ts'
import { SparseCouplings } from './sparse-couplings.ts'

export interface AnnealOptions extends LongOptions {
  /** Independent runs from random states; default 64. */
  replicas?: number | undefined
  /** Sweeps of each; default 1000. */
  sweeps?: number | undefined
  /**
   * Default: geometric, from 2 max_i sqrt(b_i^2 + sum_j W_ij^2), where hardly anything is ordered, to 2 mean |W| / log(100),
   * where one in a hundred moves against a single coupling is still made (both for spins; half of it for a QUBO).
   */
  temperature?: Temperatures | undefined
  /** Default `metropolis`, which moves more. */
  update?: 'metropolis' | 'heat-bath' | undefined
  /** Default `sequential`. */
  scan?: Scan | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
}

export interface AnnealResult {
  /** [N]: the best state, -1 and +1, or 0 and 1 for a QUBO. */
  readonly state: Int8Array
  /** Of the best state: the cut, the QUBO's sum, or the Ising energy, from the numbers as given. */
  readonly value: number
  /** Number of the best replica. */
  readonly replica: number
  /** [replicas]: the same of every replica's state. */
  readonly values: Float64Array
  /** [replicas, N] */
  readonly states: StateMatrix
  /** Sweeps done. */
  readonly sweeps: number
  readonly seed: Seed
}

/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
const stream = { start: 231, cooling: 232, order: 233 } as const
const keys = ['replicas', 'sweeps', 'temperature', 'update', 'scan', 'seed'] as const
// Downhill sweeps at the end. Each either lowers an energy or changes nothing more.
const DOWNHILL = 64

/**
 * Looks for a state of least energy (or of the largest cut) by simulated annealing [Kirkpatrick, Gelatt, Vecchi 1983]. At
 * the end every replica goes downhill (single flips, at temperature 0).
 *
 * @example
 * const { value, state } = await anneal(maxCutProblem({ units: 800, edges }), { sweeps: 2000, seed: 1 })
 *
 * @throws (rejects with) ArgumentError on wrong options; AbortError with the result so far as `partial`
 */
export async function anneal(problem: Problem, options?: AnnealOptions): Promise<AnnealResult> {
  const given = checkOptions(problem, options)
  const backend = current()
  const { units } = problem.graph
  const couplings = new SparseCouplings(backend, problem.encoding, problem.graph, problem.bias)
  const start = await drawRows(backend, halves(units), given.replicas, deriveKey(given.seed, stream.start))
  const chains = new BoltzmannChains(backend, couplings, start, {
    ...given,
    key: deriveKey(given.seed, stream.cooling),
    orderKey: deriveKey(given.seed, stream.order),
    mask: new Uint32Array(),
    firstChain: 0,
    firstSweep: 0,
  })
  const report = reporter(given, given.sweeps)
  const result = async () => {
    await downhill(couplings, chains)
    return resultOf(problem, chains, given.seed)
  }
  try {
    await chains.sweepTo(given.sweeps, given.signal, () => report(chains.done))
  } catch (error) {
    if (!(error instanceof AbortError) || chains.done === 0) throw error
    throw new AbortError(await result(), { cause: error.cause })
  }
  return result()
}

function checkOptions(problem: Problem, options: AnnealOptions | undefined) {
  const given = check.options('options', options, [...keys, ...longOptionKeys])
  checkLongOptions(given)
  const replicas = check.positiveInteger('replicas', given.replicas ?? 64, 2 ** 20)
  checkFits('replicas', replicas, problem.graph.units)
  const sweeps = check.positiveInteger('sweeps', given.sweeps ?? 1000, 2 ** 40)
  const update = check.oneOf('update', given.update ?? 'metropolis', ['metropolis', 'heat-bath'])
  const scans = ['sequential', 'random', 'permutation', 'chromatic'] as const
  return {
    replicas,
    sweeps,
    temperature: checkTemperatures('temperature', given.temperature ?? usualCooling(problem), sweeps),
    metropolis: update === 'metropolis',
    scan: check.oneOf('scan', given.scan ?? 'sequential', scans),
    seed: check.seed('seed', given.seed),
    signal: given.signal,
    onProgress: given.onProgress,
  }
}

/** Temperatures that suit the sizes of the couplings; see `AnnealOptions.temperature`. */
function usualCooling({ graph, bias, encoding }: Problem): Temperatures {
  const factor = encoding === 'spin' ? 2 : 1
  let [largest, total] = [0, 0]
  for (let i = 0; i < graph.units; i++) {
    let square = bias[i]! ** 2
    for (let k = graph.offsets[i]!; k < graph.offsets[i + 1]!; k++) {
      square += graph.weights[k]! ** 2
      total += Math.abs(graph.weights[k]!)
    }
    largest = Math.max(largest, square)
  }
  const from = factor * Math.sqrt(largest) || 1
  const mean = graph.columns.length > 0 ? total / graph.columns.length : 0
  // log 100, written out: engines may differ in the last place of a logarithm.
  const to = (factor * mean) / 4.605170185988092 || from / 10
  return { from, to: Math.min(from, to) }
}

async function downhill(couplings: SparseCouplings, chains: BoltzmannChains): Promise<void> {
  const key = { low: 0, high: 0 }
  // Temperature 0 makes the random numbers not matter.
  await couplings.sweep({
    scan: 'sequential',
    metropolis: false,
    temperatures: new Float64Array(DOWNHILL),
    mask: new Uint32Array(),
    key,
    orderKey: key,
    firstChain: 0,
    firstSweep: 0,
    states: chains.states,
    onCounts: new Uint32Array(),
    energies: new Float64Array(),
  })
}

async function resultOf(problem: Problem, chains: BoltzmannChains, seed: Seed): Promise<AnnealResult> {
  const { graph, encoding } = problem
  const states = fromBits(current(), chains.states, graph.units, encoding)
  const row = (r: number) => states.data.subarray(r * graph.units, (r + 1) * graph.units)
  const values = Float64Array.from({ length: chains.rows }, (_, r) => valueOf(problem, row(r)))
  const sign = problem.kind === 'maxcut' ? -1 : 1
  const replica = values.reduce((best, value, r) => (sign * value < sign * values[best]! ? r : best), 0)
  return { state: row(replica).slice(), value: values[replica]!, replica, values, states, sweeps: chains.done, seed }
}
