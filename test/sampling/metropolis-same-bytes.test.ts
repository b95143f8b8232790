import { afterAll, describe, expect, it, vi } from 'vitest'
import {
  AbortError,
  backend,
  type DrawBlock,
  type MetropolisOptions,
  metropolis,
  normalTarget,
  type SampleRun,
  setThreads,
} from '#gibbsite'
import { chainOf, drawsBetween, firstOtherNumber } from '../support/chains.ts'
import { sha256 } from '../support/sha256.ts'

const kernel = normalTarget({
  mean: [1, -2, 3],
  covariance: [
    [2, 0.5, -0.3],
    [0.5, 1, 0.2],
    [-0.3, 0.2, 9],
  ],
})
/** The same density as a function of the user's. */
const script = {
  dim: 3,
  logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array) {
    const { logDensity, gradient } = kernel.logDensityAndGradient({ data: xs, shape: [xs.length / 3, 3] })
    out.set(logDensity)
    gradients.set(gradient)
  },
}

const cases: [string, Omit<MetropolisOptions, 'target'>][] = [
  ['random walk', {}],
  ['isotropic random walk', { proposal: { kind: 'random-walk', shape: 'isotropic' } }],
  ['full random walk', { proposal: { kind: 'random-walk', shape: 'full' } }],
  ['Langevin', { proposal: 'mala' }],
  ['full Langevin', { proposal: { kind: 'mala', shape: 'full' } }],
  ['tempered random walk', { temperatures: [1, 3, 9] }],
  ['tempered Langevin', { proposal: 'mala', temperatures: { levels: 5, hottest: 16 } }],
]
const common = { seed: 5, chains: 11, warmup: 130, draws: 60, thin: 3 }

function expectSame(a: SampleRun, b: SampleRun): void {
  expect(firstOtherNumber(a.data, b.data)).toBe(-1)
  for (const name of Object.keys(a.statistics)) {
    expect(firstOtherNumber(a.statistics[name]!, b.statistics[name]!), name).toBe(-1)
  }
  expect(a.adapted).toEqual(b.adapted)
}

const { threads: before } = backend()
afterAll(() => setThreads(before))

describe.each(cases)('%s', (name, options) => {
  it('is the same in one kernel and between two', async () => {
    expectSame(
      await metropolis({ target: kernel, ...common, ...options }),
      await metropolis({ target: script, ...common, ...options }),
    )
  })

  it('is the same on any number of threads, and known by its bytes', async () => {
    setThreads(1)
    const run = await metropolis({ target: kernel, ...common, ...options })
    for (const threads of backend().name === 'native' ? [2, 7] : [1]) {
      setThreads(threads)
      expectSame(run, await metropolis({ target: kernel, ...common, ...options }))
    }
    expect((await sha256(run.data)).slice(0, 16)).toBe(known[name])
  })

  it('gives chain 7 alone as it is among eleven', async () => {
    const run = await metropolis({ target: kernel, ...common, ...options })
    for (const target of [kernel, script]) {
      const alone = await metropolis({ target, ...common, ...options, chains: 1, firstChain: 7 })
      expect(firstOtherNumber(alone.data, chainOf(run, 7))).toBe(-1)
    }
  })

  it('goes on bit-exactly from the end, and from the middle of the warm-up', async () => {
    const whole = await metropolis({ target: kernel, ...common, ...options })
    const first = await metropolis({ target: kernel, ...common, ...options, draws: 23 })
    const second = await metropolis({ target: script, ...options, resume: first.state, thin: 3, draws: 37 })
    expect(firstOtherNumber(first.data, drawsBetween(whole, 0, 23))).toBe(-1)
    expect(firstOtherNumber(second.data, drawsBetween(whole, 23, 60))).toBe(-1)
    const stopped = await stoppedInWarmup(options)
    const rest = await metropolis({ target: kernel, ...common, ...options, resume: stopped.state })
    expectSame(rest, whole)
  })
})

/** A run that was stopped by its density function's calls. */
async function stoppedInWarmup(options: Omit<MetropolisOptions, 'target'>): Promise<SampleRun> {
  const controller = new AbortController()
  let calls = 0
  const target = {
    dim: 3,
    logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array) {
      if (++calls === 40) controller.abort()
      script.logDensityAndGradientBatch(xs, out, gradients)
    },
  }
  const error = await metropolis({ target, ...common, ...options, signal: controller.signal }).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(AbortError)
  const { partial } = error as AbortError<SampleRun>
  expect(partial!.state.values['iteration']).toBeGreaterThan(20)
  return partial!
}

describe('a run', () => {
  it('that is aborted keeps a prefix, from which it goes on', async () => {
    const options = { ...common, target: kernel, draws: 20_000, thin: 1, chains: 64 }
    const whole = await metropolis(options)
    const controller = new AbortController()
    // A clock that jumps makes pieces of one iteration, with a report after each.
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1e6))
    const onProgress = ({ done }: { done: number }) => done > common.warmup + 5 && controller.abort(new Error('enough'))
    const error = await metropolis({ ...options, signal: controller.signal, onProgress }).then(
      () => undefined,
      (caught: unknown) => caught,
    )
    clock.mockRestore()
    if (!(error instanceof AbortError)) throw new Error(`expected the run to be aborted; got ${error}`)
    expect((error.cause as Error).message).toBe('enough')
    const partial = error.partial as SampleRun
    const kept = partial.shape[1]
    expect(kept).toBeLessThan(20_000)
    expect(firstOtherNumber(partial.data, drawsBetween(whole, 0, kept))).toBe(-1)
    const rest = await metropolis({ ...options, resume: partial.state, draws: 100 })
    expect(firstOtherNumber(rest.data, drawsBetween(whole, kept, kept + 100))).toBe(-1)
  })

  it('hands out its draws in blocks', async () => {
    const options = { ...common, target: script, draws: 300 }
    const whole = await metropolis(options)
    const blocks: DrawBlock[] = []
    for await (const block of metropolis(options)) blocks.push(block)
    let at = 0
    for (const block of blocks) {
      expect(block.first).toBe(at)
      at += block.shape[1]
      expect(firstOtherNumber(block.data, drawsBetween(whole, block.first, at))).toBe(-1)
      expect(Object.keys(block.statistics)).toEqual(['logDensity', 'acceptance'])
    }
    expect(at).toBe(300)
  })

  it('stops when the loop over its blocks is left', async () => {
    let seen = 0
    for await (const block of metropolis({ ...common, target: script, draws: 1_000_000 })) {
      seen += block.shape[1]
      break
    }
    expect(seen).toBeGreaterThan(0)
    expect(seen).toBeLessThan(1_000_000)
  })

  it('reports its progress', async () => {
    const reports: number[] = []
    await metropolis({ ...common, target: kernel, onProgress: ({ done, total }) => reports.push(done / total) })
    expect(reports.at(-1)).toBe(1)
  })

  it('has the log densities of its draws', async () => {
    const run = await metropolis({ target: kernel, ...common })
    const exact = kernel.logDensity({ data: run.data, shape: [run.data.length / 3, 3] })
    expect(firstOtherNumber(run.statistics['logDensity']!, exact)).toBe(-1)
  })

  it('of its own proposals is the same again, alone and resumed', async () => {
    const proposal = {
      symmetric: true,
      propose: (x: Float64Array, rng: { normal(): number }) => x.map((value) => value + rng.normal()),
    }
    const options = { ...common, target: kernel, proposal, temperatures: [1, 4] }
    const whole = await metropolis(options)
    const alone = await metropolis({ ...options, chains: 1, firstChain: 7 })
    expect(firstOtherNumber(alone.data, chainOf(whole, 7))).toBe(-1)
    const first = await metropolis({ ...options, draws: 23 })
    const second = await metropolis({ ...options, resume: first.state, draws: 37 })
    expect(firstOtherNumber(second.data, drawsBetween(whole, 23, 60))).toBe(-1)
  })
})

/** Of the draws; the same on every backend. */
const known: Record<string, string> = {
  'random walk': 'c27c008c4675ca8c',
  'isotropic random walk': 'aa8609b18dfd8813',
  'full random walk': '9842f4486571ef78',
  Langevin: 'e98176d593c98334',
  'full Langevin': 'adffd9a54e5966cc',
  'tempered random walk': '388f7c415df5e844',
  'tempered Langevin': 'e066a967e0e96e00',
}
