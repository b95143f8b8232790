/** Where a training stands, besides the parameters: all that its next step depends on. */

import type { BackendArray } from '../backend/backend.ts'
import type { DataMark } from '../run/data-survey.ts'
import type { Workspace } from '../run/workspace.ts'
import { wordsPerRow } from './bits.ts'
import type { Settings } from './rbm-options.ts'

/** The arrays that a step moves. Empty ones belong to options that are off. */
export interface TrainingArrays {
  /** [V, H], [V], [H]: the last changes, for momentum. */
  readonly weightVelocity: Float32Array
  readonly visibleVelocity: Float32Array
  readonly hiddenVelocity: Float32Array
  /** [V], [H]: offsets of the centred gradient. */
  readonly visibleOffset: Float32Array
  readonly hiddenOffset: Float32Array
  /** [chains * temperatures, words(H)]: hidden states of the persistent chains. */
  readonly chains: Uint32Array
  /** [chains, words(V)]: visible states of the chains at beta = 1. */
  readonly fantasies: Uint32Array
}

type Numbers<A> = { readonly [Name in keyof A]: Float32Array | Uint32Array }

/** The same in memory of the backend's, where the kernels work on them. */
export type WorkingArrays<A extends Numbers<A> = TrainingArrays> = { readonly [Name in keyof A]: BackendArray<A[Name]> }

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

export type ArrayShapes<A extends Numbers<A> = TrainingArrays> = {
  readonly [Name in keyof A]: readonly [dtype: 'F32' | 'U32', ...shape: number[]]
}

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

const lengthOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

function forEach<A extends Numbers<A>, Value>(
  shapes: ArrayShapes<A>,
  make: (name: string, dtype: 'F32' | 'U32', length: number) => Value,
) {
  const all = Object.entries<ArrayShapes<A>[keyof A]>(shapes)
  return Object.fromEntries(all.map(([name, [dtype, ...shape]]) => [name, make(name, dtype, lengthOf(shape))]))
}

/** Arrays of zeros. */
export function newArrays<A extends Numbers<A> = TrainingArrays>(shapes: ArrayShapes<NoInfer<A>>): A {
  const make = (_: string, dtype: 'F32' | 'U32', length: number) =>
    dtype === 'F32' ? new Float32Array(length) : new Uint32Array(length)
  return forEach<A, Float32Array | Uint32Array>(shapes, make) as unknown as A
}

/** Arrays of the workspace, with whatever they held. */
export function workingArrays<A extends Numbers<A> = TrainingArrays>(
  workspace: Workspace,
  shapes: ArrayShapes<NoInfer<A>>,
): WorkingArrays<A> {
  const make = (name: string, dtype: 'F32' | 'U32', length: number) =>
    dtype === 'F32' ? workspace.take(name, Float32Array, length) : workspace.take(name, Uint32Array, length)
  return forEach<A, BackendArray<Float32Array> | BackendArray<Uint32Array>>(shapes, make) as unknown as WorkingArrays<A>
}

const names = <A extends object>(arrays: A) => Object.keys(arrays) as (keyof A)[]

export function keepArrays<A extends Numbers<A>>(from: WorkingArrays<A>, to: A): void {
  for (const name of names(to)) to[name].set(from[name].view())
}

export function restoreArrays<A extends Numbers<A>>(from: A, to: WorkingArrays<A>): void {
  for (const name of names(to)) to[name].view().set(from[name])
}
