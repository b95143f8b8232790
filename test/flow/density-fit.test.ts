// Reverse KL: the energies of Rezende and Mohamed against quadrature, and what a training may be asked.

import { afterEach, describe, expect, it } from 'vitest'
import {
  AbortError,
  ArgumentError,
  current,
  DensityError,
  DivergenceError,
  type Flow,
  importance,
  type KernelTarget,
  normalTarget,
  planar,
  setThreads,
  testEnergyTarget,
} from '#gibbsite'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()
afterEach(() => setThreads(threads))

/** The integral of a density of two coordinates over |z1| < reach and |z2| < 8, by the midpoint rule. */
function quadrature(target: KernelTarget, reach: number): number {
  const [across, up] = [160, 200]
  const [width, height] = [(2 * reach) / across, 16 / up]
  const rows = Float64Array.from({ length: 2 * across * up }, (_, k) => {
    const cell = k >> 1
    return k % 2 === 0 ? -reach + (Math.floor(cell / up) + 0.5) * width : -8 + ((cell % up) + 0.5) * height
  })
  const logs = target.logDensity({ data: rows, shape: [across * up, 2] })
  return logs.reduce((sum, value) => sum + Math.exp(value), 0) * width * height
}

describe.each(['U1', 'U2', 'U3', 'U4'] as const)('%s by 32 planar layers', (energy) => {
  const target = testEnergyTarget({ energy })

  it('gives log Z by importance sampling within 2 % of quadrature', async () => {
    const flow = planar({ dim: 2, layers: 32, seed: 3 })
    const { history } = await flow.fitDensity(target, { steps: 2000, seed: 5 })
    const found = await importance({ target, proposal: flow, draws: 20_000, seed: 7 })
    const [whole, strip] = [quadrature(target, 5), quadrature(target, 4)]
    // Over |z1| < 4, where the paper looks, and over the plane with the walls.
    const inside = await shareWithin(flow, target, 4)
    const { bound } = history.at(-1)!
    console.log(
      `${energy}: log Z ${found.logNormalizer.value.toFixed(4)}, by quadrature ${Math.log(whole).toFixed(4)}; over |z1| < 4 ` +
        `${Math.log(inside).toFixed(4)} and ${Math.log(strip).toFixed(4)}; bound ${bound.toFixed(3)}; ` +
        `ESS fraction ${(found.ess / 20_000).toFixed(3)}`,
    )
    expect(Math.abs(Math.exp(found.logNormalizer.value) / whole - 1)).toBeLessThan(0.02)
    expect(Math.abs(inside / strip - 1)).toBeLessThan(0.02)
    expect(bound).toBeLessThan(Math.log(whole) + 0.01)
    expect(bound).toBeGreaterThan(Math.log(whole) - 0.2)
  })
})

/** The integral of the target over |z1| < reach, by 20,000 samples of the flow. */
async function shareWithin(flow: Flow, target: KernelTarget, reach: number): Promise<number> {
  const { data, shape } = await flow.sample(20_000, { seed: 8 })
  const [own, wanted] = [await flow.logProb({ data, shape }), target.logDensity({ data, shape })]
  const weights = own.map((value, i) => (Math.abs(data[2 * i]!) < reach ? Math.exp(wanted[i]! - value) : 0))
  return weights.reduce((sum, weight) => sum + weight, 0) / shape[0]
}

/** A correlated normal density in JavaScript. */
const script = {
  dim: 2,
  logDensityAndGradientBatch(xs: Float64Array, out: Float64Array, gradients: Float64Array) {
    for (let i = 0; i < out.length; i++) {
      const [x, y] = [xs[2 * i]! - 1, xs[2 * i + 1]!]
      out[i] = -(x * x - x * y + y * y)
      gradients.set([y - 2 * x, x - 2 * y], 2 * i)
    }
  },
}

it('takes a batch function with gradient, and reaches the normalising constant that is known', async () => {
  const flow = planar({ dim: 2, layers: 16, seed: 1 })
  const { steps, seed, history } = await flow.fitDensity(script, { steps: 1500, batch: 256, seed: 2 })
  expect([steps, seed, history.length]).toEqual([1500, 2, 15])
  const exact = Math.log(Math.PI / Math.sqrt(3 / 4))
  expect(history.at(-1)!.bound).toBeLessThan(exact + 0.01)
  expect(history.at(-1)!.bound).toBeGreaterThan(exact - 0.03)
  expect(history.at(-1)!.step).toBe(1500)
})

it('gives the same bytes on every backend and any number of threads', async () => {
  for (const count of [1, 2, 7]) {
    setThreads(count)
    const flow = planar({ dim: 2, layers: 8, seed: 1 })
    await flow.fitDensity(testEnergyTarget({ energy: 'U4' }), { steps: 150, batch: 300, seed: 2 })
    const numbers = Object.values(flow.parameters()).flatMap(({ data }) => [...data])
    expect(await sha256(Float32Array.from(numbers))).toBe(
      '28cf6a2bd1cdab342b8834d938ef5d8add4cd0e6956103c95db0d9b8d4cdb5d2',
    )
  }
})

/** A run that is left by `leave` at step 300. */
async function until300(signal: AbortSignal | undefined, leave: () => boolean) {
  const flow = planar({ dim: 2, seed: 1 })
  const seen: number[] = []
  const options = { steps: 1000, batch: 64, seed: 1, signal }
  try {
    for await (const { step, steps, bound, learningRate } of flow.fitDensity(script, options)) {
      expect([steps, Number.isFinite(bound)]).toEqual([1000, true])
      expect(learningRate).toBeCloseTo(0.01 * (1 - (step - 1) / 1000), 9)
      seen.push(step)
      if (step === 300 && leave()) break
    }
  } catch (error) {
    return { flow, seen, error }
  }
  return { flow, seen, error: undefined }
}

it('hands out a report every hundred steps, stops where the loop is left, and keeps what was done on abort', async () => {
  const left = await until300(undefined, () => true)
  expect(left.seen).toEqual([100, 200, 300])
  const stop = new AbortController()
  const aborted = await until300(stop.signal, () => {
    stop.abort()
    return false
  })
  expect(aborted.seen).toEqual([100, 200, 300])
  expect(aborted.error).toBeInstanceOf(AbortError)
  expect((aborted.error as AbortError<{ steps: number }>).partial!.steps).toBe(300)
  expect(aborted.flow.parameters()).toEqual(left.flow.parameters())
  await left.flow.fitDensity(script, { steps: 1 })
})

it('stops with the last good parameters where a step would leave the finite numbers', async () => {
  const flow = planar({ dim: 2, layers: 4, seed: 1 })
  const wild = { ...script, logDensityAndGradientBatch: explodingAfter(20) }
  const error = await flow.fitDensity(wild, { steps: 50, batch: 16, clip: 0, seed: 1 }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(DivergenceError)
  expect((error as Error).message).toMatch(/expected layers\[\d\] \(planar\) to stay finite; it did not in step 20/)
  for (const { data } of Object.values(flow.parameters())) expect([...data].every(Number.isFinite)).toBe(true)
  const before = planar({ dim: 2, layers: 4, seed: 1 })
  expect(flow.parameters()).not.toEqual(before.parameters())
  await flow.fitDensity(script, { steps: 2, seed: 1 })
})

function explodingAfter(calls: number): typeof script.logDensityAndGradientBatch {
  let done = 0
  return (xs, out, gradients) => {
    script.logDensityAndGradientBatch(xs, out, gradients)
    if (done++ >= calls) gradients.fill(1e30)
  }
}

it('says where the target has no density, or is not a number', async () => {
  const flow = planar({ dim: 2, seed: 1 })
  const empty = { ...script, logDensityAndGradientBatch: (_: Float64Array, out: Float64Array) => out.fill(-Infinity) }
  const error = await flow.fitDensity(empty as never, { seed: 1 }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(DensityError)
  expect((error as Error).message).toContain('finite wherever the flow has samples; got -Infinity at x = [')
  const nan = { ...script, logDensityAndGradientBatch: () => {} }
  await expect(flow.fitDensity(nan, { seed: 1 })).rejects.toThrow('got NaN at x = [')
})

it('refuses what cannot be trained on with one sentence, and changes nothing', async () => {
  const flow = planar({ dim: 2, seed: 1 })
  const before = flow.parameters()
  const refused = (target: unknown, options: unknown, message: string) =>
    expect(flow.fitDensity(target as never, options as never)).rejects.toThrow(message)
  await refused(
    normalTarget({ mean: [0, 0, 0], sd: [1, 1, 1] }),
    {},
    'expected `target.dim` to be 2, as of the flow; got 3',
  )
  await refused({ dim: 2, logDensity: () => 0 }, {}, 'expected `target` to have a gradient')
  await refused(7, {}, 'expected `target` to be a target')
  await refused(script, { steps: 0 }, 'expected `steps` to be an integer from 1')
  await refused(script, { batch: 1.5 }, 'expected `batch`')
  await refused(script, { learningRate: 0 }, 'expected `learningRate` to be a number above 0')
  await refused(script, { annealing: -1 }, 'expected `annealing`')
  await refused(script, { clip: -1 }, 'expected `clip`')
  await refused(script, { stepz: 1 }, 'stepz')
  const first = flow.fitDensity(script, { steps: 300, seed: 1 })
  await expect(flow.fitDensity(script, { steps: 1 })).rejects.toThrow('no other training of this model is running')
  await first
  expect(flow.parameters()).not.toEqual(before)
  await expect(flow.fitDensity(script, null as never)).rejects.toThrow(ArgumentError)
})
