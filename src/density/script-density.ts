/** Log densities that are functions of the user's, called for all chains' points of an iteration. */

import { DensityError, show } from '../errors.ts'
import type { ScriptDensity } from './density.ts'

/** The forms of a user's density; at least one is there. */
export interface ScriptFunctions {
  logDensity?(x: Float64Array): number
  logDensityAndGradient?(x: Float64Array, gradient: Float64Array): number
  logDensityBatch?(xs: Float64Array, out: Float64Array): void
  logDensityAndGradientBatch?(xs: Float64Array, out: Float64Array, gradients: Float64Array): void
  logProb?(rows: Float64Array): ArrayLike<number>
}

/** Writes log densities [n] and gradients [n, dim] of points [n, dim]; may throw anything, and may leave NaN behind. */
type Evaluate = (points: Float64Array, logDensity: Float64Array, gradient: Float64Array) => void
type EvaluateValue = (points: Float64Array, logDensity: Float64Array) => void

/** @param functions are called as methods of this object, so that they may use `this` */
export function scriptDensity(dim: number, names: readonly string[], functions: ScriptFunctions): ScriptDensity {
  const withGradient = gradientOf(dim, functions)
  const plain = valueOf(dim, functions) ?? ignoringGradient(withGradient!)
  return {
    kind: 'script',
    dim,
    names,
    hasGradient: withGradient !== undefined,
    evaluate(points, logDensity, gradient) {
      if (gradient === undefined) plain(points, logDensity)
      else if (withGradient === undefined) throw new TypeError('the density has no gradient')
      else withGradient(points, logDensity, gradient)
      checkValues(points, dim, logDensity)
      if (gradient !== undefined) checkGradients(points, dim, logDensity, gradient)
    },
  }
}

function valueOf(dim: number, functions: ScriptFunctions): EvaluateValue | undefined {
  if (functions.logDensityBatch) return batchValues(dim, (xs, out) => functions.logDensityBatch!(xs, out))
  if (functions.logDensity) return pointValues(dim, (x) => functions.logDensity!(x))
  if (functions.logProb) return batchValues(dim, (xs, out) => copyLogProb(functions, xs, out))
  return undefined
}

function gradientOf(dim: number, functions: ScriptFunctions): Evaluate | undefined {
  if (functions.logDensityAndGradientBatch) {
    return batchGradients(dim, (xs, out, gradients) => functions.logDensityAndGradientBatch!(xs, out, gradients))
  }
  if (functions.logDensityAndGradient) {
    return pointGradients(dim, (x, gradient) => functions.logDensityAndGradient!(x, gradient))
  }
  return undefined
}

function ignoringGradient(evaluate: Evaluate): EvaluateValue {
  const room = new Room()
  return (points, logDensity) => evaluate(points, logDensity, room.of(points.length))
}

/** Point by point, through one array: nothing is allocated, and a function that writes into its argument changes nothing. */
function pointValues(dim: number, logDensity: (x: Float64Array) => number): EvaluateValue {
  const x = new Float64Array(dim)
  return (points, out) => {
    let c = 0
    try {
      for (; c < out.length; c++) {
        copyRow(points, c, x)
        out[c] = logDensity(x)
      }
    } catch (cause) {
      throw thrown(cause, points, dim, c)
    }
  }
}

function pointGradients(dim: number, logDensity: (x: Float64Array, gradient: Float64Array) => number): Evaluate {
  const [x, slope] = [new Float64Array(dim), new Float64Array(dim)]
  return (points, out, gradients) => {
    let c = 0
    try {
      for (; c < out.length; c++) {
        copyRow(points, c, x)
        slope.fill(Number.NaN) // what the function forgets to write must not be what another point left
        out[c] = logDensity(x, slope)
        gradients.set(slope, c * dim)
      }
    } catch (cause) {
      throw thrown(cause, points, dim, c)
    }
  }
}

/** All points in one call, through arrays of our own. A failure of the whole call is the first point's. */
function batchValues(dim: number, logDensities: (xs: Float64Array, out: Float64Array) => void): EvaluateValue {
  const [xs, out] = [new Room(), new Room()]
  return (points, logDensity) => {
    const [own, values] = [xs.of(points.length), out.of(logDensity.length)]
    own.set(points)
    values.fill(Number.NaN)
    try {
      logDensities(own, values)
    } catch (cause) {
      throw thrown(cause, points, dim, 0)
    }
    logDensity.set(values)
  }
}

function batchGradients(
  dim: number,
  logDensities: (xs: Float64Array, out: Float64Array, gradients: Float64Array) => void,
): Evaluate {
  const slopes = new Room()
  let gradients = slopes.of(0)
  const values = batchValues(dim, (xs, out) => logDensities(xs, out, gradients))
  return (points, logDensity, gradient) => {
    gradients = slopes.of(points.length).fill(Number.NaN)
    values(points, logDensity)
    gradient.set(gradients)
  }
}

/** `logProb` of a distribution, a flow or another proposal. */
function copyLogProb(functions: ScriptFunctions, xs: Float64Array, out: Float64Array): void {
  const values = functions.logProb!(xs)
  if (values?.length !== out.length) throw new TypeError(`logProb gave ${show(values)}, not ${out.length} numbers`)
  out.set(values)
}

/** An array that is kept from call to call. */
class Room {
  #array = new Float64Array()

  of(length: number): Float64Array {
    if (this.#array.length !== length) this.#array = new Float64Array(length)
    return this.#array
  }
}

function copyRow(points: Float64Array, row: number, to: Float64Array): void {
  const first = row * to.length
  for (let i = 0; i < to.length; i++) to[i] = points[first + i]!
}

function checkValues(points: Float64Array, dim: number, logDensity: Float64Array): void {
  for (let row = 0; row < logDensity.length; row++) {
    if (logDensity[row]! < Number.POSITIVE_INFINITY) continue
    throw new DensityError(String(logDensity[row]), rowOf(points, dim, row), { row })
  }
}

/** Where the log density is minus infinity its gradient means nothing and is not looked at. */
function checkGradients(points: Float64Array, dim: number, logDensity: Float64Array, gradient: Float64Array): void {
  for (let k = 0; k < gradient.length; k++) {
    const row = Math.floor(k / dim)
    if (Number.isFinite(gradient[k]) || logDensity[row] === Number.NEGATIVE_INFINITY) continue
    throw new DensityError(`a derivative of ${gradient[k]} in coordinate ${k % dim}`, rowOf(points, dim, row), { row })
  }
}

function thrown(cause: unknown, points: Float64Array, dim: number, row: number): DensityError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new DensityError(`an error ("${said}")`, rowOf(points, dim, row), { row, cause })
}

/** A copy: the sampler goes on to use its arrays. */
function rowOf(points: Float64Array, dim: number, row: number): Float64Array {
  return points.slice(row * dim, (row + 1) * dim)
}
