/** What the files of the flows share: a flow's state, and the numbering of its streams of random numbers. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { deriveKey, fromWords, type Seed } from '../random/key.ts'
import { Rng } from '../random/rng.ts'
import { SharedParameters } from '../run/shared-parameters.ts'
import { Workspace } from '../run/workspace.ts'
import { type FlowShape, type Layer, sizeOf } from './layer.ts'
import { PreparedParameters } from './prepared.ts'
import { type Base, compile, type PlacedTensor } from './program.ts'
import type { FlowTrainingState } from './training-state.ts'

/** All parameters of a flow, one vector. */
export interface FlowParameters {
  readonly values: BackendArray<Float32Array>
}

export interface FlowCore {
  readonly backend: Backend
  /** Numbers in a row. */
  readonly dim: number
  readonly shape: FlowShape
  /** Numbers of context that every row comes with; 0 without. */
  readonly context: number
  readonly base: Base
  readonly layers: readonly Layer[]
  readonly program: BackendArray<Int32Array>
  readonly tensors: readonly PlacedTensor[]
  readonly parameters: SharedParameters<FlowParameters>
  readonly prepared: PreparedParameters
  /** Parameters are still those of the constructor, so that training may set some from the first batch. */
  fresh: boolean
  /** A `fit` is running. */
  fitting: boolean
  /** Memory of `fit`, of which there is only one at a time. */
  readonly workspace: Workspace
  /** The training's step that a kernel is at; undefined between steps, when parameters and moments belong together. */
  stepping: Promise<unknown> | undefined
  /** Where the last `fit` stands; undefined in a flow that was never trained, or whose training has diverged. */
  training: FlowTrainingState | undefined
}

/**
 * Each purpose of random numbers draws from a stream of its own under the user's seed. The numbers are part of "same seed,
 * same bytes".
 */
export const stream = {
  parameters: 1,
  order: 2,
  noise: 3,
  sample: 4,
  inpaintStart: 5,
  inpaintNoise: 6,
  reverse: 7,
  check: 8,
  layers: 9,
  validationNoise: 10,
} as const

/** @throws ArgumentError where the layers don't fit each other or the rows */
export function newCore(
  backend: Backend,
  layers: readonly Layer[],
  { shape, context, base }: Pick<FlowCore, 'shape' | 'context' | 'base'>,
): FlowCore {
  const { words, tensors, parameterCount } = compile(layers, shape, context, base)
  const program = backend.alloc(Int32Array, words.length)
  program.view().set(words)
  const values = backend.alloc(Float32Array, parameterCount)
  return {
    ...{ backend, dim: sizeOf(shape), shape, context, base, layers, program, tensors },
    parameters: new SharedParameters(backend, { values }),
    prepared: new PreparedParameters(backend, program),
    fresh: true,
    fitting: false,
    workspace: new Workspace(backend),
    ...{ stepping: undefined, training: undefined },
  }
}

/** Gives every parameter of a new flow its first values. */
export function startParameters(core: FlowCore, seed: Seed): void {
  const rng = new Rng(fromWords(deriveKey(seed, stream.parameters)))
  const { values } = core.parameters.current
  for (const [i, { start, offset, length }] of core.tensors.entries()) {
    if (start === undefined) continue
    // An array of its own for each: a view of the backend's memory might not outlive the drawing.
    const own = new Float32Array(length)
    start(own, rng.split(i))
    values.view().set(own, offset)
  }
}

/** Makes parameters that `core.parameters.take` gave the newest. */
export function adoptParameters(core: FlowCore, parameters: FlowParameters): void {
  core.parameters.replace(parameters)
  core.prepared.forget()
}

/** Sets all parameters. Readers of the old ones keep them. */
export function writeParameters(core: FlowCore, values: Float32Array): void {
  core.parameters.write({ values })
  core.prepared.forget()
}
