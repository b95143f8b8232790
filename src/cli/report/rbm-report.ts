/** The report of a training run of a restricted Boltzmann machine: one self-contained HTML page. */

import { type Chart, lineChart, type Point, type Series } from './chart.ts'
import type { Bracket, EpochRecord, History } from './history.ts'
import { data, type Fact, type Figure, facts, figures, numbers, type Picture, page, section, sheet } from './page.ts'
import { decimal, duration, escape } from './svg.ts'

export interface RbmReport {
  readonly dataName: string
  readonly visible: number
  readonly hidden: number
  /** What a row is called: "images" or "rows". */
  readonly noun: 'images' | 'rows'
  readonly trainRows: number
  readonly testRows: number
  readonly method: string
  readonly history: History
  /** Of the finished model; absent when it was not asked for. */
  readonly logLikelihood?: Bracket
  /** Of the same model by RAISE, on some rows, beside AIS on those. */
  readonly raise?: { readonly mean: number; readonly annealed: number; readonly rows: number }
  /** The base model, independent pixels: what knowing only each pixel's mean would score on the test rows. */
  readonly baseline?: number
  readonly fantasies?: Picture
  readonly completions?: Picture
  readonly completionNote?: string
  readonly filters?: Picture
  readonly options: readonly Fact[]
  readonly machine: readonly Fact[]
  readonly timings: readonly Fact[]
  readonly trainSeconds: number
}

/** @returns the HTML text of the report */
export function rbmReport(report: RbmReport): string {
  const { visible, hidden, dataName, trainRows, noun } = report
  const title = `RBM ${visible} × ${hidden} on ${dataName}`
  const lead = `A restricted Boltzmann machine with ${visible} visible and ${hidden} hidden units, trained by ${report.method} on ${decimal(trainRows, 0)} ${noun}.`
  const parts = [
    `<header>\n<p class="eyebrow">gibbsite · training report</p>\n<h1>${escape(title)}</h1>\n<p class="lead">${escape(lead)}</p>\n${figures(headline(report))}\n</header>`,
    learning(report),
    ...sheets(report),
    run(report),
    use(report),
    `<footer>Likelihoods are means in nats a row. The same numbers are in history.json beside this file.</footer>`,
    data('history', report.history),
  ]
  return page(title, parts.join('\n'))
}

/** "−103.2 … −102.8": a bracket as text. */
export function bracketText({ lower, upper }: Bracket): string {
  return `${decimal(lower, 1)} … ${decimal(upper, 1)}`
}

function headline({ logLikelihood, baseline, history, trainSeconds, noun }: RbmReport): Figure[] {
  const items: Figure[] = []
  const unit = noun === 'images' ? 'nats per image' : 'nats per row'
  if (logLikelihood) {
    const note = baseline === undefined ? '' : `; independent pixels reach ${decimal(baseline, 1)}`
    items.push({ name: 'Test log-likelihood', value: bracketText(logLikelihood), note: `${unit}${note}` })
  }
  const last = history.epochs.at(-1)
  if (last?.testPseudoLogLikelihood !== undefined) {
    const train = last.trainPseudoLogLikelihood
    const note = train === undefined ? unit : `${unit}; ${decimal(train, 1)} on training ${noun}`
    items.push({ name: 'Test pseudo-likelihood', value: decimal(last.testPseudoLogLikelihood, 1), note })
  }
  if (last?.freeEnergyGap !== undefined) {
    const note = `test minus training ${noun}; far above 0 means overfitting`
    items.push({ name: 'Free energy gap', value: decimal(last.freeEnergyGap, 2), note })
  }
  const speeds = history.epochs.map((epoch) => epoch.examplesPerSecond).sort((a, b) => a - b)
  const speed = speeds[speeds.length >> 1]
  const note = speed === undefined ? '' : `${decimal(speed, 0)} ${noun} a second`
  items.push({ name: 'Training time', value: duration(trainSeconds), note })
  return items
}

function learning({ history }: RbmReport): string {
  const { epochs } = history
  const charts = [pseudoLikelihood(epochs), likelihood(epochs), gap(epochs)].filter((chart) => chart !== undefined)
  if (charts.length === 0) return ''
  const drawn = charts.map(
    (chart) =>
      `<figure><figcaption><h3>${escape(chart.title)}</h3><p>${escape(chart.description)}</p></figcaption>\n${lineChart(chart)}</figure>`,
  )
  const text = 'How the model got there, epoch by epoch. Point at a dot for its numbers.'
  return section('Learning', text, `<div class="charts">\n${drawn.join('\n')}\n</div>\n${allEpochs(epochs)}`)
}

function points(epochs: readonly EpochRecord[], value: (epoch: EpochRecord) => number | undefined): Point[] {
  return epochs.flatMap((epoch) => {
    const y = value(epoch)
    return y === undefined ? [] : [{ x: epoch.epoch, y }]
  })
}

function pseudoLikelihood(epochs: readonly EpochRecord[]): Chart | undefined {
  const candidates: Series[] = [
    { name: 'train', color: 1, points: points(epochs, (epoch) => epoch.trainPseudoLogLikelihood) },
    { name: 'test', color: 2, points: points(epochs, (epoch) => epoch.testPseudoLogLikelihood) },
  ]
  const series = candidates.filter((one) => one.points.length > 0)
  if (series.length === 0) return undefined
  const description = 'How well each unit is predicted from all the others. Cheap, and higher is better.'
  return { title: 'Pseudo-likelihood', description, xLabel: 'epoch', unit: 'nats', series }
}

function likelihood(epochs: readonly EpochRecord[]): Chart | undefined {
  const bracketed = epochs.flatMap(({ epoch, logLikelihood }): Point[] => {
    if (!logLikelihood) return []
    const { ais, lower, upper } = logLikelihood
    return [{ x: epoch, y: ais, low: lower, high: upper }]
  })
  if (bracketed.length === 0) return undefined
  const description =
    'Test log-likelihood, estimated by annealing from both ends: AIS errs upward, reverse AIS downward.'
  const series: Series[] = [{ name: 'test', color: 2, points: bracketed }]
  return { title: 'Log-likelihood bracket', description, xLabel: 'epoch', unit: 'nats', series }
}

function gap(epochs: readonly EpochRecord[]): Chart | undefined {
  const series: Series[] = [{ name: 'gap', color: 1, points: points(epochs, (epoch) => epoch.freeEnergyGap) }]
  if (series[0]!.points.length === 0) return undefined
  const description = 'Mean free energy of test rows minus training rows: it climbs when the model overfits.'
  return { title: 'Free energy gap', description, xLabel: 'epoch', unit: 'nats', series, zero: true }
}

function allEpochs(epochs: readonly EpochRecord[]): string {
  const heads = ['epoch', 'seconds', 'rows/s', 'pseudo train', 'pseudo test', 'gap', 'log-lik. lower', 'upper']
  const rows = epochs.map((epoch) => [
    String(epoch.epoch),
    decimal(epoch.seconds, 2),
    decimal(epoch.examplesPerSecond, 0),
    cell(epoch.trainPseudoLogLikelihood),
    cell(epoch.testPseudoLogLikelihood),
    cell(epoch.freeEnergyGap),
    cell(epoch.logLikelihood?.lower),
    cell(epoch.logLikelihood?.upper),
  ])
  return `<details><summary>All numbers as a table</summary>${numbers(heads, rows, 'All epochs')}</details>`
}

function cell(value: number | undefined): string {
  return value === undefined ? '–' : decimal(value, 3)
}

function sheets({ fantasies, completions, completionNote, filters, hidden }: RbmReport): string[] {
  const parts: string[] = []
  if (fantasies) {
    const text = 'Left alone, the model dreams: each row is one Gibbs chain that starts from noise and runs on.'
    const caption =
      'Columns are counted in full sweeps. Shown is the probability of each pixel, given the hidden units.'
    parts.push(section('Fantasies', text, sheet(fantasies, caption)))
  }
  if (completions) {
    const text = `Half of an image the model has never seen is hidden, and the model fills it in from the other half. ${completionNote ?? ''}`
    const caption = 'For each half: the cue that was given, and the completion. Known pixels stay as they are.'
    parts.push(section('Completions', text.trim(), sheet(completions, caption)))
  }
  if (filters) {
    const text = `The weights of the ${decimal(hidden, 0)} hidden units, each shown as an image: what the unit looks for.`
    const caption =
      'Strongest first. Red switches the unit on, blue switches it off, white is nothing; each tile has its own scale.'
    parts.push(section('Filters', text, sheet(filters, caption)))
  }
  return parts
}

function run(report: RbmReport): string {
  const { options, machine, timings } = report
  const tables = [
    facts('Options', options),
    facts('Machine', machine),
    facts('Time', timings),
    ...likelihoodFacts(report),
  ]
  const text = 'With the same seed, data and options the same model comes out, byte for byte, on any machine.'
  return section('The run', text, `<div class="tables">\n${tables.join('\n')}\n</div>`)
}

function likelihoodFacts({ logLikelihood, raise, testRows }: RbmReport): string[] {
  if (!logLikelihood) return []
  const { ais, reverse, standardError, logZ } = logLikelihood
  const rows: Fact[] = [
    ['log Z', decimal(logZ, 2)],
    [reverse === undefined ? 'exact' : 'AIS', decimal(ais, 2)],
    ...(reverse === undefined ? [] : [['reverse AIS', decimal(reverse, 2)] as const]),
    ...(standardError === undefined ? [] : [['standard error', decimal(standardError, 2)] as const]),
  ]
  if (raise)
    rows.push([`RAISE, ${raise.rows} rows`, `${decimal(raise.mean, 2)}, where AIS says ${decimal(raise.annealed, 2)}`])
  return [facts(`Log-likelihood of ${decimal(testRows, 0)} test rows`, rows)]
}

function use({ completions }: RbmReport): string {
  const lines = [
    'gibbsite info model.safetensors',
    'gibbsite sample model.safetensors --chains 64 --sweeps 1000 --out dreams.png',
  ]
  if (completions) lines.push('gibbsite complete model.safetensors digits.npy --hide bottom --out completed.png')
  return section(
    'What to do with it',
    'The trained model is model.safetensors, beside this file.',
    `<pre>${escape(lines.join('\n'))}</pre>`,
  )
}
