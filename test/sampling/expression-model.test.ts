// Models of expressions: transforms, whole models against built-in targets, chains by themselves, the same bytes everywhere,
// errors, JSON.

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  current,
  DensityError,
  data,
  dot,
  type EvaluableTarget,
  type Expression,
  eightSchoolsTarget,
  exp,
  log,
  logisticRegressionTarget,
  logPdf,
  logSumExp,
  matvec,
  metropolis,
  model,
  modelFromJson,
  normalTarget,
  nuts,
  param,
  rosenbrockTarget,
  setThreads,
  sqrt,
  square,
  sum,
  tanh,
} from '#gibbsite'
import { verifyTape } from '../../src/sampling/expression/verify.ts'
import { centralDifference, expectSame, points } from '../support/expressions.ts'
import { sha256 } from '../support/sha256.ts'

const threads = current().threads()
afterEach(() => setThreads(threads))

const effect = [28, 8, -3, 7, -1, 1, 18, 12]
const error = [15, 10, 16, 11, 9, 11, 10, 18]

function schools() {
  const [mu, tau, z] = [param('mu'), param('tau', { lower: 0 }), param('z', { shape: 8 })]
  const theta = mu.add(tau.mul(z))
  return model({
    parameters: [mu, tau, z],
    logDensity: [
      logPdf.normal(mu, 0, 5),
      logPdf.halfCauchy(tau, 5),
      logPdf.normal(z),
      logPdf.normal(effect, theta, error),
    ],
    derived: { theta },
  })
}

describe('transforms', () => {
  const total = (x: Expression) => model({ parameters: [x], logDensity: sum(x.mul(0)) })

  /** log |det J| of the reported values (the first `dim` of them) by differences. */
  function numericalJacobian(built: ReturnType<typeof total>, u: number[]): number {
    const n = u.length
    const jacobian = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => centralDifference((v) => built.constrain([...v])[i]!, u, j)),
    )
    return Math.log(Math.abs(determinant(jacobian)))
  }

  function determinant(a: number[][]): number {
    let product = 1
    for (let k = 0; k < a.length; k++) {
      const pivot = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(a[best]![k]!) ? i + k : best), k)
      if (pivot !== k) product = -product
      ;[a[k], a[pivot]] = [a[pivot]!, a[k]!]
      product *= a[k]![k]!
      for (let i = k + 1; i < a.length; i++) {
        const factor = a[i]![k]! / a[k]![k]!
        for (let j = k; j < a.length; j++) a[i]![j] = a[i]![j]! - factor * a[k]![j]!
      }
    }
    return product
  }

  it.each<[string, Expression, (values: number[]) => boolean]>([
    ['free', param('x', { shape: 3 }), () => true],
    ['lower', param('x', { shape: 3, lower: -1.5 }), (v) => v.every((x) => x > -1.5)],
    ['upper', param('x', { shape: 3, upper: 2 }), (v) => v.every((x) => x < 2)],
    ['interval', param('x', { shape: 3, lower: -1, upper: 4 }), (v) => v.every((x) => x > -1 && x < 4)],
    ['ordered', param('x', { shape: 4, ordered: true }), (v) => v.every((x, i) => i === 0 || x > v[i - 1]!)],
    ['simplex', param('x', { shape: 4, simplex: true }), (v) => v.every((x) => x > 0)],
  ])('%s: values lie where they should, and the Jacobian is that of the map', (kind, x, holds) => {
    const built = total(x.shape.length === 0 ? x.mul(1) : x)
    for (const u of points(5, built.dim, -1.5, 1.5)) {
      const values = [...built.constrain(u)]
      expect(holds(values)).toBe(true)
      if (kind === 'simplex') expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 14)
      expect(built.logDensity(u)[0]).toBeCloseTo(numericalJacobian(built, u), 6)
    }
  })

  it('gradients go through them', () => {
    const spec = { lower: 0 }
    for (const options of [spec, { upper: 1 }, { lower: -2, upper: 3 }, { ordered: true }, { simplex: true }]) {
      const x = param('x', { shape: 4, ...options })
      const built = model({ parameters: [x], logDensity: dot(square(x), data([1, -2, 3, 0.5])).sub(exp(x.at(1))) })
      expectSame(built, (u) => built.logDensity([...u])[0]!, points(3, built.dim, -1.2, 1.2))
    }
  })

  it('an even simplex at 0, and names of what is reported', () => {
    const built = total(param('w', { shape: 5, simplex: true }))
    expect([built.dim, built.names]).toEqual([4, ['w[0]', 'w[1]', 'w[2]', 'w[3]', 'w[4]']])
    for (const w of built.constrain([0, 0, 0, 0])) expect(w).toBeCloseTo(0.2, 15)
  })
})

describe('whole models are the built-in targets', () => {
  function same(own: ReturnType<typeof model>, other: EvaluableTarget, at: number[][]) {
    const [a, b] = [own.logDensityAndGradient(at), other.logDensityAndGradient(at)]
    const shift = a.logDensity[0]! - b.logDensity[0]!
    a.logDensity.forEach((value, i) => {
      expect(Math.abs(value - b.logDensity[i]! - shift)).toBeLessThan(1e-9 * (1 + Math.abs(value)))
    })
    a.gradient.forEach((value, i) => {
      expect(Math.abs(value - b.gradient[i]!)).toBeLessThan(1e-9 * (1 + Math.abs(value)))
    })
  }

  it('normal, by its precision and by its Cholesky factor', () => {
    const covariance = [
      [2, 0.6],
      [0.6, 1],
    ]
    const other = normalTarget({ mean: [1, -1], covariance })
    const x = param('x', { shape: 2 })
    const r = x.sub([1, -1])
    const precision = [
      [1 / 1.64, -0.6 / 1.64],
      [-0.6 / 1.64, 2 / 1.64],
    ]
    const at = points(20, 2, -3, 3)
    same(model({ parameters: [x], logDensity: dot(r, matvec(precision, r)).mul(-0.5) }), other, at)
    const l = [
      [Math.SQRT2, 0],
      [0.6 / Math.SQRT2, Math.sqrt(1 - 0.18)],
    ]
    const cholesky = model({ parameters: [x], logDensity: logPdf.multivariateNormal(x, [1, -1], l) })
    same(cholesky, other, at)
    expect(cholesky.logDensity([0.3, 0.4])[0]).toBeCloseTo(other.logDensity([0.3, 0.4])[0]!, 12)
  })

  it('Rosenbrock', () => {
    const [x, y] = [param('x'), param('y')]
    const f = square(data(1).sub(x)).add(square(y.sub(square(x))).mul(100))
    same(model({ parameters: [x, y], logDensity: f.div(-20) }), rosenbrockTarget(), points(40, 2, -2, 2))
  })

  it('logistic regression', () => {
    const X = points(150, 5, -1, 1, 4)
    const y = X.map((row, i) => (row[0]! + row[3]! + ((i % 7) - 3) / 4 > 0 ? 1 : 0))
    const beta = param('beta', { shape: 5 })
    const likelihood = logPdf.bernoulliLogit(y, matvec(X, beta))
    const own = model({ parameters: [beta], logDensity: [likelihood, dot(beta, beta).mul(-0.5)] })
    same(own, logisticRegressionTarget({ X, y }), points(40, 5, -2, 2))
  })

  it('eight schools, not centred', () => {
    same(schools(), eightSchoolsTarget(), points(40, 10, -1, 1))
  })
})

describe('one point among many', () => {
  it('is the point alone, on any number of threads and with a gradient or without', () => {
    const built = schools()
    const at = points(77, 10, -2, 2)
    const results = [1, 2, 7].map((count) => {
      setThreads(count)
      return built.logDensityAndGradient(at)
    })
    for (const { logDensity, gradient } of results.slice(1)) {
      expect(logDensity).toEqual(results[0]!.logDensity)
      expect(gradient).toEqual(results[0]!.gradient)
    }
    const values = built.logDensity(at)
    at.forEach((x, i) => {
      const alone = built.logDensityAndGradient(x)
      expect(alone.logDensity[0]).toBe(results[0]!.logDensity[i])
      expect(alone.gradient).toEqual(results[0]!.gradient.slice(10 * i, 10 * i + 10))
      expect(built.logDensity(x)[0]).toBe(values[i])
    })
  })

  it('has the same bytes on every backend', async () => {
    const x = param('x', { shape: 6, lower: -1 })
    const rows = Array.from({ length: 9 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => ((i * 31 + j * 17) % 13) / 8 - 0.7),
    )
    const everything = model({
      parameters: [x],
      logDensity: [
        logPdf.studentT(x, exp(x.at(0)), 0.3, 1.7),
        logPdf.bernoulliLogit([0, 1, 1, 0, 1, 0, 0, 1, 1], matvec(rows, x).add(0.2)),
        logPdf.gamma(x.add(1.5), 2.5, 0.7),
        tanh(x)
          .mul(sqrt(x.add(2)))
          .gather([1, 1, 4]),
        logSumExp(x),
      ],
      derived: { total: sum(x), logs: log(x.add(1)) },
    })
    const at = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => ((i * 37 + j * 11) % 41) / 16 - 1.2),
    )
    const { logDensity, gradient } = everything.logDensityAndGradient(at)
    const hashes = await Promise.all([logDensity, gradient, everything.constrain(at)].map(sha256))
    expect(hashes.map((hash) => hash.slice(0, 16))).toEqual([
      '2d632b9719578484',
      '0ac43607bc4783d9',
      'cd9d7c7f2cf7e8d2',
    ])
  })
})

describe('samplers', () => {
  it('take models, and report on the constrained scale', async () => {
    for (const sampler of [metropolis, nuts]) {
      const run = await sampler({ target: schools(), chains: 2, warmup: 50, draws: 20, seed: 1 })
      expect(run.names).toEqual(schools().names)
      const value = (name: string) => run.values(name)
      for (const tau of value('tau')) expect(tau).toBeGreaterThan(0)
      value('theta[3]').forEach((theta, i) => {
        expect(theta).toBeCloseTo(value('mu')[i]! + value('tau')[i]! * value('z[3]')[i]!, 10)
      })
    }
  })

  it('stop at a NaN with the chain, the step and the point', async () => {
    const x = param('x')
    const target = model({ parameters: [x], logDensity: log(x).mul(-1).sub(square(x)) })
    const run = metropolis({ target, init: [0.5], chains: 2, warmup: 0, draws: 1000, seed: 1, adapt: false })
    const failure = (await Promise.resolve(run).catch((error) => error)) as DensityError
    expect(failure).toBeInstanceOf(DensityError)
    expect(failure.chain).toBeLessThan(2)
    expect(failure.step).toBeGreaterThanOrEqual(0)
    expect(failure.point[0]).toBeLessThan(0)
  })
})

describe('errors', () => {
  const x = param('x', { shape: 3 })
  const y = param('y', { shape: 4 })

  it.each<[string, () => unknown, string]>([
    ['lengths', () => x.add(y), 'expected `add` to be given numbers and vectors of one length; got [3] and [4]'],
    ['dot', () => dot(x, y), 'expected `dot` to be given two vectors of one length; got [3] and [4]'],
    [
      'matvec',
      () => matvec([[1, 2]], x),
      'expected `matvec` to be given a matrix of data and a vector as long as its rows; got [1, 2] and [3]',
    ],
    ['sum', () => sum(param('s')), 'expected `sum` to be given a vector; got a number'],
    ['at', () => x.at(3), 'expected `at` to be given a vector and an index below its length; got [3], and 3'],
    ['slice', () => x.slice(1, 5), 'expected `slice` to be given a vector and a range within it; got [3], and 1 ... 4'],
    [
      'gather',
      () => x.gather([0, 7]),
      'expected `gather` to be given a vector and indices below its length; got [3], and 0 ... 7',
    ],
    ['index', () => x.at(-1), 'expected `index` to be a non-negative integer; got -1'],
    [
      'logPdf',
      () => logPdf.normal([1, 2], x, 1),
      'expected `sub` to be given numbers and vectors of one length; got [2] and [3]',
    ],
    ['not a number', () => x.add(Number.NaN), 'expected `add` to be a finite number; got NaN'],
    ['ragged data', () => data([[1], [1, 2]]), 'expected `data` to have 1 columns in every row; got 2 in row 1'],
    ['name', () => param('1x'), 'expected `name` to be up to 64 letters, digits and _, a letter first; got "1x"'],
    [
      'option',
      () => param('x', { lowr: 0 } as object),
      'expected `x` to have only the keys shape, lower, upper, simplex, ordered; got "lowr" (did you mean "lower"?)',
    ],
    ['bounds', () => param('x', { lower: 2, upper: 2 }), 'expected `x.upper` to be above its lower bound, 2; got 2'],
    [
      'two constraints',
      () => param('x', { shape: 3, simplex: true, lower: 0 }),
      'expected `x` to have one constraint; got simplex and a bound',
    ],
    [
      'short simplex',
      () => param('x', { simplex: true }),
      'expected `x.shape` to be at least 2, as a simplex has that many elements; got undefined',
    ],
    [
      'unused',
      () => model({ parameters: [x, y], logDensity: sum(x) }),
      'expected `logDensity` to depend on the parameter y; got none of it',
    ],
    [
      'unknown',
      () => model({ parameters: [x], logDensity: sum(x).add(sum(y)) }),
      'expected `parameters` to have y, which an expression uses; got x',
    ],
    [
      'unknown in derived',
      () => model({ parameters: [x], logDensity: sum(x), derived: { y } }),
      'expected `parameters` to have y, which an expression uses; got x',
    ],
    [
      'twice',
      () => model({ parameters: [x, param('x')], logDensity: sum(x) }),
      'expected `names` to differ; got x twice',
    ],
    [
      'no parameters',
      () => model({ parameters: [], logDensity: sum(x) }),
      'expected `parameters` to be an array of at least one parameter; got an array of length 0',
    ],
    [
      'no expression',
      () => model({ parameters: [x], logDensity: 3 as never }),
      'expected `logDensity` to be an expression or an array of them; got 3',
    ],
    [
      'matrix',
      () => model({ parameters: [x], logDensity: data([[1, 2]]) }),
      'expected `logDensity` to hold numbers and vectors; got [1, 2]',
    ],
    [
      'option of model',
      () => model({ parameters: [x], density: sum(x) } as never),
      'expected `options` to have only the keys parameters, logDensity, derived; got "density"',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(ArgumentError)
    expect(call).toThrow(message)
  })

  it('logarithm of a negative number: the point', () => {
    const built = model({ parameters: [x], logDensity: log(x) })
    expect(() =>
      built.logDensity([
        [1, 2, 3],
        [1, -2, 3],
      ]),
    ).toThrow('got NaN at x = [1, -2, 3]')
    expect(() => built.logDensityAndGradient([1, 2, -3])).toThrow(DensityError)
    expect(built.logDensity([0, 1, 1])[0]).toBe(Number.NEGATIVE_INFINITY)
    expect(() => built.logDensity([1, 2])).toThrow('expected `rows` to have 3 columns; got 2')
  })
})

describe('JSON', () => {
  const text = JSON.stringify(schools())

  it('gives the same model back, bit for bit', () => {
    const again = modelFromJson(text)
    expect(JSON.stringify(again)).toBe(text)
    expect([again.dim, again.names]).toEqual([10, schools().names])
    const at = points(20, 10, -1, 1)
    expect(again.logDensityAndGradient(at)).toEqual(schools().logDensityAndGradient(at))
    expect(again.constrain(at)).toEqual(schools().constrain(at))
    expect(JSON.stringify(modelFromJson(JSON.parse(text)))).toBe(text)
  })

  it('keeps every constraint and every form of data', () => {
    const parameters = [
      param('a', { lower: -1, upper: 2 }),
      param('b', { shape: 2, upper: 3 }),
      param('c', { shape: 3, simplex: true }),
      param('d', { shape: 2, ordered: true }),
    ]
    const logDensity = [
      ...parameters.map(square),
      matvec(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        parameters[1]!,
      ).gather([2, 0]),
    ]
    const built = model({ parameters, logDensity })
    const at = points(5, built.dim, -1, 1)
    expect(modelFromJson(built.toJSON()).logDensityAndGradient(at)).toEqual(built.logDensityAndGradient(at))
  })

  const small = {
    format: 'gibbsite-model',
    version: 1,
    parameters: [{ name: 'x' }],
    nodes: [
      ['param', 'x'],
      ['square', 0],
      ['neg', 1],
    ],
    logDensity: [2],
  }

  it.each<[string, unknown, string]>([
    ['no object', null, 'expected `model` to be an object of options; got null'],
    ['no JSON', '{', 'expected `model` to be JSON; got "{"'],
    ['another format', { ...small, format: 'x' }, 'expected `model.format` to be "gibbsite-model"; got "x"'],
    ['a later version', { ...small, version: 2 }, 'expected `model.version` to be an integer from 1 to 1; got 2'],
    ['unknown fields', { ...small, code: '' }, 'expected `model` to have only the keys'],
    ['no nodes', { ...small, nodes: [] }, 'expected `model.nodes` to be an array of at least one value'],
    ['unknown operator', { ...small, nodes: [['eval', 0]] }, 'expected `model.nodes[0]` to be "neg"'],
    ['a name of Object', { ...small, nodes: [['constructor', 0]] }, 'expected `model.nodes[0]` to be "neg"'],
    [
      'a later node',
      {
        ...small,
        nodes: [
          ['param', 'x'],
          ['neg', 1],
        ],
      },
      'expected `model.nodes[1]` to be an integer from 0 to 0; got 1',
    ],
    [
      'no node before',
      { ...small, nodes: [['neg', 0]] },
      'expected `model.nodes[0]` to come after a node that it uses; got 0',
    ],
    [
      'too few arguments',
      {
        ...small,
        nodes: [
          ['param', 'x'],
          ['add', 0],
        ],
      },
      'expected `model.nodes[1]` to have 2 arguments; got 1',
    ],
    [
      'unknown parameter',
      { ...small, nodes: [['param', 'y']] },
      'expected `model.nodes[0]` to name one of the parameters; got "y"',
    ],
    [
      'not a number',
      { ...small, nodes: [['data', [1, null]]] },
      'expected `model.nodes[0]` to hold finite numbers; got null at index 1',
    ],
    [
      'a wrong shape',
      { ...small, nodes: [['data', [1, 2, 3], [2, 2]]] },
      'expected `model.nodes[0]` to have a shape of 3 numbers; got 2 x 2',
    ],
    [
      'a huge parameter',
      { ...small, parameters: [{ name: 'x', shape: 2 ** 30 }] },
      'expected `x.shape` to be an integer from 1 to 1048576; got 1073741824',
    ],
    [
      'many elements in all',
      {
        ...small,
        parameters: [{ name: 'x', shape: 2 ** 20 }],
        nodes: [
          ['param', 'x'],
          ['neg', 0],
          ['neg', 1],
          ['neg', 2],
          ['neg', 3],
        ],
      },
      'expected `model` to have at most 4194304 elements in all; got 5242880',
    ],
    [
      'many nodes',
      { ...small, nodes: Array(10_001).fill(['param', 'x']) },
      'expected `model.nodes` to have at most 10000 values; got 10001',
    ],
  ])('refuses %s', (_, json, message) => {
    expect(() => modelFromJson(json)).toThrow(ArgumentError)
    expect(() => modelFromJson(json)).toThrow(message)
  })

  it('takes a chain of operations that is as long as allowed', () => {
    const nodes: unknown[] = [['param', 'x']]
    for (let i = 0; i < 9_000; i++) nodes.push([i % 2 === 0 ? 'tanh' : 'sigmoid', i])
    const { gradient } = modelFromJson({ ...small, nodes, logDensity: [9_000] }).logDensityAndGradient([0.3])
    expect(Number.isFinite(gradient[0])).toBe(true)
  })

  it('refuses or runs whatever comes, without an error of another kind', () => {
    const original = JSON.parse(text)
    const value = fc.oneof(
      fc.integer({ min: -2, max: 30 }),
      fc.constantFrom('x', 'tau', 'exp', '__proto__', '', null, true, 1e308, []),
      fc.double(),
    )
    const place = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 3 }), (changes) => {
        const json = structuredClone(original)
        for (const [path, put] of changes) change(json, path, put)
        try {
          modelFromJson(json).logDensityAndGradient(new Float64Array(modelFromJson(json).dim).fill(0.1))
        } catch (error) {
          if (!(error instanceof ArgumentError) && !(error instanceof DensityError)) throw error
        }
      }),
      { numRuns: 400, seed: 3 },
    )
  })

  /** Puts a value somewhere in a JSON value; the path is taken modulo the lengths met. */
  function change(json: unknown, path: readonly number[], put: unknown): void {
    let at = json as Record<string, unknown>
    for (const [depth, step] of path.entries()) {
      const keys = Object.keys(at)
      if (keys.length === 0) return
      const key = keys[step % keys.length]!
      const next = at[key]
      if (depth === path.length - 1 || typeof next !== 'object' || next === null) {
        at[key] = put
        return
      }
      at = next as Record<string, unknown>
    }
  }
})

describe('a damaged tape', () => {
  it('is found before a kernel sees it: nothing outside of the rows, constants and integers is touched', () => {
    const { program, numbers, dim } = schools().toDensity()
    const whole = program.view().slice()
    const [first, second] = [whole.subarray(1, 1 + whole[0]!), whole.subarray(1 + whole[0]!)]
    const bounds = { dim, numbers: numbers.length }
    expect([verifyTape(first, bounds), verifyTape(second, bounds)]).toEqual([1, 1 + dim])
    let refused = 0
    fc.assert(
      fc.property(fc.nat(second.length - 1), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (at, word) => {
        const damaged = second.slice()
        damaged[at] = word
        if (verifyTape(damaged, bounds) === undefined) refused++
        // What is let through, the kernel can run.
        else if (damaged[0]! < 1e6) {
          const rows = verifyTape(damaged, bounds)!
          current().kernels.expressionValues(dim, numbers, damaged, new Float64Array(dim), new Float64Array(rows))
        }
      }),
      { numRuns: 2000, seed: 5 },
    )
    expect(refused).toBeGreaterThan(1000)
  })
})
