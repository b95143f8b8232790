/** What a model can be asked to do: how a request is read, which requests go together, and how they are run. */

import type { LongOptions } from '../run/progress.ts'
import type { Answer } from './answer.ts'
import type { Limits } from './limits.ts'

/** The fields of a request: of the JSON body, or of the query beside an NPY body. */
export type Fields = Readonly<Record<string, unknown>>

/** A request that was read and found good. */
export interface Job {
  /** Rows it brings into a run. */
  readonly rows: number
  /** Jobs with the same text can share a run; undefined: this one runs alone. */
  readonly together?: string | undefined
}

export interface Operation<J extends Job = Job> {
  /** The field that an NPY body stands for; undefined where there is none. */
  readonly body?: string
  /**
   * Reads the fields, fills in defaults and draws the seed.
   *
   * @throws ArgumentError of one sentence, before any memory is taken for the work
   */
  read(fields: Fields, limits: Limits): J
  /** Runs jobs that go together; the answer to each is what it would be alone. */
  run(jobs: readonly J[], options: LongOptions): Promise<readonly Answer[]>
  /** The job's states on the way, where it asks for them by `every`; then its answer. */
  steps?(job: J, options: LongOptions): AsyncIterable<Answer> | undefined
}

export const operationNames = ['sample', 'log-prob', 'complete', 'recall'] as const
export type OperationName = (typeof operationNames)[number]

/** A model that was loaded. */
export interface ServedModel {
  readonly name: string
  /** `rbm`, `gaussian-rbm`, `boltzmann`, `hopfield` or `flow`. */
  readonly kind: string
  /** Its sizes, for `/models`. */
  readonly facts: Answer['facts']
  readonly operations: Readonly<Partial<Record<OperationName, Operation>>>
}

/** An operation whose jobs only it reads, among others. */
export function operation<J extends Job>(parts: Operation<J>): Operation {
  return parts as unknown as Operation
}
