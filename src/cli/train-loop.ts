/** The epochs of a training: the bar, the lines, the measurements between epochs, and what each epoch leaves behind. */

import type { RBM } from '../energy/rbm.ts'
import type { FitOptions, FitProgress } from '../energy/rbm-options.ts'
import type { Matrix } from '../matrix.ts'
import { type Task, timeLeft } from './progress.ts'
import type { EpochRecord } from './report/history.ts'
import { decimal } from './report/svg.ts'
import type { Session } from './session.ts'

export interface Loop {
  readonly session: Session
  readonly rbm: RBM
  readonly data: Matrix
  /** What a row is called: "images" or "rows". */
  readonly noun: 'images' | 'rows'
  readonly fit: FitOptions
  /** What earlier runs of this training have left; the new epochs are added to it. */
  readonly history: EpochRecord[]
  /** Called when an epoch is over and the model stands still: saves it, measures it. */
  readonly between: (epoch: FitProgress) => Promise<Partial<EpochRecord>>
}

/** Trains to the end. The history holds every epoch that was finished, also when this throws. */
export async function trainingLoop(loop: Loop): Promise<void> {
  const clock = new Clock(loop)
  try {
    const training = loop.rbm.fit(loop.data, {
      ...loop.fit,
      signal: loop.session.signal,
      onProgress: (info) => clock.progress(info),
    })
    for await (const epoch of training) {
      const record = clock.epoch(epoch)
      loop.history.push(record)
      const measured = await clock.pause(() => loop.between(epoch))
      loop.history[loop.history.length - 1] = { ...record, ...measured }
    }
  } finally {
    noteUnreported(loop, clock)
    clock.end()
  }
}

/** A run that is stopped just after an epoch's last step has finished that epoch, but has not measured it. */
function noteUnreported({ rbm, data, history }: Loop, clock: Clock): void {
  if (rbm.training === undefined) return
  const { epoch, step, settings } = rbm.training
  if (step === 0 && epoch > (history.at(-1)?.epoch ?? 0)) {
    history.push(clock.record(epoch, Math.ceil(data.shape[0] / settings.batch)))
  }
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
class Clock {
  readonly #loop: Loop
  readonly #task: Task
  readonly #rows: number
  #started = performance.now()
  readonly #before: number
  /** Steps and seconds at the first report of this run, and at the beginning of the epoch at hand. */
  #first: Mark | undefined
  #epoch: Mark | undefined
  #likelihood = ''

  constructor(loop: Loop) {
    this.#loop = loop
    this.#rows = loop.data.shape[0]
    this.#task = loop.session.progress.task('training', 1)
    this.#before = loop.history.at(-1)?.seconds ?? 0
  }

  progress({ epoch, epochs, step, steps }: FitProgress): void {
    const [done, total] = [epoch * steps + step, epochs * steps]
    const now = { steps: done, seconds: this.#seconds() }
    // The first report sets the mark: before it the data were read, which would make the speed look low.
    this.#first ??= now
    this.#epoch ??= now
    const speed = speedBetween(this.#first, now)
    if (speed === 0) return
    const perSecond = decimal((speed * this.#rows) / steps, 0)
    const left = timeLeft((total - done) / speed)
    const current = Math.min(epochs, epoch + 1)
    this.#task.update(
      done / total,
      `epoch ${current}/${epochs} · ${perSecond} ${this.#loop.noun}/s${this.#likelihood} · ${left}`,
    )
  }

  epoch({ epoch, epochs, steps, pseudoLogLikelihood: train, validation }: FitProgress): EpochRecord {
    const record = this.record(epoch, steps)
    if (train !== undefined) this.#likelihood = ` · pseudo-likelihood ${decimal(train, 1)}`
    const test = validation ? ` (test ${decimal(validation.pseudoLogLikelihood, 1)})` : ''
    const speed = `${decimal(record.examplesPerSecond, 0)} ${this.#loop.noun}/s`
    this.#task.milestone(`epoch ${epoch}/${epochs} · ${speed}${this.#likelihood}${test}`)
    return {
      ...record,
      ...(train !== undefined && { trainPseudoLogLikelihood: train }),
      ...(validation && {
        testPseudoLogLikelihood: validation.pseudoLogLikelihood,
        freeEnergyGap: validation.freeEnergyGap,
      }),
    }
  }

  /** An epoch that is over now, with its time and speed alone. */
  record(epoch: number, steps: number): EpochRecord {
    const now = { steps: epoch * steps, seconds: this.#seconds() }
    // An epoch that was over before anything was reported has had all its steps in all the time there was.
    const whole = { steps: now.steps - steps, seconds: this.#before }
    const from = this.#epoch && this.#epoch.steps < now.steps ? this.#epoch : whole
    this.#epoch = now
    return { epoch, seconds: now.seconds, examplesPerSecond: (speedBetween(from, now) * this.#rows) / steps }
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

  #seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000
  }
}
