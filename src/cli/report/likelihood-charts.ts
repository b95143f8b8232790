/** How a flow learnt from data, epoch by epoch: log-likelihood, and bits per dimension where there are grey levels. */

import type { EpochTime } from '../train-clock.ts'
import type { Chart, Point } from './chart.ts'
import type { Learning } from './flow-report.ts'
import { type Figure, numbers } from './page.ts'
import { decimal, duration } from './svg.ts'

/** One epoch. Likelihoods are means in nats a row; absent numbers were not measured in that epoch. */
export interface FlowEpoch extends EpochTime {
  /** Over the batches of the epoch, each with the parameters of its step. */
  readonly trainLogLikelihood: number
  readonly testLogLikelihood?: number
}

/** Grey levels of the data, and numbers in a row. */
export interface GreyRows {
  readonly levels: number
  readonly dim: number
}

/** @param grey where given, bits per dimension are shown, too */
export function likelihoodLearning(epochs: readonly FlowEpoch[], grey: GreyRows | undefined): Learning {
  const text = 'How the model got there, epoch by epoch. Point at a dot for its numbers.'
  const charts = epochs.length === 0 ? [] : [likelihood(epochs), ...(grey ? [bits(epochs, grey)] : [])]
  return { text, charts, table: allEpochs(epochs) }
}

function likelihood(epochs: readonly FlowEpoch[]): Chart {
  const description =
    'Exact, not estimated. Training rows as they were met during the epoch, test rows when it was over.'
  return { title: 'Log-likelihood', description, xLabel: 'epoch', unit: 'nats', series: series(epochs, (nats) => nats) }
}

function bits(epochs: readonly FlowEpoch[], { levels, dim }: GreyRows): Chart {
  const description = `The same in bits a number, for the ${levels} levels that the data had: lower is better.`
  const toBits = (nats: number) => Math.log2(levels) - nats / (dim * Math.LN2)
  return { title: 'Bits per dimension', description, xLabel: 'epoch', unit: 'bits', series: series(epochs, toBits) }
}

function series(epochs: readonly FlowEpoch[], shown: (nats: number) => number): Chart['series'] {
  const points = (key: 'trainLogLikelihood' | 'testLogLikelihood') =>
    epochs.flatMap((epoch): Point[] => {
      const nats = epoch[key]
      return nats === undefined ? [] : [{ x: epoch.epoch, y: shown(nats) }]
    })
  const candidates: Chart['series'] = [
    { name: 'train', color: 1, points: points('trainLogLikelihood') },
    { name: 'test', color: 2, points: points('testLogLikelihood') },
  ]
  return candidates.filter((one) => one.points.length > 0)
}

function allEpochs(epochs: readonly FlowEpoch[]): string {
  const heads = ['epoch', 'seconds', 'rows/s', 'log-lik. train', 'test']
  const rows = epochs.map(({ epoch, seconds, examplesPerSecond, trainLogLikelihood, testLogLikelihood }) => [
    String(epoch),
    decimal(seconds, 2),
    decimal(examplesPerSecond, 0),
    decimal(trainLogLikelihood, 3),
    testLogLikelihood === undefined ? '–' : decimal(testLogLikelihood, 3),
  ])
  return numbers(heads, rows, 'All epochs')
}

/** How long the training took, and how fast it was. */
export function speedFigure(epochs: readonly FlowEpoch[], noun: 'images' | 'rows', seconds: number): Figure {
  const speeds = epochs.map((epoch) => epoch.examplesPerSecond).sort((a, b) => a - b)
  const speed = speeds[speeds.length >> 1]
  const note = speed === undefined ? '' : `${decimal(speed, 0)} ${noun} a second`
  return { name: 'Training time', value: duration(seconds), note }
}
