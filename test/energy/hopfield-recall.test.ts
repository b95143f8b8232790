// Recall against a plain implementation that sums every field anew, and what a run depends on.

import { afterEach, describe, expect, it } from 'vitest'
import { type AbortError, Hopfield, type RecallOptions, type RecallResult, Rng, setThreads } from '#gibbsite'
import {
  energyOf,
  fieldOf,
  integerNet,
  noisy,
  type Plain,
  plainHebbian,
  plainRecall,
  randomNet,
  row,
  spins,
} from '../support/hopfield.ts'
import { sha256 } from '../support/sha256.ts'
import { abortedAtLook } from '../support/signals.ts'

function build({ units, weights, bias }: Plain): Hopfield {
  return new Hopfield({ units, couplings: { data: weights, shape: [units, units] }, bias })
}

/** Networks of all kinds: 16-bit and 32-bit integers, ties, floats; sizes around words and tiles. */
const nets: [string, Plain][] = [
  ['small integers, 1 unit', integerNet(1, 1)],
  ['small integers, 31 units', integerNet(31, 2)],
  ['small integers, 64 units', integerNet(64, 3)],
  ['small integers, 131 units', integerNet(131, 4, 1)],
  ['large integers, 70 units', integerNet(70, 5, 3000)],
  ['floats, 33 units', randomNet(33, 6)],
  ['floats, 96 units', randomNet(96, 7, 1e-9, 1e-9)],
  ['floats, 130 units', randomNet(130, 8, 1e9, 1e9)],
]
/** A bound on the fields, for errors relative to it. */
const sizeOf = ({ units, weights, bias }: Plain) =>
  Math.max(1e-30, ...weights.map(Math.abs), ...bias.map(Math.abs)) * units
const orders = ['sequential', 'random', 'synchronous'] as const
const cases = nets.flatMap(([name, net]) => orders.map((order) => [name, order, net] as const))

afterEach(() => setThreads(2))

describe('a run is that of the plain implementation', () => {
  it.each(cases)('%s, %s', async (_, order, plain) => {
    const net = build(plain)
    // Few rows and many take different paths to the starting fields.
    for (const rows of [3, 40]) {
      const probes = spins(rows, plain.units, 9)
      const result = await net.recall(probes, { order, seed: 11, trace: true })
      for (let r = 0; r < rows; r++) {
        const wanted = plainRecall(plain, row(probes, r), order, { seed: 11, probeNumber: r })
        expect(Array.from(row(result.states, r))).toEqual(wanted.state)
        expect([result.flips[r], result.sweeps[r]]).toEqual([wanted.flips, wanted.sweeps])
        expect([result.converged[r], result.cycles[r]]).toEqual([
          wanted.outcome === 'fixed',
          wanted.outcome === 'cycle',
        ])
        const scale = sizeOf(plain) * plain.units
        expect(result.trace![r]!.length).toBe(wanted.energies.length)
        wanted.energies.forEach((energy, t) => {
          expect(Math.abs(result.trace![r]![t]! - energy) / scale).toBeLessThan(1e-8)
        })
        expect(result.energies[r]).toBe(result.trace![r]!.at(-1))
      }
    }
  })
})

describe('energy', () => {
  it.each(nets)('%s: never rises, sweep by sweep, and ends where no flip lowers it', async (_, plain) => {
    const probes = spins(20, plain.units, 3)
    const { states, trace, converged } = await build(plain).recall(probes, { seed: 1, trace: true })
    expect(converged.every(Boolean)).toBe(true)
    for (const energies of trace!) expect(energies.every((e, t) => t === 0 || e <= energies[t - 1]!)).toBe(true)
    const slack = 1e-8 * sizeOf(plain)
    for (let r = 0; r < 20; r++) {
      const y = row(states, r)
      for (let i = 0; i < plain.units; i++) expect(y[i]! * fieldOf(plain, y, i)).toBeGreaterThanOrEqual(-slack)
    }
  })

  it('changes by 2 y z when a unit flips', async () => {
    const plain = randomNet(40, 5)
    const net = build(plain)
    const y = spins(1, 40, 6)
    const [before] = await net.energy(y)
    const { data: z } = await net.fields(y)
    for (let i = 0; i < 40; i++) {
      const flipped = { data: y.data.map((v, k) => (k === i ? -v : v)), shape: y.shape }
      const [after] = await net.energy(flipped)
      expect(after! - before!).toBeCloseTo(2 * y.data[i]! * z[i]!, 4)
    }
  })

  it('and fields are those of float64 sums', async () => {
    for (const [, plain] of nets) {
      const states = spins(30, plain.units, 8)
      const net = build(plain)
      const [energies, { data: fields, shape }] = [await net.energy(states), await net.fields(states)]
      expect(shape).toEqual([30, plain.units])
      const size = sizeOf(plain)
      for (let r = 0; r < 30; r++) {
        const y = row(states, r)
        expect(Math.abs(energies[r]! - energyOf(plain, y)) / (size * plain.units)).toBeLessThan(1e-8)
        for (let i = 0; i < plain.units; i++) {
          expect(Math.abs(fields[r * plain.units + i]! - fieldOf(plain, y, i)) / size).toBeLessThan(1e-6)
        }
      }
    }
  })
})

describe('rules of the game', () => {
  it('a tie keeps the state, and a sweep without a flip counts', async () => {
    const net = new Hopfield({ units: 5 })
    const { states, sweeps, flips, converged, energies } = await net.recall([[1, -1, 1, -1, -1]])
    expect(Array.from(states.data)).toEqual([1, -1, 1, -1, -1])
    expect([sweeps[0], flips[0], converged[0], energies[0]]).toEqual([1, 0, true, 0])
  })

  it('two units that want to differ, updated together, end in a cycle of two', async () => {
    const couplings = { data: [0, -1, -1, 0], shape: [2, 2] }
    const net = new Hopfield({ units: 2, couplings })
    const together = await net.recall([[1, 1]], { synchronous: true })
    expect([together.converged[0], together.cycles[0], together.sweeps[0]]).toEqual([false, true, 2])
    const alone = await net.recall([[1, 1]], { order: 'sequential' })
    expect([alone.converged[0], alone.cycles[0], ...alone.states.data]).toEqual([true, false, -1, 1])
  })

  it('maxSweeps stops a run', async () => {
    const plain = randomNet(130, 8)
    const probes = spins(5, 130, 9)
    const result = await build(plain).recall(probes, { order: 'sequential', maxSweeps: 1 })
    for (let r = 0; r < 5; r++) {
      const wanted = plainRecall(plain, row(probes, r), 'sequential', { maxSweeps: 1 })
      expect(Array.from(row(result.states, r))).toEqual(wanted.state)
      expect([result.sweeps[r], result.converged[r]]).toEqual([1, false])
    }
  })

  it('goes on beyond the sweeps of one kernel call', async () => {
    // A chain of units with growing couplings hands a flip on by one unit a sweep, from the last to the first.
    const units = 100
    const weights = new Float64Array(units * units)
    for (let i = 0; i + 1 < units; i++) weights[i * units + i + 1] = weights[(i + 1) * units + i] = i + 1
    const bias = new Float64Array(units)
    bias[units - 1] = 1000
    const plain = { units, weights, bias }
    const probe = new Float32Array(units).fill(-1)
    for (const order of ['sequential', 'synchronous'] as const) {
      const wanted = plainRecall(plain, probe, order)
      const got = await build(plain).recall(probe, { order, trace: true })
      expect([got.sweeps[0], got.flips[0], got.converged[0]]).toEqual([wanted.sweeps, wanted.flips, true])
      expect(Array.from(got.trace![0]!)).toEqual(wanted.energies)
      expect(got.sweeps[0]).toBeGreaterThan(64)
    }
  })

  it('zeros and ones come back as zeros and ones', async () => {
    const plain = randomNet(50, 5)
    const net = build(plain)
    const probes = spins(6, 50, 2)
    const bits = { data: probes.data.map((y) => (y + 1) / 2), shape: probes.shape }
    const [spin, binary] = [await net.recall(probes, { seed: 3 }), await net.recall(bits, { seed: 3 })]
    expect(Array.from(binary.states.data)).toEqual(Array.from(spin.states.data, (y) => (y + 1) / 2))
    expect(binary.energies).toEqual(spin.energies)
    expect(await net.energy(bits)).toEqual(await net.energy(probes))
    expect((await net.fields(bits)).data).toEqual((await net.fields(probes)).data)
  })
})

describe('same seed, same bytes', () => {
  const plain = randomNet(200, 5)
  const hashes: Record<string, string> = {
    random: '40e727de13535f719c7ffc11a86f1f1d956253fb7a6b6a13e770b39a31b02db0',
    sequential: 'e10c59836af60b64b7e533e358032522ea05ce7f13a7fad740e2fd53d04ce233',
    synchronous: 'e385bbdcc19c81236976f20d82f17abacc8cea1e072c5b4056c1b414e1182719',
  }

  it.each(orders)('on every backend, %s', async (order) => {
    const { states, energies } = await build(plain).recall(spins(100, 200, 1), { order, seed: 5 })
    const bytes = new Float64Array([...states.data, ...energies])
    expect(await sha256(bytes)).toBe(hashes[order])
  })

  it('on any number of threads', async () => {
    const net = build(plain)
    const results = []
    for (const threads of [1, 2, 7]) {
      setThreads(threads)
      results.push(await net.recall(spins(300, 200, 1), { seed: 5 }))
    }
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })

  it('for a probe alone and in a batch', async () => {
    const net = build(plain)
    const probes = spins(64, 200, 1)
    for (const order of orders) {
      const all = await net.recall(probes, { order, seed: 5 })
      for (const r of [0, 17, 63]) {
        const one = await net.recall(row(probes, r), { order, seed: 5, firstProbe: r })
        expect(Array.from(one.states.data)).toEqual(Array.from(row(all.states, r)))
        expect([one.energies[0], one.flips[0], one.sweeps[0]]).toEqual([all.energies[r], all.flips[r], all.sweeps[r]])
      }
    }
  })

  it('and another seed takes another way', async () => {
    const net = build(plain)
    const probes = spins(20, 200, 1)
    const [a, b, c] = [
      await net.recall(probes, { seed: 5 }),
      await net.recall(probes, { seed: 6 }),
      await net.recall(probes),
    ]
    expect(a.states.data).not.toEqual(b.states.data)
    expect((await net.recall(probes, { seed: c.seed })).states.data).toEqual(c.states.data)
  })
})

describe('recall in memory of patterns', () => {
  it('brings back 10 % noise, however it is updated', async () => {
    const patterns = spins(10, 200, 1)
    const net = new Hopfield({ units: 200, couplings: { data: plainHebbian(patterns), shape: [200, 200] } })
    for (const order of orders) {
      const { states, converged } = await net.recall(noisy(patterns, 0.1, 2), { order, seed: 3 })
      expect(states.data).toEqual(Int8Array.from(patterns.data))
      expect(converged.every(Boolean)).toBe(true)
    }
  })
})

describe('a long call', () => {
  const plain = randomNet(600, 5)
  const probes = spins(2000, 600, 1)

  it('keeps what was done when it is stopped', async () => {
    const net = build(plain)
    const options: RecallOptions = { seed: 1, signal: abortedAtLook(3) }
    const error = (await net.recall(probes, options).catch((e) => e)) as AbortError<RecallResult>
    expect(error.name).toBe('AbortError')
    expect(error.cause).toBe('enough')
    const { states, energies, converged } = error.partial!
    const done = states.shape[0]
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(2000)
    expect([energies.length, converged.length]).toEqual([done, done])
    const whole = await net.recall({ data: probes.data.subarray(0, done * 600), shape: [done, 600] }, { seed: 1 })
    expect(states.data).toEqual(whole.states.data)
  })

  it('reports how far it is', async () => {
    const seen: number[] = []
    await build(plain).recall(probes, { seed: 1, onProgress: ({ done, total }) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen.every((x, i) => i === 0 || x >= seen[i - 1]!)).toBe(true)
  })

  it('does not start when it is aborted before', async () => {
    const error = await build(plain)
      .recall(probes, { signal: AbortSignal.abort() })
      .catch((e) => e)
    expect([error.name, error.partial]).toEqual(['AbortError', undefined])
  })
})

describe('bad input is one sentence', () => {
  const net = new Hopfield({ units: 3 })
  it.each<[unknown, unknown, string]>([
    [[[1, -1]], {}, 'expected `probes` to have 3 columns; got 2'],
    [[[1, -1, 0]], {}, 'expected `probes` to hold only -1 and 1, or only 0 and 1; got 0 in row 0, column 2'],
    [
      [
        [1, 1, 1],
        [0, 1, 0],
        [1, -1, 1],
      ],
      {},
      'got -1 in row 2, column 1',
    ],
    [[[1, 0.5, 1]], {}, 'got 0.5 in row 0, column 1'],
    [[[1, Number.NaN, 1]], {}, 'got NaN in row 0, column 1'],
    [[[1, 1, 1]], { order: 'sequentially' }, 'expected `order` to be "random", "sequential" or "synchronous"'],
    [[[1, 1, 1]], { order: 'random', synchronous: true }, 'expected `order`'],
    [[[1, 1, 1]], { maxSweeps: 0 }, 'expected `maxSweeps`'],
    [[[1, 1, 1]], { seed: -1 }, 'expected `seed`'],
    [[[1, 1, 1]], { firstProbe: 2 ** 32 }, 'expected `firstProbe`'],
    [[[1, 1, 1]], { sed: 1 }, 'did you mean "seed"?'],
    [[[1, 1, 1]], { trace: 1 }, 'expected `trace` to be true or false; got 1'],
    [undefined, {}, 'expected `probes`'],
  ])('%j %j', async (probes, options, sentence) => {
    const error = await net.recall(probes as never, options as never).catch((e) => e)
    expect(error.name).toBe('ArgumentError')
    expect(error.message).toContain(sentence)
  })
})

it('the probes are not changed', async () => {
  const probes = spins(4, 100, 1)
  const copy = probes.data.slice()
  await build(randomNet(100, new Rng(1).integers(1, { high: 100 })[0]!)).recall(probes, { seed: 1 })
  expect(probes.data).toEqual(copy)
})
