// Draws out to Stan's CSV and ArviZ's JSON, and back from CSV of all kinds, damaged ones included.

import { describe, expect, it } from 'vitest'
import { ArgumentError, type DrawsLike, FormatError, parseDraws, Rng, summary, toArviz, toCsv } from '#gibbsite'
import { damaged } from '../support/hostile.ts'

const [chains, draws] = [3, 20]
const rng = new Rng(8)
const run = {
  data: rng.normal(chains * draws * 4),
  shape: [chains, draws, 4] as [number, number, number],
  names: ['mu', 'x[0,0]', 'x[0,1]', 'tau'],
  statistics: {
    divergent: Float64Array.from({ length: chains * draws }, (_, k) => (k === 7 ? 1 : 0)),
    logDensity: rng.normal(chains * draws),
    stepSize: new Float64Array(chains * draws).fill(0.25),
    swapRate: rng.uniform(chains * draws),
  },
  seed: 12345678901234567890n,
  warmup: 500,
  thin: 2,
  adapted: { stepSize: Float64Array.of(0.5, 0.25, 0.125), inverseMetric: rng.uniform(chains * 4) },
}

describe("Stan's CSV", () => {
  const texts = toCsv(run)

  it('has the layout of CmdStan', () => {
    expect(texts).toHaveLength(chains)
    const lines = texts[1]!.split('\n')
    expect(lines.slice(0, 8)).toEqual([
      '# method = sample',
      '#   num_samples = 40',
      '#   num_warmup = 500',
      '#   save_warmup = 0',
      '#   thin = 2',
      '# id = 2',
      '# random seed = 12345678901234567890',
      '# written by gibbsite',
    ])
    expect(lines[8]).toBe('lp__,stepsize__,divergent__,swapRate__,mu,x.1.1,x.1.2,tau')
    expect(lines.slice(9, 12)).toEqual([
      '# Adaptation terminated',
      '# Step size = 0.25',
      '# Diagonal elements of inverse mass matrix:',
    ])
    expect(lines[12]!.slice(2).split(', ').map(Number)).toEqual([...run.adapted.inverseMetric.subarray(4, 8)])
    expect(lines).toHaveLength(13 + draws + 1)
    expect(lines.at(-1)).toBe('')
  })

  it('gives the same bits back, a file a chain or all in one', () => {
    const { data, shape, names, statistics } = run
    for (const back of [parseDraws(texts), parseDraws(texts.join(''))]) {
      expect(back).toEqual({ data, shape, names, statistics })
    }
    expect(summary(parseDraws(texts)).rows).toEqual(summary(run).rows)
    const plain = { data, shape, names }
    expect(parseDraws(toCsv(plain))).toEqual(plain)
  })

  it('of what is not finite, and of the sign of zero', () => {
    const odd = { data: [Number.NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308], shape: [1, 6] }
    expect(toCsv(odd)[0]!.split('\n').slice(-7, -1)).toEqual([
      'nan',
      'inf',
      '-inf',
      '-0',
      '5e-324',
      '1.7976931348623157e+308',
    ])
    expect([...parseDraws(toCsv(odd)).data]).toEqual(odd.data)
  })

  it('refuses names that it can not hold', () => {
    for (const name of ['a,b', 'a"', 'a\nb', '#a', '', ' a']) {
      expect(() => toCsv({ data: [1], shape: [1, 1, 1], names: [name] })).toThrow(ArgumentError)
    }
    expect(() => toCsv({ data: [1, 2], shape: [1, 1, 2], names: ['x[0]', 'x.1'] })).toThrow('differ in a Stan file')
  })
})

describe('reading CSV', () => {
  const plain = (draws: DrawsLike) => ({ data: [...draws.data], shape: draws.shape, names: draws.names })

  it('as CmdStan writes it, with saved warm-up', () => {
    const text = [
      '# stan_version_major = 2',
      '#     num_samples = 2',
      '#     num_warmup = 4',
      '#     save_warmup = 1',
      '#     thin = 2',
      'lp__,accept_stat__,theta.1,theta.2,eta',
      '-9,0.1,9,9,9',
      '-9,0.1,9,9,9',
      '# Adaptation terminated',
      '# Step size = 0.9',
      '-7.25,0.92,1.5e-3,-2,3',
      '-7.5,1,+4,.5,6.',
      '# ',
      '#  Elapsed Time: 0.01 seconds (Warm-up)',
      '',
    ].join('\r\n')
    const read = parseDraws(text)
    expect(plain(read)).toEqual({
      data: [0.0015, -2, 3, 4, 0.5, 6],
      shape: [1, 2, 3],
      names: ['theta[0]', 'theta[1]', 'eta'],
    })
    expect(read.statistics).toEqual({ logDensity: Float64Array.of(-7.25, -7.5), acceptance: Float64Array.of(0.92, 1) })
    expect(parseDraws(text.replace('save_warmup = 1', 'save_warmup = true'))).toEqual(read)
    expect(parseDraws(text.replace('save_warmup = 1', 'save_warmup = false')).shape[1]).toBe(4)
  })

  it('of other kinds', () => {
    expect(plain(parseDraws('a,"b.1"\n1,2\n3,4'))).toEqual({
      data: [1, 2, 3, 4],
      shape: [1, 2, 2],
      names: ['a', 'b.1'],
    })
    expect(plain(parseDraws('1,2\n3,4\n'))).toEqual({ data: [1, 2, 3, 4], shape: [1, 2, 2], names: ['x[0]', 'x[1]'] })
    expect(plain(parseDraws(['1\n2', '3\n4']))).toEqual({ data: [1, 2, 3, 4], shape: [2, 2, 1], names: ['x'] })
    const frame = '.chain,.iteration,.draw,mu\n1,1,1,5\n2,1,3,7\n1,2,2,6\n2,2,4,8\n'
    expect(plain(parseDraws(frame))).toEqual({ data: [5, 6, 7, 8], shape: [2, 2, 1], names: ['mu'] })
    expect([...parseDraws('x\nNA\nInf\n-inf\nNaN').data]).toEqual([NaN, Infinity, -Infinity, NaN])
  })

  it.each<[string | string[], string]>([
    ['', 'expected a CSV file with draws; got one without any line'],
    ['# only a comment\n', 'expected a CSV file with draws'],
    ['a,b\n', 'expected draws after line 1; got none'],
    ['a,b\n1,2\n3\n', 'expected 2 columns in line 3, as above it; got 1'],
    ['a,b\n1,two\n', 'expected a number in line 2, column 2; got "two"'],
    ['a,b\n1,\n', 'expected a number in line 2, column 2; got ""'],
    ['a\n0x10\n', 'expected a number in line 2, column 1; got "0x10"'],
    ['a,a\n1,2\n', 'expected names that differ in line 1; got "a" twice'],
    ['a,\n1,2\n', 'expected a name for every column in line 1; got none for column 2'],
    ['lp__,stepsize__\n1,2\n', 'expected a column of a variable; got only statistics'],
    ['lp__,x[0],x.1\n1,2,3\n', 'expected names that differ'],
    [['a\n1\n2', 'a\n1\n'], 'expected 2 draws in every chain, as in the first; got 1 in chain 2'],
    [['a\n1\n2', 'b\n1\n2'], 'expected the same columns in every chain; got others in chain 2'],
    [['a\n1\n', 'a\n1,2\n'], 'file 2: expected 1 columns in line 2'],
    ['chain,a\n1,1\n1,2\n2,3\n', 'expected 2 draws in every chain'],
  ])('refuses %j', (texts, sentence) => {
    expect(() => parseDraws(texts)).toThrow(FormatError)
    expect(() => parseDraws(texts)).toThrow(sentence)
  })

  it('refuses what is no text', () => {
    for (const value of [undefined, [], [1], 5])
      expect(() => parseDraws(value as unknown as string)).toThrow(ArgumentError)
  })

  it('that is damaged is refused in one sentence, or is one', () => {
    const originals = [
      toCsv({ ...run, data: run.data.slice(0, 4 * 5), shape: [1, 5, 4], statistics: {} })[0]!,
      '.chain,mu\n1,5\n2,7\n',
    ]
    for (const original of originals) {
      const bytes = new TextEncoder().encode(original)
      for (let k = 0; k < 2000; k++) {
        try {
          const { data, shape, names } = parseDraws(new TextDecoder().decode(damaged(bytes, k)))
          expect(data.length).toBe(shape[0] * shape[1] * shape[2])
          expect(names.length).toBe(shape[2])
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^[^\n]+$/)
        }
      }
    }
  })
})

describe('InferenceData', () => {
  const data = toArviz(run)

  it('has groups of arrays [chain][draw]...', () => {
    expect(Object.keys(data)).toEqual(['posterior', 'sample_stats', 'attrs'])
    expect(Object.keys(data.posterior)).toEqual(['mu', 'x', 'tau'])
    const x = data.posterior['x'] as number[][][][]
    expect([x.length, x[0]!.length, x[0]![0]!.length, x[0]![0]![0]!.length]).toEqual([3, 20, 1, 2])
    expect(x[2]![5]![0]).toEqual([...run.data.subarray((2 * draws + 5) * 4 + 1, (2 * draws + 5) * 4 + 3)])
    expect((data.posterior['tau'] as number[][])[1]![3]).toBe(run.data[(draws + 3) * 4 + 3])
    expect(Object.keys(data.sample_stats!)).toEqual(['diverging', 'lp', 'step_size', 'swapRate'])
    const diverging = data.sample_stats!['diverging'] as boolean[][]
    expect(diverging[0]!.map(Number)).toEqual(Array.from({ length: draws }, (_, k) => (k === 7 ? 1 : 0)))
    expect(data.attrs).toEqual({
      inference_library: 'gibbsite',
      seed: '12345678901234567890',
      tuning_steps: 500,
      thinning: 2,
    })
    expect(JSON.parse(JSON.stringify(data))).toEqual(data)
  })

  it('keeps apart what makes no whole array', () => {
    const names = (list: string[]) =>
      Object.keys(toArviz({ data: new Float64Array(list.length), shape: [1, 1, list.length], names: list }).posterior)
    expect(names(['a[1]', 'a[0]', 'b[0]', 'b[2]', 'c', 'c[0]', 'd[0][0]', 'd[0][1]'])).toEqual([
      'a',
      'b[0]',
      'b[2]',
      'c',
      'c[0]',
      'd',
    ])
    const turned = toArviz({ data: [1, 2], shape: [1, 1, 2], names: ['a[1]', 'a[0]'] })
    expect(turned.posterior).toEqual({ a: [[[2, 1]]] })
  })

  it('refuses what JSON can not hold', () => {
    expect(() => toArviz([[1, Number.NaN]])).toThrow('finite numbers, as JSON has no others; got NaN in draw 1 of x')
    const statistics = { energy: Float64Array.of(Infinity) }
    expect(() => toArviz({ data: [1], shape: [1, 1], statistics })).toThrow('draws.statistics.energy')
  })
})
