/** `gibbsite train bm`: a Boltzmann machine, visible units coupled among themselves and with hidden ones. */

import type { Command } from 'commander'
import { BoltzmannMachine } from '../energy/boltzmann.ts'
import type { BoltzmannFitProgress } from '../energy/boltzmann-options.ts'
import { AbortError, DivergenceError } from '../errors.ts'
import { inFile, readFileBounded } from '../io/files.node.ts'
import { Rng } from '../random/rng.ts'
import { head, type ImageShape, readData, reading, type ShapeOptions } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { saveModel } from './model-store.ts'
import { choice, common, integer, nonNegative, positive, quoted, type Seeded, within } from './options.ts'
import { timeLeft } from './progress.ts'
import { describeMachine } from './sample-boltzmann.ts'
import { type CommonOptions, Session } from './session.ts'
import { mnist } from './train-data.ts'
import { count, figure, spent } from './words.ts'

interface TrainBm extends CommonOptions, ShapeOptions, Seeded {
  readonly mnist?: boolean | string
  readonly rows?: number
  readonly hidden: number
  readonly states: 'spin' | 'binary'
  readonly temperature: number
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly finalLearningRate: number
  readonly momentum: number
  readonly weightDecay: number
  readonly sweeps: number
  readonly dataSweeps: number
  readonly chains: number
  readonly resume?: string
  readonly out: string
}

const examples = [
  'gibbsite train bm votes.npy --epochs 50 --out votes.safetensors',
  'gibbsite train bm --mnist --rows 5000 --states binary --epochs 10 --seed 1',
  'gibbsite train bm votes.npy --resume votes.safetensors --epochs 100 --out votes.safetensors',
]

export function addTrainBm(train: Command): void {
  const command = train
    .command('bm')
    .description('train a Boltzmann machine with all units coupled; writes the model')
    .argument('[data]', 'rows; values above a half are on: .npy, IDX images or one .png')
    .option('--mnist [folder]', 'MNIST or a set in its format, instead of a data file')
    .option('--rows <n>', 'take only the first rows', integer())
    .option('--hidden <n>', 'hidden units', integer(0), 0)
    .addOption(choice('--states <kind>', 'units of -1 and +1, or of 0 and 1', ['spin', 'binary']).default('binary'))
    .option('--temperature <T>', 'of the machine', positive, 1)
    .option('--epochs <n>', 'passes over the data', integer(), 20)
    .option('--batch <n>', 'rows of a step', integer(), 100)
    .option('--learning-rate <x>', 'at the beginning', positive, 0.05)
    .option('--final-learning-rate <x>', 'at the end', nonNegative, 0.001)
    .option('--momentum <x>', 'part of the last change that is added again', within(0, 1), 0)
    .option('--weight-decay <x>', 'pull of the couplings towards 0', nonNegative, 0)
    .option('--sweeps <n>', 'sweeps of the persistent chains in a step', integer(), 1)
    .option('--data-sweeps <n>', 'sweeps of hidden units given a row', integer(), 10)
    .option('--chains <n>', 'persistent chains', integer(), 100)
    .option('--resume <model>', 'go on with the training of this file, with its options')
    .option('--height <pixels>', 'height of an image (default: as the file says, or a square)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('-o, --out <file>', 'the model', 'bm.safetensors')
  common(command, examples).action((path: string | undefined, options: TrainBm) =>
    run(path, options, command.getOptionValueSource('epochs') !== 'default'),
  )
}

async function run(path: string | undefined, options: TrainBm, epochsGiven: boolean): Promise<void> {
  const session = new Session(options)
  if ((path === undefined) === (options.mnist === undefined)) {
    throw new UsageError('expected a data file or --mnist, one of the two; see gibbsite train bm --help')
  }
  const source = path === undefined ? await fromMnist(options) : await readData(path, options)
  const rows = options.rows === undefined ? source.rows : head(source.rows, options.rows)
  const backend = await session.backend()
  const machine = await machineOf(options, rows.shape[1])
  await prepareFile(options.out, 16 * machine.units ** 2)
  const seed = options.seed ?? new Rng().seed
  const data = { data: Uint8Array.from(rows.data, (value) => (value > 0.5 ? 1 : 0)), shape: rows.shape }
  const what = options.resume === undefined ? `seed ${seed}` : `going on from ${options.resume}`
  session.opening(describeMachine(machine), `${count(rows.shape[0], 'row')} of ${source.name}; ${what}`, backend)
  const task = session.progress.task('training', 1)
  const start = performance.now()
  const fit =
    options.resume === undefined
      ? { ...settings(options), seed, epochs: options.epochs }
      : { resume: true, ...(epochsGiven && { epochs: options.epochs }) }
  const onProgress = ({ epoch, epochs, step, steps, secondsLeft, pseudoLogLikelihood }: BoltzmannFitProgress) => {
    task.update((epoch * steps + step) / (epochs * steps), timeLeft(secondsLeft))
    if (pseudoLogLikelihood !== undefined)
      task.milestone(`epoch ${epoch}/${epochs} · pseudo-likelihood ${figure(pseudoLogLikelihood, 2)}`)
  }
  try {
    const result = await machine.fit(data, { ...fit, signal: session.signal, onProgress })
    task.end()
    await saveModel(options.out, machine.toBytes(), source.image)
    const seconds = (performance.now() - start) / 1000
    const last = result.history.at(-1)?.pseudoLogLikelihood
    const quality = last === undefined ? '' : `, pseudo-likelihood ${figure(last, 2)} nats`
    session.say(`${options.out}: ${count(result.epochs, 'epoch')}${quality}; ${spent(seconds, result.seed)}`)
    session.result({
      command: 'train bm',
      out: options.out,
      epochs: result.epochs,
      steps: result.steps,
      seed: result.seed,
      pseudoLogLikelihood: last,
      seconds,
      backend,
    })
  } catch (error) {
    task.end()
    if (!(error instanceof AbortError || error instanceof DivergenceError)) throw error
    throw await kept(machine, error, { path, options, epochsGiven, image: source.image })
  }
}

/** What it takes to say how a training goes on. */
interface Line {
  readonly path: string | undefined
  readonly options: TrainBm
  readonly epochsGiven: boolean
  readonly image: ImageShape | undefined
}

/** Saves what a training that was cut short has reached, and says so in the error that it gives back. */
async function kept(machine: BoltzmannMachine, error: AbortError | DivergenceError, line: Line): Promise<Error> {
  const at = machine.training
  const stopped = error instanceof AbortError
  if (at === undefined || at.epoch + at.step === 0) {
    return stopped ? new Interrupted('stopped before the first step; nothing was saved', { cause: error }) : error
  }
  const { out } = line.options
  await saveModel(out, machine.toBytes(), line.image)
  if (!stopped) return Object.assign(error, { message: `${error.message}. The last good model is in ${out}` })
  const where = at.step === 0 ? `after epoch ${at.epoch}` : `in epoch ${at.epoch + 1}, after step ${at.step}`
  return new Interrupted(`stopped ${where}; the model is in ${out}. To go on: ${resumeCommand(line)}`, { cause: error })
}

function resumeCommand({ path, options, epochsGiven }: Line): string {
  const { mnist, rows, out } = options
  const words = ['gibbsite train bm', ...(path === undefined ? ['--mnist'] : [quoted(path)])]
  if (typeof mnist === 'string') words.push(quoted(mnist))
  if (rows !== undefined) words.push('--rows', String(rows))
  // The file knows how far its first run was to go, but not how far a later one.
  if (options.resume !== undefined && epochsGiven) words.push('--epochs', String(options.epochs))
  return [...words, '--out', quoted(out), '--resume', quoted(out)].join(' ')
}

async function fromMnist(options: TrainBm) {
  const { train, image, name } = await mnist(options)
  return { rows: train, image, name }
}

async function machineOf(options: TrainBm, visible: number): Promise<BoltzmannMachine> {
  const { resume, hidden, states, temperature } = options
  if (resume === undefined) return new BoltzmannMachine({ visible, hidden, states, temperature })
  const bytes = await reading(() => readFileBounded(resume))
  const machine = await inFile(resume, () => BoltzmannMachine.fromBytes(bytes))
  if (machine.visible !== visible)
    throw new UsageError(`expected the data to have ${machine.visible} columns, as ${resume} has; got ${visible}`)
  return machine
}

function settings(options: TrainBm) {
  const { batch, learningRate, finalLearningRate, momentum, weightDecay, sweeps, dataSweeps, chains } = options
  return {
    batch,
    learningRate: { initial: learningRate, final: finalLearningRate },
    momentum,
    weightDecay,
    sweeps,
    dataSweeps,
    chains,
  }
}
