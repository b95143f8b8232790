// Chains whose theory is known in closed form, and the energy models' own.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AbortError,
  ArgumentError,
  analyzeChain,
  BoltzmannMachine,
  type ChainAnalysis,
  RBM,
  type Scan,
  setThreads,
  transitionMatrix,
} from '#gibbsite'
import { lawOf, optionsOf, smallMachine } from '../support/boltzmann.ts'
import { parametersOf, smallRbm } from '../support/enumeration.ts'
import {
  birthDeath,
  cycle,
  generalRows,
  plainMixingTime,
  type Rows,
  reversibleRows,
  stepped,
  stochastic,
} from '../support/markov.ts'
import { abortedAtLook } from '../support/signals.ts'

const classesOf = ({ classes }: ChainAnalysis) =>
  classes.map(({ states, recurrent, period }) => [[...states], recurrent, period])

function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(got[i]! - wanted[i]!), `${i}`).toBeLessThan(tolerance)
}

/** Eigenvalues as points, each matched with the nearest that is left. */
function expectSpectrum(got: ChainAnalysis, wanted: readonly (readonly [number, number])[], tolerance: number): void {
  const { real, imaginary } = got.eigenvalues!
  const left = Array.from(real, (re, k) => [re, imaginary[k]!] as const)
  expect(left).toHaveLength(wanted.length)
  for (const [re, im] of wanted) {
    const off = left.map(([a, b]) => Math.hypot(a - re, b - im))
    const nearest = off.indexOf(Math.min(...off))
    expect(off[nearest], `${re} + ${im} i`).toBeLessThan(tolerance)
    left.splice(nearest, 1)
  }
}

describe('closed forms', () => {
  it.each([
    [0.1, 0.3],
    [0.5, 0.25],
    [0.9, 0.8],
    [1e-12, 3e-12],
  ])('two states, %f there and %f back', async (a, b) => {
    const found = await analyzeChain([
      [1 - a, a],
      [b, 1 - b],
    ])
    expectClose(found.stationary[0]!, [b / (a + b), a / (a + b)], 1e-15)
    const second = 1 - a - b
    expect(found.spectralGap).toBeCloseTo(1 - Math.abs(second), 15)
    expect(found.relaxationTime).toBe(1 / found.spectralGap)
    expect(Math.abs(found.kemeny! * (a + b) - 1)).toBeLessThan(1e-3)
    // The distance after t steps is max(a, b) / (a + b) |second|^t.
    const steps = Math.log(0.25 / (Math.max(a, b) / (a + b))) / Math.log(Math.abs(second))
    expect(Math.abs(found.mixingTime! / Math.max(1, Math.ceil(steps - 1e-9)) - 1)).toBeLessThan(1e-3)
    expect([found.reversible, found.irreducible, found.aperiodic]).toEqual([true, true, true])
    expect(found.balance.residual).toBeLessThan(1e-16)
  })

  it.each([2, 3, 8, 600])('a cycle of %i states in one direction has that period and the roots of unity', async (n) => {
    const found = await analyzeChain({ triplets: cycle(n, 1, 0) })
    expect(classesOf(found)).toEqual([[Array.from({ length: n }, (_, i) => i), true, n]])
    expect([found.aperiodic, found.mixingTime, found.spectralGap, found.relaxationTime]).toEqual([
      false,
      null,
      0,
      Infinity,
    ])
    expectClose(found.stationary[0]!, new Array(n).fill(1 / n), 1e-15)
    expect(found.reversible).toBe(n === 2)
    if (n === 600) return expect(found.eigenvalues).toBeNull()
    expect(found.balance.residual).toBeCloseTo(n === 2 ? 0 : 1 / n, 15)
    const roots = Array.from({ length: n }, (_, k) => (2 * Math.PI * k) / n)
    expectSpectrum(
      found,
      roots.map((angle) => [Math.cos(angle), Math.sin(angle)]),
      1e-13,
    )
  })

  it('a walk around a cycle with a drift: complex eigenvalues', async () => {
    const n = 15
    const found = await analyzeChain({ triplets: cycle(n, 0.5, 0.2) })
    const angles = Array.from({ length: n }, (_, k) => (2 * Math.PI * k) / n)
    const wanted = angles.map((x) => [0.3 + 0.7 * Math.cos(x), 0.3 * Math.sin(x)] as const)
    expectSpectrum(found, wanted, 1e-13)
    const second = Math.max(...wanted.slice(1).map(([re, im]) => Math.hypot(re, im)))
    expect(found.spectralGap).toBeCloseTo(1 - second, 13)
    expect(found.balance.residual).toBeCloseTo(0.3 / n, 15)
    expect(found.balance.flow).toBeCloseTo(0.5 / n, 15)
    const kemeny = wanted.slice(1).reduce((sum, [re, im]) => sum + (1 - re) / ((1 - re) ** 2 + im ** 2), 0)
    expect(found.kemeny).toBeCloseTo(kemeny, 11)
  })

  it('the largest modulus is found without all eigenvalues too: steps of four lengths around 520 states', async () => {
    const n = 520
    const steps = [
      [1, 0.4],
      [8, 0.3],
      [57, 0.2],
      [131, 0.1],
    ] as const
    const found = await analyzeChain({
      triplets: Array.from({ length: n }, (_, i) =>
        steps.map(([by, p]) => [i, (i + by) % n, p] as [number, number, number]),
      ).flat(),
    })
    expect([found.eigenvalues, found.kemeny]).toEqual([null, null])
    const modulus = (k: number) => {
      const angles = steps.map(([by, p]) => [(2 * Math.PI * by * k) / n, p] as const)
      const part = (f: (x: number) => number) => angles.reduce((sum, [x, p]) => sum + p * f(x), 0)
      return Math.hypot(part(Math.cos), part(Math.sin))
    }
    const second = Math.max(...Array.from({ length: n - 1 }, (_, k) => modulus(k + 1)))
    expect(Math.abs(found.spectralGap - (1 - second))).toBeLessThan(1e-13)
    expect([found.reversible, found.aperiodic]).toEqual([false, true])
  })

  it.each([2, 5, 7])('the lazy walk on the cube of dimension %i: gap 1/n, eigenvalues 1 - k/n', async (n) => {
    const triplets: [number, number, number][] = []
    for (let state = 0; state < 2 ** n; state++) {
      triplets.push([state, state, 0.5])
      for (let i = 0; i < n; i++) triplets.push([state, state ^ (1 << i), 0.5 / n])
    }
    const found = await analyzeChain({ triplets })
    expect(found.spectralGap).toBeCloseTo(1 / n, 13)
    expect(found.reversible).toBe(true)
    const bits = Array.from({ length: 2 ** n }, (_, s) => [...s.toString(2)].filter((bit) => bit === '1').length)
    expectSpectrum(
      found,
      bits.map((k) => [1 - k / n, 0]),
      1e-13,
    )
  })

  it('a birth-death chain has the law that flows balance in, accurate in every entry', async () => {
    const n = 60
    const up = Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : 0.05 + 0.01 * (i % 7)))
    const down = Array.from({ length: n }, (_, i) => (i === 0 ? 0 : 0.85 - 0.01 * (i % 5)))
    const found = await analyzeChain(birthDeath(up, down))
    const plain = [1]
    for (let i = 1; i < n; i++) plain.push((plain[i - 1]! * up[i - 1]!) / down[i]!)
    const total = plain.reduce((sum, p) => sum + p, 0)
    expect(plain[n - 1]! / total).toBeLessThan(1e-50)
    for (const [i, p] of found.stationary[0]!.entries()) {
      expect(Math.abs((p * total) / plain[i]! - 1), `${i}`).toBeLessThan(1e-13)
    }
    expect(found.reversible).toBe(true)
    expect(found.mixingTime).toBe(plainMixingTime(birthDeath(up, down), found.stationary[0]!))
  })

  it('a law whose entries go beyond the range of doubles is scaled, not lost', async () => {
    const n = 350
    const up = Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : 0.9))
    const down = Array.from({ length: n }, (_, i) => (i === 0 ? 0 : 0.1))
    const { stationary } = await analyzeChain(birthDeath(up, down))
    // A geometric law from the top: p_(n-1-k) = (8/9) 9^-k.
    for (let k = 0; k < 300; k++) {
      expect(Math.abs((stationary[0]![n - 1 - k]! * 9 ** k) / (8 / 9) - 1)).toBeLessThan(1e-12)
    }
    expect(stationary[0]![0]).toBe(0)
  })

  it.each([0.5, 0.4, 0.75])("gambler's ruin with %f: absorption, transient class of period 2", async (p) => {
    const n = 12
    const up = Array.from({ length: n + 1 }, (_, i) => (i === 0 || i === n ? 0 : p))
    const down = Array.from({ length: n + 1 }, (_, i) => (i === 0 || i === n ? 0 : 1 - p))
    const found = await analyzeChain(birthDeath(up, down))
    const inside = Array.from({ length: n - 1 }, (_, i) => i + 1)
    expect(classesOf(found)).toEqual([
      [[0], true, 1],
      [inside, false, 2],
      [[n], true, 1],
    ])
    expect(found.absorption.shape).toEqual([n + 1, 2])
    const ratio = (1 - p) / p
    const wins = (i: number) => (p === 0.5 ? i / n : (1 - ratio ** i) / (1 - ratio ** n))
    for (let i = 0; i <= n; i++)
      expectClose(found.absorption.data.subarray(2 * i, 2 * i + 2), [1 - wins(i), wins(i)], 1e-14)
    expect([found.spectralGap, found.mixingTime, found.kemeny, found.aperiodic]).toEqual([0, null, null, true])
    // Inside: 2 sqrt(p q) cos(pi k / n); and 1 twice.
    const wanted = inside.map((k) => [2 * Math.sqrt(p * (1 - p)) * Math.cos((Math.PI * k) / n), 0] as const)
    expectSpectrum(found, [[1, 0], [1, 0], ...wanted], 1e-13)
  })

  it('several recurrent classes and transient states in any order', async () => {
    // 0 <-> 4 and 2 -> 5 -> 2 (period 2) are closed; 1 and 3 lead there, 1 never comes back.
    const found = await analyzeChain({
      triplets: [
        [0, 4, 0.5],
        [0, 0, 0.5],
        [4, 0, 1],
        [2, 5, 1],
        [5, 2, 1],
        [1, 3, 0.5],
        [1, 2, 0.5],
        [3, 3, 0.2],
        [3, 0, 0.6],
        [3, 5, 0.2],
      ],
    })
    expect(classesOf(found)).toEqual([
      [[0, 4], true, 1],
      [[1], false, null],
      [[2, 5], true, 2],
      [[3], false, 1],
    ])
    expect([...found.classOf]).toEqual([0, 1, 2, 3, 0, 2])
    expect([found.irreducible, found.aperiodic]).toEqual([false, false])
    expectClose(found.stationary[0]!, [2 / 3, 0, 0, 0, 1 / 3, 0], 1e-15)
    expectClose(found.stationary[1]!, [0, 0, 0.5, 0, 0, 0.5], 1e-15)
    expectClose(found.absorption.data, [1, 0, 0.375, 0.625, 0, 1, 0.75, 0.25, 1, 0, 0, 1], 1e-15)
  })

  it('one recurrent class with transient states has a gap and a mixing time', async () => {
    const rows = [
      [0.5, 0.5, 0],
      [0.25, 0.75, 0],
      [0.05, 0.05, 0.9],
    ]
    const found = await analyzeChain(rows)
    expect(found.spectralGap).toBeCloseTo(0.1, 15)
    expect(found.mixingTime).toBe(plainMixingTime(rows, [1 / 3, 2 / 3, 0]))
    expect(found.kemeny).toBeCloseTo(1 / (1 - 0.25) + 1 / (1 - 0.9), 12)
  })

  it('one state', async () => {
    expect(await analyzeChain([[1]])).toMatchObject({
      irreducible: true,
      aperiodic: true,
      mixingTime: 0,
      spectralGap: 1,
    })
  })
})

describe('stored values of an independent script (numpy.linalg.eigvals)', () => {
  it('a reversible chain', async () => {
    const found = await analyzeChain(reversibleRows(12, 7))
    const eigenvalues = [
      1, -0.7135089377423619, 0.5385293576393526, -0.43516611142371414, 0.41015213880687884, -0.29917702562199505,
      -0.22449071155785255, 0.20689201796989953, 0.16470465375607204, -0.15937720469402378, 0.08817860919654898,
      -0.012607436014324052,
    ]
    expectClose(found.eigenvalues!.real, eigenvalues, 1e-14)
    expectClose(found.eigenvalues!.imaginary, new Array(12).fill(0), 1e-300)
    expect(found.spectralGap).toBeCloseTo(1 - 0.7135089377423619, 14)
    expect(found.mixingTime).toBe(3)
    expect(found.stationary[0]![6]).toBeCloseTo(0.14212336994098354, 14)
  })

  it('a chain that is not', async () => {
    const found = await analyzeChain(generalRows(9, 3))
    const pairs = [
      [-0.20865469289907068, 0.31125066332677775],
      [-0.13216007028562476, 0.2893859397952868],
      [0.23064233855786248, 0.10476869172896038],
    ] as const
    expectSpectrum(
      found,
      [
        [1, 0],
        [-0.2840576721621559, 0],
        [0.2667789322515662, 0],
        ...pairs,
        ...pairs.map(([re, im]) => [re, -im] as const),
      ],
      1e-13,
    )
    expect(found.mixingTime).toBe(3)
    expect(found.reversible).toBe(false)
  })
})

describe('large chains', () => {
  it('520 states of a lazy walk between two ends: all eigenvalues', async () => {
    const n = 520
    const walk = birthDeath(
      Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : 0.25)),
      Array.from({ length: n }, (_, i) => (i === 0 ? 0 : 0.25)),
    )
    const { eigenvalues, spectralGap } = await analyzeChain(walk)
    // 1/2 + cos(pi k / n) / 2
    const wanted = Array.from({ length: n }, (_, k) => 0.5 + 0.5 * Math.cos((Math.PI * k) / n))
    expectClose(eigenvalues!.real, wanted, 1e-13)
    expect(Math.abs(spectralGap - (1 - wanted[1]!))).toBeLessThan(1e-13)
  })
})

it('keeps its bytes with any number of threads and size of pieces', async () => {
  const rows = generalRows(150, 5)
  const [all, flat] = [await analyzeChain(rows), reversibleRows(150, 6)]
  const reversible = await analyzeChain(flat)
  try {
    setThreads(1)
    expect(await analyzeChain(rows)).toEqual(all)
    setThreads(7)
    expect(await analyzeChain(flat)).toEqual(reversible)
  } finally {
    setThreads(2)
  }
})

describe('laws of any chain', () => {
  const weights = fc.integer({ min: 1, max: 9 }).chain((n) =>
    fc.array(
      fc.array(fc.oneof(fc.constant(0), fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
        minLength: n,
        maxLength: n,
      }),
      { minLength: n, maxLength: n },
    ),
  )
  // A state with nowhere to go stays.
  const chains = weights.map((rows) =>
    stochastic(rows.map((row, i) => (row.some((w) => w > 0) ? row : row.map((_, j) => (j === i ? 1 : 0))))),
  )

  /** Reachability by plain closure. */
  function reaches(rows: Rows): boolean[][] {
    const reach = rows.map((row, i) => row.map((p, j) => p > 0 || i === j))
    for (const k of rows.keys()) {
      for (const i of rows.keys()) for (const j of rows.keys()) reach[i]![j] ||= reach[i]![k]! && reach[k]![j]!
    }
    return reach
  }

  it('classes, stationary laws and absorption agree with plain reachability and products', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (rows) => {
        const found = await analyzeChain(rows)
        const reach = reaches(rows)
        for (const i of rows.keys()) {
          for (const j of rows.keys()) {
            expect(found.classOf[i] === found.classOf[j]).toBe(reach[i]![j]! && reach[j]![i]!)
          }
          const recurrent = rows.every((_, j) => !reach[i]![j]! || reach[j]![i]!)
          expect(found.classes[found.classOf[i]!]!.recurrent).toBe(recurrent)
        }
        for (const law of found.stationary) {
          expect(Math.abs(law.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-14)
          expectClose(stepped(law, rows), law, 1e-14)
        }
        const ends = found.stationary.length
        for (const i of rows.keys()) {
          // h = P h, and one end or the other.
          const at = (s: number, c: number) => found.absorption.data[s * ends + c]!
          for (let c = 0; c < ends; c++) {
            expect(Math.abs(rows[i]!.reduce((sum, p, j) => sum + p * at(j, c), 0) - at(i, c))).toBeLessThan(1e-13)
          }
          expect(
            Math.abs(found.absorption.data.subarray(i * ends, (i + 1) * ends).reduce((a, b) => a + b, 0) - 1),
          ).toBeLessThan(1e-13)
        }
      }),
      { numRuns: 120, seed: 1 },
    )
  })

  it('periods are those of the returns', async () => {
    const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
    await fc.assert(
      fc.asyncProperty(chains, async (rows) => {
        const found = await analyzeChain(rows)
        // Returns up to n^2 + n steps have the greatest common divisor of all.
        let ways = rows.map((row) => row.map((p) => p > 0))
        const periods = rows.map(() => 0)
        for (let t = 1; t <= rows.length ** 2 + rows.length; t++) {
          for (const i of rows.keys()) if (ways[i]![i]) periods[i] = divisor(periods[i]!, t)
          ways = ways.map((row) => row.map((_, j) => row.some((way, k) => way && rows[k]![j]! > 0)))
        }
        expect(rows.map((_, i) => found.classes[found.classOf[i]!]!.period)).toEqual(periods.map((d) => d || null))
      }),
      { numRuns: 60, seed: 2 },
    )
  })

  it('the eigenvalues have the traces of the powers, and the mixing time is that of single steps', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (rows) => {
        const found = await analyzeChain(rows)
        const { real, imaginary } = found.eigenvalues!
        const trace = rows.reduce((sum, row, i) => sum + row[i]!, 0)
        const square = rows.reduce((sum, row, i) => sum + row.reduce((part, p, j) => part + p * rows[j]![i]!, 0), 0)
        expect(real.reduce((a, b) => a + b, 0)).toBeCloseTo(trace, 11)
        expect(real.reduce((sum, re, k) => sum + re * re - imaginary[k]! ** 2, 0)).toBeCloseTo(square, 11)
        if (found.mixingTime !== null && found.mixingTime < 500 && rows.length > 1) {
          expect(found.mixingTime).toBe(plainMixingTime(rows, found.stationary[0]!))
        }
        expect(found.mixingTime === null).toBe(found.stationary.length > 1 || !found.aperiodic)
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  it('numbering the states anew changes names and nothing else', async () => {
    const renamed = chains.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows.keys()], { minLength: rows.length })),
    )
    await fc.assert(
      fc.asyncProperty(renamed, async ([rows, order]) => {
        const [plain, other] = [
          await analyzeChain(rows),
          await analyzeChain(order.map((i) => order.map((j) => rows[i]![j]!))),
        ]
        for (const [a, i] of order.entries()) {
          const [mine, theirs] = [plain.classes[plain.classOf[i]!]!, other.classes[other.classOf[a]!]!]
          expect(Uint32Array.from(theirs.states, (s) => order[s]!).sort()).toEqual(mine.states)
          expect([theirs.recurrent, theirs.period]).toEqual([mine.recurrent, mine.period])
        }
        const [p, q] = [plain, other].map(({ stationary }) =>
          rows.map((_, i) => Math.max(...stationary.map((law) => law[i]!))),
        )
        expectClose(
          order.map((i) => p![i]!),
          q!,
          1e-14,
        )
        expect(other.mixingTime).toBe(plain.mixingTime)
        expect(other.reversible).toBe(plain.reversible)
        expect(Math.abs(other.spectralGap - plain.spectralGap)).toBeLessThan(1e-3)
      }),
      { numRuns: 60, seed: 4 },
    )
  })
})

describe("the energy models' own matrices", () => {
  const small = smallMachine(6, 8, 'spin', 1, 0.6)
  const machine = new BoltzmannMachine({ visible: 6, ...optionsOf(small) })

  it.each<[Scan, 'heat-bath' | 'metropolis', boolean]>([
    ['sequential', 'heat-bath', false],
    ['sequential', 'metropolis', false],
    ['random', 'heat-bath', true],
    ['random', 'metropolis', true],
    ['permutation', 'heat-bath', true],
  ])('%s scan, %s: law exp(-E / T) / Z; reversible: %s', async (scan, update, reversible) => {
    const found = await analyzeChain(await transitionMatrix(machine, { scan, update, temperature: 1.5 }))
    expect(found.irreducible && found.aperiodic).toBe(true)
    const { p } = lawOf(small, 1.5)
    for (const [s, q] of found.stationary[0]!.entries()) expect(Math.abs(q - p[s]!)).toBeLessThan(1e-6)
    expect(found.reversible).toBe(reversible)
    if (!reversible) expect(found.balance.residual).toBeGreaterThan(0.01 * found.balance.flow)
    expect(found.spectralGap).toBeGreaterThan(0.001)
    expect(found.mixingTime).toBeGreaterThan(1)
  })

  it('a Metropolis sweep in a fixed order at an infinite temperature is periodic, heat bath is not', async () => {
    const options = { scan: 'sequential', temperature: Number.POSITIVE_INFINITY } as const
    const found = await analyzeChain(await transitionMatrix(machine, { ...options, update: 'metropolis' }))
    expect(found.aperiodic).toBe(false)
    expect(found.classes.every(({ recurrent, period }) => recurrent && period === 2)).toBe(true)
    expect(found.classes).toHaveLength(32)
    expect([found.mixingTime, found.spectralGap]).toEqual([null, 0])
    const fair = await analyzeChain(await transitionMatrix(machine, { ...options, update: 'heat-bath' }))
    expect([fair.aperiodic, fair.irreducible, fair.mixingTime]).toEqual([true, true, 1])
    const random = await analyzeChain(
      await transitionMatrix(machine, { ...options, scan: 'random', update: 'metropolis' }),
    )
    // Six flips of units drawn at random leave the parity of the number of units on as it is.
    expect(random.classes).toHaveLength(2)
  })

  it('block Gibbs of an RBM is reversible on the visible units, and not on both layers', async () => {
    const rbm = new RBM({ visible: 3, hidden: 2 })
    rbm.setParameters(parametersOf(smallRbm(3, 2, 5)))
    const { data } = await transitionMatrix(rbm)
    const joint = await analyzeChain({ data, shape: [32, 32] })
    expect(joint.reversible).toBe(false)
    // The hidden units at the start play no part: those of state v, h = 0 stand for all.
    const visible = Array.from({ length: 8 }, (_, from) =>
      Array.from({ length: 8 }, (_, to) => [0, 1, 2, 3].reduce((sum, h) => sum + data[from * 32 + h * 8 + to]!, 0)),
    )
    const found = await analyzeChain(visible)
    expect([found.reversible, found.aperiodic, found.irreducible]).toEqual([true, true, true])
    expect(joint.spectralGap).toBeCloseTo(found.spectralGap, 6)
  })
})

describe('input', () => {
  const half = [
    [0.5, 0.5],
    [0.5, 0.5],
  ]

  it('takes all forms, and the same chain gives the same bytes', async () => {
    const rows = generalRows(7, 4)
    const wanted = await analyzeChain(rows)
    const forms = [
      rows.map((row) => Float64Array.from(row)),
      { data: rows.flat(), shape: [7, 7] },
      { data: Float64Array.from(rows.flat()), shape: [7, 7] },
      { triplets: rows.flatMap((row, i) => row.map((p, j) => [i, j, p] as [number, number, number])) },
      {
        csr: {
          offsets: Uint32Array.from({ length: 8 }, (_, i) => 7 * i),
          columns: rows.flatMap((row) => [...row.keys()]),
          probabilities: rows.flat(),
        },
      },
    ]
    for (const form of forms) expect(await analyzeChain(form)).toEqual(wanted)
  })

  it('divides rows by their sums, within the tolerance', async () => {
    const found = await analyzeChain(
      [
        [0.3333, 0.6666],
        [0.5, 0.5],
      ],
      { tolerance: 1e-3 },
    )
    expectClose(
      found.stationary[0]!,
      (
        await analyzeChain([
          [1 / 3, 2 / 3],
          [0.5, 0.5],
        ])
      ).stationary[0]!,
      1e-15,
    )
  })

  it.each<[unknown, string]>([
    [undefined, 'expected `P` to be a transition matrix'],
    [{ rows: [] }, 'expected `P` to be a transition matrix'],
    [[], 'to have 1 to 4096 states; got 0'],
    [[[0.5, 0.5]], 'expected `P` to be square, with 1 numbers in each row; got 2 in row 0'],
    [[[0.5, 0.5], 3], 'to be square, with 2 numbers in each row; got 3 for row 1'],
    [{ data: [1, 0], shape: [1, 2] }, 'expected `P.shape` to be [n, n]; got [1,2]'],
    [{ data: [1, 0, 1], shape: [2, 2] }, 'expected `P.data` to have 2 x 2 numbers; got 3'],
    [
      [
        [0.5, 0.5],
        [0.7, 0.2],
      ],
      'expected `P` to have rows that sum to 1 within 0.000001; got 0.8999999999999999 in row 1',
    ],
    [
      [
        [0.5, 0.5],
        [1.5, -0.5],
      ],
      'expected `P` to hold probabilities; got -0.5 in row 1, column 1',
    ],
    [
      [
        [0.5, 0.5],
        [Number.NaN, 1],
      ],
      'got NaN in row 1, column 0',
    ],
    [
      [
        [Infinity, 0],
        [0, 1],
      ],
      'got Infinity in row 0, column 0',
    ],
    [
      [
        ['1', 0],
        [0, 1],
      ],
      'got NaN in row 0, column 0',
    ],
    [
      {
        triplets: [
          [0, 1, 1],
          [1, 0],
        ],
      },
      'expected `P.triplets[1]` to be [from, to, p]',
    ],
    [{ triplets: [[0, 1.5, 1]] }, 'expected `P.triplets[0]`'],
    [{ triplets: [[0, 5000, 1]] }, 'expected `P.triplets[0]` to be an integer from 0 to 4095; got 5000'],
    [{ triplets: [[0, 1, 1]] }, 'got 0 in row 1'],
    [
      {
        triplets: [
          [0, 0, 1.5],
          [0, 0, -0.5],
        ],
      },
      'to hold probabilities; got -0.5 in row 0, column 0',
    ],
    [{ triplets: [[0, 2, 1]], states: 2 }, 'to have states below 2; got 2'],
    [{ csr: {} }, 'expected `P.csr` to have arrays'],
    [{ csr: { offsets: [0, 1], columns: [0], probabilities: [1, 0] } }, 'as many columns as probabilities'],
    [{ csr: { offsets: [0, 2, 1], columns: [0], probabilities: [1] } }, 'expected `P.csr.offsets[1]`'],
    [{ csr: { offsets: [0, 1], columns: [1], probabilities: [1] } }, 'to have columns from 0 to 0; got 1 in row 0'],
    [{ csr: { offsets: [0, 0], columns: [0], probabilities: [1] } }, 'to end with 1'],
  ])('refuses %j', async (value, sentence) => {
    const error = await analyzeChain(value as never).catch((reason) => reason)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(sentence)
  })

  it('refuses wrong options', async () => {
    await expect(analyzeChain(half, { tolerence: 1 } as never)).rejects.toThrow('did you mean "tolerance"')
    await expect(analyzeChain(half, { tolerance: -1 })).rejects.toThrow('expected `tolerance`')
    await expect(analyzeChain(half, { signal: 3 as never })).rejects.toThrow('expected `signal`')
  })
})

it('reports progress and stops with what was found', async () => {
  const rows = generalRows(40, 9)
  const reports: number[] = []
  const whole = await analyzeChain(rows, { onProgress: ({ done, total }) => reports.push(done / total) })
  expect(reports.at(-1)).toBe(1)
  // After the looks of the argument check and of the first piece.
  const error = await analyzeChain(rows, { signal: abortedAtLook(5) }).catch((reason) => reason)
  expect(error).toBeInstanceOf(AbortError)
  expect(error.partial.classes).toEqual(whole.classes)
  expect(error.partial.mixingTime).toBeUndefined()
})
