/** How a command ends when it does not end well: one sentence, and the exit code that says whose turn it is. */

import { type Command, CommanderError } from 'commander'
import { AbortError, ArgumentError, FormatError, GibbsiteError } from '../errors.ts'

export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const

/** The command line or a file that it names is not as it must be. */
export class UsageError extends GibbsiteError {
  override name = 'UsageError'
}

/** The user stopped the command; the message says what has been kept. */
export class Interrupted extends GibbsiteError {
  override name = 'Interrupted'
}

/** Work that ended before its time, with what there is of its result. */
export class CutShort extends Error {
  override name = 'CutShort'

  constructor(
    override readonly cause: Error,
    readonly result: object,
  ) {
    super(cause.message)
  }
}

/** 2 for what the caller can put right, 130 or 143 for a command that was stopped, 1 for all else. */
export function exitCodeOf(error: unknown, signal?: NodeJS.Signals): number {
  if (error instanceof CutShort) return exitCodeOf(error.cause, signal)
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof Interrupted || error instanceof AbortError) {
    return signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted
  }
  if (error instanceof UsageError || error instanceof ArgumentError || error instanceof FormatError) {
    return exitCodes.usage
  }
  return exitCodes.failed
}

/**
 * The sentence for an error, about the flags of the command where the library speaks of its options. One that is not of
 * our making is a bug, and is called one.
 */
export function sentence(error: unknown, command: Command): string {
  if (error instanceof CutShort) return sentence(error.cause, command)
  if (error instanceof CommanderError) return aboutTheLine(error.message)
  if (error instanceof AbortError) return 'stopped before there was a result'
  if (error instanceof ArgumentError) return withFlag(error.message, command)
  if (error instanceof GibbsiteError) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `unexpected error: ${message.split('\n')[0]} (run it again with --debug for more)`
}

/** What Commander says of the command line, in the words of all other sentences. */
function aboutTheLine(message: string): string {
  const [, flag, rest] = /^error: option '(?:-\w, )?(--[\w-]+).*? is invalid\. expected (.*)$/s.exec(message) ?? []
  if (flag !== undefined) return `expected ${flag} ${rest}`
  return message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/s, ' (did you mean $1?)')
}

function withFlag(message: string, { options }: Command): string {
  return message.replace(/^expected `(\w+)`/, (whole, name) => {
    const option = options.find((one) => !one.negate && one.attributeName() === name)
    return option?.long ? `expected ${option.long}` : whole
  })
}
