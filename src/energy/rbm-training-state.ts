/** Where a training stands, besides the parameters: all that its next step depends on. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { wordsPerRow } from './bits.ts'
import type { Settings } from './rbm-options.ts'

/** The arrays that a step moves. Empty ones belong to options that are off. */
export interface TrainingArrays {
  /** [V, H], [V], [H]: the last changes, for momentum. */
  readonly weightVelocity: BackendArray<Float32Array>
  readonly visibleVelocity: BackendArray<Float32Array>
  readonly hiddenVelocity: BackendArray<Float32Array>
  /** [V], [H]: offsets of the centred gradient. */
  readonly visibleOffset: BackendArray<Float32Array>
  readonly hiddenOffset: BackendArray<Float32Array>
  /** [chains * temperatures, words(H)]: hidden states of the persistent chains. */
  readonly chains: BackendArray<Uint32Array>
  /** [chains, words(V)]: visible states of the chains at beta = 1. */
  readonly fantasies: BackendArray<Uint32Array>
}

export interface TrainingState {
  readonly settings: Settings
  /** Epochs of the learning rate's way: those of the first `fit`. */
  readonly horizon: number
  readonly data: DataMark
  /** [V]: means of the training data. */
  readonly means: Float32Array
  readonly arrays: TrainingArrays
  /** Epochs finished, and steps finished in the next one. */
  epoch: number
  step: number
}

/** Enough of the data to notice that it is another one. */
export interface DataMark {
  readonly rows: number
  /** 16 hexadecimal digits. */
  readonly hash: string
}

export type ArrayShapes = { readonly [K in keyof TrainingArrays]: readonly [dtype: 'F32' | 'U32', ...shape: number[]] }

/** Shapes of the arrays, also in files. */
export function arrayShapes(settings: Settings, visible: number, hidden: number): ArrayShapes {
  const { chains, temperatures, centred } = settings
  return {
    weightVelocity: ['F32', visible, hidden],
    visibleVelocity: ['F32', visible],
    hiddenVelocity: ['F32', hidden],
    visibleOffset: ['F32', centred ? visible : 0],
    hiddenOffset: ['F32', centred ? hidden : 0],
    chains: ['U32', chains * temperatures.length, wordsPerRow(hidden)],
    fantasies: ['U32', chains, wordsPerRow(visible)],
  }
}

export function allocateArrays(backend: Backend, shapes: ArrayShapes): TrainingArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, [dtype, ...shape]]) => {
      const length = shape.reduce((product, side) => product * side, 1)
      return [name, dtype === 'F32' ? backend.alloc(Float32Array, length) : backend.alloc(Uint32Array, length)]
    }),
  ) as unknown as TrainingArrays
}

export function copyArrays(from: TrainingArrays, to: TrainingArrays): void {
  for (const name of Object.keys(from) as (keyof TrainingArrays)[]) to[name].view().set(from[name].view())
}
