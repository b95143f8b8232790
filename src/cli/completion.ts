/** `gibbsite completion`: scripts by which shells complete the commands, made from the commands themselves. */

import { Argument, type Command } from 'commander'
import * as check from '../check.ts'
import { UsageError } from './failure.ts'
import { common } from './options.ts'
import { type CommonOptions, Session } from './session.ts'
import { bashScript } from './shell/bash.ts'
import { fishScript } from './shell/fish.ts'
import { zshScript } from './shell/zsh.ts'
import { type CommandFacts, factsOf } from './tree.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }
type Shell = keyof typeof scripts
const shells = Object.keys(scripts) as Shell[]

const examples = [
  'gibbsite completion bash > ~/.local/share/bash-completion/completions/gibbsite',
  'gibbsite completion zsh > ~/.zsh/completions/_gibbsite',
  'gibbsite completion fish > ~/.config/fish/completions/gibbsite.fish',
  'eval "$(gibbsite completion bash)"',
  'gibbsite completion --json',
]

const notes = `
The script is read when a shell begins; zsh looks for it in the folders of its $fpath. With --json and no shell the result is
the tree of all commands, arguments and options.
`

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('print a script by which a shell completes commands, options and files')
    .addArgument(new Argument('[shell]', 'whose script').choices(shells).argParser(shellNamed))
    .addHelpText('after', notes)
  common(command, examples, { seeded: false }).action((shell: Shell | undefined, options: CommonOptions) =>
    run(factsOf(program), shell, options),
  )
}

function shellNamed(name: string): Shell {
  return check.oneOf('shell', name, shells)
}

function run(commands: CommandFacts, shell: Shell | undefined, options: CommonOptions): void {
  const session = new Session(options)
  if (shell === undefined) {
    if (!options.json) throw new UsageError('expected bash, zsh or fish, or --json for the tree of commands; got none')
    session.result({ command: 'completion', commands })
    return
  }
  const script = scripts[shell](commands)
  session.say(script.trimEnd())
  session.result({ command: 'completion', shell, script })
}
