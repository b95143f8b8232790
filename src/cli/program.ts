/** The tree of commands. */

import { styleText } from 'node:util'
import { Command, type Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { addAnneal } from './anneal.ts'
import { addChain } from './chain.ts'
import { showsColours } from './colour.ts'
import { addComplete } from './complete.ts'
import { addCompletion } from './completion.ts'
import { addDiagnose } from './diagnose.ts'
import { addDoctor } from './doctor.ts'
import { addEvaluate } from './evaluate.ts'
import { addInpaint } from './flow/inpaint.ts'
import { addInfo } from './info.ts'
import { addMcmc } from './mcmc.ts'
import { withExamples } from './options.ts'
import { addRecall } from './recall.ts'
import { addSample } from './sample.ts'
import { addServe } from './serve.ts'
import { addTrain } from './train.ts'
import { optionText } from './tree.ts'

const examples = [
  'gibbsite train rbm --mnist --out out/rbm-mnist',
  'gibbsite sample out/rbm-mnist/model.safetensors --out fantasies.png',
  'gibbsite train glow --mnist --levels 2 --steps 4 --hidden 64,64 --out out/glow',
  'gibbsite inpaint out/glow/model.safetensors digits.npy --hide left --out inpainted.png',
  'gibbsite recall patterns.npy noisy.npy --out recalled.png',
  'gibbsite anneal G1.txt --sweeps 5000',
  'gibbsite mcmc eight-schools.ts --out draws.csv',
  'gibbsite chain matrix.csv',
  'gibbsite diagnose draws.csv --out diagnosis',
  'gibbsite serve out/rbm-mnist/model.safetensors',
  'gibbsite doctor',
]

const ending = `
Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped by Ctrl-C, 143 by SIGTERM (what was finished is kept).
`

const groups = {
  'Models:': [addTrain, addSample, addComplete, addInpaint, addEvaluate, addRecall, addServe, addInfo],
  'Optimisation and sampling:': [addAnneal, addMcmc, addChain, addDiagnose],
  'Installation and help:': [addDoctor, addCompletion],
}

/** The whole command, as it is before it has read a line. */
export function build(): Command {
  const program = new Command('gibbsite')
    .description('energy models, normalizing flows and Monte Carlo on the command line')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .configureHelp(look)
    .configureOutput({
      outputError: () => {}, // main says it
      getOutHasColors: () => showsColours(process.stdout),
      getErrHasColors: () => showsColours(process.stderr),
    })
    .exitOverride()
  for (const [heading, adders] of Object.entries(groups)) {
    program.commandsGroup(heading)
    for (const add of adders) add(program)
  }
  program.helpCommand('help [command]', 'show the help of a command')
  withExamples(program, examples).addHelpText('after', ending)
  return program
}

const bold = (text: string) => styleText('bold', text, { validateStream: false })
const coloured = (text: string) => styleText('cyan', text, { validateStream: false })

// Commander takes the colours out again where they are not shown.
const look = {
  styleTitle: bold,
  styleOptionTerm: coloured,
  styleArgumentTerm: coloured,
  styleSubcommandTerm: coloured,
  optionDescription: (option: Option) => optionText(option),
}

/** The command that the words name, as far as they name one. */
export function commandNamed(command: Command, [word, ...words]: readonly string[]): Command {
  const inner = command.commands.find((one) => one.name() === word)
  return inner === undefined ? command : commandNamed(inner, words)
}

/** "gibbsite train rbm" */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}
