/** What moves Metropolis chains: all in a kernel (metropolis-kernel.ts), or between two kernels (metropolis-script.ts). */

import type { Backend, Span } from '../backend/backend.ts'
import type { Key } from '../random/key.ts'
import type { DrawBuffer } from './draw-buffer.ts'
import type { MetropolisColumns } from './metropolis-columns.ts'

/** What does not change during a run. */
export interface MetropolisSetting {
  readonly backend: Backend
  /** As in metropolis-proposal.ts. */
  readonly proposal: number
  readonly key: Key
  readonly firstChain: number
  /** [levels], of which the first is 1. */
  readonly inverseTemperatures: Float64Array
  readonly columns: MetropolisColumns
}

/** What is learned during a call. */
export interface Learning {
  /** The acceptance probability wanted. */
  readonly target: number
  /** Iterations since the step's base was set; undefined when the step stays. */
  readonly adapted: number | undefined
  /** Draws in the sums so far; undefined when nothing is gathered. */
  readonly gathered: number | undefined
}

export interface MetropolisMover {
  /**
   * `count` iterations from number `first` on; after every `thin` of them a draw goes into the buffer, where there is one.
   *
   * @returns iterations made, with the columns after the last of them (of the last whole draw, where there are draws), and
   *   the failure that ended them, naming chain and step
   */
  advance(first: number, count: number, learning: Learning | undefined, output?: Output): Promise<Advance>
  /** How far the random numbers that are no functions of the iteration are [chains]; empty for most. */
  randomPositions(): Float64Array
}

export interface Output {
  readonly thin: number
  readonly buffer: DrawBuffer
}

export interface Advance {
  readonly done: number
  readonly failure?: Error
}

export const nothing: Float64Array = new Float64Array()

type Room = Span<Float64Array>
type LearningArguments = readonly [
  target: number,
  adapted: number,
  gathered: number,
  ...steps: [base: Room, offset: Room, average: Room],
  ...sums: [mean: Room, spread: Room],
]

/** What is learned, as both kernels take it, `t` iterations on; empty arrays for what is not. */
export function learningArguments(
  columns: MetropolisColumns,
  learning: Learning | undefined,
  t = 0,
): LearningArguments {
  const { target, adapted, gathered } = learning ?? { target: 0, adapted: undefined, gathered: undefined }
  const { base, offset, average, mean, spread } = columns
  const steps: [Room, Room, Room] = adapted === undefined ? [nothing, nothing, nothing] : [base, offset, average]
  const sums: [Room, Room] = gathered === undefined ? [nothing, nothing] : [mean, spread]
  return [target, (adapted ?? 0) + t, (gathered ?? 0) + t, ...steps, ...sums]
}
