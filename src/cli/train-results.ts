/** What follows a training: the bracket around its log-likelihood, the pictures, the report, the summary. */

import { AbortError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { Rng } from '../random/rng.ts'
import { head, type ImageShape } from './data.ts'
import { scoreLines } from './evaluate.ts'
import { Interrupted } from './failure.ts'
import type { Picture } from './report/page.ts'
import { rbmReport } from './report/rbm-report.ts'
import { decimal, duration } from './report/svg.ts'
import { bracketOf, independentUnits, type PixelScore, pixelScore, type Score } from './scores.ts'
import { completionSheet, fantasySheet, filterSheet, knownHalf, type Side, sides } from './sheets.ts'
import { pick, testBits } from './train-data.ts'
import { machineFacts, settingFacts, writePicture, writeText } from './train-files.ts'
import { save, type TrainingRun } from './train-run.ts'
import { count, figure } from './words.ts'

/** Seconds of each part, in order. */
type Timings = [name: string, seconds: number][]

interface Findings {
  readonly score?: Score | undefined
  readonly baseline?: number | undefined
  readonly pixels?: Partial<Record<Side, PixelScore>> | undefined
  readonly pictures: Partial<Record<'filters' | 'fantasies' | 'completions', Picture>>
  readonly timings: Timings
}

export async function finishTraining(run: TrainingRun): Promise<void> {
  try {
    const findings = await examine(run)
    await writeText(run.paths.report, report(run, findings))
    summary(run, findings)
  } catch (error) {
    if (!(error instanceof AbortError)) throw error
    throw new Interrupted(`stopped while the finished model was being looked at; it is in ${run.paths.model}`, {
      cause: error,
    })
  }
}

async function examine(run: TrainingRun): Promise<Findings> {
  const { options, test, data } = run
  const trained = run.history.at(-1)?.seconds ?? 0
  const timings: Timings = [['training', trained]]
  const timed = async <Result>(name: string, body: () => Promise<Result>): Promise<Result> => {
    const from = performance.now()
    const result = await body()
    timings.push([name, (performance.now() - from) / 1000])
    return result
  }
  const score = test && options.aisSteps > 0 ? await timed('log-likelihood', () => finalScore(run, test)) : undefined
  const baseline = test && independentUnits(data.train, test)
  const { image } = run
  if (!image) return { score, baseline, pictures: {}, timings }
  const pictures: Findings['pictures'] = { filters: filterSheet(run.rbm, image) }
  pictures.fantasies = await timed('fantasies', () => fantasies(run, image))
  const { picture, pixels } = await timed('completions', () => completions(run, image))
  pictures.completions = picture
  for (const name of ['filters', 'fantasies', 'completions'] as const)
    await writePicture(run.paths[name], pictures[name]!)
  return { score, baseline, pixels, pictures, timings }
}

/** The bracket of the finished model; it takes the place of the last epoch's in the history. */
async function finalScore(run: TrainingRun, test: Matrix): Promise<Score> {
  const { session, rbm, options, seed, history } = run
  const annealing = { chains: options.aisChains, steps: options.aisSteps, raise: options.raiseRows, seed }
  const score = await bracketOf(session, rbm, test, annealing)
  const last = history.at(-1)
  if (last) history[history.length - 1] = { ...last, logLikelihood: score.bracket }
  await save(run)
  return score
}

const FANTASY_CHAINS = 10
const MOMENTS = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000]

/** Chains from fair coins, looked at after ever more sweeps. */
async function fantasies({ session, rbm, seed }: TrainingRun, image: ImageShape): Promise<Picture> {
  const task = session.progress.task('fantasies', MOMENTS.at(-1)!)
  const coins = new Rng(seed).split(0).bernoulli(FANTASY_CHAINS * rbm.visible)
  let states = { data: coins, shape: [FANTASY_CHAINS, rbm.visible] as const }
  const moments = [{ sweep: 0, images: { data: Float32Array.from(coins), shape: states.shape } as Matrix }]
  try {
    for (let i = 1; i < MOMENTS.length; i++) {
      const [from, to] = [MOMENTS[i - 1]!, MOMENTS[i]!]
      const chains = { chains: FANTASY_CHAINS, sweeps: to - from, firstSweep: from, init: states, seed }
      const onProgress = ({ done }: { done: number }) => task.update(from + done)
      const next = await rbm.sample({ ...chains, signal: session.signal, onProgress })
      states = { data: next.states.data as typeof coins, shape: states.shape }
      moments.push({ sweep: to, images: next.probabilities })
    }
  } finally {
    task.end()
  }
  return fantasySheet(moments, image)
}

const SCORED_IMAGES = 200
const SHOWN_IMAGES = 10

/** Each half hidden in turn: some images for the eye, more for the score. */
async function completions(run: TrainingRun, image: ImageShape) {
  const { session, rbm, seed, data, test } = run
  const shown = pick(data.test ?? data.train, imagesToShow(data.testLabels, (data.test ?? data.train).shape[0]))
  const scored = head(test ?? testBits(data.train, 'threshold'), SCORED_IMAGES)
  const task = session.progress.task('completing halves', 2 * sides.length)
  const done: { name: Side; known: Uint8Array; mean: Matrix }[] = []
  const pixels: Partial<Record<Side, PixelScore>> = {}
  try {
    for (const [i, name] of sides.entries()) {
      const known = knownHalf(name, image)
      const onProgress = (from: number) => (at: { done: number; total: number }) =>
        task.update(2 * i + from + at.done / at.total)
      const options = { seed, signal: session.signal }
      const some = await rbm.complete(shown, known, { ...options, onProgress: onProgress(0) })
      done.push({ name, known, mean: some.mean })
      const many = await rbm.complete(scored, known, { ...options, onProgress: onProgress(1) })
      pixels[name] = pixelScore(scored, known, many.mean, data.train)
    }
  } finally {
    task.end()
  }
  return { picture: completionSheet(shown, done, image), pixels }
}

/** One image of each label where there are labels, else the first ones. */
function imagesToShow(labels: Uint8Array | undefined, count: number): number[] {
  const first = Array.from({ length: Math.min(count, SHOWN_IMAGES) }, (_, i) => i)
  if (labels === undefined) return first
  const kinds = [...new Set(labels)].sort((a, b) => a - b).slice(0, SHOWN_IMAGES)
  return kinds.map((kind) => labels.indexOf(kind))
}

function report(run: TrainingRun, { score, baseline, pixels, pictures, timings }: Findings): string {
  const { rbm, data, test, seed, history, backend, image } = run
  const { settings } = rbm.training!
  const total = (performance.now() - run.started) / 1000
  return rbmReport({
    dataName: data.name,
    visible: rbm.visible,
    hidden: rbm.hidden,
    noun: run.noun,
    trainRows: data.train.shape[0],
    testRows: test?.shape[0] ?? 0,
    method: methods[settings.method],
    history: { format: 'gibbsite-history-1', seed: String(seed), epochs: history },
    ...(score && { logLikelihood: score.bracket }),
    ...(score?.raise && { raise: score.raise }),
    ...(baseline !== undefined && { baseline }),
    ...pictures,
    ...(pixels && { completionNote: pixelNote(pixels) }),
    options: settingFacts(settings, history.length, rbm.hidden),
    machine: [...machineFacts(backend), ...(image ? [['image', `${image.height} × ${image.width}`] as const] : [])],
    timings: [...timings.map(([name, seconds]) => [name, duration(seconds)] as const), ['in all', duration(total)]],
    trainSeconds: timings[0]![1],
  })
}

const methods = {
  pcd: 'persistent contrastive divergence',
  cd: 'contrastive divergence',
  'pcd-pt': 'persistent contrastive divergence with parallel tempering',
}

function pixelNote(pixels: NonNullable<Findings['pixels']>): string {
  const scores = Object.values(pixels)
  const mean = (key: keyof PixelScore) => scores.reduce((sum, score) => sum + score[key], 0) / scores.length
  const percent = (part: number) => `${decimal(100 * part, 1)} %`
  return `${percent(mean('model'))} of the hidden pixels come out right; giving each pixel its commonest value gets ${percent(mean('commonest'))}.`
}

function summary(run: TrainingRun, { score, baseline, pixels, pictures, timings }: Findings): void {
  const { session, rbm, data, test, seed, history, backend, paths, options, image } = run
  const last = history.at(-1)
  const seconds = (performance.now() - run.started) / 1000
  const files = { model: paths.model, history: paths.history, report: paths.report }
  const sheets = Object.keys(pictures).map((name) => [name, paths[name as keyof typeof pictures]])
  session.say(
    `trained ${count(history.length, 'epoch')} in ${duration(timings[0]![1])} (${duration(seconds)} in all), seed ${seed}, backend ${backend.name}`,
  )
  if (score) for (const line of [`test, ${count(test!.shape[0], 'row')}`, ...scoreLines(score)]) session.say(line)
  if (score && baseline !== undefined) session.say(`  independent units  ${figure(baseline, 2)}`)
  if (pixels) session.say(pixelNote(pixels))
  session.say(
    `${options.out}: ${Object.values(paths)
      .map((path) => path.slice(options.out.length).replace(/^[/\\]/, ''))
      .join(', ')}`,
  )
  session.result({
    command: 'train rbm',
    out: options.out,
    files: { ...files, ...Object.fromEntries(sheets) },
    model: { kind: 'rbm', visible: rbm.visible, hidden: rbm.hidden, image },
    data: { name: data.name, train: data.train.shape[0], test: test?.shape[0] ?? 0 },
    settings: rbm.training!.settings,
    seed,
    epochs: history.length,
    lastEpoch: last,
    logLikelihood: score?.bracket,
    raise: score?.raise,
    independentUnits: baseline,
    completedPixels: pixels,
    seconds: { ...Object.fromEntries(timings), total: seconds },
    backend,
  })
}
