// The five learning rules: against plain implementations, and as memories.

import { afterEach, describe, expect, it } from 'vitest'
import {
  type AbortError,
  type ContrastiveOptions,
  DependentPatternsError,
  Hopfield,
  Rng,
  type StoreOptions,
  type StoreResult,
  setThreads,
} from '#gibbsite'
import { noisy, plainHebbian, plainPseudoInverse, plainStorkey, row, type Spins, spins } from '../support/hopfield.ts'
import { sha256 } from '../support/sha256.ts'
import { abortedAtLook } from '../support/signals.ts'

async function learn(patterns: Spins, options: StoreOptions): Promise<Hopfield> {
  const net = new Hopfield({ units: patterns.shape[1] })
  await net.store(patterns, options)
  return net
}

const part = ({ data, shape: [, units] }: Spins, first: number, count: number): Spins => ({
  data: data.slice(first * units, (first + count) * units),
  shape: [count, units],
})

function largestDifference(net: Hopfield, wanted: Float64Array): number {
  const { data } = net.couplings()
  return data.reduce((most, w, k) => Math.max(most, Math.abs(w - wanted[k]!)), 0)
}

function expectSound(net: Hopfield): void {
  const { data } = net.couplings()
  const n = net.units
  for (let i = 0; i < n; i++) {
    expect(data[i * n + i]).toBe(0)
    for (let j = 0; j < i; j++) expect(data[i * n + j]).toBe(data[j * n + i])
  }
}

afterEach(() => setThreads(2))

describe('Hebb', () => {
  it('is the sum of outer products, to the last bit', async () => {
    for (const [rows, units] of [
      [1, 1],
      [7, 33],
      [70, 100],
      [129, 64],
    ] as const) {
      const patterns = spins(rows, units, 1)
      const net = await learn(patterns, { rule: 'hebbian' })
      expect(net.couplings().data).toEqual(Float32Array.from(plainHebbian(patterns)))
      expect(net.bias()).toEqual(new Float32Array(units))
    }
  })

  it('gives the same couplings one by one', async () => {
    const patterns = spins(60, 49, 2)
    const net = new Hopfield({ units: 49 })
    for (let p = 0; p < 60; p++) await net.store(row(patterns, p), { rule: 'hebbian' })
    expect(net.toBytes()).toEqual((await learn(patterns, { rule: 'hebbian' })).toBytes())
    expect(net.patterns().data).toEqual(Int8Array.from(patterns.data))
  })
})

describe('Storkey', () => {
  it('is the rule as written', async () => {
    const patterns = spins(9, 45, 3)
    const net = await learn(patterns, { rule: 'storkey' })
    expect(largestDifference(net, plainStorkey(patterns))).toBeLessThan(1e-7)
    expectSound(net)
  })
})

describe('the pseudo-inverse', () => {
  it('is the projection on the patterns', async () => {
    for (const [rows, units] of [
      [1, 20],
      [12, 45],
      [60, 131],
    ] as const) {
      const patterns = spins(rows, units, 4)
      const net = await learn(patterns, { rule: 'pseudo-inverse' })
      expect(largestDifference(net, plainPseudoInverse(patterns))).toBeLessThan(1e-6)
      expectSound(net)
    }
  })

  it('takes the place of what was learnt before', async () => {
    const net = await learn(spins(5, 40, 1), { rule: 'hebbian' })
    await net.store(spins(6, 40, 2), { rule: 'pseudo-inverse' })
    expect(net.toBytes()).toEqual((await learn(spins(6, 40, 2), { rule: 'pseudo-inverse' })).toBytes())
  })

  it('refuses dependent patterns and names the first, unless a ridge is asked for', async () => {
    const patterns = spins(6, 40, 5)
    patterns.data.copyWithin(4 * 40, 1 * 40, 2 * 40)
    for (let i = 0; i < 40; i++) patterns.data[4 * 40 + i]! *= -1
    const net = await learn(spins(2, 40, 6), { rule: 'hebbian' })
    const before = net.toBytes()
    const error = await net.store(patterns, { rule: 'pseudo-inverse' }).catch((e) => e)
    expect(error).toBeInstanceOf(DependentPatternsError)
    expect([error.name, error.pattern]).toEqual(['DependentPatternsError', 4])
    expect(error.message).toContain('got pattern 4, a combination of earlier ones')
    expect(net.toBytes()).toEqual(before)
    await net.store(patterns, { rule: 'pseudo-inverse', ridge: 0.01 })
    expect(largestDifference(net, plainPseudoInverse(patterns, 0.01))).toBeLessThan(1e-6)
    await expect(learn(spins(41, 40, 7), { rule: 'pseudo-inverse' })).rejects.toThrow('linearly independent')
  })
})

describe('the contrastive rule', () => {
  it('moves couplings from the states reached to the patterns', async () => {
    // One pattern, one step, no dynamics to speak of: without couplings of its own a network would keep the noisy copy.
    const patterns = spins(1, 50, 1)
    const net = await learn(patterns, { rule: 'hebbian' })
    const before = net.couplings().data
    const { errors } = await net.store(patterns, { noise: 0.1, epochs: 1, seed: 1 })
    // Hebb's valley of one pattern is so wide that it is reached, and nothing remains to be learnt.
    expect(errors).toEqual(Float64Array.of(0))
    expect(net.couplings().data).toEqual(before)
  })

  it('makes patterns fixed points that Hebb cannot hold, and the errors fall', async () => {
    const patterns = spins(50, 100, 2)
    const net = new Hopfield({ units: 100 })
    const { errors, done, seed } = await net.store(patterns, { epochs: 60, seed: 1 })
    expect([done, errors!.length, seed]).toEqual([60, 60, 1])
    expect(errors![59]!).toBeLessThan(errors![0]! / 4)
    expect((await net.report(undefined, { starts: 0, probes: 1, seed: 1 })).fixedPoints).toBe(1)
    expect(
      (await (await learn(patterns, { rule: 'hebbian' })).report(undefined, { starts: 0, probes: 1 })).fixedPoints,
    ).toBe(0)
    expectSound(net)
    expect(net.bias().some((b) => b !== 0)).toBe(true)
  })

  it('stops the dynamics after so many flips', async () => {
    // Overloaded, so that from every pattern the dynamics run away: as many flips as they may.
    const patterns = spins(80, 80, 2)
    const errors = async (options: ContrastiveOptions) => {
      const net = await learn(patterns, { rule: 'hebbian' })
      return (await net.store(patterns, { noise: 0, epochs: 1, batch: 80, seed: 1, ...options })).errors![0]! * 80
    }
    expect(await errors({ flips: 1 })).toBeCloseTo(1, 12)
    expect(await errors({ flips: 3, steps: Number.POSITIVE_INFINITY })).toBeCloseTo(3, 12)
    const whole = await errors({ steps: Number.POSITIVE_INFINITY })
    expect(whole).toBeGreaterThan(10)
    expect(await errors({ flips: 10_000, steps: Number.POSITIVE_INFINITY })).toBe(whole)
  })

  it('holds as many patterns as units where the dynamics are cut short, and far fewer where they are not', async () => {
    const patterns = spins(120, 120, 2)
    const fixed = async (options: ContrastiveOptions) =>
      (await (await learn(patterns, { noise: 0, epochs: 60, seed: 1, ...options })).report(undefined, { starts: 0 }))
        .fixedPoints
    const whole = await fixed({ steps: Number.POSITIVE_INFINITY })
    expect(whole).toBeLessThan(0.6)
    expect(await fixed({ steps: Number.POSITIVE_INFINITY, flips: 5 })).toBeGreaterThan(whole + 0.2)
    expect(await fixed({ steps: 1 })).toBe(1)
  })

  it('leaves biases alone when asked to', async () => {
    const net = await learn(spins(30, 60, 2), { epochs: 5, seed: 1, bias: false })
    expect(net.bias()).toEqual(new Float32Array(60))
  })

  it('gives the same bytes on every backend and number of threads', async () => {
    const hashes = []
    for (const threads of [1, 2, 7]) {
      setThreads(threads)
      hashes.push(await sha256((await learn(spins(40, 90, 2), { epochs: 10, seed: 5 })).toBytes()))
    }
    expect(hashes).toEqual(new Array(3).fill('dbcce30940c228fee6ba6f660455d121031b321bed814145472982de943a7b54'))
  })

  it('keeps what was learnt when it is stopped', async () => {
    const patterns = spins(60, 120, 2)
    const net = new Hopfield({ units: 120 })
    const options = { epochs: 100_000, batch: 60, seed: 5, signal: abortedAtLook(3) }
    const error = (await net.store(patterns, options).catch((e) => e)) as AbortError<StoreResult>
    expect(error.name).toBe('AbortError')
    const { done } = error.partial!
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(100_000)
    expect(net.toBytes()).toEqual((await learn(patterns, { epochs: done, batch: 60, seed: 5 })).toBytes())
  })
})

describe('unlearning', () => {
  it('subtracts the attractors that random states fall into', async () => {
    const patterns = spins(10, 100, 3)
    const net = await learn(patterns, { rule: 'hebbian' })
    const before = net.couplings().data
    const { done, seed } = await net.unlearn({ starts: 1, eta: 0.001, seed: 4 })
    expect([done, seed]).toEqual([1, 4])
    const change = net.couplings().data.map((w, k) => Math.abs(w - before[k]!))
    expect(change.every((c, k) => (k % 101 === 0 ? c === 0 : Math.abs(c - 0.001) < 1e-6))).toBe(true)
    expectSound(net)
  })

  it('as a rule is Hebb and then unlearning', async () => {
    const patterns = spins(10, 100, 3)
    const net = await learn(patterns, { rule: 'hebbian' })
    await net.unlearn({ starts: 30, seed: 4 })
    expect(net.toBytes()).toEqual((await learn(patterns, { rule: 'unlearning', starts: 30, seed: 4 })).toBytes())
  })

  it('makes more patterns fixed points than Hebb', async () => {
    const patterns = spins(25, 100, 3)
    const fixed = async (options: StoreOptions) =>
      (await (await learn(patterns, options)).report(undefined, { starts: 0, probes: 1, seed: 1 })).fixedPoints
    expect(await fixed({ rule: 'unlearning', starts: 400, seed: 1 })).toBeGreaterThan(
      (await fixed({ rule: 'hebbian' })) + 0.3,
    )
  })
})

describe('same patterns, same bytes on every backend', () => {
  it.each<[StoreOptions, string]>([
    [{ rule: 'hebbian' }, 'e958e9e05d61147458970900acf528895c9bc07fdebf563992b80f55f8d56127'],
    [{ rule: 'storkey' }, '0c28fe275020e3390ec2c6f3dc389db2e5ed8fe86598e1c64ce787c72092de1d'],
    [{ rule: 'pseudo-inverse' }, '64bb3813c28871beb0008f4b22078759e2ab86f4434d71582ce02af41c955264'],
    [{ rule: 'unlearning', starts: 20, seed: 1 }, 'd8f56bd491fef2eb6e2df52ccebc3c6526b34e4b1ba7e5676d0da54b1334c898'],
    [
      { rule: 'contrastive', steps: Number.POSITIVE_INFINITY, epochs: 3, seed: 1 },
      '9a0701bb7719655901708eaae1b45f6fbf4e896b1d8f5205ef3bbe4dcba446a7',
    ],
  ])('%j', async (options, hash) => {
    expect(await sha256((await learn(spins(20, 70, 3), options)).toBytes())).toBe(hash)
  })
})

describe('as a memory', () => {
  it.each<StoreOptions>([
    { rule: 'hebbian' },
    { rule: 'storkey' },
    { rule: 'pseudo-inverse' },
    { rule: 'contrastive', epochs: 20, seed: 1 },
    { rule: 'unlearning', starts: 50, seed: 1 },
  ])('$rule brings patterns back from 10 %% noise', async (options) => {
    const patterns = spins(10, 200, 8)
    const net = await learn(patterns, options)
    const { states } = await net.recall(noisy(patterns, 0.1, 3), { seed: 1 })
    expect(states.data).toEqual(Int8Array.from(patterns.data))
  })

  it('Hebb holds fewest, contrastive more, the pseudo-inverse as many or more', async () => {
    // The largest number of 100-unit patterns of which at least 95 % are fixed points.
    const capacity = async (options: StoreOptions) => {
      let most = 0
      for (const rows of [5, 10, 20, 40, 60, 80, 95]) {
        const net = await learn(spins(rows, 100, 9), options)
        const { fixedPoints } = await net.report(undefined, { starts: 0, probes: 1, noises: [0.05], seed: 1 })
        if (fixedPoints >= 0.95) most = rows
      }
      return most
    }
    const hebbian = await capacity({ rule: 'hebbian' })
    const contrastive = await capacity({ rule: 'contrastive', noise: 0.02, seed: 1 })
    const projection = await capacity({ rule: 'pseudo-inverse' })
    expect(hebbian).toBeLessThan(20)
    expect(contrastive).toBeGreaterThanOrEqual(60)
    expect(projection).toBeGreaterThanOrEqual(contrastive)
  })

  it('contrastive learning removes spurious attractors', async () => {
    const patterns = spins(8, 100, 6)
    const rate = async (options: StoreOptions) => {
      const net = await learn(patterns, options)
      return (await net.report(undefined, { starts: 500, probes: 1, noises: [0.1], seed: 2 })).attractors
    }
    const before = await rate({ rule: 'hebbian' })
    const after = await rate({ rule: 'contrastive', noise: 0.4, epochs: 200, seed: 1 })
    expect(before.spurious).toBeGreaterThan(20)
    expect(after.spurious).toBeLessThan(before.spurious)
    expect(after.spuriousRate).toBeLessThan(before.spuriousRate)
  })

  it('a report says what holds', async () => {
    const patterns = spins(5, 200, 4)
    const net = await learn(patterns, { rule: 'hebbian' })
    const { fixedPoints, margins, returned, noises, basinRadius, attractors, seed } = await net.report(patterns, {
      seed: 3,
    })
    expect([fixedPoints, seed]).toEqual([1, 3])
    expect(Array.from(noises)).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) / 20))
    expect(returned[0]).toBe(1)
    expect(returned[9]).toBeLessThan(0.5)
    const level = noises.indexOf(basinRadius)
    expect(basinRadius).toBeGreaterThanOrEqual(0.15)
    expect(returned[level]! >= 0.9 && returned[level + 1]! < 0.9).toBe(true)
    expect(attractors.patterns + attractors.mirrors).toBeGreaterThan(0)
    // The margins once more, from couplings and fields.
    const [w, z] = [net.couplings().data, (await net.fields(patterns)).data]
    for (let p = 0; p < 5; p++) {
      const each = Array.from({ length: 200 }, (_, i) => {
        const norm = Math.hypot(...w.subarray(i * 200, (i + 1) * 200))
        return (patterns.data[p * 200 + i]! * z[p * 200 + i]!) / norm
      })
      expect(margins[p]).toBeCloseTo(Math.min(...each), 6)
    }
    expect(await net.report(patterns, { seed: 3 })).toEqual(await net.report(undefined, { seed: 3 }))
  })
})

describe('calls during learning', () => {
  it('wait for it and see its result', async () => {
    const patterns = spins(10, 100, 1)
    const net = new Hopfield({ units: 100 })
    const [first, second, recalled, energies] = [
      net.store(part(patterns, 0, 5), { rule: 'storkey' }),
      net.store(part(patterns, 5, 5), { rule: 'storkey' }),
      net.recall(patterns, { seed: 1 }),
      net.energy(patterns),
    ]
    expect(() => net.setBias(new Float32Array(100))).toThrow('when no learning is running')
    await Promise.all([first, second])
    const whole = await learn(patterns, { rule: 'storkey' })
    expect(largestDifference(net, Float64Array.from(whole.couplings().data))).toBeLessThan(1e-7)
    expect((await recalled).states.data).toEqual((await net.recall(patterns, { seed: 1 })).states.data)
    expect(await energies).toEqual(await net.energy(patterns))
  })

  it('go on after one that failed', async () => {
    const net = new Hopfield({ units: 20 })
    const twice = { data: [...spins(1, 20, 1).data, ...spins(1, 20, 1).data], shape: [2, 20] }
    const failing = net.store(twice, { rule: 'pseudo-inverse' })
    const next = net.store(spins(1, 20, 1), { rule: 'hebbian' })
    await expect(failing).rejects.toThrow('got pattern 1')
    await next
    expect(net.patterns().shape).toEqual([1, 20])
    net.setBias(new Float32Array(20))
  })

  it('storkey and the pseudo-inverse can be stopped', async () => {
    const patterns = spins(100, 300, 2)
    const stop = (rule: 'storkey' | 'pseudo-inverse', net: Hopfield) =>
      net.store(patterns, { rule, signal: abortedAtLook(3) }).catch((e) => e) as Promise<AbortError<StoreResult>>
    const storkey = new Hopfield({ units: 300 })
    const { name, partial } = await stop('storkey', storkey)
    expect([name, partial!.done]).toEqual(['AbortError', 1])
    expect(storkey.toBytes()).toEqual((await learn(part(patterns, 0, 1), { rule: 'storkey' })).toBytes())
    const projected = new Hopfield({ units: 300 })
    const nothing = await stop('pseudo-inverse', projected)
    expect([nothing.name, nothing.partial]).toEqual(['AbortError', undefined])
    expect(projected.toBytes()).toEqual(new Hopfield({ units: 300 }).toBytes())
  })
})

describe('bad input is one sentence', () => {
  const net = new Hopfield({ units: 3 })
  const good = [[1, -1, 1]]
  it.each<[unknown, unknown, string]>([
    [[[1, -1]], {}, 'expected `patterns` to have 3 columns; got 2'],
    [[[1, -1, 2]], {}, 'expected `patterns` to hold only -1 and 1, or only 0 and 1; got 2 in row 0, column 2'],
    [[[1, 0, -1]], {}, 'got -1 in row 0, column 2'],
    [[], {}, 'expected `patterns`'],
    [good, { rule: 'hebbien' }, 'did you mean "hebbian"?'],
    [good, { rule: 'hebbian', eta: 1 }, 'expected `options`'],
    [good, { rule: 'pseudo-inverse', ridge: -1 }, 'expected `ridge` to be a number from 0'],
    [good, { noise: 0.6 }, 'expected `noise` to be a number from 0 to 0.5; got 0.6'],
    [good, { steps: 0 }, 'expected `steps`'],
    [good, { steps: 1.5 }, 'expected `steps`'],
    [good, { flips: 0 }, 'expected `flips`'],
    [good, { eta: 0 }, 'expected `eta`'],
    [good, { epochs: 0 }, 'expected `epochs`'],
    [good, { batch: 0 }, 'expected `batch`'],
    [good, { bias: 1 }, 'expected `bias` to be true or false; got 1'],
    [good, { signal: 1 }, 'expected `signal` to be an AbortSignal; got 1'],
    [good, { rule: 'unlearning', starts: 0 }, 'expected `starts`'],
    [good, { rule: 'unlearning', epochs: 1 }, 'expected `options`'],
  ])('store(%j, %j)', async (patterns, options, sentence) => {
    const error = await net.store(patterns as never, options as never).catch((e) => e)
    expect(error.name).toBe('ArgumentError')
    expect(error.message).toContain(sentence)
    expect(net.patterns().shape[0]).toBe(0)
  })

  it.each<[unknown, string]>([
    [{ noises: [0.2, 0.1] }, 'expected `noises[1]` to be a number from 0.2 to 0.5'],
    [{ noises: [0.6] }, 'expected `noises[0]`'],
    [{ starts: -1 }, 'expected `starts`'],
    [{ probes: 0 }, 'expected `probes`'],
    [{}, 'expected `patterns` to be given or stored before; got none'],
  ])('report(%j)', async (options, sentence) => {
    const error = await net.report(undefined, options as never).catch((e) => e)
    expect([error.name, error.message.includes(sentence)]).toEqual(['ArgumentError', true])
  })
})

it('patterns given as zeros and ones are the same patterns', async () => {
  const bits = new Rng(1).bernoulli(8 * 30)
  const a = new Hopfield({ units: 30 })
  await a.store({ data: bits, shape: [8, 30] }, { rule: 'hebbian' })
  const b = await learn({ data: Float32Array.from(bits, (x) => 2 * x - 1), shape: [8, 30] }, { rule: 'hebbian' })
  expect(a.toBytes()).toEqual(b.toBytes())
})
