/** Options that every long call takes, and the pace at which it reports. */

import { optionalFunction, signal } from '../check.ts'

/** How far a long call has come. */
export interface Progress {
  /** Units of work finished: sweeps, annealing steps, rows ... */
  readonly done: number
  readonly total: number
  /** An estimate, from the time taken so far. */
  readonly secondsLeft: number
}

export interface LongOptions {
  /** Stops the call after the piece of work at hand; it then rejects with an `AbortError`. */
  signal?: AbortSignal | undefined
  /** Called about ten times a second, and once at the end. */
  onProgress?: ((progress: Progress) => void) | undefined
}

export const longOptionKeys = ['signal', 'onProgress'] as const

export function checkLongOptions(options: LongOptions): void {
  signal('signal', options.signal)
  optionalFunction('onProgress', options.onProgress)
}

const MILLISECONDS = 100

/** True at most ten times a second. */
export class Pace {
  #last = performance.now()

  due(): boolean {
    const now = performance.now()
    if (now - this.#last < MILLISECONDS) return false
    this.#last = now
    return true
  }
}

/** Turns the counts of finished units into reports. `from` units of the total are another part of the call's. */
export function reporter(options: LongOptions, total: number): (done: number) => void {
  const { onProgress } = options
  if (onProgress === undefined) return () => {}
  const [pace, start] = [new Pace(), performance.now()]
  return (done) => {
    if (done < total && !pace.due()) return
    const seconds = (performance.now() - start) / 1000
    onProgress({ done, total, secondsLeft: done === 0 ? Number.POSITIVE_INFINITY : (seconds / done) * (total - done) })
  }
}
