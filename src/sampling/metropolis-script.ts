/**
 * Metropolis chains on a density, or with a proposal, that kernels do not know: a kernel proposes for all chains, the
 * density is evaluated for all of them, a kernel decides.
 */

import type { Density } from '../density/density.ts'
import { evaluateDensity } from '../density/evaluate.ts'
import { DensityError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import {
  type Advance,
  type Learning,
  learningArguments,
  type MetropolisMover,
  type MetropolisSetting,
  nothing,
  type Output,
} from './metropolis-mover.ts'

/** Where the proposals of an iteration come from, if not from a kernel. */
export interface ProposalSource {
  /** Is asked once before iterations first ... first + count - 1, of which it may prepare something. */
  prepare(first: number, count: number, positions: Float64Array): Promise<void>
  /**
   * Fills proposals [columns, dim] for positions [columns, dim], and log q(x | x') - log q(x' | x) [columns]; false where
   * that is 0 for all and was not filled.
   */
  propose(iteration: number, positions: Float64Array, proposals: Float64Array, logRatio: Float64Array): boolean
  /** Told which positions changed: `positions` after the iteration. */
  decided(positions: Float64Array): void
  /** As of `MetropolisMover`. */
  randomPositions(): Float64Array
  /** Goes back to where the random numbers were. */
  restore(randomPositions: Float64Array): void
}

/** The event loop gets its turn at least every so many milliseconds. */
const TURN = 10
/** Iterations that a source prepares at a time. */
const PREPARED = 256

export class ScriptMover implements MetropolisMover {
  readonly #setting: MetropolisSetting
  readonly #density: Density
  readonly #flipSum: number
  readonly #source: ProposalSource | undefined
  readonly #positions: Float64Array
  readonly #proposals: Float64Array
  readonly #proposed: Float64Array
  readonly #proposedGradient: Float64Array
  readonly #logRatio: Float64Array
  readonly #accepted: Float64Array
  #turn = performance.now()

  /** @param flipSum sum of the two values of a coordinate, for flips; else 0 */
  constructor(setting: MetropolisSetting, density: Density, flipSum: number, source?: ProposalSource) {
    const { positions, logDensity, gradient } = setting.columns
    this.#setting = setting
    this.#density = density
    this.#flipSum = flipSum
    this.#source = source
    // Not in the backend's memory, whose views end when a function of the user's makes it grow.
    this.#positions = new Float64Array(positions.length)
    this.#proposals = new Float64Array(positions.length)
    this.#proposed = new Float64Array(logDensity.length)
    this.#proposedGradient = new Float64Array(gradient.length)
    this.#logRatio = new Float64Array(logDensity.length)
    this.#accepted = new Float64Array(logDensity.length)
  }

  randomPositions(): Float64Array {
    return this.#source?.randomPositions() ?? nothing
  }

  async advance(
    first: number,
    count: number,
    learning: Learning | undefined,
    output: Output | undefined,
  ): Promise<Advance> {
    const draw = output?.thin ?? 1
    const { columns } = this.#setting
    this.#positions.set(columns.positions.view())
    this.#accepted.fill(0)
    for (let done = 0; done < count; done += draw) {
      const random = this.randomPositions()
      if (draw > 1) columns.save()
      try {
        for (let t = done; t < done + draw; t++) await this.#iteration(first, count, t, learning)
      } catch (failure) {
        if (draw > 1) columns.restore()
        this.#source?.restore(random)
        return { done, failure: failure as Error }
      }
      if (output) this.#keep(output, done / draw)
    }
    return { done: count }
  }

  async #iteration(first: number, count: number, t: number, learning: Learning | undefined): Promise<void> {
    if (this.#source && t % PREPARED === 0) {
      await this.#source.prepare(first + t, Math.min(PREPARED, count - t), this.#positions)
    }
    const now = performance.now()
    if (now - this.#turn > TURN) {
      await yieldToEventLoop()
      this.#turn = performance.now()
    }
    const asymmetric = this.#propose(first + t)
    this.#evaluate(first + t)
    this.#decide(first + t, t, learning, asymmetric)
  }

  #propose(iteration: number): boolean {
    if (this.#source) return this.#source.propose(iteration, this.#positions, this.#proposals, this.#logRatio)
    const { backend, proposal, inverseTemperatures, key, firstChain, columns } = this.#setting
    const { positions, gradient, step, scale } = columns
    backend.kernels.metropolisPropose(
      ...([this.#density.dim, proposal, this.#flipSum, inverseTemperatures, key.low, key.high, firstChain] as const),
      ...([iteration, positions, gradient, step, scale, this.#proposals] as const),
    )
    return false
  }

  #evaluate(step: number): void {
    const { backend } = this.#setting
    try {
      evaluateDensity(backend, this.#density, this.#proposals, this.#proposed, this.#proposedGradient)
    } catch (error) {
      throw error instanceof DensityError ? error.with({ chain: this.#chain(error.row ?? 0), step }) : error
    }
    // A density of the user's has been looked at; one of the kernels has not.
    const row = this.#proposed.findIndex((value) => !(value < Number.POSITIVE_INFINITY))
    if (row < 0) return
    const point = this.#proposals.slice(row * this.#density.dim, (row + 1) * this.#density.dim)
    throw new DensityError(String(this.#proposed[row]), point, { chain: this.#chain(row), step })
  }

  #decide(iteration: number, t: number, learning: Learning | undefined, asymmetric: boolean): void {
    const { backend, proposal, inverseTemperatures, key, firstChain, columns } = this.#setting
    const { positions, logDensity, gradient, step, scale, swaps } = columns
    backend.kernels.metropolisAccept(
      ...([this.#density.dim, proposal, inverseTemperatures, key.low, key.high, firstChain, iteration] as const),
      ...([this.#proposals, this.#proposed, this.#proposedGradient, asymmetric ? this.#logRatio : nothing] as const),
      ...([positions, logDensity, gradient, step, scale, swaps] as const),
      ...([...learningArguments(columns, learning, t), this.#accepted] as const),
    )
    this.#positions.set(positions.view())
    this.#source?.decided(this.#positions)
  }

  #keep({ thin, buffer }: Output, draw: number): void {
    const { columns } = this.#setting
    const { chains, levels, dim } = columns.sizes
    const logDensities = columns.logDensity.view()
    for (let chain = 0; chain < chains; chain++) {
      const [column, row] = [chain * levels, chain * buffer.rows + buffer.firstRow + draw]
      const statistics = { logDensity: logDensities[column]!, acceptance: this.#accepted[column]! / thin }
      buffer.write(row, this.#positions, column * dim, statistics)
    }
    this.#accepted.fill(0)
  }

  #chain(column: number): number {
    return this.#setting.firstChain + Math.floor(column / this.#setting.columns.sizes.levels)
  }
}
