/** Expressions beside plain functions of the same meaning: what the language's results are held against. */

import { expect } from 'vitest'
import { type Expression, type Model, model } from '#gibbsite'
import { uniforms } from './enumeration.ts'

/** A vector or number of the model's, and the plain function that gives its elements from all coordinates. */
export interface Pair {
  readonly expression: Expression
  readonly value: (x: readonly number[]) => number[]
}

/** Weights for the elements of a result, so that every element counts differently. */
export function weightsFor(length: number): number[] {
  return Array.from({ length }, (_, i) => 0.5 + ((i * 7) % 5) / 4)
}

export function points(count: number, dim: number, low: number, high: number, seed = 1): number[][] {
  const next = uniforms(seed)
  return Array.from({ length: count }, () => Array.from({ length: dim }, () => low + (high - low) * next()))
}

/**
 * The model of sum w_i result_i: its value equals the plain one and its gradient the plain one's central differences.
 * All coordinates of the points belong to `parameters`, one after the other, free.
 */
export function expectAgreement(parameters: readonly Expression[], { expression, value }: Pair, at: number[][]): Model {
  const weights = weightsFor(expression.shape[0] ?? 1)
  const weighted = expression.mul(expression.shape.length === 0 ? weights[0]! : weights)
  const built = model({ parameters, logDensity: weighted })
  const plain = (x: readonly number[]) => value(x).reduce((sum, element, i) => sum + weights[i]! * element, 0)
  expectSame(built, plain, at)
  return built
}

/** The model's values and gradients at these points are those of a plain function. */
export function expectSame(built: Model, plain: (x: readonly number[]) => number, at: number[][]): void {
  const { logDensity, gradient } = built.logDensityAndGradient(at)
  const values = built.logDensity(at)
  at.forEach((x, row) => {
    const wanted = plain(x)
    const scale = 1 + Math.abs(wanted)
    expect(Math.abs(logDensity[row]! - wanted) / scale, `value at ${x}`).toBeLessThan(1e-11)
    expect(Math.abs(values[row]! - wanted) / scale, `value without gradient at ${x}`).toBeLessThan(1e-11)
    x.forEach((_, k) => {
      const slope = centralDifference(plain, x, k)
      const got = gradient[row * x.length + k]!
      const tolerance = 2e-6 * (1 + Math.abs(slope) + Math.abs(wanted))
      expect(Math.abs(got - slope), `derivative ${k} at ${x}: ${got} for ${slope}`).toBeLessThan(tolerance)
    })
  })
}

/** Of fourth order: (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12 h. */
export function centralDifference(f: (x: readonly number[]) => number, x: readonly number[], k: number): number {
  const h = 1e-3 * Math.max(1e-2, Math.abs(x[k]!))
  const at = (step: number) => f(x.map((value, i) => (i === k ? value + step * h : value)))
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
}
