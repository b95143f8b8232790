/** `gibbsite recall`: runs noisy or partial images through a Hopfield network. */

import { extname } from 'node:path'
import type { Command } from 'commander'
import { Hopfield } from '../energy/hopfield.ts'
import type { RecallResult } from '../energy/hopfield-recall.ts'
import { inFile, readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import { imageSheet } from '../io/image-sheet.ts'
import { encodeNpy } from '../io/npy.ts'
import { Rng } from '../random/rng.ts'
import { type Dataset, head, type ImageShape, imageShape, readData, reading, type ShapeOptions } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { addRuleOptions, type RuleOptions, storeOptions, toSpins } from './hopfield-options.ts'
import { checkKind, readModelFile } from './model-store.ts'
import { choice, common, integer, within } from './options.ts'
import { timeLeft } from './progress.ts'
import { finished } from './samples.ts'
import { type CommonOptions, Session } from './session.ts'
import { count, figure, spent } from './words.ts'

interface RecallCommand extends CommonOptions, ShapeOptions, RuleOptions {
  readonly order: 'random' | 'sequential' | 'synchronous'
  readonly maxSweeps: number
  readonly flip: number
  readonly rows?: number
  readonly out: string
}

const examples = [
  'gibbsite recall digits.safetensors noisy.npy --out recalled.png',
  'gibbsite recall patterns.npy patterns.npy --rule hebbian --flip 0.2 --seed 1',
  'gibbsite recall patterns.png probe.png --order sequential --json',
]

export function addRecall(program: Command): void {
  const command = program
    .command('recall')
    .description('recall stored patterns from noisy or partial ones in a Hopfield network')
    .argument('<memory>', 'a network of gibbsite (.safetensors), or patterns to store first: .npy, IDX or .png')
    .argument('<probes>', 'where recall begins; values above a half are +1: .npy, IDX or .png')
    .addOption(
      choice('--order <name>', 'in which units decide', ['random', 'sequential', 'synchronous']).default('random'),
    )
    .option('--max-sweeps <n>', 'a run that has not ended by then is stopped', integer(), 1000)
    .option('--flip <x>', 'first flip each bit of the probes with this probability', within(0, 1), 0)
    .option('--rows <n>', 'take only the first probes', integer())
    .option('--height <pixels>', 'height of an image (default: as the file says, or a square)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('-o, --out <file>', '.npy for the states, .png for a sheet of probes and recalled images', 'recalled.png')
  common(addRuleOptions(command), examples).action(run)
}

async function run(memory: string, input: string, options: RecallCommand): Promise<void> {
  const session = new Session(options)
  const seed = options.seed ?? new Rng().seed
  const probes = await readData(input, options)
  const rows = options.rows === undefined ? probes.rows : head(probes.rows, options.rows)
  const shape = { ...probes, rows }
  const backend = await session.backend()
  const { net, image } = await networkOf(session, memory, options, seed)
  if (rows.shape[1] !== net.units) {
    throw new UsageError(
      `expected ${input} to have ${net.units} columns, as the network has units; got ${rows.shape[1]}`,
    )
  }
  const write = writer(options.out, shape.image ?? image)
  await prepareFile(options.out)
  const cues = flipped(toSpins(shape), options.flip, seed)
  session.opening(`Hopfield network of ${count(net.units, 'unit')}`, count(rows.shape[0], 'probe'), backend)
  const task = session.progress.task('recalling', rows.shape[0])
  const start = performance.now()
  const { result, stopped } = await finished<RecallResult>(
    net.recall(cues, {
      order: options.order,
      maxSweeps: options.maxSweeps,
      seed,
      signal: session.signal,
      onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
    }),
  )
  task.end()
  await write(cues, result)
  const seconds = (performance.now() - start) / 1000
  const end = `stopped after ${result.flips.length} of ${rows.shape[0]} probes; ${options.out} holds them`
  tell(session, { memory, input, options, seed, seconds, ...(stopped && { end: new Interrupted(end) }) }, result)
}

/** The network in the file, or one that stores the patterns in it. */
async function networkOf(session: Session, path: string, options: RecallCommand, seed: number | bigint) {
  if (extname(path).toLowerCase() === '.safetensors') {
    const { model, image } = await readModelFile(path)
    checkKind(path, model.kind, ['hopfield'])
    const bytes = await reading(() => readFileBounded(path))
    const net = await inFile(path, () => Hopfield.fromBytes(bytes))
    return { net, image: imageShape(net.units, options, image) }
  }
  const patterns: Dataset = await readData(path, options)
  const net = new Hopfield({ units: patterns.rows.shape[1] })
  await net.store(toSpins(patterns), storeOptions(options, seed, session.signal))
  return { net, image: patterns.image }
}

interface Spins {
  readonly data: Int8Array
  readonly shape: readonly [number, number]
}

function flipped({ data, shape }: Spins, p: number, seed: number | bigint): Spins {
  if (p === 0) return { data, shape }
  const flips = new Rng(seed).bernoulli(data.length, { p })
  return { data: data.map((y, k) => (flips[k] ? -y : y)), shape }
}

/** Looks at the name before the work begins; the writer itself is for afterwards. */
function writer(out: string, image: ImageShape | undefined): (cues: Spins, result: RecallResult) => Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.npy':
      return (_, { states }) => writeFileAtomic(out, encodeNpy(states))
    case '.png':
      if (!image)
        throw new UsageError('expected --height and --width for a .png, as the rows are no squares; or write an .npy')
      return (cues, { states }) => writeFileAtomic(out, sheet(cues, states, image))
    default:
      throw new UsageError(`expected --out to end in .npy or .png; got ${out}`)
  }
}

/** Each probe with what was recalled below it, twenty to a line. */
function sheet(cues: Spins, { data, shape: [rows, units] }: Spins, image: ImageShape): Uint8Array {
  const columns = Math.min(20, rows)
  const lines = Math.ceil(rows / columns)
  const cells = new Float32Array(2 * lines * columns * units).fill(0.5)
  const put = (from: Int8Array, r: number, line: number) => {
    const at = (line * columns + (r % columns)) * units
    for (let i = 0; i < units; i++) cells[at + i] = from[r * units + i]! > 0 ? 1 : 0
  }
  for (let r = 0; r < rows; r++) {
    put(cues.data, r, 2 * Math.floor(r / columns))
    put(data, r, 2 * Math.floor(r / columns) + 1)
  }
  return imageSheet({ data: cells, shape: [2 * lines * columns, units] }, { ...image, columns, gap: 2 })
}

interface Told {
  readonly memory: string
  readonly input: string
  readonly options: RecallCommand
  readonly seed: number | bigint
  readonly seconds: number
  /** Why there is no more, if the work was stopped. */
  readonly end?: Interrupted
}

const MOST_LINES = 20

function tell(session: Session, told: Told, { energies, flips, sweeps, converged, cycles }: RecallResult): void {
  const { options, memory, input, seed, seconds, end } = told
  const ended = converged.filter(Boolean).length
  session.say(`${options.out}: ${count(flips.length, 'probe')}, ${ended} at fixed points; ${spent(seconds, seed)}`)
  for (let r = 0; r < Math.min(MOST_LINES, flips.length); r++) {
    const ending = converged[r] ? '' : cycles[r] ? '  (goes to and fro)' : '  (not ended)'
    session.say(
      `  ${String(r).padStart(4)}  energy ${figure(energies[r]!, 4)}  flips ${flips[r]}  sweeps ${sweeps[r]}${ending}`,
    )
  }
  if (flips.length > MOST_LINES) session.say(`  ... ${flips.length - MOST_LINES} more (all with --json)`)
  const result = {
    command: 'recall',
    memory,
    probes: input,
    out: options.out,
    seed,
    seconds,
    energies: [...energies],
    flips: [...flips],
    sweeps: [...sweeps],
    converged,
    cycles,
  }
  session.result(result, end)
}
