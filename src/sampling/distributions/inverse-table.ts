/** Quantiles as a table: the inverse of a distribution function, piecewise cubic with a bound on its error. */

import { current } from '../../backend/index.ts'
import { ArgumentError, expected } from '../../errors.ts'
import { lowerGuide, upperGuide } from './guide.ts'

/** Probabilities below and above each of the points. */
export type Curve = (points: Float64Array) => { readonly lower: Float64Array; readonly upper: Float64Array }

export interface TableOptions {
  readonly low: number
  readonly high: number
  /** Largest error in probability. */
  readonly tolerance: number
  /** Largest error relative to the smaller tail, where the curve is that accurate; default: no such bound. */
  readonly relative?: number
}

/** A place on the curve. */
interface Knot {
  readonly x: number
  readonly lower: number
  readonly upper: number
}

interface Piece {
  readonly from: Knot
  readonly to: Knot
  /** x = c0 + t (c1 + t (c2 + t c3)) at the part t of the piece's probability. */
  readonly cubic: readonly [number, number, number, number]
}

/** Pieces to begin with. Features of the curve narrower than one may be missed. */
const FIRST_PIECES = 64
const MOST_PIECES = 1 << 18
/** Where the error is looked at: about where that of interpolation in 0, 1/3, 2/3 and 1 is largest. */
const PROBES = [1 / 8, 1 / 2, 7 / 8] as const
/** Narrower pieces hardly have a number inside. */
const NARROW = 2 ** -49

/**
 * The inverse x(u) of a distribution function F on [low, high], so that |F(x(u)) - u| is at most `tolerance`: the u-error
 * of Hoermann and Leydold (2003), which does not depend on the scale of x and bounds what any test of the draws may
 * see. Pieces are halved until the cubic through four points of the curve rises everywhere and keeps half the bound
 * where the error is largest. A piece with less probability than the bound may be a straight line.
 */
export class InverseTable {
  readonly #lower: Float64Array
  readonly #upper: Float64Array
  readonly #lowerGuide: Int32Array
  readonly #upperGuide: Int32Array
  readonly #coefficients: Float64Array
  readonly #low: number
  readonly #high: number
  /** The largest error in probability that was found. */
  readonly error: number

  constructor(curve: Curve, options: TableOptions) {
    const { pieces, error } = cut(curve, options)
    this.error = error
    this.#low = options.low
    this.#high = options.high
    this.#lower = Float64Array.from([pieces[0]!.from.lower, ...pieces.map(({ to }) => to.lower)])
    this.#upper = Float64Array.from([pieces[0]!.from.upper, ...pieces.map(({ to }) => to.upper)])
    this.#lowerGuide = lowerGuide(this.#lower.subarray(1))
    this.#upperGuide = upperGuide(this.#upper.subarray(1))
    this.#coefficients = Float64Array.from(pieces.flatMap(({ cubic }) => cubic))
  }

  /** Number of pieces. */
  get size(): number {
    return this.#lower.length - 1
  }

  /** Probabilities replaced by quantiles. */
  quantile(probabilities: Float64Array): void {
    const { kernels } = current()
    kernels.inverseTable(
      this.#lower,
      this.#upper,
      this.#lowerGuide,
      this.#upperGuide,
      this.#coefficients,
      probabilities,
    )
    for (let i = 0; i < probabilities.length; i++) {
      probabilities[i] = Math.min(this.#high, Math.max(this.#low, probabilities[i]!))
    }
  }

  /** Points within the table replaced by densities: probability over length, by the slope of the piece they are in. */
  density(points: Float64Array, { lower, upper }: { lower: Float64Array; upper: Float64Array }): void {
    const c = this.#coefficients
    for (let i = 0; i < points.length; i++) {
      const j = this.#pieceAt(points[i]!)
      const usesLower = this.#lower[j + 1]! <= this.#upper[j]!
      const mass = usesLower ? this.#lower[j + 1]! - this.#lower[j]! : this.#upper[j]! - this.#upper[j + 1]!
      const into = usesLower ? lower[i]! - this.#lower[j]! : this.#upper[j]! - upper[i]!
      const t = mass > 0 ? Math.min(1, Math.max(0, into / mass)) : 0
      points[i] = mass / (c[4 * j + 1]! + t * (2 * c[4 * j + 2]! + t * 3 * c[4 * j + 3]!))
    }
  }

  /** The last piece that begins at x or before. */
  #pieceAt(x: number): number {
    let from = 0
    let to = this.size - 1
    while (from < to) {
      const middle = (from + to + 1) >>> 1
      if (this.#coefficients[4 * middle]! <= x) from = middle
      else to = middle - 1
    }
    return from
  }
}

/** Halves pieces, a generation at a time so that the curve is asked for many points at once. */
function cut(curve: Curve, options: TableOptions): { pieces: Piece[]; error: number } {
  const done: Piece[] = []
  let error = 0
  let open = firstKnots(curve, options)
  while (open.length > 0) {
    const tried = tryPieces(curve, open)
    const next: (readonly [Knot, Knot])[] = []
    for (const one of tried) {
      const fine = accepted(one, options)
      if (fine === undefined) {
        next.push([one.piece.from, one.middle], [one.middle, one.piece.to])
      } else {
        done.push(fine.piece)
        error = Math.max(error, fine.error)
      }
    }
    if (done.length + next.length > MOST_PIECES) {
      throw new ArgumentError(expected('tolerance', 'to be reached with a table that fits', options.tolerance))
    }
    open = next
  }
  return { pieces: done.sort((a, b) => a.from.x - b.from.x), error }
}

function firstKnots(curve: Curve, { low, high }: TableOptions): (readonly [Knot, Knot])[] {
  const xs = Float64Array.from({ length: FIRST_PIECES + 1 }, (_, i) => low + (high - low) * (i / FIRST_PIECES))
  xs[FIRST_PIECES] = high
  const knots = knotsAt(curve, xs)
  return knots.slice(1).map((to, i) => [knots[i]!, to] as const)
}

function knotsAt(curve: Curve, xs: Float64Array): Knot[] {
  const { lower, upper } = curve(xs)
  return Array.from(xs, (x, i) => ({ x, lower: lower[i]!, upper: upper[i]! }))
}

interface Tried {
  readonly piece: Piece
  /** The largest error in probability at the probes; infinite where there is no rising cubic. */
  readonly deviation: number
  readonly middle: Knot
}

function tryPieces(curve: Curve, open: readonly (readonly [Knot, Knot])[]): Tried[] {
  const inner = knotsAt(
    curve,
    Float64Array.from(
      open.flatMap(([{ x: a }, { x: b }]) => [a + (b - a) / 3, a + (b - a) / 2, a + ((b - a) * 2) / 3]),
    ),
  )
  const pieces = open.map(([from, to], i) => ({
    from,
    to,
    cubic: cubicThrough(from, inner[3 * i]!, inner[3 * i + 2]!, to),
  }))
  const probed = knotsAt(curve, Float64Array.from(pieces.flatMap((piece) => PROBES.map((t) => valueAt(piece, t)))))
  return pieces.map((piece, i) => ({
    piece: piece.cubic === undefined ? straight(piece.from, piece.to) : { ...piece, cubic: piece.cubic },
    deviation: piece.cubic === undefined ? Infinity : deviationOf(piece, probed.slice(3 * i, 3 * i + 3)),
    middle: inner[3 * i + 1]!,
  }))
}

/** The piece, or a straight line in its place, with its error; undefined where it must be halved. */
function accepted({ piece, deviation }: Tried, options: TableOptions): { piece: Piece; error: number } | undefined {
  const { from, to } = piece
  const { tolerance, relative } = options
  const tail = Math.min(Math.max(from.lower, to.lower), Math.max(from.upper, to.upper))
  const bound = relative === undefined ? tolerance : Math.min(tolerance, relative * tail)
  if (deviation <= bound / 2) return { piece, error: deviation }
  // A straight line is off by no more than all the probability there is.
  const mass = massOf(from, to)
  if (mass <= bound / 4) return { piece: straight(from, to), error: mass }
  // Where F jumps, every probability of the jump belongs to the same x.
  const narrow = to.x - from.x <= NARROW * Math.max(Math.abs(from.x), Math.abs(to.x))
  return narrow ? { piece: straight(from, to), error: 0 } : undefined
}

function straight(from: Knot, to: Knot): Piece {
  return { from, to, cubic: [from.x, to.x - from.x, 0, 0] }
}

/** The probability between two knots, from the smaller tails. */
function massOf(from: Knot, to: Knot): number {
  return usesLower(from, to) ? to.lower - from.lower : from.upper - to.upper
}

function usesLower(from: Knot, to: Knot): boolean {
  return to.lower <= from.upper
}

/** The part of the probability between two knots that is below a third. */
function partOf(from: Knot, to: Knot, at: Knot): number {
  return (usesLower(from, to) ? at.lower - from.lower : from.upper - at.upper) / massOf(from, to)
}

/** The cubic through four knots by Newton's divided differences, if it rises from the first to the last. */
function cubicThrough(from: Knot, a: Knot, b: Knot, to: Knot): Piece['cubic'] | undefined {
  const [s, t] = [partOf(from, to, a), partOf(from, to, b)]
  if (!(s > 0 && t > s && t < 1)) return undefined
  const [d1, d2, d3] = [(a.x - from.x) / s, (b.x - a.x) / (t - s), (to.x - b.x) / (1 - t)]
  const [e1, e2] = [(d2 - d1) / t, (d3 - d2) / (1 - s)]
  const c3 = e2 - e1
  const cubic = [from.x, d1 - s * e1 + s * t * c3, e1 - (s + t) * c3, c3] as const
  return rises(cubic) ? cubic : undefined
}

/** Whether c1 + 2 c2 t + 3 c3 t^2 is not negative for t in [0, 1]. */
function rises([, c1, c2, c3]: Piece['cubic']): boolean {
  if (!(c1 >= 0 && c1 + 2 * c2 + 3 * c3 >= 0)) return false
  const lowest = -c2 / (3 * c3)
  return !(c3 > 0 && lowest > 0 && lowest < 1) || c1 + c2 * lowest >= 0
}

function valueAt(piece: { from: Knot; to: Knot; cubic: Piece['cubic'] | undefined }, t: number): number {
  const [c0, c1, c2, c3] = piece.cubic ?? [piece.from.x, 0, 0, 0]
  return Math.min(piece.to.x, Math.max(piece.from.x, c0 + t * (c1 + t * (c2 + t * c3))))
}

function deviationOf({ from, to }: { from: Knot; to: Knot }, probed: readonly Knot[]): number {
  const mass = massOf(from, to)
  return Math.max(...probed.map((at, k) => Math.abs(partOf(from, to, at) - PROBES[k]!) * mass))
}
