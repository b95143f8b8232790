import { describe, expect, it } from 'vitest'
import {
  AbortError,
  ArgumentError,
  BackendError,
  DivergenceError,
  expected,
  FileError,
  FormatError,
  GibbsiteError,
  show,
} from '../src/errors.ts'

describe('the error classes', () => {
  const cause = new Error('deeper')
  const all = {
    GibbsiteError: new GibbsiteError('a'),
    ArgumentError: new ArgumentError('a', { cause }),
    FormatError: new FormatError('a', { cause }),
    BackendError: new BackendError('a', { cause }),
    AbortError: new AbortError([1, 2], { cause }),
    DivergenceError: new DivergenceError(7, 'the weights'),
    FileError: new FileError('a', 'b.npy', 'ENOSPC', { cause }),
  }

  it.each(Object.entries(all))('%s has its name, its base and its class in the stack', (name, error) => {
    expect(error).toBeInstanceOf(GibbsiteError)
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe(name)
    expect(String(error)).toContain(`${name}: `)
  })

  it('carry what a handler needs', () => {
    expect(all.AbortError.partial).toEqual([1, 2])
    expect(all.AbortError.cause).toBe(cause)
    expect(all.DivergenceError).toMatchObject({ step: 7, what: 'the weights' })
    expect(all.DivergenceError.message).toMatch(/expected the weights to stay finite.*step 7/)
    expect(all.FileError).toMatchObject({ path: 'b.npy', code: 'ENOSPC' })
  })
})

it('expected() makes one sentence', () => {
  expect(expected('data', 'to have 784 columns', 783)).toBe('expected `data` to have 784 columns; got 783')
})

describe('show()', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [-0, '-0'],
    [12n, '12n'],
    ['a "b"', '"a \\"b\\""'],
    [[1, 2], 'an array of length 2'],
    [new Float32Array(3), 'a Float32Array of length 3'],
    [new DataView(new ArrayBuffer(2)), 'a DataView of 2 bytes'],
    [{ a: 1 }, 'an object'],
    [Symbol('x'), 'a symbol'],
    [() => 1, 'a function'],
  ])('says %s in a few words', (value, words) => {
    expect(show(value)).toBe(words)
  })

  it('is short and calls no code of the value', () => {
    const trap = new Proxy({}, { get: () => expect.fail('called') })
    expect(show(trap)).toBe('an object')
    expect(show('x'.repeat(1e6)).length).toBeLessThan(80)
    expect(show(10n ** 5000n).length).toBeLessThan(80)
  })
})
