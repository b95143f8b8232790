/** Products of square matrices, and the powers P, P^2, P^4 ... of one. */

import type { BackendArray } from '../../backend/backend.ts'
import type { Work } from './work.ts'

type Square = BackendArray<Float64Array>

/** What a row of a product costs, in rows of an elimination. */
export const PRODUCT_ROW = 3
const PANEL = 16
/** What the kept powers may take together. */
const MOST_BYTES = 2 ** 29
const FEWEST_KEPT = 3

/** left right, both [n, n]. The result is taken from the work's store. */
export async function multiply(work: Work, left: Square, right: Square, n: number): Promise<Square> {
  const packed = work.take(Math.ceil(n / PANEL) * PANEL * n)
  await work.run(n * n, 'matrixPack', right, n, packed)
  const product = work.take(n * n)
  await work.pieces(
    n,
    2 * n * n,
    (first, count) => work.run(2 * n * n * count, 'matrixProduct', left, packed, n, first, count, product),
    PRODUCT_ROW,
  )
  work.give(packed)
  return product
}

/**
 * P^(2^k) by repeated squaring, every row made to sum to 1 again. Of many powers some are kept and the others made anew,
 * so that memory stays bounded; that never changes a number.
 */
export class Powers {
  readonly #work: Work
  readonly #states: number
  readonly #kept = new Map<number, Square>()
  readonly #most: number

  constructor(work: Work, matrix: Square, states: number) {
    this.#work = work
    this.#states = states
    this.#kept.set(0, matrix)
    this.#most = Math.max(FEWEST_KEPT, Math.floor(MOST_BYTES / (8 * states * states)))
  }

  /** P^(2^k), to be read until the next call. Powers above are forgotten. */
  async get(k: number): Promise<Square> {
    for (const above of [...this.#kept.keys()]) if (above > k) this.#forget(above)
    let base = Math.max(...this.#kept.keys())
    while (base < k) {
      const square = await multiply(this.#work, this.#kept.get(base)!, this.#kept.get(base)!, this.#states)
      await this.#work.run(2 * this.#states ** 2, 'markovNormalise', square, this.#states, Number.POSITIVE_INFINITY)
      this.#kept.set(++base, square)
      if (this.#kept.size > this.#most) this.#thin()
    }
    return this.#kept.get(k)!
  }

  /** P^(2^k) for the caller to keep; k is not 0. */
  async takeOut(k: number): Promise<Square> {
    const power = await this.get(k)
    this.#kept.delete(k)
    return power
  }

  /** Forgets one of the two neighbours closest to each other, the last two apart: what is left lies evenly. */
  #thin(): void {
    const kept = [...this.#kept.keys()].sort((a, b) => a - b)
    let worst = 1
    for (let i = 1; i + 1 < kept.length; i++) {
      if (kept[i + 1]! - kept[i - 1]! < kept[worst + 1]! - kept[worst - 1]!) worst = i
    }
    this.#forget(kept[worst]!)
  }

  #forget(k: number): void {
    this.#work.give(this.#kept.get(k)!)
    this.#kept.delete(k)
  }
}
