// Convergence diagnostics against values of an independent script (test/fixtures/diagnostics.py), and against closed forms.

import { describe, expect, it } from 'vitest'
import {
  ArgumentError,
  autocorrelationTime,
  current,
  ess,
  mcse,
  psis,
  quantiles,
  Rng,
  rHat,
  type Summary,
  type SummaryRow,
  setThreads,
  summary,
  summaryInPieces,
} from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { sha256 } from '../support/sha256.ts'
import { Family, zTest } from '../support/statistics.ts'

interface ChainCase {
  readonly name: string
  readonly shape: [number, number]
  readonly values: number[]
  readonly summary: Record<string, number | null>
  readonly quantiles: (number | null)[][]
}

const { chains, probabilities } = JSON.parse(new TextDecoder().decode(await fixture('diagnostics.json'))) as {
  chains: ChainCase[]
  probabilities: number[]
}

/** 1e-6 relative; null where there is no number. */
function expectNear(found: number, wanted: number | null, what: string): void {
  if (wanted === null) expect(found, what).toBeNaN()
  else expect(Math.abs(found - wanted), what).toBeLessThanOrEqual(1e-6 * Math.abs(wanted))
}

describe('agrees to 1e-6 with the definitions', () => {
  it.each(chains)('$name', ({ name, shape, values, summary: wanted, quantiles: wantedQuantiles }) => {
    const draws = { data: values, shape }
    const row = summary(draws).rows[0]!
    for (const [key, value] of Object.entries(wanted)) {
      const found = key === 'ess_mean' ? ess(draws, 'mean').values[0]! : row[key as 'mean']
      expectNear(found, value, `${name}: ${key}`)
    }
    quantiles(draws, probabilities).forEach((found, k) => {
      const [value, size, error] = wantedQuantiles[k]!
      expectNear(found.value, value!, `${name}: quantile ${found.probability}`)
      expectNear(found.ess, size!, `${name}: ess of quantile ${found.probability}`)
      expectNear(found.mcse, error!, `${name}: mcse of quantile ${found.probability}`)
    })
  })

  it('for all of them side by side as for each alone', () => {
    const four = chains.filter(({ shape }) => shape[0] === 4 && shape[1] === 120)
    expect(four.length).toBeGreaterThan(1)
    const data = Float64Array.from(
      { length: 480 * four.length },
      (_, k) => four[k % four.length]!.values[Math.floor(k / four.length)]!,
    )
    const names = four.map(({ name }) => name)
    const table = summary({ data, shape: [4, 120, four.length], names })
    four.forEach(({ name, values, shape }) => {
      const alone = summary({ data: values, shape, names: [name] })
      expect(table.get(name)).toEqual(alone.rows[0])
    })
  })
})

/** Autoregressive chains of variance 1: x_t = rho x_{t-1} + sqrt(1 - rho^2) z. */
function autoregressive(rho: number, chainCount: number, draws: number, seed: number): Float64Array[] {
  return Array.from({ length: chainCount }, (_, chain) => {
    const z = new Rng(seed).split(chain).normal(draws)
    const x = new Float64Array(draws)
    for (let t = 0; t < draws; t++) x[t] = t === 0 ? z[0]! : rho * x[t - 1]! + Math.sqrt(1 - rho * rho) * z[t]!
    return x
  })
}

describe('effective sample size of an autoregressive chain', () => {
  // The exact value is S (1 - rho) / (1 + rho). The estimate's error is that of a sum of some W = tau log S correlations,
  // sd about sqrt(2 (2 W + 1) / S) relative (Sokal 1997): within 4 of these for each.
  it.each([-0.5, 0, 0.3, 0.7, 0.95])('rho = %f', (rho) => {
    const [chainCount, draws] = [8, 20_000]
    const size = chainCount * draws
    const found = ess(autoregressive(rho, chainCount, draws, 5), 'mean').values[0]!
    const exact = (size * (1 - rho)) / (1 + rho)
    const window = Math.max(2, ((1 + Math.abs(rho)) / (1 - Math.abs(rho))) * 2)
    const sd = Math.sqrt((2 * (2 * window + 1)) / size)
    expect(Math.abs(found / exact - 1)).toBeLessThan(4 * sd)
    expect(autocorrelationTime(autoregressive(rho, chainCount, draws, 5)).values[0]).toBeCloseTo(size / found, 12)
  })

  it('and the standard error is that of the means of many runs', () => {
    const family = new Family()
    const [rho, runs] = [0.6, 400]
    let squares = 0
    for (let run = 0; run < runs; run++) {
      const draws = autoregressive(rho, 2, 200, 1000 + run)
      const mean = draws.reduce((sum, chain) => sum + chain.reduce((a, b) => a + b, 0), 0) / 400
      squares += (mean / mcse(draws).values[0]!) ** 2
    }
    // z^2 has mean 1 and variance 2, a little more for an estimated error; 10 % are for its bias in short chains.
    family.add('z', zTest((squares / runs / 1.1 - 1) / Math.sqrt(2.5 / runs)))
    expect(family.failures()).toEqual([])
  })

  it('is never above S log10 S', () => {
    const alternating = Array.from({ length: 2 }, () =>
      Float64Array.from({ length: 100 }, (_, t) => (t % 2) + t * 1e-6),
    )
    expect(ess(alternating, 'mean').values[0]).toBeCloseTo(200 * Math.log10(200), 9)
  })
})

describe('what does not exist is NaN, with the reason', () => {
  const noise = () => [...new Rng(3).normal(40)]
  const only = (draws: Parameters<typeof summary>[0]): [Summary, SummaryRow] => {
    const table = summary(draws)
    return [table, table.rows[0]!]
  }
  const numbersOf = (row: SummaryRow) =>
    ['mean', 'sd', 'hdi_3%', 'hdi_97%', 'mcse_mean', 'mcse_sd', 'ess_bulk', 'ess_tail', 'r_hat'].map(
      (key) => row[key as 'mean'],
    )
  const nan = Number.NaN

  it('of a constant', () => {
    const [table, row] = only([new Float64Array(20).fill(2.5), new Float64Array(20).fill(2.5)])
    expect(numbersOf(row)).toEqual([2.5, 0, 2.5, 2.5, nan, nan, nan, nan, nan])
    expect(row.reason).toBe('every draw is 2.5')
    expect(table.warnings).toEqual(['x: every draw is 2.5'])
    expect(ess([new Float64Array(20).fill(2.5)]).reasons).toEqual(['every draw is 2.5'])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('of draws with %f', (bad) => {
    const [first, second] = [noise(), noise()]
    second[17] = bad
    const [, row] = only([first, second])
    expect(numbersOf(row)).toEqual(new Array(9).fill(nan))
    expect(row.reason).toBe('draw 17 of chain 1 is not a finite number')
    expect(quantiles([first, second], [0.5])).toEqual([
      { name: 'x', probability: 0.5, value: nan, ess: nan, mcse: nan },
    ])
  })

  it('of too few draws', () => {
    const [, three] = only([[1, 2, 4]])
    expect(numbersOf(three).slice(4)).toEqual(new Array(5).fill(nan))
    expect(three.reason).toBe('3 draws a chain are too few: 4 are needed')
    const [, eleven] = only([noise().slice(0, 11)])
    expect(eleven.r_hat).toBeGreaterThan(0.8)
    expect(eleven.reason).toBe('11 draws a chain are too few: 12 are needed')
    expect(only([noise().slice(0, 12)])[1].reason).toBeUndefined()
    const [, one] = only([[3]])
    expect([one.mean, one.sd, one.reason]).toEqual([3, 0, 'every draw is 3'])
  })

  it('of the tail of a binary chain', () => {
    const [, row] = only([Float64Array.from({ length: 200 }, (_, t) => (t % 7 === 0 ? 1 : 0))])
    expect(row.ess_tail).toBeNaN()
    expect(row.reason).toBe('all draws are at or below the 95 % quantile, so there is no upper tail')
    expect([row.ess_bulk, row.mcse_mean, row.mcse_sd].every(Number.isFinite)).toBe(true)
    const fair = [Float64Array.from({ length: 200 }, (_, t) => (t * t) % 2)]
    expect(mcse(fair, 'sd').values[0]).toBeNaN()
  })

  it('but chains that stand still in different places have an infinite R-hat', () => {
    const still = [1, 2, 3].map((value) => new Float64Array(50).fill(value))
    expect(rHat(still).values[0]).toBe(Number.POSITIVE_INFINITY)
    expect(ess(still).values[0]).toBeLessThan(10)
    expect(summary(still).warnings[0]).toContain('R-hat is up to Infinity, above 1.01')
  })

  it('and neither size nor place of the numbers matters', () => {
    const plain = summary([noise(), noise().reverse()]).rows[0]!
    for (const factor of [2 ** -1000, 2 ** 600, 2 ** 1000]) {
      const row = summary([
        noise().map((x) => x * factor),
        noise()
          .reverse()
          .map((x) => x * factor),
      ]).rows[0]!
      expect(row.mcse_sd / factor).toBeCloseTo(plain.mcse_sd, 12)
      expect([row.ess_bulk, row.ess_tail, row.r_hat]).toEqual([plain.ess_bulk, plain.ess_tail, plain.r_hat])
    }
  })
})

describe('the table', () => {
  const draws = { data: new Rng(1).normal(4 * 500 * 2), shape: [4, 500, 2], names: ['mu', 'tau[long]'] }

  it('has ArviZ columns', () => {
    const table = summary(draws)
    expect(table.columns).toEqual([
      'mean',
      'sd',
      'hdi_3%',
      'hdi_97%',
      'mcse_mean',
      'mcse_sd',
      'ess_bulk',
      'ess_tail',
      'r_hat',
    ])
    expect(Object.keys(table.rows[0]!)).toEqual(['name', ...table.columns])
    const [head, first, second] = String(table).split('\n')
    expect(head).toMatch(/^ {9,}mean +sd +hdi_3% +hdi_97% +mcse_mean +mcse_sd +ess_bulk +ess_tail +r_hat$/)
    expect(first).toMatch(/^mu {9,}-?0\.\d{3} .* 1\.00$/)
    expect(second!.length).toBe(head!.length)
    expect(table.warnings).toEqual([])
    expect(summary(draws, { hdiProbability: 0.9 }).columns.slice(2, 4)).toEqual(['hdi_5%', 'hdi_95%'])
  })

  it('says in words what is wrong', () => {
    const slow = autoregressive(0.99, 2, 100, 4)
    const { warnings } = summary(slow)
    expect(warnings.map((text) => text.slice(0, 15))).toEqual(['x: R-hat is up ', 'x: the bulk eff', 'x: the tail eff'])
    const divergent = Float64Array.from({ length: 2000 }, (_, k) => (k < 20 ? 1 : 0))
    expect(summary({ ...draws, statistics: { divergent } }).warnings[0]).toContain(
      '20 of 2000 transitions diverged (1.0 %)',
    )
  })

  it('is the same in pieces', async () => {
    const seen: number[] = []
    const table = await summaryInPieces(draws, { onProgress: ({ done }) => seen.push(done) })
    expect(table).toEqual(summary(draws))
    expect(seen.at(-1)).toBe(2)
    await expect(summaryInPieces(draws, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })
})

describe('bad input is one sentence', () => {
  it.each<[unknown, string]>([
    [undefined, 'expected `draws` to be { data, shape: [chains, draws, variables] } or arrays'],
    [[], 'expected `draws` to be arrays [chains][draws][variables]; got undefined as chain 0'],
    [[[]], 'at least one chain, one draw and one variable; got 1 x 0 x 1'],
    [[[1, 2], [1]], 'expected `draws` to have 2 draws in every chain; got 1 in chain 1'],
    [[[[1, 2], [1]]], 'expected `draws` to have 2 variables in every draw; got 1 in draw 1 of chain 0'],
    [[[1, 'a']], 'expected `draws` to hold numbers; got "a" at index 1'],
    [{ data: [1, 2, 3], shape: [1, 2] }, 'expected `draws` to hold 1 x 2 x 1 = 2 numbers, as its shape says; got 3'],
    [{ data: [1, 2], shape: [2] }, 'expected `draws.shape` to be [chains, draws, variables] or [chains, draws]'],
    [{ data: [1, 2], shape: [1, 1, 2], names: ['a', 'a'] }, 'expected `draws.names` to differ; got "a" twice'],
    [{ data: [1, 2], shape: [1, 1, 2], names: ['a'] }, 'expected `draws.names` to be 2 names'],
    [
      { data: [1, 2], shape: [1, 2], statistics: { divergent: new Float64Array(1) } },
      'expected `draws.statistics.divergent` to be a typed array of 2 numbers',
    ],
  ])('%j', (draws, sentence) => {
    for (const call of [summary, rHat, ess, mcse]) {
      expect(() => call(draws as [])).toThrow(ArgumentError)
      expect(() => call(draws as [])).toThrow(sentence)
    }
  })

  it('of options', () => {
    expect(() => summary([[1]], { hdiProbability: 0 })).toThrow('hdiProbability')
    expect(() => summary([[1]], { hdi: 0.5 } as object)).toThrow('expected `options` to have only the keys')
    expect(() => ess([[1]], 'bulky' as 'bulk')).toThrow('did you mean "bulk"?')
    expect(() => ess([[1]], { quantile: 2 })).toThrow('probability from 0 to 1')
    expect(() => quantiles([[1]], [])).toThrow('expected `probabilities`')
  })
})

it('the same bytes on every backend, with any number of threads, with or without others beside', async () => {
  const [chainCount, each, variables] = [3, 205, 10]
  const data = new Rng(9).normal(chainCount * each * variables)
  const draws = { data, shape: [chainCount, each, variables] }
  const threads = current().threads()
  const hashes = new Set<string>()
  for (const count of [1, 2, 7]) {
    setThreads(count)
    const numbers = summary(draws).rows.flatMap((row) =>
      Object.values(row).filter((value) => typeof value === 'number'),
    )
    const { logWeights, paretoK } = psis(data.subarray(0, 2000))
    const of = quantiles(draws, [0.1, 0.5]).flatMap(({ value, ess, mcse }) => [value, ess, mcse])
    hashes.add(await sha256(Float64Array.of(...numbers, ...of, paretoK, ...logWeights)))
  }
  setThreads(threads)
  expect([...hashes]).toEqual(['956c16df7ba943477fc23df9084636cafe2780b9f8f90d4712b53169a982f4d4'])
})
