/** How much is done at a time: requests are let in or turned away, and their runs wait for a place. */

import type { Limits } from './limits.ts'
import { closing, overTime, tooBusy } from './refusal.ts'

/** A request that was let in. */
export interface Visit {
  /** Fires when its time is over, its client is gone, or the server can't wait any longer. The reason is a `Refusal`. */
  readonly signal: AbortSignal
  /** @param reason a `Refusal` */
  abort(reason: Error): void
  /** Has to be called once, when all is said. */
  leave(): void
}

export class Desk {
  readonly #limits: Limits
  readonly #visits = new Set<Visit>()
  readonly #queue: (() => void)[] = []
  #running = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Requests that are being served. */
  get visits(): number {
    return this.#visits.size
  }

  /** Runs under way. */
  get running(): number {
    return this.#running
  }

  /** Runs that wait for a place. */
  get waiting(): number {
    return this.#queue.length
  }

  /** @throws Refusal when there are too many */
  enter(): Visit {
    const { requests, seconds } = this.#limits
    if (this.#visits.size >= requests) throw tooBusy(requests)
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(overTime(seconds)), 1000 * seconds)
    const visit: Visit = {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      leave: () => {
        clearTimeout(timer)
        this.#visits.delete(visit)
      },
    }
    this.#visits.add(visit)
    return visit
  }

  /** Runs `body` when there is a place. */
  async run<Value>(body: () => Promise<Value>): Promise<Value> {
    if (this.#running >= this.#limits.running) await new Promise<void>((resolve) => this.#queue.push(resolve))
    else this.#running++
    try {
      return await body()
    } finally {
      // The place goes to the next in the queue, or is given up.
      const next = this.#queue.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** Stops all that is being served. */
  stop(): void {
    for (const visit of this.#visits) visit.abort(closing)
  }
}
