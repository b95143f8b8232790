/** What the learning rules of a Hopfield network share: what they return, and Hebb's rule, from which others start. */

import type { Seed } from '../random/key.ts'
import { copyNetwork, type HopfieldCore, type Network } from './hopfield-core.ts'
import type { States } from './hopfield-states.ts'

export interface StoreResult {
  /** The seed used, for the rules that draw random numbers. */
  readonly seed?: Seed
  /** Epochs finished (contrastive), attractors unlearnt (unlearning), patterns stored (the others). */
  readonly done: number
  /** Contrastive: for each epoch, the mean fraction of bits in which the states reached differ from their patterns. */
  readonly errors?: Float64Array
}

/** One rule at work: changes the core's network and says how far it came, also by the `partial` of an `AbortError`. */
export type Rule = (core: HopfieldCore, patterns: States) => Promise<StoreResult>

/** The network with Hebb's term of these patterns added. */
export async function withHebbian(core: HopfieldCore, from: Network, bits: Uint32Array): Promise<Network> {
  const next = copyNetwork(core.backend, from, joined(from.patterns, bits))
  const nothing = [new Uint32Array(), 1, next.weights, new Float32Array()] as const
  await core.backend.run('hopfieldCorrelate', core.units, bits, ...nothing)
  return next
}

export function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
