/** Work rows, given out first fit and taken back. */
export class RowAllocator {
  /** Free stretches in ascending order, no two adjoining. */
  readonly #free: { first: number; rows: number }[] = []
  #most = 0

  /** Rows that were ever in use at once, about. */
  get most(): number {
    return this.#most
  }

  /** The first of `rows` rows side by side. */
  take(rows: number): number {
    const at = this.#free.findIndex((stretch) => stretch.rows >= rows)
    if (at < 0) return this.#extend(rows)
    const stretch = this.#free[at]!
    const { first } = stretch
    if (stretch.rows === rows) this.#free.splice(at, 1)
    else this.#free[at] = { first: first + rows, rows: stretch.rows - rows }
    return first
  }

  /** At the end, where a free stretch may reach to. */
  #extend(rows: number): number {
    const last = this.#free.at(-1)
    const open = last !== undefined && last.first + last.rows === this.#most
    const first = open ? last.first : this.#most
    if (open) this.#free.pop()
    this.#most = first + rows
    return first
  }

  give(first: number, rows: number): void {
    let at = this.#free.findIndex((stretch) => stretch.first > first)
    if (at < 0) at = this.#free.length
    this.#free.splice(at, 0, { first, rows })
    this.#merge(at)
    if (at > 0) this.#merge(at - 1)
  }

  #merge(at: number): void {
    const [a, b] = this.#free.slice(at, at + 2)
    if (b === undefined || a!.first + a!.rows !== b.first) return
    this.#free.splice(at, 2, { first: a!.first, rows: a!.rows + b.rows })
  }
}
