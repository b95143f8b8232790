/** Running a user's kernel: one state after the other, with errors that say where, and with the event loop let in. */

import { AbortError, ArgumentError, expected, show } from '../../errors.ts'
import { yieldToEventLoop } from '../../event-loop.ts'
import type { Rng } from '../../random/rng.ts'
import { type LongOptions, reporter } from '../../run/progress.ts'
import { type KernelState, keyOf } from './kernel-views.ts'

/** Called between short pieces of work; lets events pass now and then, and stops where the signal says so. */
export type Slice = (done?: number) => Promise<void>

const MILLISECONDS = 20

export function slices(options: LongOptions, total: number): Slice {
  const report = reporter(options, total)
  let last = performance.now()
  return async (done) => {
    if (done !== undefined) report(done)
    if (performance.now() - last < MILLISECONDS) return
    await yieldToEventLoop()
    if (options.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason })
    last = performance.now()
  }
}

/** A copy, so that a kernel may change the state that it is given. */
export function copied<X>(x: X): X {
  return (typeof x === 'object' && x !== null ? (x as unknown as { slice(): X }).slice() : x) as X
}

/** What one step of the kernel makes of x, checked to be a state like x. */
export function stepOnce(kernel: (x: KernelState, rng: Rng) => unknown, x: KernelState, rng: Rng): KernelState {
  let y: unknown
  try {
    y = copied(kernel(copied(x), rng))
  } catch (cause) {
    if (cause instanceof ArgumentError) throw cause
    throw new ArgumentError(expected('kernel', 'to return a state', `an error at (${keyOf(x)}): ${cause}`), { cause })
  }
  if (isLike(y, x)) return y as KernelState
  const got = Array.isArray(y) || ArrayBuffer.isView(y) ? `(${keyOf(y as number[])})` : show(y)
  throw new ArgumentError(expected('kernel', 'to return a state', `${got} from (${keyOf(x)})`))
}

function isLike(y: unknown, x: KernelState): boolean {
  if (typeof x !== 'object') return typeof y === typeof x && (typeof y !== 'number' || Number.isFinite(y))
  const row = y as ArrayLike<unknown>
  if (typeof y !== 'object' || y === null || row.length !== x.length) return false
  return Array.prototype.every.call(row, (value: unknown) => Number.isFinite(value))
}
