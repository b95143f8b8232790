/** The options of `gibbsite train rbm`, and which of them go to the library. */

import type { TrainingOptions } from '../energy/rbm-options.ts'
import type { Seeded } from './options.ts'
import type { CommonOptions } from './session.ts'
import type { DataOptions } from './train-data.ts'

export interface TrainCommand extends CommonOptions, DataOptions, Seeded {
  readonly out: string
  readonly hidden: number
  readonly epochs: number
  readonly method: 'pcd' | 'cd' | 'pcd-pt'
  readonly batch: number
  readonly learningRate: number
  readonly finalLearningRate: number
  readonly schedule?: 'constant' | 'linear' | 'exponential'
  readonly momentum: number
  readonly weightDecay: number
  readonly sweeps: number
  readonly chains?: number
  readonly temperatures?: number
  readonly centred: boolean
  readonly sparsityTarget?: number
  readonly sparsityCost: number
  readonly statistics?: 'probabilities' | 'samples'
  readonly binarize?: 'sample' | 'threshold' | 'none'
  readonly resume?: string
  readonly aisChains: number
  readonly aisSteps: number
  readonly raiseRows: number
}

/** Which options the user gave: the others are the command's defaults. */
export type Given = (name: keyof TrainCommand) => boolean

/** For the library: all options of a new training; of one that is resumed those that were given, to be compared. */
export function trainingOptions(options: TrainCommand, given: Given): TrainingOptions {
  const wanted = <Key extends keyof TrainCommand>(name: Key) =>
    options.resume === undefined || given(name) ? options[name] : undefined
  const {
    sparsityTarget: target,
    sparsityCost: cost,
    method,
    chains,
    temperatures,
    statistics,
    binarize,
    seed,
  } = options
  const rate = given('learningRate') || given('finalLearningRate') || given('schedule') || options.resume === undefined
  return {
    method: wanted('method'),
    batch: wanted('batch'),
    learningRate: rate ? learningRate(options) : undefined,
    momentum: wanted('momentum'),
    weightDecay: wanted('weightDecay'),
    sweeps: wanted('sweeps'),
    chains: method === 'cd' && !given('chains') ? undefined : chains,
    temperatures,
    centred: wanted('centred'),
    sparsity: target === undefined ? undefined : { target, cost },
    statistics,
    binarize,
    seed,
  }
}

function learningRate({ learningRate: initial, finalLearningRate: final, schedule }: TrainCommand) {
  if (schedule === 'constant') return initial
  return { initial, final, schedule: schedule ?? ('linear' as const) }
}
