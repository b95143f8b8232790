/** `gibbsite chain`: what theory says of the Markov chain with a given transition matrix. */

import type { Command } from 'commander'
import { FormatError } from '../errors.ts'
import { inFile, readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import { decodeNpy } from '../io/npy.ts'
import { parseTransitions, type TransitionFormat } from '../io/transition-text.ts'
import { analyzeChain, type ChainAnalysis } from '../sampling/chain/analyze-chain.ts'
import type { TransitionsLike } from '../sampling/chain/transition-input.ts'
import { chainJson, chainLines } from './chain-report.ts'
import { reading } from './data.ts'
import { UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { choice, common, within } from './options.ts'
import { timeLeft } from './progress.ts'
import { spectrumPicture } from './report/spectrum-picture.ts'
import { type CommonOptions, Session } from './session.ts'

interface ChainCommand extends CommonOptions {
  readonly format?: TransitionFormat | 'npy'
  readonly tolerance: number
  readonly out?: string
}

const examples = [
  'gibbsite chain matrix.csv',
  'gibbsite chain P.npy --json',
  'gibbsite chain walk.txt --format triplets --out spectrum.svg',
]

const formats = `
Files (rows are where a step comes from; in text, empty lines and what follows # are left out):
  csv       a square of numbers; the first line may have names of the states, and lines may begin with them
  triplets  lines "i j p": from state i to state j with probability p, states from 0
  npy       [n, n], as numpy.save writes it
`

/** 4096 states squared, 25 characters each. */
const LARGEST_FILE = 2 ** 29

export function addChain(program: Command): void {
  const command = program
    .command('chain')
    .description('analyse a Markov chain: classes, periods, stationary laws, spectral gap, mixing time')
    .argument('<file>', 'the transition matrix, up to 4096 states')
    .addOption(choice('--format <name>', 'of the file (default: as it looks)', ['csv', 'triplets', 'npy']))
    .option('--tolerance <x>', 'how far the sum of a row may be from 1', within(0, 1), 1e-6)
    .option('-o, --out <file>', 'write a picture of the spectrum as .svg')
    .addHelpText('after', formats)
  common(command, examples, { seeded: false }).action(run)
}

async function run(path: string, options: ChainCommand): Promise<void> {
  const session = new Session(options)
  if (options.out !== undefined) {
    if (!options.out.endsWith('.svg')) throw new UsageError(`expected --out to end in .svg; got ${options.out}`)
    await prepareFile(options.out)
  }
  const bytes = await reading(() => readFileBounded(path, LARGEST_FILE))
  const { matrix, names } = await inFile(path, () => decode(bytes, options.format))
  const backend = await session.backend()
  session.opening(path, 'a transition matrix', backend)
  const task = session.progress.task('analysing', 100)
  const found = await analyzeChain(matrix, {
    tolerance: options.tolerance,
    signal: session.signal,
    onProgress: ({ done, total, secondsLeft }) => task.update((100 * done) / total, timeLeft(secondsLeft)),
  })
  task.end()
  if (options.out !== undefined) await writeFileAtomic(options.out, new TextEncoder().encode(picture(path, found)))
  for (const line of chainLines(found, names)) session.say(line)
  if (options.out !== undefined) session.say(`${options.out}: the spectrum`)
  session.result({ command: 'chain', file: path, ...chainJson(found, names), ...(options.out && { out: options.out }) })
}

function decode(
  bytes: Uint8Array,
  format: ChainCommand['format'],
): { matrix: TransitionsLike; names?: readonly string[] | undefined } {
  if (format === 'npy' || (format === undefined && bytes[0] === 0x93)) {
    const { data, shape } = decodeNpy(bytes)
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      throw new FormatError('expected an .npy file of at most 32-bit integers, or of floats; got 64-bit integers')
    }
    return { matrix: { data, shape } }
  }
  const text = parseTransitions(new TextDecoder().decode(bytes), format)
  return 'rows' in text ? { matrix: text.rows, names: text.names } : { matrix: text }
}

function picture(path: string, { eigenvalues, spectralGap, states }: ChainAnalysis): string {
  return spectrumPicture({
    title: `${path}: ${states} states, spectral gap ${Number(spectralGap.toPrecision(4))}`,
    second: spectralGap > 0 ? 1 - spectralGap : undefined,
    real: eigenvalues?.real,
    imaginary: eigenvalues?.imaginary,
  })
}
