/** When the warm-up of `nuts` learns what: Stan's windows (Reference Manual, "Automatic parameter tuning"). */

const INITIAL = 75
const FIRST_WINDOW = 25
const FINAL = 50
const SHORTEST = 20

/**
 * [first, last_1, last_2 ...] as native/kernels/nuts.h takes them: draws from iteration `first` on tell the variances,
 * which are set after iterations last_1, last_2 ... Of 1000 iterations 75 find the typical set, windows of 25, 50, 100 ...
 * 500 learn variances, the last one stretched to leave 50 for the final step size. A warm-up of less than 150 gives 15 %,
 * 75 % and 10 % to the three parts, one of less than 20 learns the step size alone.
 */
export function warmupWindows(warmup: number): Int32Array {
  if (warmup < SHORTEST) return new Int32Array()
  const fits = warmup >= INITIAL + FIRST_WINDOW + FINAL
  const first = fits ? INITIAL : Math.floor(0.15 * warmup)
  const end = warmup - (fits ? FINAL : Math.floor(0.1 * warmup))
  const windows = [first]
  let [from, size] = [first, fits ? FIRST_WINDOW : end - first]
  while (from < end) {
    // A window that would leave less than the next one needs takes all that is left.
    const to = from + size + 2 * size > end ? end : from + size
    windows.push(to - 1)
    from = to
    size *= 2
  }
  return Int32Array.from(windows)
}
