/** Metropolis chains on a density that kernels evaluate: whole pieces of the run in one call. */

import type { BackendArray } from '../backend/backend.ts'
import type { KernelDensity } from '../density/density.ts'
import { evaluateDensity } from '../density/evaluate.ts'
import { DensityError } from '../errors.ts'
import {
  type Advance,
  type Learning,
  learningArguments,
  type MetropolisMover,
  type MetropolisSetting,
  nothing,
  type Output,
} from './metropolis-mover.ts'

export class KernelMover implements MetropolisMover {
  readonly #setting: MetropolisSetting
  readonly #density: KernelDensity
  readonly #failure: BackendArray<Float64Array>

  constructor(setting: MetropolisSetting, density: KernelDensity) {
    this.#setting = setting
    this.#density = density
    this.#failure = setting.backend.alloc(Float64Array, 1 + density.dim)
  }

  randomPositions(): Float64Array {
    return nothing
  }

  async advance(
    first: number,
    count: number,
    learning: Learning | undefined,
    output: Output | undefined,
  ): Promise<Advance> {
    const { columns } = this.#setting
    columns.save()
    const failed = await this.#run(first, count, learning, output)
    if (failed < 0) return { done: count }
    // Columns may have gone further than the one that failed: what was before it is done once more.
    const failure = this.#failed(first + failed)
    columns.restore()
    const done = output ? failed - (failed % output.thin) : failed
    if (done > 0) await this.#run(first, done, learning, output)
    return { done, failure }
  }

  #run(first: number, count: number, learning: Learning | undefined, output: Output | undefined): Promise<number> {
    const { backend, proposal, inverseTemperatures, key, firstChain, columns } = this.#setting
    const { dim, family, numbers, program } = this.#density
    const { thin, buffer } = output ?? { thin: 0, buffer: undefined }
    const { logDensity = nothing, acceptance = nothing } = buffer?.statistics ?? {}
    return backend.run(
      'metropolisRun',
      ...([dim, family, numbers, program, proposal, inverseTemperatures, key.low, key.high, firstChain] as const),
      ...([first, count, columns.positions, columns.logDensity, columns.gradient, columns.step] as const),
      ...([columns.scale, columns.swaps, ...learningArguments(columns, learning), thin] as const),
      ...([buffer?.rows ?? 0, buffer?.firstRow ?? 0, buffer?.draws ?? nothing, logDensity, acceptance] as const),
      this.#failure,
    )
  }

  #failed(step: number): DensityError {
    const { backend, firstChain, inverseTemperatures } = this.#setting
    const [column, ...point] = this.#failure.view()
    const [x, value] = [Float64Array.from(point), new Float64Array(1)]
    evaluateDensity(backend, this.#density, x, value, nothing)
    const got = value[0]! < Number.POSITIVE_INFINITY ? 'a gradient of NaN' : String(value[0])
    return new DensityError(got, x, { chain: firstChain + Math.floor(column! / inverseTemperatures.length), step })
  }
}
