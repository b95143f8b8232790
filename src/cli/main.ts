#!/usr/bin/env node
/** The `gibbsite` command. */

import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { node } from '../backend/platform.node.ts'
import { usePlatform } from '../backend/platform.ts'
import { addAnneal } from './anneal.ts'
import { addChain } from './chain.ts'
import { addComplete } from './complete.ts'
import { addDiagnose } from './diagnose.ts'
import { addDoctor } from './doctor.ts'
import { addEvaluate } from './evaluate.ts'
import { exitCodeOf, exitCodes, sentence } from './failure.ts'
import { addInpaint } from './flow/inpaint.ts'
import { addInfo } from './info.ts'
import { addMcmc } from './mcmc.ts'
import { addRecall } from './recall.ts'
import { addSample } from './sample.ts'
import { addServe } from './serve.ts'
import { toJson } from './session.ts'
import { addTrain } from './train.ts'

const examples = `
Examples:
  $ gibbsite train rbm --mnist --out out/rbm-mnist
  $ gibbsite sample out/rbm-mnist/model.safetensors --out fantasies.png
  $ gibbsite train glow --mnist --levels 2 --steps 4 --hidden 64,64 --out out/glow
  $ gibbsite inpaint out/glow/model.safetensors digits.npy --hide left --out inpainted.png
  $ gibbsite recall patterns.npy noisy.npy --out recalled.png
  $ gibbsite anneal G1.txt --sweeps 5000
  $ gibbsite mcmc eight-schools.ts --out draws.csv
  $ gibbsite chain matrix.csv
  $ gibbsite diagnose draws.csv --out diagnosis
  $ gibbsite doctor

Exit codes: 0 done, 1 failed, 2 wrong usage or bad input, 130 stopped by Ctrl-C (what was finished is kept).
`

function build(): Command {
  const program = new Command('gibbsite')
    .description(
      'energy models and normalizing flows on the command line: train, sample, complete, evaluate, recall, anneal',
    )
    .version(packageJson.version)
    .addHelpText('after', examples)
    .showHelpAfterError('(add --help for all options and examples)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'gibbsite: ')) })
    .exitOverride()
  for (const add of [
    addTrain,
    addSample,
    addComplete,
    addInpaint,
    addEvaluate,
    addRecall,
    addAnneal,
    addMcmc,
    addChain,
    addDiagnose,
    addServe,
    addInfo,
    addDoctor,
  ])
    add(program)
  return program
}

async function main(words: readonly string[]): Promise<void> {
  // A reader that has seen enough, such as `head`, is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (error) => ignoreClosedPipe(error))
  const received: { signal?: NodeJS.Signals } = {}
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => (received.signal ??= name))
  try {
    await build().parseAsync(words, { from: 'user' })
  } catch (error) {
    fail(error, words, received.signal)
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode)
}

function fail(error: unknown, words: readonly string[], signal: NodeJS.Signals | undefined): void {
  const exitCode = exitCodeOf(error, signal)
  // Commander has said what was wrong, or has shown the help that was asked for.
  if (!(error instanceof CommanderError)) process.stderr.write(`gibbsite: ${sentence(error)}\n`)
  if (words.includes('--debug')) process.stderr.write(`${(error as Error).stack}\n`)
  if (words.includes('--json') && exitCode !== exitCodes.ok) {
    process.stdout.write(`${toJson({ error: sentence(error), exitCode })}\n`)
  }
  process.exitCode = exitCode
}

usePlatform(node)
await main(process.argv.slice(2))
