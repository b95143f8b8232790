/** `gibbsite evaluate`: how probable a model finds given rows. */

import type { Command } from 'commander'
import { Rng } from '../random/rng.ts'
import { checkColumns, type Dataset, head, readData } from './data.ts'
import { UsageError } from './failure.ts'
import { evaluateFlow, type FlowEvaluation } from './flow/evaluate.ts'
import { FLOW } from './flow/model.ts'
import { checkKind, loadRbm, readModelFile } from './model-store.ts'
import { choice, common, type Given, givenTo, integer, refuse } from './options.ts'
import { bracketOf, type Score } from './scores.ts'
import { Session } from './session.ts'
import { type Binarize, mnist, testBits } from './train-data.ts'
import { count, figure, spent } from './words.ts'

interface EvaluateCommand extends FlowEvaluation {
  readonly binarize?: Binarize
  readonly aisChains: number
  readonly aisSteps: number
  readonly raiseRows: number
  readonly flips: number
}

const ofRbms = ['--binarize', '--ais-chains', '--ais-steps', '--raise-rows', '--flips']
const ofFlows = ['--dequantize']

const examples = [
  'gibbsite evaluate out/rbm-mnist/model.safetensors --mnist',
  'gibbsite evaluate model.safetensors test.npy --ais-chains 500 --ais-steps 30000 --json',
  'gibbsite evaluate out/glow/model.safetensors --mnist',
]

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('log-likelihood of given rows: by a flow exactly, by an RBM as a bracket')
    .argument('<model>', 'a .safetensors file of gibbsite')
    .argument('[data]', 'the rows: .npy or IDX')
    .option('--mnist [folder]', 'the test images of MNIST, instead of a data file')
    .option('--rows <n>', 'take only the first rows', integer())
    .addOption(
      choice('--binarize <how>', 'grey values to bits (default: sample, always the same bits)', [
        'sample',
        'threshold',
      ]),
    )
    .option('--ais-chains <n>', 'annealed chains in each direction', integer(), 100)
    .option('--ais-steps <n>', 'annealing steps', integer(), 10_000)
    .option('--raise-rows <n>', 'rows for RAISE, an estimate that errs downward', integer(0), 50)
    .option('--flips <n>', 'units of each row that the pseudo-likelihood looks at', integer(), 100)
    .option('--dequantize <n>', 'by a flow: grey levels of the rows (default: as the file says)', integer(2, 65_536))
  common(command, examples).action((path: string, input: string | undefined, options: EvaluateCommand) =>
    evaluate(path, input, options, givenTo(command)),
  )
}

async function evaluate(
  path: string,
  input: string | undefined,
  options: EvaluateCommand,
  given: Given,
): Promise<void> {
  const session = new Session(options)
  if ((input === undefined) === (options.mnist === undefined)) {
    throw new UsageError('expected a data file (.npy or IDX) or --mnist, one of the two; see gibbsite evaluate --help')
  }
  const { model } = await readModelFile(path)
  checkKind(path, model.kind, ['rbm', FLOW])
  if (model.kind === FLOW) {
    refuse(given, ofRbms, 'with an RBM; got a flow')
    return evaluateFlow(session, path, input, options)
  }
  refuse(given, ofFlows, 'with a flow; got another model')
  return evaluateRbm(session, path, input, options)
}

async function evaluateRbm(
  session: Session,
  path: string,
  input: string | undefined,
  options: EvaluateCommand,
): Promise<void> {
  const backend = await session.backend()
  const { rbm } = await loadRbm(path)
  const data = await chosenData(input, options)
  checkColumns(data.name, data, rbm.visible)
  const seed = options.seed ?? new Rng().seed
  const rows = testBits(options.rows === undefined ? data.rows : head(data.rows, options.rows), options.binarize)
  const all = rows.shape[0]
  session.opening(`RBM ${rbm.visible} x ${rbm.hidden}`, `${count(all, 'row')} of ${data.name}`, backend)
  const start = performance.now()
  const { signal } = session
  const flips = options.flips >= rbm.visible ? ('all' as const) : options.flips
  const pseudoLogLikelihood = await rbm.pseudoLogLikelihood(rows, { flips, seed, signal })
  const energies = await rbm.freeEnergy(rows, { signal })
  const freeEnergy = energies.reduce((sum, energy) => sum + energy, 0) / all
  const annealing = { chains: options.aisChains, steps: options.aisSteps, raise: options.raiseRows, seed }
  const score = await bracketOf(session, rbm, rows, annealing)
  for (const line of scoreLines(score)) session.say(line)
  session.say(`pseudo-likelihood    ${figure(pseudoLogLikelihood, 2)} nats a row`)
  session.say(`mean free energy     ${figure(freeEnergy, 2)}`)
  const seconds = (performance.now() - start) / 1000
  session.say(`${data.name}: ${count(all, 'row')}; ${spent(seconds, seed)}`)
  const result = { logLikelihood: score.bracket, raise: score.raise, pseudoLogLikelihood, freeEnergy }
  session.result({ command: 'evaluate', model: path, data: data.name, rows: all, ...result, seed, seconds, backend })
}

async function chosenData(input: string | undefined, options: EvaluateCommand): Promise<Dataset> {
  if (input !== undefined) return readData(input)
  const { name, test } = await mnist(options)
  return { name: `${name} (test)`, rows: test! }
}

/** The bracket in words. */
export function scoreLines({ bracket, raise }: Score): string[] {
  const { ais, reverse, lower, upper, logZ } = bracket
  const both = reverse === undefined ? '' : `AIS ${figure(ais, 2)}, reverse AIS ${figure(reverse, 2)}`
  const lines = [`log-likelihood       [${figure(lower, 2)} .. ${figure(upper, 2)}] nats a row`]
  lines.push(`  log Z              ${figure(logZ, 2)}${both ? '' : ' (exact)'}`)
  if (both) lines.push(`  estimates          ${both}`)
  if (raise)
    lines.push(
      `  RAISE              ${figure(raise.mean, 2)} on ${raise.rows} rows, where AIS says ${figure(raise.annealed, 2)}`,
    )
  return lines
}
