/** Exact tests of "as often there as back", many at once. */

/** How often something went one way and the other. */
export interface Counts {
  readonly forth: number
  readonly back: number
}

/**
 * P(min(X, n - X) <= min(forth, back)) for X the heads of n = forth + back fair coins: the two-sided sign test, exact.
 * From + - * / alone, so the same everywhere.
 */
export function signTest({ forth, back }: Counts): number {
  const n = forth + back
  const fewer = Math.min(forth, back)
  let halvings = n
  // The probability of exactly `fewer`, kept in range by halving on the way.
  let term = 1
  for (let k = 1; k <= fewer; k++) {
    term *= (n - fewer + k) / k
    for (; term > 1 && halvings > 0; halvings--) term /= 2
  }
  for (; halvings > 0 && term > 0; halvings--) term /= 2
  let sum = 0
  for (let k = fewer; k >= 0 && term > 0; k--) {
    sum += term
    term *= k / (n - k + 1)
  }
  return Math.min(1, 2 * sum)
}

export interface Judgement<Test> {
  /** The smallest p-value, corrected for the number of tests; 1 where there is nothing to test. */
  readonly p: number
  /** The most significant test of the first group that fails; of all, where none does. */
  readonly worst: Test | null
}

/**
 * Many tests at a common level, by Bonferroni's correction as Tarone (1990) sharpened it: tests with so few events that
 * they could never reach the level are not counted, as their n says nothing about direction.
 *
 * @param groups the tests, those first that say most to a reader
 */
export function judge<Test extends Counts>(groups: readonly (readonly Test[])[], level: number): Judgement<Test> {
  const factor = testsThatCount(groups.flat(), level)
  let least: Found<Test> = { p: 1, test: null }
  let told: Test | null = null
  for (const group of groups) {
    const best = mostSignificant(group)
    if (told === null && best.p * factor < level) told = best.test
    if (best.p < least.p || least.test === null) least = best
  }
  return { p: Math.min(1, least.p * factor), worst: told ?? least.test }
}

interface Found<Test> {
  readonly p: number
  readonly test: Test | null
}

function mostSignificant<Test extends Counts>(tests: readonly Test[]): Found<Test> {
  let found: Found<Test> = { p: 1, test: null }
  for (const test of tests) {
    const p = signTest(test)
    if (p < found.p || found.test === null) found = { p, test }
  }
  return found
}

/** With factor K a test counts whose smallest p-value, 2^(1 - n), is at most level / K; K has to be at least their number. */
function testsThatCount(tests: readonly Counts[], level: number): number {
  const sizes = tests.map(({ forth, back }) => forth + back).sort((a, b) => b - a)
  let factor = 1
  while (factor < sizes.length && 2 ** (1 - sizes[factor]!) <= level / factor) factor++
  return factor
}
