/** Stationary laws and absorption probabilities, both by elimination of states (native/kernels/markov_eliminate.h). */

import type { BackendArray } from '../../backend/backend.ts'
import { ArgumentError, expected } from '../../errors.ts'
import type { ChainStructure } from './classes.ts'
import type { Transitions } from './transition-input.ts'
import type { Work } from './work.ts'

const BLOCK = 64

/** Rows of the given states, with the columns that `columnOf` says. */
export async function blockOf(
  work: Work,
  { matrix, states: all }: Transitions,
  states: Uint32Array,
  columnOf?: Int32Array,
  width: number = states.length,
): Promise<BackendArray<Float64Array>> {
  const columns = columnOf ?? new Int32Array(all).fill(-1)
  if (columnOf === undefined) for (const [r, state] of states.entries()) columns[state] = r
  const block = work.take(states.length * width)
  await work.run(2 * states.length * all, 'markovBlock', matrix, states, columns, width, block)
  return block
}

async function eliminate(
  work: Work,
  block: BackendArray<Float64Array>,
  absorbing: number,
  states: Uint32Array,
): Promise<Float64Array> {
  const n = states.length
  const blocks = Math.ceil(n / BLOCK)
  const pivots = new Float64Array(n)
  const cost = Math.min(n, BLOCK) * n * (n + absorbing)
  const run = async (start: number, count: number) => {
    const [first, end] = [(blocks - start - count) * BLOCK, Math.min(n, (blocks - start) * BLOCK)]
    const done = await work.run(cost * count, 'markovEliminate', block, absorbing, first, end - first, pivots)
    if (!done)
      throw new ArgumentError(expected('P', 'to have ways of at least 2^-500 between the states of a class', 0))
  }
  await work.pieces(blocks, cost, run, BLOCK)
  return pivots
}

/**
 * The stationary law of a recurrent class, in the order of its states, by the method of Grassmann, Taksar and Heyman
 * (1985). It looks at steps between different states of the class only.
 */
export async function stationaryLaw(work: Work, transitions: Transitions, states: Uint32Array): Promise<Float64Array> {
  const block = await blockOf(work, transitions, states)
  await eliminate(work, block, 0, states)
  const law = new Float64Array(states.length)
  await work.run(states.length ** 2, 'markovStationary', block, law)
  work.give(block)
  return law
}

/** [n, recurrent classes]: the probability that the chain, started in a state, ends in each recurrent class. */
export async function absorptionOf(
  work: Work,
  transitions: Transitions,
  { classes, classOf }: ChainStructure,
): Promise<{ data: Float64Array; shape: [states: number, recurrent: number] }> {
  const n = transitions.states
  const ends = classes.flatMap((one, c) => (one.recurrent ? [c] : []))
  const data = new Float64Array(n * ends.length)
  classOf.forEach((c, i) => {
    if (classes[c]!.recurrent) data[i * ends.length + ends.indexOf(c)] = 1
  })
  const transient = Uint32Array.from(classOf.keys()).filter((i) => !classes[classOf[i]!]!.recurrent)
  if (transient.length > 0) {
    const found = await absorptionOfTransient(work, transitions, classOf, ends, transient)
    for (const [r, state] of transient.entries()) {
      data.set(found.subarray(r * ends.length, (r + 1) * ends.length), state * ends.length)
    }
  }
  return { data, shape: [n, ends.length] }
}

async function absorptionOfTransient(
  work: Work,
  transitions: Transitions,
  classOf: Uint32Array,
  ends: readonly number[],
  transient: Uint32Array,
): Promise<Float64Array> {
  const [count, width] = [ends.length, ends.length + transient.length]
  const columnOf = Int32Array.from(classOf, (c) => ends.indexOf(c))
  for (const [r, state] of transient.entries()) columnOf[state] = count + r
  const block = await blockOf(work, transitions, transient, columnOf, width)
  work.expect(transient.length)
  const pivots = await eliminate(work, block, count, transient)
  const found = new Float64Array(transient.length * count)
  const row = transient.length * count
  await work.pieces(transient.length, row, (first, rows) =>
    work.run(rows * row, 'markovAbsorption', block, count, pivots, first, rows, found),
  )
  work.give(block)
  return found
}
