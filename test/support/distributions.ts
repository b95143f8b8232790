/** Every kind of distribution once or more, for tests that hold laws over all of them. */

import {
  beta,
  binomial,
  categorical,
  cauchy,
  chiSquare,
  type Distribution,
  exponential,
  fromCdf,
  fromDensity,
  fromQuantile,
  gamma,
  geometric,
  gumbel,
  halfNormal,
  laplace,
  logistic,
  logNormal,
  mixture,
  normal,
  pareto,
  poisson,
  rayleigh,
  studentT,
  triangular,
  truncated,
  truncatedNormal,
  uniform,
  weibull,
} from '#gibbsite'

type Make = () => Distribution

/** Continuous distributions with quantiles to the last places. */
export const continuous: Record<string, Make> = {
  uniform: () => uniform({ low: -1, high: 3 }),
  exponential: () => exponential({ rate: 2 }),
  logistic: () => logistic({ location: 0.5, scale: 2 }),
  laplace: () => laplace({ location: -1, scale: 0.5 }),
  cauchy: () => cauchy({ location: 1 }),
  weibull: () => weibull({ shape: 1.7, scale: 2 }),
  'weibull, a pole at 0': () => weibull({ shape: 0.6 }),
  gumbel: () => gumbel({ location: 2, scale: 3 }),
  pareto: () => pareto({ shape: 4.5, scale: 3 }),
  triangular: () => triangular({ low: 0, mode: 1, high: 3 }),
  'triangular, mode at the end': () => triangular({ low: -2, mode: 0, high: 0 }),
  normal: () => normal({ mean: 1, sd: 2 }),
  logNormal: () => logNormal({ mean: 1, sd: 0.5 }),
  rayleigh: () => rayleigh({ scale: 1.5 }),
  halfNormal: () => halfNormal({ scale: 2 }),
  truncatedNormal: () => truncatedNormal({ low: -1, high: 2 }),
  'truncatedNormal, off the mean': () => truncatedNormal({ mean: 1, sd: 2, low: 4, high: 6 }),
  'truncatedNormal, far in the tail': () => truncatedNormal({ low: 8, high: 9 }),
  'truncatedNormal, farther': () => truncatedNormal({ low: 50 }),
  'truncatedNormal, the lower tail': () => truncatedNormal({ high: -6 }),
  gamma: () => gamma({ shape: 2.5, rate: 2 }),
  'gamma, a pole at 0': () => gamma({ shape: 0.25 }),
  'gamma, a large shape': () => gamma({ shape: 3000 }),
  chiSquare: () => chiSquare({ df: 3 }),
  beta: () => beta({ a: 2, b: 3 }),
  'beta, poles at both ends': () => beta({ a: 0.5, b: 0.75 }),
  studentT: () => studentT({ df: 5, location: 1, scale: 2 }),
  'mixture of normals': () => mixture([normal({ mean: -2 }), normal({ mean: 3, sd: 0.5 })], [1, 2]),
  'mixture with a gap': () => mixture([uniform(), uniform({ low: 2, high: 3 }), exponential()], [1, 1, 2]),
  'truncated gamma': () => truncated(gamma({ shape: 2 }), { low: 1, high: 4 }),
  'truncated logistic, upper tail': () => truncated(logistic(), { low: 30 }),
  'truncated mixture': () => truncated(mixture([normal({ mean: -2 }), normal({ mean: 3 })]), { low: -2.5, high: 3.5 }),
}

/** Tabulated ones, whose quantiles have an error in probability; and one given by its quantiles. */
export const approximate: Record<string, Make> = {
  'fromQuantile, exponential': () => fromQuantile((p) => -Math.log1p(-p), { logPdf: (x) => -x }),
  'fromCdf, x^3': () => fromCdf({ cdf: (x) => x * x * x, low: 0, high: 1 }),
  'fromDensity, normal': () => fromDensity({ density: (x) => Math.exp((-x * x) / 2), low: -9, high: 9 }),
  'fromDensity, two peaks': () =>
    fromDensity({ logDensity: (x) => 900 - 30 * (x * x - 1) ** 2 + x, low: -3, high: 3, tolerance: 1e-11 }),
  'fromDensity, a pole and a kink': () =>
    fromDensity({ density: (x) => 1 / Math.sqrt(x) + Math.abs(x - 0.5), low: 0, high: 1 }),
}

export const discrete: Record<string, Make> = {
  geometric: () => geometric({ p: 0.2 }),
  'geometric, certain': () => geometric({ p: 1 }),
  poisson: () => poisson({ mean: 7.5 }),
  'poisson, a large mean': () => poisson({ mean: 5e4 }),
  binomial: () => binomial({ n: 20, p: 0.3 }),
  'binomial, many trials': () => binomial({ n: 1_000_000, p: 0.999 }),
  'binomial, never': () => binomial({ n: 5, p: 0 }),
  categorical: () => categorical({ weights: [1, 2, 0, 3, 0] }),
  'truncated poisson': () => truncated(poisson({ mean: 5 }), { low: 2, high: 9 }),
  'mixture of counts': () => mixture([poisson({ mean: 2 }), binomial({ n: 30, p: 0.8 })], [3, 1]),
}

export const every: Record<string, Make> = { ...continuous, ...approximate, ...discrete }
