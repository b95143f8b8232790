/** The functions that a typed expression may call: those of TypeScript, by the same names. */

import type { Expression } from './expression.ts'
import {
  abs,
  concat,
  cumulativeSum,
  dot,
  exp,
  log,
  log1p,
  logAddExp,
  logGamma,
  logSumExp,
  matvec,
  pow,
  sigmoid,
  softplus,
  solveLower,
  sqrt,
  square,
  sum,
  tanh,
  within,
} from './functions.ts'
import { logPdf } from './log-pdf.ts'

export interface TextFunction {
  /** How many arguments it takes, at least and at most. */
  readonly least: number
  readonly most: number
  apply(args: readonly Expression[]): Expression
}

// biome-ignore lint/suspicious/noExplicitAny: each is called with as many expressions as its entry says
type AnyFunction = (...args: any[]) => Expression

function entry(least: number, most: number, apply: AnyFunction): TextFunction {
  return { least, most, apply: (args) => apply(...args) }
}

const ofOne = { exp, log, log1p, sqrt, square, abs, tanh, sigmoid, softplus, logGamma, sum, logSumExp, cumulativeSum }
const ofTwo = { pow, dot, logAddExp, matvec, solveLower }

/** Arguments of the families of `logPdf`, at least and at most. */
const families: Readonly<Record<keyof typeof logPdf, readonly [least: number, most: number]>> = {
  normal: [1, 3],
  lognormal: [1, 3],
  halfNormal: [1, 2],
  studentT: [2, 4],
  cauchy: [1, 3],
  halfCauchy: [1, 2],
  exponential: [1, 2],
  gamma: [2, 3],
  beta: [3, 3],
  uniform: [3, 3],
  bernoulliLogit: [2, 2],
  binomialLogit: [3, 3],
  poissonLog: [2, 2],
  multivariateNormal: [3, 3],
}

/** A map and not an object: no name that a text may hold finds anything else in it. */
export const textFunctions: ReadonlyMap<string, TextFunction> = new Map([
  ...Object.entries(ofOne).map(([name, apply]) => [name, entry(1, 1, apply)] as const),
  ...Object.entries(ofTwo).map(([name, apply]) => [name, entry(2, 2, apply)] as const),
  ['within', entry(3, 3, within)],
  ['concat', entry(1, Number.POSITIVE_INFINITY, concat)],
  ...Object.entries(families).map(([name, [least, most]]) => {
    return [`logPdf.${name}`, entry(least, most, logPdf[name as keyof typeof logPdf])] as const
  }),
])
