import { describe, expect, test } from 'vitest'
import { AliasTable, ArgumentError, Rng, type RngState } from '#gibbsite'

const state = new Rng(1).state
// What the types forbid, a JavaScript caller may still do.
const wrong = (value: unknown) => value as never
const changed = (change: object): RngState => ({ ...state, ...change })

const calls: readonly (readonly [call: string, run: (rng: Rng) => unknown, message: string])[] = [
  [
    'new Rng(-1)',
    () => new Rng(-1),
    'expected `seed` to be a non-negative safe integer or a bigint below 2^64; got -1',
  ],
  ['new Rng(1.5)', () => new Rng(1.5), 'got 1.5'],
  ['new Rng(NaN)', () => new Rng(NaN), 'got NaN'],
  ['new Rng(2 ** 53)', () => new Rng(2 ** 53), 'got 9007199254740992'],
  ['new Rng(2n ** 64n)', () => new Rng(2n ** 64n), 'got 18446744073709551616n'],
  ['new Rng("7")', () => new Rng(wrong('7')), 'got "7"'],
  ['new Rng(null)', () => new Rng(wrong(null)), 'got null'],
  ['uniform(-1)', (rng) => rng.uniform(-1), 'expected `n` to be a non-negative integer; got -1'],
  ['uniform(1.5)', (rng) => rng.uniform(1.5), 'got 1.5'],
  ['uniform(NaN)', (rng) => rng.uniform(NaN), 'got NaN'],
  ['uniform(2 ** 52)', (rng) => rng.uniform(2 ** 52), 'fits into memory'],
  [
    'uniform()',
    (rng) => rng.uniform(wrong(undefined)),
    'expected `out` to be a number of draws or one of Float64Array, Float32Array',
  ],
  ['uniform("3")', (rng) => rng.uniform(wrong('3')), 'got "3"'],
  ['uniform([])', (rng) => rng.uniform(wrong([0, 0])), 'got an array of length 2'],
  ['uniform(Int32Array)', (rng) => rng.uniform(wrong(new Int32Array(2))), 'got a Int32Array of length 2'],
  ['uniform, low NaN', (rng) => rng.uniform(3, { low: NaN }), 'expected `low` to be a finite number; got NaN'],
  ['uniform, high infinite', (rng) => rng.uniform(3, { high: Infinity }), 'expected `high` to be a finite number'],
  ['uniform, low = high', (rng) => rng.uniform(3, { low: 1, high: 1 }), 'expected `high` to be above low, 1; got 1'],
  ['uniform, too wide', (rng) => rng.uniform(3, { low: -1.7e308, high: 1.7e308 }), 'expected `high - low` to leave'],
  [
    'uniform, too wide for floats',
    (rng) => rng.uniform(new Float32Array(3), { high: 1e39 }),
    'finite in a Float32Array',
  ],
  ['uniform, misspelt', (rng) => rng.uniform(3, wrong({ hihg: 2 })), 'did you mean "high"?'],
  [
    'uniform, options a number',
    (rng) => rng.uniform(3, wrong(2)),
    'expected `options` to be an object of options; got 2',
  ],
  ['normal, sd negative', (rng) => rng.normal(3, { sd: -1 }), 'expected `sd` to be a number of at least 0; got -1'],
  ['normal, sd NaN', (rng) => rng.normal(3, { sd: NaN }), 'expected `sd`'],
  [
    'normal, mean a string',
    (rng) => rng.normal(3, { mean: wrong('0') }),
    'expected `mean` to be a finite number; got "0"',
  ],
  [
    'normal, sd too large',
    (rng) => rng.normal(new Float32Array(3), { sd: 1e38 }),
    'expected `sd` to leave the draws finite',
  ],
  ['exponential, rate 0', (rng) => rng.exponential(3, { rate: 0 }), 'expected `rate` to be a number above 0; got 0'],
  [
    'exponential, rate tiny',
    (rng) => rng.exponential(3, { rate: 1e-310 }),
    'expected `rate` to leave the draws finite',
  ],
  ['bernoulli, p 1.1', (rng) => rng.bernoulli(3, { p: 1.1 }), 'expected `p` to be a probability from 0 to 1; got 1.1'],
  ['bernoulli, p NaN', (rng) => rng.bernoulli(3, { p: NaN }), 'expected `p`'],
  ['bernoulli, p too short', (rng) => rng.bernoulli(3, { p: [0, 1] }), 'expected `p` to have 3 values; got 2'],
  ['bernoulli, p with NaN', (rng) => rng.bernoulli(3, { p: [0, NaN, 1] }), 'NaN at index 1'],
  [
    'bernoulli, p with 2',
    (rng) => rng.bernoulli(3, { p: [0, 1, 2] }),
    'expected `p` to hold probabilities from 0 to 1; got 2 at index 2',
  ],
  [
    'integers without options',
    (rng) => rng.integers(3, wrong(undefined)),
    'expected `high` to be a safe integer; got undefined',
  ],
  ['integers, high 1.5', (rng) => rng.integers(3, { high: 1.5 }), 'expected `high` to be a safe integer; got 1.5'],
  ['integers, empty range', (rng) => rng.integers(3, { low: 3, high: 3 }), 'expected `high` to be above low, 3; got 3'],
  ['integers, too wide', (rng) => rng.integers(new Float64Array(3), { low: -1, high: 2 ** 53 - 1 }), 'below 2^53'],
  ['integers beyond Int32Array', (rng) => rng.integers(3, { high: 2 ** 31 + 1 }), 'which a Int32Array does not'],
  [
    'integers beyond Float32Array',
    (rng) => rng.integers(new Float32Array(3), { high: 2 ** 25 }),
    'which a Float32Array does not',
  ],
  [
    'categorical without weights',
    (rng) => rng.categorical(3, wrong({})),
    'expected `weights` to be an array of numbers; got undefined',
  ],
  [
    'categorical, none',
    (rng) => rng.categorical(3, { weights: [] }),
    'expected `weights` to have one above 0; got none at all',
  ],
  [
    'categorical, all 0',
    (rng) => rng.categorical(3, { weights: [0, 0] }),
    'expected `weights` to have one above 0; got only 0',
  ],
  [
    'categorical, negative',
    (rng) => rng.categorical(3, { weights: [1, -1] }),
    'expected `weights` to be at least 0; got -1 at index 1',
  ],
  ['categorical, infinite', (rng) => rng.categorical(3, { weights: [1, Infinity] }), 'Infinity at index 1'],
  ['categorical into floats', (rng) => rng.categorical(wrong(new Float32Array(3)), { weights: [1] }), 'expected `out`'],
  ['AliasTable of NaN', () => new AliasTable([NaN]), 'NaN at index 0'],
  ['permutation(-1)', (rng) => rng.permutation(-1), 'expected `n` to be a non-negative integer; got -1'],
  ['permutation(Int32Array)', (rng) => rng.permutation(wrong(new Int32Array(3))), 'expected `out`'],
  ['words(Float32Array)', (rng) => rng.words(wrong(new Float32Array(3))), 'expected `out`'],
  ['split(-1)', (rng) => rng.split(-1), 'expected `i` to be an integer from 0 to 9007199254740990; got -1'],
  ['split(2 ** 53 - 1)', (rng) => rng.split(2 ** 53 - 1), 'expected `i`'],
  ['split(0.5)', (rng) => rng.split(0.5), 'expected `i`'],
  ['fromState()', () => Rng.fromState(wrong(undefined)), 'expected `state` to be the state of an Rng; got undefined'],
  ['fromState, other generator', () => Rng.fromState(wrong(changed({ generator: 'mt19937' }))), 'expected `state`'],
  [
    'fromState, seed a number',
    () => Rng.fromState(wrong(changed({ seed: 7 }))),
    'expected `state.seed` to be a decimal number',
  ],
  ['fromState, key too large', () => Rng.fromState(changed({ key: '18446744073709551616' })), 'expected `state.key`'],
  ['fromState, key not decimal', () => Rng.fromState(changed({ key: '0x7' })), 'expected `state.key`'],
  ['fromState, stream negative', () => Rng.fromState(changed({ stream: -1 })), 'expected `state.stream`'],
  ['fromState, position 0.5', () => Rng.fromState(changed({ position: 0.5 })), 'expected `state.position`'],
  [
    'past the end of a stream',
    () => Rng.fromState(changed({ position: 2 ** 53 - 10 })).uniform(10),
    '2^53 draws of a stream',
  ],
]

describe('wrong arguments', () => {
  test.each(calls)('%s: one clear error, and no draw is used', (_, run, message) => {
    const rng = new Rng(1)
    const error = caught(() => run(rng))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error?.message).toContain(message)
    expect(error?.message).not.toContain('\n')
    expect(rng.state).toEqual(state)
  })
})

function caught(run: () => unknown): Error | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error as Error
  }
}

test('nothing may be asked for', () => {
  const rng = new Rng(1)
  expect(rng.uniform(0)).toEqual(new Float64Array(0))
  expect(rng.normal(new Float32Array(0))).toEqual(new Float32Array(0))
  expect(rng.bernoulli(0, { p: [] })).toEqual(new Uint8Array(0))
  expect(rng.permutation(0)).toEqual(new Uint32Array(0))
  expect(rng.state).toEqual(state)
})

test('views into the middle of a buffer are filled, and nothing beside them', () => {
  const all = new Float32Array(100)
  new Rng(1).normal(all.subarray(30, 71))
  expect(all.every((value, i) => (value !== 0) === (i >= 30 && i < 71))).toBe(true)
})
