// What a Boltzmann machine refuses: one sentence, and nothing has changed; and its files.

import { describe, expect, it } from 'vitest'
import { ArgumentError, BoltzmannMachine, FormatError, GibbsiteError } from '#gibbsite'
import { edgesOf, optionsOf, smallMachine } from '../support/boltzmann.ts'
import { damaged } from '../support/hostile.ts'

const pairs = (...edges: unknown[]) => ({ edges }) as never
const csr = (offsets: number[], columns: number[], weights: number[]) => ({ csr: { offsets, columns, weights } })

describe('a constructor', () => {
  it.each<[object, string]>([
    [{}, 'expected `visible` to be an integer'],
    [{ visible: 0 }, 'expected `visible`'],
    [{ visible: 3, hidden: -1 }, 'expected `hidden`'],
    [{ visible: 20_000 }, 'expected `units`'],
    [{ visible: 3, states: 'bits' }, 'expected `states` to be "spin" or "binary"'],
    [{ visible: 3, temperature: 0 }, 'expected `temperature` to be a number above 0; got 0'],
    [{ visible: 3, temperature: Number.NaN }, 'expected `temperature` to be a number above 0; got NaN'],
    [{ visible: 3, temperature: -2 }, 'expected `temperature` to be a number above 0; got -2'],
    [{ visible: 3, weights: [] }, 'expected `options` to have only the keys'],
    [
      {
        visible: 2,
        couplings: [
          [0, 1],
          [2, 0],
        ],
      },
      'expected `couplings` to be symmetric; got 2 at (1, 0) and 1 at (0, 1)',
    ], // prettier-ignore
    [
      {
        visible: 2,
        couplings: [
          [1, 0],
          [0, 0],
        ],
      },
      'expected `couplings` to have a zero diagonal; got 1 in row 0',
    ], // prettier-ignore
    [
      {
        visible: 2,
        couplings: [
          [0, Number.NaN],
          [1, 0],
        ],
      },
      'got NaN in row 0, column 1',
    ], // prettier-ignore
    [
      {
        visible: 3,
        couplings: [
          [0, 1],
          [1, 0],
        ],
      },
      'expected `couplings` to have 3 columns; got 2',
    ], // prettier-ignore
    [{ visible: 3, bias: [1] }, 'expected `bias` to have 3 values; got 1'],
    [{ visible: 3, couplings: pairs([0, 0, 1]) }, 'to couple two different units; got unit 0 twice'],
    [{ visible: 3, couplings: pairs([0, 1, 1], [1, 0, 2]) }, 'to have each pair once; got units 0 and 1 twice'],
    [{ visible: 3, couplings: pairs([0, 3, 1]) }, 'to name units from 0 to 2; got 3'],
    [{ visible: 3, couplings: pairs([0, 0.5, 1]) }, 'to name units from 0 to 2; got 0.5'],
    [{ visible: 3, couplings: pairs([0, 1, Number.NaN]) }, 'to have a finite weight up to 1000000000000000; got NaN'],
    [{ visible: 3, couplings: pairs([0, 1, 1e300]) }, 'to have a finite weight'],
    [{ visible: 3, couplings: pairs([0]) }, 'expected `couplings.edges[0]` to be [i, j, weight]'],
    [
      { visible: 3, couplings: { edges: 'no' } },
      'expected `couplings.edges` to be an array of [i, j, weight]; got "no"',
    ],
    [{ visible: 2, couplings: csr([0, 1], [1], [1]) }, 'expected `couplings.csr.offsets` to have 3 values; got 2'],
    [{ visible: 2, couplings: csr([0, 1, 3], [1, 0], [1, 1]) }, 'to go from 0 to 2; got 0 to 3'],
    [{ visible: 2, couplings: csr([0, 2, 1], [1, 0], [1, 1]) }, 'to be whole numbers that do not fall'],
    [
      { visible: 2, couplings: csr([0, 1, 2], [1, 0], [1]) },
      'expected `couplings.csr.weights` to have 2 values; got 1',
    ],
    [{ visible: 2, couplings: csr([0, 1, 2], [1, 0], [1, 2]) }, 'expected `couplings.csr` to be symmetric'],
    [{ visible: 2, couplings: csr([0, 1, 1], [1], [1]) }, 'expected `couplings.csr` to be symmetric'],
    [{ visible: 2, couplings: csr([0, 1, 2], [0, 1], [1, 1]) }, 'to have a zero diagonal; got an entry at (0, 0)'],
    [{ visible: 3, couplings: csr([0, 2, 3, 4], [2, 1, 0, 0], [1, 1, 1, 1]) }, 'to rise within a row'],
  ])('%j is refused', (options, sentence) => {
    expect(() => new BoltzmannMachine(options as never)).toThrow(ArgumentError)
    expect(() => new BoltzmannMachine(options as never)).toThrow(sentence)
  })
})

describe('a call', () => {
  const small = smallMachine(5, 1, 'spin')
  const machine = new BoltzmannMachine({ visible: 4, hidden: 1, ...optionsOf(small) })
  const ones = [1, 1, 1, 1, 1]

  it.each<[string, () => Promise<unknown>, string]>([
    ['chains', () => machine.sample({ chains: 0 }), 'expected `chains` to be an integer from 1'],
    ['sweeps', () => machine.sample({ sweeps: -1 }), 'expected `sweeps`'],
    ['scan', () => machine.sample({ scan: 'sideways' as never }), 'expected `scan` to be "sequential"'],
    [
      'update',
      () => machine.sample({ update: 'gibbs' as never }),
      'expected `update` to be "heat-bath" or "metropolis"',
    ],
    ['temperature', () => machine.sample({ temperature: 0 }), 'expected `temperature` to be a number above 0; got 0'],
    ['list', () => machine.sample({ sweeps: 3, temperature: [1, 2] }), 'to have 3 values, one for each sweep; got 2'],
    ['list entry', () => machine.sample({ sweeps: 2, temperature: [1, -1] }), 'expected `temperature[1]`'],
    ['cooling', () => machine.sample({ temperature: { from: 0, to: 1 } }), 'expected `temperature.from`'],
    [
      'shape',
      () => machine.sample({ temperature: { from: 2, to: 1, shape: 'steep' as never } }),
      '"geometric" or "linear"',
    ],
    [
      'init',
      () => machine.sample({ init: [1, 1] }),
      'expected `init` to have 5 columns, or 4 for the visible units; got 2',
    ],
    ['init value', () => machine.sample({ init: [1, 1, 0.5, 1, 1] }), 'to hold only -1 and 1, or only 0 and 1'],
    [
      'init rows',
      () => machine.sample({ chains: 3, init: [ones, ones] }),
      'to have 1 or 3 rows, one for each chain; got 2',
    ],
    [
      'mask',
      () => machine.sample({ clamp: { mask: [1], values: ones } }),
      'expected `clamp.mask` to have 5 values; got 1',
    ],
    [
      'mask value',
      () => machine.sample({ clamp: { mask: [2, 0, 0, 0, 0], values: ones } }),
      'to hold only true, false',
    ],
    [
      'values',
      () => machine.sample({ clamp: { mask: ones, values: [1, 1, 1, 1] } }),
      'to have 5 columns, for unit 4; got 4',
    ],
    ['no values', () => machine.sample({ clamp: { mask: ones } as never }), 'expected `clamp.values`'],
    ['first chain', () => machine.sample({ firstChain: 2 ** 32 }), 'expected `firstChain`'],
    ['seed', () => machine.sample({ seed: -1 }), 'expected `seed`'],
    [
      'average',
      () => machine.retrieve(ones, { sweeps: 5, average: 6 }),
      'expected `average` to be an integer from 1 to 5',
    ],
    ['known', () => machine.retrieve(ones, { known: [1, 1] }), 'expected `known`'],
    ['cues', () => machine.retrieve([1, 0, -1, 0, 1]), 'to hold only -1 and 1, or only 0 and 1'],
    ['states', () => machine.energy([1, 1]), 'expected `states` to have 5 columns; got 2'],
    [
      'exact clamp',
      () => machine.exact({ clamp: { mask: ones, values: [ones, ones] } }),
      'expected `clamp.values` to have 1 row; got 2',
    ],
    [
      'too many',
      () => new BoltzmannMachine({ visible: 26 }).exact(),
      'to have at most 25 units that are not held; got 26',
    ],
    ['data', () => machine.logLikelihood([1, 1, 1]), 'expected `data` to have 4 columns; got 3'],
  ])('%s', async (_, call, sentence) => {
    const before = machine.toBytes()
    const error = await call().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ArgumentError)
    expect((error as Error).message).toContain(sentence)
    expect((error as Error).message).not.toContain('\n')
    expect(machine.toBytes()).toEqual(before)
  })

  it.each<[unknown, unknown, string]>([
    [undefined, undefined, 'expected `couplings` to be given'],
    [
      [
        [0, 1],
        [1, 0],
      ],
      undefined,
      'expected `couplings` to have 5 columns; got 2',
    ], // prettier-ignore
    [pairs([0, 9, 1]), undefined, 'to name units from 0 to 4; got 9'],
    [pairs([0, 1, 1]), [1, 2], 'expected `bias` to have 5 values; got 2'],
  ])('setCouplings(%j, %j)', (couplings, bias, sentence) => {
    const before = machine.toBytes()
    expect(() => machine.setCouplings(couplings as never, bias as never)).toThrow(sentence)
    expect(machine.toBytes()).toEqual(before)
  })
})

describe('a file', () => {
  const small = smallMachine(9, 2, 'binary', 1, 0.4)
  const machines = [
    new BoltzmannMachine({ visible: 6, hidden: 3, temperature: 0.7, ...optionsOf(small) }),
    new BoltzmannMachine({ visible: 9, states: 'spin', couplings: { edges: edgesOf(small) }, bias: small.bias }),
    new BoltzmannMachine({ visible: 2, temperature: Number.POSITIVE_INFINITY }),
  ]

  it('gives the machine back', async () => {
    for (const machine of machines) {
      const again = BoltzmannMachine.fromBytes(machine.toBytes())
      expect(again.toBytes()).toEqual(machine.toBytes())
      expect([again.visible, again.hidden, again.states, again.temperature, again.colours]).toEqual([
        ...[machine.visible, machine.hidden, machine.states, machine.temperature, machine.colours],
      ])
      const run = { chains: 20, sweeps: 10, seed: 1 }
      expect((await again.sample(run)).states).toEqual((await machine.sample(run)).states)
    }
  })

  it('that is damaged is refused in one sentence, or is a whole machine', async () => {
    const trained = new BoltzmannMachine({ visible: 6, hidden: 3 })
    await trained.fit(
      Array.from({ length: 6 }, (_, r) => [0, 1, 2, 3, 4, 5].map((i) => Number(i === r))),
      { epochs: 1, seed: 1 },
    )
    for (const machine of [...machines, trained]) {
      const bytes = machine.toBytes()
      let refused = 0
      for (let k = 0; k < 400; k++) {
        try {
          BoltzmannMachine.fromBytes(damaged(bytes, k)).couplings()
        } catch (error) {
          refused++
          expect(error).toBeInstanceOf(GibbsiteError)
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^[^\n]+$/)
        }
      }
      expect(refused).toBeGreaterThan(100)
    }
  })
})
