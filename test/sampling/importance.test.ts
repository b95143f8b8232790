// Importance sampling against exact values, and Pareto smoothing against an independent script.

import { describe, expect, it } from 'vitest'
import {
  AbortError,
  ArgumentError,
  DensityError,
  ImportanceSample,
  importance,
  normalTarget,
  type Proposal,
  psis,
  Rng,
} from '#gibbsite'
import { fixture } from '../support/fixture.ts'
import { Family, zTest } from '../support/statistics.ts'

interface PsisCase {
  readonly name: string
  readonly logWeights: number[]
  readonly k: number
  readonly smoothed: number[]
}

const { psis: cases } = JSON.parse(new TextDecoder().decode(await fixture('diagnostics.json'))) as { psis: PsisCase[] }

describe('Pareto smoothing agrees with the definitions', () => {
  it.each(cases)('$name', ({ logWeights, k, smoothed }) => {
    const found = psis(logWeights)
    expect(Math.abs(found.paretoK - k)).toBeLessThan(1e-6 * Math.abs(k))
    smoothed.forEach((wanted, i) => {
      expect(Math.abs(found.logWeights[i]! - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)))
    })
    expect(found.warning === undefined).toBe(k <= 0.7)
  })

  it('among the cases are good and bad ones', () => {
    expect(cases.some(({ k }) => k > 0.7) && cases.some(({ k }) => k < 0.5)).toBe(true)
  })

  it('says in words what is wrong', () => {
    const even = new Float64Array(100)
    expect(psis(even)).toEqual({ logWeights: even, paretoK: Number.NaN })
    expect(psis([1, 2, 3]).warning).toBe('3 draws are too few to judge the weights: 21 are needed')
    const none = new Float64Array(50).fill(Number.NEGATIVE_INFINITY)
    expect(psis(none).warning).toContain('no draw has any weight')
    const few = Float64Array.from({ length: 1000 }, (_, i) => (i < 5 ? i : Number.NEGATIVE_INFINITY))
    expect(psis(few).warning).toContain('most of the largest weights are 0 or tied')
    const heavy = psis(cases.find(({ k }) => k > 0.7)!.logWeights)
    expect(heavy.warning).toMatch(/^the Pareto k-hat is \d\.\d\d, above 0\.7: the proposal misses part of the target/)
  })

  it('refuses what are no weights', () => {
    expect(() => psis([])).toThrow('expected `logWeights` to be an array of at least one number')
    expect(() => psis([0, Number.NaN])).toThrow('got NaN at index 1')
    expect(() => psis([Number.POSITIVE_INFINITY])).toThrow(ArgumentError)
    expect(() => psis('abc' as unknown as number[])).toThrow(ArgumentError)
  })
})

/** Independent normal coordinates, drawn by number so that pieces don't matter. */
function normalProposal(dim: number, sd: number, mean = 0): Proposal {
  const constant = dim * (Math.log(sd) + 0.5 * Math.log(2 * Math.PI))
  return {
    dim,
    sample(n, { seed, first = 0 }) {
      const rows = new Float64Array(n * dim)
      const rng = new Rng(seed)
      for (let i = 0; i < n; i++) rows.set(rng.split(first + i).normal(dim, { mean, sd }), i * dim)
      return rows
    },
    logProb: (rows) =>
      Float64Array.from({ length: rows.length / dim }, (_, i) => {
        const row = rows.subarray(i * dim, (i + 1) * dim)
        return -row.reduce((sum, x) => sum + ((x - mean) / sd) ** 2, 0) / 2 - constant
      }),
  }
}

// A correlated normal density in two dimensions, times e^3: what is estimated is known.
const covariance = [1, 0.6, 0.6, 1] as const
const determinant = 1 - 0.6 ** 2
const script = {
  dim: 2,
  logDensity: (x: Float64Array) =>
    3 -
    (x[0]! ** 2 - 1.2 * x[0]! * x[1]! + x[1]! ** 2) / (2 * determinant) -
    Math.log(2 * Math.PI * Math.sqrt(determinant)),
}

describe('estimates are right within their standard errors', () => {
  // Family level 1e-3: each |z| is judged together with all others.
  it('self-normalised, plain, raw and smoothed, and the normaliser', async () => {
    const family = new Family()
    for (const [name, target, constant] of [
      ['script', script, 3],
      ['kernel', normalTarget({ covariance: { data: [...covariance], shape: [2, 2] } }), 0],
    ] as const) {
      const result = await importance({ target, proposal: normalProposal(2, 1.5), draws: 20_000, seed: 11 })
      const add = (what: string, { value, standardError }: { value: number; standardError: number }, exact: number) => {
        expect(standardError).toBeGreaterThan(0)
        expect(standardError).toBeLessThan(0.05 * Math.exp(constant))
        family.add(`${name}, ${what}`, zTest((value - exact) / standardError))
      }
      add('log Z', result.logNormalizer, constant)
      for (const weights of ['raw', 'smoothed'] as const) {
        add(
          `x y, ${weights}`,
          result.estimate(([x, y]) => x! * y!, { weights }),
          0.6,
        )
        add(
          `x^2, ${weights}`,
          result.estimate(([x]) => x! * x!, { weights }),
          1,
        )
        add(
          `P(x > 1), ${weights}`,
          result.estimate(([x]) => (x! > 1 ? 1 : 0), { weights }),
          0.15865525393145707,
        )
      }
      const plain = result.estimate(([x]) => x! * x!, { selfNormalised: false })
      add('plain', plain, Math.exp(constant))
      expect(result.paretoK).toBeLessThan(0.7)
      expect(result.warning).toBeUndefined()
      // (sum w)^2 / sum w^2 -> S Z^2 / E_q w^2; here E_q w^2 = integral p^2 / q, a Gaussian one.
      const [s, d] = [1.5 ** 2, determinant]
      const [a, b] = [2 / d - 1 / s, -1.2 / d]
      const second = ((s / (2 * Math.PI * d)) * (2 * Math.PI)) / Math.sqrt(a * a - b * b)
      expect(result.ess / 20_000).toBeCloseTo(1 / second, 1)
      expect([...result.shape, result.names.length]).toEqual([20_000, 2, 2])
    }
    expect(family.failures()).toEqual([])
  })

  it('and the errors are as large as they say, over many runs', async () => {
    let [squares, logSquares] = [0, 0]
    const runs = 200
    for (let seed = 0; seed < runs; seed++) {
      const result = await importance({ target: script, proposal: normalProposal(2, 1.3, 0.2), draws: 300, seed })
      const { value, standardError } = result.estimate(([x]) => x!, { weights: 'raw' })
      squares += (value / standardError) ** 2
      logSquares += ((result.logNormalizer.value - 3) / result.logNormalizer.standardError) ** 2
    }
    const family = new Family()
    // z^2 has variance 2, somewhat more for few draws.
    family.add('mean', zTest((squares / runs - 1) / Math.sqrt(2.5 / runs)))
    family.add('log Z', zTest((logSquares / runs - 1) / Math.sqrt(2.5 / runs)))
    expect(family.failures()).toEqual([])
  })

  it('a proposal that is too narrow is found out', async () => {
    const result = await importance({ target: script, proposal: normalProposal(2, 0.4), draws: 4000, seed: 2 })
    expect(result.paretoK).toBeGreaterThan(0.7)
    expect(result.warning).toContain('above 0.7')
    expect(result.ess).toBeLessThan(400)
  })

  it('the target itself as proposal gives even weights', async () => {
    const target = { dim: 1, logDensity: (x: Float64Array) => (-x[0]! * x[0]!) / 2 }
    const result = await importance({ target, proposal: normalProposal(1, 1), draws: 100, seed: 3 })
    expect(result.ess).toBeCloseTo(100, 9)
    expect(result.logNormalizer.value).toBeCloseTo(0.5 * Math.log(2 * Math.PI), 12)
    const { value } = result.estimate(([x]) => x!, { weights: 'raw' })
    expect(value).toBeCloseTo(result.data.reduce((a, b) => a + b, 0) / 100, 12)
  })
})

describe('a run', () => {
  const options = { target: script, proposal: normalProposal(2, 1.5), draws: 3000, seed: 4 }

  it('reports progress, stops, and keeps a prefix', async () => {
    const whole = await importance(options)
    const controller = new AbortController()
    let calls = 0
    const slow: Proposal = {
      ...options.proposal,
      sample(n, given) {
        if (++calls === 3) controller.abort()
        return options.proposal.sample(n, given)
      },
    }
    const stopped = await importance({ ...options, proposal: slow, draws: 3_000_000, signal: controller.signal }).catch(
      (error) => error,
    )
    expect(stopped).toBeInstanceOf(AbortError)
    const partial = stopped.partial as ImportanceSample
    expect(partial).toBeInstanceOf(ImportanceSample)
    const count = Math.min(partial.shape[0], 3000)
    expect(count).toBeGreaterThan(0)
    expect(partial.logWeights.subarray(0, count)).toEqual(whole.logWeights.subarray(0, count))
    const seen: number[] = []
    await importance({ ...options, onProgress: ({ done, total }) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
  })

  it('tells what is wrong with densities and proposals', async () => {
    const rejected = (more: object) => importance({ ...options, ...more } as typeof options).catch((error) => error)
    const nan = await rejected({ target: { dim: 2, logDensity: () => Number.NaN } })
    expect(nan).toBeInstanceOf(DensityError)
    expect((await rejected({ proposal: { ...options.proposal, dim: 3 } })).message).toContain('dim 2')
    expect((await rejected({ proposal: {} })).message).toContain('`sample` and `logProb`')
    expect(
      (await rejected({ proposal: { ...options.proposal, sample: () => new Float64Array(1) } })).message,
    ).toContain('rows of 2')
    const zero = {
      ...options.proposal,
      logProb: (rows: Float64Array) => new Float64Array(rows.length / 2).fill(-Infinity),
    }
    expect((await rejected({ proposal: zero })).message).toContain('-Infinity for draw 0')
    expect(await rejected({ draws: 0 })).toBeInstanceOf(ArgumentError)
    expect((await rejected({ draw: 5 })).message).toContain('did you mean "draws"?')
  })

  it('a target without mass where the proposal draws leaves nothing to estimate', async () => {
    const result = await importance({ ...options, target: { dim: 2, logDensity: () => Number.NEGATIVE_INFINITY } })
    expect([result.ess, result.logNormalizer.value]).toEqual([0, Number.NEGATIVE_INFINITY])
    expect(result.warning).toContain('no draw has any weight')
    expect(() => result.estimate(() => 1)).toThrow(ArgumentError)
  })

  it('refuses functions that give no numbers, but not where there is no weight', async () => {
    const half = { dim: 1, logDensity: (x: Float64Array) => (x[0]! > 0 ? -x[0]! : Number.NEGATIVE_INFINITY) }
    const result = await importance({ target: half, proposal: normalProposal(1, 2), draws: 500, seed: 1 })
    const { value, standardError } = result.estimate(([x]) => (x! > 0 ? Math.log(x!) : Number.NaN))
    expect(standardError).toBeLessThan(0.1)
    expect(Math.abs(value + 0.5772156649)).toBeLessThan(4 * standardError)
    expect(() => result.estimate(() => Number.NaN)).toThrow('expected `f` to give finite numbers; got NaN for draw')
    expect(() => result.estimate(1 as never)).toThrow('expected `f` to be a function')
    expect(() => result.estimate(([x]) => x!, { weights: 'row' as 'raw' })).toThrow('did you mean "raw"?')
  })
})
