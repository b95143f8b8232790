// Chains of several seeds in one run: each has the bytes that its seed gives alone.

import { describe, expect, it } from 'vitest'
import { type ChainStream, GaussianRBM, Hopfield, RBM, Rng, realNVP } from '#gibbsite'

// Few rows and many: units of few rows are decided another way (native/core/fixed_sampler.h).
const few: ChainStream[] = [{ seed: 7 }, { seed: 2 ** 52, chains: 2, firstChain: 5 }, { seed: 7, firstChain: 1 }]
const many: ChainStream[] = [...few, { seed: 10n ** 19n, chains: 30, firstChain: 2 ** 32 - 30 }, { seed: 0, chains: 3 }]
const cases = { few, many }

const [V, H] = [70, 45]
const rbm = new RBM({ visible: V, hidden: H, seed: 1, weightScale: 0.4 })
const gaussian = new GaussianRBM({ visible: V, hidden: H, seed: 1, weightScale: 0.2 })
const flow = realNVP({ dim: 5, couplings: 2, hidden: [8], seed: 1 })

interface Rows {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
}

/** Rows of each stream's own run, one below the other. */
async function alone(streams: readonly ChainStream[], run: (stream: ChainStream, first: number) => Promise<Rows>) {
  const rows: number[] = []
  let first = 0
  for (const stream of streams) {
    rows.push(...Array.from((await run(stream, first)).data))
    first += stream.chains ?? 1
  }
  return rows
}

const total = (streams: readonly ChainStream[]) => streams.reduce((sum, { chains = 1 }) => sum + chains, 0)
/** Data and which of it is known, a mask of its own for each row. */
function halfKnown(rows: number) {
  const rng = new Rng(3)
  const bits = (p: number) => ({ data: rng.bernoulli(rows * V, { p }), shape: [rows, V] as [number, number] })
  return { data: bits(0.5), known: bits(0.3) }
}
const part = ({ data, shape: [, columns] }: ReturnType<typeof halfKnown>['data'], first: number, count: number) => ({
  data: data.subarray(first * columns, (first + count) * columns),
  shape: [count, columns] as [number, number],
})

describe.each(Object.entries(cases))('%s', (_, streams) => {
  it('RBM.sample', async () => {
    const together = await rbm.sample({ streams, sweeps: 5, beta: 0.9 })
    expect(Array.from(together.states.data)).toEqual(
      await alone(
        streams,
        async (stream) => (await rbm.sample({ ...stream, chains: stream.chains ?? 1, sweeps: 5, beta: 0.9 })).states,
      ),
    )
    expect(together.states.shape).toEqual([total(streams), V])
    expect(together.seed).toBe(streams[0]!.seed)
  })

  it('GaussianRBM.sample', async () => {
    const together = await gaussian.sample({ streams, sweeps: 3 })
    expect(Array.from(together.states.data)).toEqual(
      await alone(streams, async (stream) => (await gaussian.sample({ chains: 1, ...stream, sweeps: 3 })).states),
    )
  })

  it('Flow.sample', async () => {
    const together = await flow.sample(total(streams), { streams, temperature: 0.8 })
    const own = (stream: ChainStream) =>
      flow.sample(stream.chains ?? 1, { seed: stream.seed, first: stream.firstChain, temperature: 0.8 })
    expect(Array.from(together.data)).toEqual(await alone(streams, own))
  })

  it.each([
    ['RBM', rbm],
    ['GaussianRBM', gaussian],
  ] as const)('%s.complete, with a mask of its own for each row', async (_name, model) => {
    const own = streams.map(({ seed, chains }) => ({ seed, chains }))
    const { data, known } = halfKnown(total(streams))
    const together = await model.complete(data, known, { streams: own, sweeps: 4, average: 2 })
    const one = async ({ seed, chains = 1 }: ChainStream, first: number) =>
      (await model.complete(part(data, first, chains), part(known, first, chains), { seed, sweeps: 4, average: 2 }))
        .mean
    expect(Array.from(together.mean.data)).toEqual(await alone(own, one))
  })

  it('Hopfield.recall, also of those that are in the middle when others have ended', async () => {
    const net = new Hopfield({ units: V })
    const spins = (rows: number, seed: number) => ({
      data: Int8Array.from(new Rng(seed).bernoulli(rows * V, { p: 0.5 }), (bit) => 2 * bit - 1),
      shape: [rows, V] as [number, number],
    })
    await net.store(spins(12, 1), { rule: 'hebbian' })
    const probes = spins(total(streams), 2)
    const own = streams.map(({ seed, chains }) => ({ seed, chains }))
    const together = await net.recall(probes, { streams: own })
    const one = async ({ seed, chains = 1 }: ChainStream, first: number) => {
      const rows = {
        data: probes.data.subarray(first * V, (first + chains) * V),
        shape: [chains, V] as [number, number],
      }
      return (await net.recall(rows, { seed })).states
    }
    expect(Array.from(together.states.data)).toEqual(await alone(own, one))
  })
})

it('the last states of a run of several seeds depend on the seed of each row', async () => {
  const { states } = await rbm.sample({ streams: [{ seed: 1 }, { seed: 2 }], sweeps: 3 })
  expect(Array.from(states.data.subarray(0, V))).not.toEqual(Array.from(states.data.subarray(V)))
})

describe('refuses', () => {
  const sentences: [string, () => Promise<unknown>, string][] = [
    [
      'none',
      () => rbm.sample({ streams: [] }),
      'expected `streams` to be an array of at least one stream; got an array of length 0',
    ],
    [
      'a seed beside them',
      () => rbm.sample({ streams: few, seed: 1 }),
      'expected `seed` to be left to `streams`, which were given too; got 1',
    ],
    [
      'chains beside them',
      () => gaussian.sample({ streams: few, chains: 4 }),
      'expected `chains` to be left to `streams`, which were given too; got 4',
    ],
    [
      'a negative seed',
      () => rbm.sample({ streams: [{ seed: -1 }] }),
      'expected `streams[0].seed` to be a non-negative safe integer or a bigint below 2^64; got -1',
    ],
    [
      'no chains',
      () => rbm.sample({ streams: [{ seed: 1, chains: 0 }] }),
      'expected `streams[0].chains` to be an integer from 1 to 4294967296; got 0',
    ],
    [
      'an unknown key',
      () => rbm.sample({ streams: [{ seed: 1, chain: 2 } as ChainStream] }),
      'expected `streams[0]` to have only the keys seed, chains, firstChain; got "chain" (did you mean "chains"?)',
    ],
    [
      'too few rows',
      () => flow.sample(9, { streams: few }),
      'expected `streams` to have 9 chains, one for each row; got 4',
    ],
    [
      'other rows',
      () => rbm.complete([new Array(V).fill(1)], new Array(V).fill(1), { streams: few }),
      'expected `streams` to have as many chains as `images` has rows, 1; got 4',
    ],
  ]
  it.each(sentences)('%s', async (_, run, sentence) => {
    await expect(run()).rejects.toThrow(sentence)
  })
})
