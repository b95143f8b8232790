import { describe, expect, it } from 'vitest'
import { FormatError, parseTransitions, type TransitionFormat } from '#gibbsite'
import { damaged } from '../support/hostile.ts'

const square = {
  rows: [
    [0.9, 0.1],
    [0.3, 0.7],
  ],
}

describe('squares', () => {
  it.each([
    '0.9,0.1\n0.3,0.7\n',
    '0.9 0.1\n0.3 0.7',
    '\uFEFF# a chain\n\n 0.9 ; 0.1\r\n.3;7e-1  # back\r\n',
    '0.9\t0.1\n0.3\t+0.7\n',
  ])('%j', (text) => {
    expect(parseTransitions(text)).toEqual(square)
  })

  it.each(['sun,rain\n0.9,0.1\n0.3,0.7\n', ',"sun",rain\nsun,0.9,0.1\n"rain",0.3,0.7\n'])('with names: %j', (text) => {
    expect(parseTransitions(text)).toEqual({ ...square, names: ['sun', 'rain'] })
  })
})

describe('triplets', () => {
  const triplets = [
    [0, 1, 1],
    [1, 0, 0.25],
    [1, 1, 0.5],
    [1, 1, 0.25],
  ]
  const text = '0 1 1\n1 0 0.25\n1 1 .5\n1 1 2.5e-1\n'

  it('are guessed by three cells a line, or said', () => {
    expect(parseTransitions(text)).toEqual({ triplets })
    expect(parseTransitions(text.replaceAll(' ', ','), 'triplets')).toEqual({ triplets })
    expect(parseTransitions('0 1 1\n1 2 1\n2 0 1', 'triplets')).toEqual({
      triplets: [
        [0, 1, 1],
        [1, 2, 1],
        [2, 0, 1],
      ],
    })
  })

  it('three lines of three cells are a square', () => {
    expect(parseTransitions('0 1 0\n0 0 1\n1 0 0')).toEqual({
      rows: [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    })
  })
})

it.each<[string, string, TransitionFormat?]>([
  ['', 'expected a transition matrix; got an empty file'],
  ['# nothing\n\n', 'got an empty file'],
  ['a,b\n', 'expected rows of numbers after the names; got none'],
  ['0.9,0.1\n0.3,x\n', 'expected a finite number in line 2; got "x"'],
  ['0.9,0.1\n0.3,\n', 'expected a finite number in line 2; got ""'],
  ['0.9,1e999\n0.3,1\n', 'expected a finite number in line 1; got "1e999"'],
  ['0.9,0x1\n0.3,1\n', 'got "0x1"'],
  ['NaN,1\n0.3,1\n', 'got "NaN"'],
  ['0.9,0.1\n\n1\n', 'expected 2 numbers, as there are 2 rows, in line 3; got "1"'],
  ['a,b,c,d\n0.9,0.1\n0.3,0.7\n', 'expected 2 names, as there are 2 rows, in line 1; got "4"'],
  ['0 1 1\n0 4096 1\n', 'expected states from 0 to 4095 in line 2; got "4096"', 'triplets'],
  ['0 -1 1\n', 'got "-1"', 'triplets'],
  ['0 1\n', 'expected `i j p` in line 1; got "0 1"', 'triplets'],
  [`${'1\n'.repeat(4097)}`, 'expected at most 4096 states; got 4097'],
])('refuses %j', (text, sentence, format) => {
  expect(() => parseTransitions(text, format)).toThrow(FormatError)
  expect(() => parseTransitions(text, format)).toThrow(sentence)
})

it('damaged files are read or refused in one sentence, never otherwise', () => {
  const originals = ['sun,rain\n0.9,0.1\n0.3,0.7\n', '0 1 1\n1 0 0.25\n1 1 .5\n1 1 2.5e-1\n'].map((text) =>
    new TextEncoder().encode(text),
  )
  let refused = 0
  for (let index = 0; index < 4000; index++) {
    const text = new TextDecoder().decode(damaged(originals[index % 2]!, index))
    try {
      const read = parseTransitions(text)
      const numbers = 'rows' in read ? read.rows.flat() : read.triplets.flat()
      expect(numbers.every(Number.isFinite)).toBe(true)
    } catch (error) {
      refused++
      expect(error).toBeInstanceOf(FormatError)
      // Sixty characters of the line, each up to six long in quotes.
      expect((error as Error).message.length).toBeLessThan(450)
    }
  }
  expect(refused).toBeGreaterThan(500)
})
