/** Couplings of a Boltzmann machine in which most pairs of units are not coupled. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { type Couplings, type Sweeps, scans } from './boltzmann-couplings.ts'
import type { Graph } from './graph.ts'
import type { Encoding } from './hopfield-states.ts'

/** The graph in memory of the backend's, its couplings as integers (native/kernels/boltzmann_sparse.h). */
interface IntegerGraph {
  readonly offsets: BackendArray<Uint32Array>
  readonly columns: BackendArray<Uint32Array>
  readonly weights: BackendArray<Int32Array>
  readonly bias: BackendArray<Int32Array>
  readonly order: BackendArray<Uint32Array>
  readonly unit: number
}

export class SparseCouplings implements Couplings {
  readonly units: number
  readonly colours: number
  readonly size: number
  readonly graph: Graph
  readonly bias: Float32Array
  readonly #backend: Backend
  readonly #binary: boolean
  #integers: IntegerGraph | undefined

  constructor(backend: Backend, encoding: Encoding, graph: Graph, bias: Float32Array) {
    this.#backend = backend
    this.#binary = encoding === 'binary'
    this.graph = graph
    this.bias = bias
    this.units = graph.units
    this.colours = graph.colours
    this.size = graph.columns.length
  }

  #made(): IntegerGraph {
    this.#integers ??= toIntegerGraph(this.#backend, this.graph, this.bias)
    return this.#integers
  }

  async sweep(sweeps: Sweeps): Promise<void> {
    const { offsets, columns, weights, bias, order, unit } = this.#made()
    const { key, orderKey, scan, temperatures, mask, firstChain, firstSweep, states, onCounts, energies } = sweeps
    await this.#backend.run(
      'boltzmannSparseGibbs',
      ...([offsets, columns, weights, bias, this.#binary, unit, order, scans[scan], sweeps.metropolis] as const),
      ...([temperatures, mask, key.low, key.high, orderKey.low, orderKey.high, firstChain, firstSweep] as const),
      ...([states, onCounts, energies] as const),
    )
  }

  async look(states: Uint32Array, fields: Float32Array, energies: Float64Array): Promise<void> {
    const { offsets, columns, weights, bias, unit } = this.#made()
    await this.#backend.run(
      'boltzmannSparseFields',
      ...([offsets, columns, weights, bias, this.#binary, unit, states, fields, energies] as const),
    )
  }

  row(unit: number): Float64Array {
    const { offsets, columns, weights } = this.graph
    const row = new Float64Array(this.units)
    for (let k = offsets[unit]!; k < offsets[unit + 1]!; k++) row[columns[k]!] = weights[k]!
    return row
  }
}

function toIntegerGraph(backend: Backend, graph: Graph, bias: Float32Array): IntegerGraph {
  const copy = (from: Uint32Array) => {
    const made = backend.alloc(Uint32Array, from.length)
    made.view().set(from)
    return made
  }
  const scale = new Float64Array(3)
  backend.kernels.couplingsScaleSparse(graph.offsets, graph.weights, bias, scale)
  const unit = scale[0]!
  const [weights, biases] = [backend.alloc(Int32Array, graph.weights.length), backend.alloc(Int32Array, bias.length)]
  backend.kernels.couplingsToIntegers(graph.weights, unit, weights)
  backend.kernels.couplingsToIntegers(bias, unit, biases)
  return {
    offsets: copy(graph.offsets),
    columns: copy(graph.columns),
    weights,
    bias: biases,
    order: copy(graph.order),
    unit,
  }
}
