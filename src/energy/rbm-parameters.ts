/** The parameters of an RBM, in the backend's memory. */

import type { Backend, BackendArray } from '../backend/backend.ts'

export interface Parameters {
  /** [V, H], row after row. */
  readonly weights: BackendArray<Float32Array>
  /** [V] */
  readonly visibleBias: BackendArray<Float32Array>
  /** [H] */
  readonly hiddenBias: BackendArray<Float32Array>
}

export const parameterNames = ['weights', 'visibleBias', 'hiddenBias'] as const

export function allocateParameters(backend: Backend, visible: number, hidden: number): Parameters {
  return {
    weights: backend.alloc(Float32Array, visible * hidden),
    visibleBias: backend.alloc(Float32Array, visible),
    hiddenBias: backend.alloc(Float32Array, hidden),
  }
}
