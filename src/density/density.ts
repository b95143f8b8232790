/** Log densities as samplers see them: run by kernels, or by a function of the user's. */

import type { BackendArray } from '../backend/backend.ts'

/** What every density has. */
interface Named {
  readonly dim: number
  /** One for each output of `constrain`, or for each coordinate; `x[0]`, `x[1]` ... where the user gave none. */
  readonly names: readonly string[]
  /**
   * From rows of unconstrained coordinates [n, dim], where the sampler moves, to what is reported [n, names.length]; many
   * rows at once cost less than one by one. Absent: the coordinates themselves.
   */
  readonly constrain?: (rows: Float64Array, out: Float64Array) => void
  readonly hasGradient: boolean
}

/** Evaluated by kernels, for all chains at once (native/kernels/density.h). Always with a gradient. */
export interface KernelDensity extends Named {
  readonly kind: 'kernel'
  readonly family: number
  readonly numbers: BackendArray<Float64Array>
  readonly program: BackendArray<Int32Array>
}

/** Evaluated by a function of the user's, between a kernel that proposes and one that decides. */
export interface ScriptDensity extends Named {
  readonly kind: 'script'
  /**
   * Log densities [n] of points [n, dim] and, where asked for, gradients [n, dim].
   *
   * @throws DensityError naming the point where the function throws or gives NaN or plus infinity
   */
  evaluate(points: Float64Array, logDensity: Float64Array, gradient?: Float64Array): void
}

export type Density = KernelDensity | ScriptDensity
