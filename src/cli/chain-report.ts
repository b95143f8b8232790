/** The analysis of a Markov chain in words, and as JSON. */

import type { ChainAnalysis } from '../sampling/chain/analyze-chain.ts'
import type { ChainClass } from '../sampling/chain/classes.ts'
import { count } from './words.ts'

/** Of a list, so much is printed. */
const SHOWN = 10
/** JSON leaves a table of more numbers out. */
const MOST_NUMBERS = 1_000_000

type Names = readonly string[] | undefined

export function chainLines(found: ChainAnalysis, names?: Names): string[] {
  const name = (state: number) => names?.[state] ?? String(state)
  const recurrent = found.classes.filter((one) => one.recurrent)
  return [
    `${count(found.states, 'state')}, ${found.irreducible ? 'irreducible' : `in ${count(found.classes.length, 'class', 'classes')}`}, ${found.aperiodic ? 'aperiodic' : 'periodic'}, ${found.reversible ? 'reversible' : 'not reversible'}`,
    ...shown(found.classes, (one, c) => classLine(one, c, name), 'class', 'classes'),
    ...recurrent.slice(0, SHOWN).flatMap((one, k) => lawLines(found.stationary[k]!, one, name, recurrent.length)),
    ...absorptionLines(found, name),
    balanceLine(found, name),
    ...timeLines(found),
  ]
}

function short(x: number): string {
  return String(Number(x.toPrecision(6)))
}

/** A line for each of the first few, and one for the rest. */
function shown<Item>(items: readonly Item[], line: (item: Item, i: number) => string, noun: string, plural: string) {
  const lines = items.slice(0, SHOWN).map(line)
  return items.length > SHOWN
    ? [...lines, `  and ${`${items.length - SHOWN} more ${items.length - SHOWN === 1 ? noun : plural}`}`]
    : lines
}

function classLine({ states, recurrent, period }: ChainClass, c: number, name: (state: number) => string): string {
  const some = Array.from(states.subarray(0, SHOWN), name).join(', ')
  const rest = states.length > SHOWN ? ` and ${states.length - SHOWN} more` : ''
  const returns = period === null ? 'no way back' : `period ${period}`
  return `  class ${c + 1}: ${recurrent ? 'recurrent' : 'transient'}, ${returns}: ${some}${rest}`
}

function lawLines(law: Float64Array, { states }: ChainClass, name: (state: number) => string, classes: number) {
  const likely = Array.from(states).sort((a, b) => law[b]! - law[a]! || a - b)
  const head = classes === 1 ? 'stationary law' : `stationary law of the class of ${name(states[0]!)}`
  const ordered = states.length > SHOWN ? likely : Array.from(states)
  const note = states.length > SHOWN ? `, the ${SHOWN} likeliest of ${states.length} states` : ''
  return [`${head}${note}`, ...ordered.slice(0, SHOWN).map((state) => `  ${name(state)}  ${short(law[state]!)}`)]
}

function transientStates({ classes, classOf }: ChainAnalysis): number[] {
  return Array.from(classOf.keys()).filter((state) => !classes[classOf[state]!]!.recurrent)
}

function absorptionLines(found: ChainAnalysis, name: (state: number) => string): string[] {
  const ends = found.classes.filter((one) => one.recurrent)
  const transient = transientStates(found)
  if (ends.length < 2 || transient.length === 0) return []
  const heads = ends.slice(0, SHOWN).map(({ states }) => name(states[0]!))
  const line = (state: number) => {
    const row = found.absorption.data.subarray(state * ends.length, state * ends.length + heads.length)
    return `  from ${name(state)}  ${Array.from(row, short).join('  ')}`
  }
  const more = ends.length > SHOWN ? ` (the first ${SHOWN} of ${ends.length})` : ''
  return [
    `ends in the class of ${heads.join(', ')}${more} with probability`,
    ...shown(transient, line, 'state', 'states'),
  ]
}

function balanceLine({ balance: { residual, pair } }: ChainAnalysis, name: (state: number) => string): string {
  if (pair === null) return 'detailed balance holds exactly'
  return `detailed balance: opposite flows differ by ${short(residual)} at most, between ${name(pair[0])} and ${name(pair[1])}`
}

function timeLines({ spectralGap, relaxationTime, mixingTime, kemeny }: ChainAnalysis): string[] {
  if (mixingTime === null) return ['no mixing time: where the chain is in the long run depends on its start']
  return [
    `spectral gap ${short(spectralGap)}, relaxation time ${short(relaxationTime)}`,
    mixingTime === Infinity ? 'mixing time above 2^53 steps' : `mixing time ${count(mixingTime, 'step')}`,
    ...(kemeny === null ? [] : [`Kemeny's constant ${short(kemeny)}`]),
  ]
}

/** Plain data. Laws are those of the classes' own states; what JSON has no number for becomes null. */
export function chainJson(found: ChainAnalysis, names?: Names): object {
  const { classes, stationary, absorption, eigenvalues, states, classOf: _, ...rest } = found
  const transient = transientStates(found)
  const ends = absorption.shape[1]
  const rows = transient.map((state) => [...absorption.data.subarray(state * ends, (state + 1) * ends)])
  let law = 0
  return {
    states,
    ...(names && { names }),
    ...rest,
    classes: classes.map((one) => ({
      ...one,
      states: [...one.states],
      ...(one.recurrent && { stationary: lawOn(stationary[law++]!, one.states) }),
    })),
    absorption: transient.length * ends > MOST_NUMBERS ? null : { from: transient, probabilities: rows },
    eigenvalues: eigenvalues && { real: [...eigenvalues.real], imaginary: [...eigenvalues.imaginary] },
  }
}

function lawOn(law: Float64Array, states: Uint32Array): number[] {
  return Array.from(states, (state) => law[state]!)
}
