/** When the warm-up of `nuts` learns what: Stan's windows (Reference Manual, "Automatic parameter tuning"). */

const INITIAL = 75
const FIRST_WINDOW = 25
const FINAL = 50
const SHORTEST = 20

/**
 * [first, end_1, end_2 ...] as native/kernels/nuts.h takes them. Of 1000 iterations 75 find where the density is, windows of
 * 25, 50, 100, 200 and 500 learn variances, and 50 the final step size. The last window takes all that would not fill one
 * of twice its size. A warm-up of less than 150 gives 15 %, 75 % and 10 % to the three parts, one of less than 20 learns the
 * step size alone.
 */
export function nutsWindows(warmup: number): Int32Array {
  if (warmup < SHORTEST) return new Int32Array()
  const whole = warmup >= INITIAL + FIRST_WINDOW + FINAL
  const first = whole ? INITIAL : Math.floor(0.15 * warmup)
  const last = warmup - (whole ? FINAL : Math.floor(0.1 * warmup))
  const ends = [first]
  for (let end = first, size = whole ? FIRST_WINDOW : last - first; end < last; size *= 2) {
    end = end + 3 * size > last ? last : end + size
    ends.push(end)
  }
  return Int32Array.from(ends)
}
