/** Draws as Stan's CSV files: what CmdStan writes, and its tools, ArviZ and R's `posterior` read. */

import { ArgumentError, expected, show } from '../../errors.ts'
import { type DrawsInput, toDraws } from '../diagnostics/checked-draws.ts'
import type { DrawsLike } from '../draws.ts'
import { inStanOrder, stanStatistic, stanVariable } from './names.ts'
import { type RunFacts, runFacts } from './run-facts.ts'

/**
 * Draws in the layout of CmdStan's output, one text for each chain: comments with what is known of the run, the names of
 * the columns (`lp__`, `accept_stat__`, `stepsize__` ..., then the variables, `x[0]` as `x.1`), comments on the adaptation,
 * and a line for each draw. Numbers are written so that reading them gives the same bits.
 *
 * @example
 * toCsv(run).forEach((text, chain) => writeFileSync(`run-${chain + 1}.csv`, text))
 *
 * @throws ArgumentError on wrong draws, or a name that a CSV file can't hold
 */
export function toCsv(draws: DrawsInput): string[] {
  const checked = toDraws('draws', draws)
  const facts = runFacts(draws)
  const statistics = inStanOrder(Object.keys(checked.statistics ?? {}))
  const header = [...statistics.map(stanStatistic), ...checked.names.map(stanVariable)]
  header.forEach(checkColumn)
  return Array.from({ length: checked.shape[0] }, (_, chain) =>
    [...comments(checked, facts, chain), header.join(','), ...adaptation(facts, chain, checked.shape[0])]
      .concat(rows(checked, statistics, chain))
      .join('\n')
      .concat('\n'),
  )
}

function checkColumn(name: string, column: number, header: readonly string[]): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and their like would end the line
  if (name === '' || /[,"#\u0000-\u001f\u2028\u2029]/.test(name) || name !== name.trim()) {
    const wanted = 'to have names without commas, quotes, # and line breaks'
    throw new ArgumentError(expected('draws', wanted, show(name)))
  }
  if (header.indexOf(name) !== column) {
    throw new ArgumentError(expected('draws', 'to have names that differ in a Stan file', `${show(name)} twice`))
  }
}

function comments({ shape: [, draws] }: DrawsLike, { seed, warmup, thin }: RunFacts, chain: number): string[] {
  const every = thin ?? 1
  return [
    '# method = sample',
    `#   num_samples = ${draws * every}`,
    ...(warmup === undefined ? [] : [`#   num_warmup = ${warmup}`]),
    '#   save_warmup = 0',
    `#   thin = ${every}`,
    `# id = ${chain + 1}`,
    ...(seed === undefined ? [] : [`# random seed = ${seed}`]),
    '# written by gibbsite',
  ]
}

function adaptation({ adapted }: RunFacts, chain: number, chains: number): string[] {
  const step = adapted?.['stepSize']?.[chain]
  if (step === undefined) return []
  const lines = ['# Adaptation terminated', `# Step size = ${step}`]
  const metric = adapted?.['inverseMetric']
  if (metric === undefined) return lines
  const dim = metric.length / chains
  const diagonal = Array.from(metric.subarray(chain * dim, (chain + 1) * dim), number)
  return [...lines, '# Diagonal elements of inverse mass matrix:', `# ${diagonal.join(', ')}`]
}

function rows({ data, shape, statistics = {} }: DrawsLike, names: readonly string[], chain: number): string[] {
  const [, draws, variables] = shape
  const beside = names.map((name) => statistics[name]!)
  return Array.from({ length: draws }, (_, i) => {
    const at = chain * draws + i
    const own = Array.from(data.subarray(at * variables, (at + 1) * variables), number)
    return [...beside.map((values) => number(values[at]!)), ...own].join(',')
  })
}

/** As Stan writes it: `nan`, `inf`, `-inf`; -0 keeps its sign. */
function number(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return Object.is(value, -0) ? '-0' : String(value)
}
