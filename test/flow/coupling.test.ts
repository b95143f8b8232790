// Coupling layers: laws that hold whatever the network, refusals, and what new parameters are.

import { describe, expect, it } from 'vitest'
import { Coupling, type CouplingOptions, convNet, Flow, mlp, Rng, residualNet } from '#gibbsite'

const wild = (flow: Flow, seed: number): Flow => {
  const rng = new Rng(seed)
  const values = Object.entries(flow.parameters()).map(([name, { data }]) => [
    name,
    rng.normal(data.length, { sd: 0.5 }),
  ])
  flow.setParameters(Object.fromEntries(values))
  return flow
}

const vectors: [string, CouplingOptions][] = [
  ['affine, halves', {}],
  ['additive, odd-even', { law: 'additive', mask: 'odd-even', parity: 1 }],
  ['tanh', { net: mlp({ hidden: [5], activation: 'tanh' }), parity: 1 }],
  ['residual', { mask: 'odd-even', net: residualNet({ width: 8, blocks: 3, activation: 'silu' }) }],
]
const images: [string, CouplingOptions][] = [
  ['channels', { mask: 'channels', net: convNet({ hidden: [7, 6] }) }],
  ['checkerboard', { mask: 'checkerboard', parity: 1, net: convNet({ hidden: [9] }) }],
  ['residual', { mask: 'checkerboard', law: 'additive', net: residualNet({ width: 4, blocks: 1 }) }],
  ['perceptron', { mask: 'odd-even', net: mlp({ hidden: [3] }) }],
]
const all = [
  ...vectors.map(([name, options]) => ({ name, options, rows: { dim: 6 } })),
  ...images.map(([name, options]) => ({ name: `${name} of images`, options, rows: { shape: [4, 6, 2] } })),
]
type Case = (typeof all)[number]
const make = ({ options, rows }: Case, context = 0) => new Flow([new Coupling(options)], { ...rows, context, seed: 1 })

describe('coupling', () => {
  it.each(all)('is the identity at first: $name', async (given) => {
    const flow = make(given)
    const x = { data: new Rng(2).normal(new Float32Array(10 * flow.dim)), shape: [10, flow.dim] }
    const { z, logDet } = await flow.forward(x)
    expect(z.data).toEqual(x.data)
    expect([...logDet]).toEqual(new Array(10).fill(0))
  })

  it.each(all)('its inverse undoes it, and takes back the log-determinant: $name', async (given) => {
    const flow = wild(make(given, 2), 3)
    const x = { data: new Rng(4).normal(new Float32Array(50 * flow.dim)), shape: [50, flow.dim] }
    const context = { data: new Rng(5).normal(new Float32Array(100)), shape: [50, 2] }
    const { z, logDet } = await flow.forward(x, { context })
    const back = await flow.inverse(z, { context })
    expect(z.data.some((value, i) => Math.abs(value - x.data[i]!) > 0.1)).toBe(true)
    back.x.data.forEach((value, i) => void expect(value).toBeCloseTo(x.data[i]!, 3))
    back.logDet.forEach((value, i) => void expect(value).toBeCloseTo(-logDet[i]!, 3))
  })
})
