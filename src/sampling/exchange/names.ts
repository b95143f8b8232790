/** What variables and statistics are called here, in Stan's CSV files and in ArviZ. */

/** Statistics beside the draws, in the order of Stan's columns. */
const statistics = [
  { name: 'logDensity', stan: 'lp__', arviz: 'lp' },
  { name: 'acceptance', stan: 'accept_stat__', arviz: 'acceptance_rate' },
  { name: 'stepSize', stan: 'stepsize__', arviz: 'step_size' },
  { name: 'treeDepth', stan: 'treedepth__', arviz: 'tree_depth' },
  { name: 'leapfrogs', stan: 'n_leapfrog__', arviz: 'n_steps' },
  { name: 'divergent', stan: 'divergent__', arviz: 'diverging' },
  { name: 'energy', stan: 'energy__', arviz: 'energy' },
] as const

/** Statistics in Stan's order; those that Stan does not have come last. */
export function inStanOrder(names: readonly string[]): string[] {
  const known = statistics.map(({ name }) => name).filter((name) => names.includes(name))
  return [...known, ...names.filter((name) => !(known as string[]).includes(name))]
}

export function stanStatistic(name: string): string {
  return statistics.find((one) => one.name === name)?.stan ?? `${name}__`
}

/** The statistic of a column of Stan's; undefined for the column of a variable. */
export function statisticOfStan(column: string): string | undefined {
  if (!column.endsWith('__') || column.length === 2) return undefined
  return statistics.find((one) => one.stan === column)?.name ?? column.slice(0, -2)
}

export function arvizStatistic(name: string): string {
  return statistics.find((one) => one.name === name)?.arviz ?? name
}

/** A variable and its place in an array of that name: `x[2,0]` is x at [2, 0]; `mu` is mu at []. */
export interface Indexed {
  readonly base: string
  readonly index: readonly number[]
}

export function parseIndexed(name: string): Indexed {
  const found = /^([^[\]]+)((?:\[\d{1,9}(?:,\d{1,9})*\])+)$/.exec(name)
  if (found === null) return { base: name, index: [] }
  return { base: found[1]!, index: [...found[2]!.matchAll(/\d+/g)].map(([digits]) => Number(digits)) }
}

/** `x[2,0]` as Stan has it, counted from one: `x.3.1`. */
export function stanVariable(name: string): string {
  const { base, index } = parseIndexed(name)
  return [base, ...index.map((i) => i + 1)].join('.')
}

export function variableOfStan(column: string): string {
  const found = /^(.+?)((?:\.[1-9]\d{0,8})+)$/.exec(column)
  if (found === null) return column
  const index = found[2]!.slice(1).split('.')
  return `${found[1]}[${index.map((i) => Number(i) - 1).join(',')}]`
}
