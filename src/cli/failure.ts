/** How a command ends when it does not end well: one sentence, and the exit code that says whose turn it is. */

import { CommanderError } from 'commander'
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

/** 2 for what the caller can put right, 130 or 143 for a command that was stopped, 1 for all else. */
export function exitCodeOf(error: unknown, signal?: NodeJS.Signals): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof Interrupted || error instanceof AbortError) {
    return signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted
  }
  if (error instanceof UsageError || error instanceof ArgumentError || error instanceof FormatError) {
    return exitCodes.usage
  }
  return exitCodes.failed
}

/** The sentence for an error. One that is not of our making is a bug, and is called one. */
export function sentence(error: unknown): string {
  if (error instanceof AbortError) return 'stopped'
  if (error instanceof GibbsiteError) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `unexpected error: ${message.split('\n')[0]} (run it again with --debug for more)`
}
