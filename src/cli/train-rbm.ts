/** One training from data to report: reads, checks, trains, measures, draws, writes. */

import { dirname, join } from 'node:path'
import { RBM } from '../energy/rbm.ts'
import type { FitProgress } from '../energy/rbm-options.ts'
import { AbortError, DivergenceError } from '../errors.ts'
import { Rng } from '../random/rng.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFolder } from './folder.ts'
import { loadRbm } from './model-store.ts'
import { quoted } from './options.ts'
import type { EpochRecord } from './report/history.ts'
import { bracketOf } from './scores.ts'
import { Session } from './session.ts'
import { readTrainingData, rowsInWords, type TrainingData, testBits } from './train-data.ts'
import { earlierEpochs, fileNames, pathsIn } from './train-files.ts'
import { trainingLoop } from './train-loop.ts'
import { type Given, type TrainCommand, trainingOptions } from './train-options.ts'
import { finishTraining } from './train-results.ts'
import { save, type TrainingRun } from './train-run.ts'

export async function trainRbm(path: string | undefined, options: TrainCommand, given: Given): Promise<void> {
  const run = await prepare(new Session(options), path, options, given)
  opening(run)
  await train(run, given, path)
  await finishTraining(run)
}

/** All that can be wrong with the command line comes out here, before the work begins. */
async function prepare(session: Session, path: string | undefined, options: TrainCommand, given: Given) {
  const started = performance.now()
  await prepareFolder(options.out)
  const data = await readTrainingData(path, options, 'gibbsite train rbm')
  const backend = await session.backend()
  const { rbm, image, seed } = await model(options, given, data)
  await prepareFolder(options.out, spaceFor(rbm))
  const test = data.test && testBits(data.test, rbm.training?.settings.binarize ?? options.binarize)
  const noun = image ? 'images' : 'rows'
  const [history, paths] = [await earlier(rbm, options), pathsIn(options.out)]
  const run: TrainingRun = {
    session,
    options,
    data,
    test,
    rbm,
    image,
    noun,
    seed,
    backend,
    history,
    paths,
    started,
    saved: started,
  }
  return run
}

/** What the runs before have noted of this training. */
function earlier(rbm: RBM, { resume }: TrainCommand): EpochRecord[] | Promise<EpochRecord[]> {
  if (resume === undefined) return []
  return earlierEpochs(join(dirname(resume), fileNames.history), rbm.training?.epoch ?? 0)
}

async function model(options: TrainCommand, given: Given, data: TrainingData) {
  const visible = data.train.shape[1]
  if (options.resume === undefined) {
    const seed = options.seed ?? new Rng().seed
    return { rbm: new RBM({ visible, hidden: options.hidden, seed }), image: data.image, seed }
  }
  const { rbm, image } = await loadRbm(options.resume, options)
  const before = rbm.training
  if (before === undefined)
    throw new UsageError(`expected ${options.resume} to hold a training that can be resumed; got a model without one`)
  if (rbm.visible !== visible)
    throw new UsageError(`expected the data to have ${rbm.visible} columns, as ${options.resume} has; got ${visible}`)
  if (given('hidden') && options.hidden !== rbm.hidden) {
    throw new UsageError(`expected --hidden to be ${rbm.hidden}, as in ${options.resume}; got ${options.hidden}`)
  }
  const seed = BigInt(before.settings.seed)
  return { rbm, image: data.image ?? image, seed: seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed }
}

// Parameters and momenta at 4 bytes, in the old file and in the new one; the pictures and the report besides.
function spaceFor({ visible, hidden }: RBM): number {
  return 16 * visible * hidden + 16e6
}

function opening({ session, rbm, data, noun, options, seed, backend }: TrainingRun): void {
  const what = options.resume === undefined ? `seed ${seed}` : `going on from ${options.resume}`
  session.opening(`RBM ${rbm.visible} x ${rbm.hidden}`, `${rowsInWords(data, noun)}; ${what}`, backend)
}

async function train(run: TrainingRun, given: Given, path: string | undefined): Promise<void> {
  const { session, rbm, options, data, test, noun, history, seed } = run
  const resume = options.resume !== undefined
  const fit = {
    ...trainingOptions({ ...options, ...(!resume && { seed }) }, given),
    ...((!resume || given('epochs')) && { epochs: options.epochs }),
    resume,
    monitor: MONITORED,
    ...(test && { validation: test }),
  }
  try {
    await trainingLoop({ session, rbm, data: data.train, noun, fit, history, between: (epoch) => between(run, epoch) })
  } catch (error) {
    throw await kept(run, error, resumeCommand(run, given, path))
  }
  await save(run)
}

/** Rows whose pseudo-likelihood each epoch reports. */
const MONITORED = 5000

// Brackets on the way: cruder than the last one, and about ten in all, so that they cost little beside the training.
const COARSE_STEPS = 1000
const BRACKETS = 10

// Often enough that a power failure costs little, and seldom enough that short epochs don't wait for the disk.
const SAVE_SECONDS = 20

/** At the end of an epoch: now and then the model is saved and its log-likelihood looked at. */
async function between(run: TrainingRun, { epoch, epochs }: FitProgress): Promise<Partial<EpochRecord>> {
  const { session, rbm, test, options, seed } = run
  if (performance.now() - run.saved > 1000 * SAVE_SECONDS) await save(run)
  const every = Math.ceil(epochs / BRACKETS)
  const wanted = test && options.aisSteps > 0 && (epoch === 1 || epoch % every === 0) && epoch < epochs
  if (!wanted) return {}
  const annealing = { chains: options.aisChains, steps: Math.min(COARSE_STEPS, options.aisSteps), raise: 0, seed }
  return { logLikelihood: (await bracketOf(session, rbm, test, annealing)).bracket }
}

/** Saves what a training that was cut short has reached, and says so in the error that it gives back. */
async function kept(run: TrainingRun, error: unknown, again: string): Promise<unknown> {
  if (!(error instanceof AbortError || error instanceof DivergenceError)) return error
  const at = run.rbm.training
  const stopped = error instanceof AbortError
  if (at === undefined || at.epoch + at.step === 0) {
    return stopped ? new Interrupted('stopped before the first step; nothing was saved', { cause: error }) : error
  }
  await save(run)
  const model = run.paths.model
  if (!stopped) return Object.assign(error, { message: `${error.message}. The last good model is in ${model}` })
  const where = at.step === 0 ? `after epoch ${at.epoch}` : `in epoch ${at.epoch + 1}, after step ${at.step}`
  return new Interrupted(`stopped ${where}; the model is in ${model}. To go on: ${again}`, { cause: error })
}

function resumeCommand({ options, paths }: TrainingRun, given: Given, path: string | undefined): string {
  const { mnist, test, out } = options
  const words = ['gibbsite train rbm', ...(path ? [quoted(path)] : []), ...(mnist === undefined ? [] : ['--mnist'])]
  if (typeof mnist === 'string') words.push(quoted(mnist))
  if (test !== undefined) words.push('--test', quoted(test))
  if (path !== undefined && test === undefined) words.push('--hold-out', String(options.holdOut))
  // The file knows how far its first run was to go, but not how far a later one.
  if (options.resume !== undefined && given('epochs')) words.push('--epochs', String(options.epochs))
  return [...words, '--out', quoted(out), '--resume', quoted(paths.model)].join(' ')
}
