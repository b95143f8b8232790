/** The distribution function of a density that need not be normalised, by adaptive quadrature. */

import { ArgumentError, expected, show } from '../../errors.ts'
import { exponentiate } from './distribution.ts'
import type { Curve } from './inverse-table.ts'

/** A user's density, or its logarithm. */
export interface DensitySource {
  readonly f: (x: number) => number
  readonly logarithmic: boolean
  readonly low: number
  readonly high: number
}

/** Gauss and Legendre's rule of twelve points on [-1, 1]: exact for polynomials of degree 23. */
const NODES = [
  0.1252334085114689, 0.3678314989981802, 0.5873179542866175, 0.7699026741943047, 0.9041172563704749,
  0.9815606342467192,
] as const
const WEIGHTS = [
  0.24914704581340277, 0.2334925365383548, 0.20316742672306592, 0.16007832854334622, 0.10693932599531843,
  0.04717533638651183,
] as const
const POINTS = 2 * NODES.length

/** Intervals to begin with. Features of a density narrower than one may be missed. */
const FIRST = 64
/** An interval is done when halving it changes its integral by no more than this part of the whole. */
const ACCURACY = 1e-14
const MOST_INTERVALS = 1 << 16
/** Logarithms are kept this far below where exp overflows. */
const ROOM = 500

interface Range {
  readonly from: number
  readonly to: number
}

interface Interval extends Range {
  readonly integral: number
}

/**
 * Integrals of a density over all of [low, high], and up to any point. Intervals are halved until the two halves agree with
 * the whole to 1e-14; the densities of logarithms are taken relative to the largest seen, so their scale doesn't matter.
 */
export class DensityIntegral {
  readonly #source: DensitySource
  /** Densities are exp(logDensity - shift), for a density that is given as it is shift is 0. */
  #shift = 0
  readonly #intervals: readonly Interval[]
  /** Of the intervals' ends: integrals up to there, and from there on. */
  readonly #below: Float64Array
  readonly #above: Float64Array
  readonly total: number

  /** @throws ArgumentError naming x where the density is negative, infinite or not a number */
  constructor(source: DensitySource) {
    this.#source = source
    if (source.logarithmic) this.#shift = this.#largestLog(firstEnds(source))
    this.#intervals = this.#integrate()
    const n = this.#intervals.length
    this.#below = new Float64Array(n + 1)
    this.#above = new Float64Array(n + 1)
    for (let i = 0; i < n; i++) this.#below[i + 1] = this.#below[i]! + this.#intervals[i]!.integral
    for (let i = n; i > 0; i--) this.#above[i - 1] = this.#above[i]! + this.#intervals[i - 1]!.integral
    this.total = this.#below[n]!
    if (this.total > 0) return
    throw new ArgumentError(expected(this.#name, 'to be positive somewhere', 'no positive value'))
  }

  /** The normaliser is total times exp(shift). */
  get shift(): number {
    return this.#shift
  }

  get logarithmic(): boolean {
    return this.#source.logarithmic
  }

  /** Probabilities below and above points of the interval. */
  readonly curve: Curve = (points) => {
    const number = Array.from(points, (x) => this.#intervalAt(x))
    const parts = this.#integrals(number.map((i, k) => ({ from: this.#intervals[i]!.from, to: points[k]! })))
    const lower = points.map((_, k) => (this.#below[number[k]!]! + parts[k]!) / this.total)
    const upper = points.map((_, k) => {
      const i = number[k]!
      return (this.#above[i + 1]! + Math.max(0, this.#intervals[i]!.integral - parts[k]!)) / this.#above[0]!
    })
    return { lower, upper }
  }

  /** The user's densities at points, checked; logarithms where those are given. */
  values(points: Float64Array): Float64Array {
    return points.map((x) => this.#value(x))
  }

  get #name(): string {
    return this.#source.logarithmic ? 'logDensity' : 'density'
  }

  #value(x: number): number {
    const value: unknown = this.#source.f(x)
    const least = this.#source.logarithmic ? -Infinity : 0
    if (typeof value === 'number' && value >= least && value < Infinity) return value
    const wanted = `to be ${this.#source.logarithmic ? 'a number below plus infinity' : 'finite and at least 0'} at x = ${x}`
    throw new ArgumentError(expected(this.#name, wanted, show(value)))
  }

  #largestLog(ends: readonly number[]): number {
    const logs = this.values(nodesOf(pairs(ends)))
    const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity)
    return largest === -Infinity ? 0 : largest
  }

  /** All intervals, in order; begun anew where a logarithm turns up that is too far above those seen before. */
  #integrate(): Interval[] {
    for (;;) {
      const shift = this.#shift
      const intervals = this.#halve()
      if (this.#shift === shift) return intervals.sort((a, b) => a.from - b.from)
    }
  }

  #halve(): Interval[] {
    const done: Interval[] = []
    const shift = this.#shift
    const ends = pairs(firstEnds(this.#source))
    const integrals = this.#integrals(ends)
    let open = ends.map((end, i): Interval => ({ ...end, integral: integrals[i]! }))
    let total = open.reduce((sum, { integral }) => sum + integral, 0)
    while (open.length > 0 && this.#shift === shift) {
      const halves = open.flatMap(({ from, to }) => {
        const middle = from + (to - from) / 2
        return [
          { from, to: middle },
          { from: middle, to },
        ]
      })
      const parts = this.#integrals(halves)
      const finer = halves.map((half, i): Interval => ({ ...half, integral: parts[i]! }))
      total +=
        finer.reduce((sum, { integral }) => sum + integral, 0) - open.reduce((sum, { integral }) => sum + integral, 0)
      const next: Interval[] = []
      for (const [i, whole] of open.entries()) {
        const two = finer.slice(2 * i, 2 * i + 2)
        const change = Math.abs(two[0]!.integral + two[1]!.integral - whole.integral)
        const middle = two[0]!.to
        const isDone = change <= ACCURACY * total || !(middle > whole.from && middle < whole.to)
        ;(isDone ? done : next).push(...two)
      }
      open = next
      if (done.length + open.length > MOST_INTERVALS) {
        throw new ArgumentError(
          expected(this.#name, 'to be smooth enough to integrate', `${MOST_INTERVALS} intervals without an end`),
        )
      }
    }
    return done
  }

  /** Of each range the integral of the density by one rule; an empty one is not looked at, for at the ends may be poles. */
  #integrals(ranges: readonly Range[]): Float64Array {
    const some = ranges.filter(({ from, to }) => to > from)
    const densities = this.#densities(nodesOf(some))
    const integrals = some.map(({ from, to }, r) => {
      let sum = 0
      for (let k = 0; k < NODES.length; k++) {
        sum += WEIGHTS[k]! * (densities[r * POINTS + 2 * k]! + densities[r * POINTS + 2 * k + 1]!)
      }
      return (sum * (to - from)) / 2
    })
    let next = 0
    return Float64Array.from(ranges, ({ from, to }) => (to > from ? integrals[next++]! : 0))
  }

  #densities(points: Float64Array): Float64Array {
    const values = this.values(points)
    if (!this.#source.logarithmic) return values
    const largest = values.reduce((a, b) => Math.max(a, b), -Infinity)
    if (largest > this.#shift + ROOM) this.#shift = largest
    for (let i = 0; i < values.length; i++) values[i]! -= this.#shift
    exponentiate(values)
    return values
  }

  #intervalAt(x: number): number {
    let from = 0
    let to = this.#intervals.length - 1
    while (from < to) {
      const middle = (from + to + 1) >>> 1
      if (this.#intervals[middle]!.from <= x) from = middle
      else to = middle - 1
    }
    return from
  }
}

function firstEnds({ low, high }: DensitySource): number[] {
  return Array.from({ length: FIRST + 1 }, (_, i) => (i === FIRST ? high : low + (high - low) * (i / FIRST)))
}

function pairs(ends: readonly number[]): Range[] {
  return ends.slice(1).map((to, i) => ({ from: ends[i]!, to }))
}

/** The rule's points of each range: twelve, in pairs about the middle. */
function nodesOf(ranges: readonly Range[]): Float64Array {
  const points = new Float64Array(ranges.length * POINTS)
  for (const [r, { from, to }] of ranges.entries()) {
    const half = (to - from) / 2
    for (let k = 0; k < NODES.length; k++) {
      points[r * POINTS + 2 * k] = from + half * (1 - NODES[k]!)
      points[r * POINTS + 2 * k + 1] = from + half * (1 + NODES[k]!)
    }
  }
  return points
}
