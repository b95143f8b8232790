/** `gibbsite diagnose`: what draws in CSV files are worth. */

import { join } from 'node:path'
import type { Command } from 'commander'
import { inFile, readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import { type Summary, summaryInPieces } from '../sampling/diagnostics/summary.ts'
import type { DrawsLike } from '../sampling/draws.ts'
import { parseDraws } from '../sampling/exchange/parse-draws.ts'
import { reading } from './data.ts'
import { UsageError } from './failure.ts'
import { prepareFolder } from './folder.ts'
import { common, within } from './options.ts'
import { timeLeft } from './progress.ts'
import { diagnoseReport } from './report/diagnose-report.ts'
import { pairPlot } from './report/pair-plot.ts'
import { rankPlot } from './report/rank-plot.ts'
import { tracePlot } from './report/trace-plot.ts'
import { type CommonOptions, Session } from './session.ts'
import { plainRow, sayTable } from './summary-table.ts'
import { count } from './words.ts'

interface DiagnoseCommand extends CommonOptions {
  readonly hdi: number
  readonly variable?: readonly string[]
  readonly out?: string
}

const examples = [
  'gibbsite diagnose draws.csv',
  'gibbsite diagnose output_1.csv output_2.csv output_3.csv output_4.csv --out diagnosis',
  'gibbsite diagnose draws.csv --variable mu --variable tau --json',
]

const formats = `
Files: those of Stan (comments with #, columns that end in __ are statistics), or plain CSV with names in the first line or
without any. A file is a chain; one with a column "chain" or ".chain" holds several, as does one that repeats its header.
`

/** Variables in a picture when none are named. */
const MOST_TRACED = 16
const MOST_PAIRED = 6

export function addDiagnose(program: Command): void {
  const command = program
    .command('diagnose')
    .description('judge Monte-Carlo draws: means with errors, R-hat, effective sample sizes, pictures')
    .argument('<files...>', 'CSV files, of Stan or plain; several are chains of one run')
    .option('--hdi <p>', 'probability of the highest-density interval', within(0.01, 0.999), 0.94)
    .option('--variable <name>', 'only this variable (may be repeated; default: all)', collect)
    .option('-o, --out <folder>', 'write trace.svg, rank.svg, pairs.svg and report.html')
    .addHelpText('after', formats)
  common(command, examples, { seeded: false }).action(run)
}

function collect(name: string, before: readonly string[] = []): string[] {
  return [...before, name]
}

async function run(files: readonly string[], options: DiagnoseCommand): Promise<void> {
  const session = new Session(options)
  if (options.out !== undefined) await prepareFolder(options.out)
  const draws = only(await readAll(files), options.variable)
  const backend = await session.backend()
  const [chains, each, variables] = draws.shape
  const job = `${count(chains, 'chain')} of ${count(each, 'draw')}, ${count(variables, 'variable')}`
  session.opening(files.join(', '), job, backend)
  const task = session.progress.task('diagnosing', variables)
  const table = await summaryInPieces(draws, {
    hdiProbability: options.hdi,
    signal: session.signal,
    onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
  })
  task.end()
  sayTable(session, table)
  const written = options.out === undefined ? [] : await writePictures(session, options.out, files, draws, table)
  session.result({
    command: 'diagnose',
    files,
    chains,
    draws: each,
    summary: table.rows.map(plainRow),
    warnings: table.warnings,
    ...(written.length > 0 && { written }),
  })
}

async function readAll(files: readonly string[]): Promise<DrawsLike> {
  const texts: string[] = []
  for (const path of files) texts.push(new TextDecoder().decode(await reading(() => readFileBounded(path))))
  return inFile(files.join(', '), () => parseDraws(texts))
}

/** The draws of the named variables; all where none are named. */
function only(draws: DrawsLike, names: readonly string[] | undefined): DrawsLike {
  if (names === undefined) return draws
  const columns = names.map((name) => draws.names.indexOf(name))
  const missing = columns.indexOf(-1)
  if (missing >= 0) {
    const known = draws.names.slice(0, 20).join(', ')
    throw new UsageError(`expected --variable to be one of ${known}; got ${names[missing]}`)
  }
  const [chains, each, variables] = draws.shape
  const data = Float64Array.from(
    { length: chains * each * columns.length },
    (_, k) => draws.data[Math.floor(k / columns.length) * variables + columns[k % columns.length]!]!,
  )
  return { ...draws, data, names, shape: [chains, each, columns.length] }
}

async function writePictures(
  session: Session,
  folder: string,
  files: readonly string[],
  draws: DrawsLike,
  table: Summary,
): Promise<string[]> {
  const first = (most: number) => draws.names.slice(0, most).map((_, variable) => variable)
  const pictures = {
    trace: tracePlot({ draws, variables: first(MOST_TRACED) }),
    rank: rankPlot({ draws, variables: first(MOST_TRACED) }),
    pairs: pairPlot({ draws, variables: first(MOST_PAIRED) }),
  }
  const all = draws.names.length
  const note = `Pictures show the first ${MOST_TRACED} variables of ${all}, pairs the first ${MOST_PAIRED}; --variable names others.`
  const report = diagnoseReport({ files, table, pictures, ...(all > MOST_PAIRED && { note }) })
  if (all > MOST_PAIRED) session.note(note)
  const contents = {
    'trace.svg': pictures.trace,
    'rank.svg': pictures.rank,
    'pairs.svg': pictures.pairs,
    'report.html': report,
  }
  for (const [name, text] of Object.entries(contents)) {
    await writeFileAtomic(join(folder, name), new TextEncoder().encode(text))
  }
  const written = Object.keys(contents).map((name) => join(folder, name))
  session.say(`${folder}: ${Object.keys(contents).join(', ')}`)
  return written
}
