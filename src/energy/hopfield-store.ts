/** Storing patterns in a Hopfield network: the rules' options, and the rules that need no dynamics. */

import { inPieces } from '../backend/pieces.ts'
import * as check from '../check.ts'
import { AbortError } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { checkLongOptions, type LongOptions, longOptionKeys, reporter } from '../run/progress.ts'
import { type ContrastiveOptions, contrast } from './hopfield-contrastive.ts'
import { copyNetwork, type HopfieldCore } from './hopfield-core.ts'
import { joined, type Rule, type StoreResult, withHebbian } from './hopfield-hebbian.ts'
import { type PseudoInverseOptions, project } from './hopfield-projection.ts'
import { type States, toStates } from './hopfield-states.ts'
import { type UnlearnOptions, unlearn, unlearnKeys } from './hopfield-unlearning.ts'

export interface HebbianOptions extends LongOptions {
  rule: 'hebbian'
}

export interface StorkeyOptions extends LongOptions {
  rule: 'storkey'
}

export interface UnlearningOptions extends UnlearnOptions {
  rule: 'unlearning'
}

export type StoreOptions =
  | ContrastiveOptions
  | HebbianOptions
  | StorkeyOptions
  | PseudoInverseOptions
  | UnlearningOptions

const rules = ['contrastive', 'hebbian', 'storkey', 'pseudo-inverse', 'unlearning'] as const

export async function store(
  core: HopfieldCore,
  patterns: MatrixLike,
  given: StoreOptions | undefined,
): Promise<StoreResult> {
  const rule = ruleOf(given)
  return core.write(async () => rule(core, await toStates(core.backend, 'patterns', patterns, core.units)))
}

function ruleOf(given: StoreOptions | undefined): Rule {
  const name = check.oneOf('rule', given?.rule ?? 'contrastive', rules)
  if (name === 'contrastive') return contrast(given as ContrastiveOptions | undefined)
  if (name === 'pseudo-inverse') return project(given as PseudoInverseOptions)
  if (name === 'unlearning') return hebbianThenUnlearning(given as UnlearningOptions)
  const options = check.options('options', given, ['rule', ...longOptionKeys])
  checkLongOptions(options)
  return name === 'hebbian' ? hebbian : (core, states) => storkey(core, states, options)
}

/** All at once: the network has learnt every pattern or none. */
async function hebbian(core: HopfieldCore, { bits, rows }: States): Promise<StoreResult> {
  core.network = await withHebbian(core, core.network, bits)
  return { done: rows }
}

function hebbianThenUnlearning(given: UnlearningOptions): Rule {
  const { rule, ...options } = check.options('options', given, ['rule', ...unlearnKeys]) as UnlearningOptions
  const remove = unlearn(options)
  return async (core, states) => {
    await hebbian(core, states)
    return remove(core)
  }
}

/** Works in float64, so that patterns stored in any number of pieces give the same couplings. */
async function storkey(core: HopfieldCore, { bits, rows }: States, options: LongOptions): Promise<StoreResult> {
  const weights = core.backend.alloc(Float64Array, core.units ** 2)
  weights.view().set(core.network.weights.view())
  const report = reporter(options, rows)
  let done = 0
  const advance = async (first: number, count: number) => {
    const part = bits.subarray(first * core.words, (first + count) * core.words)
    await core.backend.run('hopfieldStorkey', core.units, part, weights)
    done = first + count
  }
  const keep = () => {
    const stored = joined(core.network.patterns, bits.subarray(0, done * core.words))
    const next = copyNetwork(core.backend, core.network, stored)
    next.weights.view().set(weights.view())
    core.network = next
    return { done }
  }
  try {
    await inPieces(rows, advance, { signal: options.signal, onPiece: report })
  } catch (error) {
    if (!(error instanceof AbortError) || done === 0) throw error
    throw new AbortError<StoreResult>(keep(), { cause: error.cause })
  }
  return keep()
}
