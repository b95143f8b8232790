/** Distributions on the plane that models are tried on: their densities are known, their shapes are not simple. */

import * as check from '../../check.ts'
import { mixture } from './mixture.ts'
import type { MultivariateMixture } from './multivariate-mixture.ts'
import { multivariateNormal } from './multivariate-normal.ts'

export interface EightGaussiansOptions {
  /** Of the circle; default 2. */
  radius?: number | undefined
  /** Standard deviation of each normal distribution; default 0.2. */
  sd?: number | undefined
}

/**
 * Eight equal normal distributions on a circle: an even mixture whose parts hardly touch.
 *
 * @returns a mixture, with `sample` and `logPdf`, that is a proposal too
 * @throws ArgumentError where `radius` or `sd` is not above 0
 * @example
 * const data = eightGaussians().sample(10_000, { seed: 1 })
 * await flow.fit({ data, shape: [10_000, 2] })
 */
export function eightGaussians(options?: EightGaussiansOptions): MultivariateMixture {
  const given = check.options('options', options, ['radius', 'sd'])
  const radius = check.positiveNumber('radius', given.radius ?? 2)
  const sd = check.positiveNumber('sd', given.sd ?? 0.2)
  const upper = halfCircle(2)
  const around = [...upper.slice(0, -1), ...upper.slice(0, -1).map(([x, y]) => [-x, -y] as const)]
  return roundNormals(
    around.map(([x, y]) => [radius * x, radius * y]),
    sd,
  )
}

export interface TwoMoonsOptions {
  /** Standard deviation of the noise around the half circles, at least 0.01; default 0.1. */
  noise?: number | undefined
}

/** Points of an arc may lie this many standard deviations apart: sums of them have no ripples that float64 can hold. */
const SPACING = 0.6

/**
 * Two half circles of radius 1 that reach into each other, as of scikit-learn's `make_moons`: the upper one around (0, 0),
 * the lower one around (1, 1/2), with normal noise in both coordinates. So that the density is known exactly, each arc is an
 * even mixture of many normal distributions, close enough together that nobody could tell.
 *
 * @returns a mixture, with `sample` and `logPdf`, that is a proposal too
 * @throws ArgumentError where `noise` is below 0.01
 * @example
 * const moons = twoMoons()
 * const data = moons.sample(10_000, { seed: 1 })
 */
export function twoMoons(options?: TwoMoonsOptions): MultivariateMixture {
  const given = check.options('options', options, ['noise'])
  const noise = check.numberWithin('noise', given.noise ?? 0.1, 0.01, 10)
  const halvings = Math.max(2, Math.ceil(Math.log2(Math.PI / (SPACING * noise))))
  const upper = halfCircle(halvings)
  return roundNormals([...upper, ...upper.map(([x, y]) => [1 - x, 0.5 - y] as const)], noise)
}

type Point = readonly [x: number, y: number]

/**
 * 2^halvings + 1 evenly spaced points of the upper unit half circle, from (1, 0) to (-1, 0). By halving angles, which
 * takes square roots alone: sines and cosines of JavaScript engines differ in the last place.
 */
function halfCircle(halvings: number): Point[] {
  let points: Point[] = [
    [1, 0],
    [0, 1],
    [-1, 0],
  ]
  for (let halving = 1; halving < halvings; halving++) {
    points = points.flatMap((point, i) => (i === 0 ? [point] : [middle(points[i - 1]!, point), point]))
  }
  return points
}

function middle([ax, ay]: Point, [bx, by]: Point): Point {
  const [x, y] = [ax + bx, ay + by]
  const length = Math.sqrt(x * x + y * y)
  return [x / length, y / length]
}

function roundNormals(means: readonly Point[], sd: number): MultivariateMixture {
  const cholesky = [
    [sd, 0],
    [0, sd],
  ]
  return mixture(means.map((mean) => multivariateNormal({ mean, cholesky })))
}
