// Training of flows: that it learns, is the same on every backend and however it is cut, stops, and goes on where it stopped.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type AbortError,
  Actnorm,
  Coupling,
  type DivergenceError,
  Flow,
  type FlowFitOptions,
  type FlowFitResult,
  Linear,
  Logit,
  mlp,
  nice,
  Planar,
  Rescale,
  Rng,
  setThreads,
} from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import { sha256 } from '../support/sha256.ts'

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(2)
})

const LOG_2PI = Math.log(2 * Math.PI)

/** Rows mean + factor e of standard normal e. */
function gaussian(rows: number, mean: number[], factor: number[][], seed: number) {
  const [d, e] = [mean.length, new Rng(seed).normal(rows * mean.length)]
  const data = new Float32Array(rows * d)
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < d; i++) {
      data[r * d + i] = factor[i]!.reduce((sum, f, j) => sum + f * e[r * d + j]!, mean[i]!)
    }
  }
  return { data, shape: [rows, d] }
}

const mean = [3, -2, 0.5, 10]
const factor = [
  [2, 0, 0, 0],
  [0.5, 1, 0, 0],
  [-1, 0.3, 0.7, 0],
  [0, 0.2, 0.1, 0.05],
]
const points = gaussian(1030, mean, factor, 1)
const fresh = gaussian(500, mean, factor, 2)
const net = mlp({ hidden: [16, 16] })

const model = () =>
  new Flow(
    [
      new Actnorm(),
      new Linear({ seed: 1 }),
      new Coupling({ net }),
      new Planar(),
      new Coupling({ net, parity: 1, law: 'additive' }),
      new Rescale(),
    ],
    { dim: 4, seed: 5 },
  )
const usual: FlowFitOptions = { epochs: 3, batch: 100, seed: 7 }

// Of the file of the trained flow: a change of it is a change of what the library promises.
const SHA = '41666aaf1209cd0493a64dd7ccf295886c1c66f897c38828b5ce9544e3595892'

const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('learning', () => {
  it('comes to the likelihood of the source', async () => {
    const flow = model()
    const { history } = await flow.fit(points, { ...usual, epochs: 25, learningRate: { initial: 0.01, final: 1e-4 } })
    // The entropy of the Gaussian: its factor is triangular.
    const best = -factor.reduce((sum, row, i) => sum + Math.log(row[i]!) + 0.5 * (LOG_2PI + 1), 0)
    expect(average(await flow.logProb(fresh))).toBeGreaterThan(best - 0.15)
    expect(average(await flow.logProb(points))).toBeLessThan(best + 0.15)
    expect(history.at(-1)!.logLikelihood).toBeGreaterThan(history[0]!.logLikelihood)
  })

  it('starts with scales and shifts of the data', async () => {
    const flow = new Flow([new Actnorm(), new Rescale()], { dim: 4 })
    await flow.fit(points, { ...usual, epochs: 1, learningRate: 0 })
    const { z } = await flow.forward(points)
    for (let j = 0; j < 4; j++) {
      const column = Float64Array.from({ length: 1030 }, (_, r) => z.data[r * 4 + j]!)
      expect(average(column)).toBeCloseTo(0, 1)
      expect(average(column.map((v) => v * v))).toBeCloseTo(1, 1)
    }
    const { data } = flow.parameters()['0.shift']!
    await flow.fit(fresh, { ...usual, epochs: 1, learningRate: 0 })
    expect(flow.parameters()['0.shift']!.data).toEqual(data)
  })

  it('reports the mean log p of the rows, before their steps', async () => {
    const flow = new Flow([new Actnorm()], { dim: 4 })
    const { history } = await flow.fit(points, { ...usual, epochs: 1, learningRate: 0 })
    expect(history[0]!.logLikelihood).toBeCloseTo(average(await flow.logProb(points)), 6)
  })

  it('takes rows one after the other in a flat typed array', async () => {
    const [flat, shaped] = [model(), model()]
    const options = { ...usual, epochs: 1, seed: 5 }
    const rows = { data: points.data.subarray(0, 400), shape: [100, 4] }
    await flat.fit(rows.data, { ...options, validation: rows.data })
    await shaped.fit(rows, { ...options, validation: rows })
    expect(flat.toBytes()).toEqual(shaped.toBytes())
    await expect(flat.fit(points.data.subarray(1), usual)).rejects.toThrow('`data` to have 4 columns')
  })

  it('takes levels with noise of one level, which the likelihood shows', async () => {
    const rng = new Rng(3)
    const data = { data: new Float32Array(2000).map(() => 0), shape: [1000, 2] }
    data.data.set(Float32Array.from(rng.integers(2000, { high: 16 }), (k) => k / 15))
    const flow = new Flow([new Logit({ alpha: 0.01 }), new Actnorm()], { dim: 2 })
    const { history } = await flow.fit(data, { ...usual, dequantize: 16, epochs: 5, validation: data })
    // Uniform levels have density 1 on the unit square; a logistic shape is not far from the logit of uniform numbers.
    expect(Math.abs(history.at(-1)!.validation!.logLikelihood)).toBeLessThan(0.1)
    expect(history.at(-1)!.validation!.logLikelihood).toBeLessThan(0)
  })

  it('sees the context', async () => {
    const labels = new Float32Array(1030).map((_, r) => r % 2)
    const moved = { data: points.data.map((v, k) => v + 8 * labels[k >> 2]!), shape: points.shape }
    const flow = new Flow([new Actnorm(), new Coupling({ net }), new Coupling({ net, parity: 1 })], {
      dim: 4,
      context: 1,
    })
    const context = { data: labels, shape: [1030, 1] }
    await flow.fit(moved, { ...usual, epochs: 12, learningRate: 0.01, context })
    const known = average(await flow.logProb(moved, { context }))
    const wrong = average(await flow.logProb(moved, { context: { data: labels.map((v) => 1 - v), shape: [1030, 1] } }))
    expect(known).toBeGreaterThan(wrong + 1)
  })

  it('shrinks weights alone by weightDecay', async () => {
    const zero = { ...usual, epochs: 1, batch: 1030, learningRate: 0.01, clip: 1e-30 }
    const [a, b] = [model(), model()]
    await a.fit(points, zero)
    await b.fit(points, { ...zero, weightDecay: 50 })
    const [plain, decayed] = [a.parameters(), b.parameters()]
    for (const [name, { data, shape }] of Object.entries(decayed)) {
      const wanted = plain[name]!.data.map((v) => (shape.length > 1 ? 0.5 * v : v))
      for (const [k, v] of data.entries()) expect(v).toBeCloseTo(wanted[k]!, 2)
    }
  })

  it('warms up, and then follows the schedule', async () => {
    const flow = model()
    const rates: number[] = []
    const learningRate = { initial: 0.02, final: 0.01 }
    for await (const { learningRate: rate } of flow.fit(points, {
      ...usual,
      batch: 1030,
      epochs: 8,
      warmup: 3,
      learningRate,
    })) {
      rates.push(rate)
    }
    const cosine = (s: number) => 0.015 + 0.005 * Math.cos((Math.PI * s) / 8)
    const wanted = [0, 1, 2, 3, 4, 5, 6, 7].map((s) => cosine(s) * Math.min(1, (s + 1) / 4))
    for (const [s, rate] of rates.entries()) expect(rate).toBeCloseTo(wanted[s]!, 10)
  })
})

describe('same bytes', () => {
  const options: FlowFitOptions = { ...usual, clip: 5, weightDecay: 0.01, warmup: 4, validation: fresh }

  it('for any number of threads, and on every backend', async () => {
    for (const threads of [1, 2, 7]) {
      setThreads(threads)
      const flow = model()
      await flow.fit(points, options)
      expect(await sha256(flow.toBytes())).toBe(SHA)
    }
  })

  it('in pieces of any size, whether activations are stored or made again as far as rounding', async () => {
    const [a, b, c] = [model(), model(), model()]
    await a.fit(points, options)
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    await b.fit(points, options)
    expect(firstDifference(b.toBytes(), a.toBytes())).toBe(-1)
    await c.fit(points, { ...options, memory: 'recompute' })
    const [x, y] = [a.parameters(), c.parameters()]
    for (const [name, { data }] of Object.entries(y)) {
      for (const [k, v] of data.entries()) expect(v).toBeCloseTo(x[name]!.data[k]!, 2)
    }
  })

  it.each<[string, FlowFitOptions]>([
    ['a usual training', {}],
    ['one with validation', { validation: fresh, clip: 2 }],
  ])('when %s is aborted, saved, loaded and resumed again and again', async (_, extra) => {
    const whole = model()
    await whole.fit(points, { ...usual, ...extra })
    let flow = model()
    let steps = 0
    for (let tries = 0; steps < 33; tries++) {
      const stop = new AbortController()
      // By this clock pieces are of one step, and a report, which stops the run, is due every third.
      let clock = tries * 17
      const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 37))
      const { validation } = extra
      const run = flow.fit(points, {
        ...(tries === 0 ? { ...usual, ...extra } : { resume: true, validation }),
        signal: stop.signal,
        onProgress: () => stop.abort(),
      })
      const result = await run.then(
        (done) => done,
        (error: unknown) => {
          expect((error as Error).name).toBe('AbortError')
          return (error as AbortError<FlowFitResult>).partial!
        },
      )
      now.mockRestore()
      steps = result.steps
      expect(flow.training).toMatchObject({ epoch: Math.floor(steps / 11), step: steps % 11 })
      flow = Flow.fromBytes(flow.toBytes())
    }
    if (extra.validation !== undefined) await flow.fit(points, { resume: true, validation: extra.validation })
    expect(firstDifference(flow.toBytes(), whole.toBytes())).toBe(-1)
  })
})

describe('a training', () => {
  it('can be gone through epoch by epoch, and left', async () => {
    const flow = model()
    const seen: number[] = []
    for await (const { epoch } of flow.fit(points, usual)) {
      expect(flow.training).toMatchObject({ epoch, step: 0 })
      seen.push(epoch)
      if (epoch === 2) break
    }
    expect(seen).toEqual([1, 2])
    const [whole, { history }] = [model(), await flow.fit(points, { resume: true })]
    expect(history.map(({ epoch }) => epoch)).toEqual([3])
    await whole.fit(points, usual)
    expect(firstDifference(flow.toBytes(), whole.toBytes())).toBe(-1)
  })

  it('keeps the best parameters on validation data, and goes on from the last ones', async () => {
    // Few rows and a high rate: it overfits.
    const few = gaussian(30, mean, factor, 4)
    const options = { ...usual, batch: 30, epochs: 200, learningRate: 0.02, validation: fresh }
    const flow = model()
    const { best, epochs } = await flow.fit(few, { ...options, patience: 20 })
    expect(epochs).toBe(best!.epoch + 20)
    expect(average(await flow.logProb(fresh))).toBeCloseTo(best!.logLikelihood, 9)
    const until = model()
    await until.fit(few, { ...options, epochs: best!.epoch, learningRate: 0.02 })
    expect(until.parameters()).toEqual(flow.parameters())
    const [long, short] = [model(), model()]
    await long.fit(few, { ...options, epochs: 6 })
    await short.fit(few, { ...options, epochs: 4 })
    await short.fit(few, { resume: true, epochs: 6, validation: fresh })
    expect(short.parameters()).toEqual(long.parameters())
  })

  it('that diverges keeps the last good parameters, and says where', async () => {
    const flow = new Flow([new Actnorm(), new Coupling({ net })], { dim: 4, seed: 1 })
    const error = (await flow.fit(points, { ...usual, learningRate: 1e20 }).catch((e: unknown) => e)) as DivergenceError
    expect([error.name, error.step]).toEqual(['DivergenceError', 0])
    expect(error.message).toContain('layers[1] (coupling)')
    expect(flow.training).toBeUndefined()
    expect((await flow.logProb(points)).every(Number.isFinite)).toBe(true)
    await expect(flow.fit(points, { resume: true })).rejects.toThrow('expected `resume` to be false')
  })

  it('stops before a linear layer can not be inverted any more', async () => {
    const flow = model()
    await expect(flow.fit(points, { ...usual, learningRate: 30 })).rejects.toThrow('the matrix of layers[1] (linear)')
    const { x } = await flow.inverse((await flow.forward(points)).z)
    for (const [k, v] of x.data.entries()) expect(Math.abs(v - points.data[k]!)).toBeLessThan(0.1)
  })

  it('that diverges is the same however it is cut', async () => {
    const options = { ...usual, epochs: 50, learningRate: { initial: 1e-3, final: 1e9, schedule: 'linear' as const } }
    const layers = () => [new Coupling({ net }), new Coupling({ net, parity: 1 })]
    const found: unknown[] = []
    for (const pace of [1e-3, 37, 1e6]) {
      let clock = 0
      const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += pace))
      const flow = new Flow(layers(), { dim: 4, seed: 1 })
      const error = (await flow.fit(points, options).catch((e: unknown) => e)) as DivergenceError
      now.mockRestore()
      expect(error.name).toBe('DivergenceError')
      expect((await flow.logProb(fresh)).every(Number.isFinite)).toBe(true)
      found.push([error.step, error.message, flow.parameters()])
    }
    expect(found[1]).toEqual(found[0])
    expect(found[2]).toEqual(found[0])
  })

  it('does not disturb readers', async () => {
    const flow = model()
    await flow.fit(points, usual)
    const still = Flow.fromBytes(flow.toBytes())
    const run = flow.fit(points, { resume: true, epochs: 10 })
    const there = await flow.logProb(points)
    expect(there).toEqual(await still.logProb(points))
    await run
    expect(await flow.logProb(points)).not.toEqual(there)
  })
})

describe('bad input changes nothing', () => {
  const nan = { data: points.data.slice(), shape: points.shape }
  nan.data[13] = Number.NaN
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'NaN',
      async () => model().fit(nan),
      'expected `data` to hold finite numbers (float32); got NaN in row 3, column 1',
    ],
    ['columns', async () => model().fit([[1, 2]]), 'expected `data` to have 4 columns; got 2'],
    [
      'data outside of [0, 1] for the logit',
      async () => new Flow([new Logit()], { dim: 4 }).fit(points),
      'expected `data` to hold numbers from 0 to 1',
    ],
    [
      'data that are not levels',
      async () => model().fit(points, { dequantize: 256 }),
      'expected `data` to hold numbers from 0 to 1',
    ],
    ['an unknown option', async () => model().fit(points, { epoch: 3 } as never), 'did you mean "epochs"?'],
    ['epochs', async () => model().fit(points, { epochs: 0 }), 'expected `epochs`'],
    ['batch', async () => model().fit(points, { batch: 0.5 }), 'expected `batch`'],
    ['a learning rate', async () => model().fit(points, { learningRate: -1 }), 'expected `learningRate`'],
    ['clip', async () => model().fit(points, { clip: 0 }), 'expected `clip` to be a number above 0; got 0'],
    [
      'patience alone',
      async () => model().fit(points, { patience: 3 }),
      'expected `validation` to be given with `patience`',
    ],
    ['context of a flow without', async () => model().fit(points, { context: [1] }), 'expected `context` to be absent'],
    ['resuming nothing', async () => model().fit(points, { resume: true }), 'expected `resume` to be false'],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message)
  })

  it('other data or options than those of the training resumed', async () => {
    const flow = model()
    await flow.fit(points, usual)
    const before = flow.toBytes()
    await expect(flow.fit(fresh, { resume: true })).rejects.toThrow(
      'expected `data` to be those of the training resumed, 1030 rows; got 500',
    )
    await expect(flow.fit(points, { resume: true, batch: 10 })).rejects.toThrow('expected `batch` to be 100')
    await expect(flow.fit(points, { resume: true, validation: fresh })).rejects.toThrow(
      'expected `validation` to be absent',
    )
    await expect(flow.fit(points, { resume: true, epochs: 2 })).rejects.toThrow('expected `epochs` to be at least 3')
    expect(firstDifference(flow.toBytes(), before)).toBe(-1)
  })

  it('two trainings at a time, and parameters set during one', async () => {
    const flow = nice({ dim: 4, hidden: [8], seed: 1 })
    const run = flow.fit(points, usual)
    await expect(flow.fit(points, usual)).rejects.toThrow('expected `fit` to be called when no other training')
    expect(() => flow.setParameters({})).toThrow('expected `setParameters`')
    await run
  })
})
