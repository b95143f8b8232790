/**
 * Requests that arrive together, run together.
 *
 * The first request for some work opens a group, which takes in more for a moment and, when all places are taken, until one
 * is free. While a group runs the next ones gather, and go as soon as it ends. So a quiet server adds the moment to an answer
 * and nothing else, and a busy one makes larger groups by itself.
 */

import type { Answer } from './answer.ts'
import type { Desk } from './desk.ts'
import type { Limits } from './limits.ts'
import { orAborted } from './once.ts'
import type { Job, Operation } from './operation.ts'

interface Entry {
  readonly job: Job
  readonly signal: AbortSignal
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Told of every run: how many requests and rows it served, and how long it took. */
export type OnRun = (requests: number, rows: number, seconds: number) => void

/** The runs of one operation of one model. */
export class Batcher {
  readonly #operation: Operation
  readonly #desk: Desk
  readonly #limits: Limits
  readonly #onRun: OnRun
  readonly #groups = new Map<string, Entry[]>()

  constructor(operation: Operation, desk: Desk, limits: Limits, onRun: OnRun) {
    this.#operation = operation
    this.#desk = desk
    this.#limits = limits
    this.#onRun = onRun
  }

  /** The answer to a job. Rejects with the signal's reason as soon as that fires; others in its group are not touched. */
  submit(job: Job, signal: AbortSignal): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => this.#enqueue({ job, signal, resolve, reject }))
    return orAborted(answer, signal)
  }

  #enqueue(entry: Entry): void {
    const { together, rows } = entry.job
    if (together === undefined || rows >= this.#limits.batchRows) return void this.#runGroup([entry])
    const group = this.#groups.get(together)
    if (group !== undefined) return void group.push(entry)
    this.#groups.set(together, [entry])
    void this.#serve(together)
  }

  /** Runs a group, and those that gather meanwhile, until none has come. */
  async #serve(together: string): Promise<void> {
    const group = this.#groups.get(together)!
    await this.#moment()
    while (group.length > 0) await this.#runGroup(group)
    this.#groups.delete(together)
  }

  #moment(): Promise<void> {
    const { windowMilliseconds } = this.#limits
    if (windowMilliseconds === 0) return new Promise((resolve) => setImmediate(resolve))
    return new Promise((resolve) => setTimeout(resolve, windowMilliseconds))
  }

  /** Takes entries from the begin of `waiting`, as many as fit into a run, when there is a place for it. */
  #runGroup(waiting: Entry[]): Promise<void> {
    return this.#desk.run(async () => {
      const entries = takeRows(waiting, this.#limits.batchRows).filter(({ signal }) => !signal.aborted)
      if (entries.length === 0) return
      try {
        const answers = await this.#run(entries)
        for (const [i, { resolve }] of entries.entries()) resolve(answers[i]!)
      } catch (error) {
        // One of them is at fault, or all have left: each finds out for itself.
        if (entries.length === 1) entries[0]!.reject(error)
        else for (const entry of entries) await this.#runAlone(entry)
      }
    })
  }

  async #runAlone(entry: Entry): Promise<void> {
    if (entry.signal.aborted) return
    try {
      entry.resolve((await this.#run([entry]))[0]!)
    } catch (error) {
      entry.reject(error)
    }
  }

  /** One run, which stops only when everybody who waits for it has left. */
  async #run(entries: readonly Entry[]): Promise<readonly Answer[]> {
    const stop = new AbortController()
    let left = entries.length
    const leave = () => {
      if (--left === 0) stop.abort(entries[0]!.signal.reason)
    }
    for (const { signal } of entries) signal.addEventListener('abort', leave, { once: true })
    const jobs = entries.map(({ job }) => job)
    const start = performance.now()
    try {
      return await this.#operation.run(jobs, { signal: stop.signal })
    } finally {
      for (const { signal } of entries) signal.removeEventListener('abort', leave)
      const rows = jobs.reduce((sum, job) => sum + job.rows, 0)
      this.#onRun(entries.length, rows, (performance.now() - start) / 1000)
    }
  }
}

/** Takes entries off the begin until `most` rows are reached; at least one. */
function takeRows(waiting: Entry[], most: number): Entry[] {
  let [count, rows] = [0, 0]
  while (count < waiting.length && (count === 0 || rows + waiting[count]!.job.rows <= most)) {
    rows += waiting[count]!.job.rows
    count++
  }
  return waiting.splice(0, count)
}
