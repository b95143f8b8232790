// Kernels that are right pass at the level, and the known mistakes are found.

import { describe, expect, it } from 'vitest'
import {
  AbortError,
  ArgumentError,
  BoltzmannMachine,
  checkKernel,
  GibbsiteError,
  type KernelCheckOptions,
  type Rng,
  transitionMatrix,
} from '#gibbsite'
import { lawOf, optionsOf, smallMachine } from '../support/boltzmann.ts'
import { abortedAtLook } from '../support/signals.ts'

const uniform = (rng: Rng) => rng.uniform(1)[0]!
const normal = (rng: Rng) => rng.normal(1)[0]!
const accepted = (logRatio: number, rng: Rng) => Math.log(uniform(rng)) < logRatio

const few = { draws: 2500, steps: 4, seed: 1 } as const

/** A random walk on the standard normal. */
const walk = (x: number, rng: Rng) => {
  const y = x + 1.5 * normal(rng)
  return accepted((x * x - y * y) / 2, rng) ? y : x
}
const standardNormal = { logDensity: (x: number) => (-x * x) / 2, sample: normal }

/** Steps of size exp(z) on the exponential law, whose ratio q(x | y) / q(y | x) is y / x. */
const scaled = (correction: (x: number, y: number) => number) => (x: number, rng: Rng) => {
  const y = x * Math.exp(normal(rng))
  return accepted(x - y + correction(x, y), rng) ? y : x
}
const exponential = { logDensity: (x: number) => -x, sample: (rng: Rng) => rng.exponential(1)[0]! }

/** A correlated normal pair: one coordinate after the other given the other. */
const RHO = 0.8
const conditional = (other: number, rng: Rng, sd = 0.6) => RHO * other + sd * normal(rng)
const pair: KernelCheckOptions<number[]> = {
  logDensity: ([a, b]) => -(a! * a! + b! * b! - 2 * RHO * a! * b!) / (2 * (1 - RHO * RHO)),
  sample: (rng) => {
    const a = normal(rng)
    return [a, conditional(a, rng)]
  },
}
const sweep = (x: number[], rng: Rng) => {
  x[0] = conditional(x[1]!, rng)
  x[1] = conditional(x[0]!, rng)
  return x
}
const either = (x: number[], rng: Rng) => {
  const i = uniform(rng) < 0.5 ? 0 : 1
  x[i] = conditional(x[1 - i]!, rng)
  return x
}

/** Weights 1 ... n on a ring of n states. */
const N = 6
const ring = {
  states: Array.from({ length: N }, (_, i) => i),
  logDensity: (i: number) => Math.log(i + 1),
}
const neighbour = (i: number, by: number) => (i + by + N) % N
const ringWalk = (i: number, rng: Rng) => {
  const j = neighbour(i, uniform(rng) < 0.5 ? 1 : -1)
  return accepted(Math.log((j + 1) / (i + 1)), rng) ? j : i
}

describe('right kernels pass', () => {
  it('Metropolis on a line, on R^d by a sweep and at random, on states', async () => {
    const found = [
      await checkKernel(walk, { ...standardNormal, ...few }),
      await checkKernel(
        scaled((x, y) => Math.log(y / x)),
        { ...exponential, ...few },
      ),
      await checkKernel(either, { ...pair, ...few }),
      await checkKernel(ringWalk, { ...ring, ...few }),
    ]
    for (const one of found) {
      expect([one.invariant.passed, one.reversible!.passed], one.summary).toEqual([true, true])
      expect([one.period, one.connected]).toEqual([1, true])
      expect(one.summary).toBe(
        'Nothing speaks against the target being invariant. Nothing speaks against detailed balance.',
      )
    }
    expect(found[0]!.moved).toBeGreaterThan(0.5)
    expect(found[0]!.moved).toBeLessThan(0.8)
  })

  it('a sweep is invariant and not reversible: both are said', async () => {
    const found = await checkKernel(sweep, { ...pair, ...few, draws: 8000 })
    expect([found.invariant.passed, found.reversible!.passed]).toEqual([true, false])
    expect(found.summary).toContain('Detailed balance is broken')
  })

  it('fail both tests no more often than the level says, over many seeds', async () => {
    const level = 0.05
    const runs = 25
    const p = { invariant: [] as number[], reversible: [] as number[] }
    for (let seed = 0; seed < runs; seed++) {
      const options = { draws: 600, steps: 2, level, seed }
      for (const found of [
        await checkKernel(walk, { ...standardNormal, ...options }),
        await checkKernel(either, { ...pair, ...options }),
        await checkKernel(ringWalk, { ...ring, ...options }),
      ]) {
        p.invariant.push(found.invariant.p)
        p.reversible.push(found.reversible!.p)
      }
    }
    for (const [name, values] of Object.entries(p)) {
      // At most the count that a binomial of that rate exceeds once in 10^4; and not because nothing is ever found.
      expect(values.filter((value) => value < level).length, name).toBeLessThanOrEqual(12)
      expect(Math.min(...values), name).toBeLessThan(0.5)
    }
  })

  it('draws from a target on R^d are found from a point', async () => {
    const target = { logDensity: standardNormal.logDensity, init: 3 }
    const found = await checkKernel(walk, { ...target, ...few })
    expect([found.invariant.passed, found.reversible!.passed]).toEqual([true, true])
    const wrong = await checkKernel((x: number, rng) => 0.6 * x + 0.7 * normal(rng), { ...target, ...few })
    expect(wrong.invariant.passed).toBe(false)
    // From far away thirty steps are not enough, and that is said.
    const far = checkKernel(walk, { logDensity: (x: number) => -Math.abs(x), init: 1e5, warmup: 30, ...few })
    await expect(far).rejects.toThrow(GibbsiteError)
    await expect(far).rejects.toThrow('it still drifts')
  })
})

describe('mistakes are found', () => {
  it.each<[string, (x: number, y: number) => number]>([
    ['left out', () => 0],
    ['swapped', (x, y) => -Math.log(y / x)],
  ])('an asymmetric proposal whose ratio is %s', async (_, correction) => {
    const { invariant, reversible, summary } = await checkKernel(scaled(correction), { ...exponential, ...few })
    expect([invariant.passed, reversible!.passed]).toEqual([false, false])
    expect(summary).toContain('The target is not invariant')
  })

  it('a random walk to one side', async () => {
    const found = await checkKernel(
      (x: number, rng) => {
        const y = x + Math.abs(normal(rng))
        return accepted((x * x - y * y) / 2, rng) ? y : x
      },
      { ...standardNormal, ...few },
    )
    expect([found.invariant.passed, found.reversible!.passed, found.connected]).toEqual([false, false, false])
    const { forth, back } = found.reversible!.worst!
    expect(Math.min(forth, back)).toBe(0)
    expect(found.summary).toMatch(/came back\. Some states were never reached from others\.$/)
  })

  it('a random walk on an interval that does not count the steps that left it', async () => {
    const inside = (y: number) => y > 0 && y < 1
    const interval = { logDensity: (x: number) => (inside(x) ? 0 : -Infinity), sample: uniform }
    const proposal = (x: number, rng: Rng) => x + 0.3 * normal(rng)
    const counted = (x: number, rng: Rng) => {
      const y = proposal(x, rng)
      return inside(y) ? y : x
    }
    const again = (x: number, rng: Rng): number => {
      const y = proposal(x, rng)
      return inside(y) ? y : again(x, rng)
    }
    const options = { ...interval, ...few, draws: 8000 }
    expect((await checkKernel(counted, options)).invariant.passed).toBe(true)
    expect((await checkKernel(again, options)).invariant.passed).toBe(false)
  })

  it('a conditional with the wrong spread', async () => {
    const wrong = (x: number[], rng: Rng) => {
      x[0] = conditional(x[1]!, rng, 0.7)
      x[1] = conditional(x[0]!, rng)
      return x
    }
    expect((await checkKernel(wrong, { ...pair, ...few, draws: 8000 })).invariant.passed).toBe(false)
  })

  it('a walk around a ring in one direction: invariant, not reversible, and the pair of states is named', async () => {
    const uniformRing = { states: ring.states, logDensity: () => 0 }
    const found = await checkKernel((i: number, rng) => (uniform(rng) < 0.5 ? neighbour(i, 1) : i), {
      ...uniformRing,
      ...few,
    })
    expect([found.invariant.passed, found.reversible!.passed]).toEqual([true, false])
    const { from, to, forth, back } = found.reversible!.worst!
    expect(Math.min(forth, back)).toBe(0)
    const [a, b] = [Number(from), Number(to)]
    expect(forth > back ? neighbour(a, 1) : neighbour(b, 1)).toBe(forth > back ? b : a)
  })

  it('one wrong pair of states among many right ones', async () => {
    // From 2 to 3 every step is taken, whatever the weights.
    const wrong = (i: number, rng: Rng) => {
      const j = neighbour(i, uniform(rng) < 0.5 ? 1 : -1)
      if (i === 3 && j === 2) return j
      return accepted(Math.log((j + 1) / (i + 1)), rng) ? j : i
    }
    const { invariant, reversible } = await checkKernel(wrong, { ...ring, ...few, draws: 8000 })
    expect(invariant.passed).toBe(false)
    expect([reversible!.worst!.from, reversible!.worst!.to].sort()).toEqual(['2', '3'])
  })

  it('a kernel that beats time, one that stands still, and one in two halves', async () => {
    const fair = { states: ['a', 'b', 'c', 'd'], logDensity: () => 0 }
    const alternating = await checkKernel(
      (x: string, rng) => ('ab'.includes(x) ? 'cd' : 'ab')[uniform(rng) < 0.5 ? 0 : 1]!,
      { ...fair, ...few },
    )
    expect([alternating.invariant.passed, alternating.reversible!.passed, alternating.period]).toEqual([true, true, 2])
    expect(alternating.summary).toContain('periodic: states come back after multiples of 2 steps only')
    const still = await checkKernel((x: string) => x, { ...fair, ...few })
    expect([still.invariant.passed, still.moved, still.connected]).toEqual([true, 0, false])
    expect(still.invariant.worst).toBeNull()
    expect(still.summary).toContain('No step changed the state')
    const halves = await checkKernel(
      (x: string, rng) => ('ab'.includes(x) ? 'ab' : 'cd')[uniform(rng) < 0.5 ? 0 : 1]!,
      { ...fair, ...few },
    )
    expect([halves.connected, halves.period]).toEqual([false, 1])
  })
})

it('the p-value is that of the exact sign test', async () => {
  // Two states leave one comparison of flows.
  const sample = (rng: Rng) => (uniform(rng) < 0.53 ? 'on' : 'off')
  const { reversible } = await checkKernel((_: string, rng) => (uniform(rng) < 0.5 ? 'on' : 'off'), {
    sample,
    draws: 300,
    steps: 1,
    seed: 5,
  })
  const { forth, back } = reversible!.worst!
  const n = forth + back
  let [coefficient, sum] = [1n, 0n]
  for (let k = 0; k <= Math.min(forth, back); k++) {
    sum += coefficient
    coefficient = (coefficient * BigInt(n - k)) / BigInt(k + 1)
  }
  const exact = Math.min(1, (2 * Number(sum)) / 2 ** n)
  expect(Math.abs(reversible!.p / exact - 1)).toBeLessThan(1e-12)
  expect(exact).toBeLessThan(1)
})

describe("the energy models' matrices as kernels", () => {
  const small = smallMachine(3, 8, 'spin', 1, 0.6)
  const machine = new BoltzmannMachine({ visible: 3, ...optionsOf(small) })
  const { p } = lawOf(small, 1)
  const target = { logDensity: (s: number) => Math.log(p[s]!), ...few, draws: 8000, steps: 3 }

  it('a sequential sweep is invariant and not reversible, random scan is both', async () => {
    const sequential = await checkKernel(await transitionMatrix(machine), target)
    expect([sequential.invariant.passed, sequential.reversible!.passed]).toEqual([true, false])
    const random = await checkKernel(await transitionMatrix(machine, { scan: 'random' }), target)
    expect([random.invariant.passed, random.reversible!.passed, random.period]).toEqual([true, true, 1])
  })

  it('at another temperature the law is not invariant', async () => {
    const hot = await checkKernel(await transitionMatrix(machine, { temperature: 1.3 }), target)
    expect(hot.invariant.passed).toBe(false)
  })

  it('a Metropolis sweep at an infinite temperature is periodic', async () => {
    const matrix = await transitionMatrix(machine, { update: 'metropolis', temperature: Number.POSITIVE_INFINITY })
    const found = await checkKernel(matrix, { ...few, logDensity: () => 0 })
    expect([found.invariant.passed, found.reversible!.passed, found.period, found.connected]).toEqual([
      true,
      true,
      2,
      false,
    ])
  })
})

describe('the joint-distribution test', () => {
  // theta ~ N(0, 1), four data ~ N(theta, 1): the posterior is N(sum / 5, 1 / 5).
  const model = {
    prior: normal,
    likelihood: (theta: number, rng: Rng) => rng.normal(4, { mean: theta }),
    tests: {
      theta: (theta: number) => theta,
      square: (theta: number) => theta * theta,
      product: (theta: number, data: Float64Array) => theta * data[0]!,
    },
  }
  const posterior = (sd: number, count: number) => (_: number, rng: Rng, data: Float64Array) =>
    data.reduce((sum, y) => sum + y, 0) / count + sd * normal(rng)

  it('passes exact draws from the posterior, and a Metropolis step on it', async () => {
    const exact = await checkKernel(posterior(Math.sqrt(1 / 5), 5), { ...model, ...few })
    expect(exact.invariant.passed).toBe(true)
    expect([exact.reversible, exact.period, exact.connected]).toEqual([null, null, null])
    expect(exact.means.map(({ name }) => name)).toEqual(['theta', 'square', 'product'])
    for (const { z } of exact.means) expect(Math.abs(z)).toBeLessThan(4)
    const density = (theta: number, data: Float64Array) =>
      -(theta * theta + data.reduce((sum, y) => sum + (y - theta) ** 2, 0)) / 2
    const step = (theta: number, rng: Rng, data: Float64Array) => {
      const other = theta + 0.7 * normal(rng)
      return accepted(density(other, data) - density(theta, data), rng) ? other : theta
    }
    const metropolis = await checkKernel(step, { ...model, ...few })
    expect(metropolis.invariant.passed).toBe(true)
    expect(metropolis.moved).toBeLessThan(0.9)
  })

  it.each([
    ['a wrong count of the data', 1 / 5, 4],
    ['a variance in place of a standard deviation', 1 / 25, 5],
  ])('finds %s', async (_, variance, count) => {
    const found = await checkKernel(posterior(Math.sqrt(variance), count), { ...model, ...few })
    expect(found.invariant.passed).toBe(false)
    expect(Math.max(...found.means.map(({ z }) => Math.abs(z)))).toBeGreaterThan(5)
  })

  it('takes the parameters themselves as tests', async () => {
    const found = await checkKernel(posterior(Math.sqrt(1 / 5), 5), {
      prior: model.prior,
      likelihood: model.likelihood,
      ...few,
    })
    expect(found.means.map(({ name }) => name)).toEqual(['theta'])
    expect(found.invariant.passed).toBe(true)
  })
})

it('same seed, same result', async () => {
  const options = { ...standardNormal, draws: 500, seed: 12 }
  expect(await checkKernel(walk, options)).toEqual(await checkKernel(walk, options))
  const other = await checkKernel(walk, { ...options, seed: 13 })
  expect(other.invariant.worst).not.toEqual((await checkKernel(walk, options)).invariant.worst)
})

it('a kernel may write over its argument without harm', async () => {
  const kept: number[][] = []
  await checkKernel(
    (x: number[]) => {
      kept.push(x)
      x.fill(0)
      return [1, 1]
    },
    { sample: () => [1, 1], draws: 100, steps: 2, seed: 1 },
  )
  expect(kept.every((x) => x[0] === 0)).toBe(true)
})

describe('refuses wrong calls', () => {
  const calls: [() => Promise<unknown>, string][] = [
    [() => checkKernel(walk, { seed: 1 }), 'expected `logDensity` or `sample`; got neither'],
    [() => checkKernel(walk, { logDensity: () => 0 }), 'expected `states`, `sample` or `init`'],
    [() => checkKernel(walk, { ...standardNormal, draws: 10 }), 'expected `draws` to be an integer from 100'],
    [() => checkKernel(walk, { ...standardNormal, levle: 0.1 } as never), 'did you mean "level"'],
    [() => checkKernel(walk, { ...standardNormal, level: 0.9 }), 'expected `level`'],
    [() => checkKernel(walk, { ...ring, states: [] }), 'expected `states` to be an array of states'],
    [() => checkKernel(walk, { ...ring, logDensity: () => Number.NaN }), 'got NaN at (0)'],
    [() => checkKernel(walk, { ...ring, logDensity: () => -Infinity }), '-Infinity for all'],
    [() => checkKernel(() => Number.NaN, standardNormal), 'expected `kernel` to return a state; got NaN from ('],
    [() => checkKernel((() => undefined) as never, standardNormal), 'got undefined from ('],
    [() => checkKernel((() => [1]) as never, { sample: () => [1, 2] }), 'got (1) from (1, 2)'],
    [
      () =>
        checkKernel(() => {
          throw new Error('no way')
        }, standardNormal),
      'no way',
    ],
    [
      () =>
        checkKernel(
          [
            [0.5, 0.6],
            [0.5, 0.5],
          ],
          { logDensity: () => 0 },
        ),
      'expected `kernel` to have rows that sum to 1',
    ],
    [() => checkKernel(walk as never, { prior: normal } as never), 'expected `likelihood` to be a function'],
    [
      () => checkKernel(walk as never, { prior: normal, likelihood: normal, tests: {} } as never),
      'expected `tests` to have a function; got none',
    ],
  ]
  it.each(calls)('%#', async (call, sentence) => {
    const error = (await call().catch((reason) => reason)) as Error
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(sentence)
  })

  it('a state that is not among the states given', async () => {
    const call = checkKernel((i: number) => i + 1, { ...ring, seed: 1, draws: 100 })
    await expect(call).rejects.toThrow('got 6 from (5), which is not among `states`')
  })
})

it('reports progress and stops', async () => {
  const reports: number[] = []
  await checkKernel(walk, {
    ...standardNormal,
    draws: 300,
    seed: 1,
    onProgress: ({ done, total }) => reports.push(done / total),
  })
  expect(reports.at(-1)).toBe(1)
  const slow = (x: number, rng: Rng) => {
    for (const start = performance.now(); performance.now() < start + 1; );
    return walk(x, rng)
  }
  const stopped = checkKernel(slow, { ...standardNormal, draws: 1000, seed: 1, signal: abortedAtLook(3) })
  await expect(stopped).rejects.toThrow(AbortError)
})
