// What distributions refuse, in one sentence each.

import { describe, expect, test } from 'vitest'
import * as g from '#gibbsite'

const law = g.normal()
const refusals: Record<string, [() => unknown, string]> = {
  'a rate of 0': [() => g.exponential({ rate: 0 }), '`rate` to be a number above 0; got 0'],
  'a negative scale': [() => g.logistic({ scale: -1 }), '`scale` to be a number above 0; got -1'],
  'a location that is not a number': [() => g.cauchy({ location: NaN }), '`location` to be a finite number; got NaN'],
  'a misspelt option': [() => g.gumbel({ locatoin: 1 } as object), 'did you mean "location"?'],
  'no shape': [() => g.weibull({} as { shape: number }), '`shape` to be a number above 0; got undefined'],
  'an infinite shape': [() => g.pareto({ shape: Infinity }), '`shape` to be a number above 0; got Infinity'],
  'an sd of 0': [() => g.normal({ sd: 0 }), '`sd` to be a number above 0; got 0'],
  'an sd as text': [() => g.logNormal({ sd: '1' as unknown as number }), '`sd` to be a number above 0; got "1"'],
  'ends that are equal': [() => g.uniform({ low: 1, high: 1 }), '`high` to be above low, 1; got 1'],
  'ends that are too far apart': [() => g.uniform({ low: -1e308, high: 1e308 }), '`high - low` to be a finite number'],
  'a mode outside': [() => g.triangular({ low: 0, high: 1, mode: 2 }), '`mode` to be from low, 0, to high, 1; got 2'],
  'a probability of 0': [() => g.geometric({ p: 0 }), '`p` to be above 0; got 0'],
  'a probability above 1': [() => g.binomial({ n: 3, p: 1.5 }), '`p` to be a probability from 0 to 1; got 1.5'],
  'half a trial': [() => g.binomial({ n: 2.5, p: 0.5 }), '`n` to be an integer from 1 to 1000000000; got 2.5'],
  'a huge mean': [() => g.poisson({ mean: 1e10 }), '`mean` to be at most 1000000000; got 10000000000'],
  'a huge shape': [() => g.gamma({ shape: 1e8 }), '`shape` to be at most 10000000; got 100000000'],
  'a negative parameter': [() => g.beta({ a: 1, b: -1 }), '`b` to be a number above 0; got -1'],
  'no degrees of freedom': [() => g.studentT({ df: 0 }), '`df` to be a number above 0; got 0'],
  'weights of 0': [() => g.categorical({ weights: [0, 0] }), '`weights` to have one above 0; got only 0'],
  'an interval upside down': [() => g.truncatedNormal({ low: 1, high: 0 }), '`high` to be above low, 1; got 0'],
  'an interval out of reach': [() => g.truncatedNormal({ low: 1e9 }), '`low ... high` to lie within'],
  'no probability between': [
    () => g.truncated(g.beta({ a: 2, b: 2 }), { low: 1e-200, high: 2e-200 }),
    'to hold a probability above 0',
  ],
  'an interval outside': [() => g.truncated(g.exponential(), { high: -1 }), '`high` to be above low, 0; got -1'],
  'no integer between': [
    () => g.truncated(g.poisson({ mean: 1 }), { low: 2.1, high: 2.9 }),
    'to hold a probability above 0',
  ],
  'not a distribution': [
    () => g.truncated({} as g.Distribution, {}),
    '`distribution` to be a distribution on the line',
  ],
  'no components': [() => g.mixture([] as g.Distribution[]), '`components` to be an array of distributions'],
  'too few weights': [() => g.mixture([law, law], [1]), '`weights` to have 2 values; got 1'],
  'counts among numbers': [
    () => g.mixture([law, g.poisson({ mean: 1 })]),
    '`components` to be all continuous or all discrete',
  ],
  'rows among numbers': [
    () => g.mixture([law, g.multivariateNormal({ covariance: [[1]] })] as unknown as g.Distribution[]),
    'to be all distributions on the line, or all multivariate normal',
  ],
  'a probability beyond 1': [() => law.quantile(1.1), '`p` to be a probability from 0 to 1; got 1.1'],
  'a probability below 0 in an array': [
    () => law.quantileUpper([0.5, -0.1]),
    '`q` to be a probability from 0 to 1; got -0.1 at index 1',
  ],
  'a probability that is NaN': [() => law.quantile(NaN), '`p` to be a probability from 0 to 1; got NaN'],
  'a point that is NaN': [() => law.logPdf([0, NaN]), '`x` not to be NaN; got NaN at index 1'],
  'a point as text': [() => law.cdf('1' as unknown as number), '`x` to be a number or an array of numbers; got "1"'],
  'text among points': [() => law.cdf([1, '2'] as number[]), '`x` to hold numbers; got "2" at index 1'],
  'half a draw': [() => law.sample(1.5), '`n` to be a non-negative integer; got 1.5'],
  'an array of single precision': [
    () => law.sample(new Float32Array(2) as unknown as Float64Array),
    '`out` to be a number of draws or one of Float64Array',
  ],
  'a seed below 0': [() => law.sample(1, { seed: -1 }), '`seed` to be a non-negative safe integer'],
  'a first draw below 0': [() => law.sample(1, { seed: 1, first: -1 }), '`first` to be an integer from 0'],
  'a misspelt seed': [() => law.sample(1, { sed: 1 } as object), 'did you mean "seed"?'],
  'no function': [() => g.fromQuantile(3 as unknown as () => number), '`fn` to be a function; got 3'],
  'quantiles that fall': [() => g.fromQuantile((p) => -p), '`fn` not to fall'],
  'quantiles that are not numbers': [
    () => g.fromQuantile((p) => (p > 0.4 ? NaN : p)),
    '`fn` to give a finite number at p = 0.40625; got NaN',
  ],
  'a density that was not given': [
    () => g.fromQuantile((p) => p).pdf(0.5),
    '`options.logPdf` of fromQuantile to be given',
  ],
  'a distribution function that falls': [
    () => g.fromCdf({ cdf: (x) => x + 0.3 * Math.sin(20 * x) * x * (1 - x), low: 0, high: 1 }),
    '`cdf` not to fall; got',
  ],
  'a distribution function that starts above 0': [
    () => g.fromCdf({ cdf: (x) => 0.5 + x / 2, low: 0, high: 1 }),
    '`cdf` to be 0 at 0; got 0.5',
  ],
  'a distribution function that ends below 1': [
    () => g.fromCdf({ cdf: (x) => x / 2, low: 0, high: 1 }),
    '`cdf` to be 1 at 1; got 0.5',
  ],
  'a distribution function that is NaN': [
    () => g.fromCdf({ cdf: (x) => (x === 0.5 ? NaN : x), low: 0, high: 1 }),
    '`cdf` to give a number at x = 0.5; got NaN',
  ],
  'an infinite interval': [
    () => g.fromCdf({ cdf: (x) => x, low: 0, high: Infinity }),
    '`high` to be a finite number; got Infinity',
  ],
  'no interval': [
    () => g.fromDensity({ density: () => 1 } as unknown as g.DensityOptions),
    '`low` to be a finite number; got undefined',
  ],
  'a tolerance of 0': [
    () => g.fromDensity({ density: () => 1, low: 0, high: 1, tolerance: 0 }),
    '`tolerance` to be a number from 1e-12 to 0.001; got 0',
  ],
  'a negative density': [
    () => g.fromDensity({ density: (x) => x - 0.5, low: 0, high: 1 }),
    '`density` to be finite and at least 0 at x = 0.0',
  ],
  'a density that is NaN': [
    () => g.fromDensity({ density: (x) => Math.sqrt(x), low: -1, high: 1 }),
    '`density` to be finite and at least 0 at x = -0.',
  ],
  'a density of 0': [() => g.fromDensity({ density: () => 0, low: 0, high: 1 }), '`density` to be positive somewhere'],
  'a log density of plus infinity': [
    () => g.fromDensity({ logDensity: () => Infinity, low: 0, high: 1 }),
    '`logDensity` to be a number below plus infinity at x = 0.0',
  ],
  'a log density of minus infinity': [
    () => g.fromDensity({ logDensity: () => -Infinity, low: 0, high: 1 }),
    '`logDensity` to be positive somewhere',
  ],
  'both densities': [() => g.fromDensity({ density: () => 1, logDensity: () => 0, low: 0, high: 1 }), 'got both'],
  'a density that is no function': [
    () => g.fromDensity({ low: 0, high: 1 }),
    '`density` or `logDensity`, one of the two, to be a function; got undefined',
  ],
}

describe('refused', () => {
  test.each(Object.entries(refusals))('%s', (_, [call, sentence]) => {
    expect(call).toThrow(g.ArgumentError)
    expect(call).toThrow(sentence)
  })
})

test('a refused call uses up no draws', () => {
  const rng = new g.Rng(1)
  expect(() => law.sample(-1, rng)).toThrow(g.ArgumentError)
  expect(rng.state.position).toBe(0)
})

test('a quantile function that fails while drawing names the probability', () => {
  const broken = g.fromQuantile((p) => (p > 0.9999 ? Infinity : p))
  expect(() => broken.sample(100_000, { seed: 1 })).toThrow(
    /`fn` to give a finite number at p = 0\.9999\d+; got Infinity/,
  )
})
