/** What the files of the Boltzmann machine share: its state, and the numbering of its streams of random numbers. */

import type { Backend } from '../backend/backend.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { Couplings } from './boltzmann-couplings.ts'
import type { BoltzmannTraining } from './boltzmann-training-state.ts'
import type { Encoding } from './hopfield-states.ts'

export interface BoltzmannCore {
  readonly backend: Backend
  readonly visible: number
  readonly hidden: number
  /** visible + hidden */
  readonly units: number
  readonly encoding: Encoding
  readonly temperature: number
  /** A call works on the couplings of the moment it began. */
  couplings: Couplings
  /** A `fit` is running. */
  fitting: boolean
  /** Where training stands; undefined before the first `fit`, and after the parameters were set from outside. */
  training: BoltzmannTraining | undefined
}

/** Each purpose of random numbers draws from a stream of its own under the user's seed (see rbm-core.ts). */
export const stream = {
  sampling: 201,
  order: 202,
  sampleStart: 203,
  retrieval: 204,
  retrievalStart: 205,
  dataPhase: 206,
  modelPhase: 207,
  chainStart: 208,
  shuffle: 209,
  exact: 210,
} as const

/** A temperature: above 0. `Infinity` is one, at which every state is as likely. */
export function checkTemperature(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value
  throw new ArgumentError(expected(name, 'to be a number above 0', String(value)))
}
