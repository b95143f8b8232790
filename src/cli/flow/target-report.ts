/** The report of a flow that was trained on a density. */

import type { DensityFitProgress } from '../../flow/density-fit-options.ts'
import type { ImportanceSample } from '../../sampling/importance-sample.ts'
import type { Chart } from '../report/chart.ts'
import { flowReport, type Plate } from '../report/flow-report.ts'
import { type Figure, numbers } from '../report/page.ts'
import { decimal, duration } from '../report/svg.ts'
import { machineFacts } from '../train-files.ts'
import { sizeOf } from './model.ts'
import type { TargetRun } from './target.ts'

export function targetReport(
  run: TargetRun,
  weighed: ImportanceSample,
  plates: readonly Plate[],
  seconds: number,
): string {
  const { options, flow, history, seed } = run
  const last = history.at(-1)
  return flowReport({
    title: `Planar flow on ${options.target}`,
    lead: `A normalizing flow of ${sizeOf(flow)} that has learnt to draw from an unnormalised density of ${flow.dim} coordinates.`,
    scores: figures(run, weighed, seconds),
    learning: {
      text: 'The bound that training raises: log Z less the Kullback-Leibler divergence from the target.',
      charts: [boundChart(run)],
      table: numbers(['step', 'bound', 'learning rate'], history.map(historyRow), 'All reports'),
    },
    history: { format: 'gibbsite-history-1', seed: String(seed), steps: history },
    units: 'Log densities are in nats.',
    plates,
    options: [
      ['layers', String(flow.layers.length)],
      ['steps', String(last?.step ?? 0)],
      ['seed', String(seed)],
    ],
    machine: machineFacts(run.backend),
    timings: [['training', duration(seconds)]],
    commands: ['gibbsite info model.safetensors', 'gibbsite sample model.safetensors --chains 10000 --out samples.npy'],
  })
}

function figures({ history }: TargetRun, weighed: ImportanceSample, seconds: number): Figure[] {
  const { logNormalizer, ess, shape } = weighed
  const error = decimal(logNormalizer.standardError, 4)
  const bound = history.at(-1)?.bound
  const note = `standard error ${error}${bound === undefined ? '' : `; bound ${decimal(bound, 4)}`}`
  return [
    { name: 'log Z', value: decimal(logNormalizer.value, 3), note },
    {
      name: 'Effective draws',
      value: `${decimal((100 * ess) / shape[0], 1)} %`,
      note: `of ${decimal(shape[0], 0)} draws, weighted to speak for the target`,
    },
    { name: 'Training time', value: duration(seconds), note: '' },
  ]
}

// More would touch each other.
const MOST_POINTS = 100

function boundChart({ history }: TargetRun): Chart {
  const every = Math.max(1, Math.ceil(history.length / MOST_POINTS))
  const shown = history.filter((_, i) => i % every === 0 || i === history.length - 1)
  return {
    title: 'Lower bound of log Z',
    description:
      'Mean log weight of the draws of a hundred steps. At first the target is flattened, so early values lie low.',
    xLabel: 'step',
    unit: 'nats',
    series: [{ name: 'bound', color: 1, points: shown.map(({ step, bound }) => ({ x: step, y: bound })) }],
  }
}

function historyRow({ step, bound, learningRate }: DensityFitProgress): string[] {
  return [decimal(step, 0), decimal(bound, 4), learningRate.toExponential(2)]
}
