/** What the parts of an analysis share: kernels cut into pieces, progress over all of them, matrices used again. */

import type { Backend, BackendArray } from '../../backend/backend.ts'
import { inPieces } from '../../backend/pieces.ts'
import { type LongOptions, Pace } from '../../run/progress.ts'

export class Work {
  readonly backend: Backend
  readonly #options: LongOptions
  readonly #pace = new Pace()
  readonly #start = performance.now()
  readonly #free: BackendArray<Float64Array>[] = []
  #done = 0
  #total = 0

  constructor(backend: Backend, options: LongOptions) {
    this.backend = backend
    this.#options = options
  }

  /** Announces work, so that reports know how much is left; `weight` is what a unit of it costs. */
  expect(units: number, weight = 1): void {
    this.#total += units * weight
  }

  /** Takes back what turned out not to be needed. */
  spare(units: number, weight = 1): void {
    this.expect(-units, weight)
  }

  /** Runs announced work `run(first, count)` in pieces. */
  async pieces(
    units: number,
    run: (first: number, count: number) => Promise<unknown>,
    { weight = 1, firstPiece = 1 }: { weight?: number; firstPiece?: number } = {},
  ): Promise<void> {
    const before = this.#done
    const onPiece = (done: number) => this.#report(before + done * weight)
    const piece = async (first: number, count: number) => void (await run(first, count))
    await inPieces(units, piece, { signal: this.#options.signal, onPiece, firstPiece })
  }

  end(): void {
    this.#total = this.#done = Math.max(1, this.#done)
    this.#tell()
  }

  /** A matrix of `length` numbers, with anything in it; `give` it back when it is no longer needed. */
  take(length: number): BackendArray<Float64Array> {
    const at = this.#free.findIndex((array) => array.length === length)
    return at < 0 ? this.backend.alloc(Float64Array, length) : this.#free.splice(at, 1)[0]!
  }

  give(array: BackendArray<Float64Array>): void {
    this.#free.push(array)
  }

  #report(done: number): void {
    this.#done = done
    if (this.#done < this.#total && this.#pace.due()) this.#tell()
  }

  #tell(): void {
    const [done, total] = [Math.round(this.#done), Math.round(this.#total)]
    const seconds = (performance.now() - this.#start) / 1000
    this.#options.onProgress?.({ done, total, secondsLeft: (seconds / Math.max(this.#done, 1)) * (total - done) })
  }
}
