// The Gibbs and training kernels against the same steps in plain float64, unit by unit, with the same random words.

import { describe, expect, it } from 'vitest'
import { current } from '#gibbsite'
import * as exact from '../support/enumeration.ts'
import { Family, zTest } from '../support/statistics.ts'
import { type Machine, packRows, type TrainingRules, trainStep } from '../support/training-reference.ts'
import { decide, type Key, tag, unitWord } from '../support/unit-words.ts'

const range = (n: number) => Array.from({ length: n }, (_, i) => i)
const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0)

// More than one panel of 32 in each layer, none of them full.
const [V, H] = [37, 34]
const small = exact.smallRbm(V, H, 3, 0.4)
const { weights, visibleBias, hiddenBias } = small
const none = new Float32Array()

function randomRows(n: number, columns: number, seed: number): number[][] {
  const next = exact.uniforms(seed)
  return range(n).map(() => range(columns).map(() => (next() < 0.4 ? 1 : 0)))
}

function unpackRows(packed: Uint32Array, columns: number): number[][] {
  const words = Math.ceil(columns / 32)
  return range(packed.length / words).map((r) =>
    range(columns).map((j) => (packed[r * words + (j >>> 5)]! >>> (j & 31)) & 1),
  )
}

describe('rbmGibbs', () => {
  const key: Key = [123, 456]
  const betas = [1, 0.5, 0.9, 0.2]
  const mask = range(V).map((i) => (i % 5 === 0 ? 1 : 0))
  const [firstChain, firstSweep, sweeps] = [70_000, 2 ** 32 - 1, 3]

  it('decides every unit by the word that is meant for it', () => {
    const start = randomRows(4, V, 1)
    let [v, h, p]: number[][][] = [start, [], []]
    const sums = start.map(() => new Array(V).fill(0))
    for (let t = firstSweep; t < firstSweep + sweeps; t++) {
      // 2^32 and beyond go into the upper half, beside the tag.
      const [low, high] = [t % 2 ** 32, Math.floor(t / 2 ** 32) * 65536]
      h = v!.map((row, r) =>
        range(H).map((j) => {
          const field = hiddenBias[j]! + sum(row.map((x, i) => x * weights[i * H + j]!))
          return decide(betas[r]! * field, unitWord(key, tag.hidden + high, low, firstChain + r, j))
        }),
      )
      const fields = h.map((row) =>
        range(V).map((i) => visibleBias[i]! + sum(row.map((x, j) => x * weights[i * H + j]!))),
      )
      p = fields.map((row, r) => row.map((z, i) => (mask[i] ? start[r]![i]! : exact.sigmoid(betas[r]! * z))))
      v = fields.map((row, r) =>
        row.map((z, i) =>
          mask[i] ? start[r]![i]! : decide(betas[r]! * z, unitWord(key, tag.visible + high, low, firstChain + r, i)),
        ),
      )
      p.forEach((row, r) => {
        row.forEach((x, i) => {
          sums[r]![i] += x
        })
      })
    }
    const [visible, hidden] = [packRows(start, V), packRows(randomRows(4, H, 2), H)]
    const got = new Float32Array(4 * V)
    current().kernels.rbmGibbs(
      ...([weights, visibleBias, hiddenBias, Float32Array.from(betas), packRows([mask], V), key[0], key[1]] as const),
      ...([firstChain, firstSweep, sweeps, visible, hidden, got] as const),
    )
    expect(unpackRows(visible, V)).toEqual(v)
    expect(unpackRows(hidden, H)).toEqual(h)
    // Sums of three probabilities in float32.
    for (const [k, x] of sums.flat().entries()) expect(Math.abs(got[k]! - x)).toBeLessThan(3e-6)
  })
})

describe('rbmTrain', () => {
  const ROWS = 23
  const data = randomRows(ROWS, V, 4)
  const rates = [0.3, 0.2, 0.25]
  const usual: TrainingRules = {
    ...{ batch: 8, momentum: 0, weightDecay: 0, sweeps: 1, sampled: false, sparsityTarget: 0, sparsityCost: 0 },
    ...{ offsetRate: 0.1, betas: [1], key: [7, 12] },
  }
  const cases: [string, Partial<TrainingRules> & { chains?: number; centred?: boolean }][] = [
    ['CD-1', {}],
    ['CD-3', { sweeps: 3 }],
    ['CD-1 with samples', { sampled: true }],
    ['PCD', { chains: 6 }],
    ['PCD-2 with samples', { chains: 6, sweeps: 2, sampled: true }],
    ['PCD with momentum and weight decay', { chains: 6, momentum: 0.7, weightDecay: 0.05 }],
    ['PCD with a sparsity target', { chains: 6, sparsityTarget: 0.1, sparsityCost: 0.5 }],
    ['centred CD-1', { centred: true }],
    ['centred PCD with everything', { ...all(), chains: 7, centred: true }],
    ['PCD with parallel tempering', { chains: 5, betas: [1, 0.8, 0.5, 0.1] }],
    [
      'centred PCD with parallel tempering and everything',
      { ...all(), chains: 4, betas: [1, 0.9, 0.7], centred: true },
    ],
  ]

  function all() {
    return { momentum: 0.5, weightDecay: 0.02, sweeps: 2, sparsityTarget: 0.2, sparsityCost: 0.3, sampled: true }
  }

  it.each(cases)('%s moves everything as the formulas say', (_, { chains = 0, centred = false, ...changes }) => {
    const rules = { ...usual, ...changes }
    const machine = start(chains * rules.betas.length, centred)
    const arrays = flatten(machine, chains)
    const FIRST = 41
    rates.forEach((rate, s) => {
      trainStep(machine, data.slice(8 * s, 8 * s + 8), rate, FIRST + s, rules)
    })
    expect(train(arrays, rules, FIRST, Float32Array.from(rates))).toBe(-1)
    const wanted = flatten(machine, chains)
    expect(unpackRows(arrays.chains, H)).toEqual(machine.chains)
    expect(unpackRows(arrays.fantasies, V)).toEqual(machine.fantasies)
    // Three steps of means over 8 or fewer terms of size 1 in float32: some 10 roundings of 2^-24 each.
    for (const name of floats) {
      for (const [k, x] of wanted[name].entries()) {
        expect(Math.abs(arrays[name][k]! - x), `${name}[${k}]`).toBeLessThan(2e-6)
      }
    }
  })

  it('gives the same bytes in one call and in three', () => {
    for (const [, { chains = 0, centred = false, ...changes }] of cases) {
      const rules = { ...usual, ...changes }
      const [once, thrice] = [0, 1].map(() => flatten(start(chains * rules.betas.length, centred), chains))
      train(once!, rules, 5, Float32Array.from(rates))
      rates.forEach((rate, s) => {
        train(thrice!, rules, 5 + s, Float32Array.of(rate), data.slice(8 * s, 8 * s + 8))
      })
      expect(thrice).toEqual(once)
    }
  })

  it('says which step left the finite numbers', () => {
    const huge = Float32Array.of(0.1, 3e38, 0.1)
    for (const chains of [0, 6]) expect(train(flatten(start(chains, false), chains), usual, 0, huge)).toBe(1)
    expect(train(flatten(start(0, true), 0), usual, 0, Float32Array.of(Number.NaN))).toBe(0)
  })

  const floats = [
    ...(['weights', 'visibleBias', 'hiddenBias', 'weightVelocity', 'visibleVelocity', 'hiddenVelocity'] as const),
    ...(['visibleOffset', 'hiddenOffset'] as const),
  ]

  function start(chains: number, centred: boolean): Machine {
    const next = exact.uniforms(5)
    const vector = (n: number, scale: number) => range(n).map(() => Math.fround(scale * (next() - 0.5)))
    return {
      weights: range(V).map((i) => range(H).map((j) => weights[i * H + j]!)),
      visibleBias: [...visibleBias],
      hiddenBias: [...hiddenBias],
      weightVelocity: range(V).map(() => vector(H, 0.1)),
      visibleVelocity: vector(V, 0.1),
      hiddenVelocity: vector(H, 0.1),
      visibleOffset: centred ? vector(V, 1) : [],
      hiddenOffset: centred ? vector(H, 1) : [],
      chains: randomRows(chains, H, 6),
      fantasies: [],
    }
  }

  function flatten(m: Machine, chains: number) {
    return {
      weights: Float32Array.from(m.weights.flat()),
      visibleBias: Float32Array.from(m.visibleBias),
      hiddenBias: Float32Array.from(m.hiddenBias),
      weightVelocity: Float32Array.from(m.weightVelocity.flat()),
      visibleVelocity: Float32Array.from(m.visibleVelocity),
      hiddenVelocity: Float32Array.from(m.hiddenVelocity),
      visibleOffset: Float32Array.from(m.visibleOffset),
      hiddenOffset: Float32Array.from(m.hiddenOffset),
      chains: packRows(m.chains, H),
      fantasies: new Uint32Array(chains * Math.ceil(V / 32)),
    }
  }

  function train(
    a: ReturnType<typeof flatten>,
    r: TrainingRules,
    first: number,
    steps: Float32Array,
    rows: number[][] = data,
  ): number {
    return current().kernels.rbmTrain(
      ...([packRows(rows, V), r.batch, steps, r.momentum, r.weightDecay, r.sweeps, r.sampled] as const),
      ...([
        r.sparsityTarget,
        r.sparsityCost,
        r.offsetRate,
        Float32Array.from(r.betas),
        r.key[0],
        r.key[1],
        first,
      ] as const),
      ...([a.weights, a.visibleBias, a.hiddenBias, a.weightVelocity, a.visibleVelocity, a.hiddenVelocity] as const),
      ...([a.visibleOffset, a.hiddenOffset, a.chains, a.fantasies] as const),
    )
  }
})

describe('the direction of learning', () => {
  // Chains that start at exact samples of the model have, after a sweep, still the model's distribution: then the mean
  // update is the derivative of the log-likelihood.
  it.each([
    ['plain', []],
    ['centred', [0.3, 0.6]],
  ])('is on average that of the exact gradient, %s', (_, offset) => {
    const [visible, hidden, CHAINS] = [5, 4, 20_000]
    const rbm = exact.smallRbm(visible, hidden, 21)
    const rows = exact.allStates(visible).filter((_, k) => k % 3 === 0)
    const { p } = exact.visibleDistribution(rbm)
    const centred = offset.length > 0
    const [mu, lambda] = [offset[0] ?? 0, offset[1] ?? 0]

    const moved = {
      weights: rbm.weights.slice(),
      visibleBias: rbm.visibleBias.slice(),
      hiddenBias: rbm.hiddenBias.slice(),
    }
    const [dW, db, dc] = [visible * hidden, visible, hidden].map((n) => new Float32Array(n)) as Float32Array[]
    const step = current().kernels.rbmTrain(
      ...([packRows(rows, visible), rows.length, Float32Array.of(1), 0, 0, 1, false, 0, 0, 0] as const),
      ...([Float32Array.of(1), 99, 1, 0, moved.weights, moved.visibleBias, moved.hiddenBias] as const),
      ...([dW!, db!, dc!] as const),
      centred ? new Float32Array(visible).fill(mu) : none,
      centred ? new Float32Array(hidden).fill(lambda) : none,
      packRows(exactHidden(rbm, p, CHAINS), hidden),
      new Uint32Array(CHAINS),
    )
    expect(step).toBe(-1)

    const family = new Family()
    const wanted = exact.gradient(rbm, rows)
    const errors = errorsOfMeans(rbm, p, mu, lambda)
    // The centred gradient of W is the plain one with the biases' gradients mixed in.
    const centre = (i: number, j: number) =>
      wanted.weights[i * hidden + j]! - mu * wanted.hiddenBias[j]! - lambda * wanted.visibleBias[i]!
    for (let i = 0; i < visible; i++) {
      for (let j = 0; j < hidden; j++) {
        const z = (dW![i * hidden + j]! - centre(i, j)) / Math.sqrt(errors(i, j) / CHAINS)
        family.add(`W ${i} ${j}`, zTest(z))
      }
    }
    if (!centred) {
      for (let i = 0; i < visible; i++) {
        family.add(`b ${i}`, zTest((db![i]! - wanted.visibleBias[i]!) / Math.sqrt(errors(i) / CHAINS)))
      }
      for (let j = 0; j < hidden; j++) {
        family.add(`c ${j}`, zTest((dc![j]! - wanted.hiddenBias[j]!) / Math.sqrt(errors(undefined, j) / CHAINS)))
      }
    }
    expect(family.failures()).toEqual([])
  })

  function exactHidden(rbm: exact.SmallRbm, p: number[], chains: number): number[][] {
    const next = exact.uniforms(17)
    let total = 0
    const cumulative = p.map((x) => (total += x))
    const on = exact.allStates(rbm.visible).map((v) => exact.hiddenGiven(rbm, v))
    return range(chains).map(() => {
      const u = next()
      const v = cumulative.findIndex((c) => u < c)
      return on[v < 0 ? on.length - 1 : v]!.map((q) => (next() < q ? 1 : 0))
    })
  }

  /** Variance of one chain's (v_i - mu)(P(h_j | v) - lambda), of v_i alone, or of P(h_j | v) alone. */
  function errorsOfMeans(rbm: exact.SmallRbm, p: number[], mu: number, lambda: number) {
    const on = exact.allStates(rbm.visible).map((v) => exact.hiddenGiven(rbm, v))
    return (i?: number, j?: number) => {
      const value = (k: number) =>
        (i === undefined ? 1 : ((k >> i) & 1) - mu) * (j === undefined ? 1 : on[k]![j]! - lambda)
      const mean = sum(p.map((x, k) => x * value(k)))
      return sum(p.map((x, k) => x * (value(k) - mean) ** 2))
    }
  }
})

describe('bits', () => {
  it('keep to their rows and columns', () => {
    for (const columns of [1, 31, 32, 33, 70]) {
      const rows = randomRows(9, columns, columns)
      const packed = new Uint32Array(packRows(rows, columns).length)
      current().kernels.bitsThreshold(Float32Array.from(rows.flat()), columns, 0.5, packed)
      expect(packed).toEqual(packRows(rows, columns))
      const values = new Uint8Array(9 * columns)
      current().kernels.bitsUnpack(packed, columns, values)
      expect([...values]).toEqual(rows.flat())
      const order = Uint32Array.of(8, 0, 0, 3)
      const taken = new Uint32Array(4 * Math.ceil(columns / 32))
      current().kernels.bitsGather(packed, columns, order, taken)
      expect(taken).toEqual(
        packRows(
          [...order].map((r) => rows[r]!),
          columns,
        ),
      )
    }
  })

  it('are ones with the probability asked for, never for 0 and always for 1', () => {
    const N = 40_000
    const p = [0, 0.001, 0.25, 0.9, 1]
    const values = Float32Array.from({ length: N * p.length }, (_, k) => p[k % p.length]!)
    const packed = new Uint32Array(N)
    current().kernels.bitsBernoulli(values, p.length, 5, 6, 7, 0, packed)
    const family = new Family()
    p.forEach((probability, j) => {
      const ones = packed.reduce((count, word) => count + ((word >>> j) & 1), 0)
      if (probability === 0 || probability === 1) expect(ones).toBe(N * probability)
      else
        family.add(`p ${probability}`, zTest((ones - N * probability) / Math.sqrt(N * probability * (1 - probability))))
    })
    expect(family.failures()).toEqual([])
    const part = new Uint32Array(N - 1000)
    current().kernels.bitsBernoulli(values.subarray(1000 * p.length), p.length, 5, 6, 7, 1000, part)
    expect(part).toEqual(packed.subarray(1000))
  })
})

describe('dataSurvey', () => {
  const next = exact.uniforms(3)
  // On both sides of the vectors of 4 to 16 and the tasks of 256 columns.
  const shapes = [
    [5, 1],
    [4, 15],
    [3, 256],
    [4, 259],
    [7, 530],
  ] as const

  function survey(values: Float32Array, columns: number, cut = values.length / columns) {
    const [sums, hash] = [new Float64Array(columns), new Uint32Array(2)]
    const { dataSurvey } = current().kernels
    const kinds = [dataSurvey(values.subarray(0, cut * columns), columns, 0, sums, hash)]
    kinds.push(dataSurvey(values.subarray(cut * columns), columns, cut, sums, hash))
    return { kind: Math.max(...kinds), sums: [...sums], hash: [...hash] }
  }

  it.each(shapes)('adds columns and tells kinds of data apart, %i x %i', (rows, columns) => {
    const grey = Float32Array.from({ length: rows * columns }, next)
    const binary = grey.map((x) => Math.round(x))
    const sums = (values: Float32Array) =>
      range(columns).map((j) => sum(range(rows).map((r) => values[r * columns + j]!)))
    expect(survey(grey, columns)).toMatchObject({ kind: 1, sums: sums(grey) })
    expect(survey(binary, columns)).toMatchObject({ kind: 0, sums: sums(binary) })
    for (const wrong of [Number.NaN, -1e-30, 1 + 2 ** -23, Number.POSITIVE_INFINITY]) {
      for (const at of [0, rows * columns - 1, columns >> 1]) {
        const bad = binary.slice()
        bad[at] = wrong
        expect(survey(bad, columns).kind).toBe(2)
      }
    }
  })

  it.each(shapes)('gives a hash that no piece and every element changes, %i x %i', (rows, columns) => {
    const values = Float32Array.from({ length: rows * columns }, next)
    const whole = survey(values, columns)
    for (let cut = 0; cut < rows; cut++) expect(survey(values, columns, cut)).toEqual(whole)
    for (let k = 0; k < values.length; k++) {
      const other = values.slice()
      other[k] = Math.fround(other[k]! * 0.9999)
      expect(survey(other, columns).hash).not.toEqual(whole.hash)
    }
    const swapped = Float32Array.from([...values.subarray(columns), ...values.subarray(0, columns)])
    expect(survey(swapped, columns).hash).not.toEqual(whole.hash)
  })
})

describe('log weights', () => {
  it('are added and averaged without overflow', () => {
    const { logSumExp, logWeightSummary } = current().kernels
    expect(logSumExp(Float64Array.of(-1000, -1000))).toBeCloseTo(-1000 + Math.LN2, 12)
    expect(logSumExp(Float64Array.of(1e5, -1e5))).toBe(1e5)
    expect(logSumExp(new Float64Array())).toBe(Number.NEGATIVE_INFINITY)
    const summary = new Float64Array(3)
    logWeightSummary(new Float64Array(7).fill(800), summary)
    expect([...summary]).toEqual([800, 0, 7])
    const next = exact.uniforms(8)
    const logs = range(100).map(() => 5 * next())
    const weights = logs.map((x) => Math.exp(x))
    const mean = sum(weights) / 100
    const sd = Math.sqrt(sum(weights.map((w) => (w - mean) ** 2)) / 99)
    logWeightSummary(Float64Array.from(logs), summary)
    expect(summary[0]).toBeCloseTo(Math.log(mean), 13)
    expect(summary[1]).toBeCloseTo(sd / mean / 10, 13)
    expect(summary[2]).toBeCloseTo(sum(weights) ** 2 / sum(weights.map((w) => w * w)), 10)
  })
})
