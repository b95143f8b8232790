/**
 * What the parts of an analysis share: kernels cut into pieces, progress over all of them, matrices used again.
 *
 * In a page a kernel off the main thread costs the copies of its arrays and two messages, milliseconds. So what is short
 * runs at once, and pieces have a least size that does not depend on how long they took.
 */

import type { Backend, BackendArray } from '../../backend/backend.ts'
import type { Kernels } from '../../backend/kernels.gen.ts'
import { inPieces } from '../../backend/pieces.ts'
import { type LongOptions, Pace } from '../../run/progress.ts'

/** Additions and multiplications that may hold the main thread: some milliseconds at most. */
const SHORT = 2e6
/** Of the smallest piece. */
const PIECE = 6e7

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

  /** A kernel of about so many operations: at once if that is short, else off the event loop. */
  async run<K extends keyof Kernels>(
    operations: number,
    kernel: K,
    ...args: Parameters<Kernels[K]>
  ): Promise<ReturnType<Kernels[K]>> {
    if (operations > SHORT) return this.backend.run(kernel, ...args)
    const now = this.backend.kernels[kernel] as (...args: Parameters<Kernels[K]>) => ReturnType<Kernels[K]>
    return now(...args)
  }

  /** Runs announced work `run(first, count)` in pieces; a unit of it has about so many operations. */
  async pieces(
    units: number,
    operations: number,
    run: (first: number, count: number) => Promise<unknown>,
    weight = 1,
  ): Promise<void> {
    const before = this.#done
    const least = Math.max(1, Math.ceil(PIECE / Math.max(operations, 1)))
    const onPiece = (done: number) => this.#report(before + Math.min(units, done * least) * weight)
    const piece = async (first: number, count: number) => {
      await run(first * least, Math.min(units, (first + count) * least) - first * least)
    }
    await inPieces(Math.ceil(units / least), piece, { signal: this.#options.signal, onPiece })
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
