/** Sampling from a Boltzmann machine: free or clamped chains, at one temperature or along a schedule. */

import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed } from '../random/key.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { BoltzmannChains } from './boltzmann-chains.ts'
import { type BoltzmannCore, stream } from './boltzmann-core.ts'
import { type Couplings, type Scan, scans } from './boltzmann-couplings.ts'
import { energiesOf } from './boltzmann-rows.ts'
import { checkTemperatures, type Temperatures } from './boltzmann-schedule.ts'
import {
  type BoltzmannClamp,
  checkRows,
  clampTo,
  coins,
  firstUnits,
  overlay,
  toGivenStates,
} from './boltzmann-start.ts'
import { fromBits, type StateMatrix } from './hopfield-states.ts'
import { checkFits } from './limits.ts'

/** How a chain moves. */
export interface DynamicsOptions {
  /**
   * Which unit decides next. `sequential` (default): by number. `random`: drawn with replacement. `permutation`: in a fresh
   * order each sweep. `chromatic`: colour by colour, where units of a colour are not coupled among themselves; the law
   * is that of any fixed order. Each sweep makes as many visits as there are units.
   */
  scan?: Scan | undefined
  /** `heat-bath` (default): on with P(on | rest). `metropolis`: flips with min(1, exp(-change of energy / T)). */
  update?: 'heat-bath' | 'metropolis' | undefined
  /** Default: the machine's. `{ from, to }` cools (or heats) from sweep to sweep. */
  temperature?: Temperatures | undefined
}

export interface BoltzmannSampleOptions extends DynamicsOptions, LongOptions {
  /** Number of independent chains; default 64. */
  chains?: number | undefined
  /** Sweeps of each chain; default 1000. */
  sweeps?: number | undefined
  /** Default: fresh entropy; the result says which. */
  seed?: Seed | undefined
  /** States to start from, of all units or of the visible ones, one row for each chain or one for all; default: fair coins. */
  init?: MatrixLike | undefined
  clamp?: BoltzmannClamp | undefined
  /** Number of the first chain: chain 17 of 64 run alone is `{ chains: 1, firstChain: 17 }`. Default 0. */
  firstChain?: number | undefined
  /** Number of the first sweep, to go on from the states of an earlier call (with `init` and its seed). Default 0. */
  firstSweep?: number | undefined
  /** Also keep the states after every so many sweeps. Default: only the last ones. */
  every?: number | undefined
}

export interface BoltzmannSnapshot {
  /** Sweeps done by then. */
  readonly sweep: number
  /** [chains, N], in the machine's encoding. */
  readonly states: StateMatrix
  /** [chains] */
  readonly energies: Float64Array
}

export interface BoltzmannSampleResult extends BoltzmannSnapshot {
  readonly seed: Seed
  /** What `every` asked for; empty without it. */
  readonly snapshots: readonly BoltzmannSnapshot[]
}

export const dynamicsKeys = ['scan', 'update', 'temperature'] as const
const sampleKeys = ['chains', 'sweeps', 'seed', 'init', 'clamp', 'firstChain', 'firstSweep', 'every'] as const
const MOST_CHAINS = 2 ** 24
export const MOST_SWEEPS: number = 2 ** 40

export async function sample(
  core: BoltzmannCore,
  given: BoltzmannSampleOptions | undefined,
): Promise<BoltzmannSampleResult> {
  const options = checkSampleOptions(core, given)
  const { couplings } = core
  const { chains, seed, firstChain } = options
  const states = await coins(core, chains, deriveKey(seed, stream.sampleStart), firstChain)
  if (options.init !== undefined) {
    const init = await toGivenStates(core, 'init', options.init)
    checkRows('init', init, chains)
    overlay(states, firstUnits(core.units, init.columns), init)
  }
  const mask = await maskOf(core, states, options.clamp, chains)
  return new SampleRun(core, couplings, states, mask, options).finish()
}

async function maskOf(
  core: BoltzmannCore,
  states: Uint32Array,
  clamp: BoltzmannClamp | undefined,
  chains: number,
): Promise<Uint32Array> {
  if (clamp === undefined) return new Uint32Array()
  const { mask, values } = check.options('clamp', clamp, ['mask', 'values'])
  return clampTo(core, states, mask as BoltzmannClamp['mask'], values as MatrixLike, chains)
}

export function checkDynamics(
  core: BoltzmannCore,
  options: DynamicsOptions,
  sweeps: number,
): { scan: Scan; metropolis: boolean; temperature: (sweep: number) => number } {
  return {
    scan: check.oneOf('scan', options.scan ?? 'sequential', Object.keys(scans) as Scan[]),
    metropolis: check.oneOf('update', options.update ?? 'heat-bath', ['heat-bath', 'metropolis']) === 'metropolis',
    temperature: checkTemperatures('temperature', options.temperature ?? core.temperature, sweeps),
  }
}

type Checked = ReturnType<typeof checkSampleOptions>

function checkSampleOptions(core: BoltzmannCore, given: BoltzmannSampleOptions | undefined) {
  const options = check.options('options', given, [...sampleKeys, ...dynamicsKeys, ...longOptionKeys])
  checkLongOptions(options)
  const chains = check.positiveInteger('chains', options.chains ?? 64, MOST_CHAINS)
  checkFits('chains', chains, core.units)
  const sweeps = check.positiveInteger('sweeps', options.sweeps ?? 1000, MOST_SWEEPS)
  return {
    ...checkDynamics(core, options, sweeps),
    chains,
    sweeps,
    init: options.init,
    clamp: options.clamp,
    signal: options.signal,
    onProgress: options.onProgress,
    every: options.every === undefined ? undefined : check.positiveInteger('every', options.every),
    seed: check.seed('seed', options.seed),
    firstChain: check.nonNegativeInteger('firstChain', options.firstChain ?? 0, 2 ** 32 - chains),
    firstSweep: check.nonNegativeInteger('firstSweep', options.firstSweep ?? 0, MOST_SWEEPS),
  }
}

/** One call of `sample`: sweeps up to each snapshot, and the state reached, also when it is stopped. */
class SampleRun {
  readonly #core: BoltzmannCore
  readonly #couplings: Couplings
  readonly #chains: BoltzmannChains
  readonly #options: Checked
  readonly #snapshots: BoltzmannSnapshot[] = []
  readonly #report: (done: number) => void

  constructor(core: BoltzmannCore, couplings: Couplings, states: Uint32Array, mask: Uint32Array, options: Checked) {
    this.#core = core
    this.#couplings = couplings
    this.#options = options
    this.#report = reporter(options, options.sweeps)
    this.#chains = new BoltzmannChains(core.backend, couplings, states, {
      ...options,
      mask,
      key: deriveKey(options.seed, stream.sampling),
      orderKey: deriveKey(options.seed, stream.order),
    })
  }

  async finish(): Promise<BoltzmannSampleResult> {
    try {
      await this.#run()
    } catch (error) {
      if (!(error instanceof AbortError) || this.#chains.done === 0) throw error
      throw new AbortError(await this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  async #run(): Promise<void> {
    const { sweeps, every = sweeps, signal } = this.#options
    while (this.#chains.done < sweeps) {
      const goal = Math.min(sweeps, this.#chains.done + every)
      await this.#chains.sweepTo(goal, signal, () => this.#report(this.#chains.done))
      if (this.#options.every !== undefined) this.#snapshots.push(await this.#snapshot())
    }
  }

  async #snapshot(): Promise<BoltzmannSnapshot> {
    const { backend, units, encoding } = this.#core
    const { states, done } = this.#chains
    return {
      sweep: done,
      states: fromBits(backend, states, units, encoding),
      energies: await energiesOf(this.#couplings, states, {}),
    }
  }

  async #result(): Promise<BoltzmannSampleResult> {
    return { ...(await this.#snapshot()), seed: this.#options.seed, snapshots: this.#snapshots }
  }
}
