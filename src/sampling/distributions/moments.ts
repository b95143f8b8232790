/** Means and variances by numerical integration, for laws without a closed form. */

import { exponentiate, type Law } from './distribution.ts'

export interface Moments {
  readonly mean: number
  readonly variance: number
}

/** Steps of the rule from the middle to either end, where the smaller tail is below 1e-300. */
const REACH = 6.1
const STEPS = 1024

/**
 * Integrals over (0, 1) of functions of a probability, by the double exponential rule [Takahasi and Mori 1974]: p =
 * 1 / (1 + exp(-pi sinh t)). The nodes crowd at both ends as no other rule's, so quantiles that grow there without bound
 * are integrated too. `tails` are the probabilities of the smaller tail, `weights` those of the rule.
 */
const rule = makeRule()

function makeRule(): { readonly tails: Float64Array; readonly weights: Float64Array } {
  const tails = new Float64Array(STEPS)
  const weights = new Float64Array(STEPS)
  const step = REACH / STEPS
  for (let i = 0; i < STEPS; i++) {
    const t = (i + 0.5) * step
    const e = Math.exp(-Math.PI * Math.sinh(t))
    tails[i] = e / (1 + e)
    weights[i] = step * Math.PI * Math.cosh(t) * (e / (1 + e) ** 2)
  }
  return { tails, weights }
}

/**
 * Mean and variance of a law by integrating its quantiles; exact to some 1e-12 where both are finite. NaN where the
 * integral does not converge within the tails that the law's quantiles resolve.
 */
export function momentsByQuantiles(law: Pick<Law, 'quantile'>): Moments {
  const lower = rule.tails.slice()
  const upper = rule.tails.slice()
  law.quantile(lower, false)
  law.quantile(upper, true)
  const mean = integrate(lower, (x) => x) + integrate(upper, (x) => x)
  const square = (x: number) => (x - mean) ** 2
  return { mean, variance: integrate(lower, square) + integrate(upper, square) }
}

/** Of the sum of absolute values, at the end of the tail, where terms are to have died away. */
const LAST_TERM = 1e-9

/** Half of the integral: the sum from the far end of a tail, where terms are smallest, to the middle. */
function integrate(quantiles: Float64Array, f: (x: number) => number): number {
  let [sum, size, last] = [0, 0, 0]
  for (let i = STEPS - 1; i >= 0; i--) {
    // Where the probability beside the tail rounds to 1 a quantile may be infinite.
    if (!Number.isFinite(quantiles[i]!)) continue
    const term = rule.weights[i]! * f(quantiles[i]!)
    if (size === 0) last = Math.abs(term)
    sum += term
    size += Math.abs(term)
  }
  return last > LAST_TERM * size || !Number.isFinite(size) ? Number.NaN : sum
}

/** Tails that sums leave out. */
const NEGLIGIBLE = 1e-25
/** More integers are summed as if they were continuous. */
const MOST_TERMS = 1 << 20

/** Mean and variance of a law on integers, by summing over all that have a probability to speak of. */
export function momentsBySums(law: Pick<Law, 'quantile' | 'logPdf'>): Moments {
  const [first, last] = [Float64Array.of(NEGLIGIBLE), Float64Array.of(NEGLIGIBLE)]
  law.quantile(first, false)
  law.quantile(last, true)
  if (last[0]! - first[0]! > MOST_TERMS) return momentsByQuantiles(law)
  const integers = Float64Array.from({ length: last[0]! - first[0]! + 1 }, (_, i) => first[0]! + i)
  const masses = integers.slice()
  law.logPdf(masses)
  exponentiate(masses)
  const sum = (f: (x: number) => number) => integers.reduce((total, x, i) => total + masses[i]! * f(x), 0)
  const mean = sum((x) => x)
  return { mean, variance: sum((x) => (x - mean) ** 2) }
}
