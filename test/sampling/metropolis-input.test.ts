import { describe, expect, it } from 'vitest'
import {
  ArgumentError,
  DensityError,
  type MetropolisOptions,
  metropolis,
  normalTarget,
  type SampleRun,
} from '#gibbsite'
import { drawsBetween, firstOtherNumber } from '../support/chains.ts'

const target = { dim: 2, logDensity: ([x, y]: Float64Array) => -0.5 * (x! * x! + y! * y!) }

async function caught(options: unknown): Promise<unknown> {
  return metropolis(options as MetropolisOptions).then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('an argument that is wrong', () => {
  it.each<[unknown, string]>([
    [{}, 'expected `target`'],
    [{ target, chians: 3 }, 'did you mean "chains"?'],
    [{ target, chains: 0 }, 'expected `chains`'],
    [{ target, draws: -5 }, 'expected `draws` to be'],
    [{ target, warmup: -1 }, 'expected `warmup` to be'],
    [{ target, thin: 0 }, 'expected `thin`'],
    [{ target, thin: 1.5 }, 'expected `thin`'],
    [{ target, seed: -1 }, 'expected `seed`'],
    [{ target, firstChain: -1 }, 'expected `firstChain`'],
    [{ target, chains: 1000, draws: 2 ** 40 }, 'expected `draws` to fit into memory'],
    [{ target, adapt: 'scale' }, 'expected `adapt` to be true, false or "step"; got "scale"'],
    [{ target, signal: 3 }, 'expected `signal`'],
    [{ target, init: [1] }, 'expected `init` to have 2 columns; got 1'],
    [{ target, init: [Number.NaN, 0] }, 'expected `init` to hold finite numbers; got NaN in row 0, column 0'],
    [
      {
        target,
        init: [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
      },
      'expected `init` to have 1 or 4 rows; got 3',
    ],
    [{ target, temperatures: [2, 3] }, 'expected `temperatures` to begin with 1; got 2'],
    [{ target, temperatures: [1, 3, 2] }, 'expected `temperatures` to rise; got 2 at index 2'],
    [{ target, temperatures: { levels: 1, hottest: 2 } }, 'expected `temperatures.levels`'],
    [{ target, temperatures: { levels: 3, hottest: 1 } }, 'expected `temperatures.hottest` to be above 1'],
    [{ target, temperatures: { steps: 3 } }, 'expected `temperatures`'],
    [{ target, proposal: 'hmc' }, 'expected `proposal.kind` to be "random-walk", "mala" or "flip"; got "hmc"'],
    [{ target, proposal: 3 }, 'expected `proposal` to be one of'],
    [{ target, proposal: { kind: 'random-walk', steps: 1 } }, 'did you mean "step"?'],
    [{ target, proposal: { kind: 'random-walk', step: 0 } }, 'expected `proposal.step`'],
    [{ target, proposal: { kind: 'random-walk', scale: [1] } }, 'expected `proposal.scale` to have 2 values; got 1'],
    [{ target, proposal: { kind: 'random-walk', scale: [1, 0] } }, 'numbers above 0; got 0 at index 1'],
    [{ target, proposal: { kind: 'random-walk', scale: [1, 1], shape: 'isotropic' } }, 'with the shape isotropic'],
    [
      {
        target,
        proposal: {
          kind: 'random-walk',
          covariance: [
            [1, 2],
            [2, 1],
          ],
        },
      },
      'expected `proposal.covariance` to be positive definite',
    ],
    [
      {
        target,
        proposal: {
          kind: 'random-walk',
          covariance: [
            [1, 0],
            [1, 1],
          ],
        },
      },
      'to be symmetric',
    ],
    [{ target, proposal: 'mala' }, 'expected `target` to have a gradient'],
    [{ target, proposal: { propose: (x: Float64Array) => x } }, 'expected `proposal` to say that it is symmetric'],
    [{ target, proposal: { symmetric: true, propose: () => [1] } }, 'expected `proposal.propose` to give 2 numbers'],
    [{ target, proposal: { symmetric: true, propose: () => [1, Number.NaN] } }, 'got NaN at index 1'],
    [{ target, proposal: { propose: (x: Float64Array) => x, logRatio: () => Number.NaN } }, '`proposal.logRatio`'],
    [{ target, proposal: { kind: 'flip', values: [1, 1] } }, 'expected `proposal.values` to differ'],
    [{ target, proposal: { dim: 3, sample: () => [], logProb: () => [] } }, 'to have dim 2'],
    [{ target: { dim: 1, logDensity: () => -Infinity } }, 'none among 100 random points for chain 0; pass `init`'],
    [
      { target: { dim: 1, logDensity: ([x]: number[]) => (x! > 5 ? 0 : -Infinity) }, init: [0] },
      'log density of -Infinity in chain 0',
    ],
    [
      { target, resume: { sampler: 'nuts', values: {}, arrays: {} } },
      'to be the state of a metropolis run; got "nuts"',
    ],
    [{ target, resume: 3 }, 'expected `resume` to be the `state` of a run; got 3'],
    [{ target, resume: { sampler: 'metropolis', values: {}, arrays: {} } }, 'expected `resume.'],
  ])('%j is refused', async (options, sentence) => {
    const error = await caught(options)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toContain(sentence)
  })

  it('beside the state of another run is refused', async () => {
    const { state } = await metropolis({ target, seed: 1, warmup: 10, draws: 5 })
    const resume = state
    for (const [options, sentence] of [
      [{ seed: 2 }, 'expected `seed` to be 1, as in the run resumed; got 2'],
      [{ chains: 5 }, 'expected `chains` to be 4'],
      [{ proposal: { kind: 'random-walk', shape: 'full' } }, 'expected `shape` to be diagonal'],
      [{ adapt: false }, 'expected `adapt` to be all'],
      [{ temperatures: [1, 2] }, 'expected `temperatures` to be 1, as in the run resumed; got 1, 2'],
      [{ target: { ...target, dim: 3 } }, 'expected `resume.positions` to be a Float64Array of length 12'],
    ] as const) {
      const error = await caught({ target, resume, ...options })
      expect(error).toBeInstanceOf(ArgumentError)
      expect((error as Error).message).toContain(sentence)
    }
  })
})

describe('a density that fails', () => {
  const proposal = { kind: 'random-walk', step: 0.4 } as const
  const good = { proposal, seed: 7, chains: 3, warmup: 0, draws: 400, thin: 2, init: [0, 0] } as const
  const beyond = (what: (x: Float64Array) => number) => ({
    dim: 2,
    logDensity: (x: Float64Array) => (x[0]! > 2.2 ? what(x) : target.logDensity(x)),
  })

  it.each<[string, (x: Float64Array) => number, string]>([
    ['NaN', () => Number.NaN, 'got NaN'],
    ['plus infinity', () => Number.POSITIVE_INFINITY, 'got Infinity'],
    [
      'an exception',
      () => {
        throw new RangeError('no logarithm')
      },
      'no logarithm',
    ],
  ])('with %s: the error names chain, step and point, and keeps the draws before', async (_, what, sentence) => {
    const error = await caught({ target: beyond(what), ...good })
    expect(error).toBeInstanceOf(DensityError)
    const { message, chain, step, point, partial } = error as DensityError<SampleRun>
    expect(message).toContain(sentence)
    expect(message).toContain(`step ${step} of chain ${chain}, x = [${point[0]}, ${point[1]}]`)
    expect(point[0]).toBeGreaterThan(2.2)
    const kept = partial!.shape[1]
    expect(kept).toBe(Math.floor(step! / 2))
    // Where the density is minus infinity instead, the run is the same up to there, and goes on.
    const whole = await metropolis({ target: beyond(() => Number.NEGATIVE_INFINITY), ...good })
    expect(kept).toBeGreaterThan(0)
    expect(firstOtherNumber(partial!.data, drawsBetween(whole, 0, kept))).toBe(-1)
    const rest = await metropolis({
      target: beyond(() => Number.NEGATIVE_INFINITY),
      ...good,
      resume: partial!.state,
      draws: 400 - kept,
    })
    expect(firstOtherNumber(rest.data, drawsBetween(whole, kept, 400))).toBe(-1)
  })

  it('at the start names the chain', async () => {
    const error = await caught({ target: { dim: 1, logDensity: () => Number.NaN }, firstChain: 4 })
    expect(error).toBeInstanceOf(DensityError)
    expect((error as Error).message).toContain('got NaN at the start of chain 4')
  })

  it('inside a kernel stops there too', async () => {
    // Steps so large that points overflow: the difference of two infinities is NaN.
    const wide = normalTarget({
      mean: [0, 0],
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    })
    const proposal = { kind: 'random-walk', step: 1e308, shape: 'isotropic' } as const
    const run = metropolis({ target: wide, proposal, adapt: false, warmup: 0, draws: 50, seed: 1 })
    const error = (await run.catch((caught: unknown) => caught)) as DensityError<SampleRun>
    expect(error).toBeInstanceOf(DensityError)
    expect([error.chain, error.step]).toEqual([1, 2])
    expect(error.message).toContain('got NaN at step 2 of chain 1')
    expect(error.partial!.shape[1]).toBe(2)
    expect(error.partial!.data.every(Number.isFinite)).toBe(true)
  })
})
