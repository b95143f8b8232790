// Every operator and every logPdf of the language against plain functions and their central differences.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ArgumentError,
  abs,
  concat,
  cumulativeSum,
  data,
  dot,
  type Expression,
  exp,
  log,
  log1p,
  logAddExp,
  logGamma,
  logPdf,
  logSumExp,
  matvec,
  model,
  param,
  pow,
  sigmoid,
  softplus,
  solveLower,
  sqrt,
  square,
  sum,
  tanh,
  within,
} from '#gibbsite'
import { expectAgreement, points } from '../support/expressions.ts'
import { logGamma as plainLogGamma } from '../support/statistics.ts'

const plainSoftplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const plainSigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe('one argument', () => {
  it.each<[string, (x: Expression) => Expression, (x: number) => number, number, number]>([
    ['neg', (x) => x.neg(), (x) => -x, -2, 2],
    ['exp', exp, Math.exp, -3, 3],
    ['log', log, Math.log, 0.1, 4],
    ['log1p', log1p, Math.log1p, -0.8, 3],
    ['sqrt', sqrt, Math.sqrt, 0.1, 4],
    ['square', square, (x) => x * x, -2, 2],
    ['abs', abs, Math.abs, -2, 2],
    ['tanh', tanh, Math.tanh, -2, 2],
    ['sigmoid', sigmoid, plainSigmoid, -4, 4],
    ['softplus', softplus, plainSoftplus, -4, 4],
    ['logGamma', logGamma, plainLogGamma, 0.2, 12],
    ['log of exp', (x) => log(exp(x)), (x) => x, -3, 3],
    ['log of sigmoid', (x) => log(sigmoid(x)), (x) => -plainSoftplus(-x), -3, 3],
    ['log1p of exp', (x) => log1p(exp(x)), plainSoftplus, -3, 3],
  ])('%s', (_, build, plain, low, high) => {
    for (const length of [undefined, 1, 2, 5, 9]) {
      const x = param('x', length === undefined ? {} : { shape: length })
      const value = (at: readonly number[]) => at.map(plain)
      expectAgreement([x], { expression: build(x), value }, points(5, length ?? 1, low, high))
    }
  })
})

describe('two arguments', () => {
  const cases: [string, (a: Expression, b: Expression) => Expression, (a: number, b: number) => number][] = [
    ['add', (a, b) => a.add(b), (a, b) => a + b],
    ['sub', (a, b) => a.sub(b), (a, b) => a - b],
    ['mul', (a, b) => a.mul(b), (a, b) => a * b],
    ['div', (a, b) => a.div(b), (a, b) => a / b],
    ['pow', pow, (a, b) => a ** b],
    ['logAddExp', logAddExp, (a, b) => Math.log(Math.exp(a) + Math.exp(b))],
  ]

  it.each(cases)('%s: vectors, numbers and data on either side', (_, build, plain) => {
    const shape = fc.constantFrom(undefined, 3)
    fc.assert(
      fc.property(shape, shape, fc.constantFrom('none', 'left', 'right'), fc.nat(1000), (left, right, known, seed) => {
        const [n, m] = [left ?? 1, right ?? 1]
        const a = param('a', left === undefined ? {} : { shape: left })
        const b = param('b', right === undefined ? {} : { shape: right })
        const [fixed] = points(1, 3, 0.5, 2, seed + 1) as [number[]]
        const leftData = left === undefined ? data(fixed[0]!) : data(fixed)
        const rightData = right === undefined ? data(fixed[0]!) : data(fixed)
        const at = (values: readonly number[], i: number) => values[values.length === 1 ? 0 : i]!
        const length = Math.max(n, m)
        const [params, expression, first, second] =
          known === 'left'
            ? [[b], build(leftData, b), () => fixed.slice(0, n), (x: readonly number[]) => x]
            : known === 'right'
              ? [[a], build(a, rightData), (x: readonly number[]) => x, () => fixed.slice(0, m)]
              : [[a, b], build(a, b), (x: readonly number[]) => x.slice(0, n), (x: readonly number[]) => x.slice(n)]
        const value = (x: readonly number[]) =>
          Array.from({ length }, (_, i) => plain(at(first(x), i), at(second(x), i)))
        const dim = params.reduce((sum, p) => sum + (p.shape[0] ?? 1), 0)
        expectAgreement(params, { expression, value }, points(3, dim, 0.5, 2, seed))
      }),
      { numRuns: 24, seed: 1 },
    )
  })

  it('whole powers of any sign, by multiplication', () => {
    const x = param('x', { shape: 2 })
    for (const y of [-3, -1, 1, 2, 3, 7, 10]) {
      const value = (at: readonly number[]) => at.map((a) => a ** y)
      expectAgreement([x], { expression: pow(x, y), value }, [
        [-1.3, 0.7],
        [1.1, -0.4],
      ])
    }
  })
})

describe('sums and matrices', () => {
  const x = param('x', { shape: 4 })
  const y = param('y', { shape: 4 })
  const s = param('s')
  const at = points(4, 9, -1.5, 1.5)
  const [first, second, last] = [
    (v: readonly number[]) => v.slice(0, 4),
    (v: readonly number[]) => v.slice(4, 8),
    (v: readonly number[]) => v[8]!,
  ]
  const matrix = [
    [1, 2, -1, 0.5],
    [0.25, -2, 1, 1],
    [3, 0, 0.5, -1],
    [1, 1, 1, 1],
    [-0.5, 0.75, 2, 0.1],
    [0.2, 0.3, -0.4, 0.6],
  ]
  const times = (rows: readonly (readonly number[])[], v: readonly number[]) =>
    rows.map((row) => total(row.map((a, j) => a * v[j]!)))
  const lower = [
    [2, 9, 9, 9],
    [0.5, 1.5, 9, 9],
    [-1, 0.25, 3, 9],
    [0.1, 0.2, 0.3, -1],
  ]
  const solved = (v: readonly number[]) => {
    const z: number[] = []
    for (let i = 0; i < 4; i++) z.push((v[i]! - total(z.map((value, j) => lower[i]![j]! * value))) / lower[i]![i]!)
    return z
  }
  const offsets = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]
  // All three parameters have a part in each, so that every model has the same coordinates.
  const rest = square(y).mul(0.1).add(s)
  const plainRest = (v: readonly number[]) => total(second(v).map((b) => 0.1 * b * b + last(v)))

  it.each<[string, Expression, (v: readonly number[]) => number[]]>([
    ['sum', sum(x), (v) => [total(first(v))]],
    ['sum of a sum', sum(x.add(y).sub(s)), (v) => [total(first(v)) + total(second(v)) - 4 * last(v)]],
    ['sum of products', sum(x.mul(y).mul(s)), (v) => [total(first(v).map((a, i) => a * second(v)[i]! * last(v)))]],
    [
      'sum of scaled squares',
      sum(square(x.div(exp(s)))),
      (v) => [total(first(v).map((a) => (a / Math.exp(last(v))) ** 2))],
    ],
    ['sum of parts', sum(concat(x, s, y)), (v) => [total(v)]],
    ['sum of a product with a matrix', sum(matvec(matrix, x)), (v) => [total(times(matrix, first(v)))]],
    ['dot', dot(x, y), (v) => [total(first(v).map((a, i) => a * second(v)[i]!))]],
    ['dot with itself, scaled', dot(x.mul(s), x.mul(s)), (v) => [total(first(v).map((a) => (a * last(v)) ** 2))]],
    [
      'dot with data',
      dot(data([1, 2, 3, 4]), x.mul(s).neg()),
      (v) => [-last(v) * total(first(v).map((a, i) => a * (i + 1)))],
    ],
    [
      'dot of a product with a matrix',
      dot(matvec(matrix, x), offsets),
      (v) => [total(times(matrix, first(v)).map((a, i) => a * offsets[i]!))],
    ],
    [
      'quadratic form',
      dot(x, matvec(matrix.slice(0, 4), x)),
      (v) => [total(times(matrix.slice(0, 4), first(v)).map((a, i) => a * first(v)[i]!))],
    ],
    ['logSumExp', logSumExp(x), (v) => [Math.log(total(first(v).map(Math.exp)))]],
    ['cumulativeSum', cumulativeSum(x), (v) => first(v).map((_, i) => total(first(v).slice(0, i + 1)))],
    ['matvec', matvec(matrix, x), (v) => times(matrix, first(v))],
    [
      'matvec, squared',
      square(matvec(matrix, x).add(s)),
      (v) => times(matrix, first(v)).map((a) => (a + last(v)) ** 2),
    ],
    ['solveLower', solveLower(lower, x), (v) => solved(first(v))],
    ['at', x.at(2).mul(x.at(0)), (v) => [v[2]! * v[0]!]],
    ['slice', x.slice(1, 3).mul(y.slice(0, 2)), (v) => [v[1]! * v[4]!, v[2]! * v[5]!]],
    [
      'overlapping slices',
      concat(x.slice(0, 3), x.slice(1, 4), exp(x).slice(2, 4)),
      (v) => [...v.slice(0, 3), ...v.slice(1, 4), Math.exp(v[2]!), Math.exp(v[3]!)],
    ],
    ['gather', exp(x.gather([3, 0, 0, 2, 3])), (v) => [3, 0, 0, 2, 3].map((i) => Math.exp(v[i]!))],
    ['gather of a run', exp(x.gather([1, 2])), (v) => [Math.exp(v[1]!), Math.exp(v[2]!)]],
    ['concat', square(concat(s, x, 2, y)), (v) => [last(v), ...first(v), 2, ...second(v)].map((a) => a * a)],
    ['element of concat', concat(s, x).at(3).mul(concat(s, x).at(0)), (v) => [v[2]! * last(v)]],
    ['within', x.add(within(x, -2, s.add(5))), (v) => first(v)],
    [
      'softplus of a regression',
      sum(softplus(matvec(matrix, x))),
      (v) => [total(times(matrix, first(v)).map(plainSoftplus))],
    ],
    [
      'with an intercept',
      sum(softplus(matvec(matrix, x).add(s))),
      (v) => [total(times(matrix, first(v)).map((a) => plainSoftplus(a + last(v))))],
    ],
    [
      'with an offset',
      sum(softplus(data(offsets).sub(matvec(matrix, x)))),
      (v) => [total(times(matrix, first(v)).map((a, i) => plainSoftplus(offsets[i]! - a)))],
    ],
    [
      'with factors',
      sum(softplus(matvec(matrix, x).mul(offsets).sub(s))),
      (v) => [total(times(matrix, first(v)).map((a, i) => plainSoftplus(a * offsets[i]! - last(v))))],
    ],
  ])('%s', (_, expression, value) => {
    const both = concat(expression, sum(rest))
    expectAgreement([x, y, s], { expression: both, value: (v) => [...value(v), plainRest(v)] }, at)
  })

  it('softplus of many rows: hundreds of factors in one logarithm', () => {
    const rows = points(1000, 3, -20, 20, 5)
    const beta = param('beta', { shape: 3 })
    const value = (v: readonly number[]) => [total(times(rows, v).map(plainSoftplus)) / 1000]
    expectAgreement([beta], { expression: sum(softplus(matvec(rows, beta))).div(1000), value }, points(3, 3, -1, 1))
  })

  it('elements read again and again, and ranges of all lengths', () => {
    let all: Expression = x.at(0).mul(0)
    let sums = 0
    for (let n = 1; n <= 4; n++) {
      for (let first = 0; first + n <= 4; first++) {
        all = all.add(sum(square(x.slice(first, first + n))).mul(n))
        sums++
      }
    }
    for (let n = 0; n < 200; n++) all = all.add(tanh(x.at(2)).mul(0.01))
    const value = (v: readonly number[]) => {
      const ranges = [1, 2, 3, 4].flatMap((n) =>
        Array.from({ length: 5 - n }, (_, i) => n * total(v.slice(i, i + n).map((a) => a * a))),
      )
      expect(ranges).toHaveLength(sums)
      return [total(ranges) + 2 * Math.tanh(v[2]!)]
    }
    expectAgreement([x], { expression: all, value }, points(3, 4, -1, 1))
  })

  it('long chains of terms, and shared ones whose number of ways is 2^60', () => {
    const s = param('s')
    let chain: Expression = x
    for (let n = 0; n < 3000; n++) chain = chain.add(n % 2 === 0 ? s : x.mul(0.001))
    const value = (v: readonly number[]) => [v.slice(0, 4).reduce((a, b) => a + b) * 2.5 + 6000 * v[4]!]
    expectAgreement([x, s], { expression: sum(chain), value }, points(2, 5, -1, 1))
    let shared: Expression = x
    for (let n = 0; n < 60; n++) shared = shared.add(shared).mul(0.5)
    expectAgreement([x], { expression: sum(shared), value: (v) => [total(v)] }, points(2, 4, -1, 1))
  })

  it('data laid side by side, hundreds of thousands of numbers', () => {
    const many = concat(data(new Float64Array(300_000).fill(1)), data(new Float64Array(300_000).fill(2)))
    const built = model({ parameters: [s], logDensity: sum(many).mul(s) })
    expect(built.logDensityAndGradient([2]).logDensity[0]).toBe(1_800_000)
  })

  it('long vectors, which run one vector of chains at a time', () => {
    const long = param('long', { shape: 700 })
    const value = (v: readonly number[]) => v.map((a, i) => Math.exp(a) * Math.tanh(v[699 - i]!))
    const reversed = long.gather(Array.from({ length: 700 }, (_, i) => 699 - i))
    const built = model({ parameters: [long], logDensity: exp(long).mul(tanh(reversed)) })
    const x = points(3, 700, -1, 1)
    const got = built.logDensity(x)
    for (const [i, point] of x.entries()) expect(got[i]).toBeCloseTo(total(value(point)), 10)
  })
})

/** Random programs: whatever is built, sharing and all, is computed and differentiated right. */
describe('random expressions', () => {
  type Step = readonly [op: number, left: number, right: number]
  const steps = fc.array(fc.tuple(fc.nat(11), fc.nat(), fc.nat()), { minLength: 1, maxLength: 25 })

  function grow(program: readonly Step[]) {
    const x = param('x', { shape: 3 })
    const s = param('s')
    const made: { e: Expression; f: (v: readonly number[]) => number[] }[] = [
      { e: x, f: (v) => v.slice(0, 3) },
      { e: s, f: (v) => v.slice(3) },
      { e: data([0.5, -1, 2]), f: () => [0.5, -1, 2] },
      { e: data(-0.75), f: () => [-0.75] },
    ]
    for (const [op, left, right] of program) {
      const [a, b] = [made[left % made.length]!, made[right % made.length]!]
      const one = (f: (x: number) => number) => (v: readonly number[]) => a.f(v).map(f)
      const two = (f: (x: number, y: number) => number) => (v: readonly number[]) => {
        const [p, q] = [a.f(v), b.f(v)]
        const n = Math.max(p.length, q.length)
        return Array.from({ length: n }, (_, i) => f(p[p.length === 1 ? 0 : i]!, q[q.length === 1 ? 0 : i]!))
      }
      // Of bounded growth, so that differences stay exact.
      const choices = [
        () => ({ e: tanh(a.e), f: one(Math.tanh) }),
        () => ({ e: sigmoid(a.e), f: one(plainSigmoid) }),
        () => ({ e: softplus(a.e).mul(0.5), f: one((t) => 0.5 * plainSoftplus(t)) }),
        () => ({ e: a.e.neg(), f: one((t) => -t) }),
        () => ({ e: square(tanh(a.e)), f: one((t) => Math.tanh(t) ** 2) }),
        () => ({ e: a.e.add(b.e).mul(0.5), f: two((t, u) => (t + u) * 0.5) }),
        () => ({ e: a.e.sub(b.e).mul(0.5), f: two((t, u) => (t - u) * 0.5) }),
        () => ({ e: tanh(a.e).mul(b.e), f: two((t, u) => Math.tanh(t) * u) }),
        () => ({ e: a.e.div(exp(tanh(b.e))), f: two((t, u) => t / Math.exp(Math.tanh(u))) }),
        () => ({ e: log(square(a.e).add(1)), f: one((t) => Math.log(t * t + 1)) }),
        () =>
          a.e.shape.length === 1
            ? { e: logSumExp(a.e), f: (v: readonly number[]) => [Math.log(total(a.f(v).map(Math.exp)))] }
            : a,
        () =>
          a.e.shape.length === 1 ? { e: sum(a.e).mul(0.3), f: (v: readonly number[]) => [0.3 * total(a.f(v))] } : a,
      ]
      made.push(choices[op]!())
    }
    const used = made.slice(4).filter(({ e }) => e.shape.length < 2)
    const all = [...used, made[0]!, made[1]!]
    return {
      x,
      s,
      expression: concat(...all.map(({ e }) => e)),
      value: (v: readonly number[]) => all.flatMap(({ f }) => f(v)),
    }
  }

  it('agree with plain functions', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const { x, s, expression, value } = grow(program)
        expectAgreement([x, s], { expression, value }, points(2, 4, -1.2, 1.2))
      }),
      { numRuns: 80, seed: 7 },
    )
  })
})

describe('logPdf', () => {
  const half = 0.5 * Math.log(2 * Math.PI)
  const normal = (x: number, m: number, s: number) => -0.5 * ((x - m) / s) ** 2 - Math.log(s) - half
  const student = (x: number, df: number, m: number, s: number) =>
    plainLogGamma((df + 1) / 2) -
    plainLogGamma(df / 2) -
    0.5 * Math.log(df * Math.PI) -
    Math.log(s) -
    ((df + 1) / 2) * Math.log1p(((x - m) / s) ** 2 / df)
  const cauchy = (x: number, m: number, s: number) => -Math.log(Math.PI * s * (1 + ((x - m) / s) ** 2))

  type Plain = (...args: number[]) => number
  type Build = (...args: (Expression | number[] | number)[]) => Expression
  const f = logPdf as unknown as Record<string, Build>

  // Every argument as a vector, a number or data; the function takes its values element by element.
  it.each<[string, Plain, [low: number, high: number][]]>([
    [
      'normal',
      normal as Plain,
      [
        [-2, 2],
        [-1, 1],
        [0.5, 2],
      ],
    ],
    [
      'lognormal',
      ((x: number, m: number, s: number) => normal(Math.log(x), m, s) - Math.log(x)) as Plain,
      [
        [0.2, 3],
        [-1, 1],
        [0.5, 2],
      ],
    ],
    [
      'halfNormal',
      ((x: number, s: number) => normal(x, 0, s) + Math.LN2) as Plain,
      [
        [0.2, 3],
        [0.5, 2],
      ],
    ],
    [
      'studentT',
      student as Plain,
      [
        [-2, 2],
        [1, 8],
        [-1, 1],
        [0.5, 2],
      ],
    ],
    [
      'cauchy',
      cauchy as Plain,
      [
        [-2, 2],
        [-1, 1],
        [0.5, 2],
      ],
    ],
    [
      'halfCauchy',
      ((x: number, s: number) => cauchy(x, 0, s) + Math.LN2) as Plain,
      [
        [0.2, 3],
        [0.5, 2],
      ],
    ],
    [
      'exponential',
      ((x: number, r: number) => Math.log(r) - r * x) as Plain,
      [
        [0.2, 3],
        [0.5, 2],
      ],
    ],
    [
      'gamma',
      ((x: number, a: number, b: number) =>
        a * Math.log(b) - plainLogGamma(a) + (a - 1) * Math.log(x) - b * x) as Plain,
      [
        [0.2, 3],
        [0.5, 4],
        [0.5, 2],
      ],
    ],
    [
      'beta',
      ((x: number, a: number, b: number) =>
        plainLogGamma(a + b) -
        plainLogGamma(a) -
        plainLogGamma(b) +
        (a - 1) * Math.log(x) +
        (b - 1) * Math.log1p(-x)) as Plain,
      [
        [0.1, 0.9],
        [0.5, 4],
        [0.5, 4],
      ],
    ],
    [
      'uniform',
      ((_x: number, a: number, b: number) => -Math.log(b - a)) as Plain,
      [
        [0, 1],
        [-2, -1],
        [2, 3],
      ],
    ],
  ])('%s', (name, plain, ranges) => {
    for (const known of [-1, ...ranges.keys()]) {
      for (const vector of [0, ranges.length]) {
        const shapes = ranges.map((_, i) => (i === 0 || vector > 0 ? 4 : undefined))
        const values = ranges.map(([low, high], i) => points(1, 4, low, high, i + 3)[0]!)
        const free = ranges.map((_, i) => i).filter((i) => i !== known)
        const params = ranges.map((_, i) => param(`p${i}`, shapes[i] === undefined ? {} : { shape: shapes[i] }))
        const args = params.map((p, i) => (i !== known ? p : shapes[i] === undefined ? values[i]![0]! : values[i]!))
        const starts = free.map((_, k) => total(free.slice(0, k).map((i) => shapes[i] ?? 1)))
        const value = (v: readonly number[]) =>
          Array.from({ length: 4 }, (_, e) => {
            const of = (i: number) => (shapes[i] === undefined ? 0 : e)
            return plain(
              ...ranges.map((_, i) => (i === known ? values[i]![of(i)]! : v[starts[free.indexOf(i)]! + of(i)]!)),
            )
          })
        const at = Array.from({ length: 2 }, (_, k) =>
          free.flatMap((i) => points(1, shapes[i] ?? 1, ...ranges[i]!, 10 * k + i)[0]!),
        )
        expectAgreement(
          free.map((i) => params[i]!),
          { expression: f[name]!(...args), value },
          at,
        )
      }
    }
  })

  it('bernoulliLogit, binomialLogit and poissonLog', () => {
    const eta = param('eta', { shape: 4 })
    const at = points(4, 4, -2, 2)
    const [y, n] = [
      [0, 1, 1, 0],
      [5, 3, 1, 4],
    ]
    const choose = (a: number, b: number) => plainLogGamma(a + 1) - plainLogGamma(b + 1) - plainLogGamma(a - b + 1)
    const log1m = (t: number) => -plainSoftplus(t)
    const bernoulli = (v: readonly number[]) => v.map((t, i) => (y[i] === 1 ? log1m(-t) : log1m(t)))
    expectAgreement([eta], { expression: logPdf.bernoulliLogit(y, eta), value: bernoulli }, at)
    const binomial = (v: readonly number[]) =>
      v.map((t, i) => choose(n[i]!, y[i]!) + y[i]! * log1m(-t) + (n[i]! - y[i]!) * log1m(t))
    expectAgreement([eta], { expression: logPdf.binomialLogit(y, n, eta), value: binomial }, at)
    const poisson = (v: readonly number[]) => v.map((t, i) => n[i]! * t - Math.exp(t) - plainLogGamma(n[i]! + 1))
    expectAgreement([eta], { expression: logPdf.poissonLog(n, eta), value: poisson }, at)
  })

  it('multivariateNormal', () => {
    const x = param('x', { shape: 2 })
    const mean = param('mean', { shape: 2 })
    // L L' = [[4, 1], [1, 1.25]], with determinant 4 and inverse [[1.25, -1], [-1, 4]] / 4.
    const expression = logPdf.multivariateNormal(x, mean, [
      [2, 0],
      [0.5, 1],
    ])
    const value = ([a, b, c, d]: readonly number[]) => {
      const [p, q] = [a! - c!, b! - d!]
      return [-0.5 * ((1.25 * p * p - 2 * p * q + 4 * q * q) / 4) - 0.5 * Math.log(4) - 2 * half]
    }
    expectAgreement([x, mean], { expression, value }, points(4, 4, -2, 2))
  })

  it('is minus infinity outside of the support, and costs nothing where the parameter can not leave it', () => {
    const x = param('x')
    const positive = param('positive', { lower: 0 })
    for (const [free, bounded] of [
      [logPdf.exponential(x), logPdf.exponential(positive)],
      [logPdf.halfNormal(x), logPdf.halfNormal(positive)],
      [logPdf.halfCauchy(x), logPdf.halfCauchy(positive)],
    ] as const) {
      expect(model({ parameters: [x], logDensity: free }).logDensity([[-1], [1]])[0]).toBe(Number.NEGATIVE_INFINITY)
      const json = (m: Expression, p: Expression) => JSON.stringify(model({ parameters: [p], logDensity: m }))
      expect(json(free, x)).toContain('within')
      expect(json(bounded, positive)).not.toContain('within')
    }
    const inside = model({ parameters: [x], logDensity: logPdf.uniform(x, -1, 3) })
    expect([...inside.logDensity([[-1.01], [-1], [3], [3.01]])]).toEqual([
      -Infinity,
      -Math.log(4),
      -Math.log(4),
      -Infinity,
    ])
  })

  it('refuses observations that the family does not have', () => {
    const eta = param('eta')
    expect(() => logPdf.bernoulliLogit([0, 2], eta)).toThrow('expected `bernoulliLogit.y` to be 0 or 1; got 2')
    expect(() => logPdf.poissonLog(1.5, eta)).toThrow('expected `poissonLog.y` to be counts; got 1.5')
    expect(() => logPdf.binomialLogit(-1, 3, eta)).toThrow(ArgumentError)
  })
})
