/** What theory says of a finite Markov chain, from its transition matrix. */

import { ready } from '../../backend/index.ts'
import * as check from '../../check.ts'
import { AbortError } from '../../errors.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../../run/progress.ts'
import { type Balance, ClassAnalysis } from './class-analysis.ts'
import { type ChainClass, structureOf } from './classes.ts'
import { mixingTime } from './mixing-time.ts'
import { modulus, type Spectrum, sortedSpectrum } from './spectrum.ts'
import { absorptionOf } from './stationary.ts'
import { type Transitions, type TransitionsLike, toTransitions } from './transition-input.ts'
import { Work } from './work.ts'

export interface AnalyzeChainOptions extends LongOptions {
  /** How far the sum of a row may be from 1; default 1e-6. Rows are then divided by their sums. */
  tolerance?: number | undefined
}

/** What `analyzeChain` finds, for n states of which the recurrent ones form r classes. */
export interface ChainAnalysis {
  /** n */
  readonly states: number
  /** In the order of their smallest states. */
  readonly classes: readonly ChainClass[]
  /** [n]: the number of each state's class. */
  readonly classOf: Uint32Array
  /** One class has all states. */
  readonly irreducible: boolean
  /** Every recurrent class has period 1. */
  readonly aperiodic: boolean
  /** r laws [n] with law P = law, one for each recurrent class, in their order; every stationary law is a mixture of these. */
  readonly stationary: readonly Float64Array[]
  /** [n, r]: the probability that the chain, started in a state, ends in each recurrent class. */
  readonly absorption: { readonly data: Float64Array; readonly shape: readonly [states: number, recurrent: number] }
  /** How far from detailed balance the recurrent classes are, each with its own law. */
  readonly balance: Balance
  /** No two opposite flows differ by more than 1e-6 of the largest flow between two states. */
  readonly reversible: boolean
  /** 1 minus the second largest modulus of the eigenvalues; 0 where a class is periodic or several are recurrent. */
  readonly spectralGap: number
  /** 1 / spectralGap; Infinity where that is 0. */
  readonly relaxationTime: number
  /**
   * All n of P. Null where that would take too long: a class of more than 512 states whose flows are not balanced. The
   * spectral gap is then that of repeated squaring.
   */
  readonly eigenvalues: Spectrum | null
  /**
   * The smallest number of steps after which the total variation distance from the stationary law is at most 1/4 from
   * every start; null where there is none: a class is periodic or several are recurrent. Infinity above 2^53.
   */
  readonly mixingTime: number | null
  /**
   * Kemeny's constant sum_j law_j m_ij, m_ij the mean number of steps from i to j (0 from a state to itself): the same
   * for every i, and sum 1 / (1 - eigenvalue) over those besides 1. Null with several recurrent classes, or where
   * the eigenvalues are.
   */
  readonly kemeny: number | null
}

/** The probabilities of the energy models' own matrices are multiples of 2^-32. */
const BALANCED = 1e-6

/**
 * Classes, periods, stationary laws, detailed balance, spectral gap and mixing time of a Markov chain of up to 4096
 * states; rows of P are where a step comes from. Notions as in Levin, Peres and Wilmer, "Markov Chains and Mixing Times".
 *
 * All of it is in double precision and the same on every backend. Laws and absorption probabilities come from an
 * elimination without a subtraction (Grassmann, Taksar, Heyman 1985), accurate in every entry; eigenvalues of classes
 * with detailed balance from a symmetric matrix; the mixing time from products of matrices. Some n^3 operations: for 2000
 * states seconds to half a minute.
 *
 * @throws (rejects with) ArgumentError that names the row which is no law; AbortError with what was found until then
 *
 * @example
 * const { stationary, spectralGap, mixingTime } = await analyzeChain([[0.9, 0.1], [0.3, 0.7]])
 * const theory = await analyzeChain(await transitionMatrix(machine, { scan: 'random' }))
 */
export async function analyzeChain(P: TransitionsLike, options?: AnalyzeChainOptions): Promise<ChainAnalysis> {
  const given = check.options('options', options, ['tolerance', ...longOptionKeys])
  checkLongOptions(given)
  const tolerance = check.numberWithin('tolerance', given.tolerance ?? 1e-6, 0, 1)
  const backend = await ready()
  const transitions = await toTransitions(backend, 'P', P, tolerance)
  const found: Partial<Writable<ChainAnalysis>> = { states: transitions.states }
  try {
    return await analyze(new Work(backend, given), transitions, found)
  } catch (error) {
    if (error instanceof AbortError) throw new AbortError(found, { cause: error.cause })
    throw error
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

async function analyze(
  work: Work,
  transitions: Transitions,
  found: Partial<Writable<ChainAnalysis>>,
): Promise<ChainAnalysis> {
  const structure = await structureOf(work, transitions)
  const recurrent = structure.classes.filter((one) => one.recurrent)
  const aperiodic = recurrent.every(({ period }) => period === 1)
  const ergodic = aperiodic && recurrent.length === 1
  Object.assign(found, structure, { irreducible: structure.classes.length === 1, aperiodic })
  work.expect(transitions.states)
  const analyses: ClassAnalysis[] = []
  for (const one of structure.classes) analyses.push(await ClassAnalysis.of(work, transitions, one))
  Object.assign(found, lawsOf(transitions, analyses))
  found.absorption = await absorptionOf(work, transitions, structure)
  Object.assign(found, await spectrumOf(work, transitions, analyses, ergodic))
  found.mixingTime = ergodic ? await mixingTime(work, transitions, found.stationary![0]!) : null
  work.end()
  return found as ChainAnalysis
}

function lawsOf({ states }: Transitions, analyses: readonly ClassAnalysis[]) {
  const recurrent = analyses.filter((one) => one.recurrent)
  const balance = recurrent
    .map((one) => one.balance)
    .reduce((worst, one) => ({
      ...(one.residual > worst.residual ? one : worst),
      flow: Math.max(one.flow, worst.flow),
    }))
  return {
    stationary: recurrent.map((one) => one.law(states)),
    balance,
    reversible: balance.residual <= BALANCED * balance.flow,
  }
}

/** Only an ergodic chain has a gap, and so a need for the second modulus where the spectrum is not to be had. */
async function spectrumOf(
  work: Work,
  transitions: Transitions,
  analyses: readonly ClassAnalysis[],
  ergodic: boolean,
): Promise<Pick<ChainAnalysis, 'eigenvalues' | 'spectralGap' | 'relaxationTime' | 'kemeny'>> {
  const complete = analyses.every((one) => one.spectrumIsCheap)
  const parts: Spectrum[] = []
  let second = 0
  for (const one of analyses) {
    if (one.spectrumIsCheap && (complete || ergodic)) parts.push(await one.spectrum(work, transitions))
    else if (ergodic) second = Math.max(second, await one.secondModulus(work, transitions))
  }
  const { real, imaginary } = sortedSpectrum(parts)
  const units = analyses.filter((one) => one.recurrent && one.spectrumIsCheap).length
  if (real.length > units) second = Math.max(second, modulus(real[units]!, imaginary[units]!))
  const spectralGap = ergodic ? Math.max(0, 1 - second) : 0
  return {
    eigenvalues: complete ? { real, imaginary } : null,
    spectralGap,
    relaxationTime: 1 / spectralGap,
    kemeny: complete && analyses.filter((one) => one.recurrent).length === 1 ? kemenyOf({ real, imaginary }) : null,
  }
}

/** Eigenvalues that are not real come in pairs, so imaginary parts cancel. */
function kemenyOf({ real, imaginary }: Spectrum): number {
  let sum = 0
  for (let k = 1; k < real.length; k++) {
    const [re, im] = [1 - real[k]!, imaginary[k]!]
    sum += re / (re * re + im * im)
  }
  return sum
}
