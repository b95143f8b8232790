/** The chains of `nuts`, as runChains drives them: iterations by kernels, densities by kernels or by the user's function. */

import type { Backend } from '../backend/backend.ts'
import type { Density, KernelDensity } from '../density/density.ts'
import { DensityError } from '../errors.ts'
import type { Key } from '../random/key.ts'
import type { ChainSampler, ChainState, DrawSink } from './chain-sampler.ts'
import { failureOf } from './nuts-failure.ts'
import { NutsScript } from './nuts-script.ts'
import type { NutsState } from './nuts-state.ts'
import { nutsWindows } from './nuts-windows.ts'

/** What is told about each draw, in the order of native/kernels/nuts.h. */
export const nutsStatistics = [
  'logDensity',
  'acceptance',
  'stepSize',
  'treeDepth',
  'leapfrogs',
  'divergent',
  'energy',
] as const

/** One call for the kernels: `settings` and `windows` of native/kernels/nuts.h, and where its results go. */
export interface NutsCall {
  readonly settings: Float64Array
  readonly windows: Int32Array
  readonly key: Key
  /** [chains, draws, dim + nutsStatistics.length], or empty. */
  readonly draws: Float64Array
}

/** Nanoseconds of a leapfrog step at most, about: a guess that no density of ours comes near. */
const slowest = ({ dim, numbers, program }: KernelDensity) => 100 * dim + 4 * numbers.length + 100 * program.length

export class NutsSampler implements ChainSampler {
  readonly chains: number
  readonly names: readonly string[]
  readonly statisticNames: readonly string[] = nutsStatistics
  readonly firstPiece: number
  readonly #backend: Backend
  readonly #density: Density
  readonly #key: Key
  readonly #windows: Int32Array
  readonly #script: NutsScript | undefined
  #state: NutsState

  constructor(backend: Backend, density: Density, key: Key, state: NutsState) {
    const { chains, metric, warmup, maxTreeDepth } = state.settings
    this.chains = chains
    this.names = density.names
    this.#backend = backend
    this.#density = density
    this.#key = key
    this.#state = state
    this.#windows = metric === 'unit' ? new Int32Array() : nutsWindows(warmup)
    if (density.kind === 'script') this.#script = new NutsScript(backend, density, chains, maxTreeDepth)
    const longest = density.kind === 'script' ? Infinity : slowest(density) * chains * 2 ** maxTreeDepth
    this.firstPiece = Math.max(1, Math.floor((backend.pieceMilliseconds * 1e6) / longest))
  }

  get iteration(): number {
    return this.#state.iteration
  }

  async warmUp(_first: number, count: number): Promise<void> {
    const before = this.#state.copy()
    try {
      await this.#iterate(count, 1, new Float64Array())
    } catch (error) {
      this.#state = before
      throw error
    }
  }

  /** The kernel takes the mean step size when the last iteration of the warm-up ends. */
  freeze(): void {}

  async draw(count: number, thin: number, to: DrawSink): Promise<void> {
    const before = this.#state.copy()
    try {
      await this.#draw(count, thin, to)
    } catch (error) {
      this.#state = before
      if (error instanceof DensityError) await this.#drawUntil(error, thin, to)
      throw error
    }
  }

  state(): ChainState {
    return this.#state.toChainState()
  }

  adapted(): Readonly<Record<string, Float64Array>> {
    return { stepSize: this.#state.steps(), inverseMetric: this.#state.variances() }
  }

  async #draw(count: number, thin: number, to: DrawSink): Promise<void> {
    const draws = new Float64Array(this.chains * count * (this.#density.dim + nutsStatistics.length))
    await this.#iterate(count * thin, thin, draws)
    this.#write(draws, count, to)
  }

  /** The draws before a failure once more, so that all chains stand at the last of them. */
  async #drawUntil(failure: DensityError, thin: number, to: DrawSink): Promise<void> {
    const before = this.#state.copy()
    const count = Math.floor(((failure.step ?? 0) - before.iteration) / thin)
    try {
      if (count > 0) await this.#draw(count, thin, to)
    } catch {
      // The density is no function of the point alone. Then the run ends where this piece of it began.
      this.#state = before
    }
  }

  async #iterate(iterations: number, thin: number, draws: Float64Array): Promise<void> {
    const state = this.#state
    const { maxTreeDepth, targetAcceptance, warmup, firstChain } = state.settings
    const settings = [maxTreeDepth, targetAcceptance, warmup, state.iteration, iterations, thin, firstChain]
    const call = { settings: Float64Array.from(settings), windows: this.#windows, key: this.#key, draws }
    const failures = this.#script ? await this.#script.iterate(call, state.data) : await this.#run(call)
    const failure = failureOf(state, failures)
    if (failure !== undefined) throw failure
    state.iteration += iterations
  }

  async #run({ settings, windows, key, draws }: NutsCall): Promise<Float64Array> {
    const density = this.#density
    const points = new Float64Array(this.chains * density.dim)
    if (density.kind !== 'kernel') return points
    const { dim, family, numbers, program } = density
    const { low, high } = key
    // prettier-ignore
    await this.#backend.run(
      'nutsRun',
      dim,
      family,
      numbers,
      program,
      settings,
      windows,
      low,
      high,
      this.#state.data,
      points,
      draws,
    )
    return points
  }

  /** `count` draws of each chain, from the kernel's rows to the sink. */
  #write(rows: Float64Array, count: number, to: DrawSink): void {
    const { dim, names, constrain } = this.#density
    const width = dim + nutsStatistics.length
    const points = new Float64Array(count * dim)
    for (let chain = 0; chain < this.chains; chain++) {
      const target = chain * to.draws + to.first
      for (let k = 0; k < count; k++) {
        const row = (chain * count + k) * width
        points.set(rows.subarray(row, row + dim), k * dim)
        nutsStatistics.forEach((name, j) => {
          to.statistics[name]![target + k] = rows[row + dim + j]!
        })
      }
      const place = to.data.subarray(target * names.length, (target + count) * names.length)
      if (constrain) constrain(points, place)
      else place.set(points)
    }
  }
}
