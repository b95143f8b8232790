/** `gibbsite anneal`: the best state of an optimisation problem in a text file. */

import type { Command } from 'commander'
import { type AnnealResult, anneal } from '../energy/anneal.ts'
import { problemFrom } from '../energy/anneal-problem.ts'
import { inFile, readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import { encodeNpy } from '../io/npy.ts'
import { guessFormat, type ProblemFormat, parseProblem } from '../io/problem-text.ts'
import { reading } from './data.ts'
import { Interrupted, UsageError } from './failure.ts'
import { prepareFile } from './folder.ts'
import { choice, common, integer, positive, type Seeded } from './options.ts'
import { timeLeft } from './progress.ts'
import { finished } from './samples.ts'
import { type CommonOptions, Session } from './session.ts'
import { count, spent } from './words.ts'

interface AnnealCommand extends CommonOptions, Seeded {
  readonly format?: ProblemFormat
  readonly replicas: number
  readonly sweeps: number
  readonly from?: number
  readonly to?: number
  readonly scan: 'sequential' | 'random' | 'permutation' | 'chromatic'
  readonly update: 'metropolis' | 'heat-bath'
  readonly out?: string
}

const examples = [
  'gibbsite anneal G1.txt --sweeps 5000 --seed 1',
  'gibbsite anneal problem.qubo --replicas 256 --out best.npy',
  'gibbsite anneal couplings.txt --format ising --from 10 --to 0.1 --json',
]

const formats = `
Files (empty lines and what follows # are left out):
  maxcut  first "units edges", then "i j [weight]", units from 1 (G-set, rudy): the largest cut
  qubo    first "p qubo 0 units diagonals pairs", then "i i q" and "i j q", units from 0 (qbsolv): the least sum q x x
  ising   "i j J", and "i i h" for biases, units from 0: the least E = -sum J s s - sum h s
`

export function addAnneal(program: Command): void {
  const command = program
    .command('anneal')
    .description('find the best state of a max-cut, QUBO or Ising problem by simulated annealing')
    .argument('<file>', 'the problem, as text')
    .addOption(choice('--format <name>', 'of the file (default: as its first line looks)', ['maxcut', 'qubo', 'ising']))
    .option('--replicas <n>', 'independent runs', integer(), 64)
    .option('--sweeps <n>', 'sweeps of each run', integer(), 1000)
    .option('--from <T>', 'temperature at the beginning (default: from the couplings)', positive)
    .option('--to <T>', 'temperature at the end', positive)
    .addOption(
      choice('--scan <name>', 'which unit decides next', ['sequential', 'random', 'permutation', 'chromatic']).default(
        'sequential',
      ),
    )
    .addOption(choice('--update <name>', 'how it decides', ['metropolis', 'heat-bath']).default('metropolis'))
    .option('-o, --out <file>', 'write the best state as .npy')
    .addHelpText('after', formats)
  common(command, examples).action(run)
}

async function run(path: string, options: AnnealCommand): Promise<void> {
  const session = new Session(options)
  if ((options.from === undefined) !== (options.to === undefined)) {
    throw new UsageError('expected --from and --to together; got one of them')
  }
  if (options.out !== undefined) {
    if (!options.out.endsWith('.npy')) throw new UsageError(`expected --out to end in .npy; got ${options.out}`)
    await prepareFile(options.out)
  }
  const text = new TextDecoder().decode(await reading(() => readFileBounded(path)))
  const format = options.format ?? guessFormat(text, path)
  const problem = await inFile(path, () => problemFrom(format, parseProblem(text, format)))
  const backend = await session.backend()
  const { units, edges, colours } = problem.graph
  const graph = `${count(units, 'unit')}, ${count(edges, 'coupling')}, ${count(colours, 'colour')}`
  const runs = `${count(options.replicas, 'replica')} of ${count(options.sweeps, 'sweep')}`
  session.opening(`${path} (${format})`, `${graph}; ${runs}`, backend)
  const task = session.progress.task('annealing', options.sweeps)
  const start = performance.now()
  const { result, stopped } = await finished<AnnealResult>(
    anneal(problem, {
      replicas: options.replicas,
      sweeps: options.sweeps,
      scan: options.scan,
      update: options.update,
      ...(options.from !== undefined && { temperature: { from: options.from, to: options.to! } }),
      ...(options.seed !== undefined && { seed: options.seed }),
      signal: session.signal,
      onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
    }),
  )
  task.end()
  const end = stopped
    ? new Interrupted(`stopped after ${result.sweeps} of ${options.sweeps} sweeps; this is the best state so far`)
    : undefined
  await tell(session, path, options, format, result, (performance.now() - start) / 1000, end)
}

const names = { maxcut: 'cut', qubo: 'value', ising: 'energy' } as const

async function tell(
  session: Session,
  file: string,
  { out }: AnnealCommand,
  format: ProblemFormat,
  { state, value, values, replica, sweeps, seed }: AnnealResult,
  seconds: number,
  end: Interrupted | undefined,
): Promise<void> {
  if (out !== undefined) await writeFileAtomic(out, encodeNpy({ data: state, shape: [state.length] }))
  const as = values.filter((other) => other === value).length
  const name = names[format]
  session.say(
    `${name} ${value} (${as} of ${count(values.length, 'replica')}; ${count(sweeps, 'sweep')}; ${spent(seconds, seed)})`,
  )
  session.say(format === 'qubo' ? state.join('') : Array.from(state, (s) => (s > 0 ? '+' : '-')).join(''))
  if (out !== undefined) session.say(`${out}: the state`)
  const result = {
    command: 'anneal',
    file,
    format,
    [name]: value,
    replica,
    replicasWithIt: as,
    values: [...values],
    state: [...state],
    sweeps,
    seed,
    seconds,
    ...(out !== undefined && { out }),
  }
  session.result(result, end)
}
