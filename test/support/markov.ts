/** Small Markov chains and what plain arithmetic says of them. */

export type Rows = number[][]

/** P with the weights' rows divided by their sums. */
export function stochastic(weights: readonly (readonly number[])[]): Rows {
  return weights.map((row) => {
    const total = row.reduce((sum, w) => sum + w, 0)
    return row.map((w) => w / total)
  })
}

/** A linear congruential generator, so that other languages can make the same matrices. */
export function congruential(seed: number): () => number {
  let x = seed
  return () => {
    x = Number((BigInt(x) * 1103515245n + 12345n) % 2147483648n)
    return x / 2147483648
  }
}

/** Symmetric weights, so detailed balance holds. */
export function reversibleRows(states: number, seed: number): Rows {
  const next = congruential(seed)
  const weights = Array.from({ length: states }, () => new Array<number>(states).fill(0))
  for (let i = 0; i < states; i++) {
    for (let j = 0; j <= i; j++) weights[i]![j] = weights[j]![i] = next() ** 4
  }
  return stochastic(weights)
}

export function generalRows(states: number, seed: number): Rows {
  const next = congruential(seed)
  return stochastic(Array.from({ length: states }, () => Array.from({ length: states }, () => next() ** 4)))
}

export function times(a: Rows, b: Rows): Rows {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, p, k) => sum + p * b[k]![j]!, 0)))
}

/** p P */
export function stepped(p: ArrayLike<number>, rows: Rows): number[] {
  return rows[0]!.map((_, j) => rows.reduce((sum, row, i) => sum + p[i]! * row[j]!, 0))
}

/** The smallest t with total variation at most 1/4 from every start, one step after the other. */
export function plainMixingTime(rows: Rows, law: ArrayLike<number>): number {
  for (let [power, t] = [rows, 1]; ; t++) {
    const far = power.map((row) => row.reduce((sum, p, j) => sum + Math.abs(p - law[j]!), 0) / 2)
    if (Math.max(...far) <= 0.25 + 1e-12) return t
    power = times(power, rows)
  }
}

/** A walk on 0 ... n - 1 with steps up and down; what is left stays. */
export function birthDeath(up: readonly number[], down: readonly number[]): Rows {
  return up.map((p, i) =>
    up.map((_, j) => (j === i + 1 ? p : j === i - 1 ? down[i]! : j === i ? Math.max(0, 1 - p - down[i]!) : 0)),
  )
}

/** Steps `[from, to, p]` around a cycle. */
export function cycle(states: number, forth: number, back: number): [number, number, number][] {
  return Array.from({ length: states }, (_, i) => [
    [i, (i + 1) % states, forth] as [number, number, number],
    [i, (i + states - 1) % states, back] as [number, number, number],
    [i, i, 1 - forth - back] as [number, number, number],
  ]).flat()
}
