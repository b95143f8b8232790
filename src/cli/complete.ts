/** `gibbsite complete`: hides a part of each image and lets the model fill it in. */

import { type Command, Option } from 'commander'
import type { RBM } from '../energy/rbm.ts'
import type { Matrix } from '../matrix.ts'
import { Rng } from '../random/rng.ts'
import { checkColumns, head, readData, type ShapeOptions } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { FLOW } from './flow/model.ts'
import { prepareFile } from './folder.ts'
import { checkCompletionOut, type Hidden, hidable, type Known, knownPixels, writeCompletion } from './hidden-parts.ts'
import { checkKind, loadRbm, readModelFile } from './model-store.ts'
import { choice, common, integer, type Seeded, within } from './options.ts'
import { timeLeft } from './progress.ts'
import { finished } from './samples.ts'
import { type CommonOptions, Session } from './session.ts'
import { count, spent } from './words.ts'

interface CompleteCommand extends CommonOptions, ShapeOptions, Seeded {
  readonly hide: Hidden
  readonly fraction: number
  readonly rows?: number
  readonly sweeps: number
  readonly average?: number
  readonly out: string
}

const examples = [
  'gibbsite complete out/rbm-mnist/model.safetensors digits.npy --hide bottom --out completed.png',
  'gibbsite complete model.safetensors t10k-images-idx3-ubyte --rows 20 --hide left',
  'gibbsite complete model.safetensors seven.png --hide random --fraction 0.7 --out seven.npy',
]

export function addComplete(program: Command): void {
  const command = program
    .command('complete')
    .description('hide a part of each image and let the model fill it in')
    .argument('<model>', 'a .safetensors file of gibbsite')
    .argument('<input>', 'the images: .npy, IDX, or one .png')
    .addOption(choice('--hide <part>', 'the part to hide', hidable).default('bottom'))
    .option('--fraction <x>', 'of the pixels, with --hide random', within(0, 1), 0.5)
    .option('--rows <n>', 'take only the first images', integer())
    .option('--sweeps <n>', 'sweeps of each chain', integer(), 500)
    .addOption(
      new Option('--average <n>', 'sweeps at the end that are averaged (default: a fifth)').argParser(integer()),
    )
    .option('--height <pixels>', 'height of an image (default: as the file or the model says)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('-o, --out <file>', '.npy for probabilities, .png for original | cue | completion', 'completed.png')
  common(command, examples).action(complete)
}

async function complete(path: string, input: string, options: CompleteCommand): Promise<void> {
  const session = new Session(options)
  const backend = await session.backend()
  const { model } = await readModelFile(path)
  if (model.kind === FLOW)
    throw new UsageError(`expected ${path} to hold an RBM; got a flow, which gibbsite inpaint takes`)
  checkKind(path, model.kind, ['rbm'])
  const { rbm, image: stored } = await loadRbm(path, options)
  const data = await readData(input, options)
  checkColumns(input, data, rbm.visible)
  const image = data.image ?? stored
  const rows = options.rows === undefined ? data.rows : head(data.rows, options.rows)
  const job = { rows, image, out: options.out }
  checkCompletionOut(job, options.hide)
  await prepareFile(options.out)
  const seed = options.seed ?? new Rng().seed
  const known = knownPixels(job, options, seed)
  const images = rows.shape[0]
  const work = `${count(images, 'image')}, ${options.hide} hidden, ${count(options.sweeps, 'sweep')}`
  session.opening(`RBM ${rbm.visible} x ${rbm.hidden}`, work, backend)
  const start = performance.now()
  const { result, stopped } = await run(session, rbm, rows, known, { ...options, seed })
  await writeCompletion(job, known.data, result.mean)
  const seconds = (performance.now() - start) / 1000
  const { hide, out } = options
  session.say(
    `${out}: ${count(images, 'image')} completed in ${count(result.sweeps, 'sweep')}; ${spent(seconds, seed)}`,
  )
  const told = {
    command: 'complete',
    model: path,
    input,
    out,
    images,
    hide,
    sweeps: result.sweeps,
    seed,
    seconds,
    backend,
  }
  const end = `stopped after ${result.sweeps} of ${options.sweeps} sweeps; ${out} holds what was reached`
  session.result(told, stopped ? new Interrupted(end) : undefined)
}

async function run(session: Session, rbm: RBM, rows: Matrix, known: Known, options: CompleteCommand) {
  const task = session.progress.task('completing', options.sweeps)
  const work = rbm.complete(rows, known, {
    sweeps: options.sweeps,
    average: options.average ?? Math.ceil(options.sweeps / 5),
    seed: options.seed,
    signal: session.signal,
    onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
  })
  try {
    return await finished(work)
  } finally {
    task.end()
  }
}
