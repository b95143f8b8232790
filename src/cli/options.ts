/** The options of the command line: how their text becomes values, and those that all commands share. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import * as check from '../check.ts'
import { ArgumentError } from '../errors.ts'
import { UsageError } from './failure.ts'

// Commander says which option it was and adds the sentence.
function parsed<Value>(convert: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return convert(text)
    } catch (error) {
      if (error instanceof ArgumentError)
        throw new InvalidArgumentError(error.message.replace(/^expected `\w+` to be/, 'expected'))
      throw error
    }
  }
}

function number(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

/** An integer of at least `least`. */
export function integer(least = 1, most?: number): (text: string) => number {
  return parsed((text) => check.integerWithin('value', number(text), least, most ?? Number.MAX_SAFE_INTEGER))
}

/** A number of at least 0. */
export const nonNegative: (text: string) => number = parsed((text) => check.nonNegativeNumber('value', number(text)))

/** A number above 0. */
export const positive: (text: string) => number = parsed((text) => check.positiveNumber('value', number(text)))

/** A number from 0 to 1, or to `most`. */
export function within(least: number, most: number): (text: string) => number {
  return parsed((text) => check.numberWithin('value', number(text), least, most))
}

/** A seed: up to 64 bits; one that a number holds exactly is given as a number, so that it reads the same in JSON. */
export const seed: (text: string) => number | bigint = parsed((text) => {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : text
  const small = typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER)
  return check.seed('seed', small ? Number(value) : value)
})

/** Commands that draw random numbers take one. */
export interface Seeded {
  readonly seed?: number | bigint
}

/** An option with a fixed list of words. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words)
}

/** Adds what every command takes, and its examples. */
export function common(
  command: Command,
  examples: readonly string[],
  { seeded = true }: { seeded?: boolean } = {},
): Command {
  if (seeded) command.option('--seed <n>', 'seed of the random numbers, below 2^64 (default: fresh, and printed)', seed)
  return command
    .option('--threads <n>', 'cores to use (default: all); no result depends on it', integer(1, 256))
    .addOption(
      choice('--backend <name>', 'native addon or WebAssembly (default: native where it loads)', [
        'auto',
        'native',
        'wasm',
      ]),
    )
    .option('--json', 'print the result as JSON on stdout')
    .option('-q, --quiet', 'no progress and no remarks')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`)
}

/** Which options the user gave: the others are the command's defaults. */
export type Given = (name: string) => boolean

export function givenTo(command: Command): Given {
  return (name) => ![undefined, 'default'].includes(command.getOptionValueSource(name))
}

/**
 * Refuses options that belong to another kind of model.
 *
 * @param flags such as `--beta`
 * @param belongs where they belong and what came, such as "with an energy model; got a flow"
 * @throws UsageError
 */
export function refuse(given: Given, flags: readonly string[], belongs: string): void {
  const camel = (flag: string) => flag.slice(2).replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
  const wrong = flags.find((flag) => given(camel(flag)))
  if (wrong !== undefined) throw new UsageError(`expected ${wrong} only ${belongs}`)
}

/** A word as it is typed in a shell. */
export function quoted(text: string): string {
  return /^[\w./~+=:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
