// Expressions as text: what they mean, how they are refused, and that hostile text does nothing but fail.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ArgumentError,
  type Expression,
  ExpressionError,
  eightSchoolsTarget,
  exp,
  GibbsiteError,
  logAddExp,
  logPdf,
  model,
  modelFromJson,
  nuts,
  param,
  parseExpression,
  pow,
} from '#gibbsite'
import { points } from '../support/expressions.ts'
import { damaged } from '../support/hostile.ts'

const [x, y, z] = [param('x'), param('y'), param('z', { shape: 3 })]

/** The value at a point of an expression that need not depend on all of it. */
function valueOf(expression: Expression, at: readonly number[]): number {
  const all = x.add(y).mul(0)
  return model({ parameters: [x, y, z], logDensity: [expression, all, z.mul(0)] }).logDensity([...at])[0]!
}

function textValue(text: string, at: readonly number[] = [2, 3, 5, 7, 11]): number {
  return valueOf(parseExpression(text, { x, y, z, k: 4, w: [1, 10, 100], group: [2, 0, 2], A: [[1, 0, 2]] }), at)
}

describe('what a text means', () => {
  it.each<[string, number]>([
    ['1', 1],
    ['.5', 0.5],
    ['5.', 5],
    ['1.5e-3', 0.0015],
    ['2E2', 200],
    ['x', 2],
    ['x+y*2', 8],
    ['(x+y)*2', 10],
    ['12-4-3', 5],
    ['24/4/3', 2],
    ['2-3+4', 3],
    ['-x^2', -4],
    ['(-x)^2', 4],
    ['2^3^2', 512],
    ['2^-1', 0.5],
    ['2^-x^2', 2 ** -4],
    ['x*-y', -6],
    ['x--y', 5],
    ['- -x', 2],
    ['+x', 2],
    [' x\n\t+ y\r\n', 5],
    ['pi', Math.PI],
    ['e^x', Math.E ** 2],
    ['k', 4],
    ['exp(x)', Math.exp(2)],
    ['log(x)/log1p(1)', 1],
    ['sqrt(square(y))', 3],
    ['abs(x-y)', 1],
    ['tanh(x)', Math.tanh(2)],
    ['sigmoid(x)+sigmoid(-x)', 1],
    ['softplus(x)', Math.log1p(Math.exp(2))],
    ['logGamma(y+2)', Math.log(24)],
    ['pow(x, y)', 8],
    ['logAddExp(x, y)', Math.log(Math.exp(2) + Math.exp(3))],
    ['sum(z)', 23],
    ['z[1]', 7],
    ['sum(z[group])', 27],
    ['dot(z, w)', 1175],
    ['logSumExp(0*z)', Math.log(3)],
    ['cumulativeSum(z)[1]', 12],
    ['sum(concat(x, z, 1))', 26],
    ['matvec(A, z)[0]', 27],
    ['within(x, 0, 5)', 0],
    ['within(x, 3, 5)', Number.NEGATIVE_INFINITY],
    ['logPdf.normal(x)', -2 - Math.log(2 * Math.PI) / 2],
    ['logPdf.normal(x, y, k)', -1 / 32 - Math.log(4) - Math.log(2 * Math.PI) / 2],
    ['logPdf.uniform(x, 0, 4)', -Math.log(4)],
  ])('%s', (text, value) => {
    const wanted = valueOf(parseExpression('0'), [2, 3, 5, 7, 11]) + value
    expect(textValue(text)).toBeCloseTo(wanted, 10)
  })

  it('is the model that TypeScript makes, node by node', () => {
    const text = 'logAddExp(-(x - 2)^2, logPdf.normal(y, x, exp(x))) - 0.5 * x * y'
    const left = pow(x.sub(2), 2).neg()
    const typed = logAddExp(left, logPdf.normal(y, x, exp(x))).sub(parseExpression('0.5').mul(x).mul(y))
    const made = (logDensity: Expression) => JSON.stringify(model({ parameters: [x, y], logDensity }))
    expect(made(parseExpression(text, { x, y }))).toBe(made(typed))
  })

  it('lets names of the caller win over constants, and functions be names too', () => {
    expect(valueOf(parseExpression('e + exp + exp(0)', { e: 10, exp: 100 }), [0, 0, 0, 0, 0])).toBe(111)
  })

  it('takes long texts', () => {
    const text = Array(1000).fill('x').join('+')
    expect(textValue(text)).toBeCloseTo(2000, 6)
    const nested = `${'('.repeat(99)}x${')'.repeat(99)}`
    expect(textValue(nested)).toBe(2)
  })

  /** A random expression with the value that plain JavaScript gives. */
  const { tree } = fc.letrec<{ tree: [string, number] }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<[string, number]>(['x', 2], ['y', 3], ['1.5', 1.5], ['.25e1', 2.5]),
      fc
        .tuple(tie('tree'), fc.constantFrom('+', '-', '*'), tie('tree'))
        .map(([[a, p], op, [b, q]]): [string, number] => {
          return [`(${a}) ${op} (${b})`, op === '+' ? p + q : op === '-' ? p - q : p * q]
        }),
      tie('tree').map(([a, p]): [string, number] => [`-(${a})`, -p]),
      tie('tree').map(([a, p]): [string, number] => [`tanh(${a})`, Math.tanh(p)]),
    ),
  }))

  it('agrees with JavaScript on random expressions', () => {
    fc.assert(
      fc.property(tree, ([text, value]) => {
        expect(Math.abs(textValue(text) - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)))
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('what is refused', () => {
  it.each<[string, number, string]>([
    ['', 0, 'expected `text` to have a number, a name or "("; got its end at character 1'],
    ['x +', 3, 'expected `text` to have a number, a name or "("; got its end at character 4'],
    ['x y', 2, 'expected `text` to have an operator or its end; got "y" at character 3'],
    ['2x', 1, 'expected `text` to have an operator or its end; got "x" at character 2'],
    ['x ** 2', 3, 'expected `text` to have a number, a name or "("; got "*" at character 4'],
    ['(x', 2, 'expected `text` to have ")"; got its end at character 3'],
    ['x)', 1, 'expected `text` to have an operator or its end; got ")" at character 2'],
    ['exp(x', 5, 'expected `text` to have "," or ")"; got its end at character 6'],
    ['z[0', 3, 'expected `text` to have "]"; got its end at character 4'],
    ['xx', 0, 'expected `text` to use the names x, y, z, pi, e; got "xx" at character 1 (did you mean "x"?)'],
    ['1 + sine(x)', 4, 'got "sine" at character 5'],
    ['Exp(x)', 0, '(did you mean "exp"?)'],
    ['x; y', 1, 'expected `text` to have only numbers, names, + - * / ^ ( ) [ ] and commas; got ";" at character 2'],
    ['x × y', 2, 'got "×" at character 3'],
    ['x + 🙂', 4, 'got "🙂" at character 5'],
    ['exp()', 0, 'expected `text` to give exp 1 argument; got 0 at character 1'],
    ['pow(x)', 0, 'expected `text` to give pow 2 arguments; got 1 at character 1'],
    ['concat()', 0, 'expected `text` to give concat at least 1 argument; got 0 at character 1'],
    ['logPdf.normal(x, 0, 1, 2)', 0, 'expected `text` to give logPdf.normal 1 to 3 arguments; got 4 at character 1'],
    ['1e999', 0, 'expected `text` to have numbers below 1.8e308; got "1e999" at character 1'],
    ['x + sum(x)', 4, 'expected `sum` to be given a vector; got a number, at character 5 of `text`'],
    ['z[3]', 1, 'expected `at` to be given a vector and an index below its length; got [3], and 3, at character 2'],
    ['z[x]', 1, 'expected `index` to be a whole number or data; got an expression, at character 2 of `text`'],
    ['z[0.5]', 1, 'got 0.5, at character 2 of `text`'],
    [`${'('.repeat(101)}x`, 101, 'expected `text` to have at most 100 levels; got more at character 102'],
    [`${'-'.repeat(101)}x`, 101, 'expected `text` to have at most 100 levels; got more at character 102'],
    [`${'2^'.repeat(101)}x`, 202, 'expected `text` to have at most 100 levels; got more at character 203'],
  ])('%s', (text, position, message) => {
    const failure = failureOf(() => parseExpression(text, { x, y, z }))
    expect(failure).toBeInstanceOf(ExpressionError)
    expect(failure).toBeInstanceOf(ArgumentError)
    expect(failure.message).toContain(message)
    expect(failure.message).not.toContain('\n')
    expect((failure as ExpressionError).position).toBe(position)
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'globalThis', 'eval', 'process', 'window'])(
    'the name %s, as a name and as a function',
    (name) => {
      expect(() => parseExpression(name, { x })).toThrow(ExpressionError)
      expect(() => parseExpression(`${name}(x)`, { x })).toThrow(ExpressionError)
      expect(() => parseExpression(`x.${name}`, { x })).toThrow(ExpressionError)
      expect(() => parseExpression(`logPdf.${name}(x)`, { x })).toThrow(ExpressionError)
    },
  )

  it('wrong arguments', () => {
    expect(() => parseExpression(1 as never)).toThrow('expected `text` to be an expression as text; got 1')
    expect(() => parseExpression('x', null as never)).toThrow(
      'expected `names` to be an object of expressions and data',
    )
    expect(() => parseExpression('x', { '1x': 1 })).toThrow('expected `name` to be up to 64 letters')
    expect(() => parseExpression('v', { v: [Number.NaN] })).toThrow('expected `v` to hold finite numbers')
    expect(() => parseExpression('v', { v: 'x' as never })).toThrow(ArgumentError)
    expect(() => parseExpression(' '.repeat(10_001))).toThrow(
      'expected `text` to have at most 10000 characters; got 10001',
    )
  })

  it('texts that ask for very long vectors', () => {
    const long = param('long', { shape: 2 ** 20 })
    expect(() => parseExpression('concat(long, long) + concat(long, long)', { long })).toThrow('4194304 elements')
  })

  it('hostile text: an error of one sentence, or an expression', () => {
    const original = 'logAddExp(-((x - 2)^2 + y^2) / 2, logPdf.studentT(z[0], 3, x, exp(y))) + sum(z) * 1.5e-3'
    const bytes = new TextEncoder().encode(original)
    for (let i = 0; i < 1500; i++) tryText(new TextDecoder().decode(damaged(bytes, i)))
    const word = fc.constantFrom(...'xyz()[]+-*/^,.', ...['exp(', 'sum(', 'logPdf.normal(', 'z[0]', '1e3', ' ', 'é'])
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(word).map((words) => words.join('')),
    )
    fc.assert(fc.property(text, tryText), { seed: 2, numRuns: 1500 })
  })

  function tryText(text: string): void {
    try {
      parseExpression(text, { x, y, z })
    } catch (error) {
      expect(error, text).toBeInstanceOf(GibbsiteError)
      expect((error as Error).message, text).toMatch(/^expected `[^\n]*$/)
    }
  }
})

describe('models as text', () => {
  const schools = {
    parameters: ['mu', { name: 'tau', lower: 0 }, { name: 'z', shape: 8 }],
    data: { y: [28, 8, -3, 7, -1, 1, 18, 12], sigma: [15, 10, 16, 11, 9, 11, 10, 18] },
    derived: { theta: 'mu + tau * z' },
    logDensity: [
      'logPdf.normal(mu, 0, 5)',
      'logPdf.halfCauchy(tau, 5)',
      'logPdf.normal(z)',
      'logPdf.normal(y, theta, sigma)',
    ],
  }

  it('the eight schools are the eight schools', () => {
    const at = points(20, 10, -1, 1)
    const built = modelFromJson(schools)
    const wanted = eightSchoolsTarget().logDensity(at)
    for (const [i, value] of built.logDensity(at).entries()) expect(value).toBeCloseTo(wanted[i]!, 10)
    expect(built.names.slice(0, 2)).toEqual(['mu', 'tau'])
    expect(built.names.at(-1)).toBe('theta[7]')
    expect(modelFromJson(JSON.stringify(schools)).logDensity(at)).toEqual(built.logDensity(at))
    expect(modelFromJson(built.toJSON()).logDensity(at)).toEqual(built.logDensity(at))
  })

  it('runs', async () => {
    const target = modelFromJson({ parameters: ['x', 'y'], logDensity: '-x^2 / 2 - 2 * (y - x^2)^2' })
    const run = await nuts({ target, chains: 2, warmup: 200, draws: 200, seed: 1 })
    expect(run.shape).toEqual([2, 200, 2])
  })

  it.each<[string, object, string]>([
    ['a wrong text', { logDensity: 'x +' }, 'expected `logDensity` to have a number, a name or "("; got its end'],
    ['a wrong term', { logDensity: ['x', 'y'] }, 'expected `logDensity[1]` to use the names x, pi, e; got "y"'],
    ['a term that is none', { logDensity: ['x', 1] }, 'expected `logDensity[1]` to be an expression as text; got 1'],
    ['a wrong derived text', { derived: { d: 'x(' } }, 'expected `derived.d` to use the functions'],
    [
      'a derived value used before it is there',
      { derived: { a: 'b', b: 'x' } },
      'expected `derived.a` to use the names',
    ],
    ['a name twice', { data: { x: 1 } }, 'expected `names` to differ; got x twice'],
    ['a derived name twice', { derived: { x: '1' } }, 'expected `names` to differ; got x twice'],
    ['a parameter twice', { parameters: ['x', 'x'] }, 'expected `names` to differ; got x twice'],
    ['no parameters', { parameters: [] }, 'expected `model.parameters` to be an array of at least one value'],
    [
      'parameters that are none',
      { parameters: [1] },
      'expected `model.parameters` to hold names, or objects with a name',
    ],
    ['an unused parameter', { parameters: ['x', 'y'] }, 'expected `logDensity` to depend on the parameter y'],
    ['wrong data', { data: { v: ['a'] } }, 'expected `v` to hold finite numbers'],
    ['data that are no object', { data: 1 }, 'expected `model.data` to be an object; got 1'],
    ['unknown fields', { code: 'x' }, 'expected `model` to have only the keys parameters, data, derived, logDensity'],
    [
      'much text',
      { derived: { a: ' '.repeat(6000), b: 'x' }, logDensity: 'x' },
      'expected `derived.a` to have a number',
    ],
    [
      'much text in all',
      { logDensity: ['x', `x${' '.repeat(6000)}`, `x${' '.repeat(6000)}`] },
      'expected `model` to have at most 10000 characters of expressions in all; got 12003',
    ],
    [
      'vectors that double',
      {
        parameters: [{ name: 'x', shape: 2 ** 20 }],
        derived: { a: 'concat(x, x)', b: 'concat(a, a)' },
        logDensity: 'x',
      },
      'expected `model` to have at most 4194304 elements in all; got 7340032',
    ],
  ])('refuses %s', (_, part, message) => {
    expect(() => modelFromJson({ parameters: ['x'], logDensity: 'x', ...part })).toThrow(message)
  })
})

function failureOf(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('expected an error; got none')
}
