// Couplings, model files and continuous retrieval of Hopfield networks.

import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors, Hopfield, Rng, tensor } from '#gibbsite'
import { randomNet, row, spins } from '../support/hopfield.ts'
import { damaged } from '../support/hostile.ts'
import { sha256 } from '../support/sha256.ts'

const square = (data: number[]) => ({ data, shape: [Math.sqrt(data.length), Math.sqrt(data.length)] })

describe('couplings', () => {
  it('are what was set, as copies', () => {
    const { weights, bias } = randomNet(20, 1)
    const net = new Hopfield({ units: 20 })
    net.setCouplings({ data: weights, shape: [20, 20] }, bias)
    const [got, biases] = [net.couplings(), net.bias()]
    expect([net.units, got.shape]).toEqual([20, [20, 20]])
    expect(Array.from(got.data)).toEqual(Array.from(weights))
    expect(Array.from(biases)).toEqual(Array.from(bias))
    got.data.fill(7)
    biases.fill(7)
    expect(Array.from(net.couplings().data)).toEqual(Array.from(weights))
    net.setBias(new Float32Array(20))
    expect(Array.from(net.couplings().data)).toEqual(Array.from(weights))
    expect(net.bias()).toEqual(new Float32Array(20))
  })

  it.each<[unknown, unknown, string]>([
    [square([0, 1, 2, 0]), undefined, 'expected `couplings` to be symmetric; got 2 at (1, 0) and 1 at (0, 1)'],
    [square([0, 1, 1, 3]), undefined, 'expected `couplings` to have a zero diagonal; got 3 in row 1'],
    [square([0, Number.NaN, Number.NaN, 0]), undefined, 'got NaN in row 0, column 1'],
    [square([0, Number.POSITIVE_INFINITY, 1, 0]), undefined, 'got Infinity in row 0, column 1'],
    [square([0, 1e16, 1e16, 0]), undefined, 'expected `couplings` to hold numbers up to'],
    [[[0, 1]], undefined, 'expected `couplings` to have 2 rows, one for each unit; got 1'],
    [[[0, 1, 2]], undefined, 'expected `couplings` to have 2 columns; got 3'],
    [undefined, undefined, 'expected `couplings` to be given'],
    [null, undefined, 'expected `couplings`'],
    [square([0, 1, 1, 0]), [1], 'expected `bias` to have 2 values; got 1'],
    [square([0, 1, 1, 0]), [1, Number.NaN], 'expected `bias` to hold finite numbers; got NaN at index 1'],
    [square([0, 1, 1, 0]), [1, 1e300], 'expected `bias` to hold numbers up to'],
  ])('%j, %j are refused', (couplings, bias, sentence) => {
    const net = new Hopfield({ units: 2, bias: [1, 2] })
    expect(() => net.setCouplings(couplings as never, bias as never)).toThrow(sentence)
    expect(Array.from(net.bias())).toEqual([1, 2])
    expect(Array.from(net.couplings().data)).toEqual([0, 0, 0, 0])
  })

  it.each<[unknown, string]>([
    [{}, 'expected `units`'],
    [{ units: 0 }, 'expected `units` to be an integer from 1 to 16384; got 0'],
    [{ units: 2.5 }, 'expected `units`'],
    [{ units: 1e9 }, 'expected `units`'],
    [{ unit: 3 }, 'did you mean "units"?'],
    [
      {
        units: 2,
        couplings: [
          [0, 1],
          [2, 0],
        ],
      },
      'symmetric',
    ],
    [undefined, 'expected `units`'],
  ])('new Hopfield(%j) is refused', (options, sentence) => {
    expect(() => new Hopfield(options as never)).toThrow(sentence)
  })
})

describe('a network in a file', () => {
  async function stored() {
    const net = new Hopfield({ units: 40, bias: randomNet(40, 2).bias })
    await net.store(spins(3, 40, 1), { rule: 'hebbian' })
    return net
  }

  it('comes back whole', async () => {
    const net = await stored()
    const bytes = net.toBytes()
    const copy = Hopfield.fromBytes(bytes)
    expect(copy.units).toBe(40)
    expect(copy.couplings()).toEqual(net.couplings())
    expect(copy.bias()).toEqual(net.bias())
    expect(copy.patterns()).toEqual(net.patterns())
    expect(copy.toBytes()).toEqual(bytes)
    const probes = spins(5, 40, 7)
    expect(await copy.recall(probes, { seed: 1 })).toEqual(await net.recall(probes, { seed: 1 }))
    expect(new Hopfield({ units: 3 }).toBytes()).toEqual(
      Hopfield.fromBytes(new Hopfield({ units: 3 }).toBytes()).toBytes(),
    )
  })

  it('is refused when its numbers make no network', async () => {
    const { tensors, metadata } = decodeSafetensors((await stored()).toBytes())
    const refused = (change: Record<string, unknown>, meta: Record<string, string> = {}) => {
      const next = { ...tensors, ...change } as typeof tensors
      for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name]
      return () => Hopfield.fromBytes(encodeSafetensors(next, { ...metadata, ...meta }))
    }
    const lopsided = (tensors['weights']!.data as Float32Array).slice()
    lopsided[1] = 5
    expect(refused({ weights: tensor(lopsided, [40, 40]) })).toThrow('symmetric')
    expect(refused({ weights: tensor(lopsided.slice(40), [39, 40]) })).toThrow('got F32 39 x 40')
    expect(refused({ bias: tensor(new Float32Array(40).fill(Number.NaN)) })).toThrow('to hold finite numbers')
    expect(refused({ bias: undefined })).toThrow('got none of that name')
    expect(refused({ patterns: tensor(new Uint32Array(6).fill(0xffffffff), [3, 2]) })).toThrow('40 bits in a row')
    expect(refused({}, { options: '{"units":-1}' })).toThrow("the file's network: expected `units`")
    expect(refused({}, { options: '{"units":1e9}' })).toThrow('expected `units`')
    expect(refused({}, { options: '{"units":40,"patterns":1e12}' })).toThrow('expected `patterns`')
    expect(refused({}, { kind: 'rbm' })).toThrow('expected a Hopfield model; got kind "rbm"')
  })

  it('is read or refused, whatever is done to its bytes', async () => {
    const bytes = (await stored()).toBytes()
    for (let i = 0; i < 300; i++) {
      try {
        expect(Hopfield.fromBytes(damaged(bytes, i)).units).toBe(40)
      } catch (error) {
        expect((error as Error).name).toBe('FormatError')
      }
    }
  })
})

describe('continuous retrieval', () => {
  /** xi <- X' softmax(beta X xi) in float64. */
  function plain(
    patterns: { data: ArrayLike<number>; shape: readonly number[] },
    query: ArrayLike<number>,
    beta: number,
  ) {
    const [rows, units] = patterns.shape as [number, number]
    const dot = (p: number, x: ArrayLike<number>) => {
      let sum = 0
      for (let i = 0; i < units; i++) sum += patterns.data[p * units + i]! * x[i]!
      return sum
    }
    const softmax = (x: ArrayLike<number>) => {
      const scores = Array.from({ length: rows }, (_, p) => beta * dot(p, x))
      const most = Math.max(...scores)
      const total = scores.reduce((sum, s) => sum + Math.exp(s - most), 0)
      return { weights: scores.map((s) => Math.exp(s - most) / total), logSum: most + Math.log(total) }
    }
    const { weights } = softmax(query)
    const state = Array.from({ length: units }, (_, i) =>
      weights.reduce((sum, w, p) => sum + w * patterns.data[p * units + i]!, 0),
    )
    const square = (x: ArrayLike<number>) => Array.from(x).reduce((sum, v) => sum + v * v, 0)
    const norm = Math.max(...weights.map((_, p) => square(Array.from(patterns.data).slice(p * units, (p + 1) * units))))
    const energy = (Math.log(rows) - softmax(state).logSum) / beta + 0.5 * (square(state) + norm)
    return { state, weights, energy }
  }

  it('is the update of the paper', async () => {
    const patterns = { data: Float32Array.from(randomNet(12, 3).weights.subarray(0, 5 * 12)), shape: [5, 12] as const }
    const queries = { data: Float32Array.from(randomNet(12, 4).weights.subarray(0, 36)), shape: [3, 12] as const }
    const net = new Hopfield({ units: 12 })
    const result = await net.retrieve(queries, { patterns, beta: 0.3 })
    for (let r = 0; r < 3; r++) {
      const wanted = plain(patterns, row(queries, r), 0.3)
      wanted.state.forEach((x, i) => {
        expect(result.states.data[r * 12 + i]).toBeCloseTo(x, 5)
      })
      wanted.weights.forEach((x, p) => {
        expect(result.weights.data[r * 5 + p]).toBeCloseTo(x, 5)
      })
      expect(result.energies[r]).toBeCloseTo(wanted.energy, 4)
    }
    const twice = await net.retrieve(await net.retrieve(queries, { patterns, beta: 0.3 }).then((once) => once.states), {
      patterns,
      beta: 0.3,
    })
    expect((await net.retrieve(queries, { patterns, beta: 0.3, steps: 2 })).states).toEqual(twice.states)
  })

  it('brings stored patterns back, many more than units, in one step', async () => {
    const patterns = spins(500, 64, 1)
    const net = new Hopfield({ units: 64 })
    await net.store(patterns, { rule: 'hebbian' })
    const queries = { data: patterns.data.map((y, k) => (k % 64 < 6 ? -y : y)), shape: patterns.shape }
    const { states, weights } = await net.retrieve(queries)
    expect(states.data.every((x, k) => Math.abs(x - patterns.data[k]!) < 1e-2)).toBe(true)
    expect(weights.shape).toEqual([500, 500])
  })

  it('gives the same bytes on every backend, and for a query alone', async () => {
    const patterns = { data: new Rng(1).normal(70 * 33), shape: [70, 33] }
    const queries = { data: Float32Array.from(new Rng(2).normal(20 * 33)), shape: [20, 33] }
    const net = new Hopfield({ units: 33 })
    const { states, weights, energies } = await net.retrieve(queries, { patterns, beta: 0.2, steps: 3 })
    const one = await net.retrieve(row(queries, 7), { patterns, beta: 0.2, steps: 3 })
    expect(one.states.data).toEqual(row(states, 7))
    expect(one.energies[0]).toBe(energies[7])
    expect(await sha256(new Float64Array([...states.data, ...weights.data, ...energies]))).toBe(
      '821c90cae564f13a236876c2fb5df566c5de03e0b4c4ddf497c68f624991ed60',
    )
  })

  it.each<[unknown, unknown, string]>([
    [[[1]], {}, 'expected `queries` to have 2 columns'],
    [[[1, Number.NaN]], {}, 'expected `queries` to hold finite numbers'],
    [[[1, 1e30]], {}, 'expected `queries` to hold numbers up to'],
    [[[1, 2]], { beta: 0 }, 'expected `beta`'],
    [[[1, 2]], { steps: 0 }, 'expected `steps`'],
    [[[1, 2]], { patterns: [[1]] }, 'expected `patterns` to have 2 columns'],
    [[[1, 2]], {}, 'expected `patterns` to be given or stored before; got none'],
  ])('%j, %j is refused', async (queries, options, sentence) => {
    const error = await new Hopfield({ units: 2 }).retrieve(queries as never, options as never).catch((e) => e)
    expect([error.name, error.message]).toEqual(['ArgumentError', expect.stringContaining(sentence)])
  })
})
