/** Progress on stderr: a bar that is redrawn on a terminal, now and then a plain line where there is none. */

import { SingleBar } from 'cli-progress'
import { duration } from './report/svg.ts'

export interface Task {
  /** @param done of the task's total; `details` stand beside the bar */
  update(done: number, details?: string): void
  /** Takes the bar away. */
  end(): void
  /** A line worth keeping where there is no bar, such as that of an epoch. */
  milestone(line: string): void
}

/** Seconds between plain lines: a log file need not hold each of ten thousand epochs. */
const QUIET_SECONDS = 2

export class ProgressLines {
  readonly #stream: NodeJS.WriteStream
  readonly #enabled: boolean
  /** Bars of tasks inside tasks: only the innermost is drawn. */
  readonly #bars: Bar[] = []

  constructor(stream: NodeJS.WriteStream, enabled: boolean) {
    this.#stream = stream
    this.#enabled = enabled
  }

  task(name: string, total: number): Task {
    if (!this.#enabled) return { update() {}, end() {}, milestone() {} }
    return this.#stream.isTTY ? this.#barTask(name, total) : this.#lineTask()
  }

  /** Writes a line without tearing a bar that is being drawn. */
  line(text: string): void {
    this.#bars.at(-1)?.hide()
    this.#stream.write(`${text}\n`)
    this.#bars.at(-1)?.show()
  }

  #barTask(name: string, total: number): Task {
    this.#bars.at(-1)?.hide()
    const bar = new Bar(this.#stream, name, total)
    this.#bars.push(bar)
    bar.show()
    return {
      update: (done, details) => bar.update(done, details),
      end: () => {
        bar.hide()
        this.#bars.splice(this.#bars.indexOf(bar), 1)
        this.#bars.at(-1)?.show()
      },
      milestone: () => {},
    }
  }

  #lineTask(): Task {
    let last = Number.NEGATIVE_INFINITY
    return {
      update: () => {},
      end: () => {},
      milestone: (line) => {
        const now = performance.now() / 1000
        if (now - last < QUIET_SECONDS) return
        last = now
        this.#stream.write(`${line}\n`)
      },
    }
  }
}

/** A bar that can be taken away and drawn again, with what it showed. */
class Bar {
  readonly #bar: SingleBar
  readonly #total: number
  #done = 0
  #details = ''
  #shown = false

  constructor(stream: NodeJS.WriteStream, name: string, total: number) {
    this.#total = total
    this.#bar = new SingleBar({
      format: `${name} {bar} {percentage}%{details}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: Math.max(6, Math.min(24, Math.floor((stream.columns || 80) / 4))),
      stream,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      fps: 10,
    })
  }

  update(done: number, details = ''): void {
    this.#done = done
    this.#details = details && ` · ${details}`
    if (this.#shown) this.#bar.update(done, { details: this.#details })
  }

  show(): void {
    this.#shown = true
    this.#bar.start(this.#total, this.#done, { details: this.#details })
  }

  hide(): void {
    if (this.#shown) this.#bar.stop()
    this.#shown = false
  }
}

/** "under 1 s left", "12 s left", "2 min 5 s left" */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return ''
  if (seconds < 1) return 'under 1 s left'
  return seconds < 60 ? `${Math.round(seconds)} s left` : `${duration(seconds)} left`
}
