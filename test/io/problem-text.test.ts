// Text files of optimisation problems.

import { describe, expect, it } from 'vitest'
import { FormatError, guessFormat, parseProblem } from '#gibbsite'
import { damaged } from '../support/hostile.ts'

const cut = '# a triangle\n3 3\n1 2\n2 3 -2.5 # twice\n\n1 3 1\n'
const qubo = 'c from somewhere\np qubo 0 3 1 2\n1 1 -4\n0 1 2\n1 2 3e-1\n'
const ising = '0 0 0.5\n0 1 1\r\n2 1 -1\n'

describe('a problem', () => {
  it('is read from each format', () => {
    expect(parseProblem(cut, 'maxcut')).toEqual({
      units: 3,
      ends: Uint32Array.of(0, 1, 1, 2, 0, 2),
      weights: Float32Array.of(1, -2.5, 1),
      linear: new Float32Array(3),
    })
    expect(parseProblem(qubo, 'qubo')).toEqual({
      units: 3,
      ends: Uint32Array.of(0, 1, 1, 2),
      weights: Float32Array.of(2, 0.3),
      linear: Float32Array.of(0, -4, 0),
    })
    expect(parseProblem(ising, 'ising')).toEqual({
      units: 3,
      ends: Uint32Array.of(0, 1, 2, 1),
      weights: Float32Array.of(1, -1),
      linear: Float32Array.of(0.5, 0, 0),
    })
  })

  it('is recognised', () => {
    expect([
      guessFormat(cut, 'a'),
      guessFormat(qubo, 'b'),
      guessFormat(ising, 'c'),
      guessFormat('0 1 1', 'x.qubo'),
    ]).toEqual([...['maxcut', 'qubo', 'ising', 'qubo']])
  })

  it.each<[string, Parameters<typeof parseProblem>[1], string]>([
    ['', 'maxcut', 'expected a maxcut file; got an empty one'],
    ['3\n', 'maxcut', 'expected `units edges` in line 1; got "3"'],
    ['3 -1\n', 'maxcut', 'expected a whole number of at least 0 in line 1'],
    ['3 2\n1 2\n', 'maxcut', 'expected 2 lines after the first, as it says; got 1'],
    ['3 1\n0 2\n', 'maxcut', 'expected units from 1 to 3 in line 2; got "0 2"'],
    ['3 1\n1 4\n', 'maxcut', 'expected units from 1 to 3 in line 2; got "1 4"'],
    ['3 1\n2 2\n', 'maxcut', 'expected an edge between two different units in line 2'],
    ['3 2\n1 2\n2 1\n', 'maxcut', 'expected each pair once in line 3; got "2 1"'],
    ['3 1\n1 2 x\n', 'maxcut', 'expected a finite number up to 1000000000000000 in line 2; got "1 2 x"'],
    ['3 1\n1 2 1e99\n', 'maxcut', 'expected a finite number'],
    ['3 1\n1 2 3 4\n', 'maxcut', 'expected `i j` or `i j weight` in line 2'],
    ['p qubo 0 3 1\n', 'qubo', 'expected `p qubo 0 units diagonals pairs` in line 1'],
    ['p qubo 0 3 0 1\n0 1\n', 'qubo', 'expected `i j number` in line 2'],
    ['p qubo 0 3 2 0\n0 0 1\n0 0 2\n', 'qubo', 'expected each pair once in line 3'],
    ['0 1\n', 'ising', 'expected `i j number` in line 1'],
    ['0 99999999 1\n', 'ising', 'expected units from 0 to 16777215 in line 1'],
    ['0 1 NaN\n', 'ising', 'expected a finite number'],
  ])('%j as %s is refused', (text, format, sentence) => {
    expect(() => parseProblem(text, format)).toThrow(FormatError)
    expect(() => parseProblem(text, format)).toThrow(sentence)
  })

  it('that is damaged is refused in one sentence, or is one', () => {
    for (const [text, format] of [
      [cut, 'maxcut'],
      [qubo, 'qubo'],
      [ising, 'ising'],
    ] as const) {
      // prettier-ignore
      for (let k = 0; k < 2000; k++) {
        const bytes = damaged(new TextEncoder().encode(text), k)
        try {
          const { units, ends, linear } = parseProblem(new TextDecoder().decode(bytes), format)
          expect(linear.length).toBe(units)
          expect(ends.every((end) => end < units)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^[^\n]+$/)
        }
      }
    }
  })
})
