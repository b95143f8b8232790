/** Completion in fish. */

import type { CommandFacts, OptionFacts } from '../tree.ts'
import { flat, type Taken, takenAs, takenBy } from './facts.ts'

export function fishScript(root: CommandFacts): string {
  const commands = flat(root)
  const known = commands.slice(1).map(({ path }) => quote(path.join(' ')))
  return `# fish completion of gibbsite, made by \`gibbsite completion fish\`
# Whether the line names just this command so far.
function __gibbsite_at
    set -l known ${known.join(' ')}
    set -l path
    for word in (commandline -opc)[2..]
        contains -- (string join -- ' ' $path $word) $known; and set -a path $word
    end
    test "$path" = "$argv"
end
${commands.flatMap(linesOf).join('\n')}
`
}

function linesOf(command: CommandFacts): string[] {
  const head = `complete -c gibbsite -n ${quote(`__gibbsite_at ${command.path.join(' ')}`.trim())}`
  return [
    ...command.options.map((option) => `${head} ${optionWords(option)}`),
    ...command.commands.map(({ path, description }) => `${head} -f -a ${path.at(-1)} -d ${quote(description)}`),
    ...command.arguments.slice(0, 1).flatMap((argument) => {
      const taken = takenAs(argument)
      return Array.isArray(taken) ? [`${head} -f -a ${quote(taken.join(' '))}`] : []
    }),
  ]
}

function optionWords(option: OptionFacts): string {
  const names = option.names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  const taken = takenBy(option)
  const value = taken === undefined || option.optional ? [] : values(taken)
  return [...names, ...value, `-d ${quote(option.description)}`].join(' ')
}

function values(taken: Taken): string[] {
  if (taken === 'file') return ['-r -F']
  if (taken === 'folder') return ["-x -a '(__fish_complete_directories)'"]
  return taken === 'text' ? ['-x'] : [`-x -a ${quote(taken.join(' '))}`]
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
