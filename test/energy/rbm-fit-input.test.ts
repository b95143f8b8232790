// Wrong arguments to `RBM.fit`: one clear sentence, and a model that is as it was.
import { describe, it } from 'vitest'
import { anyone, type Case, data, grey, refused, rowsCases, V } from '../support/rbm-refusals.ts'

const above = [1, 0, 1.5, 0, 1, 0]

const cases: Case[] = [
  ...rowsCases('fit', 'data', V, (rbm, rows) => rbm.fit(rows)),
  ...rowsCases('fit validation', 'validation', V, (rbm, validation) => rbm.fit(data, { validation })).filter(
    ([name]) => !name.includes('nothing'),
  ),
  ['fit: a wrong method', (rbm) => rbm.fit(data, { method: anyone('pdc') }), '(did you mean "pcd"?)'],
  ['fit: no epochs', (rbm) => rbm.fit(data, { epochs: 0 }), 'expected `epochs` to be an integer from 1'],
  ['fit: no batch', (rbm) => rbm.fit(data, { batch: 0 }), 'expected `batch` to be an integer from 1 to 1048576; got 0'],
  [
    'fit: no chains',
    (rbm) => rbm.fit(data, { chains: 0 }),
    'expected `chains` to be an integer from 1 to 1048576; got 0',
  ],
  [
    'fit: chains with cd',
    (rbm) => rbm.fit(data, { method: 'cd', chains: 5 }),
    'expected `chains` only with method "pcd" or "pcd-pt"; got method "cd"',
  ],
  [
    'fit: temperatures without tempering',
    (rbm) => rbm.fit(data, { temperatures: 5 }),
    'expected `temperatures` only with method "pcd-pt"; got method "pcd"',
  ],
  [
    'fit: one temperature',
    (rbm) => rbm.fit(data, { method: 'pcd-pt', temperatures: 1 }),
    'expected `temperatures` to be an integer from 2 to 1000; got 1',
  ],
  [
    'fit: rising temperatures',
    (rbm) => rbm.fit(data, { method: 'pcd-pt', temperatures: [1, 0.5, 0.7] }),
    'that start at 1 and fall, none below 0; got [1,0.5,0.7]',
  ],
  [
    'fit: no temperature 1',
    (rbm) => rbm.fit(data, { method: 'pcd-pt', temperatures: [0.9, 0.5] }),
    'that start at 1 and fall',
  ],
  [
    'fit: a negative rate',
    (rbm) => rbm.fit(data, { learningRate: -0.1 }),
    'expected `learningRate` to be a number of at least 0; got -0.1',
  ],
  [
    'fit: a NaN rate',
    (rbm) => rbm.fit(data, { learningRate: { initial: Number.NaN } }),
    'expected `learningRate.initial` to be',
  ],
  [
    'fit: a wrong schedule',
    (rbm) => rbm.fit(data, { learningRate: { initial: 1, schedule: anyone('cosine') } }),
    'expected `learningRate.schedule` to be "constant", "linear" or "exponential"; got "cosine"',
  ],
  [
    'fit: exponential to 0',
    (rbm) => rbm.fit(data, { learningRate: { initial: 1, final: 0, schedule: 'exponential' } }),
    'expected `learningRate.final` to be a number above 0; got 0',
  ],
  [
    'fit: constant to another',
    (rbm) => rbm.fit(data, { learningRate: { initial: 1, final: 0.5, schedule: 'constant' } }),
    'expected `learningRate.final` to equal `initial`',
  ],
  [
    'fit: momentum 1',
    (rbm) => rbm.fit(data, { momentum: 1 }),
    'expected `momentum` to be at least 0 and below 1; got 1',
  ],
  [
    'fit: a negative decay',
    (rbm) => rbm.fit(data, { weightDecay: -1 }),
    'expected `weightDecay` to be a number of at least 0; got -1',
  ],
  ['fit: no sweeps', (rbm) => rbm.fit(data, { sweeps: 0 }), 'expected `sweeps` to be an integer from 1'],
  [
    'fit: a wrong target',
    (rbm) => rbm.fit(data, { sparsity: { target: 2, cost: 1 } }),
    'expected `sparsity.target` to be a probability from 0 to 1; got 2',
  ],
  [
    'fit: no cost',
    (rbm) => rbm.fit(data, { sparsity: anyone({ target: 0.1 }) }),
    'expected `sparsity.cost` to be a number of at least 0; got undefined',
  ],
  [
    'fit: wrong statistics',
    (rbm) => rbm.fit(data, { statistics: anyone('mean') }),
    'expected `statistics` to be "probabilities" or "samples"; got "mean"',
  ],
  [
    'fit: a wrong offset rate',
    (rbm) => rbm.fit(data, { offsetRate: 1.5 }),
    'expected `offsetRate` to be a probability',
  ],
  [
    'fit: binary data that are not',
    (rbm) => rbm.fit(grey, { binarize: 'none' }),
    'expected `data` to hold only zeros and ones with binarize "none"; got values in between',
  ],
  [
    'fit: a wrong flag',
    (rbm) => rbm.fit(data, { initBias: anyone('yes') }),
    'expected `initBias` to be true or false; got "yes"',
  ],
  ['fit: a wrong key', (rbm) => rbm.fit(data, anyone({ epoch: 3 })), '(did you mean "epochs"?)'],
  ['fit: a wrong monitor', (rbm) => rbm.fit(data, { monitor: -1 }), 'expected `monitor` to be'],
  [
    'fit: nothing to resume',
    (rbm) => rbm.fit(data, { resume: true }),
    'expected `resume` to be false for a model that was not in training; got true',
  ],
  [
    'fit: a wrong signal',
    (rbm) => rbm.fit(data, { signal: anyone({}) }),
    'expected `signal` to be an AbortSignal; got an object',
  ],
  [
    'fit: a bad validation row',
    (rbm) => rbm.fit(data, { validation: above }),
    'expected `validation` to hold numbers from 0 to 1; got 1.5',
  ],
]

describe('a wrong argument', () => {
  it.each(cases)('%s', refused)
})
