// Wrong arguments to what flows are used for: one clear sentence, and a flow that is as it was.

import { describe, expect, it } from 'vitest'
import {
  Actnorm,
  ArgumentError,
  Coupling,
  Flow,
  Logit,
  type MatrixLike,
  Rescale,
  realNVP,
  Split,
  Squeeze,
} from '#gibbsite'
import { shaken } from '../support/flows.ts'

const flow = shaken(realNVP({ dim: 3, couplings: 2, hidden: [4], seed: 1 }), 0.3)
const conditional = realNVP({ dim: 3, couplings: 2, hidden: [4], context: 2, seed: 1 })
const unit = new Flow([new Logit({ alpha: 0.05 }), new Actnorm()], { dim: 3 })
const row = [0.5, 0.25, 1]
const anything = <T>(value: unknown) => value as T

type Call = () => unknown
type Case = readonly [name: string, call: Call, message: string]

/** What every method that takes rows refuses. */
function rowsCases(method: string, argument: string, call: (rows: MatrixLike) => unknown): Case[] {
  const wrong = `expected \`${argument}\``
  return [
    [`${method}: a wrong width`, () => call([[1, 2]]), `${wrong} to have 3 columns; got 2`],
    [`${method}: NaN`, () => call([1, Number.NaN, 2]), 'got NaN in row 0, column 1'],
    [`${method}: too large for float32`, () => call([1, 2, 1e39]), 'got 1e+39 in row 0, column 2'],
    [`${method}: no rows`, () => call([]), wrong],
    [`${method}: a flat array of parts of rows`, () => call(new Float64Array(7)), `${wrong} to have 3 columns; got 7`],
    [`${method}: nothing`, () => call(anything(undefined)), `${wrong} to be { data, shape: [rows, columns] }`],
  ]
}

const never = AbortSignal.abort()
const shared = new Float32Array(3)
const place = new ArrayBuffer(16)
const cases: Case[] = [
  ...rowsCases('forward', 'x', (x) => flow.forward(x)),
  ...rowsCases('inverse', 'z', (z) => flow.inverse(z)),
  ...rowsCases('logProb', 'x', (x) => flow.logProb(x)),
  ...rowsCases('interpolate', 'a', (a) => flow.interpolate(a, row)),
  ...rowsCases('interpolate (b)', 'b', (b) => flow.interpolate(row, b)),
  ...rowsCases('inpaint', 'data', (data) => flow.inpaint(data, [1, 1, 0])),
  ...rowsCases('check', 'data', (data) => flow.check({ data: data ?? anything(null) })),

  ['forward: a wrong key', () => flow.forward(row, anything({ signals: never })), '(did you mean "signal"?)'],
  ['forward: no signal', () => flow.forward(row, { signal: anything(1) }), 'expected `signal` to be an AbortSignal'],
  [
    'forward: an array of another length',
    () => flow.forward(row, { out: { z: new Float32Array(2) } }),
    'expected `out.z` to be a Float32Array of 3 numbers; got one of 2',
  ],
  [
    'forward: an array of another type',
    () => flow.forward(row, { out: { logDet: anything(new Float32Array(1)) } }),
    'expected `out.logDet` to be a Float64Array of 1 numbers; got a Float32Array',
  ],
  ['forward: a wrong key of out', () => flow.forward(row, { out: anything({ x: 1 }) }), 'only the keys z, logDet'],
  ['inverse: out is an array', () => flow.inverse(row, { out: anything(new Float32Array(3)) }), 'object of options'],
  [
    'inverse: the rows as their own result',
    () => flow.inverse(shared, { out: { x: shared } }),
    'expected `out.x` to have memory of its own; got an array that shares it with another one',
  ],
  [
    'forward: two results in one place',
    () => flow.forward(row, { out: { z: new Float32Array(place, 0, 3), logDet: new Float64Array(place, 8, 1) } }),
    'expected `out.logDet` to have memory of its own',
  ],
  [
    'logProb: no array',
    () => flow.logProb(row, { out: anything([0]) }),
    'expected `out` to be a Float64Array of 1 numbers; got an array',
  ],
  ['logProb: a context too many', () => flow.logProb(row, { context: [1] }), 'expected `context` to be absent'],
  ['logProb: no context', () => conditional.logProb(row), 'expected `context` to be given, 2 numbers a row; got none'],
  [
    'logProb: contexts for other rows',
    () =>
      conditional.logProb([row, row, row], {
        context: [
          [1, 0],
          [0, 1],
        ],
      }),
    'expected `context` to have 3 rows or one; got 2',
  ],
  [
    'logProb: outside of the logit',
    () => unit.logProb([row, [0.5, 1.5, 0]]),
    'got row 1, which layers[0] (logit) does not',
  ],

  ['sample: no rows', () => flow.sample(0), 'expected `n` to be an integer from 1 to'],
  ['sample: too many rows', () => flow.sample(2 ** 30), 'expected `n` to be an integer from 1 to'],
  ['sample: half a row', () => flow.sample(1.5), 'got 1.5'],
  ['sample: cold', () => flow.sample(1, { temperature: -1 }), 'expected `temperature` to be a number from 0'],
  ['sample: a wrong seed', () => flow.sample(1, { seed: -1 }), 'expected `seed` to be a non-negative'],
  ['sample: a wrong first', () => flow.sample(1, { first: 0.5 }), 'expected `first` to be an integer from 0'],
  ['sample: no context', () => conditional.sample(2), 'expected `context` to be given'],
  ['sample: a wrong key', () => flow.sample(1, anything({ temprature: 1 })), '(did you mean "temperature"?)'],

  ['inpaint: a short mask', () => flow.inpaint(row, [1, 0]), 'expected `known` to have 3 values; got 2'],
  ['inpaint: no mask', () => flow.inpaint(row, anything(undefined)), 'expected `known` to be an array of booleans'],
  ['inpaint: a half known number', () => flow.inpaint(row, [1, 0.5, 0]), 'got 0.5 at index 1'],
  [
    'inpaint: masks for other rows',
    () =>
      flow.inpaint(row, [
        [1, 0, 0],
        [1, 0, 0],
      ]),
    'expected `known` to have 1 row',
  ],
  ['inpaint: no steps', () => flow.inpaint(row, [1, 0, 0], { steps: 0 }), 'expected `steps` to be'],
  ['inpaint: no climbs', () => flow.inpaint(row, [1, 0, 0], { restarts: 0 }), 'expected `restarts` to be'],
  ['inpaint: bounds that cross', () => flow.inpaint(row, [1, 0, 0], { bounds: [1, 0] }), 'got [1, 0]'],
  ['inpaint: a wrong key', () => flow.inpaint(row, [1, 0, 0], anything({ restart: 2 })), '(did you mean "restarts"?)'],

  [
    'interpolate: other rows',
    () => flow.interpolate([row, row], row),
    'expected `b` to have as many rows as `a`, 2; got 1',
  ],
  ['interpolate: one step', () => flow.interpolate(row, row, { steps: 1 }), 'expected `steps` to be an integer from 2'],

  ['check: no points', () => flow.check({ points: 0 }), 'expected `points` to be an integer from 1'],

  [
    'setParameters: a wrong name',
    () => flow.setParameters({ '9.scale': [1] }),
    'expected `parameters` to have only the keys',
  ],
  [
    'setParameters: a wrong length',
    () => flow.setParameters({ '0.shift': [1] }),
    'expected `0.shift` to have 3 values; got 1',
  ],
  ['setParameters: NaN', () => flow.setParameters({ '0.shift': [1, 2, Number.NaN] }), 'got NaN at index 2'],

  ['new: no layers', () => new Flow([], { dim: 2 }), 'expected `layers` to be an array of at least one layer'],
  [
    'new: no layer',
    () => new Flow([anything<Rescale>({})], { dim: 2 }),
    'expected `layers[0]` to be a layer of a flow',
  ],
  ['new: neither dim nor shape', () => new Flow([new Rescale()], {}), 'expected `options` to have `dim` or `shape`'],
  ['new: an odd dimension for halves', () => new Flow([new Coupling()], { dim: 3 }), 'expected `layers[0] (coupling)`'],
  [
    'new: sides that do not squeeze',
    () => new Flow([new Squeeze(), new Squeeze()], { shape: [6, 8] }),
    'expected `layers[1] (squeeze)` to get images with even sides; got images of 3 x 4 x 4',
  ],
  ['new: one channel to split', () => new Flow([new Split()], { shape: [4, 4] }), 'expected `layers[0] (split)`'],
]

describe('a flow refuses', () => {
  it.each(cases)('%s', async (_, call, message) => {
    const before = JSON.stringify([flow.parameters(), conditional.parameters()])
    const error = await (async () => await call())().then(
      () => expect.unreachable('the call was not refused'),
      (reason: Error) => reason,
    )
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('\n')
    expect(JSON.stringify([flow.parameters(), conditional.parameters()])).toBe(before)
    expect((await flow.logProb(row)).every(Number.isFinite)).toBe(true)
  })
})
