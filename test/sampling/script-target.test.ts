// Log densities that are functions of the user's: all forms give the same run, and what goes wrong is said.

import { describe, expect, it } from 'vitest'
import { ArgumentError, DensityError, metropolis, normalTarget, type Target } from '#gibbsite'

const precision = [
  [2, 0.6],
  [0.6, 1],
]

function logDensity(x: Float64Array): number {
  return -0.5 * (2 * x[0]! * x[0]! + 1.2 * x[0]! * x[1]! + x[1]! * x[1]!)
}

function logDensityAndGradient(x: Float64Array, gradient: Float64Array): number {
  gradient[0] = -(2 * x[0]! + 0.6 * x[1]!)
  gradient[1] = -(0.6 * x[0]! + x[1]!)
  return logDensity(x)
}

function logDensityBatch(xs: Float64Array, out: Float64Array): void {
  for (let c = 0; c < out.length; c++) out[c] = logDensity(xs.subarray(2 * c, 2 * c + 2))
}

function logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array): void {
  for (let c = 0; c < out.length; c++) {
    out[c] = logDensityAndGradient(xs.subarray(2 * c, 2 * c + 2), gradients.subarray(2 * c, 2 * c + 2))
  }
}

const logProb = (rows: Float64Array) => {
  const out = new Float64Array(rows.length / 2)
  logDensityBatch(rows, out)
  return out
}

const forms: [string, Target][] = [
  ['logDensity', { dim: 2, logDensity }],
  ['logDensityAndGradient', { dim: 2, logDensityAndGradient }],
  ['logDensityBatch', { dim: 2, logDensityBatch }],
  ['logDensityAndGradientBatch', { dim: 2, logDensityAndGradientBatch }],
  ['logProb', { dim: 2, logProb }],
  ['several', { dim: 2, logDensity, logDensityAndGradientBatch } as Target],
]

const run = (target: Target, proposal: 'random-walk' | 'mala' = 'random-walk') =>
  metropolis({ target, proposal, chains: 5, warmup: 20, draws: 30, seed: 4, init: [0.5, -0.25] })

describe('forms of a density', () => {
  it.each(forms)('%s gives the draws of the others', async (_, target) => {
    expect((await run(target)).data).toEqual((await run({ dim: 2, logDensity })).data)
  })

  it.each(forms.filter(([name]) => /Gradient|several/.test(name)))('%s serves Langevin moves', async (_, target) => {
    expect((await run(target, 'mala')).data).toEqual((await run({ dim: 2, logDensityAndGradient }, 'mala')).data)
  })

  it('goes the way of the built-in target', async () => {
    // The sums are rounded in another order, so for a few dozen steps only.
    const [script, builtIn] = [await run({ dim: 2, logDensity }), await run(normalTarget({ precision }))]
    script.data.forEach((value, k) => {
      if (Math.abs(value - builtIn.data[k]!) > 1e-9) throw new Error(`${value} and ${builtIn.data[k]} at ${k}`)
    })
  })

  it('calls methods on their object', async () => {
    class Scaled {
      readonly dim = 2
      readonly names = ['a', 'b']
      readonly #factor = 1
      logDensity(x: Float64Array) {
        return this.#factor * logDensity(x)
      }
    }
    const draws = await run(new Scaled())
    expect(draws.names).toEqual(['a', 'b'])
    expect(draws.data).toEqual((await run({ dim: 2, logDensity })).data)
  })

  it('lets a function write into its argument without harm', async () => {
    const spoil = (x: Float64Array) => {
      const value = logDensity(x)
      x.fill(Number.NaN)
      return value
    }
    const spoilAll = (xs: Float64Array, out: Float64Array) => {
      logDensityBatch(xs, out)
      xs.fill(Number.NaN)
    }
    const wanted = (await run({ dim: 2, logDensity })).data
    expect((await run({ dim: 2, logDensity: spoil })).data).toEqual(wanted)
    expect((await run({ dim: 2, logDensityBatch: spoilAll })).data).toEqual(wanted)
  })

  it('names coordinates x[0], x[1] where the user does not', async () => {
    expect((await run({ dim: 2, logDensity })).names).toEqual(['x[0]', 'x[1]'])
  })
})

/** What a run is rejected with. */
async function failure(target: Target, proposal: 'random-walk' | 'mala' = 'random-walk'): Promise<DensityError> {
  const error = await run(target, proposal).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DensityError)
  return error as DensityError
}

/** Its 5 chains are called in order, so call number 5 n + c is chain c in step n - 1; n = 0 is the start. */
function failing(call: number, instead: () => number) {
  let calls = 0
  return { dim: 2, logDensity: (x: Float64Array) => (calls++ === call ? instead() : logDensity(x)) }
}

describe('failures of a density', () => {
  const boom = () => {
    throw new RangeError('boom')
  }
  it.each<[string, () => number, string]>([
    ['NaN', () => Number.NaN, 'NaN'],
    ['plus infinity', () => Number.POSITIVE_INFINITY, 'Infinity'],
    ['nothing', () => undefined as unknown as number, 'NaN'],
    ['an exception', boom, 'boom'],
  ])('%s names chain, step and point', async (_, instead, said) => {
    const error = await failure(failing(5 * 8 + 3, instead))
    expect(error.chain).toBe(3)
    expect(error.step).toBe(7)
    expect(error.point).toHaveLength(2)
    expect(error.point.every(Number.isFinite)).toBe(true)
    expect(error.message).toContain(said)
    expect(error.message).toContain('chain 3')
    expect(error.message).toContain(String(error.point[0]))
  })

  it('keeps what the function threw', async () => {
    expect((await failure(failing(30, boom))).cause).toBeInstanceOf(RangeError)
  })

  it('is found in batches, also where the function forgets a row', async () => {
    let calls = 0
    const forgetful = (xs: Float64Array, out: Float64Array) => {
      logDensityBatch(xs.subarray(0, calls++ === 4 ? 6 : xs.length), out.subarray(0, calls === 5 ? 3 : out.length))
    }
    const error = await failure({ dim: 2, logDensityBatch: forgetful })
    expect([error.chain, error.step]).toEqual([3, 3])
    expect(error.message).toContain('NaN')
  })

  it('is found in gradients, also where the function forgets a coordinate', async () => {
    let calls = 0
    const forgetful = (x: Float64Array, gradient: Float64Array) => {
      const value = logDensityAndGradient(x, gradient)
      if (calls++ === 5 * 6 + 2) gradient[1] = Number.NaN
      return value
    }
    expect((await failure({ dim: 2, logDensityAndGradient: forgetful }, 'mala')).message).toContain('coordinate 1')
    const half = (x: Float64Array, gradient: Float64Array) => {
      gradient[0] = -x[0]!
      return -0.5 * x[0]! ** 2
    }
    expect((await failure({ dim: 2, logDensityAndGradient: half }, 'mala')).message).toContain('coordinate 1')
  })

  it('is a wrong number of log probabilities', async () => {
    expect((await failure({ dim: 2, logProb: () => [1] })).message).toContain('logProb')
    expect((await failure({ dim: 2, logProb: async () => [1] } as never)).message).toContain('logProb')
  })

  it('is not minus infinity, which is a rejection', async () => {
    const half = (x: Float64Array) => (x[0]! > 0 ? Number.NEGATIVE_INFINITY : logDensity(x))
    const draws = await metropolis({
      target: { dim: 2, logDensity: half },
      init: [-1, 0],
      chains: 3,
      seed: 1,
      draws: 200,
    })
    for (let k = 0; k < draws.data.length; k += 2) expect(draws.data[k]).toBeLessThanOrEqual(0)
  })

  it('keeps the draws before it', async () => {
    const error = await failure(failing(5 * (1 + 20 + 12) + 1, () => Number.NaN))
    const whole = await run({ dim: 2, logDensity })
    const partial = error.partial as { data: Float64Array; shape: readonly number[] }
    expect(partial.shape).toEqual([5, 12, 2])
    const kept = Array.from({ length: 5 }, (_, c) => [...whole.data.subarray(60 * c, 60 * c + 24)]).flat()
    expect([...partial.data]).toEqual(kept)
  })
})

describe('bad targets', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /`target` to be a target: .*; got undefined/],
    ['a function', () => 0, /got a function/],
    ['no dim', { logDensity }, /`target.dim` to be an integer .*; got undefined/],
    ['no function', { dim: 2, logdensity: logDensity }, /one of the functions logDensity, .*; got dim, logdensity/],
    ['no call', { dim: 2, logDensity: 3 }, /`target.logDensity` to be a function; got 3/],
    ['few names', { dim: 2, logDensity, names: ['a'] }, /`target.names` to be an array of 2 strings/],
    ['equal names', { dim: 2, logDensity, names: ['a', 'a'] }, /`target.names` to differ; got "a" twice/],
  ])('%s', async (_, target, message) => {
    const error = await run(target as Target).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toMatch(message)
  })
})
