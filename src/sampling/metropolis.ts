/** Metropolis-Hastings: the general sampler for every density that can be evaluated. */

import type { Backend } from '../backend/backend.ts'
import { ready } from '../backend/index.ts'
import type { Density } from '../density/density.ts'
import { resolveTarget } from '../density/target.ts'
import { ArgumentError, expected } from '../errors.ts'
import { deriveKey } from '../random/key.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { StateReader } from './chain-state.ts'
import { MetropolisColumns } from './metropolis-columns.ts'
import { KernelMover } from './metropolis-kernel.ts'
import type { MetropolisMover, MetropolisSetting } from './metropolis-mover.ts'
import { type CheckedMetropolis, checkMetropolis, type MetropolisOptions } from './metropolis-options.ts'
import {
  type CheckedProposal,
  checkMetropolisProposal,
  idealStep,
  proposalCode,
  targetRate,
} from './metropolis-proposal.ts'
import { METROPOLIS, type MetropolisParts, MetropolisSampler } from './metropolis-sampler.ts'
import { type ProposalSource, ScriptMover } from './metropolis-script.ts'
import { CustomSource, IndependenceSource, independentStart } from './metropolis-source.ts'
import { type ChainPlan, runChains } from './run-chains.ts'
import type { DrawBlock, SampleRun } from './sample-run.ts'
import { evaluateStart, givenStart, randomStart } from './start.ts'
import { warmupWindows } from './warmup-windows.ts'

/** Numbers of the keys under the user's seed; 301 ... belong to samplers. */
const stream = { moves: 301, start: 302, proposals: 303 } as const

/**
 * Samples from a density by the method of Metropolis, Rosenbluth, Rosenbluth, Teller and Teller (1953) and Hastings
 * (1970): a move from x to x', proposed with density q(x' | x), is made with probability
 *
 *     min(1, p(x') q(x | x') / (p(x) q(x' | x)))
 *
 * and the chain stays where it is otherwise. q drops out where the proposal says that it is symmetric.
 *
 * Chains move side by side, and on targets of the library's own wholly in C++. The warm-up adapts step and scale of a random
 * walk or of Langevin moves, each chain from its own draws; then they stay, so the draws are those of one fixed chain.
 * The result is a function of the seed: the same bytes on every backend and any number of threads, and chain c among
 * many is chain c alone.
 *
 * With `temperatures` each chain is accompanied by copies that see p^(1/T); neighbours swap places with
 * min(1, (p(x') / p(x))^(1/T - 1/T')), even pairs and odd pairs in turn [Geyer 1991; Okabe et al. 2001]. Draws are those
 * at T = 1; `adapted.swapRate` [chains, pairs] tells how often swaps were accepted.
 *
 * @returns a run to `await`, for the `SampleRun`, or to go through with `for await`, block of draws by block of draws
 * @throws ArgumentError on a wrong option (the run rejects with it)
 * @throws DensityError when the density throws or is NaN or plus infinity: it names chain, step and point, and has the
 *   draws so far as `partial`
 * @throws AbortError when the signal fires, with the draws so far as `partial`
 *
 * @example
 * const run = await metropolis({ target: { dim: 2, logDensity: ([x, y]) => -x * x - y * y }, seed: 3 })
 * run.acceptanceRate
 */
export function metropolis(options: MetropolisOptions): Stepwise<SampleRun, DrawBlock> {
  return runChains(() => prepare(options))
}

async function prepare(given: MetropolisOptions): Promise<ChainPlan> {
  const options = checkMetropolis(given)
  const backend = await ready()
  const density = resolveTarget(given.target)
  const proposal = checkMetropolisProposal(given.proposal, density.dim)
  if (proposal.kind === 'mala' && !density.hasGradient) {
    throw new ArgumentError(expected('target', 'to have a gradient, for the proposal "mala"', 'one without'))
  }
  const begun = options.resume
    ? resumed(backend, density, proposal, new StateReader(options.resume, METROPOLIS), options)
    : await started(backend, density, proposal, options)
  const { seed, warmup } = begun.asked
  return { ...options, sampler: new MetropolisSampler(begun, firstPiece(begun)), seed, warmup }
}

/** Iterations of a first piece, from nanoseconds of one that no density of ours comes near. */
function firstPiece({ backend, density, columns }: MetropolisParts): number {
  if (density.kind === 'script') return 1
  const each = 40 * density.dim + 4 * density.numbers.length + 100 * density.program.length
  return Math.max(1, Math.floor((backend.pieceMilliseconds * 1e6) / (each * columns.step.length)))
}

type Asked = MetropolisParts['asked']

function askedFor(proposal: CheckedProposal, options: CheckedMetropolis): Asked {
  const { adapt, seed, warmup, chains, firstChain } = options
  const shape = 'shape' in proposal ? proposal.shape : 'none'
  return { proposal: proposal.kind, shape, adapt, seed, warmup, chains, firstChain }
}

function makeColumns(
  backend: Backend,
  density: Density,
  proposal: CheckedProposal,
  { adapt, chains }: Pick<Asked, 'adapt' | 'chains'>,
  levels: number,
): MetropolisColumns {
  const scale = 'scale' in proposal ? proposal.scale.length : 0
  const step = 'scale' in proposal && adapt !== 'none'
  const gradient = proposal.kind === 'mala'
  const learn = step && adapt === 'all' && scale > 0
  return new MetropolisColumns(backend, { chains, levels, dim: density.dim, scale, gradient, step, learn })
}

async function started(
  backend: Backend,
  density: Density,
  proposal: CheckedProposal,
  options: CheckedMetropolis,
): Promise<MetropolisParts> {
  const { temperatures } = options
  const asked = askedFor(proposal, options)
  const columns = makeColumns(backend, density, proposal, asked, temperatures.length)
  const start = await startPoints(backend, density, proposal, options)
  spread(start, columns)
  const { positions, logDensity, gradient } = columns
  const [x, values, slopes] = [positions.view().slice(), new Float64Array(logDensity.length), gradient.view().slice()]
  evaluateStart(backend, density, asked.firstChain, temperatures.length, x, values, slopes)
  logDensity.view().set(values)
  gradient.view().set(slopes)
  columns.fill('step', Float64Array.of('step' in proposal ? proposal.step : 1))
  columns.base.view().set(columns.step.view().subarray(0, columns.base.length))
  if ('scale' in proposal) columns.fill('scale', proposal.scale)
  const progress = { iteration: 0, adapted: 0, gathered: 0 }
  return assemble(backend, density, proposal, columns, asked, progress, temperatures)
}

/** Each chain's start for all of its temperatures. */
function spread(start: Float64Array, { positions, sizes }: MetropolisColumns): void {
  const { chains, levels, dim } = sizes
  const to = positions.view()
  for (let column = 0; column < chains * levels; column++) {
    const from = Math.floor(column / levels) * dim
    to.set(start.subarray(from, from + dim), column * dim)
  }
}

async function startPoints(
  backend: Backend,
  density: Density,
  proposal: CheckedProposal,
  { init, chains, firstChain, seed }: CheckedMetropolis,
): Promise<Float64Array> {
  if (init !== undefined) return givenStart(init, chains, density.dim)
  if (proposal.kind === 'independence') {
    return independentStart(proposal.proposal, deriveKey(seed, stream.start), chains, firstChain)
  }
  const where = { backend, density, chains, firstChain, seed, stream: stream.start }
  if (proposal.kind !== 'flip') return randomStart(where)
  const [low, high] = proposal.values
  return randomStart({ ...where, spread: (u) => (u < 0.5 ? low : high) })
}

function resumed(
  backend: Backend,
  density: Density,
  proposal: CheckedProposal,
  state: StateReader,
  options: CheckedMetropolis,
): MetropolisParts {
  const now = askedFor(proposal, options)
  for (const name of ['proposal', 'shape'] as const) {
    const before = state.text(name)
    if (before !== now[name])
      throw new ArgumentError(expected(name, `to be ${before}, as in the run resumed`, now[name]))
  }
  const asked: Asked = {
    ...now,
    adapt: state.text('adapt'),
    seed: state.seed(),
    warmup: state.integer('warmup'),
    chains: state.integer('chains', 1, 2 ** 24),
    firstChain: state.integer('firstChain', 0, 2 ** 32 - 1),
  }
  const temperatures = state.numbers('temperatures', 1, 32)
  const columns = makeColumns(backend, density, proposal, asked, temperatures.length)
  columns.read(state)
  const progress = {
    iteration: state.integer('iteration'),
    adapted: state.integer('adapted'),
    gathered: state.integer('gathered'),
  }
  const random = state.numbers('random', 0, asked.chains * temperatures.length)
  return assemble(backend, density, proposal, columns, asked, progress, temperatures, random)
}

function assemble(
  backend: Backend,
  density: Density,
  proposal: CheckedProposal,
  columns: MetropolisColumns,
  asked: Asked,
  progress: MetropolisParts['progress'],
  temperatures: Float64Array,
  random?: Float64Array,
): MetropolisParts {
  const { dim } = density
  const setting: MetropolisSetting = {
    backend,
    proposal: proposalCode[proposal.kind],
    key: deriveKey(asked.seed, stream.moves),
    firstChain: asked.firstChain,
    inverseTemperatures: temperatures.map((temperature) => 1 / temperature),
    columns,
  }
  const scaled = proposal.kind === 'mala' ? 'mala' : 'random-walk'
  return {
    ...{ backend, density, columns, asked, progress, temperatures },
    mover: makeMover(setting, density, proposal, asked, random),
    rate: targetRate(scaled, dim),
    ideal: idealStep(scaled, dim),
    // A random walk needs some steps for a draw that tells something new, and a covariance more draws than coordinates.
    windows: columns.sizes.learn ? warmupWindows(asked.warmup, Math.max(25, 5 * dim), 150) : { first: 0, ends: [] },
  }
}

function makeMover(
  setting: MetropolisSetting,
  density: Density,
  proposal: CheckedProposal,
  asked: Asked,
  random: Float64Array | undefined,
): MetropolisMover {
  const source = makeSource(setting, density, proposal, asked, random)
  if (density.kind === 'kernel' && source === undefined && proposal.kind !== 'flip') {
    return new KernelMover(setting, density)
  }
  const flipSum = proposal.kind === 'flip' ? proposal.values[0] + proposal.values[1] : 0
  return new ScriptMover(setting, density, flipSum, source)
}

function makeSource(
  { backend, firstChain, columns }: MetropolisSetting,
  { dim }: Density,
  proposal: CheckedProposal,
  asked: Asked,
  random: Float64Array | undefined,
): ProposalSource | undefined {
  const key = deriveKey(asked.seed, stream.proposals)
  const place = { backend, key, dim, firstChain, columns: columns.step.length, levels: columns.sizes.levels }
  if (proposal.kind === 'independence') return new IndependenceSource(proposal.proposal, place)
  if (proposal.kind === 'custom') return new CustomSource(proposal.proposal, place, random)
  return undefined
}
