// Inpainting, against conditional laws that are known.

import { describe, expect, it } from 'vitest'
import { AbortError, Actnorm, Flow, type InpaintResult, Logit, nice, oneHot, realNVP } from '#gibbsite'
import { shaken } from '../support/flows.ts'
import { conditionalMode, linearFlow } from '../support/linear-flow.ts'
import { abortedAtLook } from '../support/signals.ts'

const row = [0.5, -1, 2, 0.3, 1]
const known = [1, 0, 1, 0, 0]

describe('inpainting', () => {
  it('comes near to the mode of a normal law given the known numbers', async () => {
    const linear = await linearFlow(5)
    const found = await linear.flow.inpaint(row, known, { steps: 400, seed: 1 })
    const mode = conditionalMode(linear, row.map(Math.fround), known)
    const highest = (await linear.flow.logProb(mode))[0]!
    expect(found.logProb[0]).toBeLessThanOrEqual(highest + 1e-4)
    expect(found.logProb[0]).toBeGreaterThan(highest - 0.05)
    for (const [i, value] of mode.entries()) {
      if (known[i]) expect(found.data[i]).toBe(Math.fround(row[i]!))
      else expect(Math.abs(found.data[i]! - value)).toBeLessThan(0.5)
    }
  })

  it('gives the best point that any climb came to, with the log densities on the way', async () => {
    const flow = shaken(realNVP({ dim: 5, couplings: 4, hidden: [8], seed: 1 }), 0.3)
    const options = { steps: 30, restarts: 3, seed: 2 }
    const found = await flow.inpaint([row, [0, 0, 0, 0, 0]], known, options)
    expect(found.trace.shape).toEqual([2, 3, 31])
    const climbs = Array.from({ length: 6 }, (_, climb) => [...found.trace.data.subarray(climb * 31, climb * 31 + 31)])
    for (const climb of climbs) {
      expect(climb).toEqual(climb.toSorted((a, b) => a - b))
      expect(climb[30]).toBeGreaterThan(climb[0]!)
    }
    const logs = await flow.logProb(found)
    for (const r of [0, 1]) {
      expect(found.logProb[r]).toBe(Math.max(...found.trace.data.subarray(r * 93, (r + 1) * 93)))
      expect(found.logProb[r]).toBeCloseTo(logs[r]!, 5)
    }
    expect(await flow.inpaint([row, [0, 0, 0, 0, 0]], known, options)).toEqual(found)
  })

  it('takes rows with masks of their own, and contexts', async () => {
    const flow = shaken(realNVP({ dim: 3, couplings: 2, hidden: [8], context: 2, seed: 1 }), 0.3)
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    const masks = [
      [1, 0, 0],
      [0, 1, 1],
    ]
    const { data } = await flow.inpaint(rows, masks, { steps: 5, restarts: 1, seed: 1, context: oneHot([0, 1], 2) })
    expect([data[0], data[4], data[5]]).toEqual([1, 5, 6])
    expect([data[1], data[2], data[3]]).not.toEqual([2, 3, 4])
  })

  it('keeps to the interval of the data', async () => {
    const flow = new Flow([new Actnorm()], { dim: 4 })
    flow.setParameters({ '0.shift': [0, 0, 3, -3] })
    const bounded = await flow.inpaint([0.2, 0.9, 0, 0], [1, 1, 0, 0], { bounds: [0, 1], steps: 40, seed: 1 })
    expect(bounded.data.every((value) => value >= 0 && value <= 1)).toBe(true)
    const free = await flow.inpaint([0.2, 0.9, 0, 0], [1, 1, 0, 0], { steps: 40, seed: 1 })
    expect(free.data[2]).toBeLessThan(-2)
    expect(free.data[3]).toBeGreaterThan(2)
  })

  it('keeps to [0, 1] where the flow begins with a logit', async () => {
    const flow = shaken(new Flow([new Logit(), ...nice({ dim: 4, hidden: [8] }).layers], { dim: 4, seed: 1 }), 0.5)
    const { data } = await flow.inpaint([0.2, 0.9, 0, 0], [1, 1, 0, 0], { steps: 40, seed: 1 })
    expect(data.every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('that is stopped leaves what it has come to', async () => {
    const flow = shaken(realNVP({ dim: 5, couplings: 4, hidden: [8], seed: 1 }), 0.3)
    const options = { steps: 1000, restarts: 2, seed: 2 }
    const whole = await flow.inpaint(row, known, options)
    const stopped = flow.inpaint(row, known, { ...options, signal: abortedAtLook(3) })
    const error = await stopped.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AbortError)
    const { steps, trace } = (error as AbortError<InpaintResult>).partial!
    expect(steps).toBeGreaterThan(0)
    expect(steps).toBeLessThan(1000)
    expect(trace.shape).toEqual([1, 2, steps + 1])
    for (const climb of [0, 1]) {
      const prefix = whole.trace.data.subarray(climb * 1001, climb * 1001 + steps + 1)
      expect(trace.data.subarray(climb * (steps + 1), (climb + 1) * (steps + 1))).toEqual(prefix)
    }
  })
})
