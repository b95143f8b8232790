/** Draws held against known expectations, by the draws' own Monte-Carlo standard errors. */

import { type DrawsLike, summary } from '#gibbsite'

/** The values of functions of a draw, as the variables of new draws. */
export function functionsOf(
  { data, shape: [chains, draws, variables] }: DrawsLike,
  names: readonly string[],
  values: (row: Float64Array) => readonly number[],
): DrawsLike {
  const out = new Float64Array(chains * draws * names.length)
  for (let k = 0; k < chains * draws; k++) {
    out.set(values(data.subarray(k * variables, (k + 1) * variables)), k * names.length)
  }
  return { data: out, shape: [chains, draws, names.length], names }
}

/** One expectation: of what, and its true value. */
export interface Known {
  readonly name: string
  readonly value: (row: Float64Array) => number
  readonly expected: number
}

/** Means and squares of every variable from its true mean and standard deviation. */
export function moments(names: readonly string[], mean: ArrayLike<number>, sd: ArrayLike<number>): Known[] {
  return names.flatMap((name, i) => [
    { name: `mean of ${name}`, value: (row: Float64Array) => row[i]!, expected: mean[i]! },
    { name: `variance of ${name}`, value: (row: Float64Array) => (row[i]! - mean[i]!) ** 2, expected: sd[i]! ** 2 },
  ])
}

/** P(variable i <= at) for points with known probabilities. */
export function quantiles(name: string, i: number, points: readonly (readonly [at: number, p: number])[]): Known[] {
  return points.map(([at, p]) => ({
    name: `P(${name} <= ${at})`,
    value: (row) => (row[i]! <= at ? 1 : 0),
    expected: p,
  }))
}

/** What is farther from the truth than 4 standard errors, one line each, and what is known so badly that it says nothing. */
export function disagreements(run: DrawsLike, known: readonly Known[], leastDraws = 400): string[] {
  const names = known.map(({ name }) => name)
  const { rows } = summary(functionsOf(run, names, (row) => known.map(({ value }) => value(row))))
  return rows.flatMap(({ name, mean, mcse_mean, sd }, i) => {
    const z = (mean - known[i]!.expected) / mcse_mean
    const effective = (sd / mcse_mean) ** 2
    if (!(effective >= leastDraws)) return [`${name}: as good as ${effective.toFixed(0)} independent draws only`]
    return Math.abs(z) <= 4 ? [] : [`${name}: ${mean} for ${known[i]!.expected}, z = ${z.toFixed(1)}`]
  })
}
