/**
 * Tests of samples against what they should follow. Each gives a p-value; `Family` holds many of them against one level.
 *
 * Seeds of tests are fixed, so a test that passes keeps passing; the level says how surprising a sample may be.
 */

/** The level at which the statistical tests of this repository as a rule judge a whole family. */
export const LEVEL = 1e-3

/** p-values that are judged together: at the level given, all true hypotheses pass with probability 1 - level [Bonferroni]. */
export class Family {
  readonly #values = new Map<string, number>()

  constructor(readonly level: number = LEVEL) {}

  add(name: string, p: number): void {
    if (!(p >= 0 && p <= 1)) throw new Error(`expected the p-value of ${name} to be from 0 to 1; got ${p}`)
    if (this.#values.has(name)) throw new Error(`expected every p-value to have its own name; got ${name} twice`)
    this.#values.set(name, p)
  }

  /** What failed, one line each; empty when the family passes. At least one p-value is expected. */
  failures(): string[] {
    if (this.#values.size === 0) return ['no p-value was added']
    const each = this.level / this.#values.size
    return [...this.#values].filter(([, p]) => p < each).map(([name, p]) => `${name}: p = ${p} < ${each}`)
  }
}

/** P(|Z| >= |z|) for a standard normal Z. */
export function zTest(z: number): number {
  return Number.isFinite(z) ? gammaQ(0.5, (z * z) / 2) : 0
}

/** The mean of a sample against its known expectation and variance. */
export function meanTest(sample: ArrayLike<number>, mean: number, variance: number): number {
  return zTest((average(sample) - mean) / Math.sqrt(variance / sample.length))
}

/** A count of successes against their probability; exact enough where both n p and n (1 - p) are 10 or more. */
export function countTest(successes: number, n: number, p: number): number {
  return zTest((successes - n * p) / Math.sqrt(n * p * (1 - p)))
}

/** Pearson's chi-square against expected counts (each should be 5 or more); `lost` degrees of freedom besides one for the sum. */
export function chiSquareTest(observed: ArrayLike<number>, expected: ArrayLike<number>, lost = 0): number {
  let statistic = 0
  for (let i = 0; i < observed.length; i++) statistic += (observed[i]! - expected[i]!) ** 2 / expected[i]!
  return gammaQ((observed.length - 1 - lost) / 2, statistic / 2)
}

/** The same with equal expected counts. */
export function equalCountsTest(observed: ArrayLike<number>): number {
  const expected = average(observed)
  return chiSquareTest(observed, new Float64Array(observed.length).fill(expected))
}

/** Kolmogorov-Smirnov against a continuous distribution function; p asymptotic with Stephens' (1970) correction. */
export function kolmogorovSmirnovTest(sample: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort()
  const n = sorted.length
  let distance = 0
  for (let i = 0; i < n; i++) {
    const f = cdf(sorted[i]!)
    distance = Math.max(distance, (i + 1) / n - f, f - i / n)
  }
  const root = Math.sqrt(n)
  return kolmogorovQ((root + 0.12 + 0.11 / root) * distance)
}

/** 2 sum (-1)^(k-1) exp(-2 k^2 x^2) */
function kolmogorovQ(x: number): number {
  if (x < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x)
  return Math.min(1, Math.max(0, sum))
}

/**
 * Anderson-Darling against a continuous distribution function, which looks harder at the tails. p after Marsaglia and
 * Marsaglia (2004), good to about 2e-6, so not for levels below 1e-5.
 */
export function andersonDarlingTest(sample: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort()
  const n = sorted.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += (2 * i + 1) * (Math.log(cdf(sorted[i]!)) + Math.log(1 - cdf(sorted[n - 1 - i]!)))
  const z = -n - sum / n
  return Number.isFinite(z) ? Math.min(1, Math.max(0, 1 - andersonDarlingCdf(z))) : 0
}

function andersonDarlingCdf(z: number): number {
  const tail = [2.00012, 0.247105, -0.0649821, 0.0347962, -0.011672, 0.00168691]
  if (z < 2) return (Math.exp(-1.2337141 / z) / Math.sqrt(z)) * horner(tail, z)
  return Math.exp(-Math.exp(horner([1.0776, -2.30695, 0.43424, -0.082433, 0.008056, -0.0003146], z)))
}

/** Correlation of two independent samples of the same length: r sqrt(n) is about standard normal. */
export function correlationTest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return zTest(correlation(a, b) * Math.sqrt(a.length))
}

export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [average(a), average(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB]
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return ab / Math.sqrt(aa * bb)
}

export function average(sample: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < sample.length; i++) sum += sample[i]!
  return sum / sample.length
}

/** Mean of (x - center)^power. */
export function moment(sample: ArrayLike<number>, power: number, center = 0): number {
  let sum = 0
  for (let i = 0; i < sample.length; i++) sum += (sample[i]! - center) ** power
  return sum / sample.length
}

export function normalCdf(x: number): number {
  const tail = gammaQ(0.5, (x * x) / 2) / 2
  return x < 0 ? tail : 1 - tail
}

/** Gamma(a, x) / Gamma(a), the regularised upper incomplete gamma function. */
export function gammaQ(a: number, x: number): number {
  if (x <= 0) return 1
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 10_000 && term > sum * 1e-17; n++) sum += term *= x / (a + n)
  return sum
}

/** The continued fraction by the method of Lentz (1976). */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let product = d
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a)
    b += 2
    d = 1 / (b + numerator * d)
    c = b + numerator / c
    product *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return product
}

/** Lanczos (1964), g = 7, relative error below 1e-14. */
export function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const sum = coefficients.reduce((s, coefficient, i) => s + coefficient / (x + i), 0.99999999999980993)
  const t = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}
