/** One training of a flow from data to report: reads, checks, trains, measures, draws, writes. */

import { dirname, join } from 'node:path'
import { AbortError, DivergenceError, IllConditionedError } from '../../errors.ts'
import type { Flow } from '../../flow/flow.ts'
import { oneHot } from '../../flow/one-hot.ts'
import { Rng } from '../../random/rng.ts'
import type { ImageShape } from '../data.ts'
import { Interrupted, UsageError } from '../failure.ts'
import { prepareFolder } from '../folder.ts'
import { type Given, quoted } from '../options.ts'
import { Session } from '../session.ts'
import { rowsInWords } from '../train-data.ts'
import { earlierEpochs, fileNames } from '../train-files.ts'
import { readFlowData } from './data.ts'
import type { Architecture, FlowKind } from './kinds.ts'
import { flowLoop } from './loop.ts'
import { loadFlow, parametersOf, sizeOf } from './model.ts'
import { type FlowCommand, fitOptions } from './options.ts'
import { finishFlow } from './results.ts'
import { type FlowData, type FlowRun, pathOf, save } from './state.ts'

type Options = FlowCommand & Architecture

export async function trainFlow(
  kind: FlowKind,
  path: string | undefined,
  options: Options,
  given: Given,
): Promise<void> {
  const run = await prepare(kind, path, options)
  opening(run)
  await train(run, given, path)
  await finishFlow(run)
}

/** All that can be wrong with the command line comes out here, before the work begins. */
async function prepare(kind: FlowKind, path: string | undefined, options: Options): Promise<FlowRun> {
  const [session, started] = [new Session(options), performance.now()]
  await prepareFolder(options.out)
  const data = await readFlowData(kind, path, options)
  const backend = await session.backend()
  const { flow, image, seed } = await model(kind, options, data)
  await prepareFolder(options.out, spaceFor(flow))
  const noun = image ? 'images' : 'rows'
  const before = options.resume === undefined ? [] : await earlier(options.resume, flow)
  return { session, kind, options, data, flow, image, noun, seed, backend, history: before, started, saved: started }
}

/** What the runs before have noted of this training. */
function earlier(resume: string, flow: Flow) {
  return earlierEpochs<FlowRun['history'][number]>(join(dirname(resume), fileNames.history), flow.training?.epoch ?? 0)
}

interface Model {
  readonly flow: Flow
  readonly image: ImageShape | undefined
  readonly seed: number | bigint
}

async function model(kind: FlowKind, options: Options, data: FlowData): Promise<Model> {
  const { image, levels, classes } = data
  const dim = data.train.shape[1]
  if (options.resume === undefined) {
    const seed = options.seed ?? new Rng().seed
    return { flow: kind.make(options, { dim, image, grey: levels !== undefined, classes, seed }), image, seed }
  }
  const { resume } = options
  const { flow, image: stored } = await loadFlow(resume, options)
  if (flow.training === undefined)
    throw new UsageError(`expected ${resume} to hold a training that can be resumed; got a model without one`)
  if (flow.dim !== dim)
    throw new UsageError(`expected the data to have ${flow.dim} columns, as ${resume} has; got ${dim}`)
  if (flow.context !== classes) {
    throw new UsageError(
      `expected ${flow.context === 0 ? 'no --classes' : '--classes'}, as in ${resume}; got other rows`,
    )
  }
  const seed = BigInt(flow.training.settings.seed)
  return { flow, image: image ?? stored, seed: seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed }
}

// Parameters and two moments of each at 4 bytes, in the old file and in the new one; pictures and report besides.
function spaceFor(flow: Flow): number {
  return 24 * parametersOf(flow) + 16e6
}

function opening({ session, kind, flow, data, noun, options, seed, backend }: FlowRun): void {
  const what = options.resume === undefined ? `seed ${seed}` : `going on from ${options.resume}`
  session.opening(`${kind.title} of ${sizeOf(flow)}`, `${rowsInWords(data, noun)}; ${what}`, backend)
}

async function train(run: FlowRun, given: Given, path: string | undefined): Promise<void> {
  const { options, seed } = run
  const { labels, test, testLabels, classes, levels } = run.data
  const context = classes > 0 && {
    context: oneHot(labels!, classes),
    ...(test && { validationContext: oneHot(testLabels!, classes) }),
  }
  try {
    await flowLoop(run, {
      ...fitOptions(options, given, { seed, levels }),
      ...context,
      ...(test && { validation: test }),
    })
  } catch (error) {
    throw await kept(run, error, resumeCommand(run, given, path))
  }
  await save(run)
}

/** Saves what a training that was cut short has reached, and says so in the error that it gives back. */
async function kept(run: FlowRun, error: unknown, again: string): Promise<unknown> {
  const path = pathOf(run, fileNames.model)
  if (error instanceof DivergenceError || error instanceof IllConditionedError) {
    await save(run)
    return Object.assign(error, { message: `${error.message}. The last good model is in ${path}` })
  }
  if (!(error instanceof AbortError)) return error
  const at = run.flow.training
  if (at === undefined || at.epoch + at.step === 0) {
    return new Interrupted('stopped before the first step; nothing was saved', { cause: error })
  }
  await save(run)
  const where = at.step === 0 ? `after epoch ${at.epoch}` : `in epoch ${at.epoch + 1}, after step ${at.step}`
  return new Interrupted(`stopped ${where}; the model is in ${path}. To go on: ${again}`, { cause: error })
}

function resumeCommand({ kind, options }: FlowRun, given: Given, path: string | undefined): string {
  const { mnist, test, out, holdOut, rows } = options
  const words = [`gibbsite train ${kind.command}`, ...(path ? [quoted(path)] : [])]
  if (mnist !== undefined) words.push('--mnist', ...(typeof mnist === 'string' ? [quoted(mnist)] : []))
  if (options.classes) words.push('--classes')
  if (rows !== undefined) words.push('--rows', String(rows))
  if (test !== undefined) words.push('--test', quoted(test))
  if (path !== undefined && test === undefined) words.push('--hold-out', String(holdOut))
  // The file knows how far its first run was to go, but not how far a later one.
  if (options.resume !== undefined && given('epochs')) words.push('--epochs', String(options.epochs))
  return [...words, '--out', quoted(out), '--resume', quoted(join(out, fileNames.model))].join(' ')
}
