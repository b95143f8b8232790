// The Ising lattice against enumeration of small ones, Kaufman's energies and Onsager's magnetisation.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { AbortError, ArgumentError, BoltzmannMachine, current, ising2d, type Measurements, setThreads } from '#gibbsite'
import { enumerated, kaufmanEnergy, kaufmanLogZ, onsagerMagnetisation } from '../support/ising.ts'
import { sha256 } from '../support/sha256.ts'
import { chiSquareTest, Family } from '../support/statistics.ts'

const threads = current().threads()

afterEach(() => {
  vi.restoreAllMocks()
  setThreads(threads)
})

/** Counts of energy and magnetisation against the law, rare classes put together. */
function lawTest(
  rows: number,
  columns: number,
  temperature: number,
  field: number,
  energy: Float64Array,
  magnetisation: Float64Array,
) {
  const sites = rows * columns
  const classes = [...enumerated(rows, columns).values()]
  const weights = classes.map(({ e, m, count }) => count * Math.exp(-(e - field * m) / temperature))
  const z = weights.reduce((a, b) => a + b, 0)
  const counts = new Map<string, number>()
  energy.forEach((perSite, k) => {
    const m = Math.round(magnetisation[k]! * sites)
    const e = Math.round(perSite * sites + field * m)
    counts.set(`${e} ${m}`, (counts.get(`${e} ${m}`) ?? 0) + 1)
  })
  const [observed, expected, rare] = [[] as number[], [] as number[], [0, 0] as [number, number]]
  classes.forEach(({ e, m }, k) => {
    const [seen, wanted] = [counts.get(`${e} ${m}`) ?? 0, (weights[k]! / z) * energy.length]
    counts.delete(`${e} ${m}`)
    if (wanted < 5) {
      rare[0] += seen
      rare[1] += wanted
    } else {
      observed.push(seen)
      expected.push(wanted)
    }
  })
  expect([...counts]).toEqual([]) // no state outside of the law
  if (rare[1] > 0) {
    observed.push(rare[0])
    expected.push(rare[1])
  }
  return chiSquareTest(observed, expected)
}

describe('replicas of a small lattice follow the law', () => {
  // Even sides, an odd one, two odd ones; independent replicas from fair coins, of which the state after many sweeps counts.
  it.each<[number, number, number]>([
    [4, 4, 0],
    [4, 4, 0.4],
    [3, 4, 0],
    [4, 3, 0.3],
    [3, 3, 0],
    [5, 3, 0.2],
  ])('%i x %i, h = %f', async (rows, columns, field) => {
    const family = new Family()
    // With a field, replicas that start in the wrong phase need long to leave it in the cold.
    for (const temperature of field === 0 ? [1.5, 2.5, 4] : [2.5, 3, 4]) {
      const lattice = await ising2d({ size: [rows, columns], temperature, field, replicas: 8192, seed: 3 })
      await lattice.sweep(temperature < 2.6 ? 400 : 60)
      family.add(
        `T = ${temperature}`,
        lawTest(rows, columns, temperature, field, lattice.energy(), lattice.magnetisation()),
      )
    }
    expect(family.failures()).toEqual([])
  })

  it('each by itself, where they share random numbers', async () => {
    // In time: states 40 sweeps apart are as good as independent at this temperature.
    const family = new Family()
    for (const [rows, columns] of [
      [4, 4],
      [3, 5],
    ] as const) {
      // prettier-ignore
      const lattice = await ising2d({
        size: [rows, columns],
        temperature: 3,
        replicas: 40,
        sharedRandom: true,
        seed: 5,
      })
      const { energy, magnetisation } = await lattice.measure(3000, { warmup: 40, every: 40 })
      for (const replica of [0, 7, 39]) {
        const of = (all: Float64Array) => all.filter((_, k) => k % 40 === replica)
        family.add(`${rows} x ${columns}, ${replica}`, lawTest(rows, columns, 3, 0, of(energy), of(magnetisation)))
      }
    }
    expect(family.failures()).toEqual([])
  })

  it('and so does one lattice in strips, in time', async () => {
    const family = new Family()
    for (const replicas of [1, 3]) {
      const lattice = await ising2d({ size: [4, 4], temperature: 3, replicas, seed: 6 })
      const { energy, magnetisation } = await lattice.measure(3000, { warmup: 40, every: 40 })
      const of = (all: Float64Array) => all.filter((_, k) => k % replicas === 0)
      family.add(`${replicas}`, lawTest(4, 4, 3, 0, of(energy), of(magnetisation)))
    }
    expect(family.failures()).toEqual([])
  })
})

/** Mean and standard error from the means of 32 batches. */
function estimate(series: Float64Array): [number, number] {
  const size = series.length / 32
  const means = Array.from(
    { length: 32 },
    (_, b) => series.slice(b * size, (b + 1) * size).reduce((x, y) => x + y, 0) / size,
  )
  const mean = means.reduce((x, y) => x + y, 0) / 32
  const variance = means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 31
  return [mean, Math.sqrt(variance / 32)]
}

describe('a large lattice', () => {
  it('the oracle itself agrees with enumeration, and with the infinite lattice', () => {
    for (const [rows, columns] of [
      [3, 3],
      [3, 4],
      [4, 4],
    ] as const) {
      // prettier-ignore
      for (const temperature of [1.5, 2.2, 3]) {
        const all = [...enumerated(rows, columns).values()]
        const z = all.reduce((sum, { e, count }) => sum + count * Math.exp(-e / temperature), 0)
        expect(kaufmanLogZ(rows, columns, 1 / temperature)).toBeCloseTo(Math.log(z), 8)
      }
    }
    // Onsager's energy at the critical temperature is -sqrt 2.
    expect(kaufmanEnergy(400, 400, 2.269185314213022)).toBeCloseTo(-Math.SQRT2, 2)
  })

  // 128 x 128: 32 strips; 126 x 128: 16; 127 x 120: an odd side. Within 4 standard errors of the exact finite lattice.
  it.each<[number, number, number]>([
    [128, 128, 1.5],
    [128, 128, 2],
    [128, 128, 3],
    [126, 128, 2],
    [60, 61, 2],
    [60, 61, 3],
  ])('%i x %i at T = %f has the exact energy and magnetisation', async (rows, columns, temperature) => {
    const lattice = await ising2d({ size: [rows, columns], temperature, init: 'up', seed: 8 })
    const { energy, magnetisation } = await lattice.measure(1024, { warmup: 200, every: 2 })
    const [e, spread] = estimate(energy)
    expect(Math.abs(e - kaufmanEnergy(rows, columns, temperature))).toBeLessThan(4 * spread)
    expect(spread).toBeLessThan(0.003)
    if (temperature > 2.2) return
    // Below the critical temperature a lattice of this size differs from the infinite one by some exp(-side / correlation
    // length), correlation length about 1 at T = 1.5 and 3 at T = 2: far below the error; it does not flip over in this time.
    const [m, error] = estimate(magnetisation)
    expect(Math.abs(m - onsagerMagnetisation(temperature))).toBeLessThan(4 * error)
    expect(error).toBeLessThan(0.003)
  })
})

describe('the bytes of a lattice', () => {
  async function everything(): Promise<Record<string, string>> {
    const parts: Record<string, ArrayBufferView> = {}
    for (const [name, options] of Object.entries({
      one: { size: 256 },
      'some replicas': { size: [12, 24] as const, replicas: 5, field: 0.1 },
      'many replicas': { size: [20, 36] as const, replicas: 70 },
      shared: { size: [20, 36] as const, replicas: 70, sharedRandom: true },
      odd: { size: [15, 22] as const, replicas: 40 },
      'odd, shared': { size: [15, 21] as const, replicas: 40, sharedRandom: true },
    })) {
      const lattice = await ising2d({ ...options, seed: 1 })
      await lattice.sweep(30, { temperature: { from: 4, to: 1 } })
      parts[name] = lattice.states().data
      parts[`${name}, sums`] = Float64Array.from([...lattice.energy(), ...lattice.magnetisation()])
    }
    const all = Object.entries(parts)
    return Object.fromEntries(
      await Promise.all(all.map(async ([name, data]) => [name, (await sha256(data)).slice(0, 16)])),
    )
  }

  const digests = {
    one: '43b9f4086c23ea94',
    'one, sums': '7fb6561b083cdfce',
    'some replicas': '577ed270a3cce117',
    'some replicas, sums': '2ee23559066bd23a',
    'many replicas': '1cdd6b789140a9d4',
    'many replicas, sums': '930f3f592f894161',
    shared: 'aaabe406dae3354a',
    'shared, sums': '4a7fa0b64b9f0ed3',
    odd: '0e26f8d22343b47a',
    'odd, sums': 'a49aaeb1b92d37d9',
    'odd, shared': '95e8398199178e22',
    'odd, shared, sums': 'f2d5262a1e2eb173',
  }

  it.each([1, 2, 7])('are the same with %i threads', async (count) => {
    setThreads(count)
    expect(await everything()).toEqual(digests)
  })

  it('are the same in pieces of any size', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += (clock * 7919 + 13) % 61))
    expect(await everything()).toEqual(digests)
  })
})

describe('a lattice', () => {
  it('starts as it is told, and says what it is', async () => {
    const up = await ising2d({ size: [4, 6], init: 'up', field: 0.5, replicas: 2 })
    expect([...up.energy()]).toEqual([-2.5, -2.5])
    expect([...up.magnetisation()]).toEqual([1, 1])
    for (const size of [
      [6, 8],
      [5, 7],
    ] as const) {
      // prettier-ignore
      const states = new Int8Array(size[0] * size[1]).map((_, k) => ((k * 7) % 5 < 2 ? 1 : -1))
      const given = await ising2d({ size, init: states, replicas: 3 })
      for (let r = 0; r < 3; r++) {
        expect(given.states().data.slice(r * states.length, (r + 1) * states.length)).toEqual(states)
      }
      const edges: [number, number, number][] = []
      for (let k = 0; k < states.length; k++) {
        const [row, column] = [Math.floor(k / size[1]), k % size[1]]
        edges.push([k, row * size[1] + ((column + 1) % size[1]), 1], [k, ((row + 1) % size[0]) * size[1] + column, 1])
      }
      const machine = new BoltzmannMachine({ visible: states.length, couplings: { edges } })
      expect(given.energy()[0]! * states.length).toBeCloseTo((await machine.energy(states))[0]!, 9)
    }
  })

  it('goes on where another one ended', async () => {
    for (const size of [
      [8, 8],
      [7, 9],
    ] as const) {
      // prettier-ignore
      const options = { size, replicas: 3, temperature: 2, seed: 4 }
      const whole = await ising2d(options)
      await whole.sweep(20)
      const half = await ising2d(options)
      await half.sweep(11)
      const rest = await ising2d({ ...options, init: half.states(), firstSweep: half.sweeps })
      await rest.sweep(9)
      expect(rest.states()).toEqual(whole.states())
      expect(rest.sweeps).toBe(20)
    }
  })

  it('can be stopped', async () => {
    const lattice = await ising2d({ size: 64, seed: 2 })
    const stop = new AbortController()
    const options = { signal: stop.signal, onProgress: () => stop.abort() }
    const error = await lattice.sweep(2 ** 40, options).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AbortError)
    expect((error as AbortError<number>).partial).toBe(lattice.sweeps)
    const same = await ising2d({ size: 64, seed: 2 })
    if (lattice.sweeps < 20_000) {
      await same.sweep(lattice.sweeps)
      expect(same.states()).toEqual(lattice.states())
    }
    const again = new AbortController()
    let calls = 0
    const measured = lattice
      .measure(2 ** 24, { signal: again.signal, onProgress: () => ++calls === 2 && again.abort() })
      .catch((caught: unknown) => caught)
    const { partial } = (await measured) as AbortError<Measurements>
    expect(partial!.energy.length).toBeGreaterThan(0)
  })

  it.each<[object, string]>([
    [{}, 'expected `size` to be an integer from 3 to 16384; got undefined'],
    [{ size: 2 }, 'expected `size` to be an integer from 3 to 16384; got 2'],
    [{ size: [4, 5, 6] }, 'expected `size` to be a number or [rows, columns]'],
    [{ size: [4, 2.5] }, 'expected `size`'],
    [{ size: 8, temperature: 0 }, 'expected `temperature` to be a number above 0; got 0'],
    [{ size: 8, temperature: Number.NaN }, 'expected `temperature` to be a number above 0; got NaN'],
    [{ size: 8, field: Number.POSITIVE_INFINITY }, 'expected `field` to be a finite number'],
    [{ size: 8, replicas: 0 }, 'expected `replicas`'],
    [
      { size: 16384, replicas: 4096 },
      'expected `replicas` to fit into 1 GiB with this size; got 4096 of 16384 x 16384',
    ],
    [{ size: 8, sharedRandom: 1 }, 'expected `sharedRandom` to be true or false; got 1'],
    [{ size: 8, seed: -1 }, 'expected `seed`'],
    [{ size: 8, init: 'down' }, 'expected `init` to be "random" or "up"; got "down"'],
    [{ size: 8, init: [1, 0] }, 'expected `init` to have 64 columns; got 2'],
    [{ size: 3, replicas: 3, init: [new Array(9).fill(1), new Array(9).fill(1)] }, 'to have 1 or 3 rows'],
    [{ size: 3, init: new Array(9).fill(2) }, 'to hold only -1 and 1, or only 0 and 1'],
    [{ size: 8, tempereture: 2 }, 'did you mean "temperature"?'],
  ])('%j is refused', async (options, sentence) => {
    const error = await ising2d(options as never).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toContain(sentence)
  })

  it('refuses wrong calls, and stays as it was', async () => {
    const lattice = await ising2d({ size: 4, seed: 1 })
    const before = lattice.states()
    await expect(lattice.sweep(0)).rejects.toThrow('expected `count`')
    await expect(lattice.sweep(3, { temperature: [1, 2] })).rejects.toThrow(
      'to have 3 values, one for each sweep; got 2',
    )
    await expect(lattice.sweep(3, { temperature: -1 })).rejects.toThrow('expected `temperature`')
    await expect(lattice.measure(3, { every: 0 })).rejects.toThrow('expected `every`')
    await expect(lattice.measure(3, { warmup: -1 })).rejects.toThrow('expected `warmup`')
    expect(lattice.states()).toEqual(before)
    expect(lattice.sweeps).toBe(0)
  })
})
