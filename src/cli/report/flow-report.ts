/** The report of a flow's training: one self-contained HTML page. */

import { type Chart, lineChart } from './chart.ts'
import { data, type Fact, type Figure, facts, figures, type Picture, page, section, sheet } from './page.ts'
import { escape } from './svg.ts'

/** A picture of the trained model, with the words around it. */
export interface Plate {
  readonly title: string
  readonly text: string
  readonly caption: string
  readonly picture: Picture
}

/** How the model got where it is. */
export interface Learning {
  readonly text: string
  readonly charts: readonly Chart[]
  /** The same numbers as an HTML table. */
  readonly table: string
}

export interface FlowReport {
  /** "Real NVP on MNIST" */
  readonly title: string
  /** "A flow of 12 layers and 3,000 parameters, trained by maximum likelihood on 60,000 images." */
  readonly lead: string
  /** The numbers that say how good it is, the most telling first. */
  readonly scores: readonly Figure[]
  readonly learning: Learning
  /** What is in history.json, for programs that read reports. */
  readonly history: object
  /** What the numbers of the report are, in one sentence. */
  readonly units: string
  readonly plates: readonly Plate[]
  /** Of NICE: the factors of its last layer. */
  readonly spectrum?: Chart | undefined
  readonly options: readonly Fact[]
  readonly machine: readonly Fact[]
  readonly timings: readonly Fact[]
  /** Commands to try on the model. */
  readonly commands: readonly string[]
}

/** @returns the HTML text of the report */
export function flowReport(report: FlowReport): string {
  const { title, lead } = report
  const parts = [
    `<header>\n<p class="eyebrow">gibbsite · training report</p>\n<h1>${escape(title)}</h1>\n<p class="lead">${escape(lead)}</p>\n${figures(report.scores)}\n</header>`,
    ...(report.learning.charts.length > 0 ? [learning(report.learning)] : []),
    ...report.plates.map(({ title, text, caption, picture }) => section(title, text, sheet(picture, caption))),
    ...(report.spectrum ? [spectrumSection(report.spectrum)] : []),
    run(report),
    section(
      'What to do with it',
      'The trained model is model.safetensors, beside this file.',
      `<pre>${escape(report.commands.join('\n'))}</pre>`,
    ),
    `<footer>${escape(report.units)} The same numbers are in history.json beside this file.</footer>`,
    data('history', report.history),
  ]
  return page(title, parts.join('\n'))
}

function learning({ text, charts, table }: Learning): string {
  const all = `<details><summary>All numbers as a table</summary>${table}</details>`
  return section('Learning', text, `${drawn(charts)}\n${all}`)
}

function drawn(charts: readonly Chart[]): string {
  const parts = charts.map(
    (chart) =>
      `<figure><figcaption><h3>${escape(chart.title)}</h3><p>${escape(chart.description)}</p></figcaption>\n${lineChart(chart)}</figure>`,
  )
  return `<div class="charts">\n${parts.join('\n')}\n</div>`
}

function spectrumSection(chart: Chart): string {
  const text =
    'The last layer scales every dimension by a factor of its own: those that it hardly scales are where the data vary.'
  return section('Spectrum', text, drawn([chart]))
}

function run({ options, machine, timings }: FlowReport): string {
  const tables = [facts('Options', options), facts('Machine', machine), facts('Time', timings)]
  const text = 'With the same seed, data and options the same model comes out, byte for byte, on any machine.'
  return section('The run', text, `<div class="tables">\n${tables.join('\n')}\n</div>`)
}
