/** The time that a training takes, epoch by epoch, and its bar. */

import { type Task, timeLeft } from './progress.ts'
import type { Session } from './session.ts'
import { figure } from './words.ts'

/** An epoch's time and speed. */
export interface EpochTime {
  readonly epoch: number
  /** Training seconds from the start of the run to the end of this epoch, measurements left out. */
  readonly seconds: number
  readonly examplesPerSecond: number
}

export interface TimedTraining {
  readonly session: Session
  /** Rows of an epoch. */
  readonly rows: number
  /** What a row is called: "images" or "rows". */
  readonly noun: 'images' | 'rows'
  /** What earlier runs of this training have left. */
  readonly history: readonly EpochTime[]
}

/** How far a training has come. */
export interface TrainingPosition {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
}

interface Mark {
  readonly steps: number
  readonly seconds: number
}

/** Steps a second. */
function speedBetween(from: Mark, to: Mark): number {
  return (to.steps - from.steps) / Math.max(1e-6, to.seconds - from.seconds)
}

/** Times the training alone: what is measured between epochs does not count. */
export class Clock {
  readonly #training: TimedTraining
  readonly #task: Task
  #started = performance.now()
  readonly #before: number
  /** Steps and seconds at the first report of this run, and at the beginning of the epoch at hand. */
  #first: Mark | undefined
  #epoch: Mark | undefined
  #quality = ''

  constructor(training: TimedTraining) {
    this.#training = training
    this.#task = training.session.progress.task('training', 1)
    this.#before = training.history.at(-1)?.seconds ?? 0
  }

  progress({ epoch, epochs, step, steps }: TrainingPosition): void {
    const [done, total] = [epoch * steps + step, epochs * steps]
    const now = { steps: done, seconds: this.#seconds() }
    // The first report sets the mark: before it the data were read, which would make the speed look low.
    this.#first ??= now
    this.#epoch ??= now
    const speed = speedBetween(this.#first, now)
    if (speed === 0) return
    const perSecond = this.#perSecond((speed * this.#training.rows) / steps)
    const left = timeLeft((total - done) / speed)
    const current = Math.min(epochs, epoch + 1)
    this.#task.update(done / total, `epoch ${current}/${epochs} · ${perSecond}${this.#quality} · ${left}`)
  }

  /**
   * Closes an epoch, with a line for it.
   *
   * @param quality how good the model is now, such as "pseudo-likelihood −90.1"; shown until the next epoch ends
   * @param more what only the line has room for
   */
  epoch({ epoch, epochs, steps }: TrainingPosition, quality: string | undefined, more = ''): EpochTime {
    const record = this.record(epoch, steps)
    if (quality !== undefined) this.#quality = ` · ${quality}`
    const speed = this.#perSecond(record.examplesPerSecond)
    this.#task.milestone(`epoch ${epoch}/${epochs} · ${speed}${this.#quality}${more}`)
    return record
  }

  /** An epoch that is over now. */
  record(epoch: number, steps: number): EpochTime {
    const now = { steps: epoch * steps, seconds: this.#seconds() }
    // An epoch that was over before anything was reported has had all its steps in all the time there was.
    const whole = { steps: now.steps - steps, seconds: this.#before }
    const from = this.#epoch && this.#epoch.steps < now.steps ? this.#epoch : whole
    this.#epoch = now
    return {
      epoch,
      seconds: now.seconds,
      examplesPerSecond: (speedBetween(from, now) * this.#training.rows) / steps,
    }
  }

  async pause<Result>(body: () => Promise<Result>): Promise<Result> {
    const from = performance.now()
    try {
      return await body()
    } finally {
      this.#started += performance.now() - from
    }
  }

  end(): void {
    this.#task.end()
  }

  #perSecond(rows: number): string {
    return `${figure(rows, 0)} ${this.#training.noun}/s`
  }

  #seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000
  }
}
