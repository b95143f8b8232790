/** The options of the command line: how their text becomes values, and those that all commands share. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import * as check from '../check.ts'
import { ArgumentError } from '../errors.ts'
import { UsageError } from './failure.ts'
import { COMMON } from './tree.ts'

// Commander says which option it was and adds the rest of the sentence.
function parsed<Value>(convert: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return convert(text)
    } catch (error) {
      if (error instanceof ArgumentError)
        throw new InvalidArgumentError(error.message.replace(/^expected `\w+`/, 'expected'))
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
export function seed(text: string): number | bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n
  if (value < 0n || value >= 2n ** 64n) {
    throw new InvalidArgumentError(`expected to be a whole number below 2^64; got ${text}`)
  }
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** Commands that draw random numbers take one. */
export interface Seeded {
  readonly seed?: number | bigint
}

/** An option with a fixed list of words. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words).argParser(parsed((text) => check.oneOf('value', text, words)))
}

/** Adds the examples that its help ends with. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`)
}

/** Adds what every command takes, and its examples. */
export function common(
  command: Command,
  examples: readonly string[],
  { seeded = true }: { seeded?: boolean } = {},
): Command {
  command.optionsGroup(COMMON)
  if (seeded) command.option('--seed <n>', 'seed of the random numbers, below 2^64 (default: fresh, and printed)', seed)
  command
    .option('--threads <n>', 'cores to use; no result depends on it (default: all)', integer(1, 256))
    .addOption(
      choice('--backend <name>', 'what computes (default: the native addon where it loads, else WebAssembly)', [
        'auto',
        'native',
        'wasm',
      ]),
    )
    .option('--json', 'print the result as JSON on stdout')
    .option('-q, --quiet', 'no progress and no remarks')
    .option('--no-color', 'no colours; pipes, files and NO_COLOR have none anyway')
    .option('--debug', 'show the stack of an error')
    .helpOption('-h, --help', 'show this help')
  return withExamples(command, examples)
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
