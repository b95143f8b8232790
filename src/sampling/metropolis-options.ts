/** What `metropolis` takes, and the checks of it. */

import * as check from '../check.ts'
import type { Target } from '../density/target.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { type ChainOptions, type CheckedChains, chainKeys, checkChainOptions, checkSettled } from './chain-options.ts'
import type { ChainState } from './chain-sampler.ts'
import type { MetropolisProposal } from './metropolis-proposal.ts'

/** Parallel tempering: copies of a chain at higher temperatures, where it moves freely, that swap places with it. */
export interface Ladder {
  /** Number of temperatures, 2 to 32. */
  levels: number
  /** The highest; those between are in geometric progression from 1. */
  hottest: number
}

export interface MetropolisOptions extends ChainOptions {
  target: Target
  /** How a chain moves; default `random-walk`. */
  proposal?: MetropolisProposal | undefined
  /**
   * What the warm-up learns: `true` (default) the step size and, but for an isotropic proposal, its scale from windows of
   * draws; `'step'` the step size alone; `false` nothing.
   */
  adapt?: boolean | 'step' | undefined
  /** Temperatures of parallel tempering, the first 1 and each above the one before; default none but 1. */
  temperatures?: readonly number[] | Ladder | undefined
}

const metropolisKeys = ['target', 'proposal', 'adapt', 'temperatures', ...chainKeys]
const MOST_LEVELS = 32

export interface CheckedMetropolis extends CheckedChains {
  readonly adapt: 'all' | 'step' | 'none'
  readonly temperatures: Float64Array
}

export function checkMetropolis(given: MetropolisOptions): CheckedMetropolis {
  const options = check.options('options', given, metropolisKeys)
  const adapt = options.adapt ?? true
  if (typeof adapt !== 'boolean' && adapt !== 'step') {
    throw new ArgumentError(expected('adapt', 'to be true, false or "step"', show(adapt)))
  }
  const checked = {
    ...checkChainOptions(options),
    adapt: adapt === true ? 'all' : adapt === 'step' ? 'step' : 'none',
    temperatures: checkTemperatures(options.temperatures ?? [1]),
  } as const
  if (options.resume !== undefined) checkResumed(options.resume, options, checked)
  return checked
}

function checkResumed(state: ChainState, given: Partial<MetropolisOptions>, checked: CheckedMetropolis): void {
  if (given.adapt !== undefined) checkSettled(state, 'adapt', checked.adapt)
  const before = state.arrays?.['temperatures']
  if (given.temperatures === undefined || before === undefined) return
  if (before.length === checked.temperatures.length && before.every((t, k) => t === checked.temperatures[k])) return
  const wanted = `to be ${before.join(', ')}, as in the run resumed`
  throw new ArgumentError(expected('temperatures', wanted, checked.temperatures.join(', ')))
}

function checkTemperatures(given: readonly number[] | Ladder): Float64Array {
  if (!Array.isArray(given) && !check.isNumericArray(given)) return ladder(given as Ladder)
  const temperatures = check.finiteArray('temperatures', given)
  if (temperatures.length === 0 || temperatures.length > MOST_LEVELS) {
    throw new ArgumentError(expected('temperatures', `to have 1 to ${MOST_LEVELS} values`, temperatures.length))
  }
  if (temperatures[0] !== 1) throw new ArgumentError(expected('temperatures', 'to begin with 1', temperatures[0]!))
  const wrong = temperatures.findIndex((value, k) => k > 0 && value <= temperatures[k - 1]!)
  if (wrong < 0) return temperatures.slice()
  throw new ArgumentError(expected('temperatures', 'to rise', `${temperatures[wrong]} at index ${wrong}`))
}

function ladder(given: Ladder): Float64Array {
  const options = check.options('temperatures', given, ['levels', 'hottest'])
  const levels = check.integerWithin('temperatures.levels', options.levels, 2, MOST_LEVELS)
  const hottest = check.finiteNumber('temperatures.hottest', options.hottest)
  if (!(hottest > 1)) throw new ArgumentError(expected('temperatures.hottest', 'to be above 1', hottest))
  // Rounded, because engines differ in the last digit of a power, and runs must not.
  return Float64Array.from({ length: levels }, (_, k) => Math.fround(hottest ** (k / (levels - 1))))
}
