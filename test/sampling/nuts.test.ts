// The no-U-turn sampler: what does not depend on how it is run, what it says of its draws, and how it fails.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  AbortError,
  ArgumentError,
  bfmi,
  current,
  DensityError,
  eightSchoolsTarget,
  funnelTarget,
  type NutsOptions,
  normalTarget,
  nuts,
  type SampleRun,
  setThreads,
} from '#gibbsite'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

const small = { chains: 5, warmup: 60, draws: 40, seed: 11 }

/** All that a run says, as one array. */
function everything({ data, statistics }: SampleRun): Float64Array {
  return Float64Array.from([data, ...Object.values(statistics)].flatMap((values) => Array.from(values)))
}

/** A standard normal density in two dimensions, by the operations of the library's own. */
const plain = {
  dim: 2,
  logDensityAndGradient(x: Float64Array, gradient: Float64Array): number {
    for (let i = 0; i < 2; i++) gradient[i] = -x[i]!
    return -0.5 * (x[0]! * x[0]! + x[1]! * x[1]!)
  },
}

/** The same, which fails beyond a wall. */
const walled = (beyond: (x: Float64Array, gradient: Float64Array) => number, wall = 3.3) => ({
  dim: 2,
  logDensityAndGradient(x: Float64Array, gradient: Float64Array): number {
    const value = plain.logDensityAndGradient(x, gradient)
    return x[0]! > wall ? beyond(x, gradient) : value
  },
})

describe('the same seed gives the same bytes', () => {
  it('on every backend and any number of threads', async () => {
    for (const count of [1, 2, 7]) {
      setThreads(count)
      const run = await nuts({ ...small, target: eightSchoolsTarget() })
      expect(await sha256(everything(run))).toBe('8ad90f0034bc478b1f70e3823a0d2d093390699cace49e8a4065069f1576ace1')
      const script = await nuts({ ...small, target: plain })
      expect(await sha256(everything(script))).toBe('aa58b7904821d0f04de726accf1462b346b26f5cf8f87ede164ec72632faed6d')
    }
  })

  it.each<[string, NutsOptions]>([
    ['kernel', { ...small, target: eightSchoolsTarget() }],
    ['script', { ...small, target: plain }],
  ])('for a chain alone as for that chain among many, however they are cut into pieces: %s', async (_, options) => {
    const many = await nuts({ ...options, chains: 35 })
    const width = options.draws! * many.names.length
    // A clock that jumps makes every piece one iteration.
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1e6))
    for (const chain of [0, 17, 34]) {
      const alone = await nuts({ ...options, chains: 1, firstChain: chain })
      expect(alone.data).toEqual(many.data.subarray(chain * width, (chain + 1) * width))
      expect(alone.statistics['energy']).toEqual(
        many.statistics['energy']!.subarray(chain * options.draws!, (chain + 1) * options.draws!),
      )
    }
  })

  it('for a density in JavaScript, of a point or of a batch, as for the same numbers from a kernel', async () => {
    const target = normalTarget({ mean: [0, 0], sd: 1 })
    const constant = target.logDensity([0, 0])[0]!
    const point = {
      dim: 2,
      logDensityAndGradient: (x: Float64Array, gradient: Float64Array) =>
        plain.logDensityAndGradient(x, gradient) + constant,
    }
    const batch = {
      dim: 2,
      logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array) {
        for (let row = 0; row < out.length; row++) {
          out[row] = point.logDensityAndGradient(xs.subarray(2 * row, 2 * row + 2), gradients.subarray(2 * row))
        }
      },
    }
    const kernel = everything(await nuts({ ...small, target }))
    expect(everything(await nuts({ ...small, target: point }))).toEqual(kernel)
    expect(everything(await nuts({ ...small, target: batch }))).toEqual(kernel)
  })
})

describe('a run that is stopped', () => {
  it.each([
    ['in its warm-up', 31],
    ['while it draws', 73],
  ])('%s leaves a prefix and goes on bit-exactly', async (_, iterations) => {
    // A clock that jumps makes every piece one iteration, with a report after each.
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1e6))
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => done >= iterations && stop.abort()
    const options = { ...small, target: eightSchoolsTarget() }
    const whole = await nuts(options)
    const error = await nuts({ ...options, signal: stop.signal, onProgress }).catch((caught) => caught)
    expect(error).toBeInstanceOf(AbortError)
    const begun = (error as AbortError<SampleRun>).partial!
    const [chains, count, width] = begun.shape
    const done = begun.state.values['iteration'] as number
    expect(done >= iterations && done < small.warmup + small.draws).toBe(true)
    expect(count).toBe(Math.max(0, done - small.warmup))
    const rest = await nuts({ ...options, draws: small.draws - count, resume: begun.state })
    for (let chain = 0; chain < chains; chain++) {
      const row = (run: SampleRun) => {
        const each = run.shape[1] * width
        return run.data.subarray(chain * each, (chain + 1) * each)
      }
      expect(Float64Array.of(...row(begun), ...row(rest))).toEqual(row(whole))
    }
    expect(rest.state).toEqual(whole.state)
  })

  it('is resumed from a finished run too, with what it was asked for', async () => {
    const first = await nuts({ ...small, target: plain, targetAcceptance: 0.9, metric: 'unit' })
    const more = await nuts({ target: plain, draws: 7, thin: 3, resume: first.state })
    const whole = await nuts({ ...small, target: plain, targetAcceptance: 0.9, metric: 'unit', draws: 61 })
    for (let k = 0; k < 7; k++) {
      expect(more.data.subarray(2 * k, 2 * k + 2)).toEqual(whole.data.subarray(2 * (42 + 3 * k), 2 * (43 + 3 * k)))
    }
    const refused = nuts({ target: plain, resume: first.state, metric: 'diagonal' })
    await expect(refused).rejects.toThrow('expected `metric` to be unit, as in the run resumed; got "diagonal"')
    await expect(nuts({ target: eightSchoolsTarget(), resume: first.state })).rejects.toThrow(ArgumentError)
  })
})

describe('what is told about draws', () => {
  it('agrees with itself', async () => {
    const target = normalTarget({ mean: [1, 2, 3], sd: [1, 0.1, 10] })
    const run = await nuts({ target, warmup: 300, draws: 200, seed: 2, maxTreeDepth: 4 })
    const { logDensity, acceptance, stepSize, treeDepth, leapfrogs, divergent, energy } = run.statistics
    const exact = target.logDensity({ data: run.data, shape: [800, 3] })
    for (let k = 0; k < 800; k++) {
      expect(logDensity![k]).toBeCloseTo(exact[k]!, 10)
      expect(energy![k]!).toBeGreaterThan(-logDensity![k]!)
      expect(acceptance![k]! >= 0 && acceptance![k]! <= 1).toBe(true)
      // A depth that was reached is a whole trajectory; the stretch after it may have broken off.
      expect(leapfrogs![k]!).toBeGreaterThanOrEqual(2 ** treeDepth![k]! - 1)
      expect(leapfrogs![k]!).toBeLessThan(2 ** (treeDepth![k]! + 1))
      expect(treeDepth![k]!).toBeLessThanOrEqual(4)
      expect(stepSize![k]).toBe(run.adapted['stepSize']![Math.floor(k / 200)])
    }
    expect(divergent!.every((one) => one === 0)).toBe(true)
    // The metric has found the scales, up to what 150 draws can tell.
    const scales = run.adapted['inverseMetric']!
    for (let c = 0; c < 4; c++) {
      expect(scales[3 * c + 1]! / scales[3 * c]!).toBeLessThan(0.04)
      expect(scales[3 * c + 2]! / scales[3 * c]!).toBeGreaterThan(25)
    }
  })

  it('bfmi is the share of the spread of energies that a step makes', async () => {
    const energy = Float64Array.of(1, 3, 2, 6, 5, 5, 5, 5)
    const draws = { data: new Float64Array(8), shape: [2, 4, 1] as const, names: ['x'], statistics: { energy } }
    // Mean 3, deviations -2, 0, -1, 3; steps 2, -1, 4.
    expect(bfmi(draws)).toEqual(Float64Array.of(21 / 14, Number.NaN))
    expect(() => bfmi({ ...draws, statistics: {} })).toThrow('expected `draws` to have the statistic `energy`')
    const run = await nuts({ target: normalTarget({ mean: [0, 0], sd: 1 }), seed: 1 })
    expect(bfmi(run).every((fraction) => fraction > 0.7)).toBe(true)
    const funnel = await nuts({ target: funnelTarget({ dim: 20 }), seed: 6 })
    expect(Math.min(...bfmi(funnel))).toBeLessThan(0.3)
  })

  it('the step size is adapted to the acceptance asked for', async () => {
    const target = normalTarget({ mean: new Array(20).fill(0), sd: 1 })
    for (const targetAcceptance of [0.6, 0.8, 0.95]) {
      const run = await nuts({ target, targetAcceptance, seed: 4, warmup: 500, draws: 500 })
      const mean = run.acceptanceRate.reduce((sum, rate) => sum + rate / 4, 0)
      // The average of the logarithm of the step is below that of the step, which makes for a few more acceptances.
      expect(mean).toBeGreaterThan(targetAcceptance - 0.03)
      expect(mean).toBeLessThan(targetAcceptance + 0.6 * (1 - targetAcceptance))
    }
  })

  it('with the metric left alone, or no warm-up, momenta are not scaled', async () => {
    const target = normalTarget({ mean: [0, 0], sd: [1, 3] })
    const unit = await nuts({ ...small, target, metric: 'unit' })
    const none = await nuts({ ...small, target, warmup: 0 })
    for (const run of [unit, none]) expect(run.adapted['inverseMetric']!.every((value) => value === 1)).toBe(true)
    expect(none.adapted['stepSize']!.every((step) => Number.isInteger(Math.log2(step)) && step < 16)).toBe(true)
  })
})

describe('a density that fails', () => {
  const got: [string, (x: Float64Array, gradient: Float64Array) => number, string][] = [
    ['NaN', () => Number.NaN, 'NaN'],
    ['plus infinity', () => Number.POSITIVE_INFINITY, 'Infinity'],
    [
      'a derivative that is NaN',
      (_, gradient) => gradient.fill(Number.NaN, 1).length,
      'a derivative of NaN in coordinate 1',
    ],
    [
      'an exception',
      () => {
        throw new RangeError('beyond the wall')
      },
      'an error ("beyond the wall")',
    ],
  ]
  it.each(got)('with %s: chain, step and point are named, the draws before are kept', async (_, beyond, words) => {
    const { state } = await nuts({ chains: 3, warmup: 50, draws: 1, seed: 5, target: plain })
    const options = { draws: 400, resume: state }
    const error = await nuts({ ...options, target: walled(beyond) }).catch((caught) => caught)
    expect(error).toBeInstanceOf(DensityError)
    const { chain, step, point, partial, message } = error as DensityError<SampleRun>
    expect(message).toContain(words)
    expect(message).toContain(`at step ${step} of chain ${chain}, x = [${point[0]}, ${point[1]}]`)
    expect(point[0]).toBeGreaterThan(3.3)
    const count = step! - 51
    expect(count).toBeGreaterThan(0)
    expect(partial!.shape).toEqual([3, count, 2])
    // What is kept is what the run without the wall draws, and it goes on from there.
    const whole = await nuts({ ...options, target: plain })
    const rest = await nuts({ draws: 400 - count, target: plain, resume: partial!.state })
    for (let c = 0; c < 3; c++) {
      const part = (run: SampleRun) => run.data.subarray(c * run.shape[1] * 2, (c + 1) * run.shape[1] * 2)
      expect(Float64Array.of(...part(partial!), ...part(rest))).toEqual(part(whole))
    }
  })

  it('at its start names the chain; minus infinity is no failure but there', async () => {
    const nowhere = { dim: 2, logDensityAndGradient: () => Number.NaN }
    await expect(nuts({ target: nowhere, seed: 1 })).rejects.toThrow('got NaN at the start of chain 0, x = [')
    const half = walled(() => Number.NEGATIVE_INFINITY, 0.5)
    const run = await nuts({ target: half, seed: 3, warmup: 200, draws: 100 })
    for (let k = 0; k < run.data.length; k += 2) expect(run.data[k]).toBeLessThanOrEqual(0.5)
    expect(run.statistics['divergent']!.some((one) => one === 1)).toBe(true)
    await expect(nuts({ target: half, seed: 3, init: [1, 0] })).rejects.toThrow(ArgumentError)
  })
})

describe('what is refused', () => {
  it.each<[string, Partial<NutsOptions>, string]>([
    ['no gradient', { target: { dim: 1, logDensity: () => 0 } }, 'expected `target` to have a gradient: give'],
    ['no target', { target: undefined as never }, 'expected `target` to be a target'],
    ['acceptance of 1', { targetAcceptance: 1 }, 'expected `targetAcceptance` to be a number between 0 and 1; got 1'],
    ['a depth of 21', { maxTreeDepth: 21 }, 'expected `maxTreeDepth` to be an integer from 1 to 20; got 21'],
    ['another metric', { metric: 'dense' as never }, 'expected `metric` to be "diagonal" or "unit"; got "dense"'],
    ['rows of a wrong length', { init: [1, 2, 3] }, 'expected `init` to have 2 columns; got 3'],
    ['a misspelt option', { warmUp: 3 } as never, '(did you mean "warmup"?)'],
  ])('%s', async (_, options, message) => {
    const error = await nuts({ target: plain, ...options }).catch((caught) => caught)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toContain(message)
  })

  it('an improper density: no step is too long for it', async () => {
    const flat = { dim: 1, logDensityAndGradient: (_: Float64Array, gradient: Float64Array) => (gradient[0] = 0) }
    await expect(nuts({ target: flat, seed: 1 })).rejects.toThrow(
      'expected `target` to be a density that can be normalised',
    )
  })
})
