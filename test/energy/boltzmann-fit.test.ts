// Training of the Boltzmann machine against exact gradients and likelihoods.

import { describe, expect, it } from 'vitest'
import { AbortError, ArgumentError, BoltzmannMachine, DivergenceError } from '#gibbsite'
import { lawOf, optionsOf, type States, smallMachine } from '../support/boltzmann.ts'
import { Family, zTest } from '../support/statistics.ts'

/** Independent rows of a small machine's first `visible` units. */
async function drawnFrom(states: States, visible: number, rows: number) {
  const source = new BoltzmannMachine({ visible: 6, ...optionsOf(smallMachine(6, 31, states, 0.8)) })
  const { data } = await (await source.exact()).sample(rows, { seed: 2 })
  const kept = Int8Array.from({ length: rows * visible }, (_, k) => data[Math.floor(k / visible) * 6 + (k % visible)]!)
  return { data: kept, shape: [rows, visible] }
}

describe.each(['spin', 'binary'] as const)('training with %s units', (states) => {
  it.each([0, 2])('moves by the exact gradient on average (%i hidden units)', async (hidden) => {
    const small = smallMachine(6, 12, states, 0.5)
    const data = await drawnFrom(states, 6 - hidden, 40)
    const make = () => new BoltzmannMachine({ visible: 6 - hidden, hidden, temperature: 1.5, ...optionsOf(small) })
    const { couplings, bias } = await make().gradient(data)
    // One step on all rows; chains and hidden units have forgotten where they began. 40 runs tell its spread.
    const runs = 40
    const steps: Float32Array[][] = []
    for (let seed = 0; seed < runs; seed++) {
      const machine = make()
      const options = {
        epochs: 1,
        batch: 40,
        chains: 500,
        sweeps: 40,
        dataSweeps: 40,
        learningRate: 1,
        seed,
        monitor: 0,
      }
      await machine.fit(data, options)
      steps.push([machine.couplings().data, machine.bias()])
    }
    const family = new Family()
    const look = (name: string, part: number, k: number, before: number, exact: number) => {
      const moves = steps.map((step) => step[part]![k]! - Math.fround(before))
      const mean = moves.reduce((a, b) => a + b, 0) / runs
      const variance = moves.reduce((sum, move) => sum + (move - mean) ** 2, 0) / (runs - 1)
      family.add(name, zTest((mean - exact) / Math.sqrt(variance / runs)))
    }
    for (let i = 0; i < 6; i++) {
      look(`b${i}`, 1, i, small.bias[i]!, bias[i]!)
      for (let j = 0; j < i; j++) look(`W${i}${j}`, 0, 6 * i + j, small.couplings[i]![j]!, couplings[6 * i + j]!)
    }
    expect(family.failures()).toEqual([])
  })

  it.each([0, 2])('raises the likelihood to about that of the source (%i hidden units)', async (hidden) => {
    const visible = 6 - hidden
    const data = await drawnFrom(states, visible, 2000)
    const machine = new BoltzmannMachine({ visible, hidden, states })
    const before = await machine.logLikelihood(data)
    const learningRate = { initial: 0.2, final: 0.005 }
    const { history } = await machine.fit(data, { epochs: 40, batch: 100, chains: 200, learningRate, seed: 3 })
    const after = await machine.logLikelihood(data)
    // The likelihood of the rows under the law that made them; fitting may come a little above.
    const law = lawOf(smallMachine(6, 31, states, 0.8))
    const source = [...Array(2 ** visible).keys()].map((v) =>
      law.p.reduce((sum, p, k) => sum + (k % 2 ** visible === v ? p : 0), 0),
    )
    let entropy = 0
    for (let r = 0; r < 2000; r++) {
      let v = 0
      for (let i = 0; i < visible; i++) if (data.data[r * visible + i]! > 0) v |= 1 << i
      entropy += Math.log(source[v]!) / 2000
    }
    expect(before).toBeCloseTo(-visible * Math.log(2), 6)
    expect(after).toBeGreaterThan(entropy - 0.02)
    expect(after).toBeLessThan(entropy + 0.03)
    expect(history).toHaveLength(40)
    if (hidden > 0) expect(history[0]!.pseudoLogLikelihood).toBeUndefined()
    else expect(history.at(-1)!.pseudoLogLikelihood).toBeGreaterThan(history[0]!.pseudoLogLikelihood!)
  })

  it('goes on after a stop, a save and a load to the same bytes', async () => {
    const data = await drawnFrom(states, 5, 130)
    const options = { epochs: 6, batch: 20, chains: 10, momentum: 0.5, weightDecay: 0.01, seed: 9 }
    const make = () => new BoltzmannMachine({ visible: 5, hidden: 3, states })
    const whole = make()
    await whole.fit(data, options)
    const stopped = make()
    const stop = new AbortController()
    for await (const { epoch } of stopped.fit(data, { ...options, signal: stop.signal })) if (epoch === 2) break
    expect(stopped.training).toMatchObject({ epoch: 2, step: 0 })
    const loaded = BoltzmannMachine.fromBytes(stopped.toBytes())
    const { epochs, steps } = await loaded.fit(data, { resume: true })
    expect([epochs, steps]).toEqual([6, 42])
    expect(loaded.toBytes()).toEqual(whole.toBytes())
  })
})

describe('a training', () => {
  const data = [
    [1, -1, 1],
    [-1, -1, 1],
  ] // prettier-ignore

  it('stops at a step that leaves the finite numbers, with the last good parameters', async () => {
    const machine = new BoltzmannMachine({ visible: 3 })
    const error = await machine.fit(data, { learningRate: 1e30, seed: 1 }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DivergenceError)
    expect((error as DivergenceError).message).toContain('step 0')
    expect([...machine.couplings().data]).toEqual(new Array(9).fill(0))
  })

  it('can be stopped', async () => {
    const machine = new BoltzmannMachine({ visible: 3, hidden: 2 })
    const stop = new AbortController()
    const run = machine.fit(data, { epochs: 2 ** 30, seed: 1, signal: stop.signal, onProgress: () => stop.abort() })
    const error = await run.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AbortError)
    expect((error as AbortError<{ steps: number }>).partial!.steps).toBeGreaterThan(0)
  })

  it.each<[object, string]>([
    [{ batch: 0 }, 'expected `batch`'],
    [{ chains: 1.5 }, 'expected `chains`'],
    [{ momentum: 1 }, 'expected `momentum` to be at least 0 and below 1; got 1'],
    [{ dataSweeps: 0 }, 'expected `dataSweeps`'],
    [{ learningRate: -1 }, 'expected `learningRate`'],
    [{ epoch: 3 }, 'did you mean "epochs"?'],
    [{ resume: true }, 'expected `resume` to be false for a machine that was not in training; got true'],
  ])('refuses %j', async (options, sentence) => {
    const machine = new BoltzmannMachine({ visible: 3 })
    const before = machine.toBytes()
    await expect(machine.fit(data, options)).rejects.toThrow(sentence)
    expect(machine.toBytes()).toEqual(before)
  })

  it('refuses other data or options when resumed, sparse couplings, and a second fit at once', async () => {
    const machine = new BoltzmannMachine({ visible: 3 })
    await machine.fit(data, { epochs: 1, seed: 4 })
    await expect(machine.fit([data[0]!], { resume: true })).rejects.toThrow('2 rows; got 1')
    await expect(machine.fit([data[1]!, data[1]!], { resume: true })).rejects.toThrow('got other values')
    await expect(machine.fit(data, { resume: true, batch: 7 })).rejects.toThrow('expected `batch` to be 100')
    await expect(machine.fit(data, { resume: true, epochs: 0 })).rejects.toThrow(ArgumentError)
    const [one, two] = [machine.fit(data, { seed: 1 }), machine.fit(data, { seed: 1 })]
    await expect(two).rejects.toThrow('no other training')
    expect(() => machine.setBias([0, 0, 0])).toThrow('no `fit` is running')
    await one
    const sparse = new BoltzmannMachine({ visible: 3, couplings: { edges: [[0, 1, 1]] } })
    await expect(sparse.fit(data)).rejects.toThrow('dense couplings')
  })
})
