/** What can be known of a density of two variables by looking at it everywhere: where it is, its picture, its marginals. */

import type { EvaluableTarget } from 'gibbsite'

export type Range = readonly [low: number, high: number]

export interface Survey {
  readonly names: readonly string[]
  /** Where the density is: all but some thousandths of it. */
  readonly ranges: readonly [x: Range, y: Range]
  /** [SIDE, SIDE], the largest y first: 255 where the density is largest. */
  readonly heat: Uint8Array
  /** Of x and of y, [POINTS] each: places, and the exact marginal density there. */
  readonly marginals: readonly [Marginal, Marginal]
}

export interface Marginal {
  readonly at: Float64Array
  readonly density: Float64Array
}

export const SIDE = 128
/** Points of the quadrature along each side. */
const POINTS = 201
/** Points of the search for the frame along each side. */
const COARSE = 81
const FIRST_REACH = 8
const FARTHEST = 1000
/** A place whose marginal density is less than this share of the largest is left out of the frame. */
const LEAST = 2e-3

/**
 * @throws Error where the density does not fall off, DensityError where it is not a number
 */
export function survey(target: EvaluableTarget): Survey {
  const ranges = frameOf(target)
  const { values, marginals } = quadrature(target, ranges)
  return { names: target.names, ranges, heat: picture(values), marginals }
}

/** Goes out until nothing is at the border, and then in until the density fills the frame. */
function frameOf(target: EvaluableTarget): [Range, Range] {
  let ranges: [Range, Range] = [
    [-FIRST_REACH, FIRST_REACH],
    [-FIRST_REACH, FIRST_REACH],
  ]
  for (let round = 0; round < 40; round++) {
    const { density } = onGrid(target, ranges, COARSE)
    const next = [0, 1].map((axis) => fitted(marginal(density, COARSE, axis), ranges[axis]!)) as [Range, Range]
    const settled = next.every(([low, high], axis) => high - low > 0.6 * width(ranges[axis]!) && !grows(next, ranges))
    ranges = next
    if (settled) return ranges
    if (ranges.some((range) => width(range) > 2 * FARTHEST)) break
  }
  throw new Error(
    `expected the density to fall off in every direction, within ${FARTHEST} of the origin; this one does not, so it belongs to no distribution`,
  )
}

const width = ([low, high]: Range) => high - low

function grows(next: readonly Range[], before: readonly Range[]): boolean {
  return next.some((range, axis) => width(range) > 1.2 * width(before[axis]!))
}

/** The range that a marginal asks for: twice as wide on a side where it has not fallen off, else with a margin. */
function fitted(density: Float64Array, [low, high]: Range): Range {
  const largest = density.reduce((a, b) => Math.max(a, b))
  const enough = (value: number) => value > LEAST * largest
  const first = density.findIndex(enough)
  const last = density.length - 1 - [...density].reverse().findIndex(enough)
  const step = (high - low) / (density.length - 1)
  const margin = 2 * step + 0.08 * (last - first) * step
  return [
    first === 0 ? low - (high - low) / 2 : Math.max(low, low + first * step - margin),
    last === density.length - 1 ? high + (high - low) / 2 : Math.min(high, low + last * step + margin),
  ]
}

/** Densities [side, side] with the largest as 1, y ascending and x the faster, and the logarithm that they are relative to. */
function onGrid(target: EvaluableTarget, [x, y]: readonly [Range, Range], side: number): { density: Float64Array } {
  const points = new Float64Array(2 * side * side)
  for (let i = 0; i < side * side; i++) {
    points[2 * i] = place(x, i % side, side)
    points[2 * i + 1] = place(y, Math.floor(i / side), side)
  }
  const logs = target.logDensity({ data: points, shape: [side * side, 2] })
  const largest = logs.reduce((a, b) => Math.max(a, b))
  if (largest === Number.NEGATIVE_INFINITY) {
    throw new Error('expected the density to be above 0 somewhere near the origin; it is 0 everywhere')
  }
  return { density: logs.map((log) => Math.exp(log - largest)) }
}

const place = ([low, high]: Range, i: number, side: number) => low + ((high - low) * i) / (side - 1)

/** Sums over the other coordinate. */
function marginal(density: Float64Array, side: number, axis: number): Float64Array {
  const sums = new Float64Array(side)
  for (let i = 0; i < side * side; i++) sums[axis === 0 ? i % side : Math.floor(i / side)]! += density[i]!
  return sums
}

/** By the trapezoid rule, whose error is tiny for a smooth density that is 0 at the border. */
function quadrature(target: EvaluableTarget, ranges: [Range, Range]) {
  const { density } = onGrid(target, ranges, POINTS)
  const marginals = ranges.map((range, axis): Marginal => {
    const sums = marginal(density, POINTS, axis)
    const total = (sums.reduce((a, b) => a + b, 0) * width(range)) / (POINTS - 1)
    const at = Float64Array.from(sums, (_, i) => place(range, i, POINTS))
    return { at, density: sums.map((value) => value / total) }
  }) as [Marginal, Marginal]
  return { values: density, marginals }
}

/** The nearest point of the grid for each pixel, by the square root, so that tails can be seen. */
function picture(density: Float64Array): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => {
    const column = Math.round(((pixel % SIDE) * (POINTS - 1)) / (SIDE - 1))
    const row = Math.round(((SIDE - 1 - Math.floor(pixel / SIDE)) * (POINTS - 1)) / (SIDE - 1))
    return Math.round(255 * Math.sqrt(density[row * POINTS + column]!))
  })
}
