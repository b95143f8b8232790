/** The learning rules of a Hopfield network on the command line. */

import { type Command, InvalidArgumentError } from 'commander'
import type { StoreOptions } from '../energy/hopfield-store.ts'
import type { Dataset } from './data.ts'
import { UsageError } from './failure.ts'
import { choice, integer, nonNegative, positive, type Seeded, within } from './options.ts'

export interface RuleOptions extends Seeded {
  readonly rule: 'contrastive' | 'hebbian' | 'storkey' | 'pseudo-inverse' | 'unlearning'
  readonly noise?: number
  readonly steps?: number
  readonly flips?: number
  readonly eta?: number
  readonly epochs?: number
  readonly ridge?: number
}

const names = ['contrastive', 'hebbian', 'storkey', 'pseudo-inverse', 'unlearning'] as const

/** Options that only one rule takes. */
const ofRule = {
  contrastive: ['noise', 'steps', 'flips', 'eta', 'epochs'],
  hebbian: [],
  storkey: [],
  'pseudo-inverse': ['ridge'],
  unlearning: ['eta'],
} as const

export function addRuleOptions(command: Command): Command {
  return command
    .addOption(choice('--rule <name>', 'how the patterns are learnt', names).default('contrastive'))
    .option('--noise <x>', 'contrastive: probability with which a bit is flipped (default: 0.05)', within(0, 0.5))
    .option('--steps <n>', 'contrastive: sweeps of the dynamics, or inf for the fixed point (default: 1)', sweeps)
    .option('--flips <n>', 'contrastive: flips after which the dynamics stop (default: no limit)', integer())
    .option('--eta <x>', 'contrastive, unlearning: rate of learning (default: the rule’s own)', positive)
    .option('--epochs <n>', 'contrastive: times that each pattern is used (default: 100)', integer())
    .option('--ridge <x>', 'pseudo-inverse: for dependent patterns (default: 0)', nonNegative)
}

function sweeps(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`expected to be a positive integer or inf; got ${text}`)
}

/** What `store` takes. */
export function storeOptions(options: RuleOptions, seed: number | bigint, signal: AbortSignal): StoreOptions {
  const { rule } = options
  const own: readonly string[] = ofRule[rule]
  for (const name of ['noise', 'steps', 'flips', 'eta', 'epochs', 'ridge'] as const) {
    if (options[name] === undefined || own.includes(name)) continue
    throw new UsageError(`expected --${name} to go with a rule that takes it; got --rule ${rule}`)
  }
  const chosen = Object.fromEntries(
    own.map((name) => [name, options[name as 'eta']]).filter(([, value]) => value !== undefined),
  )
  const seeded = rule === 'contrastive' || rule === 'unlearning' ? { seed } : {}
  return { rule, ...chosen, ...seeded, signal } as StoreOptions
}

/** Rows as -1 and +1, above a half or not. */
export function toSpins({ rows }: Pick<Dataset, 'rows'>): { data: Int8Array; shape: readonly [number, number] } {
  return { data: Int8Array.from(rows.data, (value) => (value > 0.5 ? 1 : -1)), shape: rows.shape }
}
