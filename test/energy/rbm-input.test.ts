// Wrong arguments to the methods of the RBM except `fit`: one clear sentence, and a model that is as it was.

import { describe, expect, it } from 'vitest'
import { RBM } from '#gibbsite'
import { anyone, type Case, data, grey, H, refused, row, rowsCases, V } from '../support/rbm-refusals.ts'

const NAN = [1, 0, Number.NaN, 0, 1, 0]

const cases: Case[] = [
  ['new: no options', () => new RBM(anyone(undefined)), 'expected `visible` to be an integer from 1'],
  [
    'new: no units',
    () => new RBM({ visible: 0, hidden: 4 }),
    'expected `visible` to be an integer from 1 to 16777216; got 0',
  ],
  ['new: half a unit', () => new RBM({ visible: 3, hidden: 2.5 }), 'expected `hidden` to be an integer from 1'],
  ['new: too large', () => new RBM({ visible: 2 ** 24, hidden: 2 ** 24 }), 'to fit into memory'],
  ['new: a wrong key', () => new RBM(anyone({ visible: 3, hiden: 2 })), '(did you mean "hidden"?)'],
  ['new: a wrong seed', () => new RBM({ visible: 3, hidden: 2, seed: -1 }), 'expected `seed` to be a non-negative'],
  [
    'new: a wrong scale',
    () => new RBM({ visible: 3, hidden: 2, weightScale: Number.NaN }),
    'expected `weightScale` to be',
  ],

  ['set: a wrong key', (rbm) => rbm.setParameters(anyone({ weight: [] })), '(did you mean "weights"?)'],
  ['set: wrong width', (rbm) => rbm.setParameters({ weights: [row] }), 'expected `weights` to have 4 columns; got 6'],
  [
    'set: wrong height',
    (rbm) => rbm.setParameters({ weights: [[1, 2, 3, 4]] }),
    'expected `weights` to have 6 rows, one for each visible unit; got 1',
  ],
  [
    'set: short biases',
    (rbm) => rbm.setParameters({ visibleBias: [1] }),
    'expected `visibleBias` to have 6 values; got 1',
  ],
  [
    'set: NaN',
    (rbm) => rbm.setParameters({ hiddenBias: [1, Number.NaN, 0, 0] }),
    'expected `hiddenBias` to hold finite numbers; got NaN at index 1',
  ],
  [
    'set: too large',
    (rbm) => rbm.setParameters({ hiddenBias: [1, 1e30, 0, 0] }),
    'expected `hiddenBias` to hold numbers up to 1000000000000000; got',
  ],
  [
    'set: one good, one bad',
    (rbm) => rbm.setParameters({ visibleBias: row, hiddenBias: [1e300, 0, 0, 0] }),
    'expected `hiddenBias` to hold numbers up to',
  ],

  ...rowsCases('hiddenProbabilities', 'data', V, (rbm, rows) => rbm.hiddenProbabilities(rows)),
  ...rowsCases('visibleProbabilities', 'hidden', H, (rbm, rows) => rbm.visibleProbabilities(rows)),
  ...rowsCases('reconstruct', 'data', V, (rbm, rows) => rbm.reconstruct(rows)),
  ...rowsCases('energy', 'visible', V, (rbm, rows) => rbm.energy(rows, [[0, 0, 0, 0]])),
  ...rowsCases('energy', 'hidden', H, (rbm, rows) => rbm.energy(row, rows)).map(
    ([n, ...rest]) => [`${n} (hidden)`, ...rest] as Case,
  ),
  ...rowsCases('freeEnergy', 'data', V, (rbm, rows) => rbm.freeEnergy(rows)),
  ...rowsCases('freeEnergyGap', 'train', V, (rbm, rows) => rbm.freeEnergyGap(rows, data)),
  ...rowsCases('freeEnergyGap', 'validation', V, (rbm, rows) => rbm.freeEnergyGap(data, rows)).map(
    ([n, ...rest]) => [`${n} (validation)`, ...rest] as Case,
  ),
  ...rowsCases('pseudoLogLikelihood', 'data', V, (rbm, rows) => rbm.pseudoLogLikelihood(rows)),
  ...rowsCases('logLikelihood', 'data', V, (rbm, rows) => rbm.logLikelihood(rows)),
  ...rowsCases('complete', 'images', V, (rbm, rows) => rbm.complete(rows, row)),
  ...rowsCases('logPartition', 'base', V, (rbm, base) => rbm.logPartition({ base })).filter(
    ([n]) => !n.includes('nothing'),
  ),
  [
    'energy: other rows',
    (rbm) => rbm.energy(data, [[0, 0, 0, 0]]),
    'expected `hidden` to have as many rows as `visible`, 2; got 1',
  ],
  [
    'hiddenProbabilities: a wrong option',
    (rbm) => rbm.hiddenProbabilities(data, anyone({ sinal: 1 })),
    '(did you mean "signal"?)',
  ],
  [
    'freeEnergy: a wrong signal',
    (rbm) => rbm.freeEnergy(data, { signal: anyone(1) }),
    'expected `signal` to be an AbortSignal; got 1',
  ],
  [
    'freeEnergy: a wrong callback',
    (rbm) => rbm.freeEnergy(data, { onProgress: anyone('x') }),
    'expected `onProgress` to be a function; got "x"',
  ],

  [
    'sample: no chains',
    (rbm) => rbm.sample({ chains: 0 }),
    'expected `chains` to be an integer from 1 to 16777216; got 0',
  ],
  [
    'sample: too many for memory',
    (rbm) => {
      const wide = new RBM({ visible: 1000, hidden: 1 })
      void rbm
      return wide.sample({ chains: 2 ** 24 })
    },
    'for layers of this size to fit into memory',
  ],
  ['sample: no sweeps', (rbm) => rbm.sample({ sweeps: 0 }), 'expected `sweeps` to be an integer from 1'],
  ['sample: never', (rbm) => rbm.sample({ every: 0 }), 'expected `every` to be a positive integer; got 0'],
  ['sample: a wrong seed', (rbm) => rbm.sample({ seed: 0.5 }), 'expected `seed` to be'],
  [
    'sample: a negative beta',
    (rbm) => rbm.sample({ beta: -1 }),
    'expected `beta` to be a number from 0 to 1000000; got -1',
  ],
  ['sample: a NaN beta', (rbm) => rbm.sample({ beta: Number.NaN }), 'expected `beta` to be a number from 0'],
  [
    'sample: a negative chain',
    (rbm) => rbm.sample({ firstChain: -1 }),
    'expected `firstChain` to be an integer from 0',
  ],
  [
    'sample: a chain too far',
    (rbm) => rbm.sample({ firstChain: 2 ** 32 - 1 }),
    'expected `firstChain` to be an integer from 0',
  ],
  [
    'sample: a negative sweep',
    (rbm) => rbm.sample({ firstSweep: -1 }),
    'expected `firstSweep` to be an integer from 0',
  ],
  ['sample: a start of other width', (rbm) => rbm.sample({ init: [1] }), 'expected `init` to have 6 columns; got 1'],
  [
    'sample: a start in between',
    (rbm) => rbm.sample({ init: grey }),
    'expected `init` to hold only zeros and ones; got 0.5 in row 0, column 2',
  ],
  [
    'sample: a start of other height',
    (rbm) => rbm.sample({ chains: 3, init: data }),
    'expected `init` to have 1 or 3 rows, one for each chain; got 2',
  ],
  [
    'sample: a clamp without mask',
    (rbm) => rbm.sample({ clamp: anyone({ values: row }) }),
    'expected `clamp.mask` to be an array of booleans; got undefined',
  ],
  [
    'sample: a short mask',
    (rbm) => rbm.sample({ clamp: { mask: [1], values: row } }),
    'expected `clamp.mask` to have 6 values; got 1',
  ],
  [
    'sample: a wrong mask',
    (rbm) => rbm.sample({ clamp: { mask: [1, 0, 2, 0, 0, 0], values: row } }),
    'expected `clamp.mask` to hold only true, false, 1 and 0; got 2 at index 2',
  ],
  [
    'sample: clamped to a half',
    (rbm) => rbm.sample({ clamp: { mask: row, values: grey } }),
    'expected `clamp.values` to hold only zeros and ones; got 0.5',
  ],
  [
    'sample: clamped to no values',
    (rbm) => rbm.sample({ clamp: anyone({ mask: row }) }),
    'expected `clamp.values` to be',
  ],
  ['sample: a wrong key', (rbm) => rbm.sample(anyone({ chain: 3 })), '(did you mean "chains"?)'],
  ['sample: no object', (rbm) => rbm.sample(anyone(64)), 'expected `options` to be an object of options; got 64'],

  ['complete: a short mask', (rbm) => rbm.complete(data, [1, 0]), 'expected `known` to have 6 values; got 2'],
  [
    'complete: a wrong mask',
    (rbm) => rbm.complete(data, anyone(NAN)),
    'expected `known` to hold only true, false, 1 and 0; got NaN at index 2',
  ],
  [
    'complete: no mask',
    (rbm) => rbm.complete(data, anyone(undefined)),
    'expected `known` to be an array of booleans; got undefined',
  ],
  [
    'complete: masks of other height',
    (rbm) => rbm.complete(data, [row, row, row]),
    'expected `known` to have 2 rows, one for each image; got 3',
  ],
  [
    'complete: a mean of more',
    (rbm) => rbm.complete(data, row, { sweeps: 10, average: 11 }),
    'expected `average` to be an integer from 1 to 10; got 11',
  ],
  ['complete: no sweeps', (rbm) => rbm.complete(data, row, { sweeps: 0 }), 'expected `sweeps` to be an integer from 1'],

  [
    'pseudoLogLikelihood: in between',
    (rbm) => rbm.pseudoLogLikelihood(grey),
    'expected `data` to hold only zeros and ones; got 0.5 in row 0, column 2',
  ],
  [
    'pseudoLogLikelihood: no flips',
    (rbm) => rbm.pseudoLogLikelihood(data, { flips: 0 }),
    'expected `flips` to be an integer from 1',
  ],
  [
    'pseudoLogLikelihood: text',
    (rbm) => rbm.pseudoLogLikelihood(data, { flips: anyone('some') }),
    'expected `flips` to be an integer from 1',
  ],

  [
    'logPartition: a wrong method',
    (rbm) => rbm.logPartition({ method: anyone('guess') }),
    'expected `method` to be "auto", "ais" or "exact"; got "guess"',
  ],
  [
    'logPartition: too large to enumerate',
    () => new RBM({ visible: 26, hidden: 26 }).logPartition({ method: 'exact' }),
    'expected `method` to be "auto" or "ais"; got "exact"',
  ],
  ['logPartition: no chains', (rbm) => rbm.logPartition({ chains: 0 }), 'expected `chains` to be an integer from 1'],
  ['logPartition: no steps', (rbm) => rbm.logPartition({ steps: 0 }), 'expected `steps` to be an integer from 1'],
  [
    'logPartition: a wrong flag',
    (rbm) => rbm.logPartition({ reverse: anyone(1) }),
    'expected `reverse` to be true or false; got 1',
  ],
  [
    'logPartition: a negative burn-in',
    (rbm) => rbm.logPartition({ burnIn: -1 }),
    'expected `burnIn` to be an integer from 0',
  ],
  [
    'logLikelihood: in between',
    (rbm) => rbm.logLikelihood(grey),
    'expected `data` to hold only zeros and ones; got 0.5',
  ],
  [
    'logLikelihood: a wrong raise',
    (rbm) => rbm.logLikelihood(data, { raise: -1 }),
    'expected `raise` to be a non-negative integer; got -1',
  ],
  [
    'logLikelihood: no log Z',
    (rbm) => rbm.logLikelihood(data, { partition: anyone({}) }),
    'expected `partition.logZ` to be a finite number; got undefined',
  ],

  ['fromBytes: nothing', () => RBM.fromBytes(new Uint8Array()), 'expected'],
  ['fromBytes: text', () => RBM.fromBytes(anyone('bytes')), 'expected'],
]

describe('a wrong argument', () => {
  it.each(cases)('%s', refused)
})

describe('extreme parameters', () => {
  it('give finite answers', async () => {
    const rbm = new RBM({ visible: V, hidden: H, seed: 1 })
    const huge = (n: number, sign = 1) => new Float32Array(n).fill(sign * 1e15)
    for (const sign of [1, -1]) {
      rbm.setParameters({
        weights: { data: huge(V * H, sign), shape: [V, H] },
        visibleBias: huge(V),
        hiddenBias: huge(H, -1),
      })
      expect((await rbm.freeEnergy(data)).every(Number.isFinite)).toBe(true)
      expect((await rbm.hiddenProbabilities(data)).data.every((p) => p >= 0 && p <= 1)).toBe(true)
      expect(await rbm.pseudoLogLikelihood(data, { flips: 'all' })).toBeLessThanOrEqual(0)
      expect(Number.isFinite((await rbm.logPartition()).logZ)).toBe(true)
      expect(Number.isFinite((await rbm.logPartition({ method: 'ais', steps: 20, chains: 10 })).logZ)).toBe(true)
      const { states } = await rbm.sample({ chains: 5, sweeps: 5, beta: 1e6 })
      expect(states.data.every((x) => x === 0 || x === 1)).toBe(true)
    }
  })
})
