/** Long runs as lines of JSON: progress, answers as they come, and an end that says whether all went well. */

import type { AbortError } from '../errors.ts'
import type { LongOptions, Progress } from '../run/progress.ts'
import type { Answer } from './answer.ts'
import { jsonText } from './json.ts'
import { orAborted } from './once.ts'
import { refusalOf } from './refusal.ts'

/** What a producer of lines calls. */
export interface LineSink {
  readonly onProgress: NonNullable<LongOptions['onProgress']>
  /** Resolves when the line has been read, so that a slow reader slows the run and not the memory. */
  tell(event: string, answer: Answer): Promise<void>
}

/**
 * The lines that `produce` tells, each an object with an `event`; the last is `end`, or `error` with a sentence.
 *
 * Progress that nobody has read yet is replaced by later progress.
 *
 * @param signal fires when the reader has gone: nobody waits for it to read any more
 */
export async function* lines(produce: (sink: LineSink) => Promise<void>, signal: AbortSignal): AsyncGenerator<Buffer> {
  const channel = new Channel()
  const work = produce({
    onProgress: (progress) => channel.progress(progress),
    tell: (event, answer) => orAborted(channel.tell(event, answer), signal),
  })
  const end = work.then(
    () => ({ event: 'end' }),
    (error: AbortError | Error) => ({ event: 'error', error: refusalOf(error).message }),
  )
  void end.then(() => channel.close())
  yield* channel.read()
  yield Buffer.from(`${JSON.stringify(await end)}\n`)
}

interface Told {
  readonly event: string
  readonly answer: Answer
  readonly read: () => void
}

class Channel {
  #progress: Progress | undefined
  readonly #told: Told[] = []
  #closed = false
  #news = false
  #arrived = () => {}

  progress(progress: Progress): void {
    this.#progress = progress
    this.#wake()
  }

  tell(event: string, answer: Answer): Promise<void> {
    return new Promise((read) => {
      this.#told.push({ event, answer, read })
      this.#wake()
    })
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  // What comes while a line is being read is not missed: the flag tells of it.
  #wake(): void {
    this.#news = true
    this.#arrived()
  }

  async *read(): AsyncGenerator<Buffer> {
    while (true) {
      this.#news = false
      yield* this.#lines()
      if (this.#closed) return
      if (!this.#news) await new Promise<void>((resolve) => (this.#arrived = resolve))
    }
  }

  async *#lines(): AsyncGenerator<Buffer> {
    while (this.#progress !== undefined || this.#told.length > 0) {
      const [progress, next] = [this.#progress, this.#told.shift()]
      this.#progress = undefined
      if (progress !== undefined) yield progressLine(progress)
      if (next === undefined) continue
      const text = jsonText(next.answer, { event: next.event })
      if (Buffer.isBuffer(text)) yield text
      else yield* text
      yield Buffer.from('\n')
      next.read()
    }
  }
}

function progressLine({ done, total, secondsLeft }: Progress): Buffer {
  const left = Number.isFinite(secondsLeft) ? secondsLeft : null
  return Buffer.from(`${JSON.stringify({ event: 'progress', done, total, secondsLeft: left })}\n`)
}
