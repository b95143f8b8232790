/** Completion in zsh. */

import type { ArgumentFacts, CommandFacts, OptionFacts } from '../tree.ts'
import { flat, type Taken, takenAs, takenBy } from './facts.ts'

export function zshScript(root: CommandFacts): string {
  return `#compdef gibbsite
# zsh completion of gibbsite, made by \`gibbsite completion zsh\`
${flat(root).map(functionOf).join('\n')}
# Read from $fpath this file is the body of the function; by eval or source it has to be named.
if [[ \${funcstack[1]} == _gibbsite ]]; then _gibbsite "$@"; else compdef _gibbsite gibbsite; fi
`
}

function functionName({ path }: CommandFacts): string {
  return ['_gibbsite', ...path].join('_')
}

function functionOf(command: CommandFacts): string {
  const options = command.options.map(optionSpec)
  return command.commands.length > 0 ? chooser(command, options) : leaf(command, options)
}

function leaf(command: CommandFacts, options: readonly string[]): string {
  const words = command.arguments.map((argument, i) => argumentSpec(argument, i + 1))
  return `${functionName(command)}() {
  _arguments -s -S ${[...options, ...words].join(' \\\n    ')}
}`
}

/** A command of which the next word is another one. */
function chooser(command: CommandFacts, options: readonly string[]): string {
  const inner = command.commands.map(({ path, description }) => quote(`${path.at(-1)}:${description}`))
  const cases = command.commands.map((one) => `    ${one.path.at(-1)}) ${functionName(one)} ;;`)
  return `${functionName(command)}() {
  local line state
  local -a commands=(
    ${inner.join('\n    ')}
  )
  _arguments -C ${[...options, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  if [[ $state == command ]]; then _describe command commands; return; fi
  case $line[1] in
${cases.join('\n')}
  esac
}`
}

/** `'(-o --out)'{-o,--out}'[description]:file:_files'` */
function optionSpec(option: OptionFacts): string {
  const { names, value, optional, description } = option
  const taken = takenBy(option)
  const colons = optional ? '::' : ':'
  const rest = quote(`[${escaped(description)}]${taken === undefined ? '' : `${colons}${value}:${action(taken)}`}`)
  return names.length === 1 ? `${names[0]}${rest}` : `'(${names.join(' ')})'{${names.join(',')}}${rest}`
}

function argumentSpec(argument: ArgumentFacts, place: number): string {
  const { name, variadic, required } = argument
  const where = variadic ? '*' : String(place)
  return quote(`${where}${required || variadic ? ':' : '::'}${name}:${action(takenAs(argument))}`)
}

function action(taken: Taken): string {
  if (taken === 'file') return '_files'
  if (taken === 'folder') return '_files -/'
  return taken === 'text' ? ' ' : `(${taken.join(' ')})`
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
