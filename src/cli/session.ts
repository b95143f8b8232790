/**
 * One run of a command and its two channels: the result on stdout (text for people, or one JSON object with `--json`),
 * everything else on stderr.
 */

import type { BackendInfo } from '../backend/backend.ts'
import { load } from '../backend/index.ts'
import { painted } from './colour.ts'
import { CutShort } from './failure.ts'
import { Interrupt } from './interrupt.ts'
import { ProgressLines } from './progress.ts'

/** The options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  /** False with `--no-color`; main looks at it. */
  readonly color?: boolean
  readonly backend?: 'auto' | 'native' | 'wasm'
  readonly threads?: number
}

export class Session {
  readonly options: CommonOptions
  readonly progress: ProgressLines
  readonly interrupt: Interrupt

  constructor(options: CommonOptions) {
    this.options = options
    this.progress = new ProgressLines(process.stderr, !options.quiet)
    this.interrupt = new Interrupt((text) => this.note(text))
  }

  get signal(): AbortSignal {
    return this.interrupt.signal
  }

  /** A line of the result, for people. */
  say(text: string): void {
    if (!this.options.json) process.stdout.write(`${text}\n`)
  }

  /** A remark on the way. */
  note(text: string): void {
    if (!this.options.quiet) this.progress.line(painted(process.stderr, 'dim', text))
  }

  /** A warning that belongs to the result: on stdout with it. */
  warn(text: string): void {
    this.say(painted(process.stdout, 'yellow', text))
  }

  /** The first remark: the model or the file, what is done with it, and what computes. */
  opening(subject: string, job: string, backend: BackendInfo): void {
    this.note(`${subject}: ${job}; ${describeBackend(backend)}`)
  }

  /**
   * The result for programs. Everything in it is plain data; a bigint becomes its digits.
   *
   * @param end why there is no more of it, if it is not whole: thrown, and told together with the result
   */
  result(value: object, end?: Error): void {
    if (end !== undefined) throw new CutShort(end, value)
    if (this.options.json) process.stdout.write(`${toJson(value)}\n`)
  }

  /** Loads the backend that was asked for. */
  async backend(): Promise<BackendInfo> {
    const { backend, threads } = this.options
    const info = await load({ ...(backend && { backend }), ...(threads && { threads }) })
    if (info.reason && backend !== 'wasm')
      this.note(`WebAssembly runs, as the native addon did not load: ${info.reason}`)
    return info
  }
}

export function toJson(value: unknown, space = 2): string {
  return JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner), space)
}

/** "native (avx2, 2 threads)" */
export function describeBackend({ name, simd, threads }: BackendInfo): string {
  return `${name} (${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`
}
