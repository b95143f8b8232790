/** Gibbs sampling of a normal distribution, in a kernel. */

import type { Backend, BackendArray } from '../backend/backend.ts'
import { ready } from '../backend/index.ts'
import * as check from '../check.ts'
import type { KernelDensity } from '../density/density.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { type ChainOptions, type CheckedChains, chainKeys, checkChainOptions, checkSettled } from './chain-options.ts'
import type { ChainSampler, ChainState, DrawSink } from './chain-sampler.ts'
import { StateReader } from './chain-state.ts'
import { DrawBuffer } from './draw-buffer.ts'
import { type ChainPlan, runChains } from './run-chains.ts'
import type { DrawBlock, SampleRun } from './sample-run.ts'
import { givenStart } from './start.ts'
import type { ExactTarget } from './targets/kernel-target.ts'
import { type NormalFactor, type NormalShape, normalFactor, normalTarget } from './targets/normal.ts'

export interface GaussianGibbsOptions extends NormalShape, ChainOptions {
  /** `systematic` (default): coordinates by number. `random`: as many visits, of coordinates drawn with replacement. */
  scan?: 'systematic' | 'random' | undefined
}

const shapeKeys = ['mean', 'covariance', 'precision', 'sd'] as const
const SAMPLER = 'gaussian-gibbs'
/** Number of the key under the user's seed (see metropolis.ts). */
const stream = 321

/**
 * Gibbs sampling of a multivariate normal distribution, given by one of covariance, precision and sd, and the mean:
 *
 *     x_i | rest ~ N(m_i - sum over j of P_ij / P_ii (x_j - m_j), 1 / P_ii),   P the precision matrix.
 *
 * Independent draws come cheaper from a Cholesky factor; this shows how Gibbs sampling behaves where all is known, and is what
 * a larger sampler may be held against. Chains start at the mean unless `init` says otherwise.
 *
 * @returns a run to `await`, for the `SampleRun`, or to go through with `for await`
 * @throws ArgumentError on a wrong option (the run rejects with it)
 */
export function gaussianGibbs(options: GaussianGibbsOptions): Stepwise<SampleRun, DrawBlock> {
  return runChains(() => prepare(options))
}

async function prepare(given: GaussianGibbsOptions): Promise<ChainPlan> {
  const options = check.options('options', given, [...shapeKeys, 'scan', ...chainKeys])
  const checked = checkChainOptions(options)
  if (checked.resume) checkSettled(checked.resume, 'scan', options.scan)
  const shape = Object.fromEntries(shapeKeys.filter((key) => key in options).map((key) => [key, options[key]]))
  const factor = normalFactor(undefined, shape)
  const scan = check.oneOf('scan', options.scan ?? 'systematic', ['systematic', 'random'])
  const backend = await ready()
  const target = normalTarget(shape)
  const begun = checked.resume
    ? resumed(new StateReader(checked.resume, SAMPLER), factor.dim)
    : started(checked, factor, scan)
  const sampler = new GaussianGibbsSampler(backend, target, factor, begun)
  return { ...checked, sampler, seed: begun.asked.seed, warmup: begun.asked.warmup }
}

interface Begun {
  readonly asked: {
    readonly seed: Seed
    readonly warmup: number
    readonly chains: number
    readonly firstChain: number
    readonly scan: string
  }
  readonly iteration: number
  /** [chains, dim], from the mean. */
  readonly deviations: Float64Array
}

function started(
  { chains, firstChain, seed, warmup, init }: CheckedChains,
  { dim, mean }: NormalFactor,
  scan: string,
): Begun {
  const start = givenStart(init ?? mean, chains, dim)
  const deviations = start.map((value, k) => value - mean[k % dim]!)
  return { asked: { seed, warmup, chains, firstChain, scan }, iteration: 0, deviations }
}

function resumed(state: StateReader, dim: number): Begun {
  const chains = state.integer('chains', 1, 2 ** 24)
  return {
    asked: {
      ...{ seed: state.seed(), warmup: state.integer('warmup'), chains, scan: state.text('scan') },
      firstChain: state.integer('firstChain', 0, 2 ** 32 - 1),
    },
    iteration: state.integer('iteration'),
    deviations: state.array('deviations', Float64Array, chains * dim),
  }
}

class GaussianGibbsSampler implements ChainSampler {
  readonly chains: number
  readonly names: readonly string[]
  readonly statisticNames = ['logDensity']
  readonly firstPiece: number
  readonly #backend: Backend
  readonly #density: KernelDensity
  readonly #asked: Begun['asked']
  readonly #key: Key
  readonly #model: readonly [mean: Float64Array, ratios: BackendArray<Float64Array>, sd: Float64Array, logScale: number]
  readonly #deviations: BackendArray<Float64Array>
  #iteration: number

  constructor(backend: Backend, target: ExactTarget, factor: NormalFactor, begun: Begun) {
    const { chains, seed } = begun.asked
    const density = target.toDensity()
    this.chains = chains
    this.names = density.names
    this.firstPiece = Math.max(
      1,
      Math.floor((backend.pieceMilliseconds * 1e6) / (chains * density.dim * (density.dim + 40))),
    )
    this.#backend = backend
    this.#density = density
    this.#asked = begun.asked
    this.#key = deriveKey(seed, stream)
    const { ratios, sd } = conditionalsOf(factor)
    const held = backend.alloc(Float64Array, ratios.length)
    held.view().set(ratios)
    this.#model = [factor.mean, held, sd, target.logDensity(factor.mean)[0]!]
    this.#deviations = backend.alloc(Float64Array, begun.deviations.length)
    this.#deviations.view().set(begun.deviations)
    this.#iteration = begun.iteration
  }

  get iteration(): number {
    return this.#iteration
  }

  async warmUp(_: number, count: number): Promise<void> {
    const none = new Float64Array()
    await this.#run(count, 0, { draws: none, logDensities: none, rows: 0, firstRow: 0 })
  }

  freeze(): void {}

  async draw(count: number, thin: number, to: DrawSink): Promise<void> {
    const buffer = new DrawBuffer(this.#backend, this.#density, this.chains, count, to)
    const { draws, rows, firstRow, statistics } = buffer
    await this.#run(count * thin, thin, { draws, logDensities: statistics['logDensity']!, rows, firstRow })
    buffer.deliver(count)
  }

  async #run(count: number, thin: number, to: Rows): Promise<void> {
    const { firstChain, scan } = this.#asked
    await this.#backend.run(
      'gaussianGibbs',
      ...([...this.#model, scan === 'random', this.#key.low, this.#key.high, firstChain, this.#iteration] as const),
      ...([count, this.#deviations, thin, to.rows, to.firstRow, to.draws, to.logDensities] as const),
    )
    this.#iteration += count
  }

  state(): ChainState {
    const values = { ...this.#asked, seed: String(this.#asked.seed), iteration: this.#iteration }
    return { sampler: SAMPLER, values, arrays: { deviations: this.#deviations.view().slice() } }
  }

  adapted(): Record<string, Float64Array> {
    return {}
  }
}

interface Rows extends Pick<DrawBuffer, 'draws' | 'rows' | 'firstRow'> {
  readonly logDensities: DrawBuffer['draws']
}

/** P_ij / P_ii, 0 on the diagonal, and P_ii^-1/2, of P = U' U. */
function conditionalsOf({ dim, upper, diagonal }: NormalFactor): { ratios: Float64Array; sd: Float64Array } {
  const precision = upper === undefined ? undefined : squareOf(upper, dim)
  const at = (i: number, j: number) => (precision ? precision[i * dim + j]! : i === j ? diagonal[i]! ** 2 : 0)
  const ratio = (i: number, j: number) => (i === j ? 0 : at(i, j) / at(i, i))
  return {
    ratios: Float64Array.from({ length: dim * dim }, (_, k) => ratio(Math.floor(k / dim), k % dim)),
    sd: Float64Array.from({ length: dim }, (_, i) => 1 / Math.sqrt(at(i, i))),
  }
}

/** U' U. */
function squareOf(upper: Float64Array, n: number): Float64Array {
  const square = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k <= j; k++) sum += upper[k * n + i]! * upper[k * n + j]!
      square[i * n + j] = square[j * n + i] = sum
    }
  }
  return square
}
