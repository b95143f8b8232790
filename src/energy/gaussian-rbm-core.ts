/** What the files of the Gaussian RBM share: the model's state, its units, and the numbering of its random numbers. */

import type { Backend, BackendArray, Span } from '../backend/backend.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { SharedParameters } from '../run/shared-parameters.ts'
import type { Workspace } from '../run/workspace.ts'
import type { GaussianTrainingState } from './gaussian-rbm-training-state.ts'

/** Parameters, all in the model's units: x = (v - offset) / scale. */
export interface GaussianParameters {
  /** [V, H], row after row. */
  readonly weights: BackendArray<Float32Array>
  /** [V] */
  readonly visibleBias: BackendArray<Float32Array>
  /** [H] */
  readonly hiddenBias: BackendArray<Float32Array>
  /** [V]: standard deviations of x given h. */
  readonly sigma: BackendArray<Float32Array>
  /** [V]: what x = 0 and x = 1 are in the data. */
  readonly offset: BackendArray<Float32Array>
  readonly scale: BackendArray<Float32Array>
}

export const gaussianNames = ['weights', 'visibleBias', 'hiddenBias', 'sigma', 'offset', 'scale'] as const

export function allocateGaussian(backend: Backend, visible: number, hidden: number): GaussianParameters {
  const units = () => backend.alloc(Float32Array, visible)
  return {
    weights: backend.alloc(Float32Array, visible * hidden),
    visibleBias: units(),
    hiddenBias: backend.alloc(Float32Array, hidden),
    sigma: units(),
    offset: units(),
    scale: units(),
  }
}

export interface GaussianCore {
  readonly backend: Backend
  readonly visible: number
  readonly hidden: number
  readonly parameters: SharedParameters<GaussianParameters>
  /** Parameters are still those of the constructor, so that training may take the units from the data. */
  fresh: boolean
  /** A `fit` is running. */
  fitting: boolean
  readonly workspace: Workspace
  training: GaussianTrainingState | undefined
}

/** Values and parameters beyond this would let sums overflow: fields are products of two of them and a precision. */
export const LARGEST_GAUSSIAN = 1e9
export const SMALLEST_SIGMA = 1e-4
export const LARGEST_SIGMA = 1e4
/** The same for the units of columns. */
export const SMALLEST_SCALE = 1e-30
export const LARGEST_SCALE = 1e30

/** Units of the columns. */
export interface Units {
  readonly offset: Span<Float32Array>
  readonly scale: Span<Float32Array>
}

/**
 * Rows of data in these units.
 *
 * @param name of the argument, for the message
 * @param firstRow number of the first row, for the message
 */
export function toUnits(
  { backend }: GaussianCore,
  { offset, scale }: Units,
  name: string,
  values: Float32Array,
  firstRow: number,
): Float32Array {
  const units = new Float32Array(values.length)
  const bad = backend.kernels.rowsToUnits(values, offset, scale, LARGEST_GAUSSIAN, units)
  if (bad < 0) return units
  const wanted = `to stay within ${LARGEST_GAUSSIAN} of the model's scales`
  throw new ArgumentError(expected(name, wanted, `a number farther out in row ${firstRow + bad}`))
}

/** And back. */
export function fromUnits({ backend }: GaussianCore, { offset, scale }: Units, units: Float32Array): Float32Array {
  const values = new Float32Array(units.length)
  backend.kernels.rowsFromUnits(units, offset, scale, values)
  return values
}

/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
export const stream = {
  weights: 201,
  order: 202,
  chainStart: 203,
  training: 204,
  sampleStart: 205,
  sampling: 206,
  annealStart: 207,
  annealing: 208,
  burnIn: 209,
  reverse: 210,
} as const
