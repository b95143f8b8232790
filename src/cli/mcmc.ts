/** `gibbsite mcmc`: samples from a model in a file. */

import type { Command } from 'commander'
import { resolveTarget, type Target } from '../density/target.ts'
import { AbortError, DensityError } from '../errors.ts'
import { writeFileAtomic } from '../io/files.node.ts'
import { summaryInPieces } from '../sampling/diagnostics/summary.ts'
import { toCsv } from '../sampling/exchange/stan-csv.ts'
import { metropolis } from '../sampling/metropolis.ts'
import { nuts } from '../sampling/nuts.ts'
import type { SampleRun } from '../sampling/sample-run.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { readTarget } from './model-module.ts'
import { choice, common, integer, type Seeded } from './options.ts'
import { timeLeft } from './progress.ts'
import { type CommonOptions, Session } from './session.ts'
import { plainRow, sayTable } from './summary-table.ts'
import { count, spent } from './words.ts'

interface McmcCommand extends CommonOptions, Seeded {
  readonly sampler?: 'nuts' | 'metropolis'
  readonly chains: number
  readonly warmup: number
  readonly draws: number
  readonly thin: number
  readonly out?: string
}

const examples = [
  'gibbsite mcmc eight-schools.ts --seed 1',
  'gibbsite mcmc model.mjs --sampler metropolis --chains 16 --draws 5000 --out draws.csv',
  'gibbsite mcmc model.json --json',
]

const forms = `
The model is a module (.ts, .mts, .js, .mjs, .cjs) that exports a target as default or as \`target\`: an expression model, a
built-in target, an object such as { dim, logDensity: (x) => number }, or a function that returns one of them. Or it is an
expression model as JSON (.json): what JSON.stringify(model) gives, or one written by hand, such as
  { "parameters": ["x", "y"], "logDensity": "-x^2 / 2 - 2 * (y - x^2)^2" }
TypeScript is read by Node from 22.18 on, before that by the \`typescript\` package of the model's project.
`

export function addMcmc(program: Command): void {
  const command = program
    .command('mcmc')
    .description('sample from a model by Markov-chain Monte Carlo')
    .argument('<model>', 'a module that exports the model, or a model as JSON')
    .addOption(
      choice('--sampler <name>', 'nuts needs a gradient (default: nuts where there is one)', ['nuts', 'metropolis']),
    )
    .option('--chains <n>', 'independent chains', integer(), 4)
    .option('--warmup <n>', 'iterations in which the sampler adapts', integer(0), 1000)
    .option('--draws <n>', 'draws of each chain', integer(), 1000)
    .option('--thin <n>', 'iterations for each draw', integer(), 1)
    .option('-o, --out <file>', "write the draws in the layout of Stan's CSV, chain after chain")
    .addHelpText('after', forms)
  common(command, examples).action(run)
}

/** What became of a run: all of it, or what there is. */
interface Outcome {
  readonly run: SampleRun
  /** Why there is no more. */
  readonly end?: AbortError | DensityError
}

async function run(path: string, options: McmcCommand): Promise<void> {
  const session = new Session(options)
  if (options.out !== undefined) {
    if (!options.out.endsWith('.csv')) throw new UsageError(`expected --out to end in .csv; got ${options.out}`)
    await prepareFile(options.out)
  }
  const target = await readTarget(path)
  const backend = await session.backend()
  const density = resolveTarget(target, 'model')
  const sampler = options.sampler ?? (density.hasGradient ? 'nuts' : 'metropolis')
  const chains = `${count(options.chains, 'chain')} of ${options.warmup} + ${options.draws * options.thin} iterations`
  session.opening(path, `${count(density.dim, 'coordinate')}; ${sampler}, ${chains}`, backend)
  const start = performance.now()
  const outcome = await sample(session, target, sampler, options)
  const seconds = (performance.now() - start) / 1000
  if (options.out !== undefined)
    await writeFileAtomic(options.out, new TextEncoder().encode(toCsv(outcome.run).join('')))
  await tell(session, { file: path, sampler, seconds, out: options.out, end: endOf(outcome, options) }, outcome.run)
}

/** Why there are no more draws, in words. */
function endOf({ end, run }: Outcome, { draws, out }: McmcCommand): Error | undefined {
  if (end === undefined || end instanceof DensityError) return end
  const kept = out === undefined ? 'the summary is of those' : `${out} holds those`
  return new Interrupted(`stopped after ${run.shape[1]} of ${draws} draws; ${kept}`)
}

async function sample(
  session: Session,
  target: Target,
  sampler: 'nuts' | 'metropolis',
  { chains, warmup, draws, thin, seed }: McmcCommand,
): Promise<Outcome> {
  const task = session.progress.task('sampling', warmup + draws * thin)
  const common = { target, chains, warmup, draws, thin, ...(seed !== undefined && { seed }), signal: session.signal }
  const onProgress = ({ done, secondsLeft }: { done: number; secondsLeft: number }) =>
    task.update(done, `${done < warmup ? 'warm-up' : 'draws'}, ${timeLeft(secondsLeft)}`)
  try {
    return { run: await (sampler === 'nuts' ? nuts : metropolis)({ ...common, onProgress }) }
  } catch (error) {
    const known = error instanceof AbortError || error instanceof DensityError
    if (!known || !hasDraws(error.partial)) throw error
    return { run: error.partial, end: error }
  } finally {
    task.end()
  }
}

function hasDraws(partial: unknown): partial is SampleRun {
  return ((partial as SampleRun | undefined)?.shape[1] ?? 0) > 0
}

interface Told {
  readonly file: string
  readonly sampler: string
  readonly seconds: number
  readonly out: string | undefined
  readonly end: Error | undefined
}

async function tell(session: Session, told: Told, draws: SampleRun): Promise<void> {
  const { file, sampler, seconds, out, end } = told
  const table = await summaryInPieces(draws)
  const [chains, each] = draws.shape
  sayTable(session, table)
  session.say(`${count(chains, 'chain')} of ${count(each, 'draw')}; ${spent(seconds, draws.seed)}`)
  if (out !== undefined) session.say(`${out}: the draws`)
  const result = {
    command: 'mcmc',
    file,
    sampler,
    chains,
    draws: each,
    warmup: draws.warmup,
    thin: draws.thin,
    seed: draws.seed,
    seconds,
    acceptanceRate: [...draws.acceptanceRate],
    summary: table.rows.map(plainRow),
    warnings: table.warnings,
    ...(out !== undefined && { out }),
  }
  session.result(result, end)
}
