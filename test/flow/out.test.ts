// Results in arrays of the caller's: the same bytes as in new ones, and nothing else is written.

import { describe, expect, it } from 'vitest'
import { Flow, glow, Linear, realNVP } from '#gibbsite'
import { shaken } from '../support/flows.ts'

const flows = [
  ['vectors', shaken(realNVP({ dim: 3, couplings: 2, hidden: [4], seed: 1 }), 0.3)],
  ['images', shaken(glow({ shape: [4, 4, 2], levels: 2, steps: 1, hidden: [4, 4], seed: 1 }), 0.05)],
  ['one linear layer', shaken(new Flow([new Linear({ seed: 1 })], { shape: [5, 5, 3] }), 0.2)],
] as const

describe.each(flows)('out, for %s', (_, flow) => {
  const rows = 5
  const x = {
    data: Float32Array.from({ length: rows * flow.dim }, (_, i) => 0.5 + 0.4 * Math.sin(i)),
    shape: [rows, flow.dim],
  }

  it('takes what forward gives', async () => {
    const expected = await flow.forward(x)
    const out = { z: new Float32Array(rows * flow.dim).fill(7), logDet: new Float64Array(rows).fill(7) }
    for (let call = 0; call < 2; call++) {
      const { z, logDet } = await flow.forward(x, { out })
      expect(z.data).toBe(out.z)
      expect(logDet).toBe(out.logDet)
      expect({ z, logDet }).toEqual(expected)
    }
  })

  it('takes what inverse gives, in part or whole', async () => {
    const expected = await flow.inverse(x)
    const out = { x: new Float32Array(rows * flow.dim).fill(7), logDet: new Float64Array(rows).fill(7) }
    expect(await flow.inverse(x, { out })).toEqual(expected)
    const partly = await flow.inverse(x, { out: { x: out.x } })
    expect(partly).toEqual(expected)
    expect(partly.x.data).toBe(out.x)
    expect(partly.logDet).not.toBe(out.logDet)
  })

  it('takes what logProb gives', async () => {
    const out = new Float64Array(rows)
    expect(await flow.logProb(x, { out })).toBe(out)
    expect(out).toEqual(await flow.logProb(x))
  })
})

it('is written in pieces like any other array', async () => {
  const flow = shaken(realNVP({ dim: 3, couplings: 2, hidden: [200, 200], seed: 1 }), 0.1)
  const rows = 3000
  const x = { data: Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i)), shape: [rows, 3] }
  const memory = new Float32Array(rows * 3 + 20)
  const z = memory.subarray(10, -10)
  expect((await flow.forward(x, { out: { z } })).z.data).toEqual((await flow.forward(x)).z.data)
  expect([...memory.subarray(0, 10), ...memory.subarray(-10)]).toEqual(Array(20).fill(0))
})
