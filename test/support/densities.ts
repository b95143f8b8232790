/**
 * Log densities in plain float64, written from their formulas one point at a time: what the kernels' are held against.
 * Nothing here is shared with the library.
 */

import { uniforms } from './enumeration.ts'

export type LogDensity = (x: readonly number[]) => number

const LOG_TWO_PI = Math.log(2 * Math.PI)
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const normalLog = (x: number, mean: number, sd: number) => -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - LOG_TWO_PI / 2

/** Numbers uniform on (-scale, scale). */
export function draw(n: number, seed: number, scale = 1): number[] {
  const next = uniforms(seed)
  return Array.from({ length: n }, () => scale * (2 * next() - 1))
}

export function drawRows(rows: number, columns: number, seed: number, scale = 1): number[][] {
  const all = draw(rows * columns, seed, scale)
  return Array.from({ length: rows }, (_, i) => all.slice(i * columns, (i + 1) * columns))
}

/** B B' / n + I / 2 of a random B [n, n]: symmetric, well conditioned, not diagonal. */
export function randomCovariance(n: number, seed: number): number[][] {
  const b = drawRows(n, n, seed, 2)
  return b.map((u, i) => b.map((v, j) => sum(u.map((x, k) => x * v[k]!)) / n + (i === j ? 0.5 : 0)))
}

/** Inverse and determinant by elimination with pivoting. */
export function inverse(matrix: readonly (readonly number[])[]): { inverse: number[][]; logDeterminant: number } {
  const n = matrix.length
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  let logDeterminant = 0
  for (let j = 0; j < n; j++) {
    const pivot = rows
      .slice(j)
      .reduce((best, row, k) => (Math.abs(row[j]!) > Math.abs(rows[best]![j]!) ? j + k : best), j)
    ;[rows[j], rows[pivot]] = [rows[pivot]!, rows[j]!]
    const by = rows[j]![j]!
    logDeterminant += Math.log(Math.abs(by))
    rows[j] = rows[j]!.map((x) => x / by)
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![j]!
      if (i !== j) rows[i] = rows[i]!.map((x, k) => x - factor * rows[j]![k]!)
    }
  }
  return { inverse: rows.map((row) => row.slice(n)), logDeterminant }
}

export function normalLogDensity(mean: readonly number[], covariance: readonly (readonly number[])[]): LogDensity {
  const { inverse: precision, logDeterminant } = inverse(covariance)
  return (x) => {
    const off = x.map((xi, i) => xi - mean[i]!)
    const square = sum(off.map((a, i) => a * sum(off.map((b, j) => precision[i]![j]! * b))))
    return -0.5 * (square + logDeterminant + x.length * LOG_TWO_PI)
  }
}

export function mixtureLogDensity(weights: readonly number[], parts: readonly LogDensity[]): LogDensity {
  return (x) => {
    const logs = parts.map((part, k) => Math.log(weights[k]! / sum(weights)) + part(x))
    const most = Math.max(...logs)
    return most + Math.log(sum(logs.map((log) => Math.exp(log - most))))
  }
}

/** In the form x ~ N(a, scale / 2), y ~ N(x^2, scale / (2 b)). */
export function rosenbrockLogDensity(a: number, b: number, scale: number): LogDensity {
  return (x) =>
    sum(
      x.map((value, i) =>
        i % 2 === 0
          ? normalLog(value, a, Math.sqrt(scale / 2))
          : normalLog(value, x[i - 1]! ** 2, Math.sqrt(scale / (2 * b))),
      ),
    )
}

export function funnelLogDensity(sd: number): LogDensity {
  return ([v, ...x]) => normalLog(v!, 0, sd) + sum(x.map((xi) => normalLog(xi, 0, Math.exp(v! / 2))))
}

const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => x * b[i]!))
const priorLog = (b: readonly number[], precision: number) =>
  precision === 0 ? 0 : sum(b.map((x) => normalLog(x, 0, 1 / Math.sqrt(precision))))

export function logisticLogDensity(X: readonly number[][], y: readonly number[], precision: number): LogDensity {
  return (b) => {
    const terms = X.map((row, i) => {
      const eta = y[i] === 1 ? dot(row, b) : -dot(row, b)
      return eta > 0 ? -Math.log1p(Math.exp(-eta)) : eta - Math.log1p(Math.exp(eta))
    })
    return sum(terms) + priorLog(b, precision)
  }
}

/** With sigma known, or the last coordinate log sigma and sigma ~ Exponential(rate). */
export function linearLogDensity(
  X: readonly number[][],
  y: readonly number[],
  precision: number,
  noise: { sigma: number } | { rate: number },
): LogDensity {
  return (x) => {
    const known = 'sigma' in noise
    const b = known ? x : x.slice(0, -1)
    const sigma = known ? noise.sigma : Math.exp(x.at(-1)!)
    const prior = known ? 0 : Math.log(noise.rate) - noise.rate * sigma + x.at(-1)!
    return sum(X.map((row, i) => normalLog(y[i]!, dot(row, b), sigma))) + priorLog(b, precision) + prior
  }
}

const EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12]
const ERRORS = [15, 10, 16, 11, 9, 11, 10, 18]

export function eightSchoolsLogDensity(centred: boolean): LogDensity {
  return ([mu, logTau, ...rest]) => {
    const tau = Math.exp(logTau!)
    const theta = centred ? rest : rest.map((eta) => mu! + tau * eta)
    const hierarchy = sum(rest.map((x) => (centred ? normalLog(x, mu!, tau) : normalLog(x, 0, 1))))
    const cauchy = Math.log(2 / (Math.PI * 5 * (1 + (tau / 5) ** 2))) + logTau!
    return normalLog(mu!, 0, 5) + cauchy + hierarchy + sum(theta.map((t, j) => normalLog(EFFECTS[j]!, t, ERRORS[j]!)))
  }
}

/** -U1 ... -U4 of Rezende and Mohamed (2015), the last three with their wall beyond |z1| = 4. */
export function testEnergyLogDensity(energy: 'U1' | 'U2' | 'U3' | 'U4'): LogDensity {
  const bump = (x: number, sd: number) => Math.exp(-((x / sd) ** 2) / 2)
  const wave = (z1: number) => Math.sin((Math.PI * z1) / 2)
  const w2 = (z1: number) => 3 * bump(z1 - 1, 0.6)
  const w3 = (z1: number) => 3 / (1 + Math.exp(-(z1 - 1) / 0.3))
  const wall = (z1: number) => Math.max(0, Math.abs(z1) - 4) ** 2 / 0.02
  const of = {
    U1: (a: number, b: number) =>
      Math.log(bump(a - 2, 0.6) + bump(a + 2, 0.6)) - ((Math.hypot(a, b) - 2) / 0.4) ** 2 / 2,
    U2: (a: number, b: number) => -(((b - wave(a)) / 0.4) ** 2) / 2 - wall(a),
    U3: (a: number, b: number) => Math.log(bump(b - wave(a), 0.35) + bump(b - wave(a) + w2(a), 0.35)) - wall(a),
    U4: (a: number, b: number) => Math.log(bump(b - wave(a), 0.4) + bump(b - wave(a) + w3(a), 0.35)) - wall(a),
  }
  return ([a, b]) => of[energy](a!, b!)
}

/**
 * Central differences with one step of Richardson's extrapolation, and how far they may be from the derivatives: the error
 * of the formula is of order h^4 f^(5) and that of rounding of order eps |f| / h, so with h = 1e-3 both stay below 1e-9 of
 * the scale of f and of its derivatives for the densities here; the tolerance has a factor of 100 to spare.
 */
export function differences(f: LogDensity, x: readonly number[]): { gradient: number[]; tolerance: number } {
  const central = (i: number, h: number) => {
    const at = (by: number) => f(x.map((value, k) => (k === i ? value + by : value)))
    return (at(h) - at(-h)) / (2 * h)
  }
  const gradient = x.map((_, i) => (4 * central(i, 0.5e-3) - central(i, 1e-3)) / 3)
  const scale = Math.max(1, Math.abs(f(x)), ...gradient.map(Math.abs))
  return { gradient, tolerance: 1e-7 * scale }
}
