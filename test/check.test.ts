import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as check from '../src/check.ts'
import { ArgumentError } from '../src/errors.ts'

function message(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError)
    return (error as Error).message
  }
  return expect.fail('nothing was thrown')
}

const notNumbers = [undefined, null, '1', Number.NaN, Number.POSITIVE_INFINITY, 1n, {}, [1], true]

describe('numbers', () => {
  it.each([
    ['positiveInteger', check.positiveInteger, [1, 2 ** 53 - 1], [0, -1, 1.5, 2 ** 53]],
    ['nonNegativeInteger', check.nonNegativeInteger, [0, 7], [-1, 0.5]],
    ['finiteNumber', check.finiteNumber, [0, -1e308, 5e-324], []],
    ['positiveNumber', check.positiveNumber, [5e-324, 3], [0, -0, -1]],
    ['nonNegativeNumber', check.nonNegativeNumber, [0, 3], [-1e-300]],
    ['probability', check.probability, [0, 0.5, 1], [-1e-9, 1 + 1e-9]],
  ] as const)('%s lets the right ones through', (_, fn, good, wrong) => {
    for (const value of good) expect(fn('x', value)).toBe(value)
    for (const value of [...wrong, ...notNumbers])
      expect(message(() => fn('x', value))).toMatch(/^expected `x` to be .*; got /)
  })

  it('bounds are part of the sentence', () => {
    expect(message(() => check.positiveInteger('threads', 65, 64))).toBe(
      'expected `threads` to be an integer from 1 to 64; got 65',
    )
    expect(message(() => check.integerWithin('k', 2, 5, Number.MAX_SAFE_INTEGER))).toBe(
      'expected `k` to be an integer of at least 5; got 2',
    )
    expect(message(() => check.numberWithin('t', Number.NaN, 0.5, 2))).toBe(
      'expected `t` to be a number from 0.5 to 2; got NaN',
    )
    expect(message(() => check.positiveInteger('epochs', '20'))).toBe(
      'expected `epochs` to be a positive integer; got "20"',
    )
  })
})

describe('words, flags, functions, signals', () => {
  it('oneOf lists the words and the nearest', () => {
    expect(check.oneOf('method', 'pcd', ['cd', 'pcd'])).toBe('pcd')
    expect(message(() => check.oneOf('method', 'pdc', ['cd', 'pcd', 'exact']))).toBe(
      'expected `method` to be "cd", "pcd" or "exact"; got "pdc" (did you mean "pcd"?)',
    )
    expect(message(() => check.oneOf('method', 3, ['cd']))).toBe('expected `method` to be "cd"; got 3')
    expect(message(() => check.oneOf('method', 'toString', ['cd']))).toContain('got "toString"')
  })

  it('flag, optionalFunction and signal', () => {
    expect(check.flag('f', false)).toBe(false)
    expect(message(() => check.flag('f', 0))).toBe('expected `f` to be true or false; got 0')
    expect(check.optionalFunction('f', undefined)).toBeUndefined()
    expect(message(() => check.optionalFunction('f', 1 as never))).toBe('expected `f` to be a function; got 1')
    const { signal } = new AbortController()
    expect(check.signal('signal', signal)).toBe(signal)
    expect(check.signal('signal', undefined)).toBeUndefined()
    for (const wrong of [null, {}, 'abort', { aborted: false }]) {
      expect(message(() => check.signal('signal', wrong))).toContain('to be an AbortSignal')
    }
  })
})

describe('seed', () => {
  it('takes safe integers and 64-bit bigints', () => {
    for (const good of [0, 7, 2 ** 53 - 1, 0n, 2n ** 64n - 1n]) expect(check.seed('seed', good)).toBe(good)
    expect(check.seed('seed', -0)).toBe(0)
    for (const wrong of [-1, 0.5, 2 ** 53, -1n, 2n ** 64n, Number.NaN, '7', null]) {
      expect(message(() => check.seed('seed', wrong))).toMatch(/^expected `seed` to be a non-negative safe integer/)
    }
  })

  it('is fresh entropy when not given', () => {
    const seeds = Array.from({ length: 200 }, () => check.seed('seed', undefined))
    expect(new Set(seeds).size).toBe(200)
    expect(seeds.every(Number.isSafeInteger)).toBe(true)
    expect(Math.max(...(seeds as number[]))).toBeGreaterThan(2 ** 50)
  })
})

describe('finiteArray', () => {
  it('gives a Float64Array, not copied when it is one', () => {
    const own = new Float64Array([1, 2])
    expect(check.finiteArray('x', own)).toBe(own)
    expect(check.finiteArray('x', [1, 2], 2)).toEqual(own)
    expect(check.finiteArray('x', new Uint8Array([1, 2]))).toEqual(own)
  })

  it('says what is wrong', () => {
    expect(message(() => check.finiteArray('x', [1], 2))).toBe('expected `x` to have 2 values; got 1')
    expect(message(() => check.finiteArray('x', [1, Number.NaN]))).toBe(
      'expected `x` to hold finite numbers; got NaN at index 1',
    )
    expect(message(() => check.finiteArray('x', [1, '2']))).toContain('got "2" at index 1')
    expect(message(() => check.finiteArray('x', new Array(3)))).toContain('got undefined at index 0')
    expect(message(() => check.finiteArray('x', new BigInt64Array(1)))).toContain('got a BigInt64Array of length 1')
    expect(message(() => check.finiteArray('x', '12'))).toContain('to be an array of numbers; got "12"')
  })
})

describe('options', () => {
  const known = ['epochs', 'batch', 'signal']

  it('passes known keys and undefined', () => {
    const given = { epochs: 2 }
    expect(check.options('options', given, known)).toBe(given)
    expect(check.options('options', undefined, known)).toEqual({})
  })

  it('refuses the rest and names the nearest known one', () => {
    expect(message(() => check.options('options', { epoch: 2 }, known))).toBe(
      'expected `options` to have only the keys epochs, batch, signal; got "epoch" (did you mean "epochs"?)',
    )
    expect(message(() => check.options('options', { zzz: 2 }, known))).toMatch(/got "zzz"$/)
    expect(message(() => check.options('options', JSON.parse('{"__proto__": 1}'), known))).toContain('got "__proto__"')
    for (const wrong of [null, 3, 'epochs', [1], new Float32Array(1)]) {
      expect(message(() => check.options('options', wrong as never, known))).toContain('to be an object of options')
    }
  })

  it('never suggests what was typed, and is quick on long keys', () => {
    expect(check.didYouMean('x'.repeat(1e6), known)).toBe('')
    fc.assert(fc.property(fc.string(), (word) => typeof check.didYouMean(word, known) === 'string'))
  })
})
