/** `gibbsite inpaint`: hides a part of each image and lets a flow fill it in by climbing to where its density is high. */

import type { Command } from 'commander'
import type { Flow } from '../../flow/flow.ts'
import type { InpaintResult } from '../../flow/inpaint.ts'
import type { Matrix } from '../../matrix.ts'
import { Rng } from '../../random/rng.ts'
import { checkColumns, head, readData, type ShapeOptions } from '../data.ts'
import { Interrupted } from '../failure.ts'
import { prepareFile } from '../folder.ts'
import { checkCompletionOut, type Hidden, hidable, type Known, knownPixels, writeCompletion } from '../hidden-parts.ts'
import { choice, common, integer, type Seeded, within } from '../options.ts'
import { timeLeft } from '../progress.ts'
import { finished } from '../samples.ts'
import { type CommonOptions, Session } from '../session.ts'
import { count, figure, spent } from '../words.ts'
import { classContext, dataBounds, loadFlow, sizeOf } from './model.ts'

interface InpaintCommand extends CommonOptions, ShapeOptions, Seeded {
  readonly hide: Hidden
  readonly fraction: number
  readonly rows?: number
  readonly steps: number
  readonly restarts: number
  readonly label?: number
  readonly out: string
}

const examples = [
  'gibbsite inpaint out/nice/model.safetensors digits.npy --hide bottom --out inpainted.png',
  'gibbsite inpaint model.safetensors t10k-images-idx3-ubyte --rows 20 --hide left --restarts 8',
  'gibbsite inpaint model.safetensors seven.png --hide random --fraction 0.5 --out seven.npy',
]

export function addInpaint(program: Command): void {
  const command = program
    .command('inpaint')
    .description('hide a part of each image and let a flow fill it in')
    .argument('<model>', 'a flow: a .safetensors file of gibbsite')
    .argument('<input>', 'the images: .npy, IDX, or one .png')
    .addOption(choice('--hide <part>', 'the part to hide', hidable).default('bottom'))
    .option('--fraction <x>', 'of the pixels, with --hide random', within(0, 1), 0.5)
    .option('--rows <n>', 'take only the first images', integer())
    .option('--steps <n>', 'steps of each climb', integer(), 500)
    .option('--restarts <n>', 'climbs from different starts, of which the best counts', integer(), 4)
    .option('--label <n>', 'of a flow with classes: the class of the images (default: each in turn)', integer(0))
    .option('--height <pixels>', 'height of an image (default: as the file or the model says)', integer())
    .option('--width <pixels>', 'width of an image', integer())
    .option('-o, --out <file>', '.npy for numbers, .png for original | cue | filled in', 'inpainted.png')
  common(command, examples).action(inpaint)
}

async function inpaint(path: string, input: string, options: InpaintCommand): Promise<void> {
  const session = new Session(options)
  const backend = await session.backend()
  const { flow, image: stored } = await loadFlow(path, options)
  const data = await readData(input, options, 'finite')
  checkColumns(input, data, flow.dim)
  const { hide, out } = options
  const job = {
    rows: options.rows === undefined ? data.rows : head(data.rows, options.rows),
    image: data.image ?? stored,
    out,
  }
  checkCompletionOut(job, hide)
  await prepareFile(out)
  const seed = options.seed ?? new Rng().seed
  const known = knownPixels(job, options, seed)
  const images = job.rows.shape[0]
  const work = `${count(images, 'image')}, ${hide} hidden, ${count(options.restarts, 'climb')} of ${count(options.steps, 'step')}`
  session.opening(`Flow of ${sizeOf(flow)}`, work, backend)
  const start = performance.now()
  const { result, stopped } = await run(session, flow, job.rows, known, { ...options, seed })
  await writeCompletion(job, known.data, result)
  const { steps, logProb } = result
  const logLikelihood = logProb.reduce((sum, value) => sum + value, 0) / images
  const seconds = (performance.now() - start) / 1000
  session.say(
    `${out}: ${count(images, 'image')} filled in by ${count(steps, 'step')}, log-likelihood ${figure(logLikelihood, 1)} nats; ${spent(seconds, seed)}`,
  )
  const { restarts } = options
  const told = {
    command: 'inpaint',
    model: path,
    input,
    out,
    images,
    hide,
    steps,
    restarts,
    logLikelihood,
    seed,
    seconds,
    backend,
  }
  const end = `stopped after ${steps} of ${options.steps} steps; ${out} holds what was reached`
  session.result(told, stopped ? new Interrupted(end) : undefined)
}

async function run(session: Session, flow: Flow, rows: Matrix, known: Known, options: InpaintCommand) {
  const { steps, restarts, seed, label } = options
  const task = session.progress.task('climbing', steps)
  const context = classContext(flow, { label, first: 0, count: rows.shape[0] })
  const work = flow.inpaint(rows, known, {
    ...{ steps, restarts, seed, bounds: dataBounds(rows) },
    ...(context && { context }),
    signal: session.signal,
    onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
  })
  try {
    return await finished<InpaintResult>(work)
  } finally {
    task.end()
  }
}
