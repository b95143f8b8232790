/** Iterations of `nuts` with a user's function as the density: it is called between kernels that move all chains by a step. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import type { ScriptDensity } from '../density/density.ts'
import { DensityError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { Pace } from '../run/progress.ts'
import type { NutsCall } from './nuts-sampler.ts'

export class NutsScript {
  readonly #backend: Backend
  readonly #density: ScriptDensity
  readonly #work: BackendArray<Float64Array>
  readonly #points: Float64Array
  readonly #logDensity: Float64Array
  readonly #gradient: Float64Array
  readonly #pending: Uint8Array

  constructor(backend: Backend, density: ScriptDensity, chains: number, maxTreeDepth: number) {
    const { dim } = density
    this.#backend = backend
    this.#density = density
    this.#work = backend.alloc(Float64Array, backend.kernels.nutsWork(dim, maxTreeDepth, chains))
    this.#points = new Float64Array(chains * dim)
    this.#logDensity = new Float64Array(chains)
    this.#gradient = new Float64Array(chains * dim)
    this.#pending = new Uint8Array(chains)
  }

  /** @returns what the function threw, by chain; where there is something, that chain has stopped */
  async iterate({ settings, windows, key, draws }: NutsCall, state: Float64Array): Promise<Map<number, DensityError>> {
    const { kernels } = this.#backend
    const { dim } = this.#density
    const failures = new Map<number, DensityError>()
    const [work, points, pending] = [this.#work, this.#points, this.#pending]
    const [logDensity, gradient] = [this.#logDensity, this.#gradient]
    const pace = new Pace()
    kernels.nutsBegin(dim, settings, windows, key.low, key.high, state, work, points, pending)
    while (pending.includes(1)) {
      this.#evaluate(failures)
      // prettier-ignore
      kernels.nutsAdvance(dim, settings, windows, key.low, key.high, logDensity, gradient, work, points, pending, draws)
      if (pace.due()) await yieldToEventLoop()
    }
    kernels.nutsEnd(dim, settings, work, state)
    return failures
  }

  /** Calls the function for the points that are waited for; where it fails, once more for the others. */
  #evaluate(failures: Map<number, DensityError>): void {
    const rows: number[] = []
    this.#pending.forEach((pending, row) => {
      if (pending === 1) rows.push(row)
    })
    while (rows.length > 0) {
      try {
        if (rows.length < this.#logDensity.length) this.#evaluateRows(rows)
        else this.#density.evaluate(this.#points, this.#logDensity, this.#gradient)
        return
      } catch (error) {
        if (!(error instanceof DensityError)) throw error
        const row = rows.splice(error.row ?? 0, 1)[0]!
        failures.set(row, error)
        this.#logDensity[row] = Number.NaN
      }
    }
  }

  #evaluateRows(rows: readonly number[]): void {
    const { dim } = this.#density
    const points = new Float64Array(rows.length * dim)
    const [logDensity, gradient] = [new Float64Array(rows.length), new Float64Array(rows.length * dim)]
    rows.forEach((row, k) => {
      points.set(this.#points.subarray(row * dim, (row + 1) * dim), k * dim)
    })
    this.#density.evaluate(points, logDensity, gradient)
    rows.forEach((row, k) => {
      this.#logDensity[row] = logDensity[k]!
      this.#gradient.set(gradient.subarray(k * dim, (k + 1) * dim), row * dim)
    })
  }
}
