/** `gibbsite train planar --target`: a flow that learns to draw from a density known up to a factor. */

import type { BackendInfo } from '../../backend/backend.ts'
import { resolveTarget, type Target } from '../../density/target.ts'
import { AbortError, DivergenceError } from '../../errors.ts'
import type { DensityFitOptions, DensityFitProgress } from '../../flow/density-fit-options.ts'
import type { Flow } from '../../flow/flow.ts'
import { planar } from '../../flow/planar.ts'
import { Rng } from '../../random/rng.ts'
import { importance } from '../../sampling/importance.ts'
import type { ImportanceSample } from '../../sampling/importance-sample.ts'
import { testEnergyTarget } from '../../sampling/targets/test-energy.ts'
import { Interrupted, UsageError } from '../failure.ts'
import { prepareFolder } from '../folder.ts'
import { readTarget } from '../model-module.ts'
import { saveModel } from '../model-store.ts'
import { type Given, refuse } from '../options.ts'
import { timeLeft } from '../progress.ts'
import { Session } from '../session.ts'
import { fileNames, writeHistory, writePicture, writeText } from '../train-files.ts'
import { count, figure, spent } from '../words.ts'
import { type FiledPlate, targetPlate } from './gallery.ts'
import type { Architecture } from './kinds.ts'
import { sizeOf } from './model.ts'
import type { FlowCommand } from './options.ts'
import { pathOf } from './state.ts'
import { targetReport } from './target-report.ts'

export interface TargetCommand extends FlowCommand, Architecture {
  readonly target: string
}

/** A training on a target, and what came of it. */
export interface TargetRun {
  readonly session: Session
  readonly options: TargetCommand
  readonly target: Target
  readonly flow: Flow
  readonly seed: number | bigint
  readonly backend: BackendInfo
  readonly started: number
  readonly history: DensityFitProgress[]
}

const ofData = ['--mnist', '--rows', '--dequantize', '--resume', '--epochs', '--final-learning-rate', '--schedule']
const ofDataToo = ['--warmup', '--weight-decay', '--patience', '--test', '--hold-out', '--height', '--width']

export async function trainOnTarget(path: string | undefined, options: TargetCommand, given: Given): Promise<void> {
  if (path !== undefined)
    throw new UsageError(`expected data or --target, one of the two; got ${path} and ${options.target}`)
  refuse(given, [...ofData, ...ofDataToo], 'with data; got --target')
  const [session, started] = [new Session(options), performance.now()]
  await prepareFolder(options.out, 16e6)
  const target = await targetOf(options.target)
  const backend = await session.backend()
  const seed = options.seed ?? new Rng().seed
  const { layers, base } = options
  const flow = planar({ dim: resolveTarget(target).dim, layers, base, seed })
  const run: TargetRun = { session, options, target, flow, seed, backend, started, history: [] }
  session.opening(`Planar flow of ${sizeOf(flow)}`, `to follow ${options.target}; seed ${seed}`, backend)
  await train(run, given)
  await finish(run)
}

const energies = ['U1', 'U2', 'U3', 'U4'] as const

async function targetOf(name: string): Promise<Target> {
  const energy = energies.find((one) => one === name.toUpperCase())
  return energy === undefined ? readTarget(name) : testEnergyTarget({ energy })
}

async function train(run: TargetRun, given: Given): Promise<void> {
  const { session, options, flow, target, seed, history } = run
  const task = session.progress.task('training', 1)
  const onProgress = ({ step, steps, bound, secondsLeft }: DensityFitProgress) =>
    task.update(step / steps, `step ${step}/${steps} · bound ${figure(bound, 3)} · ${timeLeft(secondsLeft)}`)
  const fit: DensityFitOptions = {
    steps: options.steps,
    batch: given('batch') ? options.batch : undefined,
    learningRate: given('learningRate') ? options.learningRate : undefined,
    clip: options.clip,
    ...{ seed, signal: session.signal, onProgress },
  }
  try {
    for await (const progress of flow.fitDensity(target, fit)) {
      history.push(progress)
      const { step, steps, bound } = progress
      task.milestone(`step ${step}/${steps} · bound of log Z ${figure(bound, 3)}`)
    }
  } catch (error) {
    throw await kept(run, error)
  } finally {
    task.end()
  }
  await save(run)
}

async function save(run: TargetRun): Promise<void> {
  const { flow, seed, history } = run
  await saveModel(pathOf(run, fileNames.model), flow.toBytes(), undefined)
  const reports = { format: 'gibbsite-history-1', seed: String(seed), steps: history }
  await writeHistory(pathOf(run, fileNames.history), reports)
}

/** Saves what a training that was cut short has reached, and says so in the error that it gives back. */
async function kept(run: TargetRun, error: unknown): Promise<unknown> {
  if (!(error instanceof AbortError || error instanceof DivergenceError)) return error
  await save(run)
  const path = pathOf(run, fileNames.model)
  if (error instanceof DivergenceError) {
    return Object.assign(error, { message: `${error.message}. The last good model is in ${path}` })
  }
  return new Interrupted(`stopped after step ${run.history.at(-1)?.step ?? 0}; the model is in ${path}`, {
    cause: error,
  })
}

/** Draws with weights, which tell how near the flow has come. */
const DRAWS = 20_000

async function finish(run: TargetRun): Promise<void> {
  const { session, flow, target, seed } = run
  const seconds = (performance.now() - run.started) / 1000
  try {
    const weighed = await importance({ target, proposal: flow, draws: DRAWS, seed, signal: session.signal })
    const plates = flow.dim === 2 ? [await targetPlate(run)] : []
    for (const { file, picture } of plates) await writePicture(pathOf(run, file), picture)
    await writeText(pathOf(run, fileNames.report), targetReport(run, weighed, plates, seconds))
    summary(run, weighed, plates, seconds)
  } catch (error) {
    if (!(error instanceof AbortError)) throw error
    const model = pathOf(run, fileNames.model)
    throw new Interrupted(`stopped while the finished model was being looked at; it is in ${model}`, { cause: error })
  }
}

function summary(run: TargetRun, weighed: ImportanceSample, plates: readonly FiledPlate[], seconds: number): void {
  const { session, options, flow, history, seed } = run
  const { logNormalizer, ess, paretoK, warning } = weighed
  session.say(`trained ${count(history.at(-1)?.step ?? 0, 'step')} in ${spent(seconds, seed)}`)
  session.say(
    `log Z                ${figure(logNormalizer.value, 4)} (standard error ${figure(logNormalizer.standardError, 4)}; bound ${figure(history.at(-1)!.bound, 4)})`,
  )
  session.say(`effective draws      ${figure((100 * ess) / DRAWS, 1)} % (Pareto k ${figure(paretoK, 2)})`)
  if (warning !== undefined) session.warn(`! ${warning}`)
  const files = [fileNames.model, fileNames.history, fileNames.report, ...plates.map(({ file }) => file)]
  session.say(`${options.out}: ${files.join(', ')}`)
  session.result({
    command: 'train planar',
    out: options.out,
    target: options.target,
    model: { kind: 'flow', dim: flow.dim, layers: flow.layers.length },
    steps: history.at(-1)?.step ?? 0,
    bound: history.at(-1)?.bound,
    logNormalizer,
    ess: ess / DRAWS,
    paretoK,
    files: Object.fromEntries(files.map((file) => [file.replace(/\.\w+$/, ''), pathOf(run, file)])),
    seed,
    seconds,
    backend: run.backend,
  })
}
