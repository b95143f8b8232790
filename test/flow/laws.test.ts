// Every kind of layer under the same laws.

import { describe, expect, it } from 'vitest'
import {
  Actnorm,
  Coupling,
  convNet,
  Inverse,
  type Layer,
  Linear,
  Logit,
  mlp,
  Permutation,
  Planar,
  Rescale,
  Rng,
  residualNet,
  Split,
  Squeeze,
} from '#gibbsite'
import { denseJacobian, derivatives, type LawCase, LawFlow, logAbsDet, roundTripError } from '../support/flow-laws.ts'

const tanhNet = mlp({ hidden: [8, 8], activation: 'tanh' })
const mild = { lower: 0.2, upper: 0.2, logScale: 0.2 }

const cases: readonly LawCase[] = [
  { name: 'rescale', layers: () => [new Rescale()], shape: [5], step: 1 },
  { name: 'rescale, hostile', layers: () => [new Rescale()], shape: [5], spread: { logScale: 8 }, step: 1 },
  { name: 'rescale of images', layers: () => [new Rescale()], shape: [2, 3, 2], step: 1 },
  { name: 'actnorm', layers: () => [new Actnorm()], shape: [7], step: 1 },
  {
    name: 'actnorm, hostile',
    layers: () => [new Actnorm()],
    shape: [5],
    spread: { logScale: 4, shift: 20 },
    roundTrip: 5e-4,
    step: 16,
  },
  { name: 'actnorm of images', layers: () => [new Actnorm()], shape: [3, 2, 3], step: 1 },
  { name: 'actnorm, inverted', layers: () => [new Inverse(new Actnorm())], shape: [4], step: 1 },
  { name: 'reverse', layers: () => [new Permutation({ order: 'reverse' })], shape: [6], step: 1 },
  { name: 'permutation', layers: () => [new Permutation({ seed: 5 })], shape: [11], step: 1 },
  { name: 'permutation of channels', layers: () => [new Permutation({ order: [2, 0, 1] })], shape: [2, 2, 3], step: 1 },
  { name: 'linear', layers: () => [new Linear({ seed: 1 })], shape: [5], roundTrip: 1e-4, step: 1 },
  { name: 'linear, one feature', layers: () => [new Linear({ seed: 1 })], shape: [1], step: 1 },
  {
    name: 'linear, hostile',
    layers: () => [new Linear({ seed: 2 })],
    shape: [6],
    spread: { logScale: 2, lower: 1.5, upper: 1.5 },
    roundTrip: 5e-2,
    step: 16,
  },
  { name: 'linear of images', layers: () => [new Linear({ seed: 3 })], shape: [2, 2, 3], roundTrip: 1e-4, step: 1 },
  {
    name: 'linear, inverted',
    layers: () => [new Inverse(new Linear({ seed: 4 }))],
    shape: [4],
    roundTrip: 1e-4,
    step: 1,
  },
  { name: 'squeeze', layers: () => [new Squeeze()], shape: [4, 2, 2], step: 1 },
  { name: 'logit', layers: () => [new Logit()], shape: [5], unit: true, step: 2 ** -6 },
  { name: 'logit, hostile', layers: () => [new Logit({ alpha: 1e-6 })], shape: [2, 2, 1], unit: true, step: 2 ** -6 },
  { name: 'logit, inverted', layers: () => [new Inverse(new Logit())], shape: [3], roundTrip: 1e-4, step: 2 ** -7 },
  { name: 'planar', layers: () => [new Planar()], shape: [4] },
  { name: 'planar, inverted', layers: () => [new Inverse(new Planar()), new Inverse(new Planar())], shape: [3] },
  { name: 'planar, hostile', layers: () => [new Planar()], shape: [3], spread: { u: 2, w: 1, b: 2 }, roundTrip: 5e-3 },
  { name: 'additive coupling', layers: () => [new Coupling({ law: 'additive', net: tanhNet })], shape: [6] },
  {
    name: 'affine coupling',
    layers: () => [new Coupling({ net: tanhNet }), new Coupling({ parity: 1, net: tanhNet })],
    shape: [4],
  },
  {
    name: 'affine coupling, inverted, with context',
    layers: () => [new Inverse(new Coupling({ mask: 'odd-even', parity: 1, net: tanhNet }))],
    shape: [5],
    context: 3,
  },
  {
    name: 'affine coupling, hostile',
    layers: () => [new Coupling({ net: mlp({ hidden: [8], activation: 'tanh' }) })],
    shape: [4],
    spread: { scale: 2 },
    roundTrip: 1e-4,
    step: 2 ** -6,
  },
  {
    name: 'coupling with a residual net',
    layers: () => [new Coupling({ net: residualNet({ width: 6, blocks: 2, activation: 'silu' }) })],
    shape: [4],
    step: 2 ** -6,
  },
  {
    name: 'checkerboard coupling with context',
    layers: () => [new Coupling({ mask: 'checkerboard', net: convNet({ hidden: [4, 4], activation: 'tanh' }) })],
    shape: [3, 4, 1],
    context: 2,
  },
  {
    name: 'couplings of channels',
    layers: () => [new Coupling({ mask: 'channels', parity: 1, net: convNet({ hidden: [4, 4], activation: 'silu' }) })],
    shape: [2, 3, 4],
  },
  {
    name: 'two scales',
    layers: () => [new Logit(), new Squeeze(), new Linear({ seed: 6 }), new Split(), new Actnorm(), new Squeeze()],
    shape: [4, 4, 1],
    unit: true,
    spread: mild,
    roundTrip: 1e-4,
    step: 2 ** -6,
  },
  {
    name: 'two splits of vectors',
    layers: () => [new Linear({ seed: 7 }), new Split(), new Linear({ seed: 8 }), new Split(), new Rescale()],
    shape: [8],
    spread: mild,
    roundTrip: 1e-4,
    step: 1,
  },
]

const [ROWS, SETTINGS] = [20_000, 5]

describe.each(cases)('$name', (law) => {
  it('comes back from its inverse, from 100,000 points', () => {
    for (let setting = 0; setting < SETTINGS; setting++) {
      const flow = new LawFlow(law, 100 + setting)
      const x = flow.points(ROWS, setting)
      const { z, logDet, logProb, finite } = flow.forward(x)
      const back = flow.inverse(z)
      expect([finite, back.finite]).toEqual([true, true])
      const { error, where } = roundTripError(x, z, back.x, flow.dim)
      expect(error, where).toBeLessThan(law.roundTrip ?? 1e-5)
      const tolerance = 10 * flow.dim * (law.roundTrip ?? 1e-5)
      for (let row = 0; row < ROWS; row += 97) {
        expect(Math.abs(logDet[row]! + back.logDet[row]!)).toBeLessThan(tolerance * (1 + Math.abs(logDet[row]!)))
        expect(Math.abs(logProb[row]! - back.logProb[row]!)).toBeLessThan(tolerance * (1 + Math.abs(logProb[row]!)))
      }
    }
  })

  it('has the log-determinant of its dense Jacobian', () => {
    const flow = new LawFlow(law, 7)
    // Away from the ends of [0, 1], where steps would leave it.
    const x = flow.points(4, 8).map((value) => (law.unit ? 0.2 + 0.6 * value : value))
    const { logDet } = flow.forward(x)
    for (let row = 0; row < 4; row++) {
      const point = x.subarray(row * flow.dim, (row + 1) * flow.dim)
      // Contexts belong to the row's number, so the shifted points are told theirs by standing there.
      const jacobian = denseJacobian((points) => passOfRow(flow, points, row), point, law.step ?? 2 ** -4)
      expect(logDet[row]).toBeCloseTo(logAbsDet(jacobian), 3)
    }
  })

  it.each([false, true])('has the gradients of log p by differences (activations kept: %s)', (store) => {
    const flow = new LawFlow(law, 9)
    const x = flow.points(5, 10).map((value) => (law.unit ? 0.2 + 0.6 * value : value))
    const gradient = flow.gradient(x, store)
    expect(gradient.logProb).toEqual(flow.forward(x).logProb)
    const total = (parameters: Float32Array, points: Float32Array) => {
      return flow.forward(points, { parameters }).logProb.reduce((sum, value) => sum + value, 0)
    }
    compare(flow, x, total, gradient)
  })

  it.each([false, true])('has the gradients of its inverse by differences (activations kept: %s)', (store) => {
    const flow = new LawFlow(law, 11)
    const x = flow.points(5, 12).map((value) => (law.unit ? 0.2 + 0.6 * value : value))
    const { z } = flow.forward(x)
    const weights = new Rng(13).normal(new Float32Array(z.length))
    const share = 0.75
    const total = (parameters: Float32Array, points: Float32Array) => {
      const back = flow.inverse(points, { parameters })
      const linear = back.x.reduce((sum, value, i) => sum + value * weights[i]!, 0)
      return linear + share * back.logDet.reduce((sum, value) => sum + value, 0)
    }
    compare(flow, z, total, flow.inverseGradient(z, weights, share, store))
  })

  it('gives the bytes of a row alone, in any batch, prepared or not', () => {
    const flow = new LawFlow(law, 14)
    const rows = 37
    const x = flow.points(rows, 15)
    const all = flow.forward(x)
    const back = flow.inverse(all.z)
    expect(flow.forward(x, { prepared: flow.prepared() })).toEqual(all)
    expect(flow.inverse(all.z, { prepared: flow.prepared() })).toEqual(back)
    for (const count of [1, 16, 20]) {
      const some = flow.forward(x.subarray(0, count * flow.dim))
      expect(some.z).toEqual(all.z.subarray(0, count * flow.dim))
      expect(some.logProb).toEqual(all.logProb.subarray(0, count))
      expect(flow.inverse(some.z).x).toEqual(back.x.subarray(0, count * flow.dim))
    }
  })
})

/** Points through the flow, each as the row of this number. */
function passOfRow(flow: LawFlow, points: Float32Array, row: number): Float32Array {
  const { dim } = flow
  const result = new Float32Array(points.length)
  for (let at = 0; at < points.length; at += dim) {
    const batch = new Float32Array((row + 1) * dim)
    for (let r = 0; r <= row; r++) batch.set(points.subarray(at, at + dim), r * dim)
    result.set(flow.forward(batch).z.subarray(row * dim), at)
  }
  return result
}

/** Each derivative in turn, up to 60 of the parameters and 60 of the coordinates. */
function compare(
  flow: LawFlow,
  points: Float32Array,
  total: (parameters: Float32Array, points: Float32Array) => number,
  gradient: { readonly parameters: Float32Array; readonly points: Float32Array },
): void {
  const moved = (values: Float32Array, i: number, by: number) => {
    const copy = values.slice()
    copy[i]! += by
    return copy
  }
  const check = (what: string, slopes: Float32Array, step: number, at: (i: number, by: number) => number) => {
    const stride = Math.ceil(slopes.length / 60)
    const size = Math.max(1, ...slopes.map(Math.abs))
    for (let i = 0; i < slopes.length; i += stride) {
      const difference = derivatives((by) => [at(i, by)], step)[0]!
      expect(Math.abs(slopes[i]! - difference) / size, `${what} ${i}: ${slopes[i]} for ${difference}`).toBeLessThan(
        2e-3,
      )
    }
  }
  check('parameter', gradient.parameters, 2 ** -5, (i, by) => total(moved(flow.parameters, i, by), points))
  check('coordinate', gradient.points, flow.law.step ?? 2 ** -4, (i, by) =>
    total(flow.parameters, moved(points, i, by)),
  )
}

describe('shapes that a layer cannot take raise', () => {
  const vector = { features: 3, height: 1, width: 1 }
  const image = { features: 3, height: 4, width: 5 }
  const wrong: readonly [string, Layer, typeof vector, string][] = [
    [
      'squeeze of vectors',
      new Squeeze(),
      vector,
      'expected `layers[0]` to get images with even sides; got 3 dimensions',
    ],
    ['squeeze of odd sides', new Squeeze(), image, 'to get images with even sides; got images of 4 x 5 x 3'],
    ['split of an odd number', new Split(), image, 'to get an even number of features; got images of 4 x 5 x 3'],
    [
      'a permutation of others',
      new Permutation({ order: [1, 0] }),
      vector,
      'to get 2 features, as many as in its order',
    ],
  ]
  it.each(wrong)('%s', (_, layer, shape, message) => {
    expect(() => layer.shapeAfter(shape, 'layers[0]')).toThrow(message)
  })
})
