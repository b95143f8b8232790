/** Between a kernel that makes draws and the arrays of the run. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import type { Density } from '../density/density.ts'
import type { DrawSink } from './chain-sampler.ts'

type Room = Float64Array | BackendArray<Float64Array>

/**
 * Room for `count` draws of all chains. Natively a kernel writes into the run's arrays themselves; in WebAssembly, which
 * would copy all of them in and out, and where coordinates are turned into what is reported, it writes beside them.
 */
export class DrawBuffer {
  readonly #sink: DrawSink
  readonly #density: Density
  readonly #chains: number
  readonly #direct: boolean
  /** [chains, rows, dim] */
  readonly draws: Room
  /** [chains, rows] each, under the names of the sink's. */
  readonly statistics: Readonly<Record<string, Room>>
  readonly rows: number
  /** The row of each chain that the first draw goes to. */
  readonly firstRow: number

  constructor(backend: Backend, density: Density, chains: number, count: number, sink: DrawSink) {
    this.#sink = sink
    this.#density = density
    this.#chains = chains
    this.#direct = backend.name === 'native' && density.constrain === undefined
    this.rows = this.#direct ? sink.draws : count
    this.firstRow = this.#direct ? sink.first : 0
    const room = (into: Float64Array, width: number) =>
      this.#direct ? into : backend.alloc(Float64Array, chains * count * width)
    this.draws = room(sink.data, density.dim)
    this.statistics = Object.fromEntries(Object.entries(sink.statistics).map(([name, into]) => [name, room(into, 1)]))
  }

  /** Writes one draw, the coordinates from `at` on, and its statistics, into a row of all [chains * rows]. */
  write(row: number, from: Float64Array, at: number, statistics: Readonly<Record<string, number>>): void {
    const { dim } = this.#density
    const draws = viewOf(this.draws)
    for (let i = 0; i < dim; i++) draws[row * dim + i] = from[at + i]!
    for (const name in statistics) viewOf(this.statistics[name]!)[row] = statistics[name]!
  }

  /** Brings the first `count` of the draws to where they belong. */
  deliver(count: number): void {
    if (this.#direct || count === 0) return
    for (const [name, from] of Object.entries(this.statistics)) {
      this.#copy(viewOf(from), 1, this.#sink.statistics[name]!, 1, count)
    }
    const { dim, names, constrain } = this.#density
    this.#copy(viewOf(this.draws), dim, this.#sink.data, names.length, count, constrain)
  }

  #copy(
    from: Float64Array,
    width: number,
    to: Float64Array,
    wide: number,
    count: number,
    change = (rows: Float64Array, out: Float64Array) => out.set(rows),
  ): void {
    const { draws, first } = this.#sink
    for (let chain = 0; chain < this.#chains; chain++) {
      const [row, into] = [chain * this.rows * width, (chain * draws + first) * wide]
      change(from.subarray(row, row + count * width), to.subarray(into, into + count * wide))
    }
  }
}

function viewOf(room: Room): Float64Array {
  return 'view' in room ? room.view() : room
}
