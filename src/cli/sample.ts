/** `gibbsite sample`: Gibbs chains that run free, written as numbers or as a sheet of images. */

import { extname } from 'node:path'
import type { Command } from 'commander'
import type { SampleResult } from '../energy/rbm-sample.ts'
import { AbortError } from '../errors.ts'
import { writeFileAtomic } from '../io/files.node.ts'
import { imageSheet } from '../io/image-sheet.ts'
import { encodeNpy } from '../io/npy.ts'
import type { Progress } from '../run/progress.ts'
import type { ImageShape, ShapeOptions } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { loadRbm, readModelFile } from './model-store.ts'
import { common, integer, nonNegative, type Seeded } from './options.ts'
import { type Task, timeLeft } from './progress.ts'
import { type BoltzmannSamples, loadMachine, sampleMachine } from './sample-boltzmann.ts'
import { type CommonOptions, describeBackend, Session } from './session.ts'

interface SampleCommand extends CommonOptions, ShapeOptions, Seeded {
  readonly chains: number
  readonly sweeps: number
  readonly beta: number
  readonly firstChain: number
  readonly probabilities?: boolean
  readonly out: string
}

const examples = [
  'gibbsite sample out/rbm-mnist/model.safetensors --out fantasies.png',
  'gibbsite sample model.safetensors --chains 1000 --sweeps 5000 --seed 7 --out samples.npy',
  'gibbsite sample model.safetensors --chains 1 --first-chain 17 --seed 7 --out chain-17.npy',
]

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('draw samples from a trained model by Gibbs sampling')
    .argument('<model>', 'a .safetensors file of gibbsite')
    .option('--chains <n>', 'independent chains, one sample each', integer(), 64)
    .option('--sweeps <n>', 'sweeps of each chain from its random start', integer(), 1000)
    .option('--beta <x>', 'inverse temperature: below 1 the samples are more varied', nonNegative, 1)
    .option('--first-chain <n>', 'number of the first chain: any chain can be run alone', integer(0, 2 ** 31), 0)
    .option('--probabilities', "write each pixel's probability instead of its state 0 or 1")
    .option('--height <pixels>', 'height of an image in a .png (default: as the model says)', integer())
    .option('--width <pixels>', 'width of an image in a .png', integer())
    .option('-o, --out <file>', '.npy for numbers, .png for a sheet of images', 'samples.png')
  common(command, examples).action(sample)
}

async function sample(path: string, options: SampleCommand): Promise<void> {
  const session = new Session(options)
  const backend = await session.backend()
  const source = await sourceOf(path, options)
  const write = writer(options.out, source.image)
  await prepareFile(options.out)
  session.note(`${source.name} on ${describeBackend(backend)}: ${options.chains} chains of ${options.sweeps} sweeps`)
  const task = session.progress.task('sampling', options.sweeps)
  const start = performance.now()
  const { result, stopped } = await finished(source.draw(session.signal, task))
  task.end()
  await write(result.values)
  const { sweep, seed } = result
  session.say(`${options.out}: ${options.chains} samples after ${sweep} sweeps, seed ${seed}`)
  const seconds = (performance.now() - start) / 1000
  session.result({
    command: 'sample',
    model: path,
    out: options.out,
    chains: options.chains,
    sweeps: sweep,
    seed,
    seconds,
    backend,
  })
  if (stopped)
    throw new Interrupted(`stopped after ${sweep} of ${options.sweeps} sweeps; ${options.out} holds the states reached`)
}

interface Drawn {
  readonly values: Values
  readonly sweep: number
  readonly seed: number | bigint
}

/** A model that can be sampled from. */
interface Source {
  readonly name: string
  readonly image: ImageShape | undefined
  draw(signal: AbortSignal, task: Task): Promise<Drawn>
}

async function sourceOf(path: string, options: SampleCommand): Promise<Source> {
  const { model, image: stored } = await readModelFile(path)
  if (model.kind !== 'boltzmann') return rbmSource(path, options)
  const { machine, image } = await loadMachine(path, options, stored)
  return {
    name: `Boltzmann machine of ${machine.visible} + ${machine.hidden} units`,
    image,
    draw: (signal, task) => named(sampleMachine(machine, options, signal, task), ({ states }) => states),
  }
}

async function rbmSource(path: string, options: SampleCommand): Promise<Source> {
  const { rbm, image } = await loadRbm(path, options)
  const { chains, sweeps, beta, firstChain, seed, probabilities } = options
  return {
    name: `RBM ${rbm.visible} x ${rbm.hidden}`,
    image,
    draw: (signal, task) => {
      const onProgress = ({ done, secondsLeft }: Progress) => task.update(done, timeLeft(secondsLeft))
      const seeded = seed === undefined ? {} : { seed }
      const drawn = rbm.sample({ chains, sweeps, beta, firstChain, ...seeded, signal, onProgress })
      return named(drawn, (result) => (probabilities ? result.probabilities : result.states))
    },
  }
}

/** The result in the words of this file, also where it is what an abort left. */
async function named<Result extends { sweep: number; seed: number | bigint }>(
  work: Promise<Result>,
  valuesOf: (result: Result) => Values,
): Promise<Drawn> {
  const drawn = (result: Result) => ({ values: valuesOf(result), sweep: result.sweep, seed: result.seed })
  try {
    return drawn(await work)
  } catch (error) {
    if (!(error instanceof AbortError) || error.partial === undefined) throw error
    throw new AbortError(drawn(error.partial as Result), { cause: error.cause })
  }
}

type Values = BoltzmannSamples['states'] | SampleResult['states'] | SampleResult['probabilities']

/** Looks at the name before the work begins; the writer itself is for afterwards. */
function writer(out: string, image: ImageShape | undefined): (values: Values) => Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.npy':
      return (values) => writeFileAtomic(out, encodeNpy(values))
    case '.png':
      if (!image)
        throw new UsageError('expected --height and --width for a .png, as the rows are no squares; or write an .npy')
      return (values) => writeFileAtomic(out, imageSheet(values, { ...image, gap: 2 }))
    default:
      throw new UsageError(`expected --out to end in .npy or .png; got ${out}`)
  }
}

/** A result, also when the work was stopped half way and left one. */
export async function finished<Result>(work: Promise<Result>): Promise<{ result: Result; stopped: boolean }> {
  try {
    return { result: await work, stopped: false }
  } catch (error) {
    if (error instanceof AbortError && error.partial !== undefined)
      return { result: error.partial as Result, stopped: true }
    throw error
  }
}
