/** `/mcmc`: samples from a density that the request brings along, as an expression model in JSON and never as code. */

import * as check from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import type { Json } from '../io/model-file.ts'
import type { Seed } from '../random/key.ts'
import type { LongOptions } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type Summary, summaryInPieces } from '../sampling/diagnostics/summary.ts'
import type { Model } from '../sampling/expression/model.ts'
import { modelFromJson } from '../sampling/expression/model-json.ts'
import { metropolis } from '../sampling/metropolis.ts'
import { nuts } from '../sampling/nuts.ts'
import type { DrawBlock, SampleRun } from '../sampling/sample-run.ts'
import { type Answer, finiteOrNull, seedJson } from './answer.ts'
import { firstChainOf, known, seedOf } from './fields.ts'
import { checkRows, type Limits } from './limits.ts'
import type { Fields } from './operation.ts'

export interface McmcJob {
  readonly target: Model
  readonly sampler: 'nuts' | 'metropolis'
  readonly chains: number
  readonly warmup: number
  readonly draws: number
  readonly thin: number
  readonly firstChain: number
  readonly seed: Seed
}

const fieldNames = ['target', 'sampler', 'chains', 'warmup', 'draws', 'thin', 'firstChain', 'seed']
const MOST_CHAINS = 1024
const MOST_ITERATIONS = 10_000_000
/** Instructions and constants of the model times chains: a step of all chains then takes some milliseconds. */
const MOST_WORK = 2 ** 22
/** Models are compiled between other requests: larger ones would hold these up. Data of any length are one node. */
const MOST_NODES = 200
const MOST_JSON_NUMBERS = 2 ** 15

/** @throws ArgumentError of one sentence, before the work begins */
export function readMcmc(given: Fields, limits: Limits): McmcJob {
  const fields = known(given, fieldNames)
  if (typeof fields['target'] !== 'object' || fields['target'] === null) {
    throw new ArgumentError(expected('target', 'to be an expression model in JSON', typeof fields['target']))
  }
  checkSize(fields['target'] as { nodes?: unknown })
  const target = modelFromJson(fields['target'])
  const chains = check.positiveInteger('chains', fields['chains'] ?? 4, MOST_CHAINS)
  const draws = check.positiveInteger('draws', fields['draws'] ?? 1000, MOST_ITERATIONS)
  const density = target.toDensity()
  checkRows(limits, 'draws, of all chains', draws, chains * density.names.length)
  const size = density.kind === 'kernel' ? density.program.length + density.numbers.length : 0
  if (size * chains > MOST_WORK) {
    const got = `${size} for ${chains} chains`
    const most = Math.max(1, Math.floor(MOST_WORK / chains))
    throw new ArgumentError(expected('target', `to come to at most ${most} instructions and constants`, got))
  }
  return {
    ...{ target, chains, draws },
    sampler: check.oneOf('sampler', fields['sampler'] ?? 'nuts', ['nuts', 'metropolis'] as const),
    warmup: check.nonNegativeInteger('warmup', fields['warmup'] ?? 1000, MOST_ITERATIONS),
    thin: check.positiveInteger('thin', fields['thin'] ?? 1, 1000),
    firstChain: firstChainOf(fields, chains),
    seed: seedOf(fields),
  }
}

function checkSize({ nodes }: { nodes?: unknown }): void {
  if (!Array.isArray(nodes)) return // which the model's own checks say better
  if (nodes.length > MOST_NODES) {
    throw new ArgumentError(expected('target.nodes', `to be at most ${MOST_NODES} on this server`, nodes.length))
  }
  const numbers = nodes.reduce((sum, node) => sum + (Array.isArray(node?.[1]) ? node[1].length : 1), 0)
  if (numbers > MOST_JSON_NUMBERS) {
    throw new ArgumentError(expected('target.nodes', `to hold at most ${MOST_JSON_NUMBERS} numbers here`, numbers))
  }
}

/** The run: await it for the whole, or go through its blocks of draws. */
export function runMcmc({ sampler, ...job }: McmcJob, options: LongOptions): Stepwise<SampleRun, DrawBlock> {
  return (sampler === 'nuts' ? nuts : metropolis)({ ...job, ...options })
}

/** The whole run with its summary. */
export async function mcmcAnswer(job: McmcJob, run: SampleRun): Promise<Answer> {
  const { facts } = await mcmcEnd(job, run)
  return { facts, arrays: { draws: { data: run.data, shape: run.shape } } }
}

/** What is said after the draws: how they came about, and how far they can be trusted. */
export async function mcmcEnd({ sampler, firstChain }: McmcJob, run: SampleRun): Promise<Answer> {
  const [chains, draws] = run.shape
  const { warmup, thin, names } = run
  const { rows, warnings } = await summaryInPieces(run)
  const acceptanceRate = Array.from(run.acceptanceRate, finiteOrNull)
  const seed = seedJson(run.seed)
  const asked = { seed, sampler, chains, firstChain, draws, warmup, thin, names }
  return { facts: { ...asked, acceptanceRate, summary: rows.map(plain), warnings }, arrays: {} }
}

export function blockAnswer(block: DrawBlock): Answer {
  return { facts: { first: block.first }, arrays: { draws: { data: block.data, shape: block.shape } } }
}

function plain(row: Summary['rows'][number]): Record<string, Json> {
  const entries = Object.entries(row).map(([key, value]) => {
    return [key, typeof value === 'number' ? finiteOrNull(value) : value] as const
  })
  return Object.fromEntries(entries) as Record<string, Json>
}
