/** The loop of all samplers: warm-up, draws, blocks of draws for who wants to watch, progress, abort, resume. */

import { inPieces } from '../backend/pieces.ts'
import { AbortError, ArgumentError, DensityError, expected } from '../errors.ts'
import type { Seed } from '../random/key.ts'
import { type LongOptions, reporter } from '../run/progress.ts'
import { Stepwise } from '../run/stepwise.ts'
import type { ChainSampler, DrawSink } from './chain-sampler.ts'
import { DrawBlock, drawsOf, SampleRun, type SampleRunParts } from './sample-run.ts'

/** A sampler that is ready to go, and how far. */
export interface ChainPlan extends LongOptions {
  readonly sampler: ChainSampler
  readonly seed: Seed
  /** Iterations of warm-up, those before a resumed run included. */
  readonly warmup: number
  readonly draws: number
  readonly thin: number
}

/**
 * Runs a sampler: `await` gives the `SampleRun`, `for await` blocks of draws as they come.
 *
 * @param prepare checks the options and makes the sampler; what it throws the run rejects with
 * @throws AbortError whose `partial` is a `SampleRun` of the draws so far, a prefix of the whole run's
 * @throws DensityError with the same `partial`
 */
export function runChains(prepare: () => Promise<ChainPlan>): Stepwise<SampleRun, DrawBlock> {
  return new Stepwise(async (report, stop) => {
    const plan = await prepare()
    const signal = plan.signal ? AbortSignal.any([plan.signal, stop]) : stop
    return new Run({ ...plan, signal }).finish(report)
  })
}

class Run {
  readonly #plan: ChainPlan
  readonly #sampler: ChainSampler
  readonly #sink: Omit<DrawSink, 'first'>
  readonly #begun: number
  readonly #report: (iterations: number) => void
  #drawn = 0

  constructor(plan: ChainPlan) {
    this.#plan = plan
    this.#sampler = plan.sampler
    this.#begun = plan.sampler.iteration
    this.#sink = makeSink(plan)
    this.#report = reporter(plan, Math.max(0, plan.warmup - this.#begun) + plan.draws * plan.thin)
  }

  async finish(report: (block: DrawBlock) => Promise<void>): Promise<SampleRun> {
    try {
      await this.#warmUp()
      this.#sampler.freeze()
      await this.#draw(report)
    } catch (error) {
      if (error instanceof AbortError) throw new AbortError(this.#result(), { cause: error.cause })
      if (error instanceof DensityError) throw error.with({ partial: this.#result() })
      throw error
    }
    return this.#result()
  }

  async #warmUp(): Promise<void> {
    const { warmup, signal } = this.#plan
    const from = this.#begun
    if (from >= warmup) return
    const onPiece = (done: number) => this.#report(done)
    const run = (first: number, count: number) => this.#sampler.warmUp(from + first, count)
    await inPieces(warmup - from, run, { signal, onPiece, firstPiece: this.#sampler.firstPiece })
  }

  async #draw(report: (block: DrawBlock) => Promise<void>): Promise<void> {
    const { draws, thin, signal } = this.#plan
    const firstPiece = (this.#sampler.firstPiece ?? 1) / thin
    const onPiece = async (done: number) => {
      const first = this.#drawn
      this.#drawn = done
      this.#report(this.#sampler.iteration - this.#begun)
      await report(new DrawBlock(this.#drawsSoFar(), first, done - first))
    }
    await inPieces(draws, (first, count) => this.#piece(first, count), { signal, onPiece, firstPiece })
  }

  async #piece(first: number, count: number): Promise<void> {
    const { thin } = this.#plan
    const before = this.#sampler.iteration
    try {
      await this.#sampler.draw(count, thin, { ...this.#sink, first })
    } catch (error) {
      this.#drawn = first + (this.#sampler.iteration - before) / thin
      throw error
    }
  }

  #drawsSoFar() {
    const { data, statistics } = this.#sink
    const { chains, names } = this.#sampler
    return { data, statistics, names, shape: [chains, this.#plan.draws, names.length] as const }
  }

  #result(): SampleRun {
    const { seed, warmup, thin, draws } = this.#plan
    const [state, adapted] = [this.#sampler.state(), this.#sampler.adapted()]
    const all = { ...this.#drawsSoFar(), seed, warmup, thin, state, adapted }
    return new SampleRun(this.#drawn === draws ? all : firstDraws(all, this.#drawn))
  }
}

function firstDraws(run: SampleRunParts, count: number): SampleRunParts {
  const [chains, draws, variables] = run.shape
  const cut = (all: Float64Array, width: number) => drawsOf(all, chains, draws, width, 0, count)
  const statistics = Object.entries(run.statistics).map(([name, values]) => [name, cut(values, 1)])
  return {
    ...run,
    data: cut(run.data, variables),
    shape: [chains, count, variables],
    statistics: Object.fromEntries(statistics),
  }
}

function makeSink({ sampler, draws }: ChainPlan): Omit<DrawSink, 'first'> {
  const { chains, names, statisticNames } = sampler
  try {
    const statistics = statisticNames.map((name) => [name, new Float64Array(chains * draws)])
    return { data: new Float64Array(chains * draws * names.length), statistics: Object.fromEntries(statistics), draws }
  } catch {
    const got = `${chains} chains of ${draws} draws of ${names.length} variables`
    throw new ArgumentError(expected('draws', 'to fit into memory', got))
  }
}
