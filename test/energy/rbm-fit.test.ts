// Training: that it learns, stops, goes on where it stopped, and gives the same bytes however it is interrupted.

import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type AbortError,
  backend,
  current,
  type DivergenceError,
  type FitOptions,
  type FitProgress,
  type FitResult,
  RBM,
} from '#gibbsite'
import { firstDifference } from '../support/bytes.ts'
import * as exact from '../support/enumeration.ts'

afterEach(() => vi.restoreAllMocks())

/** The 14 different pictures of 3 x 3 with equal rows or equal columns (MacKay 2003, section 43). */
function barsAndStripes(): number[][] {
  return exact.allStates(3).flatMap((m, k) => {
    const bars = m.flatMap((x) => [x, x, x])
    return k === 0 || k === 7 ? [bars] : [bars, [...m, ...m, ...m]]
  })
}

/** Rows of [0, 1] values, with both ends among them. */
function greyRows(n: number, columns: number): { data: Float32Array; shape: [number, number] } {
  const next = exact.uniforms(12)
  const value = () => Math.min(1, Math.max(0, 1.4 * next() - 0.2))
  return { data: Float32Array.from({ length: n * columns }, value), shape: [n, columns] }
}

function binaryRows(n: number, columns: number): number[][] {
  const next = exact.uniforms(13)
  return Array.from({ length: n }, () => Array.from({ length: columns }, () => (next() < 0.3 ? 1 : 0)))
}

describe('learning', () => {
  const pictures = barsAndStripes()
  const data = Array.from({ length: 20 }, () => pictures).flat()
  // The best a model can do is to give each picture 1/14; enough hidden units can come as near as one likes.
  const optimum = -Math.log(14)

  it.each<[string, FitOptions]>([
    ['pcd', { sweeps: 5, learningRate: { initial: 0.3, final: 0.01 } }],
    ['pcd with samples', { sweeps: 5, learningRate: { initial: 0.3, final: 0.01 }, statistics: 'samples' }],
    ['cd', { method: 'cd', sweeps: 5, learningRate: { initial: 0.5, final: 0.05 } }],
    ['pcd-pt', { method: 'pcd-pt', temperatures: 5, learningRate: { initial: 0.5, final: 0.01 } }],
  ])('%s learns bars and stripes to within 0.15 nats of the optimum', async (_, options) => {
    const rbm = new RBM({ visible: 9, hidden: 12, seed: 1 })
    const before = (await rbm.logLikelihood(pictures)).mean
    // Untrained: nearly uniform over 512 pictures.
    expect(before).toBeCloseTo(-9 * Math.LN2, 1)
    await rbm.fit(data, { epochs: 1000, batch: 70, seed: 3, monitor: 0, ...options })
    const { mean } = await rbm.logLikelihood(pictures)
    expect(mean).toBeGreaterThan(optimum - 0.15)
    expect(mean).toBeLessThan(optimum)
  })

  it('starts with the visible biases of the data, in a fresh model only', async () => {
    const rbm = new RBM({ visible: 9, hidden: 4, seed: 1 })
    const means = greyRows(200, 9)
    await rbm.fit(means, { epochs: 1, learningRate: 0, seed: 1 })
    const rate = (i: number) =>
      Array.from({ length: 200 }, (_, r) => means.data[9 * r + i]!).reduce((sum, x) => sum + x, 0) / 200
    const { visibleBias } = rbm.parameters()
    for (let i = 0; i < 9; i++) expect(visibleBias[i]).toBeCloseTo(Math.log(rate(i) / (1 - rate(i))), 5)
    const before = rbm.parameters()
    await rbm.fit(pictures, { epochs: 1, learningRate: 0, seed: 1 })
    expect(rbm.parameters()).toEqual(before)
    const plain = new RBM({ visible: 9, hidden: 4, seed: 1 })
    await plain.fit(means, { epochs: 1, learningRate: 0, seed: 1, initBias: false })
    expect(plain.parameters().visibleBias).toEqual(new Float32Array(9))
  })

  it('has the learning rates that were asked for', async () => {
    const rates = async (learningRate: FitOptions['learningRate']) => {
      const rbm = new RBM({ visible: 9, hidden: 2, seed: 1 })
      const { history } = await rbm.fit(pictures, { epochs: 4, learningRate, monitor: 0 })
      return history.map((epoch) => epoch.learningRate)
    }
    expect(await rates(0.1)).toEqual([0.1, 0.1, 0.1, 0.1])
    const linear = await rates({ initial: 0.4, final: 0 })
    for (const [k, rate] of linear.entries()) expect(rate).toBeCloseTo(0.4 - k / 10, 15)
    const exponential = await rates({ initial: 0.16, final: 0.01, schedule: 'exponential' })
    for (const [k, rate] of exponential.entries()) expect(rate).toBeCloseTo(0.16 / 2 ** k, 15)
  })
})

// Every option that has state, on data whose last batch is smaller than the others.
const methods: [string, FitOptions][] = [
  ['pcd', { momentum: 0.5 }],
  ['pcd, not centred', { centred: false }],
  ['cd', { method: 'cd', sweeps: 2, weightDecay: 0.001, learningRate: { initial: 0.1, final: 0.01 } }],
  ['pcd-pt', { method: 'pcd-pt', temperatures: [1, 0.7, 0.3], statistics: 'samples' }],
  [
    'sparse',
    { sparsity: { target: 0.1, cost: 0.1 }, learningRate: { initial: 0.1, final: 0.02, schedule: 'exponential' } },
  ],
]
const grey = greyRows(230, 35)
const usual: FitOptions = { epochs: 4, batch: 20, chains: 30, seed: 5 }

function options(extra: FitOptions): FitOptions {
  return { ...usual, ...extra, ...(extra.method === 'cd' ? { chains: undefined } : {}) }
}

const model = () => new RBM({ visible: 35, hidden: 33, seed: 2 })

describe.each(methods)('a training by %s', (_, extra) => {
  it('gives the same bytes again, in pieces of any size, and another seed gives others', async () => {
    const [a, b, c] = [model(), model(), model()]
    await a.fit(grey, options(extra))
    await c.fit(grey, { ...options(extra), seed: 6 })
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    await b.fit(grey, options(extra))
    expect(firstDifference(b.toBytes(), a.toBytes())).toBe(-1)
    expect(c.parameters()).not.toEqual(a.parameters())
  })

  it('gives the same bytes when it is aborted, saved, loaded and resumed again and again', async () => {
    const whole = model()
    await whole.fit(grey, options(extra))
    let rbm = model()
    let steps = 0
    for (let tries = 0; steps < 48; tries++) {
      const stop = new AbortController()
      // By this clock a step takes 37 ms: pieces are of one step, and a report, which stops the run, is due every third.
      let clock = tries * 17
      const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 37))
      const run = rbm.fit(grey, {
        ...(tries === 0 ? options(extra) : { resume: true }),
        signal: stop.signal,
        onProgress: () => stop.abort(),
      })
      const result = await run.then(
        (done) => done,
        (error: unknown) => {
          expect((error as Error).name).toBe('AbortError')
          return (error as AbortError<FitResult>).partial!
        },
      )
      now.mockRestore()
      expect(result.steps).toBeGreaterThan(steps - 1)
      steps = result.steps
      expect(rbm.training).toMatchObject({ epoch: Math.floor(steps / 12), step: steps % 12 })
      const copy = RBM.fromBytes(rbm.toBytes())
      expect(firstDifference(copy.toBytes(), rbm.toBytes())).toBe(-1)
      rbm = copy
      expect(tries).toBeLessThan(100)
    }
    expect(firstDifference(rbm.toBytes(), whole.toBytes())).toBe(-1)
  })

  it('may be made longer', async () => {
    const [whole, parts] = [model(), model()]
    // A rate on its way to another one depends on where the way was said to end.
    const rate = { learningRate: 0.05 }
    await whole.fit(grey, { ...options(extra), ...rate })
    await parts.fit(grey, { ...options(extra), ...rate, epochs: 1 })
    await parts.fit(grey, { resume: true, epochs: 3 })
    await parts.fit(grey, { resume: true, epochs: 4 })
    expect(parts.parameters()).toEqual(whole.parameters())
  })
})

describe('the epochs of a training', () => {
  it('come one by one, the model standing still meanwhile', async () => {
    const [all, one] = [model(), model()]
    await all.fit(grey, usual)
    const epochs: FitProgress[] = []
    for await (const epoch of one.fit(grey, usual)) {
      epochs.push(epoch)
      const before = one.toBytes()
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(firstDifference(one.toBytes(), before)).toBe(-1)
      expect(one.training).toMatchObject({ epoch: epochs.length, step: 0 })
    }
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    expect(firstDifference(one.toBytes(), all.toBytes())).toBe(-1)
  })

  it('need not all be wanted: leaving the loop stops the training', async () => {
    const rbm = model()
    for await (const { epoch } of rbm.fit(grey, { ...usual, epochs: 1000 })) if (epoch === 2) break
    expect(rbm.training).toMatchObject({ epoch: 2, step: 0 })
    await rbm.fit(grey, { resume: true, epochs: 4 })
    const whole = model()
    await whole.fit(grey, { ...usual, epochs: 1000, signal: stopAfter(whole, 4) }).catch(() => {})
    expect(rbm.training!.epoch).toBe(4)
  })

  it('throw in the loop what went wrong', async () => {
    const rbm = model()
    const loop = async () => {
      for await (const _ of rbm.fit(grey, { ...usual, batch: 0 })) expect.unreachable()
    }
    await expect(loop()).rejects.toThrow('expected `batch` to be an integer from 1 to 1048576; got 0')
  })

  it('say how the model does', async () => {
    const rbm = model()
    const data = binaryRows(300, 35)
    const seen: FitProgress[] = []
    const { history, seed, epochs, steps } = await rbm.fit(data, {
      ...usual,
      validation: binaryRows(400, 35).slice(300),
      onProgress: (info) => seen.push(info),
    })
    expect({ seed, epochs, steps }).toEqual({ seed: 5, epochs: 4, steps: 60 })
    expect(history.length).toBe(4)
    expect(seen.at(-1)).toEqual(history.at(-1))
    for (const epoch of history) {
      expect(epoch.step).toBe(0)
      expect(epoch.steps).toBe(15)
      expect(epoch.examplesPerSecond).toBeGreaterThan(0)
      expect(epoch.pseudoLogLikelihood).toBeLessThan(0)
      expect(epoch.validation!.pseudoLogLikelihood).toBeLessThan(0)
      expect(Math.abs(epoch.validation!.freeEnergyGap)).toBeLessThan(35)
    }
    expect(history.at(-1)!.secondsLeft).toBe(0)
    // The estimate of 300 rows with 10 of 35 units each, against all units: a few standard errors of some 0.3 nats.
    const estimate = history.at(-1)!.pseudoLogLikelihood!
    expect(Math.abs(estimate - (await rbm.pseudoLogLikelihood(data, { flips: 'all' })))).toBeLessThan(1.5)
    const quiet = await rbm.fit(data, { ...usual, epochs: 1, monitor: 0 })
    expect(quiet.history[0]).not.toHaveProperty('pseudoLogLikelihood')
  })

  function stopAfter(rbm: RBM, epochs: number): AbortSignal {
    const stop = new AbortController()
    const look = setInterval(() => {
      if ((rbm.training?.epoch ?? 0) >= epochs) {
        clearInterval(look)
        stop.abort()
      }
    }, 1)
    return stop.signal
  }
})

describe('bits of the data', () => {
  it('are drawn anew in every epoch, or cut at a half, or are there already', async () => {
    const binarize = async (data: FitOptions['validation'] & object, extra: FitOptions) => {
      const rbm = model()
      await rbm.fit(data, { ...usual, ...extra })
      return rbm
    }
    const cut = { data: grey.data.map((x) => (x > 0.5 ? 1 : 0)), shape: grey.shape }
    const [sampled, usually, threshold, none, already] = await Promise.all([
      binarize(grey, { binarize: 'sample', initBias: false }),
      binarize(grey, { initBias: false }),
      binarize(grey, { binarize: 'threshold', initBias: false, centred: false }),
      binarize(cut, { binarize: 'none', initBias: false, centred: false }),
      binarize(cut, { initBias: false }),
    ])
    expect(usually.training!.settings.binarize).toBe('sample')
    expect(usually.parameters()).toEqual(sampled.parameters())
    expect(none.parameters()).toEqual(threshold.parameters())
    expect(already.training!.settings.binarize).toBe('none')
    expect(threshold.parameters()).not.toEqual(sampled.parameters())
  })
})

describe('a training that diverges', () => {
  it('keeps the parameters before the step, and says which it was', async () => {
    const [rbm, before] = [model(), model()]
    // Past 1e15 within a few steps: weight decay overshoots, each step multiplies the weights by about -10^4.
    const wild = { ...usual, learningRate: 100, weightDecay: 100, momentum: 0 }
    const error = (await rbm.fit(grey, wild).catch((e) => e)) as DivergenceError
    expect(error.name).toBe('DivergenceError')
    expect(error.step).toBeGreaterThan(0)
    expect(error.step).toBeLessThan(12)
    expect(error.message).toContain(`in step ${error.step}`)
    expect(rbm.training).toMatchObject({ epoch: 0, step: error.step })
    expect(rbm.parameters().weights.data.every(Number.isFinite)).toBe(true)
    let clock = 0
    // Seconds go by: each piece is one step.
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1000))
    const again = (await before.fit(grey, wild).catch((e) => e)) as DivergenceError
    expect(again.step).toBe(error.step)
    expect(firstDifference(before.toBytes(), rbm.toBytes())).toBe(-1)
  })
})

describe('a model in training', () => {
  it('may be sampled from, evaluated and saved, but not trained twice or set', async () => {
    const rbm = model()
    const stop = new AbortController()
    const run = rbm.fit(grey, { ...usual, epochs: 1e6, monitor: 0, signal: stop.signal })
    await expect(rbm.fit(grey, usual)).rejects.toThrow('when no other training of this model is running')
    expect(() => rbm.setParameters({})).toThrow('when no `fit` is running')
    const [sample, energies] = await Promise.all([
      rbm.sample({ chains: 10, sweeps: 2000, seed: 1 }),
      rbm.freeEnergy(grey),
    ])
    expect(sample.states.data.every((x) => x === 0 || x === 1)).toBe(true)
    expect(energies.every(Number.isFinite)).toBe(true)
    const saved = RBM.fromBytes(rbm.toBytes())
    expect(saved.parameters()).toEqual(rbm.parameters())
    stop.abort()
    await expect(run).rejects.toThrow('aborted')
    await rbm.fit(grey, { ...usual, epochs: 1 })
  })
})

describe('memory', () => {
  it.runIf(backend().name === 'wasm')('does not grow with the number of trainings', async () => {
    const rbm = new RBM({ visible: 200, hidden: 150, seed: 2 })
    const rows = binaryRows(300, 200)
    const train = async () => {
      const run = rbm.fit(rows, { ...usual, epochs: 1, validation: rows })
      await Promise.all([run, rbm.sample({ chains: 3, sweeps: 3 }), rbm.logPartition({ steps: 5, chains: 5 })])
      rbm.setParameters({ hiddenBias: new Float32Array(150) })
    }
    const bytes = () => current().alloc(Uint8Array, 1).view().buffer.byteLength
    for (let k = 0; k < 5; k++) await train()
    const before = bytes()
    // One training's arrays take some 400 kB: were they left to the collector, 100 trainings might take 40 MB.
    for (let k = 0; k < 100; k++) await train()
    expect(bytes() - before).toBeLessThan(2e6)
  })
})

describe('resuming', () => {
  const trained = async () => {
    const rbm = model()
    await rbm.fit(grey, { ...usual, epochs: 2 })
    return rbm
  }

  it('takes the options of before, and refuses others', async () => {
    const rbm = await trained()
    const before = rbm.toBytes()
    const refuse = async (extra: FitOptions, message: string) => {
      await expect(rbm.fit(grey, { resume: true, epochs: 4, ...extra })).rejects.toThrow(message)
      expect(firstDifference(rbm.toBytes(), before)).toBe(-1)
    }
    await refuse({ batch: 21 }, 'expected `batch` to be 20, as in the training that is resumed; got 21')
    await refuse({ seed: 6 }, 'expected `seed` to be "5", as in the training that is resumed; got "6"')
    await refuse({ method: 'cd' }, 'expected `method` to be "pcd"')
    await refuse({ learningRate: 0.1 }, 'expected `learningRate` to be')
    await refuse({ binarize: 'threshold' }, 'expected `binarize` to be "sample"')
    await refuse({ epochs: 1 }, 'expected `epochs` to be at least 2, the epochs begun so far; got 1')
    await rbm.fit(grey, { resume: true, epochs: 3, batch: 20, seed: 5n, chains: 30, centred: true })
    expect(rbm.training!.epoch).toBe(3)
  })

  it('refuses other data', async () => {
    const rbm = await trained()
    const before = rbm.toBytes()
    const fewer = { data: grey.data.subarray(35), shape: [229, 35] as const }
    const other = { data: grey.data.slice(), shape: grey.shape }
    other.data[4321]! += 1e-3
    await expect(rbm.fit(fewer, { resume: true })).rejects.toThrow('those of the training resumed, 230 rows; got 229')
    await expect(rbm.fit(other, { resume: true })).rejects.toThrow('those of the training resumed; got other values')
    expect(firstDifference(rbm.toBytes(), before)).toBe(-1)
  })

  it('is for models in training only', async () => {
    const fresh = 'expected `resume` to be false for a model that was not in training; got true'
    await expect(model().fit(grey, { resume: true })).rejects.toThrow(fresh)
    const rbm = await trained()
    rbm.setParameters({ hiddenBias: new Float32Array(33) })
    expect(rbm.training).toBeUndefined()
    await expect(rbm.fit(grey, { resume: true })).rejects.toThrow(fresh)
  })

  it('with nothing left to do does nothing', async () => {
    const rbm = await trained()
    const before = rbm.toBytes()
    expect(await rbm.fit(grey, { resume: true })).toEqual({ epochs: 2, steps: 24, seed: 5, history: [] })
    expect(firstDifference(rbm.toBytes(), before)).toBe(-1)
  })
})
