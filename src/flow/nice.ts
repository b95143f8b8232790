/** NICE, ready-made. */

import * as check from '../check.ts'
import { conditioner } from './conditioner.ts'
import { Flow } from './flow.ts'
import { Coupling } from './layers/coupling.ts'
import { Rescale } from './layers/rescale.ts'
import { type Base, bases } from './program.ts'
import type { ReadyMadeOptions } from './ready-made.ts'

export interface NiceOptions extends ReadyMadeOptions {
  /** Numbers in a row. */
  dim: number
  /** Additive couplings; default 4. With fewer than 3 some coordinates could not depend on each other. */
  couplings?: number | undefined
  /** Sizes of the hidden layers of each network; default [256, 256]. For MNIST the paper has five layers of 1000. */
  hidden?: readonly number[] | undefined
  /** How a row is parted: `odd-even` (default), or its `halves`. */
  mask?: 'odd-even' | 'halves' | undefined
  /** The distribution of z; default `logistic`. */
  base?: Base | undefined
}

const keys = ['dim', 'couplings', 'hidden', 'mask', 'base', 'activation', 'context', 'seed'] as const
const MOST_COUPLINGS = 1000

/**
 * NICE [Dinh, Krueger and Bengio 2014]: additive couplings whose two parts alternate, then a diagonal scaling. All but the
 * scaling keeps volumes, so log |det| = sum_i s_i is the same for all rows, and `spectrum` tells from S_ii = exp(s_i)
 * which dimensions of z matter.
 *
 * @throws ArgumentError on a wrong option
 * @example
 * const flow = nice({ dim: 784, hidden: [1000, 1000, 1000, 1000, 1000] })
 * await flow.fit(images, { dequantize: 256 })
 * const { data } = await flow.sample(64)
 */
export function nice(options: NiceOptions): Flow {
  const given = check.options('options', options, keys)
  const { dim, context, seed, base = 'logistic', hidden = [256, 256], activation = 'relu' } = given
  const couplings = check.integerWithin('couplings', given.couplings ?? 4, 3, MOST_COUPLINGS)
  const mask = check.oneOf('mask', given.mask ?? 'odd-even', ['odd-even', 'halves'])
  check.oneOf('base', base, bases)
  const net = conditioner('options', { kind: 'mlp', hidden, activation })
  const layers = Array.from({ length: couplings }, (_, i) => {
    return new Coupling({ law: 'additive', mask, parity: i % 2 === 0 ? 0 : 1, net })
  })
  return new Flow([...layers, new Rescale()], { dim: check.positiveInteger('dim', dim), context, base, seed })
}
