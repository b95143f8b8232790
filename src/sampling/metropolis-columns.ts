/** The arrays of a Metropolis sampler, as native/kernels/metropolis.h describes them. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import type { StateReader } from './chain-state.ts'

/** How long the arrays are. */
export interface ColumnSizes {
  readonly chains: number
  readonly levels: number
  readonly dim: number
  /** Of the scale of a column. */
  readonly scale: number
  readonly gradient: boolean
  /** The step is to adapt. */
  readonly step: boolean
  /** The scale is to be learned. */
  readonly learn: boolean
}

export const columnNames = [
  'positions',
  'logDensity',
  'gradient',
  'step',
  'scale',
  'base',
  'offset',
  'average',
  'mean',
  'spread',
  'swaps',
] as const
export type ColumnName = (typeof columnNames)[number]

type Arrays = Record<ColumnName, BackendArray<Float64Array>>

function lengths({ chains, levels, dim, scale, gradient, step, learn }: ColumnSizes): Record<ColumnName, number> {
  const columns = chains * levels
  return {
    positions: columns * dim,
    logDensity: columns,
    gradient: gradient ? columns * dim : 0,
    step: columns,
    scale: columns * scale,
    base: step ? columns : 0,
    offset: step ? columns : 0,
    average: step ? columns : 0,
    mean: learn ? columns * dim : 0,
    spread: learn ? columns * scale : 0,
    swaps: chains * (levels - 1),
  }
}

/** Arrays in the backend's memory; a copy of them can be taken and gone back to. */
export class MetropolisColumns implements Arrays {
  readonly sizes: ColumnSizes
  readonly positions: BackendArray<Float64Array>
  readonly logDensity: BackendArray<Float64Array>
  readonly gradient: BackendArray<Float64Array>
  readonly step: BackendArray<Float64Array>
  readonly scale: BackendArray<Float64Array>
  readonly base: BackendArray<Float64Array>
  readonly offset: BackendArray<Float64Array>
  readonly average: BackendArray<Float64Array>
  readonly mean: BackendArray<Float64Array>
  readonly spread: BackendArray<Float64Array>
  readonly swaps: BackendArray<Float64Array>
  readonly #kept = new Map<ColumnName, Float64Array>()

  constructor(backend: Backend, sizes: ColumnSizes) {
    this.sizes = sizes
    const length = lengths(sizes)
    const array = (name: ColumnName) => backend.alloc(Float64Array, length[name])
    this.positions = array('positions')
    this.logDensity = array('logDensity')
    this.gradient = array('gradient')
    this.step = array('step')
    this.scale = array('scale')
    this.base = array('base')
    this.offset = array('offset')
    this.average = array('average')
    this.mean = array('mean')
    this.spread = array('spread')
    this.swaps = array('swaps')
  }

  /** Sets an array from values of one column, or of all. */
  fill(name: ColumnName, values: Float64Array): void {
    const to = this[name].view()
    for (let at = 0; at < to.length; at += values.length) to.set(values, at)
  }

  /** Remembers everything that iterations change, for `restore`. */
  save(): void {
    for (const name of columnNames) {
      if (name === 'scale' || name === 'base') continue // changed between calls only
      const [from, kept] = [this[name].view(), this.#kept.get(name)]
      if (kept === undefined) this.#kept.set(name, from.slice())
      else kept.set(from)
    }
  }

  restore(): void {
    for (const [name, kept] of this.#kept) this[name].view().set(kept)
  }

  /** Copies for a `ChainState`; the counts of swaps are of a run and not of its state. */
  copies(): Record<string, Float64Array> {
    const names = columnNames.filter((name) => name !== 'swaps')
    return Object.fromEntries(names.map((name) => [name, this[name].view().slice()]))
  }

  /** @throws ArgumentError when an array is missing, or is not of the length it should be */
  read(state: StateReader): void {
    for (const name of columnNames) {
      if (name === 'swaps') continue
      this[name].view().set(state.array(name, Float64Array, this[name].length))
    }
  }
}
