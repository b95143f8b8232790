/** The report of a flow's training: one self-contained HTML page. */

import type { EpochTime } from '../train-clock.ts'
import { type Chart, lineChart, type Point } from './chart.ts'
import type { History } from './history.ts'
import { data, type Fact, type Figure, facts, figures, numbers, type Picture, page, section, sheet } from './page.ts'
import { decimal, duration, escape } from './svg.ts'

/** One epoch. Likelihoods are means in nats a row; absent numbers were not measured in that epoch. */
export interface FlowEpoch extends EpochTime {
  /** Over the batches of the epoch, each with the parameters of its step. */
  readonly trainLogLikelihood: number
  readonly testLogLikelihood?: number
}

/** A picture of the trained model, with the words around it. */
export interface Plate {
  readonly title: string
  readonly text: string
  readonly caption: string
  readonly picture: Picture
}

export interface FlowReport {
  /** "Real NVP on MNIST" */
  readonly title: string
  /** "A flow of 12 layers and 3,000 parameters, trained by maximum likelihood on 60,000 images." */
  readonly lead: string
  /** What a row is called: "images" or "rows". */
  readonly noun: 'images' | 'rows'
  /** The numbers that say how good it is, the most telling first. */
  readonly scores: readonly Figure[]
  readonly history: History<FlowEpoch>
  /** Levels a number of the data has, and numbers in a row: then bits per dimension are shown, too. */
  readonly discrete?: { readonly levels: number; readonly dim: number } | undefined
  readonly plates: readonly Plate[]
  readonly options: readonly Fact[]
  readonly machine: readonly Fact[]
  readonly timings: readonly Fact[]
  readonly trainSeconds: number
  /** Commands to try on the model. */
  readonly commands: readonly string[]
}

/** @returns the HTML text of the report */
export function flowReport(report: FlowReport): string {
  const { title, lead } = report
  const parts = [
    `<header>\n<p class="eyebrow">gibbsite · training report</p>\n<h1>${escape(title)}</h1>\n<p class="lead">${escape(lead)}</p>\n${figures([...report.scores, training(report)])}\n</header>`,
    learning(report),
    ...report.plates.map(({ title, text, caption, picture }) => section(title, text, sheet(picture, caption))),
    run(report),
    section(
      'What to do with it',
      'The trained model is model.safetensors, beside this file.',
      `<pre>${escape(report.commands.join('\n'))}</pre>`,
    ),
    `<footer>Likelihoods are means in nats a row. The same numbers are in history.json beside this file.</footer>`,
    data('history', report.history),
  ]
  return page(title, parts.join('\n'))
}

function training({ history, noun, trainSeconds }: FlowReport): Figure {
  const speeds = history.epochs.map((epoch) => epoch.examplesPerSecond).sort((a, b) => a - b)
  const speed = speeds[speeds.length >> 1]
  const note = speed === undefined ? '' : `${decimal(speed, 0)} ${noun} a second`
  return { name: 'Training time', value: duration(trainSeconds), note }
}

function learning({ history: { epochs }, discrete }: FlowReport): string {
  if (epochs.length === 0) return ''
  const charts = [likelihood(epochs), ...(discrete ? [bits(epochs, discrete)] : [])]
  const drawn = charts.map(
    (chart) =>
      `<figure><figcaption><h3>${escape(chart.title)}</h3><p>${escape(chart.description)}</p></figcaption>\n${lineChart(chart)}</figure>`,
  )
  const text = 'How the model got there, epoch by epoch. Point at a dot for its numbers.'
  return section('Learning', text, `<div class="charts">\n${drawn.join('\n')}\n</div>\n${allEpochs(epochs)}`)
}

function likelihood(epochs: readonly FlowEpoch[]): Chart {
  const description =
    'Exact, not estimated. Training rows as they were met during the epoch, test rows when it was over.'
  return { title: 'Log-likelihood', description, xLabel: 'epoch', unit: 'nats', series: series(epochs, (nats) => nats) }
}

function bits(epochs: readonly FlowEpoch[], { levels, dim }: NonNullable<FlowReport['discrete']>): Chart {
  const description = `The same in bits a pixel, for the ${levels} grey levels that the data had: lower is better.`
  const toBits = (nats: number) => bitsPerDim(nats, levels, dim)
  return { title: 'Bits per dimension', description, xLabel: 'epoch', unit: 'bits', series: series(epochs, toBits) }
}

/** Bits per dimension of data with so many levels, from the log density of the same data scaled to [0, 1]. */
export function bitsPerDim(nats: number, levels: number, dim: number): number {
  return (Math.log(levels) - nats / dim) / Math.LN2
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
  return `<details><summary>All numbers as a table</summary>${numbers(heads, rows, 'All epochs')}</details>`
}

function run({ options, machine, timings }: FlowReport): string {
  const tables = [facts('Options', options), facts('Machine', machine), facts('Time', timings)]
  const text = 'With the same seed, data and options the same model comes out, byte for byte, on any machine.'
  return section('The run', text, `<div class="tables">\n${tables.join('\n')}\n</div>`)
}
