// Planar flows: their formula, both directions, and the numerical inverse over a million points.

import { expect, it } from 'vitest'
import { ArgumentError, Flow, Inverse, Planar, planar, Rng } from '#gibbsite'

/** y = x + u^ tanh(w'x + b) and log |det|, in double precision; u^ as in the paper. */
function planarLayer(x: ArrayLike<number>, w: ArrayLike<number>, u: ArrayLike<number>, b: number) {
  const dot = (a: ArrayLike<number>, c: ArrayLike<number>) => Array.from(a, (v, i) => v * c[i]!).reduce((s, v) => s + v)
  const [norm, along] = [dot(w, w), dot(w, u)]
  const m = Math.log1p(Math.exp(-Math.abs(along))) + Math.max(along, 0) - 1
  const t = Math.tanh(dot(w, x) + b)
  const y = Array.from(x, (v, i) => v + (u[i]! + ((m - along) * w[i]!) / norm) * t)
  return { y, logDet: Math.log1p(m * (1 - t * t)) }
}

function hostile(dim: number, seed: number, spread: number) {
  const rng = new Rng(seed)
  return { w: rng.normal(dim), u: rng.normal(dim, { sd: spread }), b: rng.normal(1) }
}

it.each([1, 2, 64])('is the formula of the paper, in %i dimensions', async (dim) => {
  const [first, second] = [hostile(dim, 1, 2), hostile(dim, 2, 2)]
  const flow = new Flow([new Planar(), new Planar()], { dim, seed: 1 })
  const named = (layer: number, { w, u, b }: typeof first) => ({
    [`${layer}.w`]: w,
    [`${layer}.u`]: u,
    [`${layer}.b`]: b,
  })
  flow.setParameters({ ...named(0, first), ...named(1, second) })
  const rows = 37
  const data = new Rng(3).normal(new Float32Array(rows * dim), { sd: 2 })
  const { z, logDet } = await flow.forward({ data, shape: [rows, dim] })
  for (let r = 0; r < rows; r++) {
    const half = planarLayer(data.subarray(r * dim, (r + 1) * dim), first.w, first.u, first.b[0]!)
    const whole = planarLayer(half.y, second.w, second.u, second.b[0]!)
    expect(logDet[r]).toBeCloseTo(half.logDet + whole.logDet, 3)
    for (const [i, value] of whole.y.entries()) expect(Math.abs(z.data[r * dim + i]! - value)).toBeLessThan(1e-4)
  }
})

it('is solved for within rounding over a million points, near-singular and huge u included', async () => {
  const [rows, dim] = [100_000, 2]
  let [worst, steepest] = [0, 0]
  for (let round = 0; round < 10; round++) {
    const flow = new Flow([new Planar()], { dim, seed: round })
    const { w, u, b } = hostile(dim, 10 + round, 0.1)
    // w'u runs from -40, where the layer's determinant at w'x + b = 0 is below 1e-17, to 50.
    const along = -40 + 10 * round
    const norm = w[0]! ** 2 + w[1]! ** 2
    flow.setParameters({ '0.w': w, '0.u': u.map((value, i) => value + (along * w[i]!) / norm), '0.b': b })
    const data = new Rng(round).normal(new Float32Array(rows * dim), { sd: 4 })
    const { x, logDet, residual } = await flow.inverse({ data, shape: [rows, dim] }, { residual: true })
    const reach = Math.max(...u.map((value, i) => Math.abs(value + (along * w[i]!) / norm)))
    for (let r = 0; r < rows; r++) {
      const size = 1 + reach + Math.abs(x.data[2 * r]!) + Math.abs(x.data[2 * r + 1]!)
      // The rounding of x alone is magnified by the determinant where that is above 1.
      worst = Math.max(worst, residual![r]! / (size * Math.max(1, Math.exp(-logDet[r]!))))
      steepest = Math.max(steepest, logDet[r]!)
    }
  }
  console.log(`planar inverse: worst residual ${worst.toExponential(1)} of the row's size, log |det| up to ${steepest}`)
  expect(worst).toBeLessThan(5e-7)
  expect(steepest).toBeGreaterThan(5)
})

it('begins near the identity, and is a shift where w is 0', async () => {
  const flow = new Flow([new Planar()], { dim: 3, seed: 4 })
  const x = { data: Float32Array.of(1, -2, 0.5), shape: [1, 3] } as const
  const { z, logDet } = await flow.forward(x)
  for (let i = 0; i < 3; i++) expect(Math.abs(z.data[i]! - x.data[i]!)).toBeLessThan(0.5)
  expect(Math.abs(logDet[0]!)).toBeLessThan(0.5)
  flow.setParameters({ '0.w': [0, 0, 0], '0.u': [1, 2, 3], '0.b': [0.5] })
  const shifted = await flow.forward(x)
  for (let i = 0; i < 3; i++) expect(shifted.z.data[i]! - x.data[i]!).toBeCloseTo((i + 1) * Math.tanh(0.5), 6)
  expect(shifted.logDet[0]).toBeCloseTo(0, 12)
  expect((await flow.inverse(shifted.z)).x.data[1]).toBeCloseTo(-2, 6)
})

it('ready-made: closed form from z to x unless it is wanted from x to z', async () => {
  const [sampling, density] = [planar({ dim: 2, seed: 5 }), planar({ dim: 2, seed: 5, closedForm: 'density' })]
  expect([sampling.layers.length, density.layers.length]).toEqual([16, 16])
  expect(sampling.layers[0]).toBeInstanceOf(Inverse)
  expect(density.layers[0]).toBeInstanceOf(Planar)
  const points = new Rng(6).normal(new Float32Array(200))
  const rows = { data: points, shape: [100, 2] } as const
  // The same layers, the other way round: in opposite order.
  const swapped = Object.fromEntries(
    Object.entries(density.parameters()).map(([name, value]) => [
      name.replace(/^\d+/, (i) => String(15 - Number(i))),
      value,
    ]),
  )
  sampling.setParameters(swapped)
  const [z, x] = [await density.forward(rows), await sampling.inverse(rows)]
  expect(x.x.data).toEqual(z.z.data)
  expect(x.logDet).toEqual(z.logDet)
  const { residual } = await sampling.forward(x.x, { residual: true })
  expect(Math.max(...residual!)).toBeLessThan(1e-5)
})

it('refuses wrong options with one sentence', async () => {
  expect(() => planar({ dim: 0 })).toThrow('expected `dim` to be a positive integer; got 0')
  expect(() => planar({ dim: 2, layers: 0 })).toThrow('expected `layers` to be an integer from 1 to 1000; got 0')
  expect(() => planar({ dim: 2, closedForm: 'both' as never })).toThrow(
    'expected `closedForm` to be "sampling" or "density"',
  )
  expect(() => planar({ dim: 2, base: 'cauchy' as never })).toThrow(ArgumentError)
  expect(() => new Flow([new Planar()], { shape: [2, 2, 1] })).toThrow(
    'expected `layers[0] (planar)` to get vectors, as a planar layer takes them; got images of 2 x 2 x 1',
  )
  const flow = planar({ dim: 2 })
  await expect(flow.inverse([[0, 0]], { residual: 1 as never })).rejects.toThrow(
    'expected `residual` to be true or false',
  )
  await expect(flow.forward([[0, Number.NaN]])).rejects.toThrow('expected `x` to hold finite numbers')
})
