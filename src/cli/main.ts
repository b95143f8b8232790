#!/usr/bin/env node
/** The `gibbsite` command. */

import { type Command, CommanderError } from 'commander'
import { node } from '../backend/platform.node.ts'
import { usePlatform } from '../backend/platform.ts'
import { fileError } from '../io/files.node.ts'
import { leaveOutColours, painted } from './colour.ts'
import { CutShort, exitCodeOf, exitCodes, sentence } from './failure.ts'
import { build, commandNamed, fullName } from './program.ts'
import { toJson } from './session.ts'

async function main(words: readonly string[]): Promise<void> {
  process.stdout.on('error', outputFailed)
  process.stderr.on('error', () => {}) // nobody reads the remarks: the work goes on
  const received: { signal?: NodeJS.Signals } = {}
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => (received.signal ??= name))
  if (words.includes('--no-color')) leaveOutColours()
  const program = build()
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    fail(error, words, commandNamed(program, words), received.signal)
  }
}

/** The reader of the results is gone, or the disk is full. */
function outputFailed(error: NodeJS.ErrnoException): void {
  // A reader that has seen enough, such as `head`, is no failure.
  if (error.code === 'EPIPE') process.exit(process.exitCode)
  complain(fileError('write', 'the results to standard output', error).message)
  process.exit(exitCodes.failed)
}

function fail(error: unknown, words: readonly string[], command: Command, signal: NodeJS.Signals | undefined): void {
  const exitCode = exitCodeOf(error, signal)
  process.exitCode = exitCode
  // It has shown the help, or the version.
  if (error instanceof CommanderError && /^commander\.(help|version)/.test(error.code)) return
  const text = sentence(error, command)
  complain(text)
  if (error instanceof CommanderError) process.stderr.write(`see ${fullName(command)} --help\n`)
  if (words.includes('--debug')) process.stderr.write(`${stackOf(error)}\n`)
  const result = error instanceof CutShort ? error.result : {}
  if (words.includes('--json')) process.stdout.write(`${toJson({ ...result, error: text, exitCode })}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${painted(process.stderr, ['bold', 'red'], 'gibbsite:')} ${text}\n`)
}

function stackOf(error: unknown): string | undefined {
  return error instanceof CutShort ? error.cause.stack : (error as Error).stack
}

usePlatform(node)
await main(process.argv.slice(2))
