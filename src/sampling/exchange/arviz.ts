/** Draws as ArviZ's InferenceData, in the JSON form that `arviz.from_json` opens. */

import { ArgumentError, expected } from '../../errors.ts'
import { type DrawsInput, toDraws } from '../diagnostics/checked-draws.ts'
import type { DrawsLike } from '../draws.ts'
import { arvizStatistic, type Indexed, parseIndexed } from './names.ts'
import { type RunFacts, runFacts } from './run-facts.ts'

/** Numbers as arrays in arrays: [chain][draw], and further for variables that are arrays. */
export type Nested = number | boolean | readonly Nested[]

/** InferenceData as `arviz.InferenceData.to_dict` gives it; plain data, ready for `JSON.stringify`. */
export interface InferenceDataJson {
  /** Variables; `x[0]`, `x[1]` ... are one variable x of shape [chain, draw, n]. */
  readonly posterior: Readonly<Record<string, Nested>>
  /** `lp`, `acceptance_rate`, `step_size`, `tree_depth`, `n_steps`, `diverging`, `energy`, as far as they are known. */
  readonly sample_stats?: Readonly<Record<string, Nested>>
  readonly attrs: Readonly<Record<string, string | number>>
}

/**
 * Draws as InferenceData for ArviZ.
 *
 * @example
 * writeFileSync('run.json', JSON.stringify(toArviz(run)))
 * // and in Python:
 * //   import arviz as az
 * //   idata = az.from_json("run.json")
 * // or, without from_json:  idata = az.from_dict(**json.load(open("run.json")))
 *
 * @throws ArgumentError on wrong draws, or a number that is not finite, which JSON can't hold
 */
export function toArviz(draws: DrawsInput): InferenceDataJson {
  const checked = toDraws('draws', draws)
  checkFinite(checked)
  const names = Object.entries(checked.statistics ?? {})
  const stats = names.map(([name, values]) => [arvizStatistic(name), statistic(checked, name, values)])
  return {
    posterior: Object.fromEntries(groups(checked).map((group) => [group.name, nested(checked, group)])),
    ...(stats.length > 0 && { sample_stats: Object.fromEntries(stats) }),
    attrs: attributes(runFacts(draws)),
  }
}

/** A variable of ArviZ: columns of the draws in the order of its array. */
interface Group {
  readonly name: string
  readonly shape: readonly number[]
  readonly columns: readonly number[]
}

/** Columns whose names fill an array, each place once, become that array; others stay by themselves. */
function groups({ names }: DrawsLike): Group[] {
  const indexed = names.map(parseIndexed)
  const members = new Map<string, number[]>()
  for (const [column, { base }] of indexed.entries()) {
    const group = members.get(base)
    if (group === undefined) members.set(base, [column])
    else group.push(column)
  }
  return [...members].flatMap(([base, columns]) => {
    const whole = wholeArray(base, columns, indexed)
    return whole ? [whole] : columns.map((column) => ({ name: names[column]!, shape: [], columns: [column] }))
  })
}

function wholeArray(base: string, columns: readonly number[], indexed: readonly Indexed[]): Group | undefined {
  const rank = indexed[columns[0]!]!.index.length
  if (columns.some((column) => indexed[column]!.index.length !== rank)) return undefined
  const shape = Array.from({ length: rank }, (_, k) =>
    columns.reduce((most, column) => Math.max(most, indexed[column]!.index[k]! + 1), 0),
  )
  if (shape.reduce((size, side) => size * side, 1) !== columns.length) return undefined
  const place = (column: number) => indexed[column]!.index.reduce((at, i, k) => at * shape[k]! + i, 0)
  const sorted = [...columns].sort((a, b) => place(a) - place(b))
  return sorted.every((column, k) => place(column) === k) ? { name: base, shape, columns: sorted } : undefined
}

function nested({ data, shape: [chains, draws, variables] }: DrawsLike, group: Group): Nested {
  return Array.from({ length: chains }, (_, c) =>
    Array.from({ length: draws }, (_, i) => {
      const row = (c * draws + i) * variables
      return fold(group.shape, (k) => data[row + group.columns[k]!]!)
    }),
  )
}

function fold(shape: readonly number[], at: (k: number) => number, first = 0): Nested {
  const [side, ...rest] = shape
  if (side === undefined) return at(first)
  const size = rest.reduce((product, length) => product * length, 1)
  return Array.from({ length: side }, (_, i) => fold(rest, at, first + i * size))
}

function statistic({ shape: [chains, draws] }: DrawsLike, name: string, values: Float64Array): Nested {
  return Array.from({ length: chains }, (_, c) => {
    const chain = Array.from(values.subarray(c * draws, (c + 1) * draws))
    return name === 'divergent' ? chain.map((value) => value > 0) : chain
  })
}

function attributes({ seed, warmup, thin }: RunFacts): Record<string, string | number> {
  return {
    inference_library: 'gibbsite',
    ...(seed !== undefined && { seed: String(seed) }),
    ...(warmup !== undefined && { tuning_steps: warmup }),
    ...(thin !== undefined && { thinning: thin }),
  }
}

function checkFinite({ data, names, statistics = {} }: DrawsLike): void {
  const bad = data.findIndex((value) => !Number.isFinite(value))
  const wanted = 'to hold finite numbers, as JSON has no others'
  if (bad >= 0) {
    const got = `${data[bad]} in draw ${Math.floor(bad / names.length)} of ${names[bad % names.length]}`
    throw new ArgumentError(expected('draws', wanted, got))
  }
  for (const [name, values] of Object.entries(statistics)) {
    const at = values.findIndex((value) => !Number.isFinite(value))
    if (at >= 0) throw new ArgumentError(expected(`draws.statistics.${name}`, wanted, `${values[at]} in draw ${at}`))
  }
}
