/**
 * Powers and roots made of multiplications alone. Math.pow may differ between engines in the last place, and then so would
 * every weight and every state that depends on it.
 */

/** base^exponent for a whole exponent of at least 0. */
export function power(base: number, exponent: number): number {
  let [result, square, rest] = [1, base, exponent]
  for (; rest > 0; rest = Math.floor(rest / 2), square *= square) if (rest % 2 === 1) result *= square
  return result
}

/** The positive n-th root by bisection, to the last place. */
export function root(value: number, n: number): number {
  let [low, high] = value < 1 ? [value, 1] : [1, value]
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return high
    if (power(middle, n) < value) low = middle
    else high = middle
  }
}
