/** Laws that kernels know by a number (native/kernels/distribution.h). */

import { current } from '../../backend/index.ts'
import type { Draws } from '../../random/rng.ts'
import { Distribution, inParts, type Law, later } from './distribution.ts'

/** As distribution_family of native/kernels/distribution.h. */
const families = {
  uniform: 0,
  exponential: 1,
  logistic: 2,
  laplace: 3,
  cauchy: 4,
  weibull: 5,
  gumbel: 6,
  pareto: 7,
  triangular: 8,
  geometric: 9,
  normal: 10,
  logNormal: 11,
  rayleigh: 12,
  halfNormal: 13,
  truncatedNormal: 14,
  gamma: 15,
  beta: 16,
  studentT: 17,
  poisson: 18,
  binomial: 19,
} as const

/** What is said of a family beside its kernels. */
export interface Facts {
  readonly parameters: readonly number[]
  readonly support: readonly [low: number, high: number]
  readonly moments: () => { readonly mean: number; readonly variance: number }
  readonly discrete?: boolean
}

export type Family = keyof typeof families

export class KernelLaw implements Law {
  readonly name: Family
  readonly discrete: boolean
  readonly support: readonly [low: number, high: number]
  readonly moments: Law['moments']
  readonly parameters: Float64Array
  readonly family: number

  constructor(name: Family, facts: Facts) {
    this.name = name
    this.family = families[name]
    this.parameters = Float64Array.from(facts.parameters)
    this.support = facts.support
    this.moments = facts.moments
    this.discrete = facts.discrete ?? false
  }

  logPdf(points: Float64Array): void {
    current().kernels.distributionLogPdf(this.family, this.parameters, points)
  }

  cdf(points: Float64Array, upper: boolean): void {
    current().kernels.distributionCdf(this.family, this.parameters, upper, points)
  }

  quantile(probabilities: Float64Array, upper: boolean): void {
    current().kernels.distributionQuantile(this.family, this.parameters, upper, probabilities)
  }
}

/** A law with a kernel for draws. */
export class ClosedLaw extends KernelLaw implements Law {
  fill(out: Float64Array, draws: Draws): void {
    // WebAssembly copies arrays in and out; in pieces they stay in the cache.
    if (current().name === 'wasm') inParts(out, (part, first) => this.#fill(part, later(draws, first)))
    else this.#fill(out, draws)
  }

  #fill(out: Float64Array, { key, stream, start }: Draws): void {
    const { kernels } = current()
    kernels.distributionSample(out, key.low, key.high, stream.low, stream.high, start, this.family, this.parameters)
  }
}

export function kernelDistribution(name: Family, facts: Facts): Distribution {
  return new Distribution(new ClosedLaw(name, facts))
}
