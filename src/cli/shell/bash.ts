/** Completion in bash, from 3.2 on. */

import type { CommandFacts } from '../tree.ts'
import { flat, type Taken, takenAs, takenBy } from './facts.ts'

export function bashScript(root: CommandFacts): string {
  const commands = flat(root)
  return `# bash completion of gibbsite, made by \`gibbsite completion bash\`
__gibbsite_words() { COMPREPLY=($(compgen -W "$*" -- "$word")); }
__gibbsite_folders() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -d -- "$word"))
}
__gibbsite_nothing() { compopt +o bashdefault +o default 2>/dev/null; }
_gibbsite() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at=gibbsite i
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${commands.slice(1).map(quotedName).join(' | ')}) at+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$at $word" in
${commands.map(optionCase).join('\n')}
  esac
  case "$at" in
${commands.flatMap(wordCase).join('\n')}
  esac
}
complete -o bashdefault -o default -F _gibbsite gibbsite
`
}

function nameOf({ path }: CommandFacts): string {
  return ['gibbsite', ...path].join(' ')
}

function quotedName(command: CommandFacts): string {
  return `'${nameOf(command)}'`
}

/** The options of a command, by what can follow them. */
function valueCases(command: CommandFacts): string[] {
  const names = new Map<string, string[]>()
  for (const option of command.options) {
    const taken = takenBy(option)
    if (taken === undefined) continue
    // A value that may be left out leaves room for whatever else comes.
    const action = `${suggest(taken)}${option.optional ? '' : 'return'}`
    names.set(action, [...(names.get(action) ?? []), ...option.names])
  }
  return [...names].map(([action, all]) => {
    const words = all.map((name) => `'${nameOf(command)} ${name}'`)
    return `    ${words.join(' | ')}) ${action} ;;`
  })
}

/** Statements, each with a semicolon behind it. */
function suggest(taken: Taken): string {
  // Where nothing is suggested bash completes files.
  if (taken === 'file') return ''
  if (taken === 'folder') return '__gibbsite_folders; '
  if (taken === 'text') return '__gibbsite_nothing; '
  return `${words(taken)}; `
}

function words(all: readonly string[]): string {
  return `__gibbsite_words ${all.join(' ')}`
}

function optionCase(command: CommandFacts): string {
  const names = command.options.flatMap((option) => option.names)
  return `    '${nameOf(command)} -'*) ${words(names)}; return ;;`
}

/** The names of inner commands, or the words that the first argument can be. */
function wordCase(command: CommandFacts): string[] {
  const [first] = command.arguments
  const inner = command.commands.map(({ path }) => path.at(-1)!)
  const taken = inner.length > 0 ? inner : first && takenAs(first)
  return Array.isArray(taken) ? [`    ${quotedName(command)}) ${words(taken)} ;;`] : []
}
