/** What the scripts of all shells need to know of the commands. */

import type { ArgumentFacts, CommandFacts, OptionFacts } from '../tree.ts'

/** The commands from the top down, each before those below it. */
export function flat(command: CommandFacts): CommandFacts[] {
  return [command, ...command.commands.flatMap(flat)]
}

/** What can stand where a value is expected: one of these words, a file, a folder, or what a shell cannot guess. */
export type Taken = readonly string[] | 'file' | 'folder' | 'text'

const named: Readonly<Record<string, Taken>> = { file: 'file', model: 'file', target: 'file', folder: 'folder' }

/** What an option takes; undefined for a switch. */
export function takenBy({ value, choices }: OptionFacts): Taken | undefined {
  if (value === undefined) return undefined
  return choices ?? named[value] ?? 'text'
}

/** All arguments of the commands are files, or one of a list of words. */
export function takenAs({ choices }: ArgumentFacts): Taken {
  return choices ?? 'file'
}
