/** `gibbsite train hopfield`: stores patterns and says how well they are held. */

import type { Command } from 'commander'
import { Hopfield } from '../energy/hopfield.ts'
import type { HopfieldReport } from '../energy/hopfield-report.ts'
import { AbortError } from '../errors.ts'
import { Rng } from '../random/rng.ts'
import { head, readData, type ShapeOptions } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { addRuleOptions, type RuleOptions, storeOptions, toSpins } from './hopfield-options.ts'
import { saveModel } from './model-store.ts'
import { common, integer } from './options.ts'
import { timeLeft } from './progress.ts'
import { type CommonOptions, Session } from './session.ts'
import { mnist } from './train-data.ts'
import { count, figure, spent } from './words.ts'

interface TrainHopfield extends CommonOptions, ShapeOptions, RuleOptions {
  readonly mnist?: boolean | string
  readonly rows?: number
  readonly report: boolean
  readonly out: string
}

const examples = [
  'gibbsite train hopfield --mnist --rows 50 --out digits.safetensors',
  'gibbsite train hopfield patterns.npy --rule pseudo-inverse',
  'gibbsite train hopfield logo.png --rule contrastive --noise 0.2 --epochs 300 --seed 1',
]

export function addTrainHopfield(train: Command): void {
  const command = train
    .command('hopfield')
    .description('store patterns in a Hopfield network; writes the network and says how well it holds them')
    .argument('[patterns]', 'rows; values above a half are +1: .npy, IDX images or one .png')
    .option('--mnist [folder]', 'MNIST or a set in its format, instead of a file; see --rows')
    .option('--rows <n>', 'take only the first rows', integer())
    .option('--no-report', 'leave out the measurements')
    .option('--height <pixels>', 'height of an image (default: as the file says, or a square)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('-o, --out <file>', 'the network', 'hopfield.safetensors')
  common(addRuleOptions(command), examples).action(run)
}

async function run(path: string | undefined, options: TrainHopfield): Promise<void> {
  const session = new Session(options)
  const { rows, image, name } = await patternsOf(path, options)
  const seed = options.seed ?? new Rng().seed
  const how = storeOptions(options, seed, session.signal)
  await prepareFile(options.out, 8 * rows.shape[1] ** 2)
  const backend = await session.backend()
  const [patterns, units] = rows.shape
  const size = count(units, 'unit')
  session.opening(`Hopfield network of ${size}`, `${count(patterns, 'pattern')} of ${name}, ${options.rule}`, backend)
  const net = new Hopfield({ units })
  const task = session.progress.task('learning', 1)
  const onProgress = ({ done, total, secondsLeft }: { done: number; total: number; secondsLeft: number }) =>
    task.update(done / total, timeLeft(secondsLeft))
  const start = performance.now()
  await net.store(toSpins({ rows }), { ...how, onProgress })
  task.end()
  const seconds = (performance.now() - start) / 1000
  await saveModel(options.out, net.toBytes(), image)
  session.say(`${options.out}: ${count(patterns, 'pattern')} in ${size}, ${options.rule}; ${spent(seconds, seed)}`)
  const report = options.report ? await reportOf(session, net, options.out, seed) : undefined
  if (report) for (const line of describe(report)) session.say(line)
  session.result({
    command: 'train hopfield',
    out: options.out,
    patterns,
    units,
    rule: options.rule,
    seed,
    seconds,
    report: report && plain(report),
  })
}

async function reportOf(session: Session, net: Hopfield, out: string, seed: number | bigint): Promise<HopfieldReport> {
  try {
    return await net.report(undefined, { seed, signal: session.signal })
  } catch (error) {
    if (!(error instanceof AbortError)) throw error
    throw new Interrupted(`stopped while the finished network was being measured; it is in ${out}`, { cause: error })
  }
}

async function patternsOf(path: string | undefined, options: TrainHopfield) {
  if ((path === undefined) === (options.mnist === undefined)) {
    throw new UsageError('expected a file of patterns or --mnist, one of the two; see gibbsite train hopfield --help')
  }
  if (path === undefined) {
    const { train, image, name } = await mnist(options)
    return { rows: head(train, options.rows ?? 20), image, name }
  }
  const { rows, image, name } = await readData(path, options)
  return { rows: options.rows === undefined ? rows : head(rows, options.rows), image, name }
}

function describe({ fixedPoints, basinRadius, margins, attractors }: HopfieldReport): string[] {
  const least = margins.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return [
    `  fixed points       ${figure(100 * fixedPoints, 1)} % of the patterns`,
    `  basin radius       ${basinRadius} (nine in ten come back from so much noise)`,
    `  least margin       ${figure(least, 4)}`,
    `  spurious states    ${attractors.spurious} different ones from ${attractors.starts} random starts`,
  ]
}

function plain({ fixedPoints, basinRadius, margins, returned, noises, attractors }: HopfieldReport) {
  return { fixedPoints, basinRadius, margins: [...margins], returned: [...returned], noises: [...noises], attractors }
}
