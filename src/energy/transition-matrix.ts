/** The Markov chains of small models as matrices, from the probabilities with which their own kernels move. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import { checkLongOptions, type LongOptions, longOptionKeys } from '../run/progress.ts'
import { BoltzmannMachine } from './boltzmann.ts'
import { type BoltzmannCore, checkTemperature } from './boltzmann-core.ts'
import { type Couplings, DenseCouplings, type Scan, scans } from './boltzmann-couplings.ts'
import { RBM } from './rbm.ts'
import { SparseCouplings } from './sparse-couplings.ts'

export interface TransitionOptions extends LongOptions {
  /** Of a Boltzmann machine; default `sequential`. An RBM has one scan: hidden units given the visible, then visible given hidden. */
  scan?: Scan | undefined
  /** Default `heat-bath`. */
  update?: 'heat-bath' | 'metropolis' | undefined
  /** Default: the machine's. `Infinity` is one. */
  temperature?: number | undefined
}

/** A matrix in double precision, row after row. */
export interface TransitionMatrix {
  readonly data: Float64Array
  readonly shape: readonly [states: number, states: number]
}

const MOST_UNITS = 12
const keys = ['scan', 'update', 'temperature', ...longOptionKeys] as const

/**
 * The matrix [2^n, 2^n] of one sweep: entry (s, t) is the probability that a sweep from state s ends in t. Unit i is on
 * in the states whose number has bit i; of an RBM the visible units come first.
 *
 * A Boltzmann machine's is made of the sampler's own decisions, as shares of its 2^32 random words; so its stationary law
 * agrees with exp(-E / T) / Z to about 1e-7. The permuted scan's is the mean over all orders.
 *
 * @throws (rejects with) ArgumentError on a model of more than 12 units, or on wrong options
 */
export async function transitionMatrix(
  model: BoltzmannMachine | RBM,
  options?: TransitionOptions,
): Promise<TransitionMatrix> {
  const given = check.options('options', options, keys)
  checkLongOptions(given)
  if (model instanceof BoltzmannMachine) return ofMachine(BoltzmannMachine.coreOf(model), given)
  if (model instanceof RBM) return ofRbm(model, given)
  throw new ArgumentError(expected('model', 'to be a BoltzmannMachine or an RBM', show(model)))
}

function checkUnits(units: number): void {
  if (units > MOST_UNITS) throw new ArgumentError(expected('model', `to have at most ${MOST_UNITS} units`, units))
}

async function ofMachine(core: BoltzmannCore, given: Partial<TransitionOptions>): Promise<TransitionMatrix> {
  const { units, backend } = core
  checkUnits(units)
  const scan = check.oneOf('scan', given.scan ?? 'sequential', Object.keys(scans) as Scan[])
  const update = check.oneOf('update', given.update ?? 'heat-bath', ['heat-bath', 'metropolis'])
  const temperature = checkTemperature('temperature', given.temperature ?? core.temperature)
  const { couplings } = core
  const states = 2 ** units
  const { binary, narrow, unit, table, offsets } = await denseOf(core, couplings).integers()
  const flips = new Float64Array(states * units)
  await backend.run(
    'boltzmannUpdateProbabilities',
    ...([units, binary, narrow, unit, table, offsets, update === 'metropolis', temperature, flips] as const),
  )
  const data = new Float64Array(states * states)
  const order = orderOf(couplings, scan)
  const run = (first: number, count: number) => {
    const rows = data.subarray(first * states, (first + count) * states)
    return backend.run('transitionMatrix', flips, units, order, scans[scan], first, rows)
  }
  await inPieces(states, run, { signal: given.signal })
  return { data, shape: [states, states] }
}

function denseOf({ backend, encoding }: BoltzmannCore, couplings: Couplings): DenseCouplings {
  if (couplings instanceof DenseCouplings) return couplings
  const { units, bias } = couplings
  const weights = new Float32Array(units * units)
  for (let i = 0; i < units; i++) weights.set(couplings.row(i), i * units)
  return new DenseCouplings(backend, encoding, weights, bias)
}

/** The units in the order of a sweep; empty where that is random. */
function orderOf(couplings: Couplings, scan: Scan): Uint32Array {
  if (scan === 'random' || scan === 'permutation') return new Uint32Array()
  if (scan === 'chromatic' && couplings instanceof SparseCouplings) return couplings.graph.order
  return Uint32Array.from({ length: couplings.units }, (_, i) => i)
}

async function ofRbm(rbm: RBM, given: Partial<TransitionOptions>): Promise<TransitionMatrix> {
  for (const name of ['scan', 'update', 'temperature'] as const) {
    if (given[name] === undefined) continue
    throw new ArgumentError(expected(name, 'to be left out for an RBM, which has one kind of sweep', show(given[name])))
  }
  const { visible, hidden } = rbm
  checkUnits(visible + hidden)
  const [all, states] = [2 ** visible, 2 ** (visible + hidden)]
  const hiddenGiven = lawsOf(hidden, (await rbm.hiddenProbabilities(everyState(visible))).data)
  const visibleGiven = lawsOf(visible, (await rbm.visibleProbabilities(everyState(hidden))).data)
  const data = new Float64Array(states * states)
  for (let from = 0; from < states; from++) {
    const row = data.subarray(from * states, (from + 1) * states)
    for (let to = 0; to < states; to++) {
      const [v, h] = [to % all, Math.floor(to / all)]
      row[to] = hiddenGiven[(from % all) * 2 ** hidden + h]! * visibleGiven[h * all + v]!
    }
  }
  return { data, shape: [states, states] }
}

function everyState(units: number): { data: Float32Array; shape: [number, number] } {
  const data = Float32Array.from({ length: 2 ** units * units }, (_, k) => (Math.floor(k / units) >>> (k % units)) & 1)
  return { data, shape: [2 ** units, units] }
}

/** [rows, 2^units]: laws of independent units from their probabilities [rows, units]. */
function lawsOf(units: number, probabilities: Float32Array): Float64Array {
  const [rows, states] = [probabilities.length / units, 2 ** units]
  const laws = new Float64Array(rows * states)
  for (let r = 0; r < rows; r++) {
    for (let state = 0; state < states; state++) {
      let p = 1
      for (let i = 0; i < units; i++) {
        const on = probabilities[r * units + i]!
        p *= (state >>> i) & 1 ? on : 1 - on
      }
      laws[r * states + state] = p
    }
  }
  return laws
}
