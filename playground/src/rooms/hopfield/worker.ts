/** The Hopfield network, in the room's worker. */

import { Hopfield, type HopfieldReport, type StoreOptions } from 'gibbsite'
import { serve } from '../../worker/serve.ts'
import { type Attractor, attractorsOf } from './attractors.ts'
import { type Pattern, UNITS } from './patterns.ts'
import { type Walk, walk } from './walk.ts'

export type RuleName = NonNullable<StoreOptions['rule']>

/** What is known of a network as soon as it has learnt. */
export interface Memory {
  /** Patterns that are fixed points, as a fraction. */
  readonly stable: number
  /** The largest part of flipped units from which nine of ten noisy copies come back. */
  readonly basin: number
  readonly attractors: readonly Attractor[]
}

const STARTS = 200
const NOISES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]

export class HopfieldService {
  #net = new Hopfield({ units: UNITS })

  /** Forgets everything, learns the patterns by a rule and looks at what has become of them. */
  async store(patterns: readonly Pattern[], rule: RuleName, seed: number): Promise<Memory | undefined> {
    const net = new Hopfield({ units: UNITS })
    if (patterns.length > 0) await net.store(patterns, storeOptions(rule, seed))
    this.#net = net
    if (patterns.length === 0) return undefined
    const { fixedPoints, basinRadius } = await this.#report(net, patterns, seed)
    return { stable: fixedPoints, basin: basinRadius, attractors: await attractorsOf(net, patterns, STARTS, seed) }
  }

  /** Recall from a state, unit by unit, to the end. */
  recall(state: Pattern, seed: number): Promise<Walk> {
    return walk(this.#net, state, seed)
  }

  /** E of a state. */
  async energy(state: Pattern): Promise<number> {
    return (await this.#net.energy(state))[0]!
  }

  #report(net: Hopfield, patterns: readonly Pattern[], seed: number): Promise<HopfieldReport> {
    return net.report(patterns, { noises: NOISES, probes: 10, starts: 0, seed })
  }
}

/** Only two of the rules draw random numbers. */
function storeOptions(rule: RuleName, seed: number): StoreOptions {
  return rule === 'contrastive' || rule === 'unlearning' ? { rule, seed } : { rule }
}

serve(() => new HopfieldService())
