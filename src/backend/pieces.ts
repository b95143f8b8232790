/** Long work as a loop of short kernel calls: progress, abort and a free event loop come from here. */

import { AbortError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { current } from './index.ts'

export interface PieceOptions {
  /** Ends the work after a finished piece with an `AbortError`. */
  signal?: AbortSignal | undefined
  /** Called after every piece with the units done so far, and waited for; its time is not counted. */
  onPiece?: ((done: number) => void | Promise<void>) | undefined
  /** How long a piece should take; default: what suits the backend, 100 natively and 20 in WebAssembly. */
  milliseconds?: number | undefined
  /** Units of the first piece, while nothing has been measured; default 1. */
  firstPiece?: number | undefined
}

// A piece may be this many times the last one: a first measurement can be far too short.
const FASTEST_GROWTH = 4

/**
 * Does `total` units of work as calls `run(first, count)`, one after the other, and yields to the event loop between
 * them. Pieces are sized by the time the last ones took; `run` must give the same result however it is cut.
 *
 * @throws AbortError when the signal fires before the last piece; the pieces until then are done
 */
export async function inPieces(
  total: number,
  run: (first: number, count: number) => Promise<void>,
  { signal, onPiece, milliseconds = current().pieceMilliseconds, firstPiece = 1 }: PieceOptions = {},
): Promise<void> {
  let count = Math.max(1, Math.floor(firstPiece))
  throwIfAborted(signal)
  for (let first = 0; first < total; ) {
    count = Math.min(count, total - first)
    const start = performance.now()
    await run(first, count)
    const elapsed = performance.now() - start
    first += count
    count = Math.max(1, Math.floor(count * Math.min(FASTEST_GROWTH, milliseconds / Math.max(elapsed, 0.01))))
    await onPiece?.(first)
    if (first === total) return
    await yieldToEventLoop()
    throwIfAborted(signal)
  }
}

/** @throws AbortError when the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason })
}
