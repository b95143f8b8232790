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

export interface TwoSpiralsOptions {
  /** Turns of each arm, from 0.25 to 5; default 1.5. */
  turns?: number | undefined
  /** Standard deviation of the noise around the arms, from 0.02 to 10; default 0.1. */
  noise?: number | undefined
}

/** Where an arm ends. */
const SPIRAL_RADIUS = 2

/**
 * Two spirals of Archimedes around (0, 0), each the other one turned by half a turn, with normal noise in both coordinates.
 * The radius grows with the angle, from 0 to 2, and so does the probability of an angle, which spreads points about evenly
 * along an arm. As with `twoMoons` each arm is a mixture of many normal distributions, and the density is known exactly.
 *
 * @returns a mixture, with `sample` and `logPdf`, that is a proposal too
 * @throws ArgumentError where `turns` or `noise` is out of its range
 * @example
 * const data = twoSpirals({ turns: 2 }).sample(10_000, { seed: 1 })
 */
export function twoSpirals(options?: TwoSpiralsOptions): MultivariateMixture {
  const given = check.options('options', options, ['turns', 'noise'])
  const turns = check.numberWithin('turns', given.turns ?? 1.5, 0.25, 5)
  const noise = check.numberWithin('noise', given.noise ?? 0.1, 0.02, 10)
  const end = 2 * Math.PI * turns
  const count = Math.max(Math.ceil(2 * end), Math.ceil((end * SPIRAL_RADIUS) / (SPACING * noise)))
  const arm = directions(end / count, count).map(([x, y], i): Point => {
    const radius = (SPIRAL_RADIUS * (i + 0.5)) / count
    return [radius * x, radius * y]
  })
  const weights = [...arm, ...arm].map((_, i) => (i % count) + 0.5)
  return roundNormals([...arm, ...arm.map(([x, y]) => [-x, -y] as const)], noise, weights)
}

type Point = readonly [x: number, y: number]

/**
 * Unit vectors at the angles step / 2, 3 step / 2, ... By turning one vector again and again, with sine and cosine of a
 * small step from their series, since those of JavaScript engines differ in the last place.
 */
function directions(step: number, count: number): Point[] {
  const [cos, sin] = smallAngle(step)
  const points: Point[] = [smallAngle(step / 2)]
  while (points.length < count) {
    const [x, y] = points.at(-1)!
    points.push([x * cos - y * sin, x * sin + y * cos])
  }
  return points
}

/** Cosine and sine of an angle up to 1/2, by Taylor's series. */
function smallAngle(angle: number): Point {
  const square = angle * angle
  let [cos, sin] = [1, 1]
  for (let k = 16; k > 0; k -= 2) {
    cos = 1 - (square * cos) / (k * (k - 1))
    sin = 1 - (square * sin) / (k * (k + 1))
  }
  return [cos, angle * sin]
}

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

function roundNormals(means: readonly Point[], sd: number, weights?: readonly number[]): MultivariateMixture {
  const cholesky = [
    [sd, 0],
    [0, sd],
  ]
  return mixture(
    means.map((mean) => multivariateNormal({ mean, cholesky })),
    weights,
  )
}
