/** The commands, arguments and options as plain data: for the help, for shells that complete them, and for the manual. */

import type { Argument, Command, Option } from 'commander'

export interface OptionFacts {
  /** "-o, --out <file>" */
  readonly flags: string
  /** "-o", "--out" */
  readonly names: readonly string[]
  /** What it takes: "file", "folder", "n" ...; absent for a switch. */
  readonly value?: string
  /** Whether it may stand without its value. */
  readonly optional?: true
  readonly description: string
  /** The words that it takes, where the list is fixed. */
  readonly choices?: readonly string[]
  /** What holds when it is not given, in words. */
  readonly default?: string
  /** Whether all commands have it. */
  readonly common?: true
}

export interface ArgumentFacts {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly variadic: boolean
  readonly choices?: readonly string[]
}

export interface CommandFacts {
  /** Its words after `gibbsite`, none for the whole. */
  readonly path: readonly string[]
  readonly description: string
  readonly arguments: readonly ArgumentFacts[]
  readonly options: readonly OptionFacts[]
  readonly commands: readonly CommandFacts[]
}

/** Heading of the options that all commands have. */
export const COMMON = 'Common options:'

/** The facts of a command and of all below it. */
export function factsOf(command: Command, path: readonly string[] = []): CommandFacts {
  const help = command.createHelp()
  return {
    path,
    description: command.description(),
    arguments: command.registeredArguments.map(argumentFacts),
    options: help.visibleOptions(command).map(optionFacts),
    commands: command.commands.map((inner) => factsOf(inner, [...path, inner.name()])),
  }
}

function argumentFacts(argument: Argument): ArgumentFacts {
  const { description, required, variadic, argChoices } = argument
  return { name: argument.name(), description, required, variadic, ...(argChoices && { choices: argChoices }) }
}

function optionFacts(option: Option): OptionFacts {
  const { flags, short, long, optional, argChoices, helpGroupHeading } = option
  const value = /[<[](.*?)[>\]]/.exec(flags)?.[1]
  const { description, usual } = partsOf(option)
  return {
    flags,
    names: [short, long].filter((name) => name !== undefined),
    ...(value !== undefined && { value }),
    ...(optional && { optional }),
    description,
    ...(argChoices && { choices: argChoices }),
    ...(usual !== undefined && { default: usual }),
    ...(helpGroupHeading === COMMON && { common: true }),
  }
}

/** The description without the default that some have in words, and the default. */
function partsOf({ description, defaultValue, negate }: Option): { description: string; usual?: string | undefined } {
  const [, before, usual] = /^(.*?) ?\(default: (.*)\)$/s.exec(description) ?? []
  if (before !== undefined) return { description: before, usual }
  return { description, usual: negate || defaultValue === undefined ? undefined : String(defaultValue) }
}

/** What the help says of an option. */
export function optionText(option: Option): string {
  const { description, usual } = partsOf(option)
  const words = option.argChoices ? `: ${listed(option.argChoices)}` : ''
  return `${description}${words}${usual === undefined ? '' : ` (default: ${usual})`}`
}

/** "a, b or c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
