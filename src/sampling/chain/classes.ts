/** The classes of states that reach each other, and the periods of their returns. */

import type { Transitions } from './transition-input.ts'
import type { Work } from './work.ts'

/** States each of which can be reached from each other. */
export interface ChainClass {
  /** In rising order. */
  readonly states: Uint32Array
  /** No step leaves the class: the chain ends in one of these. Else it is transient. */
  readonly recurrent: boolean
  /** Greatest common divisor of the lengths of all ways back to a state; null where there is none (a transient state alone). */
  readonly period: number | null
}

export interface ChainStructure {
  /** In the order of their smallest states. */
  readonly classes: readonly ChainClass[]
  /** [n]: the class of each state. */
  readonly classOf: Uint32Array
}

/** Communicating classes by Tarjan's algorithm (1972), periods by breadth-first levels (Denardo 1977). */
export async function structureOf(work: Work, { states, matrix }: Transitions): Promise<ChainStructure> {
  const [classOf, closed, periods] = [new Uint32Array(states), new Uint8Array(states), new Uint32Array(states)]
  const count = await work.run(3 * states * states, 'markovStructure', matrix, classOf, closed, periods)
  const members: number[][] = Array.from({ length: count }, () => [])
  for (const [i, c] of classOf.entries()) members[c]!.push(i)
  const classes = members.map((list, c) => ({
    states: Uint32Array.from(list),
    recurrent: closed[c] === 1,
    period: periods[c] || null,
  }))
  return { classes, classOf }
}
