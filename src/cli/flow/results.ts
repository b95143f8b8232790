/** What follows a flow's training: its score on test rows, the pictures, the report, the summary. */

import { AbortError } from '../../errors.ts'
import { oneHot } from '../../flow/one-hot.ts'
import { Interrupted } from '../failure.ts'
import { flowReport } from '../report/flow-report.ts'
import { likelihoodLearning, speedFigure } from '../report/likelihood-charts.ts'
import type { Fact, Figure } from '../report/page.ts'
import { decimal, duration } from '../report/svg.ts'
import { fileNames, machineFacts, spaced, writePicture, writeText } from '../train-files.ts'
import { count } from '../words.ts'
import { scoreLines } from './evaluate.ts'
import { type FiledPlate, gallery, spectrumChart } from './gallery.ts'
import { parametersOf, sizeOf } from './model.ts'
import { type FlowScore, scoreOf } from './score.ts'
import { type FlowRun, pathOf } from './state.ts'

/** Seconds of each part, in order. */
type Timings = [name: string, seconds: number][]

interface Findings {
  readonly score?: FlowScore | undefined
  readonly plates: readonly FiledPlate[]
  readonly timings: Timings
}

export async function finishFlow(run: FlowRun): Promise<void> {
  try {
    const findings = await examine(run)
    await writeText(pathOf(run, fileNames.report), report(run, findings))
    summary(run, findings)
  } catch (error) {
    if (!(error instanceof AbortError)) throw error
    const model = pathOf(run, fileNames.model)
    throw new Interrupted(`stopped while the finished model was being looked at; it is in ${model}`, { cause: error })
  }
}

async function examine(run: FlowRun): Promise<Findings> {
  const timings: Timings = [['training', run.history.at(-1)?.seconds ?? 0]]
  const timed = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    const from = performance.now()
    const result = await body()
    timings.push([name, (performance.now() - from) / 1000])
    return result
  }
  const score = run.data.test && (await timed('log-likelihood', () => testScore(run)))
  const plates = await timed('pictures', () => gallery(run))
  for (const { file, picture } of plates) await writePicture(pathOf(run, file), picture)
  return { score, plates, timings }
}

function testScore({ session, flow, data, seed }: FlowRun): Promise<FlowScore> {
  const context = flow.context > 0 ? oneHot(data.testLabels!, flow.context) : undefined
  return scoreOf(session, flow, { rows: data.test!, levels: data.levels, context }, seed)
}

function report(run: FlowRun, { score, plates, timings }: Findings): string {
  const { kind, flow, data, noun, seed, history, backend, image } = run
  const total = (performance.now() - run.started) / 1000
  return flowReport({
    title: `${kind.title} on ${data.name}`,
    lead: `A normalizing flow of ${sizeOf(flow)}, trained by maximum likelihood on ${decimal(data.train.shape[0], 0)} ${noun}.`,
    scores: [...(score ? scores(run, score) : []), speedFigure(history, noun, timings[0]![1])],
    learning: likelihoodLearning(
      history,
      data.levels === undefined ? undefined : { levels: data.levels, dim: flow.dim },
    ),
    history: { format: 'gibbsite-history-1', seed: String(seed), epochs: history },
    units: 'Likelihoods are means in nats a row.',
    plates,
    spectrum: spectrumChart(run),
    options: settingFacts(run),
    machine: [...machineFacts(backend), ...(image ? [['image', `${image.height} × ${image.width}`] as const] : [])],
    timings: [...timings.map(([name, seconds]) => [name, duration(seconds)] as const), ['in all', duration(total)]],
    commands: commands(run),
  })
}

function scores({ noun, history }: FlowRun, { logLikelihood, standardError, bitsPerDim }: FlowScore): Figure[] {
  const train = history.at(-1)?.trainLogLikelihood
  const unit = noun === 'images' ? 'nats per image' : 'nats per row'
  const beside = train === undefined ? '' : `; ${decimal(train, 1)} on training ${noun}`
  const figures = [{ name: 'Test log-likelihood', value: decimal(logLikelihood, 1), note: `${unit}${beside}` }]
  if (bitsPerDim !== undefined) {
    figures.push({ name: 'Bits per dimension', value: decimal(bitsPerDim, 3), note: 'of test rows; lower is better' })
  }
  const error = Number.isFinite(standardError) ? decimal(standardError, 2) : undefined
  return error === undefined
    ? figures
    : [...figures, { name: 'Standard error', value: error, note: `${unit}, of the test log-likelihood` }]
}

/** The settings of the training for the report's table, those that are off left out. */
function settingFacts({ flow, history }: FlowRun): Fact[] {
  const settings = Object.entries(flow.training!.settings).flatMap(([name, value]): Fact[] => {
    if (value === null || value === undefined || value === 0) return []
    return [[spaced(name), typeof value === 'object' ? JSON.stringify(value) : String(value)]]
  })
  const best: Fact[] = flow.training!.best ? [['best epoch', String(flow.training!.best.epoch)]] : []
  return [['layers', String(flow.layers.length)], ['epochs', String(history.length)], ...best, ...settings]
}

function commands({ image, flow }: FlowRun): string[] {
  const model = fileNames.model
  const lines = [`gibbsite info ${model}`]
  if (!image) return [...lines, `gibbsite sample ${model} --chains 1000 --out samples.npy`]
  lines.push(`gibbsite sample ${model} --chains 64 --temperature 0.8 --out samples.png`)
  if (flow.context > 0) lines.push(`gibbsite sample ${model} --label 7 --out sevens.png`)
  return [...lines, `gibbsite inpaint ${model} digits.npy --hide bottom --out inpainted.png`]
}

function summary(run: FlowRun, { score, plates, timings }: Findings): void {
  const { session, kind, flow, data, seed, history, backend, options, image } = run
  const seconds = (performance.now() - run.started) / 1000
  const inAll = `${duration(timings[0]![1])} (${duration(seconds)} in all)`
  session.say(`trained ${count(history.length, 'epoch')} in ${inAll}, seed ${seed}, backend ${backend.name}`)
  const lines = score ? [`test, ${count(data.test!.shape[0], 'row')}`, ...scoreLines(score)] : []
  for (const line of lines) session.say(line)
  const best = flow.training!.best
  if (best && best.epoch < history.length)
    session.say(`kept are the parameters of epoch ${best.epoch}, the best on the test rows`)
  const files = ['model', 'history', 'report'] as const
  const sheets = plates.map(({ file }) => file)
  session.say(`${options.out}: ${[...files.map((name) => fileNames[name]), ...sheets].join(', ')}`)
  const named = [
    ...files.map((name) => [name, fileNames[name]]),
    ...sheets.map((file) => [file.replace('.png', ''), file]),
  ]
  session.result({
    command: `train ${kind.command}`,
    out: options.out,
    files: Object.fromEntries(named.map(([name, file]) => [name, pathOf(run, file!)])),
    model: { kind: 'flow', dim: flow.dim, layers: flow.layers.length, parameters: parametersOf(flow), image },
    data: { name: data.name, train: data.train.shape[0], test: data.test?.shape[0] ?? 0, levels: data.levels },
    settings: flow.training!.settings,
    seed,
    epochs: history.length,
    lastEpoch: history.at(-1),
    bestEpoch: flow.training!.best,
    ...score,
    seconds: { ...Object.fromEntries(timings), total: seconds },
    backend,
  })
}
