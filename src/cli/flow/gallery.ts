/** What a trained flow is shown by: draws, completions, ways between images, or its density in the plane. */

import { current } from '../../backend/index.ts'
import { evaluateDensity } from '../../density/evaluate.ts'
import { resolveTarget } from '../../density/target.ts'
import type { Flow } from '../../flow/flow.ts'
import { oneHot } from '../../flow/one-hot.ts'
import type { Matrix } from '../../matrix.ts'
import { Rng } from '../../random/rng.ts'
import type { ImageShape } from '../data.ts'
import type { Chart } from '../report/chart.ts'
import type { Plate } from '../report/flow-report.ts'
import { type Completion, completionSheet, knownHalf, sides } from '../sheets.ts'
import { pick } from '../train-data.ts'
import { dataBounds } from './model.ts'
import {
  boxAround,
  densities,
  planeCounts,
  planeGrid,
  planeSheet,
  type TemperedDraws,
  temperatureSheet,
  waySheet,
} from './pictures.ts'
import type { FlowRun } from './state.ts'
import type { TargetRun } from './target.ts'

/** A plate and the file that its picture goes to. */
export type FiledPlate = Plate & { readonly file: string }

/** Draws all pictures that the rows of the data allow. */
export async function gallery(run: FlowRun): Promise<FiledPlate[]> {
  if (run.image) return imagePlates(run, run.image)
  return run.flow.dim === 2 && run.flow.context === 0 ? [await planePlate(run)] : []
}

async function imagePlates(run: FlowRun, image: ImageShape): Promise<FiledPlate[]> {
  const task = run.session.progress.task('pictures', 7)
  let done = 0
  const step = <Result>(result: Result): Result => {
    task.update(++done)
    return result
  }
  try {
    const shown = shownImages(run)
    const draws = step(await drawsPlate(run, image))
    const completions = await completionPlate(run, shown, image, step)
    return [draws, completions, step(await wayPlate(run, shown, image))]
  } finally {
    task.end()
  }
}

const TEMPERATURES = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
const DRAWS = 10

async function drawsPlate(run: FlowRun, image: ImageShape): Promise<FiledPlate> {
  const { flow, seed, session } = run
  const draws: TemperedDraws[] = []
  const context = flow.context > 0 ? oneHot(numbers(DRAWS, flow.context), flow.context) : undefined
  for (const temperature of TEMPERATURES) {
    const images = await flow.sample(DRAWS, { seed, temperature, ...(context && { context }), signal: session.signal })
    draws.push({ temperature, images })
  }
  return {
    file: 'samples.png',
    title: 'Samples',
    text: 'Each row is one draw from the base distribution, scaled by the temperature and sent through the flow backwards.',
    caption: 'Columns are temperatures: 1 is the model itself, below it the draws are more typical and less varied.',
    picture: temperatureSheet(draws, image),
  }
}

/** Images that the flow has not learnt from, with their context. */
interface Shown {
  readonly images: Matrix
  readonly labels: Uint8Array | undefined
}

const SHOWN = 10

/** One image of each label where there are labels, else the first ones. */
function shownImages({ data }: FlowRun): Shown {
  const [images, labels] = data.test ? [data.test, data.testLabels] : [data.train, data.labels]
  const kinds = labels && [...new Set(labels)].sort((a, b) => a - b).slice(0, SHOWN)
  const chosen = kinds ? kinds.map((kind) => labels.indexOf(kind)) : numbers(Math.min(SHOWN, images.shape[0]))
  return { images: pick(images, chosen), labels: labels && Uint8Array.from(chosen, (i) => labels[i]!) }
}

function numbers(count: number, below = count): number[] {
  return Array.from({ length: count }, (_, i) => i % below)
}

async function completionPlate(
  run: FlowRun,
  { images, labels }: Shown,
  image: ImageShape,
  step: (result: unknown) => unknown,
): Promise<FiledPlate> {
  const { flow, seed, session } = run
  const done: Completion[] = []
  for (const name of [...sides, 'random'] as const) {
    const known =
      name === 'random' ? new Rng(seed).split(0).bernoulli(image.height * image.width) : knownHalf(name, image)
    const mean = await flow.inpaint(images, known, {
      ...{ seed, bounds: dataBounds(images), signal: session.signal },
      ...contextOf(flow, labels),
    })
    step(done.push({ name, known, mean }))
  }
  return {
    file: 'completions.png',
    title: 'Completions',
    text: 'Half of an image is hidden, and the flow fills it in: the hidden pixels climb to where the density is high, the known ones stay.',
    caption: 'For each half: the cue that was given, and the best of four climbs.',
    picture: completionSheet(images, done, image),
  }
}

async function wayPlate({ flow, session }: FlowRun, { images, labels }: Shown, image: ImageShape): Promise<FiledPlate> {
  const count = images.shape[0]
  const next = numbers(count).map((i) => (i + 1) % count)
  const steps = 10
  const options = { steps, signal: session.signal, ...contextOf(flow, labels) }
  const all = await flow.interpolate(images, pick(images, next), options)
  const ways = numbers(count).map((i) =>
    pick(
      all,
      Array.from({ length: steps }, (_, k) => i * steps + k),
    ),
  )
  return {
    file: 'interpolations.png',
    title: 'Interpolations',
    text: 'Straight lines between two images, drawn where the flow is simple: in the space of its base distribution.',
    caption: 'Each row leads from one image to another; both ends are images of the data.',
    picture: waySheet(ways, image),
  }
}

function contextOf(flow: Flow, labels: Uint8Array | undefined): { context?: Matrix } {
  return flow.context > 0 ? { context: oneHot(labels!, flow.context) } : {}
}

async function planePlate({ flow, data, session }: FlowRun): Promise<FiledPlate> {
  const box = boxAround(data.train)
  const panels = [
    { name: 'data', values: planeCounts(data.train, box) },
    { name: 'flow', values: densities(await flow.logProb(planeGrid(box), { signal: session.signal })) },
  ]
  return {
    file: 'density.png',
    title: 'Density',
    text: 'The plane of the data: where the rows lie, and where the flow says they do.',
    caption: 'White is nothing, dark blue the most; each picture has its own scale.',
    picture: planeSheet(panels),
  }
}

const BOX_DRAWS = 4000

/** The target beside the flow, around draws of the flow. */
export async function targetPlate({ flow, target, seed, session }: TargetRun): Promise<FiledPlate> {
  const { signal } = session
  const box = boxAround(await flow.sample(BOX_DRAWS, { seed, signal }))
  const grid = planeGrid(box)
  const wanted = new Float64Array(grid.shape[0])
  evaluateDensity(current(), resolveTarget(target), Float64Array.from(grid.data), wanted, new Float64Array())
  const panels = [
    { name: 'target', values: densities(wanted) },
    { name: 'flow', values: densities(await flow.logProb(grid, { signal })) },
  ]
  return {
    file: 'density.png',
    title: 'Density',
    text: 'The plane around the draws of the flow: the density it was to follow, and its own.',
    caption: 'White is nothing, dark blue the most; each picture has its own scale.',
    picture: planeSheet(panels),
  }
}

// More would touch each other.
const SPECTRUM_POINTS = 50

/** The deviations 1 / S_ii of a flow that ends in a scaling, from the largest down; undefined for another flow. */
export function spectrumChart({ flow }: FlowRun): Chart | undefined {
  if (flow.layers.at(-1)!.kind !== 'rescale') return undefined
  const { scale, order } = flow.spectrum()
  const step = Math.max(1, Math.ceil(order.length / SPECTRUM_POINTS))
  const shown = numbers(order.length).filter((i) => i % step === 0 || i === order.length - 1)
  return {
    title: 'Deviations, largest first',
    description: 'One over the factor of each dimension: how far the data spread along it.',
    xLabel: 'dimension, by rank',
    unit: '',
    series: [{ name: '1 / S', color: 1, points: shown.map((i) => ({ x: i + 1, y: 1 / scale[order[i]!]! })) }],
    zero: true,
  }
}
