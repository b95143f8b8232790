import { describe, expect, test } from 'vitest'
import { AliasTable, Rng } from '#gibbsite'
import * as statistics from './support/statistics.ts'

// Seeds are fixed. Every block is one family at the level LEVEL (0.001) of test/support/statistics.ts.
const n = 200_000
const floats = [
  ['float64', () => new Float64Array(n)],
  ['float32', () => new Float32Array(n)],
] as const

/** Draws i and i + lag. */
function lagTest(sample: Float32Array | Float64Array, lag: number): number {
  return statistics.correlationTest(sample.subarray(0, n - lag), sample.subarray(lag))
}

/** Distribution functions, centred moments 1 to 4 (power, value, variance of the power's mean times n) of what is drawn. */
interface Law {
  readonly draw: (rng: Rng, out: Float32Array | Float64Array) => Float32Array | Float64Array
  readonly cdf: (x: number) => number
  /** E x^k for k = 1 ... 8. */
  readonly moments: readonly number[]
}

const laws: Record<string, Law> = {
  uniform: {
    draw: (rng, out) => rng.uniform(out),
    cdf: (x) => Math.min(1, Math.max(0, x)),
    moments: [1, 2, 3, 4, 5, 6, 7, 8].map((k) => 1 / (k + 1)),
  },
  'uniform from -3 to 5': {
    draw: (rng, out) => rng.uniform(out, { low: -3, high: 5 }),
    cdf: (x) => (x + 3) / 8,
    moments: [1, 2, 3, 4, 5, 6, 7, 8].map((k) => (5 ** (k + 1) - (-3) ** (k + 1)) / (8 * (k + 1))),
  },
  normal: { draw: (rng, out) => rng.normal(out), cdf: statistics.normalCdf, moments: [0, 1, 0, 3, 0, 15, 0, 105] },
  'normal, mean 2, sd 3': {
    draw: (rng, out) => {
      rng.normal(out, { mean: 2, sd: 3 })
      for (let i = 0; i < out.length; i++) out[i] = (out[i]! - 2) / 3
      return out
    },
    cdf: statistics.normalCdf,
    moments: [0, 1, 0, 3, 0, 15, 0, 105],
  },
  exponential: {
    draw: (rng, out) => rng.exponential(out),
    cdf: (x) => -Math.expm1(-x),
    moments: [1, 2, 6, 24, 120, 720, 5040, 40320],
  },
  'exponential, rate 4': {
    draw: (rng, out) => rng.exponential(out, { rate: 4 }),
    cdf: (x) => -Math.expm1(-4 * x),
    moments: [1, 2, 6, 24, 120, 720, 5040, 40320].map((m, i) => m / 4 ** (i + 1)),
  },
}

describe.each(Object.entries(laws))('%s', (_, { draw, cdf, moments }) => {
  test.each(floats)('%s: distribution, moments, independence of neighbours and of streams', (_, array) => {
    const family = new statistics.Family()
    const sample = draw(new Rng(2).split(1), array())
    family.add('Kolmogorov-Smirnov', statistics.kolmogorovSmirnovTest(sample, cdf))
    family.add('Anderson-Darling', statistics.andersonDarlingTest(sample, cdf))
    for (const k of [1, 2, 3, 4]) {
      const variance = moments[2 * k - 1]! - moments[k - 1]! ** 2
      const z = (statistics.moment(sample, k) - moments[k - 1]!) / Math.sqrt(variance / n)
      family.add(`moment ${k}`, statistics.zTest(z))
    }
    // 8 and 16 part the two normals of a Box-Muller pair, 64 and 32 the words of two tiles.
    for (const lag of [1, 2, 3, 8, 16, 32, 64, 1000]) family.add(`lag ${lag}`, lagTest(sample, lag))
    const squares = sample.map((x) => (x - moments[0]!) ** 2)
    for (const lag of [1, 8, 16, 32]) family.add(`squares, lag ${lag}`, lagTest(squares, lag))
    const other = draw(new Rng(2).split(2), array())
    family.add('next split', statistics.correlationTest(sample, other))
    family.add('other seed', statistics.correlationTest(sample, draw(new Rng(3).split(1), array())))
    family.add('parent', statistics.correlationTest(sample, draw(new Rng(2), array())))
    expect(family.failures()).toEqual([])
  })
})

test('tails of normals are as heavy as they should be', () => {
  const family = new statistics.Family()
  for (const [name, out] of [
    ['float64', new Float64Array(4_000_000)],
    ['float32', new Float32Array(4_000_000)],
  ] as const) {
    const sample = new Rng(12).normal(out)
    for (const limit of [2, 3, 4]) {
      const [above, below] = [sample.filter((z) => z > limit).length, sample.filter((z) => z < -limit).length]
      const p = statistics.normalCdf(-limit)
      family.add(`${name} above ${limit}`, statistics.countTest(above, sample.length, p))
      family.add(`${name} below ${-limit}`, statistics.countTest(below, sample.length, p))
    }
  }
  expect(family.failures()).toEqual([])
})

test('kinds of draws made in turn from one stream are independent', () => {
  const rng = new Rng(8)
  const columns = Array.from({ length: 4 }, () => new Float64Array(20_000))
  for (let i = 0; i < 20_000; i++) {
    columns[0]![i] = rng.normal(1)[0]!
    columns[1]![i] = rng.uniform(1)[0]!
    columns[2]![i] = rng.normal(new Float32Array(1))[0]!
    columns[3]![i] = rng.uniform(new Float32Array(1))[0]!
  }
  const family = new statistics.Family()
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < a; b++) {
      for (const shift of [0, 1, 4]) {
        const p = statistics.correlationTest(columns[a]!.subarray(shift), columns[b]!.subarray(0, 20_000 - shift))
        family.add(`${a} against ${b}, shift ${shift}`, p)
      }
    }
  }
  expect(family.failures()).toEqual([])
})

describe('bernoulli', () => {
  test.each([0.5, 0.3, 0.001, 0.999, 1 / 3])('comes true with probability %d', (p) => {
    const family = new statistics.Family()
    for (const [name, out] of [
      ['Uint8Array', new Uint8Array(n)],
      ['Float32Array', new Float32Array(n)],
    ] as const) {
      const sample = new Rng(4).split(name.length).bernoulli(out, { p })
      family.add(name, statistics.countTest(statistics.average(sample) * n, n, p))
    }
    expect(family.failures()).toEqual([])
  })

  test('0 never, 1 always', () => {
    expect(new Rng(1).bernoulli(n, { p: 0 }).every((x) => x === 0)).toBe(true)
    expect(new Rng(1).bernoulli(n, { p: 1 }).every((x) => x === 1)).toBe(true)
    const mixed = Array.from({ length: n }, (_, i) => i % 2)
    expect(Array.from(new Rng(1).bernoulli(n, { p: mixed }))).toEqual(mixed)
  })

  test('takes the probability of each draw', () => {
    const p = Array.from({ length: n }, (_, i) => (i % 10) / 10)
    const sample = new Rng(6).bernoulli(n, { p })
    const family = new statistics.Family()
    for (let k = 1; k < 10; k++) {
      const ones = sample.filter((x, i) => i % 10 === k && x === 1).length
      family.add(`p = ${k / 10}`, statistics.countTest(ones, n / 10, k / 10))
    }
    expect(family.failures()).toEqual([])
  })
})

describe('integers', () => {
  // Where the range does not divide 2^32 or 2^64, a generator without rejection shows in these bins.
  test.each([
    [2, 2],
    [6, 6],
    [7, 7],
    [1000, 1000],
    [3 * 2 ** 30, 3],
    [3 * 2 ** 30, 6],
    [2 ** 31 + 1, 2],
    [5 * 2 ** 29, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 16],
    [3 * 2 ** 51, 3],
    [5 * 2 ** 50, 10],
    [2 ** 53 - 1, 7],
  ])('below %d are equally frequent in %d parts', (range, bins) => {
    const sample = new Rng(9).integers(new Float64Array(n), { low: -1000, high: range - 1000 })
    const parts = new Float64Array(bins)
    const residues = new Float64Array(bins)
    const inside = (value: number) => value >= -1000 && value < range - 1000 && Number.isInteger(value)
    expect(sample.every(inside)).toBe(true)
    for (const value of sample) {
      parts[Math.floor(((value + 1000) / range) * bins)]! += 1
      residues[(value + 1000) % bins]! += 1
    }
    const family = new statistics.Family()
    family.add('parts', statistics.equalCountsTest(parts))
    family.add('residues', statistics.equalCountsTest(residues))
    expect(family.failures()).toEqual([])
  })

  test('of one value are that value, and both ends are reached', () => {
    expect([...new Rng(1).integers(3, { low: -4, high: -3 })]).toEqual([-4, -4, -4])
    const ends = new Rng(1).integers(new Int32Array(1000), { low: -(2 ** 31), high: 2 ** 31 })
    expect(Math.min(...ends)).toBeLessThan(-2_000_000_000)
    expect(Math.max(...ends)).toBeGreaterThan(2_000_000_000)
    expect(new Set(new Rng(1).integers(100, { low: 5, high: 8 }))).toEqual(new Set([5, 6, 7]))
  })
})

describe('categorical', () => {
  const tables: Record<string, number[]> = {
    one: [3],
    equal: [1, 1, 1, 1, 1, 1, 1],
    'with zeros': [0, 1, 0, 2, 0],
    steep: Array.from({ length: 40 }, (_, i) => 2 ** -i),
    huge: [1e308, 1e308, 1.5e308],
    tiny: [5e-324, 1e-323, 2e-323],
    'one heavy among many': [1e6, ...new Array<number>(5000).fill(1)],
    ragged: Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1013) / 7),
  }

  test.each(Object.entries(tables))('%s: the table holds the weights to 1e-12', (_, weights) => {
    const { keep, alias, size } = new AliasTable(weights)
    const held = new Float64Array(size)
    for (let column = 0; column < size; column++) {
      held[column]! += keep[column]! / size
      held[alias[column]!]! += (1 - keep[column]!) / size
    }
    const largest = Math.max(...weights)
    const total = weights.reduce((sum, weight) => sum + weight / largest, 0)
    for (const [i, weight] of weights.entries()) {
      const p = weight / largest / total
      expect(Math.abs(held[i]! - p)).toBeLessThanOrEqual(1e-12 * Math.min(1, size * p + 1e-3))
      if (weight === 0) expect(held[i]).toBe(0)
    }
  })

  test.each(['equal', 'with zeros', 'huge', 'ragged'])('%s: draws follow the weights', (name) => {
    const weights = tables[name]!
    const counts = new Float64Array(weights.length)
    for (const value of new Rng(5).categorical(n, { weights })) counts[value]! += 1
    const largest = Math.max(...weights)
    const total = weights.reduce((sum, weight) => sum + weight / largest, 0)
    const expected = weights.map((weight) => (n * (weight / largest)) / total)
    const drawn = expected.flatMap((count, i) => (count >= 5 ? [i] : []))
    for (const [i, weight] of weights.entries()) if (weight === 0) expect(counts[i]).toBe(0)
    const p = statistics.chiSquareTest(
      drawn.map((i) => counts[i]!),
      drawn.map((i) => expected[i]!),
    )
    expect(p).toBeGreaterThan(statistics.LEVEL)
  })

  test('a table made once draws the same', () => {
    const weights = tables['ragged']!
    expect(new Rng(1).categorical(100, { weights: new AliasTable(weights) })).toEqual(
      new Rng(1).categorical(100, { weights }),
    )
  })
})

describe('permutation', () => {
  test('every order of 5 is equally frequent', () => {
    const counts = new Map<string, number>()
    const rng = new Rng(10)
    for (let i = 0; i < 60_000; i++) {
      const order = rng.permutation(5).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(120)
    expect(statistics.equalCountsTest([...counts.values()])).toBeGreaterThan(statistics.LEVEL)
  })

  test('every place is equally likely for every number', () => {
    const [size, repeats] = [100, 5000]
    const table = new Float64Array(size * size)
    const rng = new Rng(13)
    for (let i = 0; i < repeats; i++)
      for (const [place, value] of rng.permutation(size).entries()) table[place * size + value]! += 1
    // Rows and columns sum to a constant: (size - 1)^2 degrees of freedom, and a variance larger by size / (size - 1).
    const scaled = table.map((count) => repeats / size + (count - repeats / size) * Math.sqrt((size - 1) / size))
    const p = statistics.chiSquareTest(scaled, new Float64Array(size * size).fill(repeats / size), 2 * size - 2)
    expect(p).toBeGreaterThan(statistics.LEVEL)
  })

  test('holds every number once', () => {
    for (const size of [0, 1, 2, 65, 100_000]) {
      expect([...new Rng(2).permutation(size)].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i))
    }
  })
})
