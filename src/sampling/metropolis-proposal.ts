/** How a Metropolis chain may move: the forms that users write, and what the sampler makes of them. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import type { ChainRng } from './chain-rng.ts'
import { checkProposal, type Proposal } from './proposal.ts'
import { toRows } from './rows.ts'

/**
 * x' = x + step L z, z standard normal and L the scale. With gradient (`mala`, the Metropolis-adjusted Langevin algorithm
 * [Roberts and Tweedie 1996]) also a drift uphill: x' = x + step^2 / 2 L L' grad log p(x) + step L z.
 */
export interface ScaledProposal {
  readonly kind: 'random-walk' | 'mala'
  /** Where the step starts; default 2.38 / sqrt(dim), for `mala` 1.65 / dim^(1/6), which suit a scale that fits. */
  readonly step?: number | undefined
  /**
   * What of the scale the warm-up learns: nothing (`isotropic`, L is 1), a standard deviation for each coordinate
   * (`diagonal`, the default) or a covariance (`full`).
   */
  readonly shape?: 'isotropic' | 'diagonal' | 'full' | undefined
  /** Where a diagonal scale starts: standard deviations of the target's coordinates, about. Default: all 1. */
  readonly scale?: ArrayLike<number> | undefined
  /** Where a full scale starts: the target's covariance, about. */
  readonly covariance?: MatrixLike | undefined
}

/** One coordinate, all equally likely, is exchanged for the other of its two values. */
export interface FlipProposal {
  readonly kind: 'flip'
  /** The two values of every coordinate; default [0, 1]. */
  readonly values?: readonly [number, number] | undefined
}

/**
 * A proposal of the user's. Where it is not symmetric, which is to be said, the sampler needs the law q of its moves:
 * log q(to | from), or the log of q(from | to) / q(to | from).
 */
export interface CustomProposal {
  /** A new point; `x` is a copy that may be changed and returned. Random numbers come from `rng` alone. */
  propose(x: Float64Array, rng: ChainRng): ArrayLike<number>
  /** log q(to | from), up to a constant. */
  logDensity?(to: Float64Array, from: Float64Array): number
  /** log q(from | to) - log q(to | from). */
  logRatio?(to: Float64Array, from: Float64Array): number
  /** q(to | from) = q(from | to) for all points. */
  readonly symmetric?: boolean | undefined
}

/** Every form; a `Proposal` with `sample` and `logProb` draws independently of where the chain stands. */
export type MetropolisProposal =
  | 'random-walk'
  | 'mala'
  | 'flip'
  | ScaledProposal
  | FlipProposal
  | CustomProposal
  | Proposal

/** As numbered in native/kernels/metropolis_move.h. */
export const proposalCode = { 'random-walk': 0, mala: 1, flip: 2, independence: 3, custom: 3 } as const

interface CheckedScaled {
  readonly kind: 'random-walk' | 'mala'
  readonly step: number
  readonly shape: 'isotropic' | 'diagonal' | 'full'
  /** Of one column: nothing, standard deviations, or the rows of the lower triangle of a covariance's factor. */
  readonly scale: Float64Array
}

export type CheckedProposal =
  | CheckedScaled
  | { readonly kind: 'flip'; readonly values: readonly [number, number] }
  | { readonly kind: 'independence'; readonly proposal: Proposal }
  | { readonly kind: 'custom'; readonly proposal: CustomProposal }

const kinds = ['random-walk', 'mala', 'flip'] as const

/** @throws ArgumentError where it is none of the forms or does not fit a target of `dim` coordinates */
export function checkMetropolisProposal(given: MetropolisProposal | undefined, dim: number): CheckedProposal {
  const proposal = typeof given === 'string' || given === undefined ? { kind: given ?? 'random-walk' } : given
  if (typeof (proposal as Partial<CustomProposal> | null)?.propose === 'function') {
    return checkCustom(proposal as CustomProposal)
  }
  if (typeof (proposal as Partial<Proposal> | null)?.sample === 'function') {
    return { kind: 'independence', proposal: checkProposal('proposal', proposal, dim) }
  }
  if (typeof proposal !== 'object' || proposal === null) {
    const wanted = `to be one of ${kinds.join(', ')}, or an object with \`kind\`, \`propose\`, or \`sample\` and \`logProb\``
    throw new ArgumentError(expected('proposal', wanted, show(proposal)))
  }
  const kind = check.oneOf('proposal.kind', (proposal as { kind?: unknown }).kind, kinds)
  return kind === 'flip' ? checkFlip(proposal as FlipProposal) : checkScaled(kind, proposal as ScaledProposal, dim)
}

function checkCustom(proposal: CustomProposal): CheckedProposal {
  check.optionalFunction('proposal.logDensity', proposal.logDensity)
  check.optionalFunction('proposal.logRatio', proposal.logRatio)
  if (proposal.symmetric !== undefined) check.flag('proposal.symmetric', proposal.symmetric)
  if (!proposal.symmetric && !proposal.logDensity && !proposal.logRatio) {
    const wanted = 'to say that it is symmetric, or to have `logDensity(to, from)` or `logRatio(to, from)`'
    throw new ArgumentError(expected('proposal', wanted, 'none of them'))
  }
  return { kind: 'custom', proposal }
}

function checkFlip(proposal: FlipProposal): CheckedProposal {
  const { values = [0, 1] } = check.options('proposal', proposal, ['kind', 'values'])
  const pair = check.finiteArray('proposal.values', values, 2)
  if (pair[0] === pair[1]) throw new ArgumentError(expected('proposal.values', 'to differ', `${pair[0]} twice`))
  return { kind: 'flip', values: [pair[0]!, pair[1]!] }
}

function checkScaled(kind: 'random-walk' | 'mala', given: ScaledProposal, dim: number): CheckedProposal {
  const options = check.options('proposal', given, ['kind', 'step', 'shape', 'scale', 'covariance'])
  const { scale, covariance } = options
  if (scale !== undefined && covariance !== undefined) {
    throw new ArgumentError(expected('proposal', 'to have `scale` or `covariance`', 'both'))
  }
  const shape = check.oneOf('proposal.shape', options.shape ?? (covariance === undefined ? 'diagonal' : 'full'), [
    'isotropic',
    'diagonal',
    'full',
  ])
  const fits = scale === undefined ? covariance === undefined || shape === 'full' : shape !== 'isotropic'
  if (!fits) {
    const wanted = `to be left out with the shape ${shape}`
    throw new ArgumentError(expected(`proposal.${scale === undefined ? 'covariance' : 'scale'}`, wanted, 'one'))
  }
  const step = check.positiveNumber('proposal.step', options.step ?? idealStep(kind, dim))
  return { kind, step, shape, scale: startScale(shape, dim, scale, covariance) }
}

function startScale(
  shape: CheckedScaled['shape'],
  dim: number,
  scale: ArrayLike<number> | undefined,
  covariance: MatrixLike | undefined,
): Float64Array {
  if (shape === 'isotropic') return new Float64Array()
  if (covariance !== undefined) return choleskyRows('proposal.covariance', covariance, dim)
  const sds = scale === undefined ? new Float64Array(dim).fill(1) : check.finiteArray('proposal.scale', scale, dim)
  const wrong = sds.findIndex((sd) => !(sd > 0))
  if (wrong >= 0) {
    throw new ArgumentError(expected('proposal.scale', 'to hold numbers above 0', `${sds[wrong]} at index ${wrong}`))
  }
  if (shape === 'diagonal') return sds.slice()
  const rows = new Float64Array((dim * (dim + 1)) / 2)
  for (let i = 0; i < dim; i++) rows[(i * (i + 1)) / 2 + i] = sds[i]!
  return rows
}

/** The rows of L, lower triangular, with L L' the matrix. */
function choleskyRows(name: string, matrix: MatrixLike, dim: number): Float64Array {
  const { data, shape } = toRows(name, matrix, dim)
  if (shape[0] !== dim) throw new ArgumentError(expected(name, `to have ${dim} rows`, shape[0]))
  const rows = new Float64Array((dim * (dim + 1)) / 2)
  for (let i = 0, at = 0; i < dim; i++) {
    const row = at
    for (let j = 0, other = 0; j <= i; j++, at++) {
      if (data[i * dim + j] !== data[j * dim + i]) {
        throw new ArgumentError(expected(name, 'to be symmetric', `a difference at row ${i}, column ${j}`))
      }
      let sum = data[i * dim + j]!
      for (let k = 0; k < j; k++) sum -= rows[row + k]! * rows[other + k]!
      if (i === j && !(sum > 0)) throw new ArgumentError(expected(name, 'to be positive definite', `another, row ${i}`))
      rows[at] = i === j ? Math.sqrt(sum) : sum / rows[other + j]!
      other += j + 1
    }
  }
  return rows
}

/** The step that suits a target whose covariance the scale is [Roberts, Gelman, Gilks 1997; Roberts, Rosenthal 1998]. */
export function idealStep(kind: 'random-walk' | 'mala', dim: number): number {
  // Rounded, because engines differ in the last digit of a power, and runs must not.
  return kind === 'mala' ? Math.fround(1.65 / dim ** (1 / 6)) : 2.38 / Math.sqrt(dim)
}

/** The acceptance probability that a step is adapted to: 0.44 in one dimension, towards 0.234 in many; 0.574 with drift. */
export function targetRate(kind: 'random-walk' | 'mala', dim: number): number {
  return kind === 'mala' ? 0.574 : 0.234 + 0.206 / dim
}
