// Samples of flows: their law, their addresses, what stops them.

import { describe, expect, it } from 'vitest'
import { AbortError, Flow, type FlowSample, nice, Rescale, realNVP } from '#gibbsite'
import { shaken } from '../support/flows.ts'
import { abortedAtLook } from '../support/signals.ts'
import { Family, kolmogorovSmirnovTest, normalCdf } from '../support/statistics.ts'

const normalFlow = () => shaken(realNVP({ dim: 3, couplings: 4, hidden: [8], seed: 1 }), 0.4)
const logisticFlow = () => shaken(nice({ dim: 3, hidden: [8], seed: 1 }), 0.4)
const column = ({ data, shape }: { data: Float32Array; shape: readonly number[] }, j: number) =>
  Float32Array.from({ length: shape[0]! }, (_, i) => data[i * shape[1]! + j]!)

describe('samples', () => {
  // Family level 1e-3: z = f(x) of samples follows the base, times the temperature.
  it('have the law of the flow, at any temperature', async () => {
    const family = new Family()
    const logisticCdf = (x: number) => 1 / (1 + Math.exp(-x))
    for (const [name, flow, cdf] of [
      ['normal', normalFlow(), normalCdf],
      ['logistic', logisticFlow(), logisticCdf],
    ] as const) {
      for (const temperature of [1, 0.5]) {
        const { z } = await flow.forward(await flow.sample(4000, { temperature, seed: 7 }))
        for (let j = 0; j < 3; j++) {
          const p = kolmogorovSmirnovTest(column(z, j), (x) => cdf(x / temperature))
          family.add(`${name}, ${temperature}, ${j}`, p)
        }
      }
    }
    expect(family.failures()).toEqual([])
  })

  it('are draws of the base where the flow is the identity, each coordinate with its own', async () => {
    const { data } = await new Flow([new Rescale()], { dim: 5, base: 'logistic' }).sample(100, { seed: 3 })
    expect(new Set(data).size).toBe(500)
  })

  it.each([
    ['normal', normalFlow()],
    ['logistic', logisticFlow()],
  ])('are functions of the seed and of their numbers: %s', async (_, flow) => {
    const whole = await flow.sample(50, { seed: 9 })
    expect(whole).toMatchObject({ shape: [50, 3], seed: 9 })
    const parts = [await flow.sample(17, { seed: 9 }), await flow.sample(33, { seed: 9, first: 17 })]
    expect(parts.flatMap(({ data }) => [...data])).toEqual([...whole.data])
    expect((await flow.sample(50, { seed: 10 })).data).not.toEqual(whole.data)
    const { seed } = await flow.sample(2)
    expect((await flow.sample(2, { seed })).data).toEqual((await flow.sample(2, { seed })).data)
  })

  it('of temperature 0 are the image of 0', async () => {
    const flow = normalFlow()
    const { data } = await flow.sample(2, { temperature: 0, seed: 1 })
    const { x } = await flow.inverse([[0, 0, 0]])
    expect([...data]).toEqual([...x.data, ...x.data])
  })

  it('follow their own contexts', async () => {
    const flow = shaken(realNVP({ dim: 2, couplings: 2, hidden: [8], context: 2, seed: 1 }), 0.5)
    const both = await flow.sample(2, {
      seed: 1,
      context: [
        [1, 0],
        [0, 1],
      ],
    })
    const second = await flow.sample(1, { seed: 1, first: 1, context: [[0, 1]] })
    expect([...second.data]).toEqual([...both.data.subarray(2)])
    expect((await flow.sample(1, { seed: 1, first: 1, context: [[1, 0]] })).data).not.toEqual(second.data)
  })

  it('that are stopped leave the first of them', async () => {
    const flow = shaken(realNVP({ dim: 3, couplings: 4, hidden: [32, 32], seed: 1 }), 0.1)
    const whole = await flow.sample(16_000, { seed: 4 })
    const error = await flow.sample(16_000, { seed: 4, signal: abortedAtLook(3) }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AbortError)
    const { partial } = error as AbortError<FlowSample>
    expect(partial!.shape[0]).toBeGreaterThan(0)
    expect(partial!.shape[0]).toBeLessThan(16_000)
    expect(partial!.data).toEqual(whole.data.subarray(0, partial!.data.length))
  })
})
