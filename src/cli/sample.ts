/** `gibbsite sample`: Gibbs chains that run free, or draws of a flow, written as numbers or as a sheet of images. */

import type { Command } from 'commander'
import { AbortError } from '../errors.ts'
import type { BinaryMatrix, Matrix } from '../matrix.ts'
import type { Progress } from '../run/progress.ts'
import type { ImageShape } from './data.ts'
import { Interrupted } from './failure.ts'
import { FLOW } from './flow/model.ts'
import { type FlowSampling, sampleFlow } from './flow/sample.ts'
import { prepareFile } from './folder.ts'
import { checkKind, loadRbm, readModelFile } from './model-store.ts'
import { common, type Given, givenTo, integer, nonNegative, refuse } from './options.ts'
import { type Task, timeLeft } from './progress.ts'
import { describeMachine, loadMachine, sampleMachine } from './sample-boltzmann.ts'
import { finished, samplesWriter } from './samples.ts'
import { Session } from './session.ts'
import { count, spent } from './words.ts'

interface SampleCommand extends FlowSampling {
  readonly sweeps: number
  readonly beta: number
  readonly probabilities?: boolean
}

const ofEnergyModels = ['--sweeps', '--beta', '--probabilities']
const ofFlows = ['--temperature', '--label']

const examples = [
  'gibbsite sample out/rbm-mnist/model.safetensors --out fantasies.png',
  'gibbsite sample model.safetensors --chains 1000 --sweeps 5000 --seed 7 --out samples.npy',
  'gibbsite sample model.safetensors --chains 1 --first-chain 17 --seed 7 --out chain-17.npy',
  'gibbsite sample out/glow/model.safetensors --temperature 0.7 --out digits.png',
]

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('draw samples from a trained model: by Gibbs sampling, or through a flow')
    .argument('<model>', 'a .safetensors file of gibbsite')
    .option('--chains <n>', 'independent chains, or draws of a flow: one sample each', integer(), 64)
    .option('--sweeps <n>', 'sweeps of each chain from its random start', integer(), 1000)
    .option('--beta <x>', 'inverse temperature: below 1 the samples are more varied', nonNegative, 1)
    .option('--first-chain <n>', 'number of the first: any chain or draw can be made alone', integer(0, 2 ** 31), 0)
    .option('--temperature <x>', "of a flow's base: below 1 the samples are less varied", nonNegative, 1)
    .option('--label <n>', 'of a flow with classes: the class to draw (default: each in turn)', integer(0))
    .option('--probabilities', "write each pixel's probability instead of its state 0 or 1")
    .option('--height <pixels>', 'height of an image in a .png (default: as the model says)', integer())
    .option('--width <pixels>', 'width of an image in a .png', integer())
    .option('-o, --out <file>', '.npy for numbers, .png for a sheet of images', 'samples.png')
  common(command, examples).action((path: string, options: SampleCommand) => sample(path, options, givenTo(command)))
}

async function sample(path: string, options: SampleCommand, given: Given): Promise<void> {
  const session = new Session(options)
  const { model } = await readModelFile(path)
  checkKind(path, model.kind, ['rbm', 'boltzmann', FLOW])
  if (model.kind === FLOW) {
    refuse(given, ofEnergyModels, 'with an energy model; got a flow')
    return sampleFlow(session, path, options)
  }
  refuse(given, ofFlows, 'with a flow; got an energy model')
  return sampleChains(session, path, options)
}

async function sampleChains(session: Session, path: string, options: SampleCommand): Promise<void> {
  const backend = await session.backend()
  const source = await sourceOf(path, options)
  const write = samplesWriter(options.out, source.image)
  await prepareFile(options.out)
  const { chains, out } = options
  session.opening(source.name, `${count(chains, 'chain')} of ${count(options.sweeps, 'sweep')}`, backend)
  const task = session.progress.task('sampling', options.sweeps)
  const start = performance.now()
  const { result, stopped } = await finished(source.draw(session.signal, task))
  task.end()
  await write(result.values)
  const { sweep, seed } = result
  const seconds = (performance.now() - start) / 1000
  session.say(`${out}: ${count(chains, 'sample')} after ${count(sweep, 'sweep')}; ${spent(seconds, seed)}`)
  const told = { command: 'sample', model: path, out, chains, sweeps: sweep, seed, seconds, backend }
  const end = `stopped after ${sweep} of ${options.sweeps} sweeps; ${out} holds the states reached`
  session.result(told, stopped ? new Interrupted(end) : undefined)
}

interface Drawn {
  readonly values: Matrix | BinaryMatrix
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
    name: describeMachine(machine),
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
  valuesOf: (result: Result) => Matrix | BinaryMatrix,
): Promise<Drawn> {
  const drawn = (result: Result) => ({ values: valuesOf(result), sweep: result.sweep, seed: result.seed })
  try {
    return drawn(await work)
  } catch (error) {
    if (!(error instanceof AbortError) || error.partial === undefined) throw error
    throw new AbortError(drawn(error.partial as Result), { cause: error.cause })
  }
}
