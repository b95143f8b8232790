// Built-in targets against their formulas, written out in plain TypeScript.

import { afterEach, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  current,
  eightSchoolsTarget,
  funnelTarget,
  type KernelTarget,
  linearRegressionTarget,
  logisticRegressionTarget,
  normalMixtureTarget,
  normalTarget,
  rosenbrockTarget,
  setThreads,
  testEnergyTarget,
} from '#gibbsite'
import {
  differences,
  draw,
  drawRows,
  eightSchoolsLogDensity,
  funnelLogDensity,
  inverse,
  type LogDensity,
  linearLogDensity,
  logisticLogDensity,
  mixtureLogDensity,
  normalLogDensity,
  randomCovariance,
  rosenbrockLogDensity,
  testEnergyLogDensity,
} from '../support/densities.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()
afterEach(() => setThreads(threads))

interface Case {
  readonly name: string
  readonly target: KernelTarget
  readonly exact: LogDensity
  /** Reach of the points that are tried. */
  readonly scale: number
}

const eye = (sd: readonly number[]) => sd.map((s, i) => sd.map((_, j) => (i === j ? s * s : 0)))

/** Dimensions on both sides of multiples of four, which the products of matrices are cut into. */
function normals(): Case[] {
  return [1, 2, 3, 4, 5, 8, 13, 50].flatMap((dim) => {
    const [mean, covariance] = [draw(dim, dim, 2), randomCovariance(dim, dim + 100)]
    const sd = draw(dim, dim + 200).map((x) => 0.5 + Math.abs(x))
    const exact = normalLogDensity(mean, covariance)
    return [
      { name: `normal ${dim}, covariance`, target: normalTarget({ mean, covariance }), exact, scale: 3 },
      {
        name: `normal ${dim}, precision`,
        target: normalTarget({ mean, precision: inverse(covariance).inverse }),
        exact,
        scale: 3,
      },
      {
        name: `normal ${dim}, sd`,
        target: normalTarget({ mean, sd }),
        exact: normalLogDensity(mean, eye(sd)),
        scale: 3,
      },
    ]
  })
}

function mixtures(): Case[] {
  return [1, 2, 6].map((dim) => {
    const [means, covariance] = [drawRows(3, dim, dim, 4), randomCovariance(dim, dim + 300)]
    const weights = [1, 2, 5]
    const components = [
      { mean: means[0]!, covariance },
      { mean: means[1]!, sd: new Float64Array(dim).fill(0.7) },
      { mean: means[2]!, precision: inverse(covariance).inverse },
    ]
    const parts = [covariance, eye(new Array(dim).fill(0.7)), covariance].map((c, k) => normalLogDensity(means[k]!, c))
    const target = normalMixtureTarget({ weights, components })
    return { name: `mixture ${dim}`, target, exact: mixtureLogDensity(weights, parts), scale: 5 }
  })
}

/** Numbers of rows on both sides of four and of the 128 that are worked on at a time. */
function regressions(): Case[] {
  return [
    [1, 1],
    [6, 3],
    [128, 4],
    [131, 7],
    [400, 2],
  ].flatMap(([n, dim]) => {
    const X = drawRows(n!, dim!, n!, 2)
    const noise = draw(n!, n! + 1)
    const y = X.map((row, i) => row[0]! - row.at(-1)! / 2 + noise[i]!)
    const labels = y.map((value) => (value > 0 ? 1 : 0))
    return [0.01, 2].flatMap((priorPrecision) => [
      {
        name: `logistic ${n} x ${dim}, ${priorPrecision}`,
        target: logisticRegressionTarget({ X, y: labels, priorPrecision }),
        exact: logisticLogDensity(X, labels, priorPrecision),
        scale: 2,
      },
      {
        name: `linear ${n} x ${dim}, ${priorPrecision}`,
        target: linearRegressionTarget({ X, y, priorPrecision, sigmaRate: 0.5 }),
        exact: linearLogDensity(X, y, priorPrecision, { rate: 0.5 }),
        scale: 1.5,
      },
      {
        name: `linear ${n} x ${dim}, ${priorPrecision}, known noise`,
        target: linearRegressionTarget({ X, y, priorPrecision, sigma: 0.8 }),
        exact: linearLogDensity(X, y, priorPrecision, { sigma: 0.8 }),
        scale: 1.5,
      },
    ])
  })
}

const cases: Case[] = [
  ...normals(),
  ...mixtures(),
  { name: 'rosenbrock', target: rosenbrockTarget(), exact: rosenbrockLogDensity(1, 100, 20), scale: 3 },
  {
    name: 'rosenbrock 6',
    target: rosenbrockTarget({ dim: 6, a: -0.5, b: 5, scale: 2 }),
    exact: rosenbrockLogDensity(-0.5, 5, 2),
    scale: 2,
  },
  { name: 'funnel', target: funnelTarget(), exact: funnelLogDensity(3), scale: 3 },
  { name: 'funnel 20', target: funnelTarget({ dim: 20, sd: 1.5 }), exact: funnelLogDensity(1.5), scale: 2 },
  ...regressions(),
  {
    name: 'eight schools, centred',
    target: eightSchoolsTarget({ centred: true }),
    exact: eightSchoolsLogDensity(true),
    scale: 2,
  },
  { name: 'eight schools', target: eightSchoolsTarget(), exact: eightSchoolsLogDensity(false), scale: 2 },
  ...(['U1', 'U2', 'U3', 'U4'] as const).map((energy) => {
    return { name: energy, target: testEnergyTarget({ energy }), exact: testEnergyLogDensity(energy), scale: 3 }
  }),
]

describe.each(cases)('$name', ({ target, exact, scale }) => {
  const points = drawRows(45, target.dim, 7, scale)

  it('has the density of its formula', () => {
    const values = target.logDensity(points)
    for (const [i, x] of points.entries()) {
      const wanted = exact(x)
      expect(Math.abs(values[i]! - wanted)).toBeLessThan(1e-11 * Math.max(1, Math.abs(wanted)))
    }
  })

  it('has the gradient of its formula, by differences', () => {
    const { logDensity, gradient } = target.logDensityAndGradient(points.slice(0, 3))
    expect(logDensity).toEqual(target.logDensity(points).slice(0, 3))
    points.slice(0, 3).forEach((x, row) => {
      const { gradient: wanted, tolerance } = differences(exact, x)
      const off = wanted.map((value, i) => Math.abs(gradient[row * target.dim + i]! - value))
      expect(Math.max(...off)).toBeLessThan(tolerance)
    })
  })

  it('gives a point alone the bits that it has among many, on any number of threads', () => {
    const all = target.logDensityAndGradient(points)
    setThreads(1)
    expect(target.logDensityAndGradient(points)).toEqual(all)
    points.forEach((x, i) => {
      const { logDensity, gradient } = target.logDensityAndGradient(x)
      expect(logDensity[0]).toBe(all.logDensity[i])
      expect(gradient).toEqual(all.gradient.slice(i * target.dim, (i + 1) * target.dim))
    })
  })
})

it('gives the same bytes on every backend', async () => {
  const numbers = cases.flatMap(({ target, scale }) => {
    const { logDensity, gradient } = target.logDensityAndGradient(drawRows(37, target.dim, 11, scale))
    return [...logDensity, ...gradient]
  })
  expect(await sha256(Float64Array.from(numbers))).toBe(
    'a3345ef0550aa4e00dcad149cdbd44651e9cd9b8115f02338433dc86b1abee74',
  )
})

/** Points of a grid on [-reach, reach]^2, mapped by `to`, with log |det| of the map's derivative. */
function grid(reach: number, points: number, to: (s: number, t: number) => [x: number, y: number, logVolume: number]) {
  const step = (2 * reach) / points
  const at = Array.from({ length: points }, (_, k) => -reach + (k + 0.5) * step)
  return at
    .flatMap((s) => at.map((t) => to(s, t)))
    .map(([x, y, volume]) => ({ x, y, volume: volume + 2 * Math.log(step) }))
}

/** Integral, mean and covariance of a density of two coordinates by the midpoint rule. */
function integrated(target: KernelTarget, nodes: ReturnType<typeof grid>) {
  const logs = target.logDensity(nodes.map(({ x, y }) => [x, y]))
  const p = nodes.map(({ volume }, k) => Math.exp(logs[k]! + volume))
  const expectation = (f: (x: number, y: number) => number) =>
    nodes.reduce((sum, { x, y }, k) => sum + p[k]! * f(x, y), 0)
  const mean = [expectation((x) => x), expectation((_, y) => y)] as const
  const across = expectation((x, y) => (x - mean[0]) * (y - mean[1]))
  const covariance = [expectation((x) => (x - mean[0]) ** 2), across, across, expectation((_, y) => (y - mean[1]) ** 2)]
  return { total: expectation(() => 1), mean, covariance }
}

describe('normalisation and moments', () => {
  const wide = grid(14, 300, (x, y) => [x, y, 0])
  const sharp = { a: -0.5, b: 5, scale: 2 }
  it.each([
    [
      'normal',
      normalTarget({
        mean: [1, -2],
        covariance: [
          [2, 0.8],
          [0.8, 1],
        ],
      }),
      wide,
    ],
    ['normal by sd', normalTarget({ mean: [0.5, 1], sd: [1, 2] }), wide],
    [
      'mixture',
      normalMixtureTarget({
        weights: [1, 3],
        components: [
          { mean: [-4, 1], sd: 1 },
          {
            mean: [3, 2],
            covariance: [
              [2, -1],
              [-1, 1],
            ],
          },
        ],
      }),
      wide,
    ],
    // In the coordinates in which the density is normal.
    [
      'rosenbrock',
      rosenbrockTarget(sharp),
      grid(9, 300, (s, t) => [s - 0.5, (s - 0.5) ** 2 + t * Math.sqrt(0.2), Math.log(0.2) / 2]),
    ],
    [
      'funnel',
      funnelTarget({ dim: 2, sd: 1.5 }),
      grid(13, 300, (s, t) => [1.5 * s, t * Math.exp(0.75 * s), Math.log(1.5) + 0.75 * s]),
    ],
  ] as const)('of the %s', (_, target, nodes) => {
    const { total, mean, covariance } = integrated(target, nodes)
    expect(total).toBeCloseTo(1, 9)
    for (const [i, value] of mean.entries()) expect(value).toBeCloseTo(target.mean[i]!, 8)
    for (const [k, value] of covariance.entries()) expect(value - target.covariance[k]!).toBeCloseTo(0, 7)
  })

  it('of a linear regression with known noise', () => {
    const [X, y] = [drawRows(30, 3, 5), draw(30, 6, 2)]
    const target = linearRegressionTarget({ X, y, sigma: 0.7, priorPrecision: 0.3 })
    const precision = [0, 1, 2].map((i) =>
      [0, 1, 2].map((j) => X.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / 0.49 + (i === j ? 0.3 : 0)),
    )
    const covariance = inverse(precision).inverse
    const pull = [0, 1, 2].map((i) => X.reduce((sum, row, k) => sum + row[i]! * y[k]!, 0) / 0.49)
    for (const [i, row] of covariance.entries()) {
      expect(target.mean[i]).toBeCloseTo(
        row.reduce((sum, c, j) => sum + c * pull[j]!, 0),
        12,
      )
      for (const [j, value] of row.entries()) expect(target.covariance[3 * i + j]).toBeCloseTo(value, 12)
    }
  })

  it('of a normal by its precision', () => {
    const covariance = randomCovariance(6, 9)
    const target = normalTarget({ precision: inverse(covariance).inverse })
    expect(target.mean).toEqual(new Float64Array(6))
    for (const [k, value] of covariance.flat().entries()) expect(target.covariance[k]).toBeCloseTo(value, 12)
  })

  it('are copies', () => {
    const target = normalTarget({ mean: [1, 2], sd: 1 })
    target.mean.fill(7)
    target.covariance.fill(7)
    expect(target.mean).toEqual(Float64Array.of(1, 2))
    expect(target.covariance).toEqual(Float64Array.of(1, 0, 0, 1))
  })
})

describe('what is reported', () => {
  const constrained = (target: KernelTarget, rows: number[][]) => {
    const out = new Float64Array(rows.length * target.names.length)
    target.toDensity().constrain!(Float64Array.from(rows.flat()), out)
    return rows.map((_, i) => [...out.subarray(i * target.names.length, (i + 1) * target.names.length)])
  }

  it('names coordinates', () => {
    expect(normalTarget({ mean: [0, 0], sd: 1 }).names).toEqual(['x[0]', 'x[1]'])
    expect(funnelTarget({ dim: 3 }).names).toEqual(['v', 'x[0]', 'x[1]'])
    expect(logisticRegressionTarget({ X: [[1, 2]], y: [1] }).names).toEqual(['beta[0]', 'beta[1]'])
    expect(linearRegressionTarget({ X: [[1, 2]], y: [1] }).names).toEqual(['beta[0]', 'beta[1]', 'sigma'])
    expect(eightSchoolsTarget().names.slice(0, 3)).toEqual(['mu', 'tau', 'theta[0]'])
    expect(eightSchoolsTarget().names).toHaveLength(10)
  })

  it('takes sigma and tau back from their logarithms, and theta from eta', () => {
    const rows = [
      [1, 2, -0.5],
      [3, 4, 1.25],
    ]
    constrained(linearRegressionTarget({ X: [[1, 2]], y: [1] }), rows).forEach((row, i) => {
      expect(row.slice(0, 2)).toEqual(rows[i]!.slice(0, 2))
      expect(row[2]).toBeCloseTo(Math.exp(rows[i]![2]!), 14)
    })
    const schools = drawRows(3, 10, 4)
    constrained(eightSchoolsTarget({ centred: true }), schools).forEach((row, i) => {
      expect(row[1]).toBeCloseTo(Math.exp(schools[i]![1]!), 14)
      expect([row[0], ...row.slice(2)]).toEqual([schools[i]![0], ...schools[i]!.slice(2)])
    })
    constrained(eightSchoolsTarget(), schools).forEach(([mu, tau, ...theta], i) => {
      for (const [j, value] of theta.entries()) expect(value).toBeCloseTo(mu! + tau! * schools[i]![j + 2]!, 14)
    })
  })
})

describe('far out', () => {
  it('stays without NaN where numbers overflow', () => {
    expect(
      funnelTarget({ dim: 3 })
        .logDensity([
          [-2000, 0, 0],
          [-2000, 1, 0],
          [2000, 1, 1],
        ])
        .every(Number.isFinite),
    ).toBe(true)
    expect(rosenbrockTarget().logDensity([1e200, 0])[0]).toBe(Number.NEGATIVE_INFINITY)
    const far = [0, 500, ...new Array(8).fill(1)]
    for (const centred of [true, false]) {
      const { logDensity, gradient } = eightSchoolsTarget({ centred }).logDensityAndGradient(far)
      expect(logDensity[0]).not.toBeNaN()
      expect(gradient.some(Number.isNaN)).toBe(false)
    }
    const apart = normalMixtureTarget({
      components: [
        { mean: [-1e8], sd: 1 },
        { mean: [1e8], sd: 1 },
      ],
    })
    expect(apart.logDensity([0])[0]! / -5e15).toBeCloseTo(1, 14)
    const logistic = logisticRegressionTarget({ X: [[1e6], [1]], y: [1, 0], priorPrecision: 0 })
    expect(logistic.logDensity([[1], [-1]])[0]).toBeCloseTo(-Math.log(1 + Math.E), 13)
    expect(logistic.logDensity([[1], [-1]])[1]).toBeCloseTo(-1e6 - Math.log1p(Math.exp(-1)), 9)
  })

  it('finds a narrow normal far from zero', () => {
    const target = normalTarget({
      mean: [1e9, -1e9],
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    })
    const near = normalTarget({
      mean: [0, 0],
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    })
    expect(target.logDensity([1e9 + 1, -1e9 - 2])).toEqual(near.logDensity([1, -2]))
  })
})

describe('bad input', () => {
  const bad: [string, () => unknown, RegExp][] = [
    ['no form', () => normalTarget({ mean: [0] }), /one of covariance, precision and sd; got none/],
    ['two forms', () => normalTarget({ sd: [1], covariance: [[1]] }), /got covariance and sd/],
    ['one sd alone', () => normalTarget({ sd: 1 }), /`mean` to be given beside a single sd/],
    ['sd of 0', () => normalTarget({ sd: [1, 0] }), /`sd` to hold numbers above 0; got 0 at index 1/],
    [
      'sizes',
      () =>
        normalTarget({
          mean: [0, 0, 0],
          covariance: [
            [1, 0],
            [0, 1],
          ],
        }),
      /`covariance` to have 3 columns; got 2/,
    ],
    ['not square', () => normalTarget({ covariance: [[1, 0]] }), /`covariance` to have 2 rows/],
    [
      'asymmetric',
      () =>
        normalTarget({
          covariance: [
            [1, 0.5],
            [0.4, 1],
          ],
        }),
      /symmetric; got 0.4 at \(1, 0\) and 0.5/,
    ],
    [
      'indefinite',
      () =>
        normalTarget({
          covariance: [
            [1, 2],
            [2, 1],
          ],
        }),
      /`covariance` to be positive definite/,
    ],
    [
      'singular',
      () =>
        normalTarget({
          precision: [
            [1, 1],
            [1, 1],
          ],
        }),
      /`precision` to be positive definite/,
    ],
    [
      'NaN',
      () =>
        normalTarget({
          covariance: [
            [1, Number.NaN],
            [0, 1],
          ],
        }),
      /finite numbers; got NaN in row 0, column 1/,
    ],
    ['misspelt', () => normalTarget({ covarience: [[1]] } as never), /did you mean "covariance"/],
    ['no components', () => normalMixtureTarget({ components: [] }), /at least one normal/],
    ['component', () => normalMixtureTarget({ components: [{ sd: [1] }, { sd: [-1] }] }), /`components\[1\].sd`/],
    [
      'dimensions',
      () => normalMixtureTarget({ components: [{ sd: [1] }, { sd: [1, 1] }] }),
      /dimension 1, as the first; got 2/,
    ],
    [
      'weights',
      () => normalMixtureTarget({ weights: [1, 0], components: [{ sd: [1] }, { sd: [2] }] }),
      /above 0; got 0 at index 1/,
    ],
    ['odd', () => rosenbrockTarget({ dim: 3 }), /`dim` to be even; got 3/],
    ['scale', () => rosenbrockTarget({ scale: 0 }), /`scale` to be a number above 0/],
    ['narrow funnel', () => funnelTarget({ dim: 1 }), /`dim`/],
    ['outcomes', () => logisticRegressionTarget({ X: [[1], [2]], y: [0, 2] }), /only zeros and ones; got 2 at index 1/],
    ['rows', () => logisticRegressionTarget({ X: [[1], [2]], y: [0] }), /`y` to have 2 values; got 1/],
    ['prior', () => logisticRegressionTarget({ X: [[1]], y: [0], priorPrecision: -1 }), /`priorPrecision`/],
    ['both', () => linearRegressionTarget({ X: [[1]], y: [0], sigma: 1, sigmaRate: 1 } as never), /sigmaRate/],
    [
      'no posterior',
      () =>
        linearRegressionTarget({
          X: [
            [1, 1],
            [2, 2],
          ],
          y: [0, 1],
          priorPrecision: 0,
        }),
      /`priorPrecision` to be larger where columns of X are linearly dependent; got 0/,
    ],
    ['centred', () => eightSchoolsTarget({ centred: 1 } as never), /`centred` to be true or false/],
    ['columns', () => funnelTarget().logDensity([1, 2]), /`rows` to have 10 columns; got 2/],
    ['uneven', () => rosenbrockTarget().logDensity([[1, 2], [1]]), /2 columns in every row; got 1 in row 1/],
    ['infinite', () => rosenbrockTarget().logDensity([1, Number.POSITIVE_INFINITY]), /finite numbers/],
    ['text', () => rosenbrockTarget().logDensity([[1, '2']] as never), /finite numbers/],
    ['no rows', () => rosenbrockTarget().logDensity([]), /at least one row/],
    ['nothing', () => rosenbrockTarget().logDensity(undefined as never), /an array of rows, or one row; got undefined/],
  ]
  it.each(bad)('%s is one clear sentence', (_, call, message) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })

  it("leaves the caller's arrays alone", () => {
    const [mean, X, y] = [Float64Array.of(1, 2), new Float64Array([1, 2, 3, 4]), Float64Array.of(0, 1)]
    normalTarget({ mean, sd: 2 }).logDensity([0, 0])
    linearRegressionTarget({ X: { data: X, shape: [2, 2] }, y }).logDensity([0, 0, 0])
    logisticRegressionTarget({ X: { data: X, shape: [2, 2] }, y }).logDensity([0, 0])
    expect([mean, X, y]).toEqual([Float64Array.of(1, 2), new Float64Array([1, 2, 3, 4]), Float64Array.of(0, 1)])
  })
})
