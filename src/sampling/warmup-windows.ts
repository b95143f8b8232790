/** When a warm-up learns what: the kind of schedule that Stan has ("Warmup phases" of its manual). */

/** Iterations of a warm-up, by what happens in them. Step sizes adapt all the time. */
export interface WarmupWindows {
  /** From this iteration on draws are gathered. */
  readonly first: number
  /** After these iterations a window ends, in rising order: the scale is learned from its draws. */
  readonly ends: readonly number[]
}

/** Iterations before the first window, and of a warm-up whose phases are not cut. */
const INITIAL = 75
const WHOLE = 1000

/**
 * An interval for the step alone, windows that double, an interval for the step alone. A window that could not be
 * followed by one of twice its size takes all that is left. Warm-ups below 1000 have shorter first and last intervals in
 * proportion, those below 20 learn no scale.
 *
 * @param firstWindow iterations of the first window; more where neighbouring draws differ little
 * @param terminal iterations of the last interval
 */
export function warmupWindows(warmup: number, firstWindow: number, terminal: number): WarmupWindows {
  if (warmup < 20) return { first: warmup, ends: [] }
  const share = Math.min(1, warmup / WHOLE)
  const initial = Math.floor(INITIAL * share)
  const last = warmup - Math.floor(terminal * share)
  const ends: number[] = []
  for (let end = initial, size = firstWindow; end < last; size *= 2) {
    end = end + 3 * size > last ? last : end + size
    ends.push(end)
  }
  return { first: initial, ends }
}
